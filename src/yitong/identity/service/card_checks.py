"""The scanning side of the health card: codes are checked, used up and recorded, many in one database call.

Signature, time window and form are decided here from the code alone. What needs the database (is the card known and
active, was this code used before, the event) is the SQL function ``use_card_codes``, the same for the ordinary route,
the hot route and other rooms that take a card code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text as sql

from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.rules.card_codes import CardCode, parse
from yitong.identity.rules.phone_codes import Purpose
from yitong.identity.schemas.cards import StaticChallenge, StaticChallengeSent, Verification, Verified
from yitong.identity.service.card_keys import code_keys
from yitong.identity.service.cards import short
from yitong.identity.service.phone_codes import CodeToSend, send_code, store_code, use_code
from yitong.identity.service.registration import holder_phones
from yitong.identity.states import CardState
from yitong.kernel.batch import Batcher, Call
from yitong.kernel.clock import age_in_years, day_of
from yitong.kernel.crypto import Masked, mask
from yitong.kernel.database import DatabaseRole
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

VERIFY_CARD = action(
    "card:code:verify",
    "核验健康卡二维码",
    "Verify a card code",
    {
        Role.REGISTRAR: Scope.ORGANIZATION,
        Role.DOCTOR: Scope.ORGANIZATION,
        Role.NURSE: Scope.ORGANIZATION,
        Role.SCHEDULER: Scope.ORGANIZATION,  # an extra place is for whoever stands there
        Role.CASHIER: Scope.ORGANIZATION,  # a bill is paid by whoever shows their card
        Role.HOSPITAL_ADMIN: Scope.ORGANIZATION,
        Role.KIOSK: Scope.ORGANIZATION,
        Role.HOSPITAL_SYSTEM: Scope.ORGANIZATION,
    },
)
_CHANNELS = {ActorKind.STAFF: "window", ActorKind.TERMINAL: "terminal"}
_REFUSALS = {"unknown": p.CARD_UNKNOWN, "frozen": p.CARD_FROZEN, "replayed": p.CARD_REPLAYED}
_BATCH = "SELECT * FROM use_card_codes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
_ONE = sql(
    "SELECT * FROM use_card_codes(ARRAY[:ecard], ARRAY[CAST(:nonce AS bytea)], ARRAY[CAST(:expires AS timestamptz)],"
    " ARRAY[CAST(:event AS uuid)], ARRAY[CAST(:organization AS uuid)], ARRAY[:kind], ARRAY[CAST(:actor AS uuid)],"
    " ARRAY[:payload], :now, :region, :action, :type)"
)


class Scan(NamedTuple):
    """One code to use up, in the order of ``use_card_codes``'s arrays; a static code has neither nonce nor expiry."""

    ecard: str
    nonce: bytes | None
    expires: datetime | None
    event: UUID
    organization: UUID
    kind: str
    actor: UUID
    payload: str


@dataclass
class Turnstile:
    """Where a server process hands its scans in: those that come while others are decided go together."""

    scans: Batcher[Scan]


def turnstile_of(platform: Platform) -> Turnstile:
    """The process's turnstile; opened when first asked for, closed with the platform."""
    found = platform.ports.get(Turnstile)
    if isinstance(found, Turnstile):
        return found
    call = Call(_BATCH, lambda: _rest(platform), DatabaseRole.APP)
    made = Turnstile(Batcher(platform.database, call, platform.settings.batch_size))
    platform.connect(Turnstile, made)
    platform.closing.append(made.scans.close)
    return made


def _rest(platform: Platform) -> tuple[datetime, str, str, str]:
    """What is the same for all scans of a call."""
    region = platform.settings.region_code
    return platform.clock.now(), region, VERIFY_CARD.name, IdentityEvent.CARD_VERIFIED.value


def _scan(platform: Platform, grant: Grant, given: Verification, code: CardCode) -> Scan:
    """The scan, after everything that the code alone can tell. Raises Problem ``card-code-…``."""
    expires = None
    if code.dynamic:
        keys, now = code_keys(platform.sealer, platform.settings), platform.clock.now()
        keys.check(code, now)
        expires = now + timedelta(seconds=keys.window_s + keys.skew_s)
    payload = {
        "scene": given.scene,
        "department": given.department,
        "channel": _CHANNELS.get(grant.actor.kind, "system"),
        "code_kind": "dynamic" if code.dynamic else "static",
    }
    return Scan(
        ecard=code.ecard_id,
        nonce=code.nonce_hash if code.dynamic else None,
        expires=expires,
        event=new_id(),
        organization=given.organization_id,
        kind=grant.actor.kind.value,
        actor=grant.actor.id,
        payload=msgspec.json.encode(payload).decode(),
    )


def _answer(platform: Platform, actor: Actor, code: CardCode, row: Any) -> Verified:
    """Whose card it is, from a row of the SQL function. Raises Problem for any other outcome than ``used``."""
    if row["outcome"] != "used":
        raise _REFUSALS[row["outcome"]]()
    patient_id, sealer, now = row["patient_id"], platform.sealer, platform.clock.now()
    name = sealer.open(row["name_sealed"], f"patient.name:{patient_id}")
    sealed = row["value_sealed"]  # null when a hospital's import brought no document
    number = sealer.open(sealed, f"patient_identifier.value:{patient_id}:{row['id_kind']}") if sealed else ""
    return Verified(
        patient_id=patient_id,
        name_masked=mask(Masked.NAME, name),
        sex=row["sex"],
        age_years=age_in_years(row["birth_date"], day_of(now, row["zone"])),
        id_number_masked=mask(Masked.ID_NUMBER, number),
        code_kind="dynamic" if code.dynamic else "static",
        ecard_id_short=short(code.ecard_id),
        verified_at=now,
        name=name if actor.kind is ActorKind.STAFF else msgspec.UNSET,
    )


async def verify_fast(platform: Platform, actor: Actor, given: Verification) -> Verified:
    """Check and use up a scanned code: a dynamic one together with others, a static one with its second factor.

    Raises Problem ``unauthenticated``, ``forbidden``, ``card-code-malformed``, ``card-code-forged``,
    ``card-code-expired``, ``card-code-replayed``, ``card-unknown``, ``card-frozen``, ``card-second-factor``,
    ``unavailable``, or ``code-…`` of the second factor.
    """
    grant = VERIFY_CARD.check(actor, organization_id=given.organization_id)
    code = parse(given.text)
    if not code.dynamic:
        return await _verify_static(platform, actor, grant, given, code)
    row = await turnstile_of(platform).scans.submit(_scan(platform, grant, given, code))
    return _answer(platform, actor, code, row)


def verify_at_once(
    platform: Platform, actor: Actor, given: Verification, reply: Callable[[Verified | Exception], None]
) -> bool:
    """Hand a dynamic code in and reply when it is decided; False for a static one, which :func:`verify_fast` takes.

    Raises, or replies with, the same Problems.
    """
    grant = VERIFY_CARD.check(actor, organization_id=given.organization_id)
    code = parse(given.text)
    if not code.dynamic:
        return False

    def settled(row: Any) -> None:
        try:
            answer = row if isinstance(row, Exception) else _answer(platform, actor, code, row)
        except Exception as error:
            answer = error
        reply(answer)

    turnstile_of(platform).scans.hand_in(_scan(platform, grant, given, code), settled)
    return True


async def verify_in(tx: Transaction, given: Verification) -> Verified:
    """Check and use up a dynamic code inside another room's transaction (a check-in by card): both happen or neither.

    Raises Problem as :func:`verify_fast`; a static code is refused with ``card-second-factor``.
    """
    grant = VERIFY_CARD.check(tx.actor, organization_id=given.organization_id)
    code = parse(given.text)
    if not code.dynamic:
        raise p.CARD_SECOND_FACTOR()
    return await _use(tx, grant, given, code)


async def _use(tx: Transaction, grant: Grant, given: Verification, code: CardCode) -> Verified:
    scan = _scan(tx.platform, grant, given, code)
    now, region, action_name, event_type = _rest(tx.platform)
    rest = {"now": now, "region": region, "action": action_name, "type": event_type}
    found = await tx.session.execute(_ONE, scan._asdict() | rest)
    return _answer(tx.platform, tx.actor, code, found.mappings().one())


async def _verify_static(
    platform: Platform, actor: Actor, grant: Grant, given: Verification, code: CardCode
) -> Verified:
    factor = given.second_factor
    if factor is None:
        raise p.CARD_SECOND_FACTOR()
    async with platform.transaction(actor) as tx:
        _, phones = await _holder(tx, code)
        refused = await use_code(tx, factor.challenge_id, factor.code, Purpose.CARD, phone_hashes=phones)
        if refused is None:
            return await _use(tx, grant, given, code)
    raise refused


async def _holder(tx: Transaction, code: CardCode) -> tuple[UUID, list[bytes]]:
    """The holder of an active card and the phones that speak for them. Raises ``card-unknown`` or ``card-frozen``."""
    await tx.open_patient_index()
    found = await tx.session.execute(
        sql("SELECT patient_id, state FROM health_card WHERE ecard_id = :ecard"), {"ecard": code.ecard_id}
    )
    row = found.one_or_none()
    if row is None:
        raise p.CARD_UNKNOWN()
    if row.state != CardState.ACTIVE:
        raise p.CARD_FROZEN()
    return row.patient_id, await holder_phones(tx, row.patient_id)


async def challenge_static(platform: Platform, actor: Actor, given: StaticChallenge) -> StaticChallengeSent:
    """Send the code that a static card code needs to its holder's phone (a child's: the guardian's).

    Raises Problem ``card-code-malformed``, ``card-unknown``, ``card-frozen``, ``card-no-phone``, ``rate-limited`` or
    ``sms-unavailable``.
    """
    grant = VERIFY_CARD.check(actor, organization_id=given.organization_id)
    code = parse(given.text)
    async with platform.transaction(actor) as tx:
        patient_id, _ = await _holder(tx, code)
        phone = await _phone_of(tx, patient_id)
        made: CodeToSend = await store_code(tx, grant, phone, Purpose.CARD)
        subject = Subject("health_card", patient_id, given.organization_id, patient_id)
        await record(tx, grant, IdentityEvent.CARD_CHALLENGED, subject)
    await send_code(platform, made)
    return StaticChallengeSent(made.challenge_id, mask(Masked.PHONE, phone), made.expires_at)


async def _phone_of(tx: Transaction, patient_id: UUID) -> str:
    """The phone to ask: the holder's own, otherwise that of an account which is theirs or their guardian's."""
    found = await tx.session.execute(
        sql(
            "SELECT p.phone_sealed, a.id AS account_id, a.phone_sealed AS account_phone FROM patient p"
            " LEFT JOIN family_member f ON f.patient_id = p.id AND f.ended_at IS NULL"
            " AND (f.guardian OR f.relation = 'self') LEFT JOIN account a ON a.id = f.account_id"
            " WHERE p.id = :id ORDER BY f.relation = 'self' DESC, f.since LIMIT 1"
        ),
        {"id": patient_id},
    )
    row = found.one()
    sealer = tx.platform.sealer
    if row.phone_sealed:
        return sealer.open(row.phone_sealed, f"patient.phone:{patient_id}")
    if row.account_phone:
        return sealer.open(row.account_phone, f"account.phone:{row.account_id}")
    raise p.NO_PHONE()
