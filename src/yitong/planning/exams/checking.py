"""What is wrong with a rule base by itself, found when a department saves it: each contradiction names its rules."""

from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import msgspec

from yitong.planning.exams.fitness import clock
from yitong.planning.exams.model import DAY, ExamRule, PairRule, RuleBase, tags_of

KINDS = ("duplicate", "unknown", "minutes", "age", "window", "shared", "itself", "cycle", "interval")


class Contradiction(msgspec.Struct, frozen=True):
    """Its kind (one of `KINDS`), the codes of items and ids of pair rules concerned, and a sentence."""

    kind: str
    rules: tuple[str, ...]
    zh: str
    en: str


class _Edge(NamedTuple):
    """Start of `then` at least so many minutes after the start of `first` (negative: an upper limit), by a rule."""

    first: int
    then: int
    least: int
    rule: str
    orders: bool


def contradictions(rules: RuleBase, *, opens: int = 7 * 60, closes: int = 18 * 60) -> list[Contradiction]:
    """Everything that makes a rule base useless for some exams; nothing when it may be saved.

    `opens` and `closes` are the minutes of a day between which exams are done.
    """
    found = [*_twice(rules), *_unknown(rules)]
    for item in rules.items:
        found += [*_minutes(item), *_windows(item, rules.supper, opens, closes)]
    found += _shared(rules)
    for pair in rules.pairs:
        found += _pair(rules, pair)
    found += _same_day(rules, opens, closes)
    if not any(one.kind == "itself" for one in found):
        found += _chains(rules)
    return found


def _twice(rules: RuleBase) -> Iterator[Contradiction]:
    for names in ([one.code for one in rules.items], [one.id for one in rules.pairs]):
        for name, count in Counter(names).items():
            if count > 1:
                yield Contradiction("duplicate", (name,), f"{name}重复定义", f"{name} is defined twice")


def _unknown(rules: RuleBase) -> Iterator[Contradiction]:
    known = {name for one in rules.items for name in tags_of(one)}
    for pair in rules.pairs:
        for name in (pair.first, pair.then):
            if name not in known:
                zh = f"规则{pair.id}提到的{name}不是任何项目、设备类别或标签"
                yield Contradiction("unknown", (pair.id,), zh, f"rule {pair.id}: {name} is no item, class or tag")


def _minutes(item: ExamRule) -> Iterator[Contradiction]:
    counts = (item.prep_min, item.recovery_min, item.report_min, item.fasting_hours, item.fill_min, item.prep_days)
    if item.duration_min < 1 or min(counts) < 0:
        zh, en = f"{item.name}的时长须为正，其余时间不得为负", f"{item.name_en}: a duration below 1 or negative minutes"
        yield Contradiction("minutes", (item.code,), zh, en)
    if item.least_age > item.most_age:
        ages = f"{item.least_age} > {item.most_age}"
        zh, en = f"{item.name}的最小年龄大于最大年龄：{ages}", f"{item.name_en}: least age above most age: {ages}"
        yield Contradiction("age", (item.code,), zh, en)


def _first_minute(item: ExamRule, supper: int, opens: int) -> int:
    fasted = supper + item.fasting_hours * 60 - DAY if item.fasting_hours else 0
    return max(opens + item.prep_min, fasted)


def _last_minute(item: ExamRule, closes: int) -> int:
    return min(closes - item.duration_min, DAY if item.latest_start is None else item.latest_start)


def _windows(item: ExamRule, supper: int, opens: int, closes: int) -> Iterator[Contradiction]:
    first = _first_minute(item, supper, opens)
    limits = {"": item.latest_start, **item.latest_for}
    limits = {name: minute for name, minute in limits.items() if minute is not None}
    if first > closes - item.duration_min:
        limits["*"] = closes - item.duration_min
    for name, minute in limits.items():
        if first > minute:
            who, whom = (f"（{name}）", f" for {name}") if name not in ("", "*") else ("", "")
            zh = f"{item.name}{who}最早{clock(first)}才能开始，却须在{clock(minute)}前开始"
            en = f"{item.name_en}{whom} can begin at {clock(first)} and must begin by {clock(minute)}"
            yield Contradiction("window", (item.code,), zh, en)


def _shared(rules: RuleBase) -> Iterator[Contradiction]:
    for name in sorted({one.shared for one in rules.items if one.shared}):
        alike = [one for one in rules.items if one.shared == name]
        odd = [
            one
            for one in alike
            if (one.prep_min, one.duration_min, one.recovery_min)
            != (alike[0].prep_min, alike[0].duration_min, alike[0].recovery_min)
        ]
        if odd:
            zh = f"{alike[0].name}与{odd[0].name}一同进行（{name}），时长却不同"
            en = f"{alike[0].name_en} and {odd[0].name_en} are done together ({name}) with different minutes"
            yield Contradiction("shared", (alike[0].code, odd[0].code), zh, en)


def _pair(rules: RuleBase, pair: PairRule) -> Iterator[Contradiction]:
    if pair.least < 0 or (pair.most is not None and pair.least > pair.most):
        zh = f"规则{pair.id}的最短间隔{pair.least}分钟与最长间隔{pair.most}分钟矛盾"
        en = f"rule {pair.id}: at least {pair.least} and at most {pair.most} minutes"
        yield Contradiction("interval", (pair.id,), zh, en)
    if pair.kind in ("order", "result") or pair.most is not None:
        both = [one for one in rules.items if {pair.first, pair.then} <= tags_of(one)]
        if both:
            zh = f"规则{pair.id}要求{both[0].name}排在它自己之前"
            en = f"rule {pair.id}: {both[0].name_en} would have to be before itself"
            yield Contradiction("itself", (pair.id, both[0].code), zh, en)


def _meant(rules: RuleBase, pair: PairRule) -> list[tuple[int, int]]:
    tags = [tags_of(one) for one in rules.items]
    first = [row for row, one in enumerate(tags) if pair.first in one]
    then = [row for row, one in enumerate(tags) if pair.then in one]
    return [(i, j) for i, j in product(first, then) if i != j]


def _same_day(rules: RuleBase, opens: int, closes: int) -> Iterator[Contradiction]:
    """An interval shorter than a night for exams that are never on one day, or whose hours of the day do not meet."""
    apart = {frozenset(both): pair.id for pair in rules.pairs if pair.kind == "apart" for both in _meant(rules, pair)}
    night = DAY - closes + opens
    said: set[tuple[str, ...]] = set()
    for pair in rules.pairs:
        if pair.most is None or pair.most >= night:
            continue
        for i, j in _meant(rules, pair):
            one, other = rules.items[i], rules.items[j]
            against = apart.get(frozenset((i, j)))
            earliest = _first_minute(one, rules.supper, opens) + one.duration_min + pair.least
            names = (pair.id, against) if against else (pair.id, one.code, other.code)
            if names in said or not (against or earliest > _last_minute(other, closes)):
                continue
            said.add(names)
            zh, en = f"{one.name}后{pair.most}分钟内须做{other.name}", f"{other.name_en} within {pair.most} minutes"
            zh += f"，但规则{against}不许同一天" if against else "，但当天已过其最晚开始时间"
            en += f", but rule {against} keeps them on different days" if against else ", but it cannot begin so late"
            yield Contradiction("interval", names, zh, f"after {one.name_en}: {en}")


def _edges(rules: RuleBase) -> list[_Edge]:
    edges: list[_Edge] = []
    forced: set[tuple[int, int]] = set()
    for pair in rules.pairs:
        if pair.kind in ("order", "result") or pair.most is not None:
            forced.update(_meant(rules, pair))
    for pair in rules.pairs:
        for i, j in _meant(rules, pair):
            item = rules.items[i]
            orders = pair.kind in ("order", "result") or pair.most is not None
            if pair.kind == "apart" or not (orders or (i, j) in forced):
                continue
            least = item.report_min if pair.kind == "result" else pair.least
            edges.append(_Edge(i, j, item.duration_min + least, pair.id, orders))
            if pair.most is not None:
                edges.append(_Edge(j, i, -item.duration_min - pair.most, pair.id, False))
    return edges


def _chains(rules: RuleBase) -> list[Contradiction]:
    """The first chain of orders that closes, and the first chain of intervals that cannot be kept at once."""
    edges = _edges(rules)
    cycle = _positive_cycle(len(rules.items), [one._replace(least=1) for one in edges if one.orders])
    if cycle:
        return [_said("cycle", rules, cycle, "形成循环，无法排序", "go round in a circle")]
    cycle = _positive_cycle(len(rules.items), edges)
    if cycle:
        return [_said("interval", rules, cycle, "的间隔不能同时满足", "cannot all be kept")]
    return []


def _said(kind: str, rules: RuleBase, cycle: list[_Edge], zh: str, en: str) -> Contradiction:
    chain = [rules.items[one.first] for one in cycle] + [rules.items[cycle[-1].then]]
    ids = tuple(dict.fromkeys(one.rule for one in cycle))
    named_zh, named_en = " → ".join(one.name for one in chain), " → ".join(one.name_en for one in chain)
    which = "、".join(ids)
    return Contradiction(kind, ids, f"规则{which}{zh}：{named_zh}", f"rules {', '.join(ids)} {en}: {named_en}")


def _positive_cycle(size: int, edges: list[_Edge]) -> list[_Edge]:
    """A cycle of constraints whose minutes add up to more than 0 (Bellman-Ford); empty when there is none."""
    best, by = [0] * size, dict[int, _Edge]()
    changed = -1
    for _ in range(size + 1):
        changed = -1
        for edge in edges:
            if best[edge.first] + edge.least > best[edge.then]:
                best[edge.then] = best[edge.first] + edge.least
                by[edge.then] = edge
                changed = edge.then
        if changed < 0:
            return []
    for _ in range(size):
        changed = by[changed].first
    cycle = [by[changed]]
    while cycle[-1].first != changed:
        cycle.append(by[cycle[-1].first])
    cycle.reverse()
    return cycle
