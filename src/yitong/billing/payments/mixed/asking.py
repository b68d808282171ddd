"""The calls about a mixed order that leave the house, and what they answer; each is safe to make again."""

import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from yitong.billing.insurance.mobile import MobileBill, MobileInsurer, MobileOrder, MobileRefund, MobileSplit
from yitong.billing.payments.asking import Answer, Errand, Lost, OwnAnswer, Refused, Reversed
from yitong.billing.payments.mixed.rules import shares
from yitong.billing.ports import (
    InsuranceBill,
    InsuranceSettlement,
    InsuranceSplit,
    Insurer,
    MixedOrderAsk,
    MixedOrderFound,
    MixedOrders,
    PaymentAsk,
    PaymentChannel,
    PaymentChannels,
    PaymentFound,
)
from yitong.billing.rules import check_split
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform

T = TypeVar("T")
CHANNEL = "wechat"
_INSURANCE_BACK = frozenset({"7", "8", "11"})  # ordStas: all back, the insurance back, with a part of the cash


@dataclass(frozen=True)
class Divided(OwnAnswer):
    """The insurer has the order and says who would pay what of it."""

    order: MobileOrder
    split: MobileSplit


@dataclass(frozen=True)
class OpenInWechat(OwnAnswer):
    """The mixed order stands in WeChat."""

    found: MixedOrderFound


@dataclass(frozen=True)
class Seen(OwnAnswer):
    """What each side says: WeChat of the order, the insurer of its part, the channel of the cash part.

    None: never heard of it. ``settlement`` is there when the insurer has settled.
    """

    order: MixedOrderFound | None
    insured: MobileSplit | None
    settlement: InsuranceSettlement | None
    cash: PaymentFound | None


@dataclass(frozen=True)
class Told(OwnAnswer):
    """WeChat knows that the insurer took its part back."""


def _needed(found: T | None, name: str) -> T:
    """What is connected. Raises TimeoutError: it may be again, so what was asked stays open."""
    if found is None:
        raise TimeoutError(f"{name} is not connected")
    return found


def _wechat(platform: Platform) -> PaymentChannel:
    channels = platform.ports.get(PaymentChannels)
    return _needed(channels.get(CHANNEL) if channels is not None else None, CHANNEL)


@dataclass(frozen=True)
class OrderInsured(Errand):
    """Send the insurer the lines (6201) and let it divide them (6202)."""

    bill: MobileBill
    use_account: bool

    async def put(self, platform: Platform) -> Answer:
        insurer = _needed(platform.ports.get(MobileInsurer), "mobile insurance payment")
        order = await insurer.upload(self.bill)
        try:
            return Divided(order, await insurer.order(order, self.bill.pay_auth_no, use_account=self.use_account))
        except GatewayRefused as refused:
            with contextlib.suppress(GatewayRefused, GatewayUnavailable):
                await insurer.revoke(order)  # nothing hangs on it: an order that nobody confirms settles nothing
            return Refused(refused.reason)


@dataclass(frozen=True)
class OpenOrder(Errand):
    """Open the cash part, when there is one, and the mixed order over it."""

    cash: PaymentAsk | None
    ask: MixedOrderAsk
    again: bool

    async def put(self, platform: Platform) -> Answer:
        orders = _needed(platform.ports.get(MixedOrders), "mixed orders")
        if self.again:
            found = await orders.find(self.ask.payment_no)
            if found is not None:
                return OpenInWechat(found)
        ask = self.ask
        if self.cash is not None:
            opened = await _wechat(platform).open(self.cash)
            package = opened.invoke.get("package", "")
            if not package:
                return Lost("the cash part was opened without a prepay_id")
            ask = msgspec.structs.replace(ask, prepay_id=package.removeprefix("prepay_id="))
        try:
            return OpenInWechat(await orders.open(ask))
        except ValueError as error:
            return Refused(f"amounts: {error}")


@dataclass(frozen=True)
class Sides:
    """Under which numbers everybody knows a mixed order; ``cash`` is empty when the insurance pays all."""

    number: str
    cash: str
    insured: MobileOrder | None
    bill: InsuranceBill
    settlement_no: str
    expected: InsuranceSplit

    async def see(self, platform: Platform) -> Seen:
        """Ask all three."""
        order = await _needed(platform.ports.get(MixedOrders), "mixed orders").find(self.number)
        split = settlement = None
        if self.insured is not None:
            split = await _needed(platform.ports.get(MobileInsurer), "mobile insurance payment").find(self.insured)
            if split.state == "settled":
                settlement = await self._settlement(platform, split, order.paid_at if order is not None else None)
        cash = await _wechat(platform).find(self.cash) if self.cash else None
        return Seen(order, split, settlement, cash)

    async def _settlement(
        self, platform: Platform, split: MobileSplit, paid_at: datetime | None
    ) -> InsuranceSettlement | None:
        """The settlement behind a settled order, in full; None when it cannot be told whole."""
        bill, insured = self.bill, self.insured
        found = await _needed(platform.ports.get(Insurer), "the insurer").settlement(
            bill.fixmedins_code, bill.psn_no, bill.mdtrt_id, self.settlement_no
        )
        if found is not None:
            check_split(found.split, self.expected.medfee_sumamt)
        if found is not None or insured is None or paid_at is None:
            return found
        told = (split.fund_pay, split.psn_acct_pay, split.own_pay_amt)
        if told != shares(self.expected):
            return None
        # Its list of settlements does not show orders paid by phone: what it said of the order is all there is.
        return InsuranceSettlement(insured.pay_ord_id, insured.mdtrt_id, paid_at, self.expected)


@dataclass(frozen=True)
class LookAround(Errand):
    """Look a mixed order up with everybody."""

    sides: Sides

    async def put(self, platform: Platform) -> Answer:
        return await self.sides.see(platform)


@dataclass(frozen=True)
class EndOrder(Errand):
    """End a mixed order that was not paid: first the insurer's order, without which WeChat takes no cash either."""

    sides: Sides

    async def put(self, platform: Platform) -> Answer:
        before = await self.sides.see(platform)
        if before.order is not None and before.order.whole == "paid":
            return before
        if self.sides.insured is not None and before.settlement is None:
            await _unless_refused(
                _needed(platform.ports.get(MobileInsurer), "mobile insurance payment").revoke(self.sides.insured)
            )
        if self.sides.cash and not (before.cash is not None and before.cash.state == "paid"):
            await _unless_refused(_wechat(platform).close(self.sides.cash))
        return await self.sides.see(platform)


async def _unless_refused(done: Awaitable[object]) -> None:
    """A refusal to end something says only that it has changed meanwhile: it is looked up afterwards."""
    with contextlib.suppress(GatewayRefused):
        await done


@dataclass(frozen=True)
class TakeBack(Errand):
    """The insurer takes its part of a mixed order back as a whole (6203, ``HI``)."""

    insured: MobileOrder
    refund: MobileRefund
    again: bool

    async def put(self, platform: Platform) -> Answer:
        insurer = _needed(platform.ports.get(MobileInsurer), "mobile insurance payment")
        if self.again and (await insurer.find(self.insured)).ord_stas in _INSURANCE_BACK:
            return Reversed(self.refund.app_refd_sn)
        match await insurer.refund(self.insured, self.refund):
            case "SUCC":
                return Reversed(self.refund.app_refd_sn)
            case "FAIL":
                return Refused("FAIL")
            case _:
                return Lost("EXP")


@dataclass(frozen=True)
class TellBack(Errand):
    """Tell WeChat what the insurer took back; the cash goes back under the same number."""

    mix_trade_no: str
    refund_no: str
    fund: int
    account: int
    at: datetime

    async def put(self, platform: Platform) -> Answer:
        orders = _needed(platform.ports.get(MixedOrders), "mixed orders")
        await orders.tell_refund(self.mix_trade_no, self.refund_no, self.fund, self.account, 0, self.at)
        return Told()
