"""Small exam problems for tests: items, rules and places by hand, and random ones."""

from typing import Any

import msgspec

from yitong.planning.exams.model import (
    DAY,
    Choice,
    ExamRule,
    PairRule,
    Person,
    Place,
    Plan,
    Problem,
    Request,
    RuleBase,
    Walk,
    Words,
)
from yitong.planning.exams.validation import totals


def item(code: str, **fields: Any) -> ExamRule:
    """An item of 10 minutes on a device class of its own name."""
    known: dict[str, Any] = {"name": f"检查{code}", "name_en": f"exam {code}", "device_class": code, "duration_min": 10}
    return ExamRule(code=code, **{**known, **fields})


def pair(id: str, first: str, then: str, kind: str, **fields: Any) -> PairRule:
    """A pair rule."""
    return msgspec.convert({"id": id, "first": first, "then": then, "kind": kind, **fields}, PairRule)


def place(code: str, start: int, **fields: Any) -> Place:
    """A place of an hour for an item, in a room of its own, named by item and start."""
    known: dict[str, Any] = {"id": f"{code}@{start}", "end": start + 60, "codes": (code,), "room": code}
    return Place(start=start, **{**known, **fields})


def problem(items: list[ExamRule], places: list[Place], *pairs: PairRule, **fields: Any) -> Problem:
    """One request for each item, of a healthy woman of 40."""
    known: dict[str, Any] = {
        "rules": RuleBase(version="1", items=tuple(items), pairs=pairs),
        "person": Person(sex="female", age=40),
        "requests": tuple(Request(id=one.code.lower(), code=one.code) for one in items),
        "places": tuple(places),
    }
    return Problem(**{**known, **fields})


def placed(it: Problem, *places: str) -> Plan:
    """The plan that puts the requests at these places, in their order, whatever rules say."""
    items = {one.code: one for one in it.rules.items}
    by_id = {one.id: one for one in it.places}
    choices: list[Choice] = []
    for request, name in zip(it.requests, places, strict=True):
        one, at = items[request.code], by_id[name]
        end = at.start + one.duration_min
        times = (at.start - one.prep_min, at.start, end, end + one.report_min)
        choices.append(Choice(request.id, one.code, name, *times))
    days, finish, waiting, late = totals(it, tuple(choices))
    return Plan(choices=tuple(choices), days=days, finish=finish, waiting=waiting, late=late)


ITEMS = [
    item("A", fasting_hours=8, latest_start=660, shared="blood", device_class="LAB", report_min=60),
    item("B", shared="blood", device_class="LAB", report_min=240),
    item("C", fasting_hours=6, drink=False, prep_min=10, recovery_min=40, sedation=True),
    item("D", bladder="full", duration_min=15, report_min=30),
    item("E", contrast="iodine", prep_min=15, recovery_min=30, report_min=200),
    item("F", contrast="barium", duration_min=25, tags=("slow",)),
    item("G", prep_days=1, duration_min=40),
    item("H", duration_min=5),
]
PAIRS = [
    pair("r1", "B", "E", "result"),
    pair("r2", "barium", "D", "gap", least=3 * DAY),
    pair("r3", "C", "H", "apart"),
    pair("r4", "D", "H", "gap", least=5, most=90),
    pair("r5", "H", "G", "order"),
    pair("r6", "E", "F", "gap", least=120, words=msgspec.to_builtins(Words("先稀释", "wash out"))),
]


def random_problem(data: Any, st: Any) -> Problem:
    """A problem drawn by hypothesis: 2 to 5 of the items, few places on 4 days, two buildings, wishes now and then."""
    codes = data.draw(st.lists(st.sampled_from([one.code for one in ITEMS]), min_size=2, max_size=5, unique=True))
    places: list[Place] = []
    for row, code in enumerate(codes):
        starts = data.draw(st.lists(st.integers(0, 4 * 20 - 1), min_size=1, max_size=9, unique=True))
        lab = code in "AB"
        for start in starts:
            minute = start // 20 * DAY + 450 + start % 20 * 30
            name = f"lab@{minute}" if lab else f"{code}@{minute}"
            fields: dict[str, Any] = {"device_classes": ("LAB",)} if lab else {"codes": (code,)}
            if all(name != one.id for one in places):
                building = "NS"[row % 2]
                room = "lab" if lab else f"room{row % 3}"
                places.append(Place(id=name, start=minute, end=minute + 60, building=building, room=room, **fields))
    until = data.draw(st.sampled_from([None, 2 * DAY]))
    return Problem(
        rules=RuleBase(version="1", items=tuple(ITEMS), pairs=tuple(PAIRS)),
        person=Person(sex="female", age=40, escort=data.draw(st.sampled_from([True, True, False]))),
        requests=tuple(Request(id=code.lower(), code=code, wanted_until=until) for code in codes),
        places=tuple(places),
        walks=(Walk("N", "S", 7),),
    )
