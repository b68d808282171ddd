"""WeChat Pay over a real socket: orders, payers, refunds, the bill of a day, lost answers, keys that change."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from msgspec.structs import replace

from yitong.billing.ports import ChannelLine, MixedOrderAsk, MixedPerson, PaymentAsk, Scene
from yitong.gateways import sandbox_keys
from yitong.gateways.wechat.med_ins import WechatMedIns, check_amounts, id_digest
from yitong.gateways.wechat.pay import Merchant, WechatPay
from yitong.gateways.wechat.pay_channel import WechatPayChannel
from yitong.kernel.clock import SetClock, day_of
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings

NOTIFY = "http://127.0.0.1:9/api/notify/wechat-pay"
OPENID = "oYTu002sandbox0000000000000"


def merchant_of(settings: Settings, *, by_public_key: bool = False) -> Merchant:
    platform = sandbox_keys.public_key(settings, "wechat-platform")
    return Merchant(
        sandbox_keys.APP_ID,
        sandbox_keys.WECHAT_MERCHANT_ID,
        sandbox_keys.WECHAT_SERIAL,
        sandbox_keys.private_key(settings, "wechat-merchant"),
        sandbox_keys.api_v3_key(settings),
        {sandbox_keys.WECHAT_PUBLIC_KEY_ID: platform} if by_public_key else {},
    )


def pay_of(url: str, merchant: Merchant, **settings: float) -> WechatPay:
    return WechatPay(merchant, NOTIFY, f"{url}/wechat/pay", pause_s=0.01, **settings)  # type: ignore[arg-type]


@pytest.fixture(params=[False, True], ids=["certificates", "public-key"])
async def pay(request: pytest.FixtureRequest, sandbox_url: str, settings: Settings) -> AsyncGenerator[WechatPay]:
    made = pay_of(sandbox_url, merchant_of(settings, by_public_key=request.param))
    yield made
    await made.stop()


@pytest.fixture
def channel(pay: WechatPay) -> WechatPayChannel:
    return WechatPayChannel(pay)


def asked(
    clock: SetClock, *, scene: Scene = "jsapi", amount: int = 12345, number: str = "", payer: str = ""
) -> PaymentAsk:
    return PaymentAsk(
        number or new_id().hex,
        new_id(),
        amount,
        "医通-门诊缴费",
        scene,
        clock.now() + timedelta(minutes=15),
        payer or OPENID,
    )


async def pay_at(browser: httpx.AsyncClient, token: str, action: str = "pay") -> httpx.Response:
    return await browser.post(f"/pay/{token}", data={"user": "u002", "action": action})


async def test_a_payment_in_wechat_and_its_refunds(
    browser: httpx.AsyncClient, channel: WechatPayChannel, clock: SetClock
) -> None:
    ask = asked(clock)
    opened = await channel.open(ask)
    assert set(opened.invoke) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert (await channel.open(ask)).invoke["package"] == opened.invoke["package"]
    waiting = await channel.find(ask.payment_no)
    assert waiting is not None
    assert (waiting.state, waiting.amount) == ("waiting", 12345)

    token = opened.invoke["package"].removeprefix("prepay_id=")
    assert "123.45" in (await browser.get(f"/pay/{token}")).text
    assert "支付成功" in (await pay_at(browser, token)).text
    assert (await pay_at(browser, token)).status_code == 409

    paid = await channel.find(ask.payment_no)
    assert paid is not None
    assert (paid.state, paid.amount, paid.payer, paid.paid_at) == ("paid", 12345, OPENID, clock.now())
    assert (await channel.open(ask)).paid
    assert (await channel.close(ask.payment_no)).state == "paid"

    first = await channel.refund(ask.payment_no, "refund-1", 345, 12345, "退药")
    again = await channel.refund(ask.payment_no, "refund-1", 345, 12345, "退药")
    assert first.state == "processing"
    assert again.channel_no == first.channel_no
    found = await channel.find_refund(ask.payment_no, "refund-1")
    assert found is not None
    assert (found.state, found.amount) == ("done", 345)
    with pytest.raises(GatewayRefused) as too_much:
        await channel.refund(ask.payment_no, "refund-2", 12001, 12345, "")
    assert too_much.value.reason == "NOT_ENOUGH"
    still = await channel.find(ask.payment_no)
    assert still is not None
    assert still.state == "paid", "what went back is asked by its own number"


async def test_what_was_never_opened(channel: WechatPayChannel) -> None:
    assert await channel.find("never-1") is None
    assert await channel.find_refund("never-1", "never-2") is None
    assert (await channel.close("never-1")).state == "closed"


async def test_a_refused_payment_can_be_closed_and_not_be_paid_afterwards(
    browser: httpx.AsyncClient, channel: WechatPayChannel, clock: SetClock
) -> None:
    ask = asked(clock, scene="h5")
    page = urlsplit((await channel.open(ask)).invoke["h5_url"]).path
    token = page.rpartition("/")[2]
    assert "没有支付" in (await pay_at(browser, token, "refuse")).text
    assert (await channel.close(ask.payment_no)).state == "closed"
    assert (await pay_at(browser, token)).status_code == 409
    with pytest.raises(GatewayRefused) as over:
        await channel.open(ask)
    assert over.value.reason == "ORDER_CLOSED"


async def test_a_payment_is_over_when_its_time_is(
    browser: httpx.AsyncClient, channel: WechatPayChannel, clock: SetClock
) -> None:
    ask = asked(clock, scene="native")
    code = (await channel.open(ask)).invoke["code_url"]
    clock.advance(minutes=16)
    found = await channel.find(ask.payment_no)
    assert found is not None
    assert found.state == "closed"
    assert (await pay_at(browser, code.rpartition("/")[2])).status_code == 409


async def test_a_shown_code_is_charged_at_once_or_waits_for_a_password(
    channel: WechatPayChannel, clock: SetClock
) -> None:
    small = asked(clock, scene="code", amount=500, payer="130000000000000001")
    assert (await channel.open(small)).paid
    found = await channel.find(small.payment_no)
    assert found is not None
    assert found.payer == OPENID
    large = asked(clock, scene="code", amount=100_001, payer="130000000000000001")
    assert not (await channel.open(large)).paid
    with pytest.raises(GatewayRefused):
        await channel.open(asked(clock, scene="code", payer="99"))


async def test_another_order_under_the_same_number(channel: WechatPayChannel, clock: SetClock) -> None:
    ask = asked(clock)
    await channel.open(ask)
    with pytest.raises(GatewayRefused) as refused:
        await channel.open(replace(ask, amount=1))
    assert refused.value.reason == "OUT_TRADE_NO_USED"


async def test_an_answer_lost_after_its_effect_is_found_under_the_same_number(
    browser: httpx.AsyncClient, channel: WechatPayChannel, clock: SetClock
) -> None:
    ask = asked(clock, scene="code", amount=500, payer="130000000000000001")
    lost = {"path": "/wechat/pay/v3/pay", "kind": "lost", "times": 3}
    await browser.put("/faults", json=lost)
    with pytest.raises(GatewayUnavailable):
        await channel.open(ask)
    found = await channel.find(ask.payment_no)
    assert found is not None
    assert found.state == "paid"


async def test_a_forged_answer_is_none(
    browser: httpx.AsyncClient, pay: WechatPay, channel: WechatPayChannel, clock: SetClock
) -> None:
    ask = asked(clock)
    await channel.open(ask)
    await browser.post("/wechat/pay/forge")
    with pytest.raises(Exception, match="signature-invalid"):
        await pay.query(out_trade_no=ask.payment_no)
    await browser.post("/wechat/pay/forge")
    found = await channel.find(ask.payment_no)  # asks again, and the second answer is good
    assert found is not None


async def test_a_slow_answer_is_given_up(
    browser: httpx.AsyncClient, sandbox_url: str, settings: Settings, clock: SetClock
) -> None:
    pay = pay_of(sandbox_url, merchant_of(settings), timeout_s=0.2)
    channel = WechatPayChannel(pay)
    await channel.find("warm-up")
    await browser.put("/faults", json={"path": "/wechat/pay", "kind": "late", "times": 3, "seconds": 0.6})
    with pytest.raises(GatewayUnavailable):
        await channel.find("anything")
    await pay.stop()


async def test_a_stranger_cannot_call(sandbox_url: str, settings: Settings) -> None:
    stranger = replace(merchant_of(settings), private_key=sandbox_keys.private_key(settings, "alipay-ours"))
    pay = pay_of(sandbox_url, stranger)
    with pytest.raises(GatewayRefused) as refused:
        await WechatPayChannel(pay).find("anything")
    await pay.stop()
    assert refused.value.reason == "SIGN_ERROR"


async def test_certificates_change_under_way(browser: httpx.AsyncClient, sandbox_url: str, settings: Settings) -> None:
    pay = pay_of(sandbox_url, merchant_of(settings), renew_pause_s=0.0)
    channel = WechatPayChannel(pay)
    assert await channel.find("never") is None
    await browser.post("/wechat/pay/rotate")
    answers = await asyncio.gather(*(channel.find(f"never-{n}") for n in range(5)))
    assert answers == [None] * 5
    await pay.stop()


async def test_unknown_numbers_do_not_make_us_fetch_certificates_all_the_time(
    browser: httpx.AsyncClient, sandbox_url: str, settings: Settings, clock: SetClock
) -> None:
    pay = pay_of(sandbox_url, merchant_of(settings))
    channel = WechatPayChannel(pay)
    ask = asked(clock)
    await channel.open(ask)  # fetches them once
    await browser.post("/wechat/pay/rotate")
    with pytest.raises(GatewayUnavailable):
        await channel.find(ask.payment_no)
    await pay.stop()


async def test_the_bill_of_a_day(browser: httpx.AsyncClient, channel: WechatPayChannel, clock: SetClock) -> None:
    today = day_of(clock.now(), "Asia/Shanghai")
    assert await channel.lines(today) == []
    ask = asked(clock, amount=20_000)
    package = (await channel.open(ask)).invoke["package"]
    await pay_at(browser, package.removeprefix("prepay_id="))
    clock.advance(minutes=5)
    refund = await channel.refund(ask.payment_no, "back-1", 5_000, 20_000, "退费")
    await channel.open(asked(clock, amount=99))  # never paid: in no bill
    paid = await channel.find(ask.payment_no)
    assert paid is not None
    assert await channel.lines(today) == [
        ChannelLine(
            "payment", ask.payment_no, ask.payment_no, paid.channel_no, 20_000, clock.now() - timedelta(minutes=5), 120
        ),
        ChannelLine("refund", "back-1", ask.payment_no, refund.channel_no, 5_000, clock.now(), -30),
    ]
    assert await channel.lines(today - timedelta(days=1)) == []


def mixed(clock: SetClock, prepay_id: str, number: str) -> MixedOrderAsk:
    # The amounts of the published sample: 202000 = 100000 + 45000 + 5000 + 50000 + 2000.
    return MixedOrderAsk(
        payment_no=number,
        mix_pay_type="CASH_AND_INSURANCE",
        order_type="DIAG_PAY",
        payer_openid=OPENID,
        payer=MixedPerson("王磊", "44030019000101123x"),
        serial_no="H1101010000120261123",
        med_inst_name="北京医院",
        med_inst_no="H11010100001",
        city_id="110100",
        created_at=clock.now(),
        total_fee=202_000,
        pay_order_id="ORD530100202211",
        pay_auth_no="AUTH530100202211",
        geo_location="116.40,39.90",
        med_ins_gov_fee=100_000,
        med_ins_self_fee=45_000,
        med_ins_other_fee=5_000,
        med_ins_cash_fee=50_000,
        wechat_pay_cash_fee=50_000,
        cash_add={"FREIGHT": 2_000},
        cash_reduce={"DEFAULT_REDUCE_TYPE": 2_000},
        prepay_id=prepay_id,
    )


async def test_an_insured_bill_is_paid_in_wechat_and_polled(
    browser: httpx.AsyncClient, pay: WechatPay, channel: WechatPayChannel, clock: SetClock
) -> None:
    orders = WechatMedIns(pay, f"{NOTIFY}/med-ins", pass_through=True)
    cash = asked(clock, amount=50_000)
    prepay_id = (await channel.open(cash)).invoke["package"].removeprefix("prepay_id=")
    assert await orders.find(cash.payment_no) is None
    ask = mixed(clock, prepay_id, cash.payment_no)
    opened = await orders.open(ask)
    assert (opened.whole, opened.cash, opened.insurance) == ("created", "created", "created")
    assert await orders.open(ask) == opened, "an order that exists is answered as it stands"
    shown = (await browser.get(f"/pay/{opened.mix_trade_no}")).text
    assert "2020.00" in shown
    assert "500.00" in shown
    await pay_at(browser, opened.mix_trade_no)
    found = await orders.find(cash.payment_no)
    assert found is not None
    assert (found.whole, found.cash, found.insurance) == ("paid", "paid", "paid")
    part = await channel.find(cash.payment_no)
    assert part is not None
    assert part.state == "paid"
    await orders.tell_refund(opened.mix_trade_no, "back-1", 100_000, 45_000, 5_000, clock.now())
    after = await orders.find(cash.payment_no)
    assert after is not None
    assert after.insurance == "refunded"


async def test_a_mixed_order_whose_cash_part_is_over_another_amount(
    pay: WechatPay, channel: WechatPayChannel, clock: SetClock
) -> None:
    cash = asked(clock, amount=49_999)
    prepay_id = (await channel.open(cash)).invoke["package"].removeprefix("prepay_id=")
    with pytest.raises(GatewayRefused) as refused:
        await WechatMedIns(pay, NOTIFY).open(mixed(clock, prepay_id, cash.payment_no))
    assert refused.value.reason == "268529481"


@pytest.mark.unit
def test_an_identity_number_is_digested_as_published() -> None:
    assert id_digest("44030019000101123x") == "09eb26e839ff3a2e3980352ae45ef09e"


@pytest.mark.unit
def test_the_published_amounts_add_up_and_others_are_refused(clock: SetClock) -> None:
    good = mixed(clock, "wx1", "n1")
    check_amounts(good)
    for wrong in (
        replace(good, total_fee=201_999),
        replace(good, med_ins_gov_fee=99_999),
        replace(good, wechat_pay_cash_fee=49_999),
        replace(good, prepay_id=""),
        replace(good, pay_order_id=""),
        replace(good, mix_pay_type="CASH_ONLY"),
        replace(good, mix_pay_type="INSURANCE_ONLY"),
        replace(good, cash_add={"FREIGHT": -1}),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            check_amounts(wrong)
    only_cash = MixedOrderAsk(
        "n2", "CASH_ONLY", "REG_PAY", OPENID, good.payer, "s", "i", "H1", "110100", clock.now(), 100,
        wechat_pay_cash_fee=90, cash_reduce={"DISCOUNT": 10}, prepay_id="wx2",
    )  # fmt: skip
    check_amounts(only_cash)
