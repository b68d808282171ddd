"""What the hot path asks: the caps of an actor, and whether a hold, a confirmation or a change may go on.

Every answer comes from the process's memory (:mod:`yitong.booking.limits.memory`); the database is asked only about
somebody who is out of the ordinary.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text

from yitong.booking.limits import refusals
from yitong.booking.limits.handovers import TIES
from yitong.booking.limits.known import Caps as Caps
from yitong.booking.limits.known import Closed, GivenUp, Refused
from yitong.booking.limits.memory import RiskMemory, memory_of
from yitong.booking.limits.proofs import answers_of, require
from yitong.booking.limits.rules import DECLARED, Level
from yitong.booking.limits.signals import Signal
from yitong.booking.limits.tokens import parties_of, slot_tokens_of
from yitong.booking.schemas import HoldRequest
from yitong.kernel.client import CLIENT
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem

Headers = Mapping[bytes, bytes]
"""Request headers as ASGI gives them, lower-case names; without them those that the edge kept are looked at."""


NO_CAPS = Caps(-1, -1, -1)
_CITIZEN = ActorKind.CITIZEN
_CAPS = ("person-outstanding", "person-day", "account-day")


async def caps_of(platform: Platform, actor: Actor, now: datetime, organization_id: UUID | None = None) -> Caps:
    """The caps that bind this actor, at a hospital when one is named. Staff decide for themselves: no caps."""
    if actor.kind is not _CITIZEN:
        return NO_CAPS
    memory = memory_of(platform)
    if not memory.is_fresh():
        await memory.fresh()
    caps = memory.caps.get(organization_id)
    if caps is None:
        rules = [memory.rule(code, organization_id) for code in _CAPS]
        caps = memory.caps[organization_id] = Caps(*(rule.value if rule.enabled else -1 for rule in rules))
    return caps


def cap_reached(platform: Platform, code: str, organization_id: UUID) -> Problem:
    """The refusal by an exact cap (``person-outstanding``, ``person-day``, ``account-day``), counted for the board."""
    memory = memory_of(platform)
    memory.note(code, "refused", organization_id)
    return refusals.limit_reached(code, DECLARED[code].words, memory.rule(code, organization_id).value)


def ban_reached(platform: Platform, until: datetime, organization_id: UUID) -> Problem:
    """The refusal of a banned person, counted for the board."""
    memory = memory_of(platform)
    memory.note("no-show", "refused", organization_id)
    return refusals.banned(until, memory.zone)


async def before_hold(
    platform: Platform,
    actor: Actor,
    request: HoldRequest,
    headers: Headers | None = None,
    key: UUID | None = None,
) -> None:
    """Let a hold go on, or refuse it; staff, terminals and systems are known and not examined.

    A hold that was made under ``key`` before is let through: the answer to a repetition is the same appointment, even
    when that very hold was the last one allowed.

    Raises Problem ``limit-reached``, ``booking-refused``, ``transfer-suspected`` or ``slot-token-needed``.
    """
    if actor.kind is not _CITIZEN:
        return
    memory = memory_of(platform)
    if not memory.is_fresh():
        await memory.fresh()
    try:
        await _check_hold(memory, actor, request, CLIENT.get().said if headers is None else headers)
    except Problem:
        if key is None or not await _made_before(platform, actor, request, key):
            raise


async def _check_hold(memory: RiskMemory, actor: Actor, request: HoldRequest, headers: Headers) -> None:
    settings = memory.platform.settings
    if settings.risk_checks:
        _check_counted(memory, actor, request)
        departments = memory.departments.get(request.patient_id) if memory.departments else None
        if departments:
            await _check_department(memory, departments, request)
        if memory.suspects:
            suspect = memory.suspects.get(actor.id)
            if suspect is not None and suspect.level is Level.REFUSE:
                memory.note("level-refuse", "refused", request.organization_id)
                raise refusals.BOOKING_REFUSED()
        if memory.given_up:
            given_up = memory.given_up.get(request.slot_id)
            if given_up is not None:
                _check_handover(memory, actor, request, given_up)
    if settings.slot_tokens != "off":
        _check_token(memory, actor, request, headers)


async def _made_before(platform: Platform, actor: Actor, request: HoldRequest, key: UUID) -> bool:
    """Whether this account made this hold before. Asked only when it would be refused."""
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text(
                "SELECT 1 FROM appointment WHERE organization_id = :organization AND booked_by = :actor"
                " AND idempotency_key = :key AND slot_id = :slot AND patient_id = :patient"
            ),
            {
                "organization": request.organization_id,
                "actor": actor.id,
                "key": key,
                "slot": request.slot_id,
                "patient": request.patient_id,
            },
        )
        return found.first() is not None


async def before_confirm(
    platform: Platform,
    actor: Actor,
    organization_id: UUID,
    appointment_id: UUID,
    headers: Headers | None = None,
) -> None:
    """Let a confirmation go on, ask for a proof or a code, or refuse it.

    Raises Problem ``transfer-suspected``, ``limit-reached``, ``booking-refused``, ``proof-needed``, ``proof-wrong``,
    ``phone-code-needed`` or the problems of a phone code.
    """
    if actor.kind is not _CITIZEN or not platform.settings.risk_checks:
        return
    memory = memory_of(platform)
    if not memory.is_fresh():
        await memory.fresh()
    rule = memory.barred.get(appointment_id)
    if rule is not None:
        memory.note(rule, "refused", organization_id)
        if rule.startswith("transfer"):
            raise refusals.TRANSFER_SUSPECTED()
        raise refusals.limit_reached(rule, DECLARED[rule].words, memory.rule(rule).value)
    suspect = memory.suspects.get(actor.id)
    if suspect is None:
        return
    if suspect.level is Level.REFUSE:
        memory.note("level-refuse", "refused", organization_id)
        raise refusals.BOOKING_REFUSED()
    await require(
        memory,
        actor,
        organization_id,
        appointment_id,
        suspect,
        answers_of(CLIENT.get().said if headers is None else headers),
    )


async def before_change(platform: Platform, actor: Actor, organization_id: UUID, patient_id: UUID) -> None:
    """Let a visit be moved to another time. Raises Problem ``limit-reached`` when the patient has moved too many."""
    if actor.kind is not _CITIZEN or not platform.settings.risk_checks:
        return
    memory = memory_of(platform)
    if not memory.is_fresh():
        await memory.fresh()
    closed = memory.changers.get(patient_id)
    if closed is not None and closed.until > platform.clock.now():
        raise _reached(memory, closed, organization_id)


def _check_counted(memory: RiskMemory, actor: Actor, request: HoldRequest) -> None:
    """Raises Problem ``limit-reached`` when the patient, the account, the device or the block has reached a rule."""
    closed = None
    if memory.people:
        closed = memory.people.get(request.patient_id) or memory.people.get(actor.id)
    if closed is None and memory.hashes:
        client = CLIENT.get()
        closed = memory.hashes.get(client.device or b"") or memory.hashes.get(client.block or b"")
    if closed is not None and closed.until > memory.platform.clock.now():
        raise _reached(memory, closed, request.organization_id)


async def _check_department(memory: RiskMemory, departments: Mapping[UUID, Closed], request: HoldRequest) -> None:
    """Raises Problem ``limit-reached`` when the patient has had enough places in this slot's department.

    Asks the database which department that is: only for somebody who has reached the rule in one.
    """
    async with memory.platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT department_id FROM slot WHERE organization_id = :organization AND id = :id"),
            {"organization": request.organization_id, "id": request.slot_id},
        )
        department = found.scalar_one_or_none()
        now = tx.now
    closed = departments.get(department) if department is not None else None
    if closed is not None and closed.until > now:
        raise _reached(memory, closed, request.organization_id)


def _reached(memory: RiskMemory, closed: Closed, organization_id: UUID) -> Problem:
    memory.note(closed.rule, "refused", organization_id)
    return refusals.limit_reached(closed.rule, DECLARED[closed.rule].words, memory.rule(closed.rule).value)


def _check_handover(memory: RiskMemory, actor: Actor, request: HoldRequest, given_up: list[GivenUp]) -> None:
    """Raises Problem ``transfer-suspected`` when somebody tied to the actor gave this very slot up for another."""
    now = memory.platform.clock.now()
    for one in given_up:
        via = tie(memory, one, actor)
        rule = memory.rule("transfer-pair" if via == "pair" else "transfer")
        window = memory.rule("transfer").window
        if one.patient_id == request.patient_id or via not in TIES or not rule.enabled:
            continue
        if (now - one.at).total_seconds() > window:
            continue
        code = "transfer-pair" if via == "pair" else "transfer"
        memory.note(code, "refused", request.organization_id)
        memory.hand_over(Refused(one, actor.id, request.patient_id, via, now))
        for account in {actor.id, one.account_id}:
            memory.suspect(
                Signal(request.organization_id, now, code, rule.weight, account, None, one.appointment_id, {"via": via})
            )
        raise refusals.TRANSFER_SUSPECTED()


def tie(memory: RiskMemory, given_up: GivenUp, actor: Actor) -> str:
    """What ties the one who gave a place up to the actor: account, device, pair, block or none."""
    client = CLIENT.get()
    if given_up.account_id == actor.id:
        return "account"
    if client.device is not None and client.device in given_up.devices:
        return "device"
    if (given_up.account_id, actor.id) in memory.pairs:
        return "pair"
    return "block" if client.block is not None and client.block == given_up.block else "none"


def _check_token(memory: RiskMemory, actor: Actor, request: HoldRequest, headers: Headers) -> None:
    """Raises Problem ``slot-token-needed`` when tokens are required and this hold has none that counts."""
    platform = memory.platform
    token = headers.get(b"x-slot-token")
    parties = parties_of(actor)
    now = platform.clock.now()
    if token and parties and slot_tokens_of(platform).counts(token.decode("latin-1"), request.slot_id, parties, now):
        return
    if platform.settings.slot_tokens == "required":
        memory.note("risk-no-search", "refused", request.organization_id)
        raise refusals.SLOT_TOKEN_NEEDED()
    rule = memory.rule("risk-no-search")
    if platform.settings.risk_checks and rule.enabled and actor.id not in memory.warned:
        memory.warned.add(actor.id)
        memory.note("risk-no-search", "warned", request.organization_id)
        memory.suspect(Signal(request.organization_id, now, "risk-no-search", rule.weight, actor.id))
