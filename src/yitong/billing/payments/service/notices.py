"""What channels send by themselves: a reason to look, never a proof. Late, doubled or reordered notices change nothing.

A notice is only taken for a hint that there is something to learn under a number of ours; what is booked is what the
channel answers when it is asked under that number.
"""

from dataclasses import dataclass

from sqlalchemy import select

from yitong.billing.payments import asking, recording
from yitong.billing.payments.actions import CARRY
from yitong.billing.payments.carrying import carry
from yitong.billing.payments.intents import Intent, Writing
from yitong.billing.payments.mixed import notices as mixed_notices
from yitong.billing.payments.model import PaymentPart, RefundPart
from yitong.billing.payments.rules import Do
from yitong.billing.payments.sheet import leave, locked
from yitong.billing.payments.states import BackState, PartState
from yitong.billing.ports import ChannelName, NoticeVerdict, PaymentFound, RefundFound
from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual

_KNOWN = (PartState.DONE, PartState.REVERSING, PartState.REVERSED)


@dataclass(frozen=True)
class Notices:
    """Plays the port ``NoticeTaker``."""

    platform: Platform

    async def payment(self, channel: ChannelName, found: PaymentFound) -> NoticeVerdict:
        """What a notice says of a payment."""
        return await take_notice(self.platform, channel, found)

    async def refund(self, channel: ChannelName, found: RefundFound) -> NoticeVerdict:
        """What a notice says of a refund."""
        return await take_refund_notice(self.platform, channel, found)


async def take_notice(platform: Platform, channel: ChannelName, found: PaymentFound) -> NoticeVerdict:
    """Learn from a notice of a payment; see ``NoticeTaker``. Raises Problem ``gateway-unavailable`` when a payment that
    had failed is said to be paid and the channel cannot be asked now: it shall send the notice again."""
    async with platform.transaction() as tx:
        part = (
            await tx.session.execute(
                select(PaymentPart).where(PaymentPart.number == found.payment_no, PaymentPart.channel == channel)
            )
        ).scalar_one_or_none()
        if part is None or part.kind != "channel":
            return "unknown"
        organization_id, order_id = part.organization_id, part.order_id
        if found.state == "paid" and found.amount != part.amount_fen:
            sheet = await locked(tx, organization_id, order_id)
            writing = Writing(tx, CARRY.check(SYSTEM_ACTOR, organization_id=organization_id), sheet)
            await recording.differs(writing, sheet.part(part.id), found, "amount", "notice")
            await leave(tx, sheet)
            return "wrong-amount"
        mixed = await mixed_notices.is_mixed(tx, organization_id, order_id)
    if part.state in _KNOWN:
        return "taken"
    if mixed:  # the cash of a mixed order is booked together with the insurance
        await mixed_notices.learn(platform, organization_id, order_id)
        return "taken"
    call = asking.Find(part.channel, part.number)
    await _learn(platform, organization_id, order_id, Intent(Do.LOOK, part.id, call), failed=part.state == "failed")
    return "taken"


async def take_refund_notice(platform: Platform, channel: ChannelName, found: RefundFound) -> NoticeVerdict:
    """Learn from a notice of a refund; see ``NoticeTaker``."""
    async with platform.transaction() as tx:
        row = (
            await tx.session.execute(
                select(RefundPart, PaymentPart.number)
                .join(PaymentPart, PaymentPart.id == RefundPart.part_id)
                .where(RefundPart.number == found.refund_no, RefundPart.channel == channel)
            )
        ).one_or_none()
        if row is None:
            return "unknown"
        back, payment_no = row
        if found.state == "done" and found.amount != back.amount_fen:
            sheet = await locked(tx, back.organization_id, back.order_id)
            writing = Writing(tx, CARRY.check(SYSTEM_ACTOR, organization_id=back.organization_id), sheet)
            part = sheet.part(back.part_id)
            await recording.keep_difference(
                writing, part, back, found.amount, found.state, found.channel_no, "amount", "notice"
            )
            return "wrong-amount"
    if back.state in (BackState.WAITING, BackState.UNKNOWN, BackState.ASKED):
        call = asking.FindBack(back.channel, payment_no, back.number)
        await _learn(platform, back.organization_id, back.order_id, Intent(Do.LOOK_BACK, back.id, call), failed=False)
    return "taken"


async def _learn(platform: Platform, organization_id: UUID, order_id: UUID, intent: Intent, *, failed: bool) -> None:
    answer = await asking.ask(platform, intent.call)
    if isinstance(answer, asking.Lost):
        if failed:  # nobody looks at it by itself any more
            raise GatewayUnavailable(Bilingual("支付渠道", "The payment channel"), answer.reason)
        return
    async with platform.transaction() as tx:
        sheet = await locked(tx, organization_id, order_id)
        grant = CARRY.check(SYSTEM_ACTOR, organization_id=organization_id)
        wanted = sheet.backs if intent.do is Do.LOOK_BACK else sheet.parts
        if any(one.id == intent.target for one in wanted):
            await recording.take(tx, grant, sheet, intent, answer)
        await leave(tx, sheet)
    await carry(platform, organization_id, order_id)
