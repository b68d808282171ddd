"""The calls that leave the house: one question each, outside of any transaction, answered or lost.

Nothing here reads or writes the database. What is asked again is looked up first where the other side can be asked.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from yitong.billing.insurance.policy import setting_of
from yitong.billing.payments.claiming import ClaimCall, Claimed, EndClaim, FindClaim, Submit, TakeBack, TakenBack
from yitong.billing.payments.claiming import ask_insurer as ask_commercial
from yitong.billing.ports import (
    InsuranceBill,
    InsuranceSettlement,
    InsuranceSplit,
    Insurer,
    PaymentAsk,
    PaymentChannel,
    PaymentChannels,
    PaymentFound,
    RefundFound,
)
from yitong.billing.rules import SplitRefused, check_split
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform

T = TypeVar("T")
log = structlog.get_logger(__name__)
SETTLING, SETTLING_A_STAY = "2207A", "2304"  # the messages that Undo reverses
PATIENCE_SECONDS = 45  # less than the lease: nobody takes a question over whose answer may still come


@dataclass(frozen=True)
class Open:
    """Open a payment at a channel."""

    channel: str
    ask: PaymentAsk
    again: bool


@dataclass(frozen=True)
class Find:
    """Look a payment up."""

    channel: str
    number: str


@dataclass(frozen=True)
class Close:
    """End a payment."""

    channel: str
    number: str


@dataclass(frozen=True)
class Settle:
    """Settle at the insurer; without an expected split it is asked for first."""

    bill: InsuranceBill
    expected: InsuranceSplit | None
    number: str
    again: bool
    msgid: str = ""


@dataclass(frozen=True)
class LookSettlement:
    """Look a settlement up."""

    bill: InsuranceBill
    number: str


@dataclass(frozen=True)
class Undo:
    """Reverse the message that asked for a settlement, whether or not it had its effect."""

    bill: InsuranceBill
    msgid: str


@dataclass(frozen=True)
class Reverse:
    """Take a settlement back."""

    bill: InsuranceBill
    setl_id: str
    number: str


@dataclass(frozen=True)
class GiveBack:
    """Refund an amount at a channel."""

    channel: str
    payment_no: str
    number: str
    amount: int
    total: int
    reason: str
    again: bool


@dataclass(frozen=True)
class FindBack:
    """Look a refund up."""

    channel: str
    payment_no: str
    number: str


class Errand(ABC):
    """A question of a sub-room, which knows itself how it is put and answered."""

    @abstractmethod
    async def put(self, platform: Platform) -> "Answer":
        """Put it, outside of any transaction."""


Call = Open | Find | Close | Settle | LookSettlement | Undo | Reverse | GiveBack | FindBack | ClaimCall | Errand


@dataclass(frozen=True)
class Opened:
    """Open at the channel: what the payer's device needs."""

    invoke: dict[str, str]


@dataclass(frozen=True)
class Found:
    """What the channel knows of a payment; None: never heard of it."""

    found: PaymentFound | None


@dataclass(frozen=True)
class Settled:
    """The insurer settled."""

    settlement: InsuranceSettlement


@dataclass(frozen=True)
class NotSettled:
    """The insurer knows of no such settlement."""


@dataclass(frozen=True)
class Undone:
    """Whatever the message did is reversed, and it will do nothing later."""


@dataclass(frozen=True)
class Contradicts:
    """The insurer's amounts contradict each other or the bill."""

    reason: str


@dataclass(frozen=True)
class Reversed:
    """The insurer took it back, under this number of its own."""

    setl_id: str


@dataclass(frozen=True)
class Returned:
    """What the channel knows of a refund; None: never heard of it."""

    found: RefundFound | None


@dataclass(frozen=True)
class Refused:
    """Understood and refused: nothing happened."""

    reason: str


@dataclass(frozen=True)
class Lost:
    """No usable answer: it may or may not have happened."""

    reason: str


class OwnAnswer:
    """What a sub-room's errand brings; only that room reads it."""


Answer = (
    Opened
    | Found
    | Settled
    | NotSettled
    | Undone
    | Contradicts
    | Reversed
    | Returned
    | Refused
    | Lost
    | Claimed
    | TakenBack
    | OwnAnswer
)


class _NotSaid(Exception):
    """The other side refuses to say what became of something: that decides nothing about it."""


async def looked(looking: Awaitable[T]) -> T:
    """What a look-up finds; its refusal is not a refusal of what is looked for."""
    try:
        return await looking
    except GatewayRefused as refused:
        raise _NotSaid(refused.reason) from refused


async def ask(platform: Platform, call: Call) -> Answer:
    """Put one question and answer what came of it; every failure that is not a clear refusal is a lost answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _ask(platform, call)
    except _NotSaid as silent:
        return Lost(f"not to be looked up: {silent}"[:300])
    except GatewayRefused as refused:
        return Refused(refused.reason)
    except SplitRefused as contradiction:
        return Contradicts(str(contradiction)[:300])
    except (GatewayUnavailable, OSError, TimeoutError) as lost:
        return Lost(f"{type(lost).__name__}: {lost}"[:300])
    except Exception as error:
        # A fault in a gateway must not lose what may have happened outside: it is looked up like a silence.
        log.error("payment.gateway_fault", call=type(call).__name__, error=type(error).__name__)
        return Lost(f"{type(error).__name__}"[:300])


async def _ask(platform: Platform, call: Call) -> Answer:
    match call:
        case Errand():
            return await call.put(platform)
        case Open():
            return await _open(_channel(platform, call.channel), call)
        case Find():
            return Found(await looked(_channel(platform, call.channel).find(call.number)))
        case Close():
            return await _close(_channel(platform, call.channel), call)
        case Settle():
            return await _settle(platform.port(Insurer), call)
        case LookSettlement():
            return await _look(platform.port(Insurer), call.bill, call.number)
        case Undo():
            sent = SETTLING_A_STAY if setting_of(call.bill.med_type) == "inpatient" else SETTLING
            await platform.port(Insurer).undo(call.bill.fixmedins_code, call.bill.psn_no, call.msgid, sent)
            return Undone()
        case Reverse():
            bill = call.bill
            return Reversed(
                await platform.port(Insurer).reverse(
                    bill.fixmedins_code, bill.psn_no, bill.mdtrt_id, call.setl_id, call.number, med_type=bill.med_type
                )
            )
        case GiveBack():
            return await _give_back(_channel(platform, call.channel), call)
        case FindBack():
            channel = _channel(platform, call.channel)
            return Returned(await looked(channel.find_refund(call.payment_no, call.number)))
        case Submit() | FindClaim() | EndClaim() | TakeBack():
            return await ask_commercial(platform, call)


def _channel(platform: Platform, name: str) -> PaymentChannel:
    connected = platform.port(PaymentChannels).get(name) if PaymentChannels in platform.ports else None
    if connected is None:
        raise TimeoutError(f"{name} is not connected")  # it may be again: what was asked stays open
    return connected


async def _open(channel: PaymentChannel, call: Open) -> Answer:
    try:
        opened = await channel.open(call.ask)
    except GatewayRefused as refused:
        found = await looked(channel.find(call.ask.payment_no)) if call.again else None
        # Asked before: the refusal may only mean that the first question had its effect.
        return Found(found) if found is not None else Refused(refused.reason)
    if opened.paid:
        return Found(await looked(channel.find(call.ask.payment_no)))
    return Opened(opened.invoke)


async def _close(channel: PaymentChannel, call: Close) -> Answer:
    try:
        return Found(await channel.close(call.number))
    except GatewayRefused:
        return Found(await looked(channel.find(call.number)))


async def _settle(insurer: Insurer, call: Settle) -> Answer:
    expected = call.expected
    if expected is None:
        expected = await insurer.pre_settle(call.bill)
        check_split(expected, _total(call.bill))
    try:
        settlement = await insurer.settle(call.bill, expected, call.number, call.msgid)
    except GatewayRefused as refused:
        looked = await _look(insurer, call.bill, call.number) if call.again else NotSettled()
        return Refused(refused.reason) if isinstance(looked, NotSettled) else looked
    check_split(settlement.split, _total(call.bill))
    return Settled(settlement)


async def _look(insurer: Insurer, bill: InsuranceBill, number: str) -> Answer:
    found = await looked(insurer.settlement(bill.fixmedins_code, bill.psn_no, bill.mdtrt_id, number))
    if found is None:
        return NotSettled()
    check_split(found.split, _total(bill))
    return Settled(found)


def _total(bill: InsuranceBill) -> int:
    return sum(line.det_item_fee_sumamt for line in bill.lines)


async def _give_back(channel: PaymentChannel, call: GiveBack) -> Answer:
    if call.again:
        found = await looked(channel.find_refund(call.payment_no, call.number))
        if found is not None and found.state != "failed":
            return Returned(found)
    return Returned(await channel.refund(call.payment_no, call.number, call.amount, call.total, call.reason))
