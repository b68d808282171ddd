"""Paying on the phone: an insured bill paid by WeChat, a refund that the phone shows, a bill paid for somebody else."""

import re
from datetime import date
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import OpenContext
from browser.console_desk import Api, Desk
from browser.patient_app import PatientApp, id_number, new_phone
from browser.pictures import picture
from stack import Stack
from yitong.sandbox.insurer.people import person_of

pytestmark = [pytest.mark.browser, pytest.mark.stack]
SCAN = "21020000100"
ITEMS = [(SCAN, 2000), ("21030000200", 1000)]
BORN = date(1986, 7, 15)


@pytest.fixture
def window(desk: Desk) -> Api:
    """The front desk of the demo's hospital, which charges and gives back."""
    return desk.staff("registrar")


def insured_number(stack: Stack) -> str:
    """A citizen number whose holder has met this year's deductible and whose account pays only a part of a scan."""
    while True:
        number = id_number(BORN)
        person = person_of(number, "", stack.now().date())
        assert person is not None
        if person.insutype == "310" and person.before.deducted and person.account_fen < 25_000 and not person.rights:
            return number


def newcomer(app: PatientApp, name: str, number: str) -> str:
    """Somebody new signs in and registers; answers who it is."""
    app.sign_in(new_phone())
    app.register(name, number)
    app.tap("都对，办卡")
    expect(app.shown.locator(".ecard__img")).to_be_visible()
    with app.api() as client:
        return str(client.get("/me").raise_for_status().json()["account"]["self_patient_id"])


def charge(window: Api, desk: Desk, patient: str, items: list[tuple[str, int]] = ITEMS) -> dict[str, Any]:
    """Charge examinations for a patient at the window."""
    lines = [{"kind": "item", "code": code, "cnt_milli": count} for code, count in items]
    body = {"organization_id": desk.organization_id, "patient_id": patient, "kind": "outpatient", "lines": lines}
    bill: dict[str, Any] = window.post("/bills", body)
    return bill


def fen_of(text: str) -> int:
    """The amount in ``1234.50 元``."""
    found = re.search(r"([\d,]+)\.(\d\d)", text)
    assert found, text
    return int(found[1].replace(",", "") + found[2])


def pay_at_channel(page: Page, stack: Stack, shot: str = "", notice: str = "") -> None:
    """On the channel's page: pay, then go back to the app; ``notice`` is how the channel's notice goes wrong."""
    page.wait_for_url(lambda url: url.startswith(stack.sandbox_url), timeout=120_000)
    page.get_by_role("button", name="确认支付").wait_for()
    if shot:
        picture(page, shot)
    if notice:
        page.locator("details summary").click()
        page.get_by_label("给商户的通知").select_option(notice)
    page.get_by_role("button", name="确认支付").click()
    expect(page.get_by_role("status")).to_have_text("支付成功")
    page.get_by_text("返回商户").click()
    page.wait_for_url(lambda url: url.startswith(stack.url))


def notices(stack: Stack, paid: dict[str, Any]) -> list[int]:
    """What the platform answered to the channel's notices of a payment; nothing when none arrived."""
    number = next(part["number"] for part in paid["parts"] if part["kind"] == "channel")
    sent = httpx.get(f"{stack.sandbox_url}/pay/notices", params={"about": number}, timeout=10).json()
    return [one["status"] for one in sent]


def test_an_insured_bill_is_paid_by_wechat_and_a_refund_is_seen(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    app = PatientApp(open_context().new_page(), stack)
    patient = newcomer(app, "程予安", insured_number(stack))
    bill = charge(window, desk, patient)

    app.open("home/index")
    app.says(re.compile("待缴费"))
    picture(app.page, "patient-home-due")
    app.tap(app.shown.locator(".due"))
    app.says("这次谁来付")
    app.says("医保基金支付")
    app.tap("为什么这样算")
    app.says(re.compile("由个人负担"))
    picture(app.page, "patient-bill")
    assert fen_of(app.shown.locator(".bhead__sum").inner_text()) == bill["outstanding_fen"]

    app.tap(app.shown.locator(".yt-foot uni-button"))
    app.says("您要付")
    app.says("个人账户支付")
    own = fen_of(app.shown.locator(".payhead__sum").inner_text())
    assert 0 < own < bill["outstanding_fen"]
    picture(app.page, "patient-pay")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack, "sandbox-wechat-pay")
    app.says("支付成功")
    picture(app.page, "patient-paid")
    parts = {share["kind"]: share for share in payment(window, desk, patient)["parts"]}
    assert parts["channel"]["amount_fen"] == own
    assert parts["insurance"]["amount_fen"] == bill["outstanding_fen"] - own
    assert {share["state"] for share in parts.values()} == {"done"}
    assert notices(stack, payment(window, desk, patient)) == [204]

    # The bill says who paid, and has an invoice to keep.
    app.tap("查看账单")
    app.says("已经由谁支付")
    app.tap("查看")
    app.says("票据代码和号码")
    picture(app.page, "patient-bill-paid")
    with app.page.expect_download() as kept:
        app.tap("下载 PDF")
    assert kept.value.path().read_bytes().startswith(b"%PDF")

    # One examination is given back at the window; the phone shows what came back, and to whom.
    paid = payment(window, desk, patient)
    scan = next(line["id"] for line in bill["items"] if line["price_code"] == SCAN)
    wish = {"organization_id": desk.organization_id, "charge_ids": [scan], "reason": "检查未做"}
    window.post(f"/payments/{paid['id']}/refunds", wish)
    app.open("bills/index")
    app.tap(app.shown.get_by_role("tab", name="退费"))
    app.says(re.compile(r"退 1600\.00 元"))
    picture(app.page, "patient-refunds")
    app.tap(app.shown.locator(".card").first)
    app.says("退费已完成。")
    app.says("退回您付款时用的账户")
    app.says(re.compile("按剩下的项目重新结算"))
    app.says("剩下的项目重新结算")
    # The lines of the page come to what went back: the whole settlement, less what the insurance pays anew.
    lines = app.shown.locator(".refund__dot + .grow + .num").all_inner_texts()
    assert sum(fen_of(line) * (-1 if line.startswith("-") else 1) for line in lines) == 160_000
    picture(app.page, "patient-refund")
    back = next(one for one in payment(window, desk, patient)["refunds"] if one["kind"] == "refund")
    assert (back["state"], back["amount_fen"]) == ("done", 160_000)
    app.tap("查看账单")
    app.says("已退或已取消的项目")
    picture(app.page, "patient-bill-refunded")

    # The invoice of before was taken back by a red one, and a new one says what is still paid.
    app.open("bills/invoices")
    app.tap("查看")
    app.says("已冲红")
    app.says("红字票据")
    picture(app.page, "patient-invoices")
    assert fen_of(app.shown.locator(".invoice__one .strong").inner_text()) == bill["outstanding_fen"] - 160_000


def payment(window: Api, desk: Desk, patient: str) -> dict[str, Any]:
    """The patient's newest payment, as the window sees it."""
    found = window.get("/payments", organization_id=desk.organization_id, patient_id=patient)["items"]
    newest: dict[str, Any] = found[0]
    return newest


def test_somebody_elses_bill_is_paid_by_its_code(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    mine = PatientApp(open_context().new_page(), stack)
    bill = charge(window, desk, newcomer(mine, "顾清和", id_number(BORN)), [(SCAN, 1000)])
    mine.open(f"bills/detail?id={bill['id']}&organization_id={bill['organization_id']}")
    mine.tap("请别人代付")
    mine.says("复制链接")
    picture(mine.page, "patient-bill-code")

    other = PatientApp(open_context().new_page(), stack)
    newcomer(other, "苏文博", id_number(date(1971, 3, 9)))
    other.open("bills/index")
    other.tap("替别人缴费")
    other.fill(bill["pay_url"])
    other.tap("打开账单")
    other.says("替 **和 缴费")
    assert not other.shown.get_by_text("磁共振").count()
    assert not other.shown.get_by_text("顾清和").count()
    other.tap("支付宝")
    picture(other.page, "patient-pay-for-other")
    other.tap(other.shown.locator(".yt-foot uni-button"))
    pay_at_channel(other.page, stack)
    other.says("支付成功")
    mine.open(f"bills/detail?id={bill['id']}&organization_id={bill['organization_id']}")
    mine.says("已缴清")
    mine.says("支付宝")


def test_a_payment_is_called_off_and_made_again(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    app = PatientApp(open_context().new_page(), stack)
    patient = newcomer(app, "沈若溪", insured_number(stack))
    bill = charge(window, desk, patient)
    app.open(f"bills/pay?id={bill['id']}&organization_id={bill['organization_id']}")
    app.says("医保基金支付")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    app.page.wait_for_url(lambda url: url.startswith(stack.sandbox_url))
    app.page.go_back()
    app.says("等您付款")
    picture(app.page, "patient-pay-waiting")
    app.tap("取消支付")
    app.tap("确认取消")
    app.says("没有支付成功")
    app.says(re.compile("支付已取消"))
    picture(app.page, "patient-pay-cancelled")
    assert payment(window, desk, patient)["state"] == "failed"
    app.tap("重新支付")
    app.says("医保基金支付")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack)
    app.says("支付成功")
