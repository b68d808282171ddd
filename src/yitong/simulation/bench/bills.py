"""A million random bills through charging, split, payment, partial refund and reversal, counted in every state.

The bills are priced, divided and given back by the very rules that the services use; the counting beside them is done
here, by adding up what every account holds, and uses none of them. The control loses a single fen in each of its
bills, on one side of an entry or on both: if it is not found each time, the whole measurement has proved nothing.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import repeat
from multiprocessing import get_context
from typing import Any, get_args

from msgspec.structs import replace

from yitong.billing.charges.listed import listed
from yitong.billing.insurance.accumulators import Accumulators
from yitong.billing.insurance.facts import published_policy
from yitong.billing.insurance.policy import Grade
from yitong.billing.insurance.splitting import Insured, Visit
from yitong.billing.insurance.splitting import divide as divide_insured
from yitong.billing.journal import accounts
from yitong.billing.ports import FeeLine, InsuranceSplit
from yitong.billing.rules import INSURED, Division, Part, divide, divide_refund, line_amount
from yitong.directory import facts
from yitong.kernel.ids import UUID
from yitong.simulation.bench import bills_planted

Say = Callable[[str], None]
_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
_DAY = date(2026, 11, 23)
_CHANNELS = ("wechat", "alipay", "card", "face", "cash")
_PATIENT = UUID(int=7)
_DEBT, _DEPOSIT = accounts.patient(_PATIENT), accounts.deposit(_PATIENT)
STATES = ("charged", "part_paid", "paid", "refunding", "refunded", "reversed")


@dataclass(frozen=True)
class Plan:
    """How the measurement is made; all of it is printed with the result."""

    bills: int = 1_000_000
    control: int = 10_000
    processes: int = 2
    planted: int = 1_000
    planted_among: int = 20_000
    seed: int = 20261123


@dataclass
class Tally:
    """What some bills came to."""

    bills: int = 0
    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    unbalanced: int = 0
    first: str = ""  # what the first unbalanced bill was
    insured: int = 0
    refunded: int = 0
    reversed: int = 0
    owed: int = 0
    spoiled: int = 0
    fen: int = 0

    def add(self, other: "Tally") -> None:
        """Take another tally in."""
        self.states = {name: self.states[name] + other.states[name] for name in STATES}
        self.first = self.first or other.first
        for name in ("bills", "unbalanced", "insured", "refunded", "reversed", "owed", "spoiled", "fen"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def run(*, say: Say = lambda _: None, **options: Any) -> dict[str, Any]:
    """Measure and answer the figures. Options are the fields of :class:`Plan`."""
    plan = Plan(**options)
    say(f"{plan.bills} bills in {plan.processes} processes")
    started = time.perf_counter()
    tally = _spread(plan.bills, plan, spoil=False)
    seconds = time.perf_counter() - started
    say(f"{plan.control} bills of which each loses a fen")
    control = _spread(plan.control, plan, spoil=True)
    say(f"{plan.planted} differences planted among {plan.planted_among} movements")
    planted = bills_planted.run(planted=plan.planted, bills=plan.planted_among, seed=plan.seed)
    return {
        "bills": tally.bills,
        "unbalanced": tally.unbalanced,
        "first_unbalanced": tally.first,
        "states_checked": sum(tally.states.values()),
        "states": tally.states,
        "insured": tally.insured,
        "refunded_in_part": tally.refunded,
        "reversed": tally.reversed,
        "owed_after_refund": tally.owed,
        "yuan": tally.fen // 100,
        "seconds": round(seconds, 1),
        "bills_per_s": round(tally.bills / seconds),
        "control_spoiled": control.spoiled,
        "control_found": control.unbalanced,
        "planted": planted["planted"],
        "found": planted["found"],
        "named": planted["named"],
        "false_alarms": planted["false_alarms"],
        "reconciliation": planted,
        "settings": asdict(plan),
    }


def _spread(bills: int, plan: Plan, *, spoil: bool) -> Tally:
    share = 20_000
    chunks = [min(share, bills - start) for start in range(0, bills, share)]
    seeds = [plan.seed * 1_000_003 + number for number in range(len(chunks))]
    whole = Tally()
    with ProcessPoolExecutor(plan.processes, mp_context=get_context("spawn")) as pool:
        for tally in pool.map(some_bills, chunks, seeds, repeat(spoil)):
            whole.add(tally)
    return whole


def some_bills(bills: int, seed: int, spoil: bool = False) -> Tally:
    """Make and check this many bills; with ``spoil`` each loses a fen on its way into the books."""
    draw = random.Random(seed)
    tally = Tally()
    while tally.bills < bills:
        person = Person.somebody(draw)
        for _ in range(min(draw.randint(1, 25), bills - tally.bills)):  # their bills of a year, one after the other
            book = Book(spoil_at=draw.randrange(3) if spoil else -1, both_sides=draw.random() < 0.5)
            try:
                _life(draw, person, book, tally)
            except Unbalanced as wrong:
                tally.unbalanced += 1
                tally.first = tally.first or f"seed {seed}, bill {tally.bills}: {wrong}"
            tally.bills += 1
            tally.spoiled += book.spoiled
    return tally


class Unbalanced(Exception):
    """The books of a bill do not come out."""


class Book:
    """The accounts of one bill, counted by nothing but addition."""

    def __init__(self, spoil_at: int = -1, both_sides: bool = False) -> None:
        self.held: dict[str, int] = {}
        self.spoiled = False
        self._entries = 0
        self._spoil_at = spoil_at
        self._both_sides = both_sides

    def enter(self, lines: list[tuple[str, int]]) -> None:
        """One entry: its lines must come to zero. Raises Unbalanced."""
        if self._entries == self._spoil_at:
            (one, amount), (other, opposite) = lines
            lines = [(one, amount - 1), (other, opposite + self._both_sides)]
            self.spoiled = True
        self._entries += 1
        if sum(amount for _, amount in lines) != 0:
            raise Unbalanced(f"entry {lines}")
        for account, amount in lines:
            self.held[account] = self.held.get(account, 0) + amount

    def pays(self, part: Part, sign: int = 1) -> None:
        """A part paid (or, with -1, given back): who holds the money now, and the patient's debt."""
        self.enter([(_account(part), sign * part.amount), (_DEBT, -sign * part.amount)])

    def check(self, state: str, charged: int, paid: dict[str, int]) -> None:
        """The books against the bill: charged, who holds how much, and what is still open. Raises Unbalanced."""
        income = -sum(amount for account, amount in self.held.items() if account.startswith("revenue:"))
        owed = self.held.get(_DEBT, 0)
        holders = {a: n for a, n in self.held.items() if n and not a.startswith(("revenue:", "patient:"))}
        wanted = {account: amount for account, amount in paid.items() if amount}
        if income != charged or holders != wanted or owed != charged - sum(wanted.values()):
            raise Unbalanced(f"{state}: charged {charged}, booked {self.held}, paid {wanted}")


@dataclass
class Person:
    """Somebody with an insurance, or without, and what the year has brought so far."""

    insured: Insured | None
    grade: Grade
    inpatient: bool
    account: int
    family: int
    year: Accumulators

    @classmethod
    def somebody(cls, draw: random.Random) -> "Person":
        """Anybody."""
        insutype, psn_type, born = draw.choice(
            [("310", "11", 1985), ("310", "12", 1960), ("310", "12", 1948), ("390", "14", 2018), ("390", "15", 1980),
             ("390", "16", 1950)]
        )  # fmt: skip
        rights = frozenset(right for right in ("civil_servant", "enterprise", "aid") if draw.random() < 0.2)
        insured = Insured(
            insutype=insutype,
            psn_type=psn_type,
            sex=draw.choice(("male", "female")),
            birth_date=date(born, 6, 18),
            rights=rights,
        )
        return cls(
            insured if draw.random() < 0.85 else None,
            draw.choice(get_args(Grade)),
            draw.random() < 0.1,
            draw.choice((0, draw.randint(0, 50_000), draw.randint(0, 2_000_000))),
            draw.choice((0, 0, draw.randint(0, 500_000))),
            Accumulators(),
        )

    def divided(self, lines: list[FeeLine]) -> tuple[InsuranceSplit | None, Accumulators]:
        """What the insurer says of these lines; nothing for who has no insurance."""
        if self.insured is None or not lines:
            return None, Accumulators()
        visit = Visit(
            setting="inpatient" if self.inpatient else "outpatient",
            grade=self.grade,
            day=_DAY,
            account_fen=self.account,
            family_fen=self.family,
        )
        outcome = divide_insured(lines, self.insured, visit, self.year, published_policy())
        return outcome.split, outcome.gain


def _life(draw: random.Random, person: Person, book: Book, tally: Tally) -> None:
    """One bill from its lines to its end, checked in every state. Raises Unbalanced."""
    lines = _lines(draw)
    total = _charge(book, lines)
    tally.fen += total
    _count(book, tally, "charged", total, {})
    split, gain = person.divided(lines)
    division = _divided(draw, total, split)
    _pay(book, tally, total, division)
    tally.insured += split is not None
    standing, charged = division, total
    if len(lines) > 1 and draw.random() < 0.6:
        kept = draw.sample(lines, draw.randint(1, len(lines) - 1))
        standing, gain = _refund(draw, person, book, tally, division, lines, kept)
        lines, charged = kept, sum(line.det_item_fee_sumamt for line in kept)
    if draw.random() < 0.3:
        _reverse(book, tally, standing, lines)
        return
    # What stays counts in the person's year and leaves their account.
    person.year = person.year.plus(gain)
    person.account -= min(person.account, standing.amount("account"))
    if charged != standing.total:
        raise Unbalanced(f"paid {standing.total} of {charged}")


def _divided(draw: random.Random, total: int, split: InsuranceSplit | None) -> Division:
    cash = total if split is None else split.psn_cash_pay
    names = draw.sample(_CHANNELS, 3)
    commercial = draw.randint(0, cash) if draw.random() < 0.2 else 0
    deposit = draw.randint(0, 2 * cash) if draw.random() < 0.2 else 0
    left = cash - commercial - min(deposit, cash - commercial)
    chosen = [(names[0], draw.randint(0, left))] if left and draw.random() < 0.3 else []
    return divide(
        total,
        split,
        insutype="310",
        commercial=commercial,
        insurer="DEMO-IN-02",
        deposit=deposit,
        channels=chosen,
        channel=names[1],
    )


def _pay(book: Book, tally: Tally, total: int, division: Division) -> None:
    paid: dict[str, int] = {}
    for number, part in enumerate(division.parts, start=1):
        book.pays(part)
        paid[_account(part)] = part.amount
        _count(book, tally, "paid" if number == len(division.parts) else "part_paid", total, paid)
    if sum(paid.values()) != total:
        raise Unbalanced(f"parts of {total} come to {paid}")


def _refund(
    draw: random.Random,
    person: Person,
    book: Book,
    tally: Tally,
    before: Division,
    lines: list[FeeLine],
    kept: list[FeeLine],
) -> tuple[Division, Accumulators]:
    """Give lines back: reverse the insurance, settle anew what stays, return the rest, pay what is then owed."""
    total_after = sum(line.det_item_fee_sumamt for line in kept)
    split, gain = person.divided(kept)
    cover = draw.randint(0, before.amount("commercial")) if draw.random() < 0.1 else None
    refund = divide_refund(before, total_after, split, commercial=cover)
    paid = {_account(part): part.amount for part in before.parts}
    charged = before.total
    numbers = {line.feedetl_sn for line in kept}
    for line in lines:
        if line.feedetl_sn not in numbers:
            _enter_line(book, line, -1)
            charged -= line.det_item_fee_sumamt
    for part in (part for part in before.parts if part.kind in INSURED):
        book.pays(part, -1)
        paid[_account(part)] -= part.amount
    _count(book, tally, "refunding", charged, paid)
    for part in (part for part in refund.after.parts if part.kind in INSURED):
        book.pays(part)
        paid[_account(part)] = paid.get(_account(part), 0) + part.amount
        _count(book, tally, "refunding", charged, paid)
    for part in refund.back:
        book.pays(part, -1)
        paid[_account(part)] -= part.amount
        if paid[_account(part)] < 0:
            raise Unbalanced(f"more than was paid goes back: {refund}")
    after = refund.after
    if refund.owed:
        tally.owed += 1
        more = Part("channel", refund.owed, "later")
        book.pays(more)
        paid[_account(more)] = refund.owed
        after = Division(total_after, (*after.parts, more))
    _count(book, tally, "refunded", total_after, paid)
    if {_account(part): part.amount for part in after.parts} != {name: n for name, n in paid.items() if n}:
        raise Unbalanced(f"what remains is not what was divided: {refund}")
    tally.refunded += 1
    return after, gain


def _reverse(book: Book, tally: Tally, standing: Division, lines: list[FeeLine]) -> None:
    """Give everything back: afterwards nobody holds anything."""
    refund = divide_refund(standing, 0)
    for part in (part for part in standing.parts if part.kind in INSURED):
        book.pays(part, -1)
    for part in refund.back:
        book.pays(part, -1)
    for line in lines:
        _enter_line(book, line, -1)
    _count(book, tally, "reversed", 0, {})
    if any(book.held.values()):
        raise Unbalanced(f"something is left: {book.held}")
    tally.reversed += 1


def _count(book: Book, tally: Tally, state: str, charged: int, paid: dict[str, int]) -> None:
    tally.states[state] += 1
    book.check(state, charged, paid)


def _charge(book: Book, lines: list[FeeLine]) -> int:
    for line in lines:
        _enter_line(book, line, 1)
    return sum(line.det_item_fee_sumamt for line in lines)


def _enter_line(book: Book, line: FeeLine, sign: int) -> None:
    amount = sign * line.det_item_fee_sumamt
    book.enter([(_DEBT, amount), (accounts.revenue(line.med_chrgitm_type), -amount)])


def _account(part: Part) -> str:
    match part.kind:
        case "fund":
            return accounts.insurer(part.name)
        case "account":
            return accounts.personal(part.name)
        case "hospital":
            return accounts.REDUCTION
        case "commercial":
            return accounts.commercial(part.name)
        case "deposit":
            return _DEPOSIT
        case "channel":
            return accounts.cash("1") if part.name == "cash" else accounts.channel(part.name)


@cache
def _priced() -> list[FeeLine]:
    """Every item and drug of the price list, one of it."""
    known = [(item.code, item.name, item.price_fen) for item in (*facts.price_items(), *facts.site_items())]
    known += [(drug.code, drug.name, drug.price_fen) for drug in facts.drugs()]
    made: list[FeeLine] = []
    for code, name, price in known:
        entry = listed(code, _DAY)
        catalogued, kind = (entry.med_list_codg, entry.med_chrgitm_type) if entry else ("", "14")
        made.append(FeeLine("", catalogued, code, name, kind, 1000, price, price, _AT))
    return made


def _lines(draw: random.Random) -> list[FeeLine]:
    lines: list[FeeLine] = []
    for number, one in enumerate(draw.choices(_priced(), k=draw.randint(1, 10))):
        count = 1000 if draw.random() < 0.5 else draw.choice((draw.randint(1, 20) * 1000, draw.randint(1, 30_000)))
        price = one.pric if draw.random() < 0.9 else draw.randint(0, 1_000_000)
        amount = line_amount(count, price)
        lines.append(replace(one, feedetl_sn=str(number), cnt_milli=count, pric=price, det_item_fee_sumamt=amount))
    return lines
