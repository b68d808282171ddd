"""Who or what is taken on a day: asked before a day is changed, and to say why a session could not be made."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import text

from yitong.booking.planning import SCHEDULE_OVERLAP, wall
from yitong.kernel.clock import at
from yitong.kernel.ids import UUID
from yitong.kernel.problems import Conflict
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

# A doctor may work at several hospitals, so the person is compared; a room or a team belongs to one.
_MET = text("""
WITH met AS (
    SELECT d.organization_id, d.id
    FROM practitioner_role AS mine
    JOIN practitioner_role AS r ON r.practitioner_id = mine.practitioner_id
    JOIN schedule AS d ON d.organization_id = r.organization_id AND d.practitioner_role_id = r.id AND d.day = :day
    WHERE mine.organization_id = :organization AND mine.id = CAST(:role AS uuid)
    UNION
    SELECT d.organization_id, d.id FROM schedule AS d
    WHERE d.organization_id = :organization AND d.location_id = CAST(:location AS uuid) AND d.stopped_at IS NULL
        AND tstzrange(d.start_at, d.end_at) && tstzrange(:start, :end)
    UNION
    SELECT d.organization_id, d.id FROM schedule AS d
    WHERE d.organization_id = :organization AND d.team_id = CAST(:team AS uuid) AND d.stopped_at IS NULL
        AND tstzrange(d.start_at, d.end_at) && tstzrange(:start, :end)
    UNION
    SELECT d.organization_id, d.id FROM schedule AS d
    WHERE d.organization_id = :organization AND d.template_id = CAST(:template AS uuid) AND d.day = :day
        AND d.start_at = :start AND d.end_at = :end
)
SELECT d.id, (d.start_at AT TIME ZONE o.zone)::time AS begins, (d.end_at AT TIME ZONE o.zone)::time AS ends,
    o.name AS organization_name, o.name_en AS organization_name_en,
    d.location_id = CAST(:location AS uuid) AS same_room,
    n.name AS practitioner_name, m.name AS team_name, l.name AS room, v.name AS service_name
FROM met
JOIN schedule AS d ON d.organization_id = met.organization_id AND d.id = met.id
JOIN organization AS o ON o.id = d.organization_id
JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
LEFT JOIN practitioner_role AS r ON r.organization_id = d.organization_id AND r.id = d.practitioner_role_id
LEFT JOIN practitioner AS n ON n.id = r.practitioner_id
LEFT JOIN care_team AS m ON m.organization_id = d.organization_id AND m.id = d.team_id
LEFT JOIN location AS l ON l.organization_id = d.organization_id AND l.id = d.location_id
WHERE d.stopped_at IS NULL AND d.start_at < :end AND d.end_at > :start
    AND NOT (CAST(:replaced AS uuid) IS NOT NULL AND d.id = CAST(:replaced AS uuid))
ORDER BY d.start_at, d.id LIMIT 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A session somebody wants to make: when, with whom and where; ``replaced`` is the one it takes the place of."""

    organization_id: UUID
    zone: str
    day: date
    start: time
    end: time
    role: UUID | None
    team: UUID | None
    location: UUID | None
    template: UUID | None = None
    replaced: UUID | None = None

    @property
    def period(self) -> tuple[datetime, datetime]:
        """From when until when, as moments."""
        return at(self.day, self.start, self.zone), at(self.day, self.end, self.zone)


async def refuse_occupied(tx: Transaction, wish: Wish) -> None:
    """Raises Problem ``schedule-overlap``, naming the session in which the doctor, team or place is needed already."""
    met = await in_the_way(tx, wish)
    if met is not None:
        raise SCHEDULE_OVERLAP(conflict=conflict_of(met, wish.day))


async def in_the_way(tx: Transaction, wish: Wish) -> Any | None:
    """The first session that a wished one would meet: the same person, team or place, or the very same session."""
    start, end = wish.period
    found = await tx.session.execute(
        _MET,
        {
            "organization": wish.organization_id,
            "day": wish.day,
            "start": start,
            "end": end,
            "role": wish.role,
            "team": wish.team,
            "location": wish.location,
            "template": wish.template,
            "replaced": wish.replaced,
        },
    )
    return found.mappings().one_or_none()


def conflict_of(met: Any, day: date) -> Conflict:
    """What is in the way, in words."""
    who = met["room"] if met["same_room"] else met["practitioner_name"] or met["team_name"] or met["service_name"]
    when = f"{day} {wall(met['begins'])}-{wall(met['ends'])}"
    return Conflict(
        "schedule",
        str(met["id"]),
        Bilingual(
            f"{met['organization_name']} {who} {when} 已有班次。",
            f"{who} is taken at {met['organization_name_en']}, {when}.",
        ),
    )
