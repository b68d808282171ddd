"""Keeping a line: pausing a room, handing somebody to another room, letting somebody go first by rule."""

from typing import Any

from sqlalchemy import insert, text, update

from yitong.booking.queue import moves, numbers, queries, rows
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.model import QueueEntry, RoomPause
from yitong.booking.queue.policy import GROUNDS, enabled, policy_of
from yitong.booking.queue.rows import EntryRow, SessionRow
from yitong.booking.queue.rules import RANK, Priority, Turn, Waiting
from yitong.booking.queue.schemas import (
    PauseRequest,
    PrivilegeRequest,
    Queue,
    QueueEntryView,
    TransferRequest,
)
from yitong.booking.queue.service import ROOM_PAUSED, session_to_run
from yitong.booking.states import QueueState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
TRANSFER = action(
    "queue:entry:transfer",
    "转诊室",
    "Hand somebody who waits to another room",
    {Role.DOCTOR: _AT, Role.NURSE: _AT},
)
PRIVILEGE = action(
    "queue:entry:privilege",
    "依规优先",
    "Let somebody go first within their slot by rule",
    {Role.NURSE: _AT, Role.REGISTRAR: _AT},
)
ROOM_NOT_PAUSED = problem_kind(
    "room-not-paused",
    409,
    Bilingual("{room_zh}没有暂停叫号。", "{room} is not paused."),
    Bilingual("请刷新后查看最新状态。", "Refresh to see the present state."),
)
TRANSFER_ELSEWHERE = problem_kind(
    "transfer-elsewhere",
    409,
    Bilingual(
        "只能转到同一科室、当天未停诊的其他诊室。",
        "Only a running session of the same department and day will do.",
    ),
    Bilingual("请选择同科室的诊室；转科请重新挂号。", "Choose a room of the department, or book elsewhere."),
)
TRANSFER_DEARER = problem_kind(
    "transfer-dearer",
    409,
    Bilingual("目标诊室的挂号费更高，不能直接转入。", "That room's fee is higher, so nobody can be handed to it."),
    Bilingual("请改约该号别并补差价。", "Book that service instead and pay the difference."),
)
RULE_OFF = problem_kind(
    "rule-off",
    409,
    Bilingual("本院没有启用这条规则。", "This hospital has switched that rule off."),
    Bilingual("请联系本院管理员。", "Ask the hospital's administrator."),
)


async def pause(tx: Transaction, schedule_id: UUID, request: PauseRequest) -> Queue:
    """Stop calling into a room, with a reason that everybody reads. Who is in the room stays in it.

    Raises Problem ``room-paused``, ``validation-failed``, ``forbidden`` or ``not-found``.
    """
    await session_to_run(tx, request.organization_id, schedule_id)
    await moves.lock_session(tx, request.organization_id, schedule_id)
    grant, one = await session_to_run(tx, request.organization_id, schedule_id)
    if one.paused_at is not None:
        raise ROOM_PAUSED(room=one.room_en, room_zh=one.room, reason=one.paused_reason)
    if request.until is not None and request.until <= tx.now:
        past = FieldError("until", "past", Bilingual("预计恢复时间应晚于现在。", "It must be later than now."))
        raise VALIDATION_FAILED(errors=[past])
    await tx.session.execute(
        insert(RoomPause).values(
            organization_id=one.organization_id,
            id=new_id(),
            schedule_id=one.id,
            reason=request.reason,
            paused_at=tx.now,
            until_at=request.until,
            paused_by=tx.actor.id,
        )
    )
    said = _of_room(one) | {"reason": request.reason, "until": request.until}
    await record(tx, grant, QueueEvent.PAUSED, Subject("schedule", one.id, one.organization_id), said)
    return await _reread(tx, one)


async def resume(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> Queue:
    """Go on calling into a room. Raises Problem ``room-not-paused``, ``forbidden`` or ``not-found``."""
    await session_to_run(tx, organization_id, schedule_id)
    await moves.lock_session(tx, organization_id, schedule_id)
    grant, one = await session_to_run(tx, organization_id, schedule_id)
    if one.paused_at is None:
        raise ROOM_NOT_PAUSED(room=one.room_en, room_zh=one.room)
    await tx.session.execute(
        text(
            "UPDATE room_pause SET resumed_at = :now WHERE organization_id = :organization AND schedule_id = :schedule"
            " AND resumed_at IS NULL"
        ),
        {"now": tx.now, "organization": organization_id, "schedule": schedule_id},
    )
    said = _of_room(one) | {"reason": one.paused_reason, "paused_at": one.paused_at}
    await record(tx, grant, QueueEvent.RESUMED, Subject("schedule", one.id, one.organization_id), said)
    return await _reread(tx, one)


def _of_room(one: SessionRow) -> dict[str, Any]:
    return {
        "schedule_id": one.id,
        "line": one.line,
        "department_id": one.department_id,
        "room": one.room,
        "room_en": one.room_en,
    }


async def _reread(tx: Transaction, one: SessionRow) -> Queue:
    again = await rows.session(tx, one.organization_id, one.id)
    return await queries.queue(tx, again or one)


async def transfer(tx: Transaction, entry_id: UUID, request: TransferRequest) -> QueueEntryView:
    """Hand somebody who waits or was skipped to another room of the department, which alone may call them then.

    They keep the place that their own slot gives them, so nobody there is overtaken who was due before; who hands over,
    from where, where to and why is in the event. Raises Problem ``transfer-elsewhere``, ``transfer-dearer``,
    ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    organization_id = request.organization_id
    grant = TRANSFER.check(tx.actor, organization_id=organization_id)
    seen = await rows.entry(tx, organization_id, entry_id)
    if seen is None:
        raise NOT_FOUND()
    await session_to_run(tx, organization_id, seen.schedule_id)
    await moves.lock_session(tx, organization_id, seen.schedule_id, request.schedule_id)
    entry, appointment = await moves.locked(tx, seen)
    if entry.state not in (QueueState.WAITING, QueueState.SKIPPED):
        raise moves.wrong(entry.state)
    source = await rows.session(tx, organization_id, entry.schedule_id)
    target = await rows.session(tx, organization_id, request.schedule_id)
    if source is None or target is None:
        raise NOT_FOUND()
    _refuse_target(source, target)
    number_before = rows.number_of(source, entry.number)
    line = await rows.line(tx, target)
    appointment.number, appointment.schedule_id = entry.number, target.id
    others = await rows.entries(tx, organization_id, target.members)
    await numbers.give(tx, appointment, line, [one for one in others if one.id != entry.id])
    moved = _moved(entry, appointment.number or entry.number)
    said = moves.payload(
        target,
        appointment.id,
        moved,
        entry.calls,
        number_before=entry.number,
        number_before_text=number_before,
        from_schedule_id=source.id,
        from_line=source.line,
        from_room=source.room,
        from_room_en=source.room_en,
        bound_to=target.id,
        state=entry.state.value,
        reason=request.reason,
    )
    await record(tx, grant, QueueEvent.TRANSFERRED, moves.subject_of(entry), said)
    await _write(
        tx, entry, moved, schedule_id=target.id, bound=True, called_schedule_id=None, transferred_from=source.id
    )
    return await queries.entry_view(tx, target, entry_id)


def _moved(entry: EntryRow, number: int) -> Waiting:
    """The same place in the order under another number; who stands behind somebody stays at that height."""
    turn = Turn(entry.turn_rank, entry.turn_number if entry.turn_behind else number, entry.turn_behind, entry.turn_at)
    return Waiting(entry.id, entry.priority, entry.due_at, number, turn)


def _refuse_target(source: SessionRow, target: SessionRow) -> None:
    elsewhere = (target.department_id, target.day) != (source.department_id, source.day)
    if target.id == source.id or elsewhere or target.stopped_at is not None:
        raise TRANSFER_ELSEWHERE()
    if target.fee_fen > source.fee_fen:
        raise TRANSFER_DEARER()


async def privilege(tx: Transaction, entry_id: UUID, request: PrivilegeRequest) -> QueueEntryView:
    """Let somebody who waits go first within their own slot; the staff has seen the document, which is not kept.

    Raises Problem ``rule-off``, ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    organization_id = request.organization_id
    grant = PRIVILEGE.check(tx.actor, organization_id=organization_id)
    seen = await rows.entry(tx, organization_id, entry_id)
    if seen is None:
        raise NOT_FOUND()
    await moves.lock_session(tx, organization_id, seen.schedule_id)
    entry, appointment = await moves.locked(tx, seen)
    session = await rows.session(tx, organization_id, entry.schedule_id)
    if session is None:
        raise NOT_FOUND()
    if not enabled(Priority.PRIVILEGED, await policy_of(tx, organization_id)):
        raise RULE_OFF()
    if entry.state is not QueueState.WAITING or entry.priority not in (Priority.NORMAL, Priority.ELDERLY):
        raise moves.wrong(entry.state)
    turn = Turn(RANK[Priority.PRIVILEGED], entry.number, 0, tx.now)
    first = Waiting(entry.id, Priority.PRIVILEGED, entry.due_at, entry.number, turn)
    words = GROUNDS[request.ground]
    said = moves.payload(
        session,
        appointment.id,
        first,
        bound_to=entry.bound_to,
        ground=request.ground,
        ground_text=words.zh,
        ground_text_en=words.en,
    )
    await record(tx, grant, QueueEvent.PRIVILEGED, moves.subject_of(entry), said)
    await _write(tx, entry, first)
    return await queries.entry_view(tx, session, entry_id)


async def _write(tx: Transaction, entry: EntryRow, place: Waiting, **columns: Any) -> None:
    await tx.session.execute(
        update(QueueEntry)
        .where(QueueEntry.organization_id == entry.organization_id, QueueEntry.id == entry.id)
        .values(number=place.number, **moves.place_columns(place, tx.now), **columns)
    )
