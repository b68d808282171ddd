"""A card shown at the door: whoever it belongs to is checked in for everything that can be checked in now."""

from typing import Any

from sqlalchemy import text

from yitong.booking.queue import arrivals
from yitong.booking.queue.arrivals import CHECK_IN, NOT_TODAY, PRESENT, TOO_EARLY, TOO_LATE
from yitong.booking.queue.rules import Window
from yitong.booking.queue.schemas import CardScan, CheckInAnswer, OtherAppointment, QueuePlace, ScannedPatient
from yitong.booking.states import AppointmentState
from yitong.identity.schemas.cards import Verification
from yitong.identity.service.card_checks import verify_in
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_SEEN_TODAY = (*PRESENT, AppointmentState.FULFILLED)
SCENE = "0101013"  # looking up a booked appointment, in the card platform's numbering of scenes

# What a patient still has before them: from the start of the hospital's day on, everywhere in the region.
_EXPECTED = """
SELECT a.organization_id, a.id, a.department_id, a.start_at, a.end_at, a.number, a.state, o.name AS organization_name,
       o.name_en AS organization_name_en, o.zone, d.name AS department_name, d.name_en AS department_name_en,
       p.name AS practitioner_name, r.title, coalesce(l.name, d.location_text) AS room
  FROM appointment a
  JOIN schedule s ON s.organization_id = a.organization_id AND s.id = a.schedule_id
  JOIN organization o ON o.id = a.organization_id
  JOIN department d ON d.organization_id = a.organization_id AND d.id = a.department_id
  LEFT JOIN practitioner_role r ON r.organization_id = a.organization_id AND r.id = a.practitioner_role_id
  LEFT JOIN practitioner p ON p.id = r.practitioner_id
  LEFT JOIN location l ON l.organization_id = s.organization_id AND l.id = s.location_id
 WHERE a.patient_id = :patient AND a.organization_id = :organization
   AND a.start_at > CAST(:now AS timestamptz) - interval '1 day'
   AND (a.state IN ('booked','checked_in','called','in_consultation')
        OR a.state = 'fulfilled' AND EXISTS (
           SELECT 1 FROM queue_entry e WHERE e.organization_id = a.organization_id AND e.appointment_id = a.id
              AND e.results_expected AND e.state = 'finished'))
 ORDER BY a.start_at, a.id LIMIT 20"""


async def check_in_by_card(tx: Transaction, scan: CardScan) -> CheckInAnswer:
    """Verify a card's code and check in what its owner has at this hospital now; the rest is listed with its reason.

    Raises the problems of card codes, ``forbidden`` and ``validation-failed`` when staff do not say where they are.
    """
    organization_id = _place_of(tx, scan)
    grant = CHECK_IN.check(tx.actor, organization_id=organization_id)
    owner = await verify_in(tx, Verification(text=scan.text, scene=SCENE, organization_id=organization_id))
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(_EXPECTED), {"patient": owner.patient_id, "organization": organization_id, "now": tx.now}
    )
    results: list[QueuePlace] = []
    others: list[OtherAppointment] = []
    for row in found.mappings().all():
        lies = arrivals.where(tx, row["zone"], row["start_at"], row["end_at"])
        if lies is Window.OPEN or (AppointmentState(row["state"]) in _SEEN_TODAY and lies is not Window.OTHER_DAY):
            appointment, entry = await arrivals.locked(tx, organization_id, row["id"])
            session = await arrivals.session_of(tx, appointment, entry)
            results.append(await arrivals.arrive(tx, grant, session, appointment, entry))
        elif day_of(row["start_at"], row["zone"]) >= day_of(tx.now, row["zone"]):
            others.append(_other(tx, row, lies))
    return CheckInAnswer(ScannedPatient(owner.name_masked), results, others)


def _place_of(tx: Transaction, scan: CardScan) -> UUID:
    """The organization that the scan takes place at: named, or the only one the actor belongs to."""
    at = tx.actor.organization_ids
    if scan.organization_id is not None:
        return scan.organization_id
    if len(at) != 1:
        missing = Bilingual("请选择所在机构。", "Say at which organization you are.")
        raise VALIDATION_FAILED(errors=[FieldError("organization_id", "missing", missing)])
    return at[0]


def _other(tx: Transaction, row: Any, lies: Window) -> OtherAppointment:
    kind = {Window.TOO_EARLY: TOO_EARLY, Window.TOO_LATE: TOO_LATE}.get(lies, NOT_TODAY)
    words = arrivals.window_words(tx, row["zone"], row["start_at"], row["end_at"])
    values = {name: row[name] for name in OtherAppointment.__struct_fields__ if name in row}
    return OtherAppointment(**values, code=kind.code, reason=kind.message.filled(**words))
