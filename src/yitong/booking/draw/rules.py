"""Who gets which place: pure functions of what is published, so that anybody can compute them again.

The order is a random serial dictatorship: within a class by ticket, each in turn gets the first of their choices that
still has room. A class may have reserved places: its members go first until so many of them have a place, and whoever
of them is left takes part in the last turn with everybody else, by ticket.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from yitong.booking.draw.proof import ticket_of
from yitong.kernel.text import Bilingual

Years = Annotated[int, Meta(ge=0, le=150)]
Days = Annotated[int, Meta(ge=0, le=3650)]
Draws = Annotated[int, Meta(ge=1, le=100)]
Places = Annotated[int, Meta(le=100_000)]
Code = Annotated[str, Meta(pattern="^[a-z0-9_-]{1,40}$")]


class StratumRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who belongs to a class; all the conditions given must hold. Ages in whole years on the draw's closing day."""

    age_from: Years | None = None
    age_to: Years | None = None
    seen_within_days: Days | None = None  # was seen in this department so recently
    lost_draws: Draws | None = None  # lost so many draws of this department within ninety days, and won none


class Stratum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class of requests. ``places`` reserves that many; without it all of the class go before the next class."""

    code: Code
    title: Bilingual
    places: Places | None = None
    rule: StratumRule | None = None


class Person(NamedTuple):
    """What the classes go by."""

    age_years: int
    days_since_seen: int | None
    lost_draws: int


class Request(NamedTuple):
    """A request as it is published: its leaf, class and choices (slot ids), best first."""

    leaf: str
    stratum: str
    choices: tuple[str, ...]


class Result(NamedTuple):
    """What the draw gave a request: its rank in the order (from 1), the turn it was served in, ticket and place."""

    rank: int
    leaf: str
    turn: int
    ticket: str
    slot_id: str | None


EVERYBODY = Stratum("general", Bilingual("普通", "General"))


def strata_wrong(strata: Sequence[Stratum]) -> str | None:
    """What is wrong with a list of classes, as a code; None when it can be used.

    ``empty``, ``repeated`` (a code twice), ``last_must_take_all`` (the last has a rule or a limit), ``rule_missing``
    (an earlier one takes everybody), ``places`` (less than one place reserved).
    """
    if not strata:
        return "empty"
    if len({one.code for one in strata}) < len(strata):
        return "repeated"
    if strata[-1].rule is not None or strata[-1].places is not None:
        return "last_must_take_all"
    if any(one.rule is None or one.rule == StratumRule() for one in strata[:-1]):
        return "rule_missing"
    if any(one.places is not None and one.places < 1 for one in strata):
        return "places"
    return None


def stratum_for(person: Person, strata: Sequence[Stratum]) -> str:
    """The code of the first class whose rule a person meets; the last class takes everybody."""
    for one in strata[:-1]:
        if one.rule is not None and meets(person, one.rule):
            return one.code
    return strata[-1].code


def meets(person: Person, rule: StratumRule) -> bool:
    """Whether all conditions of a class hold for a person."""
    seen = person.days_since_seen
    return (
        (rule.age_from is None or person.age_years >= rule.age_from)
        and (rule.age_to is None or person.age_years <= rule.age_to)
        and (rule.seen_within_days is None or (seen is not None and seen <= rule.seen_within_days))
        and (rule.lost_draws is None or person.lost_draws >= rule.lost_draws)
    )


def allocate(
    requests: Iterable[Request], strata: Sequence[tuple[str, int | None]], places: Mapping[str, int], seed: bytes
) -> list[Result]:
    """Serve every request in its turn; answers all of them in the order they were served.

    ``strata`` are (code, reserved places or None) in order of priority, ``places`` the room in each slot by id,
    ``seed`` the final one. The order in which requests came does not matter. Raises KeyError for an unlisted class.
    """
    left = dict(places)
    waiting: dict[str, list[tuple[str, Request]]] = {code: [] for code, _ in strata}
    for request in requests:
        waiting[request.stratum].append((ticket_of(seed, request.leaf), request))
    results: list[Result] = []
    rest: list[tuple[str, Request]] = []
    last = len(strata) - 1
    for turn, (code, limit) in enumerate(strata):
        won = 0
        queue = sorted(waiting[code] + (rest if turn == last else []), key=_by_ticket)
        for ticket, request in queue:
            slot = None
            if limit is None or won < limit:
                slot = next((one for one in request.choices if left.get(one, 0) > 0), None)
            if slot is None and limit is not None:
                rest.append((ticket, request))  # served again with everybody in the last turn
                continue
            if slot is not None:
                left[slot] -= 1
                won += 1
            results.append(Result(len(results) + 1, request.leaf, turn, ticket, slot))
    return results


def _by_ticket(one: tuple[str, Request]) -> tuple[str, str]:
    return one[0], one[1].leaf


def next_for(
    slot_id: str, results: Sequence[Result], choices: Mapping[str, Sequence[str]], offered: set[str]
) -> Result | None:
    """Who gets a place of a slot that became free again: the first in the order who wanted it and was offered nothing.

    ``choices`` by leaf; ``offered`` are the leaves that were offered a place, whatever became of it.
    """
    return next((one for one in results if one.leaf not in offered and slot_id in choices[one.leaf]), None)
