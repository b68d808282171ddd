"""What events ask of the national platform: only written down here, a job goes there."""

from sqlalchemy import text

from yitong.kernel.events import Recorded, Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.reactors import reactor
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.national import rows
from yitong.prescriptions.national.actions import CARRY
from yitong.prescriptions.national.events import NationalEvent
from yitong.prescriptions.national.ports import PrescriptionCentre
from yitong.prescriptions.national.states import NATIONAL, NationalState

_WANTED = text(
    "INSERT INTO national_prescription (organization_id, id, prescription_id, patient_id, state, version,"
    " attempts, made_at, next_at) VALUES (:organization, :made, :id, :patient, 'waiting', 1, 0, :now, :now)"
    " ON CONFLICT (organization_id, prescription_id) DO NOTHING RETURNING 1"
)


@reactor("national: release", PrescriptionEvent.RELEASED)
async def upload(tx: Transaction, event: Recorded) -> None:
    """An insured prescription that is released goes to the national platform, once."""
    if PrescriptionCentre not in tx.platform.ports or event.patient_id is None:
        return
    wording = await parts.wording_of(tx, event.organization_id, event.subject_id)
    if not wording.insured:
        return
    values = {"organization": event.organization_id, "id": event.subject_id, "patient": event.patient_id}
    made = new_id()
    if (await tx.session.execute(_WANTED, {**values, "made": made, "now": tx.now})).first() is None:
        return
    grant = CARRY.check(SYSTEM_ACTOR, organization_id=event.organization_id)
    subject = Subject("national_prescription", made, event.organization_id, event.patient_id)
    event_id = await record(tx, grant, NationalEvent.WANTED, subject, {})
    await record_move(tx, grant, NATIONAL, subject, None, NationalState.WAITING, sequence=1, event_id=event_id)


@reactor("national: withdrawal", PrescriptionEvent.WITHDRAWN)
async def take_back(tx: Transaction, event: Recorded) -> None:
    """A withdrawn prescription is taken back there; one that still waits is not uploaded any more.

    The row's lock orders this against the job, so that no upload that still runs leaves a live prescription there.
    """
    one = await rows.national_of(tx, event.organization_id, event.subject_id, lock=True)
    if one is None:
        return
    if one.state is NationalState.WAITING and one.attempts == 0:
        await rows.move(tx, one, NationalState.UNDONE, NationalEvent.UNDONE, {}, next_at=None)
    elif one.state is NationalState.UPLOADED:
        await rows.move(tx, one, NationalState.UNDOING, NationalEvent.REVOKED, {}, next_at=tx.now, attempts=0)
    # One on its way there is looked at again by the job that carries it.


@reactor("national: fetched", DispensingEvent.SETTLED, DispensingEvent.REVERSED)
async def ask_again(tx: Transaction, event: Recorded) -> None:
    """The insurer tells the platform what was fetched (2102) and brought back (2103): the job asks how it stands."""
    about = UUID(str(event.payload["prescription_id"]))
    one = await rows.national_of(tx, event.organization_id, about, lock=True)
    if one is not None and one.state is NationalState.UPLOADED:
        await rows.rewrite(tx, one, next_at=tx.now, attempts=0)
