"""Insured bills paid inside WeChat, over sockets at the sandbox: whatever goes wrong, all money is accounted for."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import msgspec
import pytest

from applications import application
from gateways.mixed_street import IN_WECHAT, MixedStreet, mother_in_wechat, signed_in_by_wechat, with_card
from insurance_cast import FATHER
from serving import serving
from worlds import World
from yitong.billing.payments import service
from yitong.billing.payments.mixed.notices import MixedNotices
from yitong.billing.payments.schemas import MixedWish
from yitong.billing.reconciliation.running import compare_day
from yitong.gateways.connect import connect_gateways
from yitong.kernel.clock import day_of
from yitong.kernel.outside import GatewayRefused
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem

ROOT = Path(__file__).parents[2]
AMOUNTS = (30_000, 10_000)


@pytest.fixture
async def street(town: World, sandbox_url: str, browser: httpx.AsyncClient) -> AsyncGenerator[MixedStreet]:
    platform = town.platform
    async with serving(application(platform), lifespan="off") as app_url:
        platform.settings = msgspec.structs.replace(platform.settings, sandbox_url=sandbox_url, public_url=app_url)
        connect_gateways(platform)
        made = MixedStreet(await mother_in_wechat(town), browser)
        await made.account(5_000)
        yield made
        for farewell in platform.closing:
            await farewell()
        platform.closing.clear()


async def test_both_parts_are_paid_in_one_order_and_a_notice_tells(street: MixedStreet) -> None:
    bill, _ = await street.bill(*AMOUNTS)
    shown = await street.preview(bill)
    assert (shown.mixed is not None and shown.mixed.offered, shown.insutype) == (True, "310")
    payment = await street.counter.pay(street.request(bill, shown.own_fen, await street.allow(shown)))
    assert (payment.state, [(p.kind, p.state) for p in payment.parts]) == (
        "settling", [("insurance", "waiting"), ("channel", "waiting")]
    )  # fmt: skip
    assert payment.mixed is not None
    assert payment.mixed.state == "waiting"
    assert set(payment.mixed.invoke or {}) == {"mix_trade_no", "h5_url"}
    assert await street.at_insurer() == (0, 0), "nothing is settled before the payer pays"
    await street.act(payment)
    settled = await street.becomes(payment, "settled")
    insured, cash = settled.parts
    assert insured.fund_fen + insured.account_fen + cash.amount_fen == sum(AMOUNTS)
    assert (insured.state, cash.state, settled.mixed and settled.mixed.state) == ("done", "done", "paid")
    assert await street.at_insurer() == (insured.fund_fen, insured.account_fen)
    assert cash.amount_fen == shown.own_fen == await street.counter.balance("channel:wechat")
    assert await street.counter.balance(f"patient:{street.counter.patient}") == 0
    await street.audit()


async def test_bad_notices_change_nothing_and_polling_finds_the_money(street: MixedStreet) -> None:
    for trouble in (
        "lost",
        "forged",
        "wrong-amount",
        "wrong-merchant",
        "stale",
        "unknown-serial",
        "doubled",
        "replayed",
    ):
        payment, _ = await street.begin(*AMOUNTS)
        await street.browser.put("/pay/troubles", json={"kind": trouble, "times": 2})
        await street.act(payment)
        await street.runs_until(payment, "settled")
    await street.audit()


async def test_late_and_reordered_notices_book_nothing_twice(street: MixedStreet) -> None:
    for wish in ({"kind": "late", "times": 2, "seconds": 0.3}, {"kind": "reordered", "times": 1}):
        payment, _ = await street.begin(*AMOUNTS)
        await street.browser.put("/pay/troubles", json=wish)
        await street.act(payment)
        await street.runs_until(payment, "settled")
    await street.paid(*AMOUNTS)  # what was held back comes after it
    await street.audit()
    entries = await street.counter.town.rows("SELECT source FROM journal_entry WHERE source LIKE 'payment:%'")
    assert len(entries) == 6


async def test_what_a_notice_claims_is_not_believed(street: MixedStreet) -> None:
    payment, _ = await street.begin(*AMOUNTS)
    notices, town = MixedNotices(street.counter.town.platform), street.counter.town
    said = msgspec.structs.replace(await street.in_wechat(payment), whole="paid", cash="paid", insurance="paid")
    assert await notices.mixed(msgspec.structs.replace(said, total_fee=said.total_fee + 1)) == "wrong-amount"
    assert await notices.mixed(msgspec.structs.replace(said, mix_trade_no="5301")) == "unknown"
    assert await notices.mixed(msgspec.structs.replace(said, payment_no="nobody")) == "unknown"
    assert await notices.mixed(said) == "taken"
    seen = await street.counter.see(payment)
    assert (seen.state, [p.state for p in seen.parts]) == ("settling", ["waiting", "waiting"])
    assert await town.rows("SELECT 1 FROM journal_entry WHERE source LIKE 'payment:%'") == []
    kept = await town.one("SELECT expected_fen, found_fen, source FROM payment_difference")
    assert (kept.found_fen - kept.expected_fen, kept.source) == (1, "notice")
    await street.act(payment)
    await street.becomes(payment, "settled")
    await street.audit()


PLACES = ("insurer/6201", "insurer/6202", "/wechat/pay/v3/pay", "/wechat/pay/v3/med-ins/orders")


@pytest.mark.parametrize("kind", ["lost", "refuse"])
@pytest.mark.parametrize("path", PLACES)
async def test_a_lost_answer_on_the_way_is_asked_again_under_the_same_number(
    street: MixedStreet, path: str, kind: str
) -> None:
    await street.browser.put("/faults", json={"path": path, "kind": kind, "times": 3})
    payment, _ = await street.begin(*AMOUNTS)
    assert payment.mixed is not None
    assert payment.mixed.state in ("ordering", "opening")
    payment = await street.runs_until(payment, "waiting", part=True)
    await street.act(payment)
    await street.runs_until(payment, "settled")
    assert len((await street.browser.get("/insurer/settlements")).json()) == 1
    await street.audit()


@pytest.mark.parametrize("path", ["insurer/6301", "/wechat/pay/v3/med-ins/orders/out-trade-no", "insurer/5203"])
async def test_a_lost_look_is_looked_at_again(street: MixedStreet, path: str) -> None:
    payment, _ = await street.begin(*AMOUNTS)
    await street.browser.put("/pay/troubles", json={"kind": "lost", "times": 2})
    await street.act(payment)
    await street.browser.put("/faults", json={"path": path, "kind": "lost", "times": 6})
    await street.runs_until(payment, "settled")
    await street.audit()


async def test_a_part_goes_back_and_then_the_rest(street: MixedStreet) -> None:
    payment, lines = await street.paid(*AMOUNTS)
    before = payment.parts[1].amount_fen
    await street.counter.refund(payment, lines[1])
    part = await street.runs_until(payment, "part_refunded")
    assert [(p.kind, p.state) for p in part.parts] == [
        ("insurance", "reversed"), ("channel", "done"), ("insurance", "done")
    ]  # fmt: skip
    assert sum(p.fund_fen + p.account_fen for p in part.parts if p.state == "done") + before == AMOUNTS[0] + sum(
        p.refunded_fen for p in part.parts if p.kind == "channel"
    )
    told = await street.in_wechat(payment)
    assert (told.insurance, told.whole) == ("refunded", "refunded")
    row = await street.counter.town.one("SELECT told_no, told_at FROM mixed_payment")
    backs = {back.kind: back.number for refund in part.refunds for back in refund.parts}
    assert row.told_at is not None
    assert row.told_no == backs.get("channel", backs["insurance"])
    await street.audit()
    await street.counter.refund(payment)
    await street.runs_until(payment, "refunded")
    assert await street.at_insurer() == (0, 0)
    assert await street.counter.balance("channel:wechat") == 0
    await street.audit()
    town = street.counter.town
    await compare_day(
        town.platform, town.staff(Role.FINANCE), town.hospital_id, day_of(town.clock.now(), "Asia/Shanghai")
    )
    assert await town.rows("SELECT kind, party, line_kind FROM reconciliation_difference") == []


@pytest.mark.parametrize("kind", ["lost", "refuse"])
async def test_everything_goes_back_though_answers_are_lost(street: MixedStreet, kind: str) -> None:
    payment, _ = await street.paid(*AMOUNTS)
    street.counter.town.clock.advance(minutes=30)  # the permission ran out long ago
    for path in ("insurer/6203", "/wechat/pay/v3/med-ins/refunds", "/wechat/pay/v3/refund"):
        await street.browser.put("/faults", json={"path": path, "kind": kind, "times": 3})
    await street.counter.refund(payment)
    back = await street.runs_until(payment, "refunded")
    assert [one.state for refund in back.refunds for one in refund.parts] == ["done", "done"]
    assert await street.at_insurer() == (0, 0)
    await street.audit()


async def test_who_cancels_or_does_not_pay_owes_nothing_and_cannot_pay_later(street: MixedStreet) -> None:
    payment, _ = await street.begin(*AMOUNTS)
    payment = await service.cancel(
        street.counter.town.platform, street.counter.citizen, payment.organization_id, payment.id
    )
    assert (payment.state, payment.failure) == ("failed", "cancelled")
    await street.act(payment, status=409)
    late, _ = await street.begin(*AMOUNTS)
    street.counter.town.clock.advance(minutes=40)
    late = await street.runs_until(late, "failed")
    assert late.failure == "expired"
    await street.act(late, status=409)
    assert await street.at_insurer() == (0, 0)
    await street.audit()


async def test_the_insurers_part_goes_back_when_the_cash_is_not_paid(street: MixedStreet) -> None:
    payment, _ = await street.begin(*AMOUNTS)
    order = await street.counter.town.one(
        "SELECT payload ->> 'pay_ord_id' AS no FROM event WHERE type LIKE '%mixed%divided'"
    )
    confirmed = await street.browser.post(f"/insurer/mobile/orders/{order.no}/confirm")
    assert confirmed.status_code == 200
    assert await street.at_insurer() != (0, 0)
    await street.act(payment, "refuse")
    payment = await street.runs_until(payment, "failed")
    assert [(p.kind, p.state) for p in payment.parts] == [("insurance", "reversed"), ("channel", "failed")]
    assert await street.at_insurer() == (0, 0)
    await street.audit()


async def test_somebody_elses_permission_or_none_pays_nothing(street: MixedStreet) -> None:
    bill, _ = await street.bill(*AMOUNTS)
    shown = await street.preview(bill)
    with pytest.raises(GatewayRefused):
        await street.counter.pay(street.request(bill, shown.own_fen, "never given"))
    assert await street.counter.town.rows("SELECT 1 FROM payment_order") == []
    await street.browser.get("/insurer")  # the insurer hears of everybody in the demo
    foreign = await street.allow(shown, FATHER.id_number)
    refused = await street.counter.pay(street.request(bill, shown.own_fen, foreign))
    assert (refused.state, refused.failure) == ("failed", "refused")
    with pytest.raises(GatewayRefused):  # a code is good once
        await street.counter.pay(street.request(bill, shown.own_fen, foreign))
    payment = await street.counter.pay(street.request(bill, shown.own_fen, await street.allow(shown)))
    assert payment.state == "settling", "the bill can still be paid"
    await street.audit()


async def test_insurance_may_pay_it_all(street: MixedStreet) -> None:
    await street.account(5_000_000)
    payment, lines = await street.begin(*AMOUNTS)
    assert [part.kind for part in payment.parts] == ["insurance"]
    await street.act(payment)
    await street.becomes(payment, "settled")
    await street.audit()
    await street.counter.refund(payment, lines[0])
    await street.runs_until(payment, "part_refunded")
    assert (await street.in_wechat(payment)).insurance == "refunded"
    await street.audit()


async def test_somebody_pays_for_a_relative(street: MixedStreet) -> None:
    town = street.counter.town
    patient, father = street.counter.patient, await with_card(town, FATHER)
    payer = town.citizen(patient, father)
    async with town.platform.transaction() as tx:
        await (await tx.session.connection()).exec_driver_sql("DELETE FROM oauth_identity")
    await signed_in_by_wechat(town, payer.id, father)
    street.counter.citizen = payer
    payment, _ = await street.paid(*AMOUNTS)
    assert payment.state == "settled"
    await street.audit()


async def test_it_is_not_offered_where_it_cannot_be_used(street: MixedStreet) -> None:
    bill, _ = await street.bill(*AMOUNTS)
    stranger = street.counter.town.citizen(street.counter.patient)
    wish = street.request(bill, 1)
    shown = await service.preview(street.counter.town.platform, stranger, wish)
    assert (shown.mixed and shown.mixed.reason) == "wechat-missing"
    desk = await service.preview(street.counter.town.platform, street.counter.cashier, wish)
    assert desk.mixed is None
    own = shown.own_fen
    with pytest.raises(Problem) as refused:
        await street.counter.pay(street.request(bill, own, "code"), actor=stranger)
    assert refused.value.code == "mixed-not-offered"
    twice = msgspec.structs.replace(
        street.request(bill, own), channels=[msgspec.structs.replace(IN_WECHAT, scene="native")], mixed=MixedWish("c")
    )
    with pytest.raises(Problem):
        await street.counter.pay(twice)


ENDS = {"pay": "settled", "refund": "part_refunded", "cancel": "failed"}


@pytest.mark.parametrize("scenario", list(ENDS))
async def test_kill_9_between_any_two_steps_is_resumed(
    street: MixedStreet, tmp_path: Path, database_url: str, scenario: str
) -> None:
    town = street.counter.town
    await street.account(0)  # so that no payment depends on another one
    given = {
        "url": database_url,
        "data": str(tmp_path),
        "sandbox": str(street.browser.base_url),
        "public": town.platform.settings.public_url,
        "patient": str(street.counter.patient),
        "citizen": str(street.counter.citizen.id),
        "hospital": str(town.hospital_id),
        "now": str(town.clock.now().timestamp()),
        "scenario": scenario,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateways.mixed_killed", json.dumps(given), stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"},
    )  # fmt: skip
    said, _ = await process.communicate()
    told = json.loads(said)
    assert told["status"] == 0
    assert told["died"] >= {"pay": 6, "refund": 12, "cancel": 3}[scenario]
    for _ in range(3):  # the leases of the dead run out; a payer's time does not
        await street.counter.run(minutes=2)
    if scenario == "pay":
        for row in await town.rows("SELECT id FROM payment_order WHERE state = 'settling'"):
            seen = await service.show(town.platform, street.counter.citizen, town.hospital_id, row.id)
            await street.act(seen)
            await street.becomes(seen, "settled")
    rows = await town.rows("SELECT state, count(*) AS n FROM payment_order GROUP BY 1")
    assert {row.state: row.n for row in rows} == {ENDS[scenario]: told["died"] + 1}
    assert await town.rows("SELECT 1 FROM payment_order WHERE stuck IS NOT NULL OR next_at IS NOT NULL") == []
    await street.audit()
