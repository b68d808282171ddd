"""What people do with waiting lists: join, leave, look."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.waitlist import line, queries
from yitong.booking.waitlist.actions import JOIN, LEAVE, LIST, READ
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.booking.waitlist.model import WaitlistEntry as EntryRow
from yitong.booking.waitlist.offers import outcomes
from yitong.booking.waitlist.offers.service import decline
from yitong.booking.waitlist.problems import ALREADY_WAITING, WAITLIST_LIMIT
from yitong.booking.waitlist.schemas import JoinRequest, OfferView, WaitlistEntry
from yitong.booking.waitlist.states import ENTRY, EntryState
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, WRONG_STATE, Conflict, FieldError
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

__all__ = ["DISPLACED", "ORDINARY", "entries", "join", "join_line", "leave", "offers", "show"]
ORDINARY, DISPLACED = 5, 1  # priorities: whom a stopped clinic or a draw put into the list goes before the others
LONGEST = timedelta(days=62)  # how far ahead somebody may wait


async def join(tx: Transaction, request: JoinRequest, key: UUID) -> WaitlistEntry:
    """Stand in a department's line; the same ``key`` again answers the same entry.

    Raises Problem ``already-waiting``, ``waitlist-limit``, ``not-found`` (department, doctor or patient),
    ``validation-failed`` (days) and those of the permission check.
    """
    grant = JOIN.check(tx.actor, organization_id=request.organization_id, patient_id=request.patient_id)

    async def make() -> WaitlistEntry:
        return await show(tx, request.organization_id, await join_line(tx, grant, request))

    return await once(tx, key, request, WaitlistEntry, make)


async def join_line(tx: Transaction, grant: Grant, request: JoinRequest, priority: int = ORDINARY) -> UUID:
    """Put a patient into a line for somebody whose grant allows it; answers the entry's id. Opens the region.

    Raises the problems of :func:`join`.
    """
    await tx.open_region()  # the limit counts over all hospitals
    await tx.open_patient_index()
    zone = await _zone(tx, request)
    today = day_of(tx.now, zone)
    if request.to_day < max(today, request.from_day) or request.to_day > today + LONGEST:
        words = Bilingual("请选择今天起两个月内的日期范围。", "Choose days from today on, within two months.")
        raise VALIDATION_FAILED(errors=[FieldError("to", "days", words)])
    await _within_limits(tx, request)
    entry_id = new_id()
    values = {
        "organization_id": request.organization_id,
        "id": entry_id,
        "patient_id": request.patient_id,
        "department_id": request.department_id,
        "practitioner_role_id": request.practitioner_role_id,
        "service_kind": request.service_kind,
        "from_day": max(request.from_day, today),
        "to_day": request.to_day,
        "period": request.period,
        "priority": priority,
        "joined_at": tx.now,
        "joined_by": grant.actor.id,
        "state": EntryState.WAITING.value,
        "version": 1,
        "unanswered": 0,
    }
    row = insert(EntryRow).values(values).on_conflict_do_nothing().returning(EntryRow.id)
    if (await tx.session.execute(row)).first() is None:
        raise await _already(tx, request)
    subject = Subject("waitlist_entry", entry_id, request.organization_id, request.patient_id)
    said = {"department_id": request.department_id, "from": values["from_day"], "to": request.to_day}
    event_id = await record(tx, grant, WaitlistEvent.JOINED, subject, said)
    await record_move(tx, grant, ENTRY, subject, None, EntryState.WAITING, sequence=1, event_id=event_id)
    await _ask_again(tx, request)
    return entry_id


async def leave(tx: Transaction, organization_id: UUID, entry_id: UUID) -> WaitlistEntry:
    """Leave a line; an open offer is declined with it. Leaving again answers the same.

    Raises Problem ``wrong-state`` (booked or over), ``not-found`` and those of the permission check.
    """
    row = await _own(tx, organization_id, entry_id)
    grant = LEAVE.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"])
    if row["offer_id"] is not None:
        await decline(tx, organization_id, row["offer_id"])
    locked = await tx.session.execute(
        text("SELECT * FROM waitlist_entry WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": entry_id},
    )
    entry = locked.mappings().one()
    if entry["state"] != EntryState.LEFT:
        # An offer made between the reading and the lock keeps the entry: its owner decides about that first.
        if entry["state"] != EntryState.WAITING:
            zh, en = ENTRY.words[EntryState(entry["state"])]
            raise WRONG_STATE(state=en, state_zh=zh)
        subject = Subject("waitlist_entry", entry_id, organization_id, entry["patient_id"])
        event_id = await record(
            tx, grant, WaitlistEvent.LEFT, subject, {"department_id": entry["department_id"], "offers": row["offers"]}
        )
        await outcomes.move_entry(tx, grant, entry, EntryState.LEFT, event_id)
    return await show(tx, organization_id, entry_id)


async def show(tx: Transaction, organization_id: UUID, entry_id: UUID) -> WaitlistEntry:
    """One entry with its place in the line. Raises Problem ``not-found`` and those of the permission check."""
    row = await _own(tx, organization_id, entry_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"])
    return (await queries.worded_entries(tx, [row]))[0]


async def entries(
    tx: Transaction, patient_id: UUID | None, organization_id: UUID | None, department_id: UUID | None, *, past: bool
) -> list[WaitlistEntry]:
    """A citizen's entries at all hospitals, or a hospital's line in its order; those that are over with ``past``.

    Raises Problem ``foreign-patient`` and those of the permission check.
    """
    patients = _of_whom(tx, patient_id, organization_id)
    await tx.open_patient_index()
    rows = await queries.entries(tx, patients, organization_id, department_id, past=past)
    return await queries.worded_entries(tx, rows)


async def offers(tx: Transaction, patient_id: UUID | None, organization_id: UUID | None) -> list[OfferView]:
    """A citizen's or a hospital's offers: open ones first, then the latest. Raises as :func:`entries`."""
    patients = _of_whom(tx, patient_id, organization_id)
    await tx.open_patient_index()
    return await queries.offers(tx, patients, organization_id)


def _of_whom(tx: Transaction, patient_id: UUID | None, organization_id: UUID | None) -> list[UUID]:
    """The patients to read for; empty for a whole hospital."""
    if organization_id is not None and patient_id is None:
        LIST.check(tx.actor, organization_id=organization_id)
        return []
    patients = [patient_id] if patient_id is not None else list(tx.actor.patient_ids)
    if not patients:
        READ.check(tx.actor, organization_id=organization_id)
    for one in patients:
        READ.check(tx.actor, organization_id=organization_id, patient_id=one)
    return patients


async def _own(tx: Transaction, organization_id: UUID, entry_id: UUID) -> Any:
    await tx.open_patient_index()
    row = await queries.entry(tx, organization_id, entry_id)
    if row is None:
        raise NOT_FOUND()
    return row


async def _zone(tx: Transaction, request: JoinRequest) -> str:
    """The hospital's zone, when department, doctor and patient are known there."""
    found = await tx.session.execute(
        text(
            "SELECT o.zone FROM organization AS o"
            " JOIN department AS d ON d.organization_id = o.id AND d.id = :department AND d.kind <> 'admin'"
            " JOIN patient AS p ON p.id = :patient AND p.state = 'active'"
            " WHERE o.id = :organization AND o.active AND (CAST(:role AS uuid) IS NULL OR EXISTS ("
            "SELECT FROM practitioner_role AS r WHERE r.organization_id = o.id AND r.id = :role"
            " AND r.department_id = d.id))"
        ),
        {
            "organization": request.organization_id,
            "department": request.department_id,
            "patient": request.patient_id,
            "role": request.practitioner_role_id,
        },
    )
    zone = found.scalar_one_or_none()
    if zone is None:
        raise NOT_FOUND()
    return zone


async def _within_limits(tx: Transaction, request: JoinRequest) -> None:
    """Raises Problem ``already-waiting`` or ``waitlist-limit``; joins of one person wait for each other here."""
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:patient AS text), 0))"),
        {"patient": str(request.patient_id)},
    )
    standing = await tx.session.execute(
        text(
            "SELECT organization_id, department_id FROM waitlist_entry"
            " WHERE patient_id = :patient AND state IN ('waiting','offered')"
        ),
        {"patient": request.patient_id},
    )
    lists = [(row.organization_id, row.department_id) for row in standing]
    if (request.organization_id, request.department_id) in lists:
        raise await _already(tx, request)
    most = (await line.rule_row(tx, request.organization_id))["entries_most"]
    if len(lists) >= most:
        raise WAITLIST_LIMIT(most=most)


async def _already(tx: Transaction, request: JoinRequest) -> Exception:
    found = await tx.session.execute(
        text(
            "SELECT id FROM waitlist_entry WHERE organization_id = :organization AND patient_id = :patient"
            " AND department_id = :department AND state IN ('waiting','offered')"
        ),
        {
            "organization": request.organization_id,
            "patient": request.patient_id,
            "department": request.department_id,
        },
    )
    words = Bilingual("现有的候补。", "The entry there is.")
    return ALREADY_WAITING(conflict=Conflict("waitlist_entry", str(found.scalar_one_or_none()), words))


async def _ask_again(tx: Transaction, request: JoinRequest) -> None:
    """Places that nobody wanted and that are still on their way back are offered once more."""
    await tx.session.execute(
        text(
            # What somebody else holds at this moment is being given away or goes back: nobody waits for that here.
            "UPDATE returning_place SET asked_at = NULL WHERE organization_id = :organization AND id IN ("
            "SELECT r.id FROM returning_place AS r JOIN slot AS s"
            " ON s.organization_id = r.organization_id AND s.id = r.slot_id"
            " WHERE r.organization_id = :organization AND r.state = 'waiting' AND s.department_id = :department"
            " FOR UPDATE OF r SKIP LOCKED)"
        ),
        {"organization": request.organization_id, "department": request.department_id},
    )
