"""The calls that leave the house: one question each, outside of any transaction, answered or lost.

Nothing here reads or writes the database. What is asked again is looked up first where the other side can be asked.
"""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass

import structlog

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

log = structlog.get_logger(__name__)
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


@dataclass(frozen=True)
class LookSettlement:
    """Look a settlement up."""

    bill: InsuranceBill
    number: str


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


Call = Open | Find | Close | Settle | LookSettlement | Reverse | GiveBack | FindBack | Errand


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


Answer = Opened | Found | Settled | NotSettled | Contradicts | Reversed | Returned | Refused | Lost | OwnAnswer


async def ask(platform: Platform, call: Call) -> Answer:
    """Put one question and answer what came of it; every failure that is not a clear refusal is a lost answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _ask(platform, call)
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
            return Found(await _channel(platform, call.channel).find(call.number))
        case Close():
            return await _close(_channel(platform, call.channel), call)
        case Settle():
            return await _settle(platform.port(Insurer), call)
        case LookSettlement():
            return await _look(platform.port(Insurer), call.bill, call.number)
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
            return Returned(await _channel(platform, call.channel).find_refund(call.payment_no, call.number))


def _channel(platform: Platform, name: str) -> PaymentChannel:
    connected = platform.port(PaymentChannels).get(name) if PaymentChannels in platform.ports else None
    if connected is None:
        raise TimeoutError(f"{name} is not connected")  # it may be again: what was asked stays open
    return connected


async def _open(channel: PaymentChannel, call: Open) -> Answer:
    try:
        opened = await channel.open(call.ask)
    except GatewayRefused as refused:
        found = await channel.find(call.ask.payment_no) if call.again else None
        # Asked before: the refusal may only mean that the first question had its effect.
        return Found(found) if found is not None else Refused(refused.reason)
    if opened.paid:
        return Found(await channel.find(call.ask.payment_no))
    return Opened(opened.invoke)


async def _close(channel: PaymentChannel, call: Close) -> Answer:
    try:
        return Found(await channel.close(call.number))
    except GatewayRefused:
        return Found(await channel.find(call.number))


async def _settle(insurer: Insurer, call: Settle) -> Answer:
    expected = call.expected
    if expected is None:
        expected = await insurer.pre_settle(call.bill)
        check_split(expected, _total(call.bill))
    try:
        settlement = await insurer.settle(call.bill, expected, call.number)
    except GatewayRefused as refused:
        looked = await _look(insurer, call.bill, call.number) if call.again else NotSettled()
        return Refused(refused.reason) if isinstance(looked, NotSettled) else looked
    check_split(settlement.split, _total(call.bill))
    return Settled(settlement)


async def _look(insurer: Insurer, bill: InsuranceBill, number: str) -> Answer:
    found = await insurer.settlement(bill.fixmedins_code, bill.psn_no, bill.mdtrt_id, number)
    if found is None:
        return NotSettled()
    check_split(found.split, _total(bill))
    return Settled(found)


def _total(bill: InsuranceBill) -> int:
    return sum(line.det_item_fee_sumamt for line in bill.lines)


async def _give_back(channel: PaymentChannel, call: GiveBack) -> Answer:
    if call.again:
        found = await channel.find_refund(call.payment_no, call.number)
        if found is not None and found.state != "failed":
            return Returned(found)
    return Returned(await channel.refund(call.payment_no, call.number, call.amount, call.total, call.reason))
