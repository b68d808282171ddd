"""The line of a department: who is next for a place, under the lock that keeps it in order.

Everybody who gives places to a line locks the slot first, then the line, then entries and offers. These functions trust
their caller to have checked an action and to have opened the region.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.booking.waitlist.rules import OfferRule
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

_PLACE = text("""
SELECT s.id AS slot_id, s.organization_id, s.schedule_id, s.department_id, s.specialty_code, s.pool, s.start_at,
    s.end_at,
    d.day, d.service_id, d.practitioner_role_id, d.stopped_at, v.kind AS service_kind, v.fee_fen, o.zone
FROM slot AS s
JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
JOIN organization AS o ON o.id = s.organization_id
WHERE s.organization_id = :organization AND s.id = :slot
""")
# The first who wants such a place and can take it. Whoever has another visit there on that day, gave this very place
# up, was offered this slot before, or is banned from booking is passed over.
NEXT = text("""
SELECT w.id, w.patient_id, w.version, w.unanswered
FROM waitlist_entry AS w
JOIN patient AS p ON p.id = w.patient_id
LEFT JOIN specialty AS y ON y.code = :specialty
WHERE w.organization_id = :organization AND w.department_id = :department AND w.state = 'waiting'
    AND :day BETWEEN w.from_day AND w.to_day AND w.period IN ('any', :period)
    AND (w.practitioner_role_id IS NULL OR w.practitioner_role_id = :role)
    AND (w.service_kind IS NULL OR w.service_kind = :kind)
    AND (y.sex IS NULL OR y.sex = p.sex)
    AND (y.age_min IS NULL OR :day >= p.birth_date + make_interval(years => y.age_min))
    AND (y.age_max IS NULL OR :day < p.birth_date + make_interval(years => y.age_max + 1))
    AND w.patient_id <> :given_up_by AND NOT w.id = ANY (:passed_over)
    AND NOT EXISTS (SELECT FROM appointment AS a
        WHERE a.organization_id = w.organization_id AND a.patient_id = w.patient_id
            AND a.department_id = w.department_id AND a.day = :day AND a.active)
    AND NOT EXISTS (SELECT FROM booking_ban AS b WHERE b.patient_id = w.patient_id AND b.until > :now)
    AND NOT EXISTS (SELECT FROM offer AS f
        WHERE f.organization_id = w.organization_id AND f.entry_id = w.id AND f.slot_id = :slot)
ORDER BY w.priority, w.joined_at, w.id LIMIT 1
FOR UPDATE OF w
""")
_RULE = text("""
SELECT * FROM return_rule WHERE organization_id IN (:organization, '00000000-0000-0000-0000-000000000000')
ORDER BY organization_id = '00000000-0000-0000-0000-000000000000' LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Place:
    """A slot with what decides who may have a place in it."""

    organization_id: UUID
    slot_id: UUID
    schedule_id: UUID
    department_id: UUID
    service_id: UUID
    practitioner_role_id: UUID | None
    service_kind: str
    specialty_code: str | None
    pool: str
    day: date
    start_at: datetime
    end_at: datetime
    stopped_at: datetime | None
    fee_fen: int
    zone: ZoneInfo

    @property
    def period(self) -> str:
        """Morning or afternoon on the hospital's wall."""
        return "am" if self.start_at.astimezone(self.zone).hour < 12 else "pm"


async def lock(tx: Transaction, organization_id: UUID, departments: Iterable[UUID]) -> None:
    """Lock the lines of these departments until the transaction ends: one after the other gives places to a line.

    Without it two who give away two places at one moment both see the same person first.
    """
    await tx.session.execute(
        text(
            "SELECT 1 FROM department WHERE organization_id = :organization AND id = ANY (:departments)"
            " ORDER BY id FOR NO KEY UPDATE"
        ),
        {"organization": organization_id, "departments": list(departments)},
    )


async def place_of(tx: Transaction, organization_id: UUID, slot_id: UUID) -> Place | None:
    """A slot's place, or None when there is no such slot."""
    found = await tx.session.execute(_PLACE, {"organization": organization_id, "slot": slot_id})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    values["zone"] = ZoneInfo(values["zone"])
    return Place(**values)


async def awaited(tx: Transaction, place: Place) -> bool:
    """Whether anybody waits in the line of this place for its day."""
    found = await tx.session.execute(
        text("SELECT booking_awaited(:organization, :department, :day)"),
        {"organization": place.organization_id, "department": place.department_id, "day": place.day},
    )
    return found.scalar_one()


async def next_for(tx: Transaction, place: Place, given_up_by: UUID, passed_over: Sequence[UUID]) -> Any | None:
    """The entry whose turn it is for a place, locked; None when nobody in the locked line wants or can take it."""
    found = await tx.session.execute(
        NEXT,
        {
            "organization": place.organization_id,
            "department": place.department_id,
            "specialty": place.specialty_code,
            "day": place.day,
            "period": place.period,
            "role": place.practitioner_role_id,
            "kind": place.service_kind,
            "slot": place.slot_id,
            "given_up_by": given_up_by,
            "passed_over": list(passed_over),
            "now": tx.now,
        },
    )
    return found.mappings().one_or_none()


async def rule_row(tx: Transaction, organization_id: UUID) -> Any:
    """The hospital's row of return_rule, otherwise the region's."""
    return (await tx.session.execute(_RULE, {"organization": organization_id})).mappings().one()


def offer_rule(row: Any, *, replacement: bool) -> OfferRule:
    """How long offers last by a row of return_rule; ``replacement``: for those whose clinic was stopped or moved."""
    minutes = row["replacement_minutes"] if replacement else row["offer_minutes"]
    return OfferRule(minutes, row["offer_least_minutes"], row["night_from"], row["night_until"])
