"""Citizens sign in: by a code on their phone, or through WeChat or Alipay once that identity is bound to a phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
import structlog
from sqlalchemy import insert, select, text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.model import OAuthIdentity
from yitong.identity.queries.people import account_of
from yitong.identity.rules.documents import check_phone
from yitong.identity.rules.phone_codes import Purpose
from yitong.identity.schemas.people import OAuthStart, PhoneSignIn, Session
from yitong.identity.service import sessions
from yitong.identity.service.phone_codes import phone_hash, use_code
from yitong.kernel.clock import day_of
from yitong.kernel.crypto import CryptoError
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Grant, Role, RoleAt, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import UNAUTHENTICATED
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_STATE_MINUTES, _BINDING_MINUTES = 15, 10
USE_ACCOUNT = action("sign-in:account:use", "使用本人账号", "Use one's own account", {Role.PATIENT: Scope.REGION})


class CitizenOAuth(Protocol):
    """A platform that citizens have an identity at."""

    def authorize_url(self, state: str, return_to: str) -> str:
        """Where to send the browser."""
        ...

    async def exchange(self, code: str) -> str:
        """The subject (openid) behind a code; any exception means that the provider did not confirm it."""
        ...


class WeChatOAuth(CitizenOAuth, Protocol):
    """WeChat as :class:`CitizenOAuth`."""


class AlipayOAuth(CitizenOAuth, Protocol):
    """Alipay as :class:`CitizenOAuth`."""


OAUTH_PORTS: dict[str, type[Any]] = {"wechat": WeChatOAuth, "alipay": AlipayOAuth}


class _Pledge(msgspec.Struct, frozen=True, array_like=True):
    """What a state or a binding says; sealed, so that nobody else can make or read one."""

    provider: str
    value: str
    expires_at: datetime


def seal_pledge(platform: Platform, use: str, provider: str, value: str, minutes: int) -> str:
    """A sealed note that the browser carries for a few minutes; ``use`` keeps kinds of notes apart."""
    pledge = _Pledge(provider, value, platform.clock.now() + timedelta(minutes=minutes))
    return platform.sealer.seal(msgspec.json.encode(pledge).decode(), f"sign-in/{use}")


def open_pledge(platform: Platform, use: str, provider: str | None, sealed: str) -> tuple[str, str]:
    """The (provider, value) of a sealed note. Raises Problem ``challenge-over`` when it is not ours or too old."""
    try:
        pledge = msgspec.json.decode(platform.sealer.open(sealed, f"sign-in/{use}"), type=_Pledge)
    except (CryptoError, msgspec.MsgspecError) as error:
        raise p.CHALLENGE_OVER() from error
    if pledge.expires_at <= platform.clock.now() or provider not in (None, pledge.provider):
        raise p.CHALLENGE_OVER()
    return pledge.provider, pledge.value


async def sign_in_by_phone(platform: Platform, actor: Actor, given: PhoneSignIn) -> Session:
    """Open a session for the phone that the code came to; the account is made at the first sign-in.

    Raises Problem ``phone-invalid``, ``code-wrong``, ``code-used``, ``code-expired``, ``code-too-many-tries`` or
    ``challenge-over`` (the binding).
    """
    phone = check_phone(given.phone)
    binding = open_pledge(platform, "binding", None, given.binding) if given.binding else None
    hashed = phone_hash(platform, phone)
    async with platform.transaction(actor) as tx:
        refused = await use_code(tx, given.challenge_id, given.code, Purpose.SIGN_IN, phone_hashes=[hashed])
        if refused is None:
            account_id = await _account_for(tx, phone, hashed)
            if binding is not None:
                await _bind(tx, account_id, *binding)
            return await open_citizen_session(tx, account_id, method="phone")
    raise refused


async def _account_for(tx: Transaction, phone: str, hashed: bytes) -> UUID:
    """The account of a phone, made now when there is none; two first sign-ins at once get the same one."""
    account_id = new_id()
    sealed = tx.platform.sealer.seal(phone, f"account.phone:{account_id}")
    found = await tx.session.execute(
        text(
            "WITH made AS (INSERT INTO account (id, phone_sealed, phone_hash, created_at)"
            " VALUES (:id, :sealed, :hash, :now) ON CONFLICT (phone_hash) DO NOTHING RETURNING id)"
            " SELECT id FROM made UNION ALL SELECT id FROM account WHERE phone_hash = :hash LIMIT 1"
        ),
        {"id": account_id, "sealed": sealed, "hash": hashed, "now": tx.now},
    )
    known = found.scalar_one_or_none()
    if known is None:  # somebody else's insert was committed after this statement began
        again = await tx.session.execute(text("SELECT id FROM account WHERE phone_hash = :hash"), {"hash": hashed})
        known = again.scalar_one()
    return known


async def _bind(tx: Transaction, account_id: UUID, provider: str, subject: str) -> None:
    """Tie a provider's identity to an account; a later one of the same provider replaces the earlier."""
    await tx.session.execute(
        text("DELETE FROM oauth_identity WHERE provider = :provider AND (account_id = :account OR subject = :subject)"),
        {"provider": provider, "account": account_id, "subject": subject},
    )
    await tx.session.execute(
        insert(OAuthIdentity).values(provider=provider, subject=subject, account_id=account_id, created_at=tx.now)
    )
    grant = sessions.OPEN_SESSION.check(tx.actor)
    place = (await region_of(tx)).commission_id
    await record(tx, grant, IdentityEvent.OAUTH_BOUND, Subject("account", account_id, place), {"provider": provider})


async def citizen_actor(tx: Transaction, account_id: UUID) -> Actor:
    """The actor of an account with the people it acts for at present."""
    found = await tx.session.execute(
        text("SELECT patient_id FROM family_member WHERE account_id = :account AND ended_at IS NULL ORDER BY since"),
        {"account": account_id},
    )
    people = tuple(found.scalars())
    return Actor(ActorKind.CITIZEN, account_id, (RoleAt(Role.PATIENT),), people)


async def open_citizen_session(tx: Transaction, account_id: UUID, *, method: str) -> Session:
    """Open a session for an account and record it; ``method`` goes into the event."""
    actor = await citizen_actor(tx, account_id)
    opened = await sessions.open_session(tx, actor, timedelta(hours=tx.platform.settings.session_hours))
    grant = sessions.OPEN_SESSION.check(opened.actor)
    place = (await region_of(tx)).commission_id
    subject = Subject("account", account_id, place)
    await record(tx, grant, IdentityEvent.CITIZEN_SIGNED_IN, subject, {"method": method})
    return await _session(tx, opened)


async def _session(tx: Transaction, opened: sessions.Opened) -> Session:
    await tx.open_patient_index()
    account = await account_of(tx, opened.actor.id, day_of(tx.now, (await region_of(tx)).zone))
    if account is None:
        raise UNAUTHENTICATED()
    return Session(opened.token, opened.expires_at, account)


def require_account(tx: Transaction) -> Grant:
    """The grant of a signed-in citizen. Raises Problem ``unauthenticated`` or ``forbidden``."""
    return USE_ACCOUNT.check(tx.actor)


async def renew_session(tx: Transaction, *, end_all: bool = False) -> Session:
    """A session with the family as it is now. The old one ends; with ``end_all`` so do those on other devices.

    Raises Problem ``unauthenticated`` or ``forbidden`` for anybody but a citizen.
    """
    grant = require_account(tx)
    actor = await citizen_actor(tx, tx.actor.id)
    ending = await sessions.sessions_of(tx, actor.id) if end_all else []
    if tx.actor.session_id is not None:
        ending.append(tx.actor.session_id)
    await sessions.end_sessions(tx, ending)
    opened = await sessions.open_session(tx, actor, timedelta(hours=tx.platform.settings.session_hours))
    subject = Subject("account", actor.id, (await region_of(tx)).commission_id)
    await record(tx, grant, IdentityEvent.SESSION_RENEWED, subject, {"people": len(actor.patient_ids)})
    return await _session(tx, opened)


async def widened_session(tx: Transaction) -> Session:
    """A further session after somebody was added; the old token stays good for the people it names."""
    actor = await citizen_actor(tx, tx.actor.id)
    opened = await sessions.open_session(tx, actor, timedelta(hours=tx.platform.settings.session_hours))
    return await _session(tx, opened)


@dataclass(frozen=True, slots=True)
class OAuthWay:
    """A provider that is switched on."""

    provider: str
    client: CitizenOAuth


async def subject_at(tx: Transaction, account_id: UUID, provider: str) -> str | None:
    """Under which id ``wechat`` or ``alipay`` knows the account; None for one that never signed in through it."""
    wanted = select(OAuthIdentity.subject).where(
        OAuthIdentity.account_id == account_id, OAuthIdentity.provider == provider
    )
    return await tx.session.scalar(wanted)


def oauth_way(platform: Platform, provider: str) -> OAuthWay:
    """The client of a provider. Raises Problem ``sign-in-provider-off`` when none is connected."""
    kind = OAUTH_PORTS.get(provider)
    if kind is None or kind not in platform.ports:
        raise p.PROVIDER_OFF()
    client: CitizenOAuth = platform.port(kind)
    return OAuthWay(provider, client)


def start_oauth(platform: Platform, provider: str, return_to: str) -> OAuthStart:
    """Where to send the browser to sign in at a provider. Raises Problem ``sign-in-provider-off``."""
    way = oauth_way(platform, provider)
    state = seal_pledge(platform, "oauth-state", provider, new_id().hex, _STATE_MINUTES)
    return OAuthStart(way.client.authorize_url(state, own_address(platform, return_to)), state)


def own_address(platform: Platform, return_to: str) -> str:
    """A return address on our own origin, whatever was asked for: nobody is sent elsewhere after signing in."""
    path = return_to if return_to.startswith("/") and not return_to.startswith(("//", "/\\")) else "/"
    return platform.settings.origin + path


async def finish_oauth(platform: Platform, actor: Actor, provider: str, code: str, state: str) -> Session:
    """Open a session for the account that a provider's identity is bound to.

    Raises Problem ``sign-in-provider-off``, ``challenge-over`` (the state), ``sign-in-provider-refused``, or
    ``phone-binding-needed`` whose document carries ``binding`` for the sign-in by phone.
    """
    way = oauth_way(platform, provider)
    open_pledge(platform, "oauth-state", provider, state)
    try:
        subject = await way.client.exchange(code)
    except Exception as error:
        log.warning("oauth.refused", provider=provider, error=type(error).__name__)
        raise p.PROVIDER_REFUSED() from error
    async with platform.transaction(actor) as tx:
        found = await tx.session.execute(
            text("SELECT account_id FROM oauth_identity WHERE provider = :provider AND subject = :subject"),
            {"provider": provider, "subject": subject},
        )
        account_id = found.scalar_one_or_none()
        if account_id is not None:
            return await open_citizen_session(tx, account_id, method=provider)
    binding = seal_pledge(platform, "binding", provider, subject, _BINDING_MINUTES)
    raise p.BINDING_NEEDED(extra={"binding": binding})
