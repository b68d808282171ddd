"""The journey and the inbox as a patient sees them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text

from yitong.booking.states import AppointmentState
from yitong.journey import queries, rules
from yitong.journey.facts import VisitFacts
from yitong.journey.notices import MessageText
from yitong.journey.schemas import Inbox, Journey, MessageLink, MessageView, Step, Visit
from yitong.journey.service.messages import READ
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.paging import cursor_of, keys_of
from yitong.kernel.permissions import FOREIGN_PATIENT, Role, Scope, action
from yitong.kernel.problems import UNAUTHENTICATED
from yitong.kernel.transaction import Transaction

FOLLOW = action("journey:journey:follow", "查看就诊进程", "Follow a visit", {Role.PATIENT: Scope.OWN})
LOOK_BACK = timedelta(days=7)
PAGE = 30


def worth_showing(visit: VisitFacts, now: datetime) -> bool:
    """Whether a visit belongs on the journey: what was moved or ran out long ago is no longer of interest."""
    if visit.state is AppointmentState.EXPIRED or visit.rescheduled_to is not None:
        return False
    if visit.state is AppointmentState.HELD and visit.hold_expires_at is not None:
        return now < visit.hold_expires_at + timedelta(hours=1)
    return visit.state is not AppointmentState.CANCELLED or now < visit.start_at


async def journey(tx: Transaction, patient_id: UUID) -> Journey:
    """A patient's visits of the last week and ahead, today's first. Raises Problem ``foreign-patient``."""
    FOLLOW.check(tx.actor, patient_id=patient_id)
    found = await queries.visits_of_patient(tx, patient_id, tx.now - LOOK_BACK)
    shown = await queries.with_places(tx, [one for one in found if worth_showing(one, tx.now)])
    pairs = [(one, rules.steps(one, tx.now)) for one in shown]
    visits = [_visit(one, made) for one, made in pairs]
    # What waits for the patient comes first, in time order; what is behind them after it, newest first.
    open_ones = [one for one in visits if one.next is not None]
    done = [one for one in reversed(visits) if one.next is None]
    return Journey(patient_id, rules.headline(pairs), open_ones + done)


def _visit(one: VisitFacts, made: list[Step]) -> Visit:
    return Visit(
        appointment_id=one.appointment_id,
        organization_id=one.organization_id,
        organization_name=one.organization.zh,
        organization_name_en=one.organization.en,
        department_name=one.department.zh,
        department_name_en=one.department.en,
        date=day_of(one.start_at, one.zone),
        steps=made,
        next=rules.next_step(made),
    )


_INBOX = text(
    "SELECT patient_id, id, kind, at, text_sealed, link, read_at FROM message WHERE patient_id = ANY (:patients)"
    " AND (CAST(:at AS timestamptz) IS NULL OR (at, id) < (CAST(:at AS timestamptz), CAST(:id AS uuid)))"
    " ORDER BY at DESC, id DESC LIMIT :limit"
)
_UNREAD = text("SELECT count(*) FROM message WHERE patient_id = ANY (:patients) AND read_at IS NULL")


async def inbox(tx: Transaction, cursor: str | None = None) -> Inbox:
    """A page of the messages to the actor's family, newest first. Raises Problem ``unauthenticated``."""
    patients = tx.actor.patient_ids
    _check_family(tx, patients)
    after = keys_of(cursor, tuple[datetime, UUID])
    values = {"patients": list(patients), "limit": PAGE + 1, "at": None, "id": None}
    if after is not None:
        values |= {"at": after[0], "id": after[1]}
    rows = (await tx.session.execute(_INBOX, values)).all()
    unread = (await tx.session.execute(_UNREAD, {"patients": list(patients)})).scalar_one()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    items: list[MessageView] = []
    for row in rows[:PAGE]:
        opened = tx.platform.sealer.open(row.text_sealed, f"message.text:{row.id}")
        said = msgspec.json.decode(opened, type=MessageText)
        items.append(
            MessageView(
                id=row.id,
                at=row.at,
                kind=row.kind,
                patient_id=row.patient_id,
                title=said.title,
                body=said.body,
                read=row.read_at is not None,
                link=msgspec.convert(row.link, MessageLink) if row.link else None,
            )
        )
    return Inbox(items, cursor_of(last.at, last.id) if last else None, unread)


def _check_family(tx: Transaction, patients: Sequence[UUID]) -> None:
    if not tx.actor.roles:
        raise UNAUTHENTICATED()
    for patient_id in patients:
        READ.check(tx.actor, patient_id=patient_id)
    if not patients and not tx.actor.has(Role.PATIENT):
        raise FOREIGN_PATIENT()
