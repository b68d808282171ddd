"""What happens to payments and refunds, by name, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class PaymentEvent(StrEnum):
    """Names in the event log; subjects are payment orders."""

    ORDERED = "billing:payment:ordered"
    PART_ASKED = "billing:payment:part_asked"
    PART_OPENED = "billing:payment:part_opened"
    PART_DONE = "billing:payment:part_done"
    PART_FAILED = "billing:payment:part_failed"
    ANSWER_LOST = "billing:payment:answer_lost"
    UNDOING = "billing:payment:undoing"
    UNDONE = "billing:payment:undone"
    NEVER_MADE = "billing:payment:never_made"
    CLOSING = "billing:payment:closing"
    SETTLED = "billing:payment:settled"
    COMPENSATING = "billing:payment:compensating"
    FAILED = "billing:payment:failed"
    CANCEL_ASKED = "billing:payment:cancel_asked"
    CASH_TAKEN = "billing:payment:cash_taken"
    RETRIED = "billing:payment:retried"
    DIFFERENCE = "billing:payment:difference"
    REFUND_ASKED = "billing:refund:asked"
    BACK_ASKED = "billing:refund:part_asked"
    BACK_DONE = "billing:refund:part_done"
    BACK_WAITING = "billing:refund:part_waiting"
    BACK_LOST = "billing:refund:answer_lost"
    BACK_FAILED = "billing:refund:part_failed"
    RESETTLING = "billing:refund:resettling"
    RECLAIMING = "billing:refund:reclaiming"
    DIVIDED = "billing:refund:divided"
    CASH_RETURNED = "billing:refund:cash_returned"
    REFUNDED = "billing:refund:done"
    REFUND_REFUSED = "billing:refund:refused"


E = PaymentEvent
declare_events(
    {
        E.ORDERED: ("确认支付 {amount} 元", "A payment of {amount} yuan was confirmed"),
        E.PART_ASKED: ("向{party}请求 {amount} 元", "{party_en} was asked for {amount} yuan"),
        E.PART_OPENED: ("等待通过{party}支付 {amount} 元", "Waiting for {amount} yuan through {party_en}"),
        E.PART_DONE: ("{party}已支付 {amount} 元", "{party_en} paid {amount} yuan"),
        E.PART_FAILED: ("{party}未支付", "{party_en} did not pay"),
        E.ANSWER_LOST: ("{party}没有回音，稍后查询结果", "No answer came from {party_en}; it will be looked up"),
        E.UNDOING: ("请{party}冲正没有回音的请求", "{party_en} is asked to reverse the message without an answer"),
        E.UNDONE: ("{party}确认该请求不再生效", "{party_en} says that the message has no effect any more"),
        E.NEVER_MADE: ("经查询，{party}没有收到这次请求", "{party_en} says that it never got the request"),
        E.CLOSING: ("请{party}关闭未完成的支付", "{party_en} was asked to close the payment"),
        E.SETTLED: ("支付完成，共 {amount} 元", "Paid in full: {amount} yuan"),
        E.COMPENSATING: ("支付未完成，撤销已支付的部分", "The payment failed; what was paid is being taken back"),
        E.FAILED: ("支付未成功，没有扣款", "The payment failed; nothing was taken"),
        E.CANCEL_ASKED: ("请求取消支付", "The payment is to be cancelled"),
        E.CASH_TAKEN: ("窗口收取现金 {amount} 元", "{amount} yuan in cash were taken at the window"),
        E.RETRIED: ("工作人员要求重试", "The desk asked for another try"),
        E.DIFFERENCE: (
            "{party}说法与本院不符：应为 {amount} 元，对方称 {found} 元",
            "{party_en} says {found} yuan where {amount} yuan were due",
        ),
        E.REFUND_ASKED: ("申请退费 {amount} 元", "A refund of {amount} yuan was asked for"),
        E.BACK_ASKED: ("请求{party}退回 {amount} 元", "{party_en} was asked to give back {amount} yuan"),
        E.BACK_DONE: ("{party}已退回 {amount} 元", "{party_en} gave back {amount} yuan"),
        E.BACK_WAITING: ("{party}正在退回 {amount} 元", "{party_en} is giving back {amount} yuan"),
        E.BACK_LOST: ("{party}对退款没有回音，稍后查询", "No answer about the refund came from {party_en}"),
        E.BACK_FAILED: ("{party}退款未成功", "{party_en} could not give the money back"),
        E.RESETTLING: ("医保对剩余费用重新结算", "The insurer settles what remains"),
        E.RECLAIMING: ("商业保险对剩余费用重新理赔", "What remains is claimed from the commercial insurer anew"),
        E.DIVIDED: ("退款已按规则分配", "The refund was divided by rule"),
        E.CASH_RETURNED: ("窗口退还现金 {amount} 元", "{amount} yuan in cash were handed back at the window"),
        E.REFUNDED: ("退费完成，共 {amount} 元", "Refunded: {amount} yuan"),
        E.REFUND_REFUSED: ("退费未受理，费用保持不变", "The refund was refused; nothing changed"),
    }
)
