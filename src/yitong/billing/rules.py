"""Pure rules of money: what a line comes to, what a split must obey, how a bill and a refund are divided into parts.

Whole fen throughout; nothing is rounded after a line's own amount.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from yitong.billing.insurance.invariants import broken
from yitong.billing.ports import InsuranceSplit

PartKind = Literal["fund", "hospital", "account", "commercial", "deposit", "channel"]
# The order in which parts are settled; refunds go through it backwards.
ORDER: tuple[PartKind, ...] = ("fund", "hospital", "account", "commercial", "deposit", "channel")
INSURED: frozenset[PartKind] = frozenset({"fund", "hospital", "account"})  # settled and reversed together, in one 2207


class SplitRefused(ValueError):
    """An insurer's answer that contradicts itself or the bill."""


class DivisionRefused(ValueError):
    """Parts that do not add up, or more asked for than there is."""


class Part(msgspec.Struct, frozen=True):
    """What one payer pays of a bill; ``name`` is the channel, the commercial insurer or the insurance's type."""

    kind: PartKind
    amount: int
    name: str = ""


class Division(msgspec.Struct, frozen=True):
    """A bill's total and its parts in the order they are settled; parts of nothing are left out."""

    total: int
    parts: tuple[Part, ...]

    def amount(self, *kinds: PartKind) -> int:
        """What parts of these kinds come to."""
        return sum(part.amount for part in self.parts if part.kind in kinds)

    def check(self) -> None:
        """Raises DivisionRefused unless the parts are positive, in order, and add up to the total."""
        places = [ORDER.index(part.kind) for part in self.parts]
        if self.total < 0 or any(part.amount <= 0 for part in self.parts) or places != sorted(places):
            raise DivisionRefused(f"parts out of order or not positive: {self}")
        if len({(part.kind, part.name) for part in self.parts}) != len(self.parts):
            raise DivisionRefused(f"a payer twice: {self}")
        if sum(part.amount for part in self.parts) != self.total:
            raise DivisionRefused(f"parts do not add up: {self}")


class RefundDivision(msgspec.Struct, frozen=True):
    """A refund: the division that remains, what goes back to whom, and what the patient owes instead.

    The insured parts of ``before`` are reversed as a whole and those of ``after`` settled anew. ``back`` lists the
    other parts' refunds, the last payer first. ``owed`` is more than zero only when the new settlement leaves more to
    the patient than was paid (the insurer's accumulators moved, a cover shrank): that much is still to be paid.
    """

    before: Division
    after: Division
    back: tuple[Part, ...]
    owed: int
    total_after: int

    def check(self) -> None:
        """Raises DivisionRefused unless every fen of the difference went somewhere."""
        insured = self.before.amount(*INSURED) - self.after.amount(*INSURED)
        # A cover that grew leaves the others that much less to pay.
        grown = max(self.after.amount("commercial") - self.before.amount("commercial"), 0)
        returned = sum(part.amount for part in self.back) - grown
        if self.before.total - self.after.total != insured + returned or self.owed < 0:
            raise DivisionRefused(f"the refund does not add up: {self}")
        if self.after.total + self.owed != self.total_after:
            raise DivisionRefused(f"the refund does not add up: {self}")
        paid = {(part.kind, part.name): part.amount for part in self.before.parts}
        if any(not 0 < part.amount <= paid.get((part.kind, part.name), 0) for part in self.back):
            raise DivisionRefused(f"more back than was paid: {self}")


def line_amount(cnt_milli: int, unit_price_fen: int) -> int:
    """What a quantity in thousandths comes to at a price: half a fen is rounded up. Raises ValueError below zero."""
    if cnt_milli <= 0 or unit_price_fen < 0:
        raise ValueError("a line has a quantity and no negative price")
    return (cnt_milli * unit_price_fen + 500) // 1000


def kept_of_line(cnt_milli: int, unit_price_fen: int, back_milli: int) -> tuple[int, int]:
    """What stays of a line when ``back_milli`` of its quantity goes back: the quantity in thousandths and its fen.

    What goes back is worth the rest of the line, so that both add up whatever was rounded. A line in whole pieces goes
    back in whole pieces. Raises ValueError for another quantity, and for the whole line or more.
    """
    if not 0 < back_milli < cnt_milli:
        raise ValueError("not a part of the line")
    if cnt_milli % 1000 == 0 and back_milli % 1000:
        raise ValueError("a piece does not go back in parts")
    kept = cnt_milli - back_milli
    return kept, line_amount(kept, unit_price_fen)


def check_split(split: InsuranceSplit, total: int | None = None) -> None:
    """Raises SplitRefused unless the insurer's answer keeps what setlinfo promises (2206A, 2207A).

    :func:`~yitong.billing.insurance.invariants.broken` knows what must hold of it; besides, ``total`` is the bill's own
    sum and must be ``medfee_sumamt``.
    """
    wrong = broken(split)
    if total is not None and split.medfee_sumamt != total:
        wrong.append(f"medfee_sumamt = {total}, the bill's sum")
    if wrong:
        raise SplitRefused(f"{'; '.join(wrong)}: {split}")


def divide(
    total: int,
    split: InsuranceSplit | None = None,
    *,
    insutype: str = "",
    commercial: int = 0,
    insurer: str = "",
    deposit: int = 0,
    channels: Sequence[tuple[str, int]] = (),
    channel: str = "",
) -> Division:
    """A bill's parts in their fixed order: funds and personal account, commercial cover, deposit, then channels.

    ``commercial`` and ``deposit`` are the most that cover and deposit may give; each pays up to what is left.
    ``channels`` are amounts the payer chose, ``channel`` takes whatever remains. Answers a division that adds up.
    Raises SplitRefused (the split breaks its rules or is of another total) and DivisionRefused (negative amounts, more
    on channels than is left, or something left and no ``channel``).
    """
    if total < 0 or min(commercial, deposit, *(amount for _, amount in channels), 0) < 0:
        raise DivisionRefused("negative amounts")
    parts: list[Part] = []
    left = total
    if split is not None:
        check_split(split, total)
        parts += [
            Part("fund", split.fund_pay_sumamt, insutype),
            Part("hospital", split.hosp_part_amt, insutype),
            Part("account", split.acct_pay, insutype),
        ]
        left = split.psn_cash_pay
    for kind, most, name in (("commercial", commercial, insurer), ("deposit", deposit, "")):
        taken = min(most, left)
        parts.append(Part("commercial" if kind == "commercial" else "deposit", taken, name))
        left -= taken
    for name, amount in channels:
        if amount > left:
            raise DivisionRefused(f"{name} would pay {amount} of {left}")
        parts.append(Part("channel", amount, name))
        left -= amount
    if left and not channel:
        raise DivisionRefused(f"{left} fen are left over")
    parts.append(Part("channel", left, channel))
    made = Division(total, tuple(part for part in parts if part.amount))
    made.check()
    return made


def divide_refund(
    before: Division,
    total_after: int,
    split_after: InsuranceSplit | None = None,
    *,
    commercial: int | None = None,
    owed: int = 0,
) -> RefundDivision:
    """How a refund that leaves ``total_after`` of a paid bill is divided.

    The insurance is settled anew for the lines that stay (``split_after``; None when nothing insured stays).
    ``commercial`` is what the commercial insurer covers now, which may be more than before; None: up to as much as
    before. ``owed`` is what an earlier refund left to be paid beside these parts. What was paid beside the insurance
    and is no longer needed goes back, the last payer first. Raises SplitRefused and DivisionRefused.
    """
    if not 0 <= total_after <= before.total + owed:
        raise DivisionRefused(f"{total_after} is not between nothing and {before.total + owed}")
    insutype = next((part.name for part in before.parts if part.kind in INSURED), "")
    parts: list[Part] = []
    needed = total_after
    if split_after is not None:
        check_split(split_after, total_after)
        parts += [
            Part("fund", split_after.fund_pay_sumamt, insutype),
            Part("hospital", split_after.hosp_part_amt, insutype),
            Part("account", split_after.acct_pay, insutype),
        ]
        needed = split_after.psn_cash_pay
    back: list[Part] = []
    for part in (part for part in before.parts if part.kind not in INSURED):
        most = commercial if part.kind == "commercial" and commercial is not None else part.amount
        kept = min(most, needed)
        needed -= kept
        parts.append(msgspec.structs.replace(part, amount=kept))
        back.append(msgspec.structs.replace(part, amount=max(part.amount - kept, 0)))
    after = Division(total_after - needed, tuple(part for part in parts if part.amount))
    after.check()
    made = RefundDivision(before, after, tuple(part for part in reversed(back) if part.amount), needed, total_after)
    made.check()
    return made
