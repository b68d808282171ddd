"""Notices about mixed orders: a reason to ask everybody, never a proof. They are sent for half a minute only, so an
order is looked up by itself all the same."""

from dataclasses import dataclass

from sqlalchemy import select

from yitong.billing.payments import asking
from yitong.billing.payments.actions import CARRY
from yitong.billing.payments.carrying import carry
from yitong.billing.payments.intents import Writing
from yitong.billing.payments.mixed import recording
from yitong.billing.payments.mixed.asking import LookAround
from yitong.billing.payments.mixed.intents import sides_of
from yitong.billing.payments.mixed.model import MixedPayment
from yitong.billing.payments.mixed.states import MixedState
from yitong.billing.payments.sheet import leave, locked
from yitong.billing.ports import MixedOrderFound, NoticeVerdict
from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


@dataclass(frozen=True)
class MixedNotices:
    """Plays the port ``MixedNoticeTaker``."""

    platform: Platform

    async def mixed(self, found: MixedOrderFound) -> NoticeVerdict:
        """What a notice says of a mixed order."""
        async with self.platform.transaction() as tx:
            row = (
                await tx.session.execute(select(MixedPayment).where(MixedPayment.number == found.payment_no))
            ).scalar_one_or_none()
            if row is None or row.mix_trade_no not in (None, found.mix_trade_no):
                return "unknown"
            organization_id, order_id, paid = row.organization_id, row.order_id, row.state == MixedState.PAID
            writing = await _writing(tx, organization_id, order_id)
            if found.total_fee not in (0, writing.sheet.order.total_fen):
                await recording.keep_difference(writing, writing.sheet.mixed or row, found, "notice")
                await leave(tx, writing.sheet)
                return "wrong-amount"
        if not paid:
            await learn(self.platform, organization_id, order_id)
        return "taken"


async def _writing(tx: Transaction, organization_id: UUID, order_id: UUID) -> Writing:
    sheet = await locked(tx, organization_id, order_id)
    return Writing(tx, CARRY.check(SYSTEM_ACTOR, organization_id=organization_id), sheet)


async def is_mixed(tx: Transaction, organization_id: UUID, order_id: UUID) -> bool:
    """Whether an order is paid as a mixed one."""
    wanted = select(MixedPayment.state).where(
        MixedPayment.organization_id == organization_id, MixedPayment.order_id == order_id
    )
    return await tx.session.scalar(wanted) is not None


async def learn(platform: Platform, organization_id: UUID, order_id: UUID) -> None:
    """Ask everybody about a mixed order and go on from there.

    Raises Problem ``gateway-unavailable`` when it had failed and nobody can be asked now: the notice shall come again.
    """
    async with platform.transaction() as tx:
        writing = await _writing(tx, organization_id, order_id)
        row = writing.sheet.mixed
        if row is None or row.state in (MixedState.DUE, MixedState.ORDERING, MixedState.ORDERED):
            return  # nothing of it can have been paid
        failed, call = row.state == MixedState.FAILED, LookAround(sides_of(writing, row))
    answer = await asking.ask(platform, call)
    if isinstance(answer, asking.Lost):
        if failed:  # nobody looks at it by itself any more
            raise GatewayUnavailable(Bilingual("微信医保支付", "WeChat with insurance"), answer.reason)
        return
    async with platform.transaction() as tx:
        writing = await _writing(tx, organization_id, order_id)
        if writing.sheet.mixed is not None:
            await recording.take(writing, writing.sheet.mixed, answer)
        await leave(tx, writing.sheet)
    await carry(platform, organization_id, order_id)
