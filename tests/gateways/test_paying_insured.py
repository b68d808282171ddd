"""Insured and covered payments over sockets, at the sandbox: what is lost is reversed, found or taken back."""

import httpx
import pytest
from msgspec.structs import replace

from gateways.street import Street
from insurance_cast import identity_card
from yitong.billing.commercial import CommercialInsurers
from yitong.billing.payments.schemas import ChannelChoice, PaymentView
from yitong.kernel.clock import day_of
from yitong.sandbox.commercial import INSURER

WECHAT = ChannelChoice("wechat", "native")


async def standing(browser: httpx.AsyncClient) -> set[str]:
    """The settlements that stand at the insurer."""
    made = {one["setl_id"] for one in (await browser.get("/insurer/settlements")).json()}
    return made - {one["of"] for one in (await browser.get("/insurer/reversals")).json()}


async def insured(street: Street, **troubles: tuple[str, int]) -> PaymentView:
    """Pay a bill with insurance while messages of these kinds go wrong so many times."""
    counter = street.counter
    bill, _ = await counter.bill(8_000, 2_000)
    request = counter.request(bill, 0, WECHAT, credential=identity_card())
    confirmed = replace(request, confirmed_fen=await counter.own(request))
    for name, (kind, times) in troubles.items():
        fault = {"path": f"insurer/{name.removeprefix('m')}", "kind": kind, "times": times}
        assert (await street.browser.put("/faults", json=fault)).status_code == 204
    return await counter.pay(confirmed)


async def runs(street: Street, payment: PaymentView, times: int) -> PaymentView:
    for _ in range(times):
        await street.counter.run(minutes=1.1)
    return await street.counter.see(payment)


async def test_a_settlement_whose_answer_was_lost_is_found(street: Street) -> None:
    payment = await insured(street, m2207A=("lost", 1))
    assert payment.parts[0].state == "unknown"
    payment = await runs(street, payment, 1)
    assert [p.state for p in payment.parts] == ["done", "waiting"]
    assert len(await standing(street.browser)) == 1


async def test_one_that_never_arrived_is_reversed_and_asked_again(street: Street) -> None:
    payment = await insured(street, m2207A=("refuse", 1))
    payment = await runs(street, payment, 1)
    assert [p.state for p in payment.parts] == ["done", "waiting"]
    assert len(await standing(street.browser)) == 1


# Each look-up is tried three times; five of them come to nothing before the message is reversed.
@pytest.mark.parametrize("reversal", [None, ("lost", 3), ("refuse", 3)], ids=["answered", "answer lost", "not taken"])
async def test_one_that_cannot_be_looked_up_is_reversed(street: Street, reversal: tuple[str, int] | None) -> None:
    troubles = {"m2207A": ("lost", 1), "m5203": ("refuse", 15)}
    payment = await insured(street, **troubles, **({"m2601": reversal} if reversal is not None else {}))
    assert len(await standing(street.browser)) == 1, "it had its effect"
    payment = await runs(street, payment, 14)
    assert (payment.state, payment.failure) == ("failed", "undone")
    assert await standing(street.browser) == set()
    assert await street.counter.balance("insurer:310") == 0
    again = await insured(street)
    assert again.parts[0].state == "done"
    assert len(await standing(street.browser)) == 1


async def covered(street: Street, *amounts: int) -> tuple[PaymentView, list[object]]:
    """Pay a bill with a policy that covers nine tenths."""
    counter = street.counter
    await counter.insure()
    bill, lines = await counter.bill(*amounts)
    request = counter.request(bill, sum(amounts) // 10, WECHAT, use_insurance=False, use_commercial=True)
    return await counter.pay(request), list(lines)


async def listed(street: Street) -> int:
    """What the commercial insurer's own list of the day adds up to."""
    town = street.counter.town
    insurer = town.platform.port(CommercialInsurers).get(INSURER)
    assert insurer is not None
    rows = await insurer.lines(day_of(town.clock.now(), "Asia/Shanghai"))
    return sum(row.amount if row.kind == "claim" else -row.amount for row in rows)


async def test_a_policy_pays_its_part_and_part_of_it_goes_back(street: Street) -> None:
    payment, lines = await covered(street, 8_000, 2_000)
    assert [(p.kind, p.amount_fen) for p in payment.parts] == [("commercial", 9_000), ("channel", 1_000)]
    payment.parts.pop(0)  # the payer sees the channel's page
    await street.act(payment)
    settled = await street.becomes(payment, "settled")
    await street.counter.refund(settled, lines[1])  # type: ignore[arg-type]
    await street.runs_until(payment, "part_refunded")
    assert await street.counter.balance(f"commercial:{INSURER}") == await listed(street) == 7_200
    await street.audit()


async def test_a_lost_claim_is_found_and_taken_back_when_nobody_pays(street: Street) -> None:
    fault = {"path": "/commercial/Claim", "kind": "lost", "times": 3}
    counter = street.counter
    await counter.insure()
    bill, _ = await counter.bill(10_000)
    request = counter.request(bill, 1_000, WECHAT, use_insurance=False, use_commercial=True)
    assert await counter.own(request) == 1_000
    await street.browser.put("/faults", json=fault)
    assert await counter.own(request) == 10_000, "without an answer everything is the payer's"
    payment = await counter.pay(request)
    assert payment.parts[0].state == "done"
    counter.town.clock.advance(minutes=40)
    await street.runs_until(payment, "failed")
    assert await counter.balance(f"commercial:{INSURER}") == await listed(street) == 0
    await street.audit()
