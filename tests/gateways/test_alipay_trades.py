"""Paying by Alipay over a real socket: its scenes, what nobody has heard of yet, refunds, the bill of a day."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from yitong.billing.ports import ChannelLine, PaymentAsk, Scene
from yitong.gateways import sandbox_keys
from yitong.gateways.alipay.bill import read_bill
from yitong.gateways.alipay.channel import AlipayChannel
from yitong.gateways.alipay.gateway import AlipayGateway
from yitong.kernel.clock import SetClock, day_of
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings

NOTIFY = "http://127.0.0.1:9/api/notify/alipay"
BACK = "http://127.0.0.1:8000/patient/"
BUYER = "2088000000000002"


@pytest.fixture
async def channel(sandbox_url: str, settings: Settings) -> AsyncGenerator[AlipayChannel]:
    gateway = AlipayGateway(
        f"{sandbox_url}/alipay/gateway.do",
        sandbox_keys.ALIPAY_APP_ID,
        sandbox_keys.private_key(settings, "alipay-ours"),
        sandbox_keys.public_key(settings, "alipay-theirs"),
        pause_s=0.01,
    )
    yield AlipayChannel(gateway, NOTIFY, BACK, sandbox_keys.ALIPAY_SELLER_ID)
    await gateway.close()


def asked(clock: SetClock, scene: Scene, amount: int = 8_800, payer: str = "") -> PaymentAsk:
    until = clock.now() + timedelta(minutes=15)
    return PaymentAsk(new_id().hex, new_id(), amount, "医通-{门诊}缴费", scene, until, payer)


async def pay_at(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    return await browser.post(urlsplit(address).path, data={"user": "u002", "action": "pay"})


async def test_a_qr_code_makes_the_trade_when_its_payer_comes(
    browser: httpx.AsyncClient, channel: AlipayChannel, clock: SetClock
) -> None:
    ask = asked(clock, "native")
    code = (await channel.open(ask)).invoke["code_url"]
    assert await channel.find(ask.payment_no) is None
    await browser.get(urlsplit(code).path)
    seen = await channel.find(ask.payment_no)
    assert seen is not None
    assert (seen.state, seen.amount) == ("waiting", 8_800)
    assert "支付成功" in (await pay_at(browser, code)).text
    paid = await channel.find(ask.payment_no)
    assert paid is not None
    assert (paid.state, paid.payer, paid.paid_at) == ("paid", BUYER, clock.now())
    assert (await channel.open(ask)).paid
    assert (await channel.close(ask.payment_no)).state == "paid"


async def test_a_code_nobody_came_to_is_no_longer_good_once_it_is_closed(
    browser: httpx.AsyncClient, channel: AlipayChannel, clock: SetClock
) -> None:
    ask = asked(clock, "native")
    code = (await channel.open(ask)).invoke["code_url"]
    assert (await channel.close(ask.payment_no)).state == "closed"
    assert (await pay_at(browser, code)).status_code == 409


async def test_closing_what_was_never_opened(channel: AlipayChannel) -> None:
    assert (await channel.close("never1")).state == "closed"
    assert await channel.find_refund("never1", "never2") is None


async def test_the_web_page_is_reached_by_the_signed_address_and_leads_back(
    browser: httpx.AsyncClient, channel: AlipayChannel, clock: SetClock
) -> None:
    ask = asked(clock, "h5")
    address = (await channel.open(ask)).invoke["h5_url"]
    sent_on = await browser.get(address)
    assert sent_on.status_code == 302
    page = sent_on.headers["location"]
    assert "88.00" in (await browser.get(page)).text
    assert (await browser.get(address.replace("8800", "1").replace("88.00", "1.00"))).status_code == 400
    done = await browser.post(page, data={"user": "u002", "action": "pay", "back": BACK})
    assert f'href="{BACK}"' in done.text
    found = await channel.find(ask.payment_no)
    assert found is not None
    assert found.state == "paid"


async def test_a_shown_code_and_a_trade_in_the_app(channel: AlipayChannel, clock: SetClock) -> None:
    assert (await channel.open(asked(clock, "code", 500, "280000000000000001"))).paid
    assert not (await channel.open(asked(clock, "code", 100_001, "280000000000000001"))).paid
    assert (await channel.open(asked(clock, "jsapi", 500, BUYER))).invoke["trade_no"]
    with pytest.raises(GatewayRefused) as refused:
        await channel.open(asked(clock, "code", 500, "999"))
    assert refused.value.reason == "ACQ.PAYMENT_AUTH_CODE_INVALID"


async def test_parts_are_given_back_once_each(channel: AlipayChannel, clock: SetClock) -> None:
    ask = asked(clock, "code", 1_000, "280000000000000001")
    await channel.open(ask)
    for _ in range(2):
        given = await channel.refund(ask.payment_no, "back1", 400, 1_000, "退药")
        assert (given.state, given.amount) == ("done", 400)
    with pytest.raises(GatewayRefused) as too_much:
        await channel.refund(ask.payment_no, "back2", 601, 1_000, "")
    assert too_much.value.reason == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert await channel.find_refund(ask.payment_no, "back2") is None
    assert (await channel.refund(ask.payment_no, "back3", 600, 1_000, "")).state == "done"
    found = await channel.find_refund(ask.payment_no, "back3")
    assert found is not None
    assert (found.amount, found.done_at) == (600, clock.now())


async def test_an_answer_lost_after_its_effect_is_found_under_the_same_number(
    browser: httpx.AsyncClient, channel: AlipayChannel, clock: SetClock
) -> None:
    ask = asked(clock, "code", 500, "280000000000000001")
    await browser.put("/faults", json={"path": "/alipay/gateway.do", "kind": "lost", "times": 3})
    with pytest.raises(GatewayUnavailable):
        await channel.open(ask)
    found = await channel.find(ask.payment_no)
    assert found is not None
    assert found.state == "paid"


async def test_the_bill_of_a_day(channel: AlipayChannel, clock: SetClock) -> None:
    today = day_of(clock.now(), "Asia/Shanghai")
    assert await channel.lines(today) == []
    ask = asked(clock, "code", 20_000, "280000000000000001")
    await channel.open(ask)
    clock.advance(minutes=5)
    await channel.refund(ask.payment_no, "back1", 5_000, 20_000, "退费")
    paid = await channel.find(ask.payment_no)
    assert paid is not None
    number, made = ask.payment_no, clock.now() - timedelta(minutes=5)
    assert await channel.lines(today) == [
        ChannelLine("payment", number, number, paid.channel_no, 20_000, made, 120),
        ChannelLine("refund", "back1", number, paid.channel_no, 5_000, clock.now(), -30),
    ]


@pytest.mark.unit
def test_a_file_that_is_no_bill() -> None:
    with pytest.raises(GatewayUnavailable):
        read_bill(b"no zip")
