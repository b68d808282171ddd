"""Card and face terminals over a real socket: one sale at a time, answers that are signed for their question."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx
import pytest

from yitong.billing.ports import PaymentAsk
from yitong.gateways import sandbox_keys
from yitong.gateways.terminals.channel import TerminalChannel, TerminalHost
from yitong.kernel.clock import SetClock, day_of
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings


@pytest.fixture
async def host(sandbox_url: str, settings: Settings) -> AsyncGenerator[TerminalHost]:
    secret = sandbox_keys.shared_secret(settings, "terminals")
    made = TerminalHost(f"{sandbox_url}/terminals", secret, pause_s=0.01)
    yield made
    await made.close()


@pytest.fixture
def card(host: TerminalHost) -> TerminalChannel:
    return TerminalChannel(host, "card")


def asked(clock: SetClock, terminal: str = "POS-01") -> PaymentAsk:
    until = clock.now() + timedelta(minutes=3)
    return PaymentAsk(new_id().hex, new_id(), 4_200, "医通-门诊缴费", "terminal", until, terminal)


async def tap(browser: httpx.AsyncClient, action: str = "pay") -> int:
    """What a person at the first terminal that waits does there."""
    page = (await browser.get("/terminals")).text
    token = page.partition('action="/pay/')[2].partition('"')[0]
    return (await browser.post(f"/pay/{token}", data={"user": "u001", "action": action})).status_code


async def test_a_card_is_charged_and_gets_a_part_back(
    browser: httpx.AsyncClient, card: TerminalChannel, clock: SetClock
) -> None:
    ask = asked(clock)
    assert not (await card.open(ask)).paid
    assert not (await card.open(ask)).paid, "asked again: the same sale"
    waiting = await card.find(ask.payment_no)
    assert waiting is not None
    assert waiting.state == "waiting"
    assert await tap(browser) == 200
    paid = await card.find(ask.payment_no)
    assert paid is not None
    assert (paid.state, paid.amount, paid.payer) == ("paid", 4_200, "621700******0001")
    assert (await card.open(ask)).paid
    assert (await card.close(ask.payment_no)).state == "paid"
    for _ in range(2):
        assert (await card.refund(ask.payment_no, "back-1", 200, 4_200, "退费")).state == "done"
    with pytest.raises(GatewayRefused) as refused:
        await card.refund(ask.payment_no, "back-2", 4_001, 4_200, "")
    assert refused.value.reason == "too-much"
    found = await card.find(ask.payment_no)
    assert found is not None
    assert (found.state, found.refunded) == ("paid", 200)
    lines = await card.lines(day_of(clock.now(), "Asia/Shanghai"))
    assert [(one.kind, one.number, one.amount, one.fee) for one in lines] == [
        ("payment", ask.payment_no, 4_200, 21),
        ("refund", "back-1", 200, -1),
    ]


async def test_a_terminal_does_one_sale_at_a_time(card: TerminalChannel, clock: SetClock) -> None:
    first = asked(clock)
    await card.open(first)
    with pytest.raises(GatewayRefused) as refused:
        await card.open(asked(clock))
    assert refused.value.reason == "busy"
    await card.open(asked(clock, "POS-02"))
    assert (await card.close(first.payment_no)).state == "closed"
    await card.open(asked(clock))


async def test_whoever_goes_away_does_not_pay(browser: httpx.AsyncClient, host: TerminalHost, clock: SetClock) -> None:
    face = TerminalChannel(host, "face")
    ask = asked(clock)
    await face.open(ask)
    assert await tap(browser, "refuse") == 200
    found = await face.find(ask.payment_no)
    assert found is not None
    assert found.state == "closed"
    assert (await face.close(ask.payment_no)).state == "closed"
    assert await face.find_refund(ask.payment_no, "none") is None
    assert (await face.close("never")).state == "closed"


async def test_answers_and_questions_are_signed(
    browser: httpx.AsyncClient, sandbox_url: str, card: TerminalChannel, clock: SetClock
) -> None:
    ask = asked(clock)
    await card.open(ask)
    await browser.post("/terminals-forge")
    with pytest.raises(GatewayUnavailable, match="signature-invalid"):
        await card.find(ask.payment_no)
    stranger = TerminalHost(f"{sandbox_url}/terminals", "no secret", pause_s=0.01)
    with pytest.raises(GatewayUnavailable):
        await TerminalChannel(stranger, "card").find(ask.payment_no)
    await stranger.close()


async def test_a_lost_answer_leaves_one_sale(
    browser: httpx.AsyncClient, card: TerminalChannel, clock: SetClock
) -> None:
    ask = asked(clock)
    await browser.put("/faults", json={"path": "/terminals/sales", "kind": "lost", "times": 3})
    with pytest.raises(GatewayUnavailable):
        await card.open(ask)
    found = await card.find(ask.payment_no)
    assert found is not None
    assert found.state == "waiting"
