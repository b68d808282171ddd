"""What the tests of waiting lists do: book, give up, join, let the clock's work run."""

from datetime import timedelta
from typing import Any

from booking.world import ZONE, World
from yitong.booking.schemas import Appointment, CancelRequest, HoldRequest
from yitong.booking.service import cancel, confirm, hold
from yitong.booking.waitlist import service
from yitong.booking.waitlist.schemas import JoinRequest, OfferView, WaitlistEntry
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor


async def book(world: World, slot: UUID, patient: UUID | None = None) -> Appointment:
    """A confirmed appointment of a patient of its own."""
    patient = patient or await world.patient()
    actor = world.citizen(patient)
    held = await hold(world.platform, actor, HoldRequest(world.organization_id, slot, patient), new_id())
    return await confirm(world.platform, actor, world.organization_id, held.id)


async def give_up(world: World, appointment: Appointment, actor: Actor | None = None) -> None:
    """The patient cancels."""
    async with world.platform.transaction(actor or world.citizen(appointment.patient_id)) as tx:
        await cancel(tx, appointment.id, CancelRequest(world.organization_id, "计划有变"))


def wish(world: World, patient: UUID, **other: Any) -> JoinRequest:
    """A wish for the clinic of this world within the next week."""
    today = world.platform.clock.now().astimezone(ZONE).date()
    asked: dict[str, Any] = {
        "patient_id": patient,
        "organization_id": world.organization_id,
        "department_id": world.department_id,
        "from_day": today,
        "to_day": today + timedelta(days=7),
    }
    return JoinRequest(**{**asked, **other})


async def join(world: World, patient: UUID | None = None, actor: Actor | None = None, **other: Any) -> WaitlistEntry:
    """Somebody joins the line."""
    patient = patient or await world.patient()
    async with world.platform.transaction(actor or world.citizen(patient)) as tx:
        return await service.join(tx, wish(world, patient, **other), new_id())


async def entry(world: World, one: WaitlistEntry) -> WaitlistEntry:
    """The entry as its patient sees it now."""
    async with world.platform.transaction(world.citizen(one.patient_id)) as tx:
        return await service.show(tx, one.organization_id, one.id)


async def offers(world: World, patient: UUID) -> list[OfferView]:
    """The patient's offers."""
    async with world.platform.transaction(world.citizen(patient)) as tx:
        return await service.offers(tx, patient, None)
