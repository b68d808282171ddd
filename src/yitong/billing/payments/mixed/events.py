"""What happens to mixed orders, by name, with the sentences of the event trail."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class MixedEvent(StrEnum):
    """Names in the event log; subjects are payment orders."""

    ASKED = "billing:mixed:asked"
    DIVIDED = "billing:mixed:divided"
    OPENING = "billing:mixed:opening"
    OPENED = "billing:mixed:opened"
    CLOSING = "billing:mixed:closing"
    PAID = "billing:mixed:paid"
    FAILED = "billing:mixed:failed"
    TOLD = "billing:mixed:told"


E = MixedEvent
declare_events(
    {
        E.ASKED: ("微信医保支付：向医保上传费用并下单", "WeChat with insurance: the insurer was sent the bill"),
        E.DIVIDED: ("微信医保支付：医保已下单", "WeChat with insurance: the insurer has divided the bill"),
        E.OPENING: ("微信医保支付：在微信下单", "WeChat with insurance: the order is being opened in WeChat"),
        E.OPENED: ("微信医保支付：等待付款 {amount} 元", "WeChat with insurance: waiting for {amount} yuan"),
        E.CLOSING: ("微信医保支付：正在关闭", "WeChat with insurance: being closed"),
        E.PAID: ("微信医保支付：医保和自费部分均已支付", "WeChat with insurance: both parts are paid"),
        E.FAILED: ("微信医保支付：未成功", "WeChat with insurance: not paid"),
        E.TOLD: ("已告知微信医保部分退款 {amount} 元", "WeChat was told that the insurer took {amount} yuan back"),
    }
)
