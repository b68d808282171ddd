"""The page on which a demo person pays or refuses; ``/pay`` lists what waits and what was done lately."""

from html import escape
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual, Language
from yitong.sandbox import pages
from yitong.sandbox.asking import USERS
from yitong.sandbox.channels.books import BEIJING, Refused, Trade
from yitong.sandbox.channels.notices import Trouble
from yitong.sandbox.channels.wallet import Wallet
from yitong.sandbox.wechat_pay.mixed import Mixed
from yitong.sandbox.wechat_routes import form_of

AnyRequest = Request[Any, Any, Any]
_CHANNELS = {
    "wechat": Bilingual("微信支付", "WeChat Pay"),
    "alipay": Bilingual("支付宝", "Alipay"),
    "card": Bilingual("银行卡", "Bank card"),
    "face": Bilingual("刷脸支付", "Face payment"),
}
_STATES = {
    "waiting": Bilingual("待支付", "to be paid"),
    "paid": Bilingual("已支付", "paid"),
    "closed": Bilingual("已关闭", "closed"),
}
_TROUBLES = {
    "": Bilingual("照常", "All goes well"),
    Trouble.LATE: Bilingual("通知晚到 10 秒", "The notice comes ten seconds late"),
    Trouble.DOUBLED: Bilingual("通知发送两次", "The notice comes twice"),
    Trouble.REORDERED: Bilingual("通知排到下一笔之后", "The notice comes after the next one"),
    Trouble.LOST: Bilingual("通知丢失", "The notice is lost"),
    Trouble.FORGED: Bilingual("只来一条伪造的通知", "Only a forged notice comes"),
    Trouble.WRONG_AMOUNT: Bilingual("通知里的金额不对", "The notice is over another amount"),
}
_OVER = {
    "unknown": Bilingual("没有这笔待支付的订单。", "There is no such payment."),
    "paid": Bilingual("这笔订单已经支付，没有重复扣款。", "This was paid already; nothing was charged again."),
    "closed": Bilingual("这笔订单已关闭，没有扣款。", "This payment was closed; nothing was charged."),
}
_LISTED = 20


def _text(request: AnyRequest, said: Bilingual) -> str:
    return escape(said.in_language(_language(request)))


def _language(request: AnyRequest) -> Language:
    return Language.from_header(request.headers.get("accept-language"))


def _amount(fen: int) -> str:
    return f"<p class=amount><span>¥</span>{yuan_text(fen)}</p>"


def _page(request: AnyRequest, title: Bilingual, subtitle: str, content: str, *, live: bool = False) -> Response[str]:
    language = _language(request)
    return pages.page(title.in_language(language), subtitle, content, language=language.value, live=live)


@get("/pay")
async def waiting_payments(request: AnyRequest, state: State) -> Response[str]:
    """What waits for its payer, newest first, and below it what was paid or closed lately."""
    wallet: Wallet = state.wallet
    trades = wallet.books.trades()
    in_mixed = {one.body.prepay_id for one in wallet.wechat_pay.mixed.waiting()}
    rows = [_mixed_row(request, one) for one in wallet.wechat_pay.mixed.waiting()]
    rows += [_row(request, one) for one in trades if one.state == "waiting" and one.token not in in_mixed]
    empty = Bilingual("没有待支付的订单。", "Nothing is waiting to be paid.")
    content = "".join(rows) or f"<p class=empty>{_text(request, empty)}</p>"
    done = [one for one in trades if one.state != "waiting"][:_LISTED]
    if done:
        lately = Bilingual("最近的订单", "Lately")
        content += f"<h2>{_text(request, lately)}</h2>" + "".join(_row(request, one) for one in done)
    if request.headers.get("x-part"):
        return pages.part(content)
    said = Bilingual("演示手机上的收款请求", "Payment requests on a demo phone").in_language(_language(request))
    return _page(request, Bilingual("支付", "Payments"), said, content, live=True)


def _row(request: AnyRequest, trade: Trade) -> str:
    channel, state = _text(request, _CHANNELS[trade.channel]), _text(request, _STATES[trade.state])
    at = f"{(trade.paid_at or trade.opened_at).astimezone(BEIJING):%m-%d %H:%M:%S}"
    inner = (
        f"<div class=meta><span>{channel} · {state}</span><time>{at}</time></div>"
        f"<p class=text>{escape(trade.subject)}</p>{_amount(trade.amount)}"
    )
    if trade.state == "waiting":
        return f'<a class="card link" href="/pay/{escape(trade.token)}">{inner}</a>'
    return f"<article class=card>{inner}</article>"


def _mixed_row(request: AnyRequest, order: Mixed) -> str:
    kind = _text(request, Bilingual("微信医保混合支付 · 待支付", "WeChat with insurance · to be paid"))
    inner = (
        f"<div class=meta><span>{kind}</span></div><p class=text>{escape(order.body.med_inst_name)}</p>"
        f"{_amount(order.body.total_fee)}"
    )
    return f'<a class="card link" href="/pay/{escape(order.mix_trade_no)}">{inner}</a>'


@get("/pay/{token:str}")
async def pay_page(
    request: AnyRequest, token: FromPath[str], state: State, redirect_url: FromQuery[str] = ""
) -> Response[str]:
    """One payment: what it is for, how much, who pays, and the two buttons."""
    wallet: Wallet = state.wallet
    mixed = wallet.mixed_of(token)
    if mixed is not None:
        return _asked(request, _mixed_parts(request, mixed), "", mixed.body.med_inst_name)
    try:
        trade = wallet.books.by_token(token)
    except Refused as refused:
        return _over(request, refused.reason, "", 404)
    wallet.books.look(trade)
    back = _web_address(redirect_url) or trade.return_url
    if trade.state != "waiting":
        return _over(request, trade.state, back)
    told = _text(request, _CHANNELS[trade.channel])
    number = _text(request, Bilingual("商户单号", "Merchant's number"))
    facts = f"{_amount(trade.amount)}<dl><dt>{number}</dt><dd>{escape(trade.number)}</dd></dl>"
    if trade.refused:
        facts += f"<p class=text>{_text(request, Bilingual('您刚才没有支付。', 'You did not pay a moment ago.'))}</p>"
    return _asked(request, f"<div class=meta><span>{told}</span></div>{facts}", back, trade.subject)


def _mixed_parts(request: AnyRequest, order: Mixed) -> str:
    body = order.body
    parts = (
        (Bilingual("医保基金支付", "Insurance fund"), body.med_ins_gov_fee),
        (Bilingual("个人账户支付", "Personal account"), body.med_ins_self_fee),
        (Bilingual("其他支付", "Others"), body.med_ins_other_fee),
        (Bilingual("微信支付", "WeChat Pay"), body.wechat_pay_cash_fee),
    )
    rows = "".join(f"<dt>{_text(request, name)}</dt><dd>¥ {yuan_text(fee)}</dd>" for name, fee in parts)
    return f"{_amount(body.total_fee)}<dl>{rows}</dl>"


def _asked(request: AnyRequest, facts: str, back: str, subject: str) -> Response[str]:
    users = "".join(
        f'<label><input type=radio name=user value="{escape(user)}"{" checked" * (n == 0)}>{escape(name)}</label>'
        for n, (user, name) in enumerate(USERS)
    )
    options = "".join(f'<option value="{value}">{_text(request, said)}' for value, said in _TROUBLES.items())
    who, what = Bilingual("付款人", "Who pays"), Bilingual("给商户的通知", "The notice to the merchant")
    pay, refuse = Bilingual("确认支付", "Pay"), Bilingual("暂不支付", "Do not pay")
    form = (
        f'<form method=post><input type=hidden name=back value="{escape(back)}"><article class=card>{facts}</article>'
        f"<fieldset class=card><legend>{_text(request, who)}</legend>{users}</fieldset>"
        f"<button name=action value=pay>{_text(request, pay)}</button>"
        f"<button class=plain name=action value=refuse>{_text(request, refuse)}</button>"
        f"<details class=card><summary>{_text(request, what)}</summary>"
        f"<label><select name=trouble aria-label='{_text(request, what)}'>{options}</select></label></details></form>"
    )
    return _page(request, Bilingual("确认付款", "Confirm the payment"), subject, form)


@post("/pay/{token:str}", status_code=200)
async def decide(request: AnyRequest, token: FromPath[str], state: State) -> Response[str]:
    """The person pays or refuses."""
    wallet: Wallet = state.wallet
    form = await form_of(request)
    back, user = _web_address(form.get("back", "")), form.get("user", USERS[0][0])
    trouble = Trouble(form["trouble"]) if form.get("trouble") in set(Trouble) else None
    mixed = wallet.mixed_of(token)
    try:
        if form.get("action") == "refuse":
            if mixed is not None:
                wallet.wechat_pay.mixed.fail(mixed)
            else:
                wallet.refuse(wallet.books.by_token(token))
            return _done(request, Bilingual("您没有支付。", "You did not pay."), back)
        if mixed is not None:
            wallet.pay_mixed(mixed, user)
        else:
            wallet.pay(wallet.books.by_token(token), user, trouble)
    except Refused as refused:
        return _over(request, refused.reason, back, 409)
    return _done(request, Bilingual("支付成功", "Paid"), back)


def _over(request: AnyRequest, reason: str, back: str, status: int = 200) -> Response[str]:
    answer = _done(request, _OVER[reason], back)
    answer.status_code = status
    return answer


def _done(request: AnyRequest, said: Bilingual, back: str) -> Response[str]:
    again, merchant = Bilingual("查看全部", "See all payments"), Bilingual("返回商户", "Back to the merchant")
    links = f'<p><a class="button plain" href="/pay">{_text(request, again)}</a></p>'
    if back:
        links = f'<p><a class=button href="{escape(back)}">{_text(request, merchant)}</a></p>' + links
    content = f"<article class=card><p class=done role=status>{_text(request, said)}</p></article>{links}"
    return _page(request, said, "", content)


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


ROUTES = [waiting_payments, pay_page, decide]
