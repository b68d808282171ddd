"""``/api/notify/…``: notices of payment channels. No session stands behind them, only a signature.

A notice that is not to be believed is refused with a 4xx problem that names the reason, so that the channel tries
again or somebody looks at it; a good one is answered as its channel wants it once billing has taken it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import structlog
from litestar import MediaType, Request, Response, post
from litestar.di import NamedDependency

from yitong.billing.ports import (
    ChannelName,
    MixedNoticeTaker,
    MixedOrderFound,
    NoticeTaker,
    NoticeVerdict,
    PaymentChannels,
    PaymentFound,
    RefundFound,
)
from yitong.gateways.alipay.channel import AlipayChannel
from yitong.gateways.alipay.gateway import NoticeRefused
from yitong.gateways.notify.seen import first_time
from yitong.gateways.wechat.pay import SignatureRefused, WechatPay
from yitong.gateways.wechat.pay_notices import read_notice
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND, UNAVAILABLE, Problem, problem_kind
from yitong.kernel.text import Bilingual

log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]
NOTICE_REFUSED = problem_kind(
    "notice-refused",
    400,
    Bilingual(
        "这条通知没有通过核验（{reason}），未作任何处理。", "The notice was not accepted ({reason}); nothing was done."
    ),
    Bilingual(
        "请核对签名、时间、商户号、单号和金额后重新发送。", "Check signature, time, merchant, number and amount."
    ),
)


@post("/notify/wechat-pay", status_code=204, exclude_from_auth=True, include_in_schema=False)
async def wechat_pay_notice(request: AnyRequest, platform: NamedDependency[Platform]) -> None:
    """WeChat Pay's notices of payments, refunds and mixed orders; taken when answered 204."""
    pay = platform.ports.get(WechatPay)
    if pay is None:
        raise NOT_FOUND()
    body = await request.body()
    headers: Mapping[str, str] = {name.lower(): value for name, value in request.headers.items()}
    try:
        notice = await read_notice(pay, headers, body)
    except SignatureRefused as refused:
        raise _refused("wechat", refused.reason) from refused
    if not await first_time(platform, "wechat", notice.nonce):
        raise _refused("wechat", "replayed")
    await _hand_over(platform, "wechat", notice.said)


@post("/notify/alipay", status_code=200, exclude_from_auth=True, include_in_schema=False, media_type=MediaType.TEXT)
async def alipay_notice(request: AnyRequest, platform: NamedDependency[Platform]) -> Response[str]:
    """Alipay's notices of trades; taken when answered ``success``.

    Alipay repeats a notice word for word until it is taken, so one that comes again is no replay: billing takes it as
    often as it comes and learns nothing new.
    """
    channels = platform.ports.get(PaymentChannels)
    channel = channels.get("alipay") if channels else None
    if not isinstance(channel, AlipayChannel):
        raise NOT_FOUND()
    try:
        form = dict(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True, strict_parsing=True))
    except ValueError as error:
        raise _refused("alipay", "body-unreadable") from error
    try:
        found = channel.read_notice(form)
    except NoticeRefused as refused:
        raise _refused("alipay", refused.reason) from refused
    await _hand_over(platform, "alipay", found)
    return Response("success", media_type="text/plain; charset=utf-8")


async def _hand_over(
    platform: Platform, channel: ChannelName, said: PaymentFound | RefundFound | MixedOrderFound
) -> None:
    """Let billing take it. Raises Problem ``notice-refused``, or ``unavailable`` when nobody is there to take it."""
    verdict: NoticeVerdict
    match said:
        case MixedOrderFound():
            mixed = platform.ports.get(MixedNoticeTaker)
            verdict = await mixed.mixed(said) if mixed else "unknown"
        case _:
            taker = platform.ports.get(NoticeTaker)
            if taker is None:
                raise UNAVAILABLE(retry_after=60)
            if isinstance(said, PaymentFound):
                verdict = await taker.payment(channel, said)
            else:
                verdict = await taker.refund(channel, said)
    match verdict:
        case "taken":
            return
        case "unknown":
            raise _refused(channel, "number-unknown")
        case "wrong-amount":
            raise _refused(channel, "wrong-amount")


def _refused(channel: str, reason: str) -> Problem:
    log.warning("notice.refused", channel=channel, reason=reason)
    return NOTICE_REFUSED(reason=reason, extra={"reason": reason})


ROUTES = [wechat_pay_notice, alipay_notice]
