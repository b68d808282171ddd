"""Back into the line: after a missed call some places behind, with results behind a few first visits."""

from collections.abc import Sequence
from typing import Any

from yitong.booking.queue import moves, rows, rules
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.policy import policy_of
from yitong.booking.queue.rows import EntryRow, SessionRow
from yitong.booking.queue.rules import Priority, Waiting
from yitong.booking.states import APPOINTMENT, AppointmentState, QueueState
from yitong.kernel.clock import day_of
from yitong.kernel.events import record
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE
from yitong.kernel.transaction import Transaction


async def put_back(tx: Transaction, grant: Grant, session: SessionRow, seen: EntryRow) -> None:
    """Move a skipped entry back among the waiting, for somebody whose grant allows it. Raises Problem ``wrong-state``.

    Reads the whole queue to find the place, so a citizen's transaction opens the region before.
    """
    await moves.lock_session(tx, seen.organization_id, seen.schedule_id)
    entry, appointment = await moves.locked(tx, seen)
    if appointment.state is not AppointmentState.CHECKED_IN:
        raise WRONG_STATE(
            state=APPOINTMENT.words[appointment.state][1], state_zh=APPOINTMENT.words[appointment.state][0]
        )
    if entry.state is not QueueState.SKIPPED:
        raise moves.wrong(entry.state)
    everybody = await rows.entries(tx, seen.organization_id, session.members)
    waiting = [one.waiting for one in everybody if one.state is QueueState.WAITING]
    policy = await policy_of(tx, seen.organization_id)
    if entry.priority is Priority.RESULT:
        place = _with_results(entry, waiting, tx, policy.result_after)
    else:
        priority, due_at = rules.placed_again(entry.waiting, waiting, behind=policy.returner_after)
        place = Waiting(entry.id, priority, due_at, entry.number)
    said = moves.payload(session, appointment.id, place, bound_to=entry.bound_to)
    event_id = await record(tx, grant, QueueEvent.RETURNED, moves.subject_of(entry), said)
    await moves.move_entry(tx, grant, entry, QueueState.WAITING, event_id, **_waits_again(place, tx))


def _with_results(entry: EntryRow, waiting: Sequence[Waiting], tx: Transaction, after: int) -> Waiting:
    due_at, turn = rules.placed_with_results(waiting, tx.now, entry.number, after=after)
    return Waiting(entry.id, Priority.RESULT, due_at, entry.number, turn)


def _waits_again(place: Waiting, tx: Transaction) -> dict[str, Any]:
    return {
        **moves.place_columns(place, tx.now),
        "called_at": None,
        "called_schedule_id": None,
        "calls": 0,
        "encounter_id": None,
    }


async def put_back_with_results(tx: Transaction, grant: Grant, session: SessionRow, seen: EntryRow) -> None:
    """Somebody seen today waits once more, for the same room and at the place that the rule gives.

    On the day of the session only. Reads the whole line, so a citizen's transaction opens the region before. Raises
    Problem ``wrong-state``.
    """
    await moves.lock_session(tx, seen.organization_id, seen.schedule_id, seen.room_of)
    entry, appointment = await moves.locked(tx, seen)
    if entry.state is not QueueState.FINISHED or session.day != day_of(tx.now, session.zone):
        raise moves.wrong(entry.state)
    room = session if session.id == entry.room_of else await rows.session(tx, entry.organization_id, entry.room_of)
    if room is None:
        raise NOT_FOUND()
    everybody = await rows.entries(tx, seen.organization_id, room.members)
    waiting = [one.waiting for one in everybody if one.state is QueueState.WAITING and one.bound_to in (None, room.id)]
    policy = await policy_of(tx, seen.organization_id)
    place = _with_results(entry, waiting, tx, policy.result_after)
    bound = len(room.members) > 1  # the doctor who sent for the results reads them
    said = moves.payload(room, appointment.id, place, bound_to=room.id if bound else None)
    event_id = await record(tx, grant, QueueEvent.RESULTS_BROUGHT, moves.subject_of(entry), said)
    await moves.move_entry(
        tx,
        grant,
        entry,
        QueueState.WAITING,
        event_id,
        **_waits_again(place, tx),
        schedule_id=room.id,
        bound=bound,
        results_expected=False,
        started_at=None,
        finished_at=None,
    )
