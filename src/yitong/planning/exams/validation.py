"""Every hard rule of an exam plan, checked plainly and apart from the search; also at the moment of booking."""

from collections import defaultdict
from itertools import combinations, pairwise, permutations
from typing import NamedTuple

import msgspec

from yitong.planning.exams.model import DAY, Choice, ExamRule, PairRule, Person, Place, Plan, Problem, Request, tags_of


class Violation(msgspec.Struct, frozen=True):
    """A broken rule: its name (a field or the id of a pair rule), the requests concerned, and what is wrong."""

    rule: str
    requests: tuple[str, ...]
    zh: str
    en: str


class _Visit(NamedTuple):
    request: Request
    item: ExamRule
    place: Place
    choice: Choice

    @property
    def day(self) -> int:
        return self.choice.start // DAY

    @property
    def leave(self) -> int:
        return self.choice.end + self.item.recovery_min


def validate(problem: Problem, plan: Plan) -> list[Violation]:
    """What the plan breaks; nothing when it may be booked."""
    visits, wrong = _read(problem, plan)
    for visit in visits:
        wrong += [*_place(problem, visit), *_person(problem.person, visit), *_food(problem, visit)]
        wrong += [*_when(problem, visit), *_done(problem, visit)]
    for one, other in permutations(visits, 2):
        wrong += _pair(problem, one, other)
    wrong += [*_needed(problem, visits), *_body(problem, visits), *_stated(problem, plan, visits)]
    return wrong


def _bad(rule: str, visit: _Visit, zh: str, en: str) -> Violation:
    return Violation(rule, (visit.request.id,), f"{visit.item.name}：{zh}", f"{visit.item.name_en}: {en}")


def _read(problem: Problem, plan: Plan) -> tuple[list[_Visit], list[Violation]]:
    requests = {one.id: one for one in problem.requests}
    items = {one.code: one for one in problem.rules.items}
    places = {one.id: one for one in problem.places} | {one.place.id: one.place for one in problem.fixed}
    visits: list[_Visit] = []
    wrong: list[Violation] = []
    for choice in plan.choices:
        request, place = requests.get(choice.request), places.get(choice.place)
        if request is None or place is None or choice.code != request.code or choice.code not in items:
            zh, en = "没有这一申请、项目或号源", "no such request, item or place"
            wrong.append(Violation("unknown", (choice.request,), zh, en))
            continue
        visit = _Visit(request, items[choice.code], place, choice)
        if any(request.id == one.request.id for one in visits):
            wrong.append(_bad("twice", visit, "重复安排", "it is planned twice"))
        item = visit.item
        times = (place.start - item.prep_min, place.start, place.start + item.duration_min)
        report = place.start + item.duration_min + item.report_min
        if (choice.arrive, choice.start, choice.end, choice.report_at) != (*times, report):
            wrong.append(_bad("times", visit, "时间与号源不符", "its times are not those of its place"))
        visits.append(visit)
    return visits, wrong


def _place(problem: Problem, visit: _Visit) -> list[Violation]:
    item, place, person = visit.item, visit.place, problem.person
    found: list[Violation] = []
    if item.code not in place.codes and item.device_class not in place.device_classes:
        found.append(_bad("device", visit, "该设备不能做此检查", "this device does not do it"))
    if place.start + item.duration_min > place.end:
        found.append(_bad("duration", visit, "号源时长不足", "the place is too short"))
    if place.sex is not None and place.sex != person.sex:
        found.append(_bad("session-sex", visit, "该时段为另一性别专场", "the session is for the other sex"))
    if place.quota != "any" and place.quota != person.setting and person.setting != "emergency":
        found.append(_bad("quota", visit, "该号源属于其他类别患者", "the place belongs to another quota"))
    if place.capacity < 1:
        found.append(_bad("capacity", visit, "号源已满", "the place is taken"))
    return found


def _person(person: Person, visit: _Visit) -> list[Violation]:
    item = visit.item
    found: list[Violation] = []
    if item.sex and item.sex != person.sex:
        found.append(_bad("sex", visit, "性别不符", "not for this sex"))
    if person.age < item.least_age or person.age > item.most_age:
        found.append(_bad("age", visit, "年龄不符", "not for this age"))
    if person.pregnant and item.pregnancy == "refused":
        found.append(_bad("pregnancy", visit, "妊娠期禁忌", "refused in pregnancy"))
    if item.sedation and not person.escort:
        found.append(_bad("escort", visit, "须有家属陪同", "an escort is needed"))
    for rule, refused, has in (
        ("implants", item.refused_implants, person.implants),
        ("allergies", item.refused_allergies, person.allergies),
        ("conditions", item.refused_conditions, person.conditions),
    ):
        found += [_bad(rule, visit, f"有{one}，禁忌", f"refused with {one}") for one in refused if one in has]
    return found


def _food(problem: Problem, visit: _Visit) -> list[Violation]:
    item, person, start = visit.item, problem.person, visit.choice.start
    found: list[Violation] = []
    if item.fasting_hours:
        supper = visit.day * DAY - DAY + problem.rules.supper
        meals = [supper] if person.last_meal is None else [supper, person.last_meal]
        if start - max(meals) < item.fasting_hours * 60:
            hours = item.fasting_hours
            found.append(_bad("fasting_hours", visit, f"空腹不足{hours}小时", f"not {hours} hours after the last meal"))
    limits = [] if item.latest_start is None else [item.latest_start]
    limits += [minute for condition, minute in item.latest_for.items() if condition in person.conditions]
    if limits and start - visit.day * DAY > min(limits):
        found.append(_bad("latest_start", visit, "开始得太晚", "it begins too late in the day"))
    return found


def _when(problem: Problem, visit: _Visit) -> list[Violation]:
    item, wishes, choice, request = visit.item, problem.wishes, visit.choice, visit.request
    found: list[Violation] = []
    if choice.arrive < problem.now:
        found.append(_bad("now", visit, "号源已过", "the place is past"))
    if visit.day - problem.now // DAY < item.prep_days:
        found.append(_bad("prep_days", visit, f"需提前{item.prep_days}天准备", f"{item.prep_days} days of preparation"))
    if request.must and request.wanted_until is not None and choice.report_at > request.wanted_until:
        found.append(_bad("must", visit, "报告晚于复诊", "the report is late for the return visit"))
    noon = visit.day * DAY + 12 * 60
    unwanted = (
        (wishes.earliest is not None and choice.arrive < wishes.earliest)
        or (wishes.latest is not None and visit.leave > wishes.latest)
        or visit.day in wishes.not_days
        or (wishes.half == "am" and choice.start >= noon)
        or (wishes.half == "pm" and choice.start < noon)
    )
    if unwanted:
        found.append(_bad("wishes", visit, "不合患者意愿", "not as the person wished"))
    return found


def _means(pair: PairRule, first: ExamRule, then: ExamRule) -> bool:
    return pair.first in tags_of(first) and pair.then in tags_of(then)


def _done(problem: Problem, visit: _Visit) -> list[Violation]:
    items = {one.code: one for one in problem.rules.items}
    found: list[Violation] = []
    for done in problem.done:
        first = items.get(done.code)
        if first is None:
            continue
        for pair in problem.rules.pairs:
            gap, broken = visit.choice.start - done.end, False
            if pair.kind == "apart":
                meant = _means(pair, first, visit.item) or _means(pair, visit.item, first)
                broken = meant and done.start // DAY == visit.day
            elif _means(pair, first, visit.item):
                broken = gap < pair.least or gap > (pair.most if pair.most is not None else gap)
                broken = visit.choice.start < done.report_at if pair.kind == "result" else broken
            if broken:
                found.append(
                    _bad(pair.id, visit, f"与已做的{first.name}间隔不符", f"wrong interval to {first.name_en}")
                )
    return found


def _pair(problem: Problem, one: _Visit, other: _Visit) -> list[Violation]:
    """Rules with `one` as the first of the two."""
    gap = other.choice.start - one.choice.end
    found: list[str] = []
    for pair in problem.rules.pairs:
        if not _means(pair, one.item, other.item):
            continue
        broken = {
            "apart": one.day == other.day,
            "order": gap < 0,
            "result": other.choice.start < one.choice.report_at,
            "gap": 0 <= gap < pair.least if pair.most is None else not pair.least <= gap <= pair.most,
        }
        if broken[pair.kind]:
            found.append(pair.id)
    dry_then_full = not one.item.drink and other.item.bladder == "full" and one.day == other.day
    if dry_then_full and gap < other.item.fill_min:
        found.append("full-bladder")
    zh = f"{one.item.name}与{other.item.name}的顺序或间隔不符"
    en = f"order or interval of {one.item.name_en} and {other.item.name_en}"
    return [Violation(rule, (one.request.id, other.request.id), zh, en) for rule in found]


def _needed(problem: Problem, visits: list[_Visit]) -> list[Violation]:
    items = {one.code: one for one in problem.rules.items}
    placed = {one.request.id for one in visits}
    missing = [items[one.code] for one in problem.requests if one.id not in placed]
    return [
        _bad(pair.id, visit, f"须先有{first.name}的结果", f"it needs the result of {first.name_en}")
        for first in missing
        for visit in visits
        for pair in problem.rules.pairs
        if pair.kind == "result" and _means(pair, first, visit.item)
    ]


def _together(one: _Visit, other: _Visit) -> bool:
    a, b = one.item, other.item
    alike = (a.prep_min, a.duration_min, a.recovery_min) == (b.prep_min, b.duration_min, b.recovery_min)
    return one.place.id == other.place.id and bool(a.shared) and a.shared == b.shared and alike


def _body(problem: Problem, visits: list[_Visit]) -> list[Violation]:
    """Nobody is at two places at once, and the way between them takes its time."""
    found: list[Violation] = []
    for one, other in combinations(visits, 2):
        if one.choice.arrive < other.leave and other.choice.arrive < one.leave and not _together(one, other):
            zh, en = "两项检查时间重叠", "two exams at the same time"
            found.append(Violation("overlap", (one.request.id, other.request.id), zh, en))
    ordered = sorted(visits, key=lambda x: x.choice.start)
    for one, other in pairwise(ordered):
        if _together(one, other) or one.day != other.day:
            continue
        if 0 <= other.choice.arrive - one.leave < _walk(problem, one.place, other.place):
            zh, en = f"从{one.item.name}到{other.item.name}走不过来", "no time to walk from one to the other"
            found.append(Violation("walk", (one.request.id, other.request.id), zh, en))
    return found


def _walk(problem: Problem, here: Place, there: Place) -> int:
    if here.building == there.building:
        return 0 if here.room and here.room == there.room else problem.inside_min
    names = {here.building, there.building} | {name for one in problem.walks for name in (one.a, one.b)}
    known = {frozenset((one.a, one.b)): one.minutes for one in problem.walks}
    far = {name: 0 if name == here.building else 1 << 40 for name in names}
    for _ in names:
        for a, b in permutations(sorted(names), 2):
            far[b] = min(far[b], far[a] + known.get(frozenset((a, b)), problem.between_min))
    return far[there.building]


class Totals(NamedTuple):
    """What choices add up to: days, minute of the last report, minutes of waiting, requests with a late report."""

    days: tuple[int, ...]
    finish: int
    waiting: int
    late: tuple[str, ...]


def totals(problem: Problem, choices: tuple[Choice, ...]) -> Totals:
    """What a plan says of itself, counted from its choices."""
    visits, _ = _read(problem, Plan(choices=choices, days=(), finish=0, waiting=0))
    return _totals(problem, visits)


def _totals(problem: Problem, visits: list[_Visit]) -> Totals:
    by_day: dict[int, list[_Visit]] = defaultdict(list)
    for one in sorted(visits, key=lambda x: x.choice.start):
        by_day[one.day].append(one)
    waiting = 0
    for day in by_day.values():
        for one, other in pairwise(day):
            if not _together(one, other):
                waiting += other.choice.arrive - one.leave - _walk(problem, one.place, other.place)
    finish = max((one.choice.report_at for one in visits), default=0)
    until = {one.request.id: one.request.wanted_until for one in visits}
    late = [one for one in visits if one.choice.report_at > (until[one.request.id] or one.choice.report_at)]
    return Totals(tuple(sorted(by_day)), finish, waiting, tuple(sorted(one.request.id for one in late)))


def _stated(problem: Problem, plan: Plan, visits: list[_Visit]) -> list[Violation]:
    found: list[Violation] = []
    counted = _totals(problem, visits)
    if (plan.days, plan.finish, plan.waiting, tuple(sorted(plan.late))) != counted:
        found.append(Violation("stated", (), "计划所述与安排不符", "the plan says of itself what is not so"))
    wished = problem.wishes.most_trips
    if wished is not None and len(counted.days) > wished:
        found.append(Violation("most_trips", (), f"来院超过{wished}次", f"more than {wished} trips"))
    return found
