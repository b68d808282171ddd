"""Routes of staff sign-in and terminals."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from yitong.identity.schemas import staff as wire
from yitong.identity.schemas.people import OAuthReturn, OAuthStart
from yitong.identity.service import staff, staff_accounts, terminals
from yitong.kernel import web
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

TAGS = ["staff"]
ReturnTo = Annotated[str, QueryParameter(name="return_to", max_length=500)]
Key = Annotated[str | None, HeaderParameter(name="idempotency-key")]


@post("/staff/sign-in", status_code=200, tags=TAGS, summary="First step: user name and password")
async def password(platform: NamedDependency[Platform], data: JSONBody[wire.StaffPassword]) -> wire.StaffChallenge:
    """At the first sign-in the answer carries the secret for an authenticator."""
    return await staff.check_password(platform, data.username, data.password)


@post("/staff/sign-in/totp", status_code=200, tags=TAGS, summary="Second step: one-time password")
async def totp(platform: NamedDependency[Platform], data: JSONBody[wire.StaffTotp]) -> wire.StaffSession:
    """Opens the session."""
    return await staff.check_totp(platform, data.challenge, data.code)


@get("/staff/oidc/start", tags=TAGS, summary="Where to send the browser to sign in at the staff's issuer")
async def start_oidc(platform: NamedDependency[Platform], return_to: ReturnTo = "/") -> OAuthStart:
    """The issuer's address and the state that comes back."""
    return await staff.start_oidc(platform, return_to)


@post("/staff/oidc", status_code=200, tags=TAGS, summary="Sign in with what the issuer sent back")
async def finish_oidc(platform: NamedDependency[Platform], data: JSONBody[OAuthReturn]) -> wire.StaffSession:
    """Opens the session."""
    return await staff.finish_oidc(platform, data.code, data.state)


@get("/terminals", tags=TAGS, summary="Devices of an organization")
async def list_terminals(tx: NamedDependency[Transaction], organization_id: FromQuery[UUID]) -> Page[wire.Terminal]:
    """Kiosks, hall screens and gates."""
    return Page(await terminals.list_terminals(tx, organization_id))


@post("/terminals", tags=TAGS, summary="Register a device")
async def register_terminal(
    tx: NamedDependency[Transaction], data: JSONBody[wire.NewTerminal], key: Key = None
) -> wire.TerminalMade:
    """The token is shown this once."""
    if key is None:
        return await terminals.register_terminal(tx, data)
    return await once(
        tx, web.idempotency_key_of(key), data, wire.TerminalMade, lambda: terminals.register_terminal(tx, data)
    )


@get("/staff-accounts", tags=TAGS, summary="Staff accounts of an organization")
async def list_accounts(
    tx: NamedDependency[Transaction], organization_id: FromQuery[UUID]
) -> Page[wire.StaffAccountItem]:
    """Those with a role there, with all their roles."""
    return Page(await staff_accounts.accounts(tx, organization_id))


@post("/staff-accounts", tags=TAGS, summary="Open a staff account")
async def create_account(
    tx: NamedDependency[Transaction], data: JSONBody[wire.NewStaffAccount]
) -> wire.StaffAccountItem:
    """The user name is unique, so that sending it twice opens one account."""
    return await staff_accounts.create(tx, data)


@post("/staff-accounts/{staff_id:uuid}/disable", status_code=200, tags=TAGS, summary="Disable a staff account")
async def disable_account(
    tx: NamedDependency[Transaction], staff_id: FromPath[UUID], data: JSONBody[wire.StaffChange]
) -> wire.StaffAccountItem:
    """Ends the person's sessions."""
    return await staff_accounts.disable(tx, staff_id, data)


@post("/staff-accounts/{staff_id:uuid}/enable", status_code=200, tags=TAGS, summary="Enable a staff account again")
async def enable_account(
    tx: NamedDependency[Transaction], staff_id: FromPath[UUID], data: JSONBody[wire.StaffChange]
) -> wire.StaffAccountItem:
    """The password and the device stay as they were."""
    return await staff_accounts.enable(tx, staff_id, data)


@post(
    "/staff-accounts/{staff_id:uuid}/reset-second-factor",
    status_code=200,
    tags=TAGS,
    summary="Forget somebody's device for one-time codes",
)
async def reset_factor(
    tx: NamedDependency[Transaction], staff_id: FromPath[UUID], data: JSONBody[wire.StaffChange]
) -> wire.StaffAccountItem:
    """A new device is bound at the next sign-in."""
    return await staff_accounts.reset_second_factor(tx, staff_id, data)


@post(
    "/staff-accounts/{staff_id:uuid}/set-password", status_code=200, tags=TAGS, summary="Give somebody a new password"
)
async def set_password(
    tx: NamedDependency[Transaction], staff_id: FromPath[UUID], data: JSONBody[wire.StaffPasswordChange]
) -> wire.StaffAccountItem:
    """Also takes the lock of wrong tries away."""
    return await staff_accounts.set_password(tx, staff_id, data)


ROUTES = [
    list_accounts,
    create_account,
    disable_account,
    enable_account,
    reset_factor,
    set_password,
    password,
    totp,
    start_oidc,
    finish_oidc,
    list_terminals,
    register_terminal,
]
