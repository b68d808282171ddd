"""A day of three sides that agree, then a known number of differences planted in it, and what the comparison finds.

The outside sides are lines as channels and insurers send them. Every planted difference is remembered with its kind;
the comparison sees the three sides only.
"""

import random
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from yitong.billing.ports import ChannelLine, InsurerTotal
from yitong.billing.reconciliation.comparing import KINDS, DifferenceKind, compare
from yitong.billing.reconciliation.sides import (
    INSURER,
    Here,
    HereState,
    Key,
    LineKind,
    There,
    channel_side,
    insurer_side,
)

_ZONE = ZoneInfo("Asia/Shanghai")
_DAY = date(2026, 11, 23)
Listed = ChannelLine | InsurerTotal
_CHANNELS = ("wechat", "alipay", "card", "face", "cash")


@dataclass(frozen=True)
class Plan:
    """How the day is made."""

    planted: int = 1_000
    bills: int = 20_000
    seed: int = 20261123


@dataclass
class Day:
    """The sides of a day and of the days around it, a movement at the same place of both lists; None where a side
    lacks it. ``planted`` is the answer sheet."""

    here: list[Here | None]
    there: list[Listed | None]
    planted: dict[Key, DifferenceKind]


def run(**options: Any) -> dict[str, Any]:
    """Plant, compare, and answer what was planted, found, named rightly, and reported without having been planted."""
    plan = Plan(**options)
    draw = random.Random(plan.seed)
    control = _found(agreeing(draw, plan.bills), draw)
    day = planted(draw, plan)
    found = _found(day, draw)
    named = {key for key, kind in day.planted.items() if found.get(key) == [kind]}
    missed = sorted(key.number for key in day.planted if key not in found)
    return {
        "planted": len(day.planted),
        "found": len(day.planted) - len(missed),
        "named": len(named),
        "false_alarms": len(found.keys() - day.planted.keys()),
        "false_alarms_without_planting": len(control),
        "by_kind": dict(Counter(day.planted.values())),
        "missed": missed[:10],
        "settings": asdict(plan),
    }


def planted(draw: random.Random, plan: Plan) -> Day:
    """A day with ``plan.planted`` differences, each kind the same number of times, no two in the same movement."""
    day = agreeing(draw, plan.bills)
    chosen = draw.sample(range(len(day.here)), plan.planted)
    for turn, place in enumerate(chosen):
        kind = KINDS[turn % len(KINDS)]
        mine, theirs = day.here[place], day.there[place]
        if mine is None or theirs is None:
            continue
        changed_here, changed_there = _plant(draw, kind, mine, theirs)
        day.here[place], day.there[place] = changed_here[0], changed_there[0]
        day.here += changed_here[1:]
        day.there += changed_there[1:]
        day.planted[mine.key] = kind
    return day


def agreeing(draw: random.Random, bills: int) -> Day:
    """A day on which the three sides agree: payments of all channels, settlements, refunds and reversals of some."""
    here: list[Here | None] = []
    there: list[Listed | None] = []
    begin = datetime(_DAY.year, _DAY.month, _DAY.day, tzinfo=_ZONE).astimezone(UTC)
    for number in range(bills):
        # Some movements lie on the days around it: they must neither be reported nor be taken for missing.
        offset = draw.choice((-1, 1)) if draw.random() < 0.05 else 0
        at = begin + timedelta(days=offset, seconds=draw.randrange(60, 86_340))
        for line in _movements(draw, number, at):
            here.append(line)
            there.append(_mirror(line, number))
    return Day(here, there, {})


def _movements(draw: random.Random, number: int, at: datetime) -> list[Here]:
    amount = draw.randint(2, 500_000)
    if draw.random() < 0.4:
        fund = draw.randint(0, amount)
        made = _line(INSURER, "settlement", f"S{number:08d}", at, amount, fund, amount + draw.randint(0, 90_000))
        if draw.random() < 0.1:
            back = Key(INSURER, "reversal", f"setl-{number}")
            return [made, replace(made, key=back)]
        return [made]
    channel = draw.choice(_CHANNELS)
    paid = _line(channel, "payment", f"P{number:08d}", at, amount)
    if draw.random() < 0.15:
        return [paid, _line(channel, "refund", f"R{number:08d}", at, draw.randint(2, amount))]
    return [paid]


def _line(party: str, kind: LineKind, number: str, at: datetime, amount: int, fund: int = 0, medfee: int = 0) -> Here:
    key = Key(party, kind, number)
    return Here(key=key, state="done", at=at, amount=amount, booked=amount, fund=fund, medfee=medfee)


def _mirror(line: Here, number: int) -> Listed:
    """The other side's record of a movement, some seconds later on the same day."""
    at = line.at + timedelta(seconds=number % 30)
    if line.key.party != INSURER:
        kind = "refund" if line.key.kind == "refund" else "payment"
        return ChannelLine(kind, line.key.number, f"P{number:08d}", f"{line.key.party}-{number}", line.amount, at)
    sign, back = (-1, True) if line.key.kind == "reversal" else (1, False)
    return InsurerTotal(
        setl_id=f"back-{number}" if back else f"setl-{number}",
        medins_setl_id=f"B{number:08d}" if back else line.key.number,
        reverses=line.key.number if back else "",
        setl_time=at,
        medfee_sumamt=sign * line.medfee,
        fund_pay_sumamt=sign * line.fund,
        acct_pay=sign * (line.amount - line.fund),
    )


def _plant(
    draw: random.Random, kind: DifferenceKind, mine: Here, theirs: Listed
) -> tuple[list[Here | None], list[Listed | None]]:
    """Both sides of a movement with a difference of this kind, moved to the compared day."""
    here, there = replace(mine, at=_on_the_day(mine.at)), _at(theirs, _on_the_day(_moment(theirs)))
    if kind == "missing_here":  # nothing at all, or done and never booked
        return ([None] if draw.random() < 0.7 else [replace(here, booked=None)]), [there]
    if kind == "missing_there":
        return [here], [None]
    if kind == "state":
        state: HereState = draw.choice(("pending", "failed"))
        if draw.random() < 0.2:  # done by its own word, in nobody's books
            return [replace(here, booked=None)], [None]
        return [replace(here, state=state, booked=draw.choice((None, here.booked)))], [there]
    if kind == "date":
        # Across midnight, on either side of it. It is reported on the other side's day, so that stays.
        midnight = datetime(_DAY.year, _DAY.month, _DAY.day, tzinfo=_ZONE)
        if draw.random() < 0.5:
            last = midnight + timedelta(days=1, seconds=-1)
            return [replace(here, at=last + timedelta(seconds=draw.randint(1, 300)))], [_at(there, last)]
        return [replace(here, at=midnight - timedelta(seconds=draw.randint(1, 300)))], [_at(there, midnight)]
    return _other_amount(draw, here, there)


def _other_amount(draw: random.Random, here: Here, there: Listed) -> tuple[list[Here | None], list[Listed | None]]:
    wrong = draw.choice((-1, 1, 10, 100, 1_000))
    way = draw.randrange(5 if isinstance(there, InsurerTotal) else 4)
    if way == 1:
        return [replace(here, booked=(here.booked or 0) + wrong)], [there]
    if way == 2:
        return [here, here], [there]  # booked twice
    if way == 3:
        return [here], [there, there]  # listed twice
    if isinstance(there, ChannelLine):
        return [here], [replace(there, amount=there.amount + wrong)]
    if way == 0:
        return [here], [replace(there, fund_pay_sumamt=there.fund_pay_sumamt + wrong)]
    # The sum agrees, its division between fund and personal account does not.
    return [here], [replace(there, fund_pay_sumamt=there.fund_pay_sumamt + wrong, acct_pay=there.acct_pay - wrong)]


def _moment(line: Listed) -> datetime:
    return line.at if isinstance(line, ChannelLine) else line.setl_time


def _at(line: Listed, at: datetime) -> Listed:
    return replace(line, at=at) if isinstance(line, ChannelLine) else replace(line, setl_time=at)


def _on_the_day(at: datetime) -> datetime:
    """The same hour of the compared day."""
    return at.astimezone(_ZONE).replace(year=_DAY.year, month=_DAY.month, day=_DAY.day)


def _found(day: Day, draw: random.Random) -> dict[Key, list[DifferenceKind]]:
    """What the comparison reports of a day whose lines come in any order."""
    here = [line for line in day.here if line is not None]
    there = [line for line in day.there if line is not None]
    draw.shuffle(here)
    draw.shuffle(there)
    channels: list[There] = []
    for party in _CHANNELS:
        own = [line for line in there if isinstance(line, ChannelLine) and line.channel_no.startswith(party)]
        channels += channel_side(party, own)
    insurer = insurer_side([line for line in there if isinstance(line, InsurerTotal)])
    found: dict[Key, list[DifferenceKind]] = {}
    for one in compare(_DAY, _ZONE, here, channels, insurer).differences:
        found.setdefault(one.key, []).append(one.kind)
    return found
