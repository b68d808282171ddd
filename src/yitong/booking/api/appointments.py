"""Routes of appointments."""

from datetime import date
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking import service
from yitong.booking.queries.appointments import When
from yitong.booking.schemas import (
    Appointment,
    CancelRequest,
    HistoryItem,
    HoldRequest,
    OrganizationOnly,
    RescheduleRequest,
)
from yitong.booking.states import AppointmentState
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.kernel.web import AnyRequest

_TAGS = ["booking"]


@post("/holds", summary="Hold a place for a patient", tags=_TAGS)
async def hold(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    data: JSONBody[HoldRequest],
    idempotency_key: NamedDependency[UUID],
    request: AnyRequest,
) -> Appointment:
    """Keeps a place until ``hold_expires_at``; confirm it before that. The same Idempotency-Key answers the same.

    In a rush the answer may be ``waiting-room`` with a ticket: send the same request again with it as X-Ticket.
    """
    return await service.hold(platform, actor, data, idempotency_key, dict(request.scope["headers"]))


@post("/appointments/{appointment_id:uuid}/confirm", status_code=200, summary="Confirm a hold", tags=_TAGS)
async def confirm(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    appointment_id: FromPath[UUID],
    data: JSONBody[OrganizationOnly],
    request: AnyRequest,
) -> Appointment:
    """Makes the held place the patient's and gives it its queue number.

    A suspicious session is asked for a proof (X-Proof) or a phone code (X-Phone-Code) first.
    """
    return await service.confirm(platform, actor, data.organization_id, appointment_id, dict(request.scope["headers"]))


@post("/appointments/{appointment_id:uuid}/cancel", status_code=200, summary="Give an appointment up", tags=_TAGS)
async def cancel(
    tx: NamedDependency[Transaction], appointment_id: FromPath[UUID], data: JSONBody[CancelRequest]
) -> Appointment:
    """The place goes to the waiting list first, and after a while to everybody."""
    return await service.cancel(tx, appointment_id, data)


@post("/appointments/{appointment_id:uuid}/reschedule", status_code=200, summary="Move to another time", tags=_TAGS)
async def reschedule(
    tx: NamedDependency[Transaction],
    appointment_id: FromPath[UUID],
    data: JSONBody[RescheduleRequest],
    idempotency_key: NamedDependency[UUID],
) -> Appointment:
    """The new appointment; the old one is cancelled in the same transaction, or both stay as they were."""
    return await service.reschedule(tx, appointment_id, data, idempotency_key)


@get("/appointments", summary="A citizen's or a hospital's appointments", tags=_TAGS)
async def appointments(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    when: FromQuery[When] = "all",
    organization_id: FromQuery[UUID | None] = None,
    day: Annotated[date | None, QueryParameter(name="date")] = None,
    department_id: FromQuery[UUID | None] = None,
    states: Annotated[list[AppointmentState] | None, QueryParameter(name="state")] = None,
    cursor: FromQuery[str | None] = None,
) -> Page[Appointment]:
    """With ``organization_id`` what its staff may see, without it the citizen's own at all hospitals."""
    if organization_id is None:
        return await service.mine(tx, patient_id, when, cursor)
    return await service.at_hospital(
        tx,
        organization_id,
        day=day,
        department_id=department_id,
        patient_id=patient_id,
        states=states or (),
        when=when,
        cursor=cursor,
    )


@get("/appointments/{appointment_id:uuid}", summary="One appointment", tags=_TAGS)
async def appointment(
    tx: NamedDependency[Transaction], appointment_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Appointment:
    """The appointment as it stands now."""
    return await service.show(tx, organization_id, appointment_id)


@get("/appointments/{appointment_id:uuid}/history", summary="The history of an appointment", tags=_TAGS)
async def history(
    tx: NamedDependency[Transaction], appointment_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Page[HistoryItem]:
    """Every move with its moment, who made it and why."""
    return Page(await service.history(tx, organization_id, appointment_id))


ROUTES: list[ControllerRouterHandler] = [hold, confirm, cancel, reschedule, appointments, appointment, history]
