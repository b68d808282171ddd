"""Billing pays through the real clients, over sockets, at the sandbox: the journal says what the channels say."""

import pytest

from gateways.street import SCENES, Street


async def test_a_notice_settles_and_a_part_goes_back(street: Street) -> None:
    for name in ("wechat", "alipay"):
        payment, lines = await street.paying(name, 8_000, 2_000)
        await street.act(payment)
        settled = await street.becomes(payment, "settled")
        assert settled.parts[0].amount_fen == 10_000
        await street.counter.refund(settled, lines[1])  # type: ignore[arg-type]
        await street.runs_until(payment, "part_refunded")
    await street.audit()


async def test_a_card_at_the_terminal_is_asked_for(street: Street) -> None:
    payment, _ = await street.paying("card", 4_200)
    await street.act(payment)
    await street.runs_until(payment, "settled")
    await street.audit()


@pytest.mark.parametrize("name", ["wechat", "alipay"])
async def test_bad_notices_change_nothing_and_asking_finds_the_money(street: Street, name: str) -> None:
    for trouble in ("lost", "forged", "wrong-amount", "wrong-merchant", "stale", "doubled"):
        payment, _ = await street.paying(name, 5_000)
        await street.browser.put("/pay/troubles", json={"kind": trouble})
        await street.act(payment)
        await street.runs_until(payment, "settled")
    await street.audit()


async def test_answers_lost_after_their_effect_are_found(street: Street) -> None:
    for path, name in (("/wechat/pay/v3/pay", "wechat"), ("/alipay/gateway.do", "alipay")):
        await street.browser.put("/faults", json={"path": path, "kind": "lost", "times": 3})
        payment, _ = await street.paying(name, 3_000)
        assert payment.parts[0].state == "unknown"
        for _ in range(4):
            await street.counter.run(minutes=1)
            payment = await street.counter.see(payment)
            if payment.parts[0].state == "waiting":
                break
        await street.act(payment)
        await street.runs_until(payment, "settled")
    await street.audit()


async def test_what_nobody_paid_is_closed_there_too(street: Street) -> None:
    for name in SCENES:
        payment, _ = await street.paying(name, 1_500)
        await street.act(payment, "refuse")
        street.counter.town.clock.advance(minutes=40)
        await street.runs_until(payment, "failed")
    waiting = (await street.browser.get("/pay")).text
    assert "没有待支付的订单" in waiting
    await street.audit()
