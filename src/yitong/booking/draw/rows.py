"""Reading and locking the rows of a draw."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

# What became of an offer is what became of its appointment.
OUTCOME = """CASE
    WHEN o.appointment_id IS NULL THEN 'blocked'
    WHEN a.state = 'held' AND a.hold_expires_at > :now THEN 'offered'
    WHEN a.state IN ('held', 'expired') THEN 'lapsed'
    WHEN a.state = 'cancelled' AND a.number IS NULL THEN 'declined'
    WHEN a.state = 'cancelled' THEN 'cancelled'
    ELSE 'claimed' END"""


async def draw(tx: Transaction, draw_id: UUID) -> Any:
    """A draw's row. Raises Problem ``not-found``."""
    found = await tx.session.execute(text("SELECT * FROM draw WHERE id = :id"), {"id": draw_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def changing(tx: Transaction, draw_id: UUID) -> Any:
    """A draw's row for whoever moves it on: nobody asks, withdraws or moves it until the transaction ends."""
    return await _locked(tx, draw_id, "FOR UPDATE")


async def asking(tx: Transaction, draw_id: UUID) -> Any:
    """A draw's row for whoever asks or withdraws: many at a time, but none while it closes."""
    return await _locked(tx, draw_id, "FOR SHARE")


async def _locked(tx: Transaction, draw_id: UUID, strength: str) -> Any:
    await draw(tx, draw_id)
    statement = f"SELECT * FROM draw WHERE id = :id {strength}"  # noqa: S608
    return (await tx.session.execute(text(statement), {"id": draw_id})).mappings().one()


async def slots(tx: Transaction, organization_id: UUID, draws: Sequence[UUID]) -> list[Any]:
    """The slots of these draws with their sessions, in the order of time."""
    found = await tx.session.execute(
        text(
            "SELECT w.draw_id, w.slot_id, w.places, w.ended, s.schedule_id, s.start_at, s.end_at, s.capacity, s.taken,"
            " d.practitioner_role_id, d.service_id, d.day, v.fee_fen, d.stopped_at IS NOT NULL AS stopped"
            " FROM draw_slot AS w"
            " JOIN slot AS s ON s.organization_id = w.organization_id AND s.id = w.slot_id"
            " JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id"
            " JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id"
            " WHERE w.organization_id = :organization AND w.draw_id = ANY (:draws)"
            " ORDER BY s.start_at, s.id"
        ),
        {"organization": organization_id, "draws": list(draws)},
    )
    return list(found.mappings())


async def requests(tx: Transaction, organization_id: UUID, draw_id: UUID) -> list[Any]:
    """All requests that take part, in the order of their leaves: the published order."""
    found = await tx.session.execute(
        text(
            "SELECT id, patient_id, requested_by, choices, stratum, identity, leaf FROM draw_request"
            " WHERE organization_id = :organization AND draw_id = :draw AND withdrawn_at IS NULL"
            ' ORDER BY leaf COLLATE "C"'
        ),
        {"organization": organization_id, "draw": draw_id},
    )
    return list(found.mappings())


async def results(tx: Transaction, organization_id: UUID, draw_id: UUID) -> list[Any]:
    """The order of a drawn draw, with each request's leaf and choices."""
    found = await tx.session.execute(
        text(
            "SELECT r.request_id, r.patient_id, r.rank, r.turn, r.ticket, r.slot_id, q.leaf, q.choices, q.requested_by"
            " FROM draw_result AS r"
            " JOIN draw_request AS q ON q.organization_id = r.organization_id AND q.id = r.request_id"
            " WHERE r.organization_id = :organization AND r.draw_id = :draw ORDER BY r.rank"
        ),
        {"organization": organization_id, "draw": draw_id},
    )
    return list(found.mappings())


async def offers(tx: Transaction, organization_id: UUID, draw_id: UUID) -> list[Any]:
    """The offers of a draw in order, each with what became of it by now."""
    found = await tx.session.execute(
        text(
            "SELECT o.sequence, o.request_id, o.patient_id, o.slot_id, o.after, o.appointment_id, q.leaf,"  # noqa: S608
            f" s.start_at AS slot_start, a.state, a.hold_expires_at, a.version, a.schedule_id, {OUTCOME} AS outcome"
            " FROM draw_offer AS o"
            " JOIN draw_request AS q ON q.organization_id = o.organization_id AND q.id = o.request_id"
            " JOIN slot AS s ON s.organization_id = o.organization_id AND s.id = o.slot_id"
            " LEFT JOIN appointment AS a ON a.organization_id = o.organization_id AND a.id = o.appointment_id"
            " WHERE o.organization_id = :organization AND o.draw_id = :draw ORDER BY o.sequence"
        ),
        {"organization": organization_id, "draw": draw_id, "now": tx.now},
    )
    return list(found.mappings())


async def given_up(tx: Transaction, organization_id: UUID, draw_id: UUID) -> dict[UUID, list[UUID]]:
    """Appointments by slot whose place was given up, was not passed on, and is not on its way back yet."""
    found = await tx.session.execute(
        text(
            "SELECT o.slot_id, o.appointment_id FROM draw_offer AS o"
            " JOIN appointment AS a ON a.organization_id = o.organization_id AND a.id = o.appointment_id"
            " WHERE o.organization_id = :organization AND o.draw_id = :draw AND a.state IN ('expired', 'cancelled')"
            " AND NOT EXISTS (SELECT FROM draw_offer AS n WHERE n.organization_id = o.organization_id"
            " AND n.draw_id = o.draw_id AND n.after = o.sequence)"
            " AND NOT EXISTS (SELECT FROM returning_place AS r WHERE r.organization_id = o.organization_id"
            " AND r.appointment_id = o.appointment_id)"
            " ORDER BY o.sequence"
        ),
        {"organization": organization_id, "draw": draw_id},
    )
    by_slot: dict[UUID, list[UUID]] = {}
    for one in found:
        by_slot.setdefault(one.slot_id, []).append(one.appointment_id)
    return by_slot
