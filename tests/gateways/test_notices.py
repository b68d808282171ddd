"""Notices over real sockets, well and badly sent: what is taken, what is refused, and that nothing bad is taken."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from applications import application
from serving import serving
from yitong.billing.ports import (
    ChannelName,
    MixedNoticeTaker,
    MixedOrderAsk,
    MixedOrderFound,
    MixedPerson,
    NoticeTaker,
    NoticeVerdict,
    PaymentAsk,
    PaymentChannels,
    PaymentFound,
    RefundFound,
)
from yitong.gateways import sandbox_keys
from yitong.gateways.alipay.channel import AlipayChannel
from yitong.gateways.alipay.gateway import AlipayGateway
from yitong.gateways.notify.seen import forget
from yitong.gateways.wechat.med_ins import WechatMedIns
from yitong.gateways.wechat.pay import Merchant, WechatPay
from yitong.gateways.wechat.pay_channel import WechatPayChannel
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings

OPENID = "oYTu002sandbox0000000000000"


@dataclass
class Ledger:
    """Takes notices as billing does: by its own numbers and amounts, and as often as they come."""

    amounts: dict[str, int] = field(default_factory=dict[str, int])
    taken: list[tuple[str, str, str, int]] = field(default_factory=list[tuple[str, str, str, int]])
    mixed_taken: list[MixedOrderFound] = field(default_factory=list[MixedOrderFound])

    async def payment(self, channel: ChannelName, found: PaymentFound) -> NoticeVerdict:
        if found.payment_no not in self.amounts:
            return "unknown"
        if self.amounts[found.payment_no] != found.amount:
            return "wrong-amount"
        self.taken.append((channel, found.payment_no, found.state, found.amount))
        return "taken"

    async def refund(self, channel: ChannelName, found: RefundFound) -> NoticeVerdict:
        self.taken.append((channel, found.refund_no, found.state, found.amount))
        return "taken"

    async def mixed(self, found: MixedOrderFound) -> NoticeVerdict:
        self.mixed_taken.append(found)
        return "taken"


@dataclass
class Town:
    """The platform and the sandbox on two sockets, with what connects them."""

    platform: Platform
    browser: httpx.AsyncClient
    app_url: str
    ledger: Ledger
    wechat: WechatPayChannel
    alipay: AlipayChannel
    mixed: WechatMedIns
    clock: SetClock

    async def opened(self, channel: WechatPayChannel | AlipayChannel, amount: int = 9_900) -> tuple[str, str]:
        """A payment by QR code: its number and its page."""
        until = self.clock.now() + timedelta(minutes=15)
        ask = PaymentAsk(new_id().hex, new_id(), amount, "医通-门诊缴费", "native", until)
        self.ledger.amounts[ask.payment_no] = amount
        page = (await channel.open(ask)).invoke["code_url"]
        return ask.payment_no, urlsplit(page).path

    async def pay(self, page: str) -> None:
        await self.browser.post(page, data={"user": "u002", "action": "pay"})

    async def trouble(self, kind: str, **more: Any) -> None:
        await self.browser.put("/pay/troubles", json={"kind": kind, **more})

    async def sent(self, about: str, count: int = 1) -> list[tuple[str | None, int, str]]:
        """What was sent about a number, oldest first, as soon as so many were: trouble, status, reason."""
        async with asyncio.timeout(20):
            while True:
                found = (await self.browser.get("/pay/notices", params={"about": about})).json()
                if len(found) >= count:
                    return [(one["trouble"], one["status"], _reason(one["answer"])) for one in reversed(found)]
                await asyncio.sleep(0.02)


def _reason(answer: str) -> str:
    _, _, rest = answer.partition('"reason":"')
    return rest.partition('"')[0]


@pytest.fixture
async def joined(
    platform: Platform, sandbox_url: str, browser: httpx.AsyncClient, settings: Settings, clock: SetClock
) -> AsyncGenerator[Town]:
    merchant = Merchant(
        sandbox_keys.APP_ID,
        sandbox_keys.WECHAT_MERCHANT_ID,
        sandbox_keys.WECHAT_SERIAL,
        sandbox_keys.private_key(settings, "wechat-merchant"),
        sandbox_keys.api_v3_key(settings),
    )
    async with serving(application(platform), lifespan="off") as app_url:
        pay = WechatPay(merchant, f"{app_url}/api/notify/wechat-pay", f"{sandbox_url}/wechat/pay", pause_s=0.01)
        gateway = AlipayGateway(
            f"{sandbox_url}/alipay/gateway.do",
            sandbox_keys.ALIPAY_APP_ID,
            sandbox_keys.private_key(settings, "alipay-ours"),
            sandbox_keys.public_key(settings, "alipay-theirs"),
        )
        alipay = AlipayChannel(gateway, f"{app_url}/api/notify/alipay", app_url, sandbox_keys.ALIPAY_SELLER_ID)
        ledger, channels = Ledger(), PaymentChannels()
        channels.connect(alipay)
        platform.connect(WechatPay, pay)
        platform.connect(PaymentChannels, channels)
        platform.connect(NoticeTaker, ledger)
        platform.connect(MixedNoticeTaker, ledger)
        mixed = WechatMedIns(pay, pay.notify_url)
        yield Town(platform, browser, app_url, ledger, WechatPayChannel(pay), alipay, mixed, clock)
        await pay.stop()
        await gateway.close()


async def test_payments_and_refunds_are_told(joined: Town) -> None:
    for channel, status in ((joined.wechat, 204), (joined.alipay, 200)):
        number, page = await joined.opened(channel)
        await joined.pay(page)
        assert await joined.sent(number) == [(None, status, "")]
        assert joined.ledger.taken.pop() == (channel.name, number, "paid", 9_900)
        await channel.refund(number, f"r{number}"[:32], 900, 9_900, "退费")
        assert await joined.sent(f"r{number}"[:32]) == [(None, status, "")]
    # Alipay tells the trade again, with what went back; WeChat tells the refund by its own number.
    assert [one[2:] for one in joined.ledger.taken] == [("done", 900), ("paid", 9_900)]


BAD = {
    "forged": "signature-invalid",
    "stale": "stale",
    "unknown-serial": "serial-unknown",
    "wrong-amount": "wrong-amount",
    "wrong-merchant": "merchant-unknown",
    "probe": "signature-invalid",
}
BAD_AT_ALIPAY = {
    "forged": "signature-invalid",
    "stale": "stale",
    "wrong-amount": "wrong-amount",
    "wrong-merchant": "application-unknown",
}


async def test_wechats_bad_notices_are_refused(joined: Town) -> None:
    for trouble, reason in BAD.items():
        number, page = await joined.opened(joined.wechat)
        await joined.trouble(trouble)
        await joined.pay(page)
        assert await joined.sent(number) == [(trouble, 400, reason)]
        found = await joined.wechat.find(number)
        assert found is not None
        assert found.state == "paid", "what no good notice told is found by asking"
    assert joined.ledger.taken == []


async def test_alipays_bad_notices_are_refused(joined: Town) -> None:
    for trouble, reason in BAD_AT_ALIPAY.items():
        number, page = await joined.opened(joined.alipay)
        await joined.trouble(trouble)
        await joined.pay(page)
        assert await joined.sent(number) == [(trouble, 400, reason)]
    assert joined.ledger.taken == []


async def test_the_very_same_notice_again_is_a_replay(joined: Town) -> None:
    number, page = await joined.opened(joined.wechat)
    await joined.trouble("replayed")
    await joined.pay(page)
    assert await joined.sent(number, 2) == [("replayed", 204, ""), ("replayed", 400, "replayed")]
    assert len(joined.ledger.taken) == 1


async def test_a_notice_sent_twice_is_taken_twice(joined: Town) -> None:
    number, page = await joined.opened(joined.wechat)
    await joined.trouble("doubled")
    await joined.pay(page)
    assert await joined.sent(number, 2) == [("doubled", 204, "")] * 2
    assert joined.ledger.taken == [("wechat", number, "paid", 9_900)] * 2, "that it changes nothing is billing's part"


async def test_notices_come_late_and_in_another_order(joined: Town) -> None:
    first, first_page = await joined.opened(joined.wechat)
    second, second_page = await joined.opened(joined.wechat)
    await joined.trouble("reordered")
    await joined.trouble("late", seconds=0.2)
    await joined.pay(first_page)
    await joined.pay(second_page)
    await joined.sent(first)
    assert [one[1] for one in joined.ledger.taken] == [second, first]


async def test_a_lost_notice_is_never_sent(joined: Town) -> None:
    lost, page = await joined.opened(joined.wechat)
    await joined.trouble("lost")
    await joined.pay(page)
    after, page = await joined.opened(joined.wechat)
    await joined.pay(page)
    await joined.sent(after)
    assert await joined.sent(lost, 0) == []


async def test_a_number_that_is_none_of_ours(joined: Town) -> None:
    number, page = await joined.opened(joined.wechat)
    del joined.ledger.amounts[number]
    await joined.pay(page)
    assert (await joined.sent(number))[0] == (None, 400, "number-unknown")


async def test_keys_may_change_before_a_notice(joined: Town) -> None:
    number, page = await joined.opened(joined.wechat)
    joined.platform.port(WechatPay).core.renew_pause_s = 0.0
    await joined.browser.post("/wechat/pay/rotate")
    await joined.pay(page)
    assert await joined.sent(number) == [(None, 204, "")]


async def test_an_insured_bill_is_told(joined: Town) -> None:
    until = joined.clock.now() + timedelta(minutes=15)
    cash = PaymentAsk(new_id().hex, new_id(), 600, "医通-门诊缴费", "jsapi", until, OPENID)
    joined.ledger.amounts[cash.payment_no] = 600
    prepay_id = (await joined.wechat.open(cash)).invoke["package"].removeprefix("prepay_id=")
    opened = await joined.mixed.open(
        MixedOrderAsk(
            cash.payment_no, "CASH_AND_INSURANCE", "REG_PAY", OPENID, MixedPerson("王磊", "44030019000101123X"),
            "serial-1", "北京医院", "H11010100001", "110100", joined.clock.now(), 1_000, "ORD1", "AUTH1", "116,40",
            med_ins_gov_fee=400, med_ins_cash_fee=600, wechat_pay_cash_fee=600, prepay_id=prepay_id,
        )
    )  # fmt: skip
    await joined.pay(f"/pay/{opened.mix_trade_no}")
    assert await joined.sent(cash.payment_no, 2) == [(None, 204, "")] * 2
    told = joined.ledger.mixed_taken[0]
    assert (told.payment_no, told.whole, told.total_fee) == (cash.payment_no, "paid", 1_000)


SIGNED = {"wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048"}
UNREADABLE: list[tuple[bytes, dict[str, str]]] = [
    (b"", {}),
    (b"\xff\xfe", {}),
    (b"{}", SIGNED),
    (b"{}", {"wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3"}),
    (
        b"{}",
        {
            **SIGNED,
            "wechatpay-timestamp": "1" * 11,
            "wechatpay-nonce": "n",
            "wechatpay-signature": "not base64",
            "wechatpay-serial": "PUB_KEY_ID_0119000000012026010100000000000009",
        },
    ),
]


async def test_whatever_is_sent_gets_a_refusal(joined: Town) -> None:
    async with httpx.AsyncClient(base_url=joined.app_url) as anybody:
        for content, headers in UNREADABLE:
            for path in ("wechat-pay", "alipay"):
                answer = await anybody.post(f"/api/notify/{path}", content=content, headers=headers)
                assert answer.status_code == 400
                assert answer.json()["code"] == "notice-refused"
        form = urlencode({"sign": "***", "sign_type": "RSA2", "app_id": sandbox_keys.ALIPAY_APP_ID})
        assert (await anybody.post("/api/notify/alipay", content=form)).json()["reason"] == "signature-invalid"
    assert joined.ledger.taken == []


async def test_without_channels_nobody_listens(client: httpx.AsyncClient) -> None:
    for path in ("wechat-pay", "alipay"):
        assert (await client.post(f"/api/notify/{path}", content=b"{}")).status_code == 404


async def test_seen_nonces_are_forgotten_when_age_alone_refuses(joined: Town) -> None:
    number, page = await joined.opened(joined.wechat)
    await joined.pay(page)
    await joined.sent(number)
    await forget(joined.platform)
    async with joined.platform.transaction() as tx:
        rows = await tx.session.connection()
        assert (await rows.exec_driver_sql("SELECT count(*) FROM seen_notice")).scalar_one() == 1
        await rows.exec_driver_sql("UPDATE seen_notice SET at = at - interval '2 hours'")
    await forget(joined.platform)
    async with joined.platform.transaction() as tx:
        rows = await tx.session.connection()
        assert (await rows.exec_driver_sql("SELECT count(*) FROM seen_notice")).scalar_one() == 0
