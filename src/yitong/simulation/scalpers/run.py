"""All rounds of the simulation, and its figures with their uncertainty."""

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from statistics import fmean, stdev
from typing import Any

from yitong.simulation.scalpers import rounds
from yitong.simulation.scalpers.market import Assumptions, admitted, people

SHARES = (0.01, 0.10, 0.50)  # of all requests, sent by scalpers' accounts
ACCOUNTS_EACH = (1, 5)  # accounts that stand for one real person
_TENTHS = 10
Say = Callable[[str], None]


def run(assumed: Assumptions, *, draws: int, seed: int, say: Say) -> dict[str, Any]:
    """Play every combination of share and accounts; the same ``seed`` gives the same figures."""
    cases: list[dict[str, Any]] = []
    for accounts_each in ACCOUNTS_EACH:
        for share in SHARES:
            say(f"{share:.0%} of requests, {accounts_each} accounts a person")
            cases.append(case(assumed, share, accounts_each, draws, random.Random(f"{seed}/{share}/{accounts_each}")))
    furthest = max(abs(one["draw"]["difference"]) for one in cases)
    return {
        "draws": draws,
        "seed": seed,
        "assumed": asdict(assumed) | {"places": assumed.places},
        "cases": cases,
        "largest_difference": furthest,
        "within_one_percent": furthest <= 0.01,
    }


def case(assumed: Assumptions, share: float, accounts_each: int, draws: int, chance: random.Random) -> dict[str, Any]:
    """The figures for one share of scalpers' requests."""
    everybody = people(assumed, share, accounts_each, chance)
    accounts = sum(one.accounts for one in everybody)
    scalped = [one for one in everybody if one.scalped]
    requests = admitted(everybody, chance)
    of_people = len(scalped) / len(everybody)
    in_draw: list[float] = []
    passed: list[bool] = []
    chances = [0] * _TENTHS
    for final in rounds.final_seeds(requests, draws, chance):
        order = rounds.by_draw(requests, assumed, final)
        won = [requests[one.leaf] for one in order if one.slot_id is not None]
        in_draw.append(sum(one.scalped for one in won) / len(won))
        for one in won:
            if not one.scalped:
                chances[_tenth(one.speed)] += 1
        sold = rounds.resold_in_draw(order, requests, chance)
        if sold is not None:
            passed.append(sold)
    rush: list[float] = []
    rush_chances = [0] * _TENTHS
    for _ in range(draws):
        crowd = people(assumed, share, accounts_each, chance)
        won = rounds.first_come(crowd, assumed)
        rush.append(sum(one.scalped for one in won) / len(won))
        for one in won:
            if not one.scalped:
                rush_chances[_tenth(one.speed)] += 1
    in_tenth = assumed.patients / _TENTHS * draws
    return {
        "share_of_requests": sum(one.accounts for one in scalped) / accounts,
        "accounts_each": accounts_each,
        "share_of_people": of_people,
        "requests_sent": accounts,
        "requests_admitted": len(requests),
        "first_come": _figure(rush) | {"patients_chance_by_speed": [one / in_tenth for one in rush_chances]},
        "draw": _figure(in_draw)
        | {
            "difference": fmean(in_draw) - of_people,
            "patients_chance_by_speed": [one / in_tenth for one in chances],
        },
        "resold": {
            "first_come_returned_at_once": _rate([rounds.resold_at_once(assumed, chance) for _ in range(draws)]),
            "first_come_returned_later": _rate([rounds.resold_after_a_while(assumed, chance) for _ in range(draws)]),
            "draw": _rate(passed),
            "draw_attempts": len(passed),
        },
    }


def _tenth(speed: float) -> int:
    return min(int(speed * _TENTHS), _TENTHS - 1)


def _figure(shares: Sequence[float]) -> dict[str, Any]:
    """Mean share of the places and half the width of its 95 % interval."""
    spread = stdev(shares) if len(shares) > 1 else 0.0
    return {"win_share": fmean(shares), "win_share_95": 1.96 * spread / len(shares) ** 0.5}


def _rate(done: Sequence[bool]) -> float | None:
    return sum(done) / len(done) if done else None
