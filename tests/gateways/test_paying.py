"""Billing pays through the real clients, over sockets, at the sandbox: the journal says what the channels say."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from billing.payments.counter import Counter
from billing.payments.outside import Outside
from serving import serving
from worlds import World
from yitong.app import create_app
from yitong.billing.payments.schemas import ChannelChoice, PaymentView
from yitong.billing.ports import PaymentChannels
from yitong.gateways.connect import connect_gateways
from yitong.kernel.clock import day_of

SCENES = {
    "wechat": ChannelChoice("wechat", "native"),
    "alipay": ChannelChoice("alipay", "native"),
    "card": ChannelChoice("card", "terminal", payer="POS-01"),
}


@dataclass
class Street:
    """The hospital's counter, and the sandbox where the payers are."""

    counter: Counter
    browser: httpx.AsyncClient

    async def paying(self, channel: str, *amounts: int) -> tuple[PaymentView, list[object]]:
        bill, lines = await self.counter.bill(*amounts)
        request = self.counter.request(bill, sum(amounts), SCENES[channel], use_insurance=False)
        return await self.counter.pay(request), list(lines)

    async def act(self, payment: PaymentView, action: str = "pay") -> None:
        """The payer does it: at the page of the code, or at the terminal."""
        invoke = payment.parts[0].invoke or {}
        if "code_url" in invoke:
            page = urlsplit(invoke["code_url"]).path
            assert (await self.browser.get(page)).status_code == 200
        else:
            page = "/pay/" + (await self.browser.get("/terminals")).text.partition('action="/pay/')[2].partition('"')[0]
        assert (await self.browser.post(page, data={"user": "u002", "action": action})).status_code == 200

    async def becomes(self, payment: PaymentView, state: str) -> PaymentView:
        """The payment once a notice has brought it so far."""
        async with asyncio.timeout(30):
            while True:
                seen = await self.counter.see(payment)
                if seen.state == state:
                    return seen
                await asyncio.sleep(0.05)

    async def runs_until(self, payment: PaymentView, state: str) -> PaymentView:
        """The payment once the clock's work has brought it so far."""
        states: list[str] = []
        while len(states) < 8:
            await self.counter.run(minutes=1)
            seen = await self.counter.see(payment)
            states.append(seen.state)
            if seen.state == state:
                return seen
        raise AssertionError(states)

    async def audit(self) -> None:
        """Every channel's bill of the day adds up to what the journal says is there."""
        town = self.counter.town
        day = day_of(town.clock.now(), "Asia/Shanghai")
        channels = town.platform.port(PaymentChannels)
        for name in SCENES:
            channel = channels.get(name)
            assert channel is not None
            there = sum(one.amount if one.kind == "payment" else -one.amount for one in await channel.lines(day))
            assert await self.counter.balance(f"channel:{name}") == there, name


@pytest.fixture
async def street(town: World, sandbox_url: str, browser: httpx.AsyncClient) -> AsyncGenerator[Street]:
    platform = town.platform
    async with serving(create_app(platform), lifespan="off") as app_url:
        platform.settings = msgspec.structs.replace(platform.settings, sandbox_url=sandbox_url, public_url=app_url)
        connect_gateways(platform)
        patient = await town.patient()
        nobody = cast("Outside", None)  # everybody outside is at the sandbox here
        yield Street(Counter(town, nobody, patient, town.citizen(patient)), browser)
        for farewell in platform.closing:
            await farewell()
        platform.closing.clear()


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
