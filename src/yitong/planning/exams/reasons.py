"""Why a plan is as it is, and why a request has no place, in sentences for the patient."""

from itertools import groupby, permutations

from yitong.planning.exams.fitness import clock, warnings
from yitong.planning.exams.model import DAY, Choice, ExamRule, PairRule, Plan, Problem, Refusal, Request, Words, tags_of


def joined(names: list[str], zh: bool) -> str:
    """Names as a list in words."""
    last = "和" if zh else " and "
    if len(names) < 2:
        return "".join(names)
    return ("、" if zh else ", ").join(names[:-1]) + last + names[-1]


def reasons_of(problem: Problem, plan: Plan) -> tuple[Words, ...]:
    """Sentences about the whole plan, then about what the exams ask for, by time."""
    items = {one.code: one for one in problem.rules.items}
    said = [*_whole(problem, plan, items), *_fasting(plan, items)]
    for choice in plan.choices:
        said += _single(problem, choice, items[choice.code])
    said += _pairs(problem, plan, items)
    return tuple(dict.fromkeys(said))


def _whole(problem: Problem, plan: Plan, items: dict[str, ExamRule]) -> list[Words]:
    several = len(plan.choices) > 1
    said: list[Words] = []
    if several and plan.trips == 1:
        said.append(Words("全部检查安排在同一天，只需来院一次", "All exams are on one day: one visit"))
    elif plan.trips > 1:
        said.append(Words(f"共需来院{plan.trips}次", f"{plan.trips} visits"))
    until = [one.wanted_until for one in problem.requests if one.wanted_until is not None]
    if until and not plan.late:
        said.append(Words("报告均在复诊前出具", "Every report is there before the return visit"))
    for one in plan.choices:
        if one.request in plan.late:
            item = items[one.code]
            said.append(
                Words(f"{item.name}的报告晚于复诊时间", f"The report of {item.name_en} comes after the return visit")
            )
    moved = [items[one.code] for one in plan.choices if one.request in plan.changed]
    if moved:
        zh, en = joined([one.name for one in moved], True), joined([one.name_en for one in moved], False)
        said.append(Words(f"{zh}需要改期，其余不变", f"{en} had to move, the others stay"))
    return said


def _fasting(plan: Plan, items: dict[str, ExamRule]) -> list[Words]:
    said: list[Words] = []
    fasting = [one for one in plan.choices if items[one.code].fasting_hours]
    for _, day in groupby(fasting, key=lambda one: one.start // DAY):
        there = list(day)
        zh = joined([items[one.code].name for one in there], True)
        en = joined([items[one.code].name_en for one in there], False)
        times = list(dict.fromkeys(clock(one.start) for one in there))
        verb = "needs" if len(there) == 1 else "need"
        when_zh, when_en = joined(times, True), joined(times, False)
        said.append(Words(f"{zh}需空腹，已排在{when_zh}", f"{en} {verb} fasting: at {when_en}"))
    return said


def _single(problem: Problem, choice: Choice, item: ExamRule) -> list[Words]:
    zh, en, said = item.name, item.name_en, list[Words]()
    if item.bladder == "full":
        drink = clock(choice.start - item.fill_min)
        said.append(Words(f"{zh}需憋尿，请从{drink}开始饮水", f"{en} needs a full bladder: drink from {drink}"))
    if item.bladder == "empty":
        said.append(Words(f"{zh}前请排尿", f"Empty the bladder before {en}"))
    if item.prep_days:
        days = item.prep_days
        said.append(Words(f"{zh}需提前{days}天准备", f"{en} needs {days} days of preparation"))
    if item.sedation:
        rest = item.recovery_min
        said.append(
            Words(
                f"{zh}需镇静，须家属陪同，之后休息{rest}分钟",
                f"{en} needs sedation: come with an escort, rest {rest} minutes afterwards",
            )
        )
    return said + warnings(item, problem.person)


def pairs_between(problem: Problem, first: ExamRule, then: ExamRule) -> list[PairRule]:
    """The pair rules that mean these two, in this order."""
    mine, theirs = tags_of(first), tags_of(then)
    return [one for one in problem.rules.pairs if one.first in mine and one.then in theirs]


def pair_words(pair: PairRule, first: ExamRule, then: ExamRule) -> Words:
    """The rule's own sentence, or one made from its kind."""
    if pair.words.zh:
        return pair.words
    zh, en, a, b = first.name, first.name_en, then.name, then.name_en
    if pair.kind == "apart":
        return Words(f"{zh}与{a}不能同一天做", f"{en} and {b} are never on one day")
    if pair.kind == "result":
        return Words(f"{a}前须先有{zh}的结果", f"{b} needs the result of {en}")
    if pair.kind == "order":
        return Words(f"先做{zh}，再做{a}", f"{en} before {b}")
    least, most = pair.least, pair.most
    if most is None:
        return Words(f"{zh}后至少间隔{least}分钟再做{a}", f"{b} at least {least} minutes after {en}")
    return Words(f"{a}须在{zh}后{least}至{most}分钟内做", f"{b} {least} to {most} minutes after {en}")


def _pairs(problem: Problem, plan: Plan, items: dict[str, ExamRule]) -> list[Words]:
    said: list[Words] = []
    for one, other in permutations(plan.choices, 2):
        first, then = items[one.code], items[other.code]
        rules = [x for x in pairs_between(problem, first, then) if x.kind == "apart" or one.end <= other.start]
        said += [pair_words(pair, first, then) for pair in rules]
        same_day = one.start // DAY == other.start // DAY
        if same_day and not first.drink and then.bladder == "full":
            said.append(
                Words(
                    f"{first.name}前不能饮水，{then.name}需憋尿，所以排在其后",
                    f"No drink before {first.name_en}, so {then.name_en} with its full bladder comes after it",
                )
            )
    return said


def needs_result(problem: Problem, request: Request, items: list[ExamRule], first: int, then: int) -> Refusal:
    """The refusal of what needs the result of an exam that cannot be placed."""
    pair = next(one for one in pairs_between(problem, items[first], items[then]) if one.kind == "result")
    words = pair_words(pair, items[first], items[then])
    zh, en = items[first].name, items[first].name_en
    return Refusal(
        request.id, request.code, pair.id, Words(f"{words.zh}；{zh}无法安排", f"{words.en}; {en} cannot be placed")
    )


def not_together(problem: Problem, request: Request, items: list[ExamRule], row: int, other: int | None) -> Refusal:
    """The refusal of what has places by itself, and none beside the exam in row `other` (or beside all of them)."""
    item = items[row]
    if other is None:
        words = Words(
            f"{item.name}与其他检查没有可行的时间组合", f"No time for {item.name_en} fits with the other exams"
        )
        return Refusal(request.id, request.code, "places", words)
    beside = items[other]
    pairs = pairs_between(problem, beside, item) + pairs_between(problem, item, beside)
    if not pairs:
        zh, en = (
            f"{item.name}与{beside.name}没有可行的时间组合",
            f"No time for {item.name_en} fits with {beside.name_en}",
        )
        return Refusal(request.id, request.code, "places", Words(zh, en))
    pair = pairs[0]
    ordered = (beside, item) if pair in pairs_between(problem, beside, item) else (item, beside)
    return Refusal(request.id, request.code, pair.id, pair_words(pair, *ordered))
