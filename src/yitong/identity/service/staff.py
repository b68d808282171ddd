"""Staff sign in: password and one-time password (RFC 6238), or an OpenID Connect identity.

A try is counted before it is judged, so that many tries at once cannot pass the lock; a right password takes its own
count back, and only the right second factor clears the rest. A time step of the one-time password is accepted once.
"""

import asyncio
import secrets
from datetime import timedelta
from typing import Any, Protocol

import msgspec
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import insert, text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.model import StaffAccount, StaffRole
from yitong.identity.schemas.people import OAuthStart
from yitong.identity.schemas.staff import Enrolment, Staff, StaffChallenge, StaffRoleOnWire, StaffSession
from yitong.identity.service import sessions
from yitong.identity.service.citizens import open_pledge, own_address, seal_pledge
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id, parse_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt, Scope, action, permitted_actions
from yitong.kernel.platform import Platform
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_STEP_S = 30
_DRIFT_STEPS = 1  # the phone's clock may be one step off
_CHALLENGE_MINUTES = 5
_STATE_MINUTES = 15
_ISSUER = "Yitong"
_hasher = PasswordHasher()
# Judged when there is no such user, so that the answer takes as long as for one who exists.
_NOBODYS_HASH = _hasher.hash(secrets.token_hex(16))
MANAGE_STAFF = action(
    "sign-in:staff:manage",
    "管理工作人员账号",
    "Manage staff accounts",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION, Role.SYSTEM: Scope.REGION},
)


class StaffOidc(Protocol):
    """The staff's OpenID Connect issuer."""

    async def authorize_url(self, state: str, return_to: str) -> str:
        """Where to send the browser; may ask the issuer where its pages are."""
        ...

    async def exchange(self, code: str, state: str, return_to: str) -> str:
        """The subject behind a code; state and return address are those of the start.

        Any exception means that the issuer did not confirm it.
        """
        ...


class _Step(msgspec.Struct, frozen=True, array_like=True):
    """What the first step hands to the second; ``secret`` only when the device is new."""

    staff_id: str
    secret: str | None


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Takes tens of milliseconds on purpose."""
    return _hasher.hash(password)


def _fits(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


async def _count_try(platform: Platform, condition: str, values: dict[str, Any]) -> Any:
    """Count a try of an account that is neither locked nor closed, and commit; the row, or None when there is none.

    Raises Problem ``account-locked``.
    """
    settings = platform.settings
    async with platform.transaction() as tx:
        known = await tx.session.execute(
            text(f"SELECT locked_until FROM staff_account WHERE {condition} AND active FOR UPDATE"),  # noqa: S608
            values,
        )
        row = known.one_or_none()
        if row is None:
            return None
        if row.locked_until is not None and row.locked_until > tx.now:
            raise p.ACCOUNT_LOCKED(retry_after=int((row.locked_until - tx.now).total_seconds()) + 1)
        counted = await tx.session.execute(
            text(
                "UPDATE staff_account SET failures = CASE WHEN locked_until IS NULL THEN failures ELSE 0 END + 1,"  # noqa: S608
                " locked_until = CASE WHEN CASE WHEN locked_until IS NULL THEN failures ELSE 0 END + 1 >= :most"
                f" THEN CAST(:until AS timestamptz) END WHERE {condition}"
                " RETURNING id, username, password_hash, totp_sealed, totp_last_step"
            ),
            {
                **values,
                "most": settings.staff_sign_in_tries,
                "until": tx.now + timedelta(minutes=settings.staff_lock_minutes),
            },
        )
        return counted.one()


async def check_password(platform: Platform, username: str, password: str) -> StaffChallenge:
    """The first step. Answers what the second step is; at the first sign-in also the secret for the authenticator.

    Raises Problem ``password-wrong`` or ``account-locked``.
    """
    row = await _count_try(platform, "username = :username", {"username": username.strip()})
    hashed = row.password_hash if row is not None else _NOBODYS_HASH
    right = await asyncio.to_thread(_fits, hashed, password)  # its own thread: it would hold up everybody else
    if row is None or not right:
        raise p.PASSWORD_WRONG()
    async with platform.transaction() as tx:
        await tx.session.execute(
            text("UPDATE staff_account SET failures = GREATEST(failures - 1, 0), locked_until = NULL WHERE id = :id"),
            {"id": row.id},
        )
    enrol = None
    if row.totp_sealed is None:
        secret = random_base32()
        enrol = Enrolment(secret, TOTP(secret).provisioning_uri(name=row.username, issuer_name=_ISSUER))
    step = msgspec.json.encode(_Step(str(row.id), enrol.secret if enrol else None)).decode()
    challenge = seal_pledge(platform, "staff-step", "password", step, _CHALLENGE_MINUTES)
    return StaffChallenge(challenge, "enrol" if enrol else "totp", enrol)


def accepted_step(secret: str, code: str, now_s: float, last_step: int) -> int | None:
    """The time step a one-time password belongs to, if it is near now and later than the last accepted one."""
    totp, present = TOTP(secret), int(now_s) // _STEP_S
    for step in range(present - _DRIFT_STEPS, present + _DRIFT_STEPS + 1):
        if step > last_step and secrets.compare_digest(totp.at(step * _STEP_S).encode(), code.strip().encode()):
            return step
    return None


async def check_totp(platform: Platform, challenge: str, code: str) -> StaffSession:
    """The second step; enrols the device when it is new. Opens the session.

    Raises Problem ``challenge-over``, ``totp-wrong`` or ``account-locked``.
    """
    _, value = open_pledge(platform, "staff-step", "password", challenge)
    step = msgspec.json.decode(value, type=_Step)
    staff_id = parse_id(step.staff_id)
    row = await _count_try(platform, "id = :id", {"id": staff_id})
    if row is None:
        raise p.CHALLENGE_OVER()
    if row.totp_sealed is not None:
        secret = platform.sealer.open(row.totp_sealed, f"staff_account.totp:{row.id}")
    elif step.secret is not None:
        secret = step.secret
    else:
        raise p.CHALLENGE_OVER()
    now_s = platform.clock.now().timestamp()
    accepted = accepted_step(secret, code, now_s, row.totp_last_step)
    if accepted is None:
        raise p.TOTP_WRONG()
    async with platform.transaction() as tx:
        sealed = row.totp_sealed or platform.sealer.seal(secret, f"staff_account.totp:{row.id}")
        taken = await tx.session.execute(
            text(
                "UPDATE staff_account SET totp_last_step = :step, failures = 0, locked_until = NULL,"
                " totp_sealed = :sealed WHERE id = :id AND totp_last_step < :step"
                " AND totp_sealed IS NOT DISTINCT FROM :before RETURNING 1"
            ),
            {"step": accepted, "sealed": sealed, "id": row.id, "before": row.totp_sealed},
        )
        if taken.first() is None:  # the same code at the same moment elsewhere, or another device was enrolled
            raise p.TOTP_WRONG()
        return await _open(tx, row.id, method="totp", enrolled=row.totp_sealed is None)


async def actor_of_staff(tx: Transaction, staff_id: UUID) -> Actor:
    """The actor of a staff member with the roles held at present. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text("SELECT practitioner_id FROM staff_account WHERE id = :id AND active"), {"id": staff_id}
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    roles = await tx.session.execute(
        text("SELECT role, organization_id, department_id FROM staff_role WHERE staff_id = :id ORDER BY 1, 2"),
        {"id": staff_id},
    )
    held = tuple(RoleAt(Role(role.role), role.organization_id, role.department_id) for role in roles)
    return Actor(ActorKind.STAFF, staff_id, held, practitioner_id=row.practitioner_id)


async def _open(tx: Transaction, staff_id: UUID, *, method: str, enrolled: bool = False) -> StaffSession:
    actor = await actor_of_staff(tx, staff_id)
    opened = await sessions.open_session(tx, actor, timedelta(hours=tx.platform.settings.staff_session_hours))
    grant = sessions.OPEN_SESSION.check(opened.actor if opened.actor.roles else tx.actor)
    place = (await region_of(tx)).commission_id
    home = actor.roles[0].organization_id if actor.roles else None
    subject = Subject("staff_account", staff_id, home or place)
    name = IdentityEvent.STAFF_ENROLLED if enrolled else IdentityEvent.STAFF_SIGNED_IN
    await record(tx, grant, name, subject, {"method": method})
    return StaffSession(opened.token, opened.expires_at, await staff_of(tx, opened.actor))


async def staff_of(tx: Transaction, actor: Actor) -> Staff:
    """The staff member of an actor. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text("SELECT username, name, practitioner_id FROM staff_account WHERE id = :id"), {"id": actor.id}
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    roles = await tx.session.execute(
        text(
            "SELECT r.role, r.organization_id, o.name AS organization_name, o.kind, r.department_id,"
            " d.name AS department_name FROM staff_role r JOIN organization o ON o.id = r.organization_id"
            " LEFT JOIN department d ON d.organization_id = r.organization_id AND d.id = r.department_id"
            " WHERE r.staff_id = :id ORDER BY r.role, o.code"
        ),
        {"id": actor.id},
    )
    held = [
        StaffRoleOnWire(
            Role(r.role), r.organization_id, r.organization_name, r.kind, r.department_id, r.department_name
        )
        for r in roles
    ]
    return Staff(actor.id, row.username, row.name, row.practitioner_id, held, permitted_actions(actor))


def _oidc(platform: Platform) -> StaffOidc:
    if StaffOidc not in platform.ports:
        raise p.PROVIDER_OFF()
    return platform.port(StaffOidc)


async def start_oidc(platform: Platform, return_to: str) -> OAuthStart:
    """Where to send the browser. Raises Problem ``sign-in-provider-off`` or ``sign-in-provider-refused``."""
    issuer, back = _oidc(platform), own_address(platform, return_to)
    state = seal_pledge(platform, "oauth-state", "oidc", back, _STATE_MINUTES)
    try:
        return OAuthStart(await issuer.authorize_url(state, back), state)
    except Exception as error:
        log.warning("oidc.unreachable", error=type(error).__name__)
        raise p.PROVIDER_REFUSED() from error


async def finish_oidc(platform: Platform, code: str, state: str) -> StaffSession:
    """Open a session for the staff account of an issuer's subject.

    Raises Problem ``sign-in-provider-off``, ``challenge-over``, ``sign-in-provider-refused`` or ``staff-unknown``.
    """
    issuer = _oidc(platform)
    _, back = open_pledge(platform, "oauth-state", "oidc", state)
    try:
        subject = await issuer.exchange(code, state, back)
    except Exception as error:
        log.warning("oidc.refused", error=type(error).__name__)
        raise p.PROVIDER_REFUSED() from error
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT id FROM staff_account WHERE oidc_subject = :subject AND active"), {"subject": subject}
        )
        staff_id = found.scalar_one_or_none()
        if staff_id is None:
            raise p.STAFF_UNKNOWN()
        return await _open(tx, staff_id, method="oidc")


class NewStaff(msgspec.Struct, frozen=True, kw_only=True):
    """A staff account to create; without ``totp_secret`` the device is enrolled at the first sign-in."""

    username: str
    name: str
    password: str
    roles: list[RoleAt]
    practitioner_id: UUID | None = None
    totp_secret: str | None = None
    oidc_subject: str | None = None


async def create_staff(tx: Transaction, new: NewStaff) -> UUID:
    """Create a staff account with its roles, each given at an organization. Answers its id.

    Raises Problem ``username-exists`` or ``forbidden``; ValueError for a role without an organization.
    """
    places = [role.organization_id for role in new.roles if role.organization_id is not None]
    if len(places) != len(new.roles) or not places:
        raise ValueError("a staff account needs roles, each at an organization")
    grants = [MANAGE_STAFF.check(tx.actor, organization_id=place) for place in places]
    no_wider_than(tx.actor, new.roles)
    staff_id, sealer = new_id(), tx.platform.sealer
    hashed = await asyncio.to_thread(hash_password, new.password)
    taken = await tx.session.execute(
        text("SELECT 1 FROM staff_account WHERE username = :username"), {"username": new.username}
    )
    if taken.first() is not None:
        raise p.USERNAME_EXISTS()
    await tx.session.execute(
        insert(StaffAccount).values(
            id=staff_id,
            username=new.username,
            name=new.name,
            practitioner_id=new.practitioner_id,
            oidc_subject=new.oidc_subject,
            password_hash=hashed,
            totp_sealed=sealer.seal(new.totp_secret, f"staff_account.totp:{staff_id}") if new.totp_secret else None,
            totp_last_step=0,
            failures=0,
            active=True,
            created_at=tx.now,
        )
    )
    rows = [
        {
            "staff_id": staff_id,
            "organization_id": role.organization_id,
            "role": role.role.value,
            "department_id": role.department_id,
        }
        for role in new.roles
    ]
    await tx.session.execute(insert(StaffRole), rows)
    subject = Subject("staff_account", staff_id, places[0])
    await record(tx, grants[0], IdentityEvent.STAFF_CREATED, subject, {"roles": [role.role for role in new.roles]})
    return staff_id


_REGIONAL = frozenset({Role.REGULATOR, Role.PLATFORM_ADMIN, Role.SYSTEM})


def no_wider_than(actor: Actor, roles: list[RoleAt]) -> None:
    """A hospital's administrator gives no regional roles. Raises Problem ``forbidden``."""
    wide = actor.has(Role.PLATFORM_ADMIN) or actor.has(Role.SYSTEM)
    if not wide and any(role.role in _REGIONAL for role in roles):
        raise FORBIDDEN()
