"""The visit: it opens at the call, is written down while it lasts, and closes when the doctor finishes.

The queue moves its entry and the appointment; this room moves the encounter under the same event, in the same
transaction, so a call without a visit or a visit without a call cannot exist.
"""

from typing import Any, Literal

from sqlalchemy import insert, text

from yitong.booking.queue import service as queue
from yitong.booking.queue.service import Moved
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, WRONG_STATE
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.visits import diagnoses, queries
from yitong.visits.events import VisitEvent
from yitong.visits.model import Encounter
from yitong.visits.schemas import Called, DiagnosesRequest, DiagnosisItem, DiagnosisView, EncounterNote, EncounterView
from yitong.visits.states import ENCOUNTER, EncounterState

_AT = Scope.ORGANIZATION
WRITE = action("visits:encounter:write", "书写门诊记录", "Write a visit's notes", {Role.DOCTOR: _AT})
READ = action(
    "visits:encounter:read",
    "查看门诊记录",
    "Read a visit's notes",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT, Role.NURSE: _AT},
)


async def call_next(tx: Transaction, organization_id: UUID, schedule_id: UUID) -> Called:
    """Call whoever is first and open the visit. Raises what :func:`yitong.booking.queue.service.call_next` raises."""
    encounter_id = new_id()
    moved = await queue.call_next(tx, organization_id, schedule_id, encounter_id)
    appointment = moved.appointment
    await tx.session.execute(
        insert(Encounter).values(
            organization_id=organization_id,
            id=encounter_id,
            appointment_id=appointment.id,
            patient_id=appointment.patient_id,
            department_id=appointment.department_id,
            # The doctor of the room that called, who need not be the one that was booked.
            practitioner_role_id=moved.session.practitioner_role_id
            or appointment.practitioner_role_id
            or await _role_of_caller(tx, organization_id),
            state=EncounterState.IN_PROGRESS.value,
            version=1,
            started_at=tx.now,
            follow_up="none",
        )
    )
    subject = Subject("encounter", encounter_id, organization_id, appointment.patient_id)
    await record_move(
        tx, moved.grant, ENCOUNTER, subject, None, EncounterState.IN_PROGRESS, sequence=1, event_id=moved.event_id
    )
    return await _called(tx, moved, encounter_id)


async def _role_of_caller(tx: Transaction, organization_id: UUID) -> UUID | None:
    """The doctor who called, for a session that is the department's and nobody's own: somebody sees the patient."""
    found = await tx.session.execute(
        text(
            "SELECT id FROM practitioner_role WHERE organization_id = :organization AND practitioner_id = :practitioner"
            " AND role = 'doctor' AND active ORDER BY id LIMIT 1"
        ),
        {"organization": organization_id, "practitioner": tx.actor.practitioner_id},
    )
    return found.scalar_one_or_none()


async def start(tx: Transaction, organization_id: UUID, entry_id: UUID) -> Called:
    """The person called has come in. Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``."""
    moved = await queue.start(tx, organization_id, entry_id)
    if moved.entry.encounter_id is None:
        raise LookupError(f"queue entry {entry_id} was called without a visit")
    return await _called(tx, moved, moved.entry.encounter_id)


async def skip(tx: Transaction, organization_id: UUID, entry_id: UUID) -> queue.QueueEntryView:
    """Nobody came in: the visit that the call opened is abandoned. Raises Problem ``wrong-state`` and others."""
    moved = await queue.skip(tx, organization_id, entry_id)
    found = await _open_encounter(tx, organization_id, moved.appointment.id)
    if found is not None:
        await _close(tx, moved, found, EncounterState.ABANDONED)
    return await queue.entry_view(tx, moved.session, entry_id)


async def save(tx: Transaction, encounter_id: UUID, note: EncounterNote) -> EncounterView:
    """Keep what the doctor has written so far. Raises Problem ``wrong-state`` when the visit is over."""
    grant = WRITE.check(tx.actor, organization_id=note.organization_id)
    found = await _to_write(tx, note.organization_id, encounter_id)
    await _write(tx, encounter_id, note)
    subject = Subject("encounter", encounter_id, note.organization_id, found.patient_id)
    # The notes are health data: the event says that somebody wrote, never what.
    await record(tx, grant, VisitEvent.SAVED, subject, {"appointment_id": found.appointment_id})
    return await _whole(tx, note.organization_id, encounter_id)


async def finish(tx: Transaction, encounter_id: UUID, note: EncounterNote) -> EncounterView:
    """Keep the notes and close the visit, the queue entry and the appointment under one event.

    Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    WRITE.check(tx.actor, organization_id=note.organization_id)
    found = await _to_write(tx, note.organization_id, encounter_id, lock=False)
    moved = await queue.finish(tx, note.organization_id, found.appointment_id)
    await _write(tx, encounter_id, note)
    await _close(tx, moved, found, EncounterState.FINISHED)
    return await _whole(tx, note.organization_id, encounter_id)


async def diagnose(tx: Transaction, encounter_id: UUID, request: DiagnosesRequest) -> EncounterView:
    """Record the coded diagnoses of a visit, during it or afterwards; they replace what was recorded before.

    Raises Problem ``diagnosis-unknown``, ``validation-failed``, ``wrong-state`` (nobody came in) and others.
    """
    grant = WRITE.check(tx.actor, organization_id=request.organization_id)
    found = await _row(tx, request.organization_id, encounter_id, lock=True)
    await queue.session_of_appointment_to_run(tx, request.organization_id, found.appointment_id)
    if found.state == EncounterState.ABANDONED:
        zh, en = ENCOUNTER.words[EncounterState.ABANDONED]
        raise WRONG_STATE(state=en, state_zh=zh)
    subject = Subject("encounter", encounter_id, request.organization_id, found.patient_id)
    await diagnoses.write(tx, grant, subject, "visit", request.items)
    return await _whole(tx, request.organization_id, encounter_id)


async def coded_diagnoses(
    tx: Transaction, organization_id: UUID, encounter_id: UUID | None, appointment_id: UUID | None
) -> list[DiagnosisView] | None:
    """The coded diagnoses of a visit, or of the visit that an appointment led to; None when there is no visit yet.

    For billing, which tells them to the insurer.
    """
    found = await tx.session.execute(
        text(
            "SELECT id FROM encounter WHERE organization_id = :organization AND state <> 'abandoned'"
            " AND (id = :encounter OR appointment_id = :appointment) ORDER BY started_at DESC LIMIT 1"
        ),
        {"organization": organization_id, "encounter": encounter_id, "appointment": appointment_id},
    )
    visit = found.scalar_one_or_none()
    return None if visit is None else await diagnoses.read(tx, organization_id, visit)


async def diagnose_stay(
    tx: Transaction, grant: Grant, stay: Subject, phase: Literal["admission", "discharge"], items: list[DiagnosisItem]
) -> None:
    """Record the diagnoses of a stay for somebody whose grant allows it; the stay is locked by the caller.

    Raises Problem ``diagnosis-unknown``, ``validation-failed``.
    """
    await diagnoses.write(tx, grant, stay, phase, items)


async def stay_diagnoses(
    tx: Transaction, organization_id: UUID, stay_id: UUID, phase: Literal["admission", "discharge"]
) -> list[DiagnosisView]:
    """The standing diagnoses of a stay, the main one first. The caller has checked who asks."""
    return await diagnoses.read(tx, organization_id, stay_id, phase)


async def read(tx: Transaction, organization_id: UUID, encounter_id: UUID) -> EncounterView:
    """One visit. Raises Problem ``not-found`` or ``forbidden``."""
    found = await _row(tx, organization_id, encounter_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=found.patient_id)
    return await _whole(tx, organization_id, encounter_id)


async def _whole(tx: Transaction, organization_id: UUID, encounter_id: UUID) -> EncounterView:
    """A visit with its coded diagnoses."""
    view = await queries.encounter(tx, organization_id, encounter_id)
    view.diagnoses = await diagnoses.read(tx, organization_id, encounter_id)
    return view


async def list_encounters(
    tx: Transaction, *, patient_id: UUID | None, organization_id: UUID | None, before: UUID | None, limit: int = 50
) -> list[EncounterView]:
    """Visits, newest first: of a family member, or of the staff member's own organization.

    Raises Problem ``foreign-patient`` or ``forbidden``.
    """
    if organization_id is None and tx.actor.organization_ids:
        organization_id = tx.actor.organization_ids[0]
    READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    return await queries.encounters(
        tx, patient_id=patient_id, organization_id=organization_id, before=before, limit=limit
    )


async def _called(tx: Transaction, moved: Moved, encounter_id: UUID) -> Called:
    entry = await queue.entry_view(tx, moved.session, moved.entry.id)
    return Called(entry, await _whole(tx, moved.session.organization_id, encounter_id))


_ROW = (
    "SELECT id, appointment_id, patient_id, practitioner_role_id, state, version FROM encounter"
    " WHERE organization_id = :organization AND id = :id"
)


async def _row(tx: Transaction, organization_id: UUID, encounter_id: UUID, *, lock: bool = False) -> Any:
    found = await tx.session.execute(
        text(_ROW + (" FOR UPDATE" if lock else "")),
        {"organization": organization_id, "id": encounter_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _to_write(tx: Transaction, organization_id: UUID, encounter_id: UUID, *, lock: bool = True) -> Any:
    """The encounter of somebody who runs its session, still in progress."""
    found = await _row(tx, organization_id, encounter_id, lock=lock)
    await queue.session_of_appointment_to_run(tx, organization_id, found.appointment_id)
    state = EncounterState(found.state)
    if state is not EncounterState.IN_PROGRESS:
        zh, en = ENCOUNTER.words[state]
        raise WRONG_STATE(state=en, state_zh=zh)
    return found


async def _open_encounter(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Any:
    found = await tx.session.execute(
        text(
            "SELECT id, appointment_id, patient_id, state, version FROM encounter WHERE organization_id = :organization"
            " AND appointment_id = :appointment AND state = 'in_progress' FOR UPDATE"
        ),
        {"organization": organization_id, "appointment": appointment_id},
    )
    return found.one_or_none()


async def _close(tx: Transaction, moved: Moved, found: Any, after: EncounterState) -> None:
    subject = Subject("encounter", found.id, moved.session.organization_id, found.patient_id)
    await record_move(
        tx,
        moved.grant,
        ENCOUNTER,
        subject,
        EncounterState(found.state),
        after,
        sequence=found.version + 1,
        event_id=moved.event_id,
    )
    await tx.session.execute(
        text(
            "UPDATE encounter SET state = :state, version = version + 1, finished_at = :now"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"state": after.value, "now": tx.now, "organization": moved.session.organization_id, "id": found.id},
    )


async def _write(tx: Transaction, encounter_id: UUID, note: EncounterNote) -> None:
    written = {"chief_complaint": note.chief_complaint, "diagnosis": note.diagnosis_text, "advice": note.advice}
    sealed = {
        column: tx.platform.sealer.seal(text_, queries.context(column, encounter_id)) if text_ else None
        for column, text_ in written.items()
    }
    await tx.session.execute(
        text(
            "UPDATE encounter SET chief_complaint_sealed = :chief_complaint, diagnosis_sealed = :diagnosis,"
            " advice_sealed = :advice, follow_up = :follow_up WHERE organization_id = :organization AND id = :id"
        ),
        {**sealed, "follow_up": note.follow_up, "organization": note.organization_id, "id": encounter_id},
    )
