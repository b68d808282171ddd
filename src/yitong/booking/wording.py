"""From a row of the database to the appointment a person sees."""

from datetime import datetime
from typing import Any

from yitong.booking.names import Names
from yitong.booking.rules import cancel_until, check_in_window, may_cancel, state_now
from yitong.booking.schemas import Appointment
from yitong.booking.states import AppointmentState
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind
from yitong.kernel.settings import Settings

_UNNAMED = ("", "")


def appointment_of(
    row: Any, organization_id: UUID, patient_name: str, names: Names, kind: ActorKind, now: datetime, settings: Settings
) -> Appointment:
    """The appointment in ``row`` (columns as the batch functions return them) for an actor of ``kind`` at ``now``."""
    zone = names.zone
    start: datetime = row["start_at"].astimezone(zone)
    end: datetime = row["end_at"].astimezone(zone)
    hold: datetime | None = row["hold_expires_at"]
    state = state_now(AppointmentState(row["state"]), hold, now)
    opens, closes = check_in_window(start, end, settings)
    department = names.departments.get(row["department_id"], _UNNAMED)
    service = names.services.get(row["service_id"])
    role_id = row["practitioner_role_id"]
    role = names.roles.get(role_id) if role_id is not None else None
    team_id = row.get("team_id")  # the batch functions do not answer it,
    pay_by: datetime | None = row.get("pay_by")  # nor what is known a moment after the confirmation
    return Appointment(
        row["id"],
        organization_id,
        names.name,
        names.name_en,
        names.address,
        row["department_id"],
        department[0],
        department[1],
        row["schedule_id"],
        row["slot_id"],
        row["patient_id"],
        patient_name,
        service.kind if service else "",
        service.name if service else "",
        service.name_en if service else "",
        role_id,
        role.name if role else names.teams.get(team_id) if team_id is not None else None,
        role.title if role else None,
        start,
        end,
        names.locations.get(row["location_id"], "") if row["location_id"] is not None else "",
        row["fee_fen"],
        state.value,
        row["number"],
        row["channel"],
        hold.astimezone(zone) if hold is not None else None,
        opens,
        closes,
        may_cancel(state, kind, start, now, settings, stopped=bool(row.get("stopped"))),
        cancel_until(start, settings),
        row["created_at"].astimezone(zone),
        row["cancelled_reason"],
        row["rescheduled_to"],
        pay_by.astimezone(zone) if pay_by is not None else None,
    )
