"""Examples that a department keeps beside its rules: a person, what is asked for, places, and what must come out."""

import msgspec

from yitong.planning.exams.model import Answer, Person, Place, Problem, Request, RuleBase, Walk, Wishes, Words
from yitong.planning.exams.validation import validate
from yitong.planning.problems import PlanningError


class Expected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must hold of the best plan; what is left out may be anything.

    `places`: the place of a request. `before`: pairs of requests of which the first ends before the second starts.
    `refused`: the name of the rule for which a request has no place.
    """

    trips: int | None = None
    finish_by: int | None = None
    places: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    before: tuple[tuple[str, str], ...] = ()
    refused: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One example with its name; `expected` is checked on the best plan for the rest."""

    name: str
    person: Person
    requests: tuple[Request, ...]
    places: tuple[Place, ...]
    expected: Expected
    walks: tuple[Walk, ...] = ()
    wishes: Wishes = Wishes()
    now: int = 0


class Failure(msgspec.Struct, frozen=True):
    """An example that does not come out as expected, and why."""

    example: str
    words: Words


def run_examples(rules: RuleBase, examples: tuple[Example, ...]) -> list[Failure]:
    """Every difference between what the rules give and what the examples expect; nothing when all hold."""
    failures: list[Failure] = []
    for example in examples:
        try:
            failures += [Failure(example.name, words) for words in _differences(rules, example)]
        except PlanningError as error:
            failures.append(Failure(example.name, Words(f"无法运行：{error}", str(error))))
    return failures


def _differences(rules: RuleBase, example: Example) -> list[Words]:
    from yitong.planning.exams.solving import plan  # its compiled search takes a second to load

    problem = Problem(
        rules=rules,
        person=example.person,
        requests=example.requests,
        places=example.places,
        walks=example.walks,
        wishes=example.wishes,
        now=example.now,
    )
    answer = plan(problem)
    found = _refused(example.expected, answer)
    if answer.best is None:
        wanted = example.expected
        if wanted.trips or wanted.finish_by is not None or wanted.places or wanted.before:
            found.append(Words("没有可行的安排", "there is no plan"))
        return found
    found += [Words(one.zh, one.en) for one in validate(problem, answer.best)]
    return found + _planned(example.expected, answer)


def _refused(expected: Expected, answer: Answer) -> list[Words]:
    rules = {one.request: one.rule for one in answer.refused}
    return [
        Words(
            f"申请{request}应为{expected.refused.get(request, '可安排')}，实际为{rules.get(request, '可安排')}",
            f"request {request}: expected {expected.refused.get(request, 'a place')}, "
            f"is {rules.get(request, 'a place')}",
        )
        for request in sorted({*rules, *expected.refused})
        if rules.get(request) != expected.refused.get(request)
    ]


def _planned(expected: Expected, answer: Answer) -> list[Words]:
    best = answer.best
    if best is None:
        return []
    found: list[Words] = []
    at = {one.request: one for one in best.choices}
    if expected.trips is not None and best.trips != expected.trips:
        found.append(
            Words(f"应来院{expected.trips}次，实际{best.trips}次", f"expected {expected.trips} trips, are {best.trips}")
        )
    if expected.finish_by is not None and best.finish > expected.finish_by:
        late = best.finish - expected.finish_by
        found.append(Words(f"完成时间晚了{late}分钟", f"finished {late} minutes too late"))
    for request, place in expected.places.items():
        if request not in at or at[request].place != place:
            found.append(Words(f"申请{request}未排在{place}", f"request {request} is not at {place}"))
    for first, then in expected.before:
        if first not in at or then not in at or at[first].end > at[then].start:
            found.append(Words(f"申请{first}未排在{then}之前", f"request {first} is not before {then}"))
    return found
