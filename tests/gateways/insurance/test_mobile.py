"""Mobile insurance payment over a real socket: sent, ordered, confirmed, found, refunded, and troubles on the way."""

from collections.abc import AsyncGenerator

import httpx
import msgspec
import pytest

from insurance_cast import ELDER, FATHER, HOSPITAL, LINES, NOW, Trouble, identity_card
from yitong.billing.insurance.mobile import (
    MobileBill,
    MobileInsurer,
    MobileOrder,
    MobileRefund,
    MobileSplit,
    RefundKind,
    mobile_state,
)
from yitong.billing.ports import Insurer
from yitong.gateways.connect import connect_gateways
from yitong.gateways.insurance.amounts import BEIJING
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.settings import Settings

NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


@pytest.fixture
async def connected(settings: Settings, sandbox_url: str) -> AsyncGenerator[Platform]:
    """A platform with the sandbox's parties."""
    platform = open_platform(msgspec.structs.replace(settings, sandbox_url=sandbox_url), NOWHERE)
    connect_gateways(platform)
    yield platform
    await platform.close()


@pytest.fixture
def mobile(connected: Platform) -> MobileInsurer:
    """Mobile payment as the platform connects it."""
    return connected.port(MobileInsurer)


async def permission(browser: httpx.AsyncClient, certno: str = ELDER.id_number) -> str:
    return (await browser.post("/insurer/mobile/permissions", json={"certno": certno})).json()["text"]


async def bill(connected: Platform, browser: httpx.AsyncClient, **more: object) -> MobileBill:
    person = await connected.port(Insurer).person(HOSPITAL, identity_card(), NOW)
    made = MobileBill(
        fixmedins_code=HOSPITAL,
        psn_no=person.psn_no,
        insutype=person.insurances[0].insutype,
        insuplc_admdvs=person.insurances[0].insuplc_admdvs,
        med_org_ord=new_id().hex,
        visit_no=new_id().hex,
        chrg_bchno=new_id().hex,
        id_no=ELDER.id_number,
        user_name=ELDER.name,
        med_type="11",
        begins=NOW,
        lines=list(LINES),
        pay_auth_no=await permission(browser),
    )
    return msgspec.structs.replace(made, **more)


async def settled(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient
) -> tuple[MobileOrder, MobileSplit]:
    order = await mobile.upload(await bill(connected, browser))
    await mobile.order(order, await permission(browser), use_account=True)
    answer = await browser.post(f"/insurer/mobile/orders/{order.pay_ord_id}/confirm")
    assert answer.status_code == 200, answer.text
    return order, await mobile.find(order)


def refund(kind: RefundKind, split: MobileSplit, pay_auth_no: str, *, cash: int | None = None) -> MobileRefund:
    insured = kind != "CASH"
    return MobileRefund(
        app_refd_sn=new_id().hex,
        kind=kind,
        cash=(0 if kind == "HI" else split.own_pay_amt) if cash is None else cash,
        account=split.psn_acct_pay if insured else 0,
        fund=split.fund_pay if insured else 0,
        at=NOW,
        pay_auth_no=pay_auth_no,
    )


async def test_an_order_is_divided_confirmed_and_given_back(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient
) -> None:
    sent = await bill(connected, browser)
    order = await mobile.upload(sent)
    assert await mobile.upload(sent) == order, "the same number is the same order"
    asked = await mobile.order(order, await permission(browser), use_account=True)
    assert (asked.state, asked.fee_sumamt) == ("processing", 86_250)
    await browser.post(f"/insurer/mobile/orders/{order.pay_ord_id}/confirm")
    done = await mobile.find(order)
    assert (done.state, done.ord_stas, done.setl_type) == ("settled", "6", "ALL")
    assert (done.own_pay_amt, done.psn_acct_pay, done.fund_pay) == (
        asked.own_pay_amt,
        asked.psn_acct_pay,
        asked.fund_pay,
    )
    (row,) = await connected.port(Insurer).settlements(HOSPITAL, NOW.astimezone(BEIJING).date())
    assert (row.medins_setl_id, row.fund_pay_sumamt) == (sent.med_org_ord, done.fund_pay)
    back = refund("ALL", done, await permission(browser))
    assert [await mobile.refund(order, back) for _ in range(2)] == ["SUCC", "SUCC"]
    assert (await mobile.find(order)).ord_stas == "7"
    rows = await connected.port(Insurer).settlements(HOSPITAL, NOW.astimezone(BEIJING).date())
    assert sum(one.fund_pay_sumamt for one in rows) == 0


async def test_cash_goes_back_in_parts_and_never_more_than_was_paid(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient
) -> None:
    order, split = await settled(mobile, connected, browser)
    assert await mobile.refund(order, refund("CASH", split, await permission(browser), cash=100)) == "SUCC"
    assert (await mobile.find(order)).ord_stas == "10"
    for wrong in (
        refund("CASH", split, await permission(browser)),
        refund("ALL", split, await permission(browser)),
        refund("HI", split, await permission(browser), cash=1),
        refund("CASH", split, await permission(browser, FATHER.id_number), cash=1),
    ):
        with pytest.raises(GatewayRefused):
            await mobile.refund(order, wrong)
    assert await mobile.refund(order, refund("HI", split, await permission(browser))) == "SUCC"
    rest = refund("CASH", split, await permission(browser), cash=split.own_pay_amt - 100)
    assert await mobile.refund(order, rest) == "SUCC"
    assert (await mobile.find(order)).ord_stas == "7"


async def test_an_order_that_was_not_settled_is_taken_back(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient
) -> None:
    order = await mobile.upload(await bill(connected, browser))
    await mobile.order(order, await permission(browser), use_account=False)
    for _ in range(2):
        await mobile.revoke(order)
    assert (await mobile.find(order)).state == "taken_back"
    other, _ = await settled(mobile, connected, browser)
    with pytest.raises(GatewayRefused):
        await mobile.revoke(other)


@pytest.mark.parametrize("kind", ["refuse", "lost"])
@pytest.mark.parametrize("infno", ["6201", "6202", "6301"])
async def test_a_passing_trouble_is_survived_and_nothing_is_doubled(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient, trouble: Trouble, infno: str, kind: str
) -> None:
    await trouble(infno, kind, times=2)
    _, split = await settled(mobile, connected, browser)
    assert split.state == "settled"
    assert len((await browser.get("/insurer/settlements")).json()) == 1


async def test_a_forged_answer_is_not_believed(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient, trouble: Trouble
) -> None:
    order, _ = await settled(mobile, connected, browser)
    await trouble("6301", "forged")
    with pytest.raises(GatewayUnavailable):
        await mobile.find(order)
    assert (await mobile.find(order)).state == "settled"


async def test_what_a_payer_did_not_allow_is_refused(
    mobile: MobileInsurer, connected: Platform, browser: httpx.AsyncClient
) -> None:
    foreign = await permission(browser, FATHER.id_number)
    for wrong in ({"pay_auth_no": foreign}, {"pay_auth_no": "AUTH0"}, {"user_name": "别人"}, {"psn_no": "1"}):
        with pytest.raises(GatewayRefused):
            await mobile.upload(await bill(connected, browser, **wrong))
    with pytest.raises(ValueError, match="voucher"):
        await mobile.upload(await bill(connected, browser, ec_token="1" * 28))
    order = await mobile.upload(await bill(connected, browser))
    with pytest.raises(GatewayRefused):
        await mobile.order(order, foreign, use_account=True)
    with pytest.raises(GatewayRefused):
        await mobile.find(msgspec.structs.replace(order, pay_token="0"))


def test_statuses_are_classed_as_published() -> None:
    classes = [mobile_state(str(number)) for number in range(17)]
    assert classes == ["processing"] * 3 + ["settled"] * 4 + ["taken_back"] * 7 + ["failed"] * 3
    assert [mobile_state(odd) for odd in ("", "17", "x", "-1")] == ["unknown"] * 4
