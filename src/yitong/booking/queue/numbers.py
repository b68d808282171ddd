"""Numbers of a line: nobody shares theirs, none is lost without a trace (漏号)."""

from collections.abc import Sequence

from sqlalchemy import text

from yitong.booking.queue.moves import AppointmentRow
from yitong.booking.queue.rows import EntryRow, SessionRow, number_of
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction


async def give(
    tx: Transaction, appointment: AppointmentRow, line: Sequence[SessionRow], others: Sequence[EntryRow]
) -> None:
    """Make sure that an appointment has a number, and that nobody of the line is called by the same one.

    Numbers are drawn session by session, so two sessions that share a line may have given the same one; whoever checks
    in second gets a new number. The caller has locked the line.
    """
    kinds = {one.id: one for one in line}
    mine = kinds.get(appointment.schedule_id, line[0])
    wanted = number_of(mine, appointment.number)
    taken = {
        number_of(kinds.get(one.schedule_id, mine), one.number)
        for one in others
        if one.appointment_id != appointment.id
    }
    if appointment.number is None or wanted in taken:
        appointment.number = await draw(tx, appointment.organization_id, [one.id for one in line], appointment.id)


async def draw(tx: Transaction, organization_id: UUID, line: Sequence[UUID], appointment_id: UUID) -> int:
    """The next number that no session of the line has given, written to the appointment."""
    drawn = await tx.session.execute(
        text(
            "UPDATE schedule SET next_number = n.next + 1 FROM (SELECT greatest(max(next_number), (SELECT"
            " coalesce(max(number), 0) + 1 FROM appointment WHERE organization_id = :organization"
            " AND schedule_id = ANY (:line))) AS next FROM schedule"
            " WHERE organization_id = :organization AND id = ANY (:line)) n"
            " WHERE organization_id = :organization AND id = ANY (:line) RETURNING n.next"
        ),
        {"organization": organization_id, "line": list(line)},
    )
    number = int(drawn.scalars().all()[0])
    await tx.session.execute(
        text("UPDATE appointment SET number = :number WHERE organization_id = :organization AND id = :id"),
        {"number": number, "organization": organization_id, "id": appointment_id},
    )
    return number
