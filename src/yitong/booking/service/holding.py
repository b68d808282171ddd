"""Hold a place, then confirm it: the two requests that come by the thousand."""

from typing import Any, NoReturn

from yitong.booking import refusals
from yitong.booking.availability.line import line_of
from yitong.booking.channels.service import channel_for, release_of
from yitong.booking.desk import ConfirmAsk, Desk, HoldAsk, desk_of
from yitong.booking.limits.service import Headers, ban_reached, before_confirm, before_hold, cap_reached
from yitong.booking.names import Names
from yitong.booking.schemas import Appointment, Channel, HoldRequest
from yitong.booking.service.actions import CONFIRM, HOLD
from yitong.booking.service.gate import Gate, gate_of
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.booking.wording import appointment_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import FOREIGN_PATIENT, Actor, ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.problems import IDEMPOTENCY_KEY_REUSED, NOT_FOUND, WRONG_STATE, Conflict
from yitong.kernel.text import Bilingual

NO_HEADERS: Headers = {}
_CAPS = {"person_limit": "person-outstanding", "day_limit": "person-day", "account_limit": "account-day"}


async def hold(
    platform: Platform, actor: Actor, request: HoldRequest, key: UUID, headers: Headers = NO_HEADERS
) -> Appointment:
    """Keep a place for a patient until the hold runs out; the same ``key`` again answers the same appointment.

    ``headers``: of the request, by lower-case names; among them a place in line (``x-ticket``), the slot's token.

    Raises Problem ``waiting-room`` (with the ticket to come back with), ``slot-taken`` (with up to three alternatives),
    ``slot-past``, ``slot-stopped``, ``slot-not-found``, ``specialty-unsuitable``, ``duplicate-booking`` (names the
    appointment in the way), ``idempotency-key-reused``, ``channel-foreign``, those of the gate (``channel-not-open``,
    ``not-released``, ``booking-closed``, ``limit-reached``, ``booking-banned``), those of
    :func:`~yitong.booking.limits.service.before_hold` and those of the permission check.
    """
    HOLD.check(actor, organization_id=request.organization_id, patient_id=request.patient_id)
    desk = desk_of(platform)
    if actor.kind is ActorKind.CITIZEN:
        line_of(platform).enter(headers.get(b"x-ticket"), desk.holds.waiting)
        await before_hold(platform, actor, request, headers, key)
    channel = await channel_for(platform, actor, request.organization_id, request.channel)
    gate = await gate_of(platform, actor, request.organization_id, channel)
    row = await desk.holds.submit(
        HoldAsk(
            new_id(),
            key,
            request.organization_id,
            request.slot_id,
            request.patient_id,
            actor.id,
            actor.kind.value,
            channel,
            new_id(),
            *gate,
        )
    )
    if row["outcome"] not in ("held", "replayed"):
        await _refuse_hold(desk, row, request, channel, gate)
    return await _worded(desk, actor, request.organization_id, row)


async def confirm(
    platform: Platform, actor: Actor, organization_id: UUID, appointment_id: UUID, headers: Headers = NO_HEADERS
) -> Appointment:
    """Make a held place the patient's and give it its queue number; once more answers the same.

    Raises Problem ``hold-expired``, ``slot-stopped``, ``wrong-state``, ``not-found``, ``foreign-patient``, those of
    :func:`~yitong.booking.limits.service.before_confirm` and those of the permission check.
    """
    desk = desk_of(platform)
    if actor.kind is ActorKind.CITIZEN:
        await before_confirm(platform, actor, organization_id, appointment_id, headers)
    row = await desk.confirms.submit(
        ConfirmAsk(
            organization_id,
            appointment_id,
            actor.id,
            actor.kind.value,
            patients_of(actor, organization_id),
            new_id(),
        )
    )
    match row["outcome"]:
        case "booked" | "replayed":
            return await _worded(desk, actor, organization_id, row)
        case "expired":
            raise refusals.HOLD_EXPIRED()
        case "stopped":
            raise refusals.SLOT_STOPPED()
        case "foreign":
            raise FOREIGN_PATIENT()
        case "wrong_state":
            zh, en = APPOINTMENT.words[AppointmentState(row["state"])]
            raise WRONG_STATE(state=en, state_zh=zh)
        case _:
            raise NOT_FOUND()


def patients_of(actor: Actor, organization_id: UUID) -> str | None:
    """Whose appointments the actor may confirm: None for all of the organization, else ids separated by commas.

    Raises the problems of the permission check. The patient is only known inside the database, where it is compared.
    """
    if CONFIRM.permits(actor, organization_id=organization_id):
        return None
    own = [one for one in actor.patient_ids if CONFIRM.permits(actor, patient_id=one)]
    if not own:
        CONFIRM.check(actor, organization_id=organization_id)
    return ",".join(map(str, own))


async def _worded(desk: Desk, actor: Actor, organization_id: UUID, row: Any) -> Appointment:
    names: Names = await desk.names.of(organization_id)
    patient = desk.names.patient_name(row["name_sealed"], row["patient_id"])
    platform = desk.platform
    now = platform.clock.now()
    return appointment_of(row, organization_id, patient, names, actor.kind, now, platform.settings)


async def _refuse_hold(desk: Desk, row: Any, request: HoldRequest, channel: Channel, gate: Gate) -> NoReturn:
    match row["outcome"]:
        case "full":
            raise refusals.SLOT_TAKEN(
                conflict=Conflict(
                    "slot", str(request.slot_id), Bilingual("该时段已约满。", "All places of this time are taken.")
                ),
                alternatives=await desk.alternatives(request.organization_id, request.slot_id),
            )
        case "stopped":
            raise refusals.SLOT_STOPPED(alternatives=await desk.alternatives(request.organization_id, request.slot_id))
        case "past":
            raise refusals.SLOT_PAST()
        case "unsuitable":
            raise refusals.SPECIALTY_UNSUITABLE()
        case "duplicate":
            raise refusals.DUPLICATE_BOOKING(conflict=await _appointment_in_the_way(desk, row, request))
        case "key_reused":
            raise IDEMPOTENCY_KEY_REUSED()
        case "pool":
            raise refusals.CHANNEL_NOT_OPEN()
        case "not_released":
            raise refusals.NOT_RELEASED(extra=await _release(desk, row, request.organization_id, channel, gate))
        case "too_late":
            raise refusals.BOOKING_CLOSED()
        case "banned":
            raise ban_reached(desk.platform, row["hold_expires_at"], request.organization_id)
        case "person_limit" | "day_limit" | "account_limit" as reached:
            raise cap_reached(desk.platform, _CAPS[reached], request.organization_id)
        case _:
            raise refusals.SLOT_NOT_FOUND()


async def _release(desk: Desk, row: Any, organization_id: UUID, channel: Channel, gate: Gate) -> dict[str, Any]:
    """When the day of a slot opens to the channel: the announced moment and the latest one."""
    names = await desk.names.of(organization_id)
    span = await release_of(desk.platform, organization_id, channel, row["start_at"].astimezone(names.zone).date())
    opens = {"opens_at": span.opens_at, "opens_by": span.opens_by} if span is not None else {}
    return {"released_until": gate.opens_until, **opens}


async def _appointment_in_the_way(desk: Desk, row: Any, request: HoldRequest) -> Conflict:
    names = await desk.names.of(request.organization_id)
    at = row["start_at"].astimezone(names.zone)
    name, name_en = names.departments.get(row["department_id"], ("", ""))
    return Conflict(
        "appointment",
        str(row["conflict"]),
        Bilingual(f"{at:%Y-%m-%d %H:%M} {names.name}{name}", f"{at:%Y-%m-%d %H:%M} {name_en}, {names.name_en}"),
    )
