"""The planning problem of one person, read from the hospital: orders, open places, what is booked and what was done."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text

from yitong.booking.service.open_places import OpenPlace, open_places
from yitong.booking.service.reading import Appointment, shown_for_orders
from yitong.kernel.clock import age_in_years, day_bounds, day_of
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.planning.exams import model as planning
from yitong.visits.exams import reading, rulebase
from yitong.visits.exams.schemas import Clinical, ExamWishes

_DAYS = 14
_MOST_DAYS = 28
_BACK = timedelta(days=14)  # so long ago an examination may still stand in the way of another
_ORDERS = text(
    "SELECT * FROM service_request WHERE organization_id = :organization AND patient_id = :patient"
    " AND state = 'active' ORDER BY ordered_at, id"
)
_DONE = text("""
SELECT q.item_code, q.closed_at, a.start_at, a.end_at
FROM service_request AS q
LEFT JOIN LATERAL (
    SELECT start_at, end_at FROM appointment AS a
    WHERE a.organization_id = q.organization_id AND a.based_on = q.id AND a.state <> 'cancelled'
    ORDER BY a.start_at DESC LIMIT 1) AS a ON true
WHERE q.organization_id = :organization AND q.patient_id = :patient AND q.state = 'completed' AND q.closed_at > :since
""")
_PERSON = text(
    "SELECT p.sex, p.birth_date, o.zone FROM patient AS p, organization AS o"
    " WHERE p.id = :patient AND o.id = :organization"
)
_SERVED = text("SELECT service_id, device_class FROM exam_service WHERE organization_id = :organization")


class Hours(msgspec.Struct, frozen=True):
    """The planner's minutes and the hospital's clock."""

    zone: ZoneInfo
    origin: datetime  # midnight of the first day

    def minute(self, at: datetime) -> int:
        """Whole minutes since the origin."""
        return int((at - self.origin).total_seconds() // 60)

    def at(self, minute: int) -> datetime:
        """The moment of a minute, on the hospital's clock."""
        return (self.origin + timedelta(minutes=minute)).astimezone(self.zone)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A person's problem with what is needed to word its answer; ``booked``: appointments by order."""

    problem: planning.Problem
    hours: Hours
    orders: dict[UUID, Any]
    places: dict[UUID, OpenPlace]
    booked: dict[UUID, Appointment]
    lost: tuple[str, ...]  # orders whose appointment cannot be kept
    dropped: list[Any]  # orders of what the rules do not know any more


async def asked(tx: Transaction, organization_id: UUID, patient_id: UUID, wishes: ExamWishes, *, again: bool) -> Asked:
    """What there is to plan: every open order. What is booked is fixed unless ``again``, and to be kept if it can be.

    The caller has checked an action. Raises Problem ``not-found`` and ``validation-failed``.
    """
    await tx.open_patient_index()
    values = {"organization": organization_id, "patient": patient_id}
    person = (await tx.session.execute(_PERSON, values)).mappings().one_or_none()
    if person is None:
        raise NOT_FOUND()
    hours, last = _span(tx, person["zone"], wishes)
    rows = (await tx.session.execute(_ORDERS, values)).mappings().all()
    booked = await shown_for_orders(tx, [(organization_id, row["id"]) for row in rows])
    begun = {key for key, one in booked.items() if one.appointment.state != "booked"}
    kept = {
        key: one.appointment
        for key, one in booked.items()
        if key not in begun and not one.displaced and one.appointment.start_at > tx.now
    }
    rules = await rulebase.in_force(tx, organization_id)
    known = {one.code for one in rules.items}
    orders = {row["id"]: row for row in rows if row["id"] not in begun and row["item_code"] in known}
    dropped = [row for row in rows if row["item_code"] not in known]
    services = await _services(tx, values, rules, {row["item_code"] for row in orders.values()})
    own = {one.slot_id: key for key, one in kept.items()}
    found = await open_places(tx, organization_id, list(services), hours.origin, last, list(own))
    least = _together(rules, [row["item_code"] for row in orders.values()])
    places = {
        one.slot_id: one
        for one in found
        if one.slot_id in own or one.remaining >= least.get(services[one.service_id], 1)
    }
    laid = {
        one.slot_id: _place(hours, services.get(one.service_id), one, orders.get(own.get(one.slot_id)))
        for one in places.values()
    }
    before = await tx.session.execute(_DONE, {**values, "since": tx.now - _BACK})
    done = [_done(hours, row) for row in before.mappings() if row["item_code"] in known]
    stays = tuple(planning.Booking(str(key), laid[slot]) for slot, key in own.items() if slot in laid)
    under_way = [row for row in rows if row["id"] in begun and row["item_code"] in known]
    going_on = [_going_on(hours, row["item_code"], booked[row["id"]].appointment) for row in under_way]
    today = day_of(tx.now, person["zone"])
    ate = None if wishes.fasted or _fasts(rules, today, orders, kept) else hours.minute(tx.now)
    problem = planning.Problem(
        rules=rules,
        person=_person(person, [_clinical(tx, row) for row in rows], today, ate),
        requests=tuple(_request(hours, row) for row in orders.values()),
        places=tuple(laid.values()),
        wishes=_wishes(hours, wishes),
        fixed=() if again else stays,
        done=(*done, *going_on),
        now=hours.minute(tx.now) + 1,
    )
    lost = tuple(str(key) for key in booked if key in orders and (key not in kept or kept[key].slot_id not in laid))
    appointments = {key: one.appointment for key, one in booked.items() if key in orders}
    return Asked(
        problem=problem, hours=hours, orders=orders, places=places, booked=appointments, lost=lost, dropped=dropped
    )


async def _services(
    tx: Transaction, values: dict[str, UUID], rules: planning.RuleBase, codes: set[str]
) -> dict[UUID, str]:
    """The device classes of the services whose sessions these examinations may be done in."""
    wanted = {one.device_class for one in rules.items if one.code in codes}
    found = await tx.session.execute(_SERVED, values)
    return {row.service_id: row.device_class for row in found if row.device_class in wanted}


def _together(rules: planning.RuleBase, codes: Sequence[str]) -> dict[str, int]:
    """By device class, how many orders may be done in one go (tubes of one blood drawing); each takes a place."""
    shared = Counter((one.device_class, one.shared) for one in rules.items if one.shared and one.code in codes)
    return {kind: max(many for (other, _), many in shared.items() if other == kind) for kind, _ in shared}


def _span(tx: Transaction, zone: str, wishes: ExamWishes) -> tuple[Hours, datetime]:
    today = day_of(tx.now, zone)
    first = max(today, wishes.first or today)
    last = wishes.last or first + timedelta(days=_DAYS)
    if last < first or (last - first).days > _MOST_DAYS:
        words = Bilingual(f"日期范围应在 {_MOST_DAYS} 天以内。", f"Choose at most {_MOST_DAYS} days.")
        raise VALIDATION_FAILED(errors=[FieldError("wishes.last", "invalid", words)])
    return Hours(ZoneInfo(zone), day_bounds(first, zone)[0]), day_bounds(last, zone)[1]


def _clinical(tx: Transaction, row: Any) -> Clinical:
    opened = tx.platform.sealer.open(row["clinical_sealed"], reading.clinical_context(row["id"]))
    return msgspec.json.decode(opened, type=Clinical)


def _fasts(rules: planning.RuleBase, today: date, orders: dict[UUID, Any], kept: dict[UUID, Appointment]) -> bool:
    """Whether the person was told to come fasting today and so has eaten nothing."""
    fasting = {one.code for one in rules.items if one.fasting_hours}
    return any(one.start_at.date() == today and orders[key]["item_code"] in fasting for key, one in kept.items())


def _person(row: Any, clinical: Sequence[Clinical], today: date, ate: int | None) -> planning.Person:
    """What any of the orders says of the person counts for all of them; ``ate``: the minute of the last meal."""
    return planning.Person(
        sex="female" if row["sex"] == "female" else "male",
        age=age_in_years(row["birth_date"], today),
        pregnant=any(one.pregnant for one in clinical),
        implants=_all(one.implants for one in clinical),
        allergies=_all(one.allergies for one in clinical),
        conditions=_all(one.conditions for one in clinical),
        last_meal=ate,
    )


def _all(lists: Any) -> tuple[str, ...]:
    return tuple(sorted({fact for one in lists for fact in one}))


def _request(hours: Hours, row: Any) -> planning.Request:
    until = hours.minute(row["wanted_until"]) if row["wanted_until"] is not None else None
    return planning.Request(id=str(row["id"]), code=row["item_code"], wanted_until=until)


def _place(hours: Hours, device_class: str | None, one: OpenPlace, mine: Any) -> planning.Place:
    """A place; one more may come to it when the person is the one who sits there for the order ``mine``."""
    return planning.Place(
        id=str(one.slot_id),
        start=hours.minute(one.start_at),
        end=hours.minute(one.end_at),
        codes=(mine["item_code"],) if mine is not None else (),
        device_classes=(device_class,) if device_class is not None and one.remaining > 0 else (),
        building=one.building,
        room=one.place,
        capacity=one.remaining + (mine is not None),
    )


def _going_on(hours: Hours, code: str, one: Appointment) -> planning.Done:
    """The person is being examined or waits for it."""
    start, end = hours.minute(one.start_at), hours.minute(one.end_at)
    return planning.Done(code=code, start=start, end=end, report_at=end)


def _done(hours: Hours, row: Any) -> planning.Done:
    report_at = hours.minute(row["closed_at"])
    start = hours.minute(row["start_at"]) if row["start_at"] is not None else report_at
    end = hours.minute(row["end_at"]) if row["end_at"] is not None else report_at
    return planning.Done(code=row["item_code"], start=start, end=end, report_at=report_at)


def _wishes(hours: Hours, wishes: ExamWishes) -> planning.Wishes:
    first = hours.at(0).date()
    return planning.Wishes(
        not_days=tuple(sorted({(day - first).days for day in wishes.not_on if day >= first})),
        half=wishes.half,
        most_trips=wishes.most_trips,
    )
