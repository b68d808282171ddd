"""Routes of signing in and out, for citizens and for everybody."""

from typing import Annotated, Literal

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from yitong import __version__
from yitong.directory.service import region_of
from yitong.identity.queries.people import account_of
from yitong.identity.rules.phone_codes import Purpose
from yitong.identity.schemas import people as wire
from yitong.identity.schemas.staff import Me, PublicSettings, RegionOnWire, SandboxOnWire, SignInWays
from yitong.identity.service import citizens, phone_codes, sessions, staff, terminals
from yitong.kernel.clock import day_of
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.problems import UNAUTHENTICATED
from yitong.kernel.transaction import Transaction

TAGS = ["sign-in"]
Provider = Literal["wechat", "alipay"]
ReturnTo = Annotated[str, QueryParameter(name="return_to", max_length=500)]


@get("/public-settings", tags=["public"], summary="What screens must know before anybody signs in")
async def public_settings(tx: NamedDependency[Transaction], platform: NamedDependency[Platform]) -> PublicSettings:
    """The region, the ways to sign in that are switched on, and a few limits."""
    region, settings = await region_of(tx), platform.settings
    on = {name: kind in platform.ports for name, kind in citizens.OAUTH_PORTS.items()}
    return PublicSettings(
        region=RegionOnWire(region.code, region.name, region.name_en, region.zone),
        sign_in=SignInWays(on["wechat"], on["alipay"], staff.StaffOidc in platform.ports),
        family_cap=settings.family_cap,
        hold_seconds=settings.hold_seconds,
        days_ahead=settings.days_ahead,
        card_display_seconds=settings.card_display_seconds,
        sandbox=SandboxOnWire(f"{settings.sandbox_url.rstrip('/')}/sms") if settings.sandbox_url else None,
        version=__version__,
    )


@post("/sign-in/phone-codes", status_code=202, tags=TAGS, summary="Ask for a one-time code by text message")
async def ask_phone_code(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[wire.PhoneCodeRequest]
) -> wire.PhoneCodeIssued:
    """Sends six digits to the phone."""
    made = await phone_codes.ask_code(platform, actor, data.phone, Purpose(data.purpose))
    return wire.PhoneCodeIssued(made.challenge_id, made.expires_at, made.resend_at)


@post("/sign-in/phone", status_code=200, tags=TAGS, summary="Sign in with a phone code")
async def sign_in_by_phone(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[wire.PhoneSignIn]
) -> wire.Session:
    """Opens a session; the account is made at the first time."""
    return await citizens.sign_in_by_phone(platform, actor, data)


@get("/sign-in/oauth/{provider:str}/start", tags=TAGS, summary="Where to send the browser to sign in at a provider")
async def start_oauth(
    platform: NamedDependency[Platform], provider: FromPath[Provider], return_to: ReturnTo = "/"
) -> wire.OAuthStart:
    """The provider's address and the state that comes back."""
    return citizens.start_oauth(platform, provider, return_to)


@post("/sign-in/oauth/{provider:str}", status_code=200, tags=TAGS, summary="Sign in with what the provider sent back")
async def finish_oauth(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    provider: FromPath[Provider],
    data: JSONBody[wire.OAuthReturn],
) -> wire.Session:
    """Opens a session when the provider's identity is bound; otherwise the problem carries a binding."""
    return await citizens.finish_oauth(platform, actor, provider, data.code, data.state)


@get("/me", tags=TAGS, summary="Who the sent token belongs to")
async def me(tx: NamedDependency[Transaction]) -> Me:
    """The account, staff member or terminal of the token."""
    match tx.actor.kind:
        case ActorKind.CITIZEN:
            await tx.open_patient_index()
            account = await account_of(tx, tx.actor.id, day_of(tx.now, (await region_of(tx)).zone))
            return Me("patient", account=account)
        case ActorKind.STAFF:
            return Me("staff", staff=await staff.staff_of(tx, tx.actor))
        case ActorKind.TERMINAL:
            return Me("terminal", terminal=await terminals.terminal_of(tx, tx.actor.id))
        case _:
            raise UNAUTHENTICATED()


@delete("/session", status_code=204, tags=TAGS, summary="Sign out")
async def sign_out(tx: NamedDependency[Transaction]) -> None:
    """Ends the session of the sent token."""
    await sessions.end_session(tx)


@post("/session/refresh", status_code=200, tags=TAGS, summary="A new token with the family as it is now")
async def refresh(tx: NamedDependency[Transaction]) -> wire.Session:
    """Ends the sent token and answers a new one."""
    return await citizens.renew_session(tx)


ROUTES = [public_settings, ask_phone_code, sign_in_by_phone, start_oauth, finish_oauth, me, sign_out, refresh]
