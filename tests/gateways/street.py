"""The hospital's counter with the real clients of everybody outside, and the sandbox where the payers are."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from billing.payments.counter import Counter
from yitong.billing.payments.schemas import ChannelChoice, PaymentView
from yitong.billing.ports import PaymentChannels
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
