"""The queue's rules as data: numbers with defaults that the region and each hospital may change, and their words.

A rule's value is the hospital's row, else the row of the region's commission, else the default. Who waits already keeps
the place they were given: rules decide when a place is given, not afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from yitong.booking.queue.rules import RANK, Priority
from yitong.kernel.ids import UUID
from yitong.kernel.settings import Settings
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Limits:
    """A rule's default and what it may be set to."""

    default: int
    least: int
    most: int


# Two defaults are settings of the installation; they are put in by :func:`_defaults`.
RULES: dict[str, Limits] = {
    "returner_after": Limits(3, 0, 20),  # who missed the call waits for this many people
    "result_after": Limits(2, 1, 20),  # who comes back with results goes in after this many first visits
    "late_after_minutes": Limits(0, 0, 120),  # after the end of the slot, before somebody is late
    "late_penalty": Limits(0, 0, 20),  # a late comer waits for at least this many people
    "elderly_age": Limits(80, 50, 120),
    "max_calls": Limits(5, 1, 20),  # calls of one person before they have to be skipped
    "pace_sample": Limits(20, 3, 200),  # consultations that a pace is learned from
    "pace_weeks": Limits(8, 1, 52),  # how far back the same weekday is looked at
    "pace_trust": Limits(3, 0, 50),  # what the plan weighs, in consultations
    "elderly_enabled": Limits(1, 0, 1),
    "privileged_enabled": Limits(1, 0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules in force at one hospital."""

    returner_after: int
    result_after: int
    late_after_minutes: int
    late_penalty: int
    elderly_age: int
    max_calls: int
    pace_sample: int
    pace_weeks: int
    pace_trust: int
    elderly_enabled: int
    privileged_enabled: int
    inherited: bool  # the hospital has set nothing of its own

    def value(self, code: str) -> int:
        """The number of one rule of :data:`RULES`."""
        return int(getattr(self, code))


def _defaults(settings: Settings) -> dict[str, int]:
    known = {code: rule.default for code, rule in RULES.items()}
    return known | {"elderly_age": settings.queue_elderly_from, "returner_after": settings.queue_return_behind}


async def policy_of(tx: Transaction, organization_id: UUID) -> Policy:
    """The rules in force at an organization."""
    rows = await tx.session.execute(
        text(
            "SELECT q.organization_id, q.code, q.value FROM queue_rule q WHERE q.organization_id = :organization"
            " OR q.organization_id = (SELECT commission_id FROM region WHERE code = :region)"
        ),
        {"organization": organization_id, "region": tx.platform.settings.region_code},
    )
    found = rows.all()
    region = {row.code: row.value for row in found if row.organization_id != organization_id}
    own = {row.code: row.value for row in found if row.organization_id == organization_id}
    values: Mapping[str, Any] = {**_defaults(tx.platform.settings), **region, **own}
    return Policy(**{code: values[code] for code in RULES}, inherited=not own)


# Why the law or the hospital lets somebody go first; checked by the staff from a document, not kept.
GROUNDS: dict[str, Bilingual] = {
    "soldier": Bilingual("军人、退役军人", "Serving or retired member of the armed forces"),
    "martyr_family": Bilingual("烈士遗属、因公牺牲军人遗属", "Family of somebody fallen in service"),
    "disabled": Bilingual("残疾人", "Person with a disability"),
    "pregnant": Bilingual("孕产妇", "Expecting or recent mother"),
    "infant": Bilingual("带婴幼儿就诊", "With an infant"),
}
_TEXT: dict[Priority, Bilingual] = {
    Priority.EMERGENCY: Bilingual("急诊优先", "Emergency"),
    Priority.PRIVILEGED: Bilingual("依规优先", "Goes first by rule"),
    Priority.ELDERLY: Bilingual("高龄优先", "Great age"),
    Priority.NORMAL: Bilingual("按预约时段", "By the booked time"),
    Priority.RESULT: Bilingual("检查回诊", "Back with results"),
    Priority.RETURNER: Bilingual("过号返回", "Missed the call"),
    Priority.LATE: Bilingual("迟到", "Late"),
}
SWITCHED = {Priority.PRIVILEGED: "privileged_enabled", Priority.ELDERLY: "elderly_enabled"}


def words_of(priority: Priority) -> Bilingual:
    """The name of a class."""
    return _TEXT[priority]


def reason_of(priority: Priority, policy: Policy) -> Bilingual:
    """Why somebody of a class stands where they stand, as everybody may read it."""
    p = policy
    match priority:
        case Priority.EMERGENCY:
            return Bilingual("急诊患者最先就诊。", "Emergencies are seen before everybody else.")
        case Priority.PRIVILEGED:
            return Bilingual(
                "军人、残疾人、孕产妇等经工作人员核验后，在本人预约时段内优先。",
                "Soldiers, people with disabilities, expecting mothers and others go first within their own time slot,"
                " once the staff has seen the document.",
            )
        case Priority.ELDERLY:
            return Bilingual(
                f"{p.elderly_age} 岁及以上的老人在本人预约时段内优先。",
                f"People of {p.elderly_age} and older go first within their own time slot.",
            )
        case Priority.NORMAL:
            return Bilingual(
                "按预约时段和号码顺序就诊，与签到早晚无关。",
                "By booked time slot and number, however early one checks in.",
            )
        case Priority.RESULT:
            return Bilingual(
                f"带检查结果回诊，排在 {p.result_after} 位初诊患者之后。",
                f"Back with results: after {p.result_after} first visits.",
            )
        case Priority.RETURNER:
            return Bilingual(
                f"叫号未到后返回，至少排在 {p.returner_after} 位之后。",
                f"Missed the call and came back: after {p.returner_after} people at least.",
            )
        case Priority.LATE:
            return Bilingual(
                f"超过预约时段 {p.late_after_minutes} 分钟后签到，排在当前时段患者之后。",
                f"Checked in more than {p.late_after_minutes} minutes after the slot: behind those whose time it is.",
            )


def enabled(priority: Priority, policy: Policy) -> bool:
    """Whether a class is in use."""
    switch = SWITCHED.get(priority)
    return switch is None or policy.value(switch) == 1


def classes() -> list[Priority]:
    """All classes in the order of their rank."""
    return sorted(Priority, key=lambda one: RANK[one])
