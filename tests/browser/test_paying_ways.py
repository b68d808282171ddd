"""More ways to pay on the phone: by a code without a card, for a child, ahead for a stay; a lost notice, no network."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browser.conftest import OpenContext
from browser.console_desk import Api, Desk
from browser.patient_app import PatientApp, id_number, new_phone
from browser.patient_app import newcomer as registered
from browser.pictures import picture
from browser.test_paying import (
    BORN,
    SCAN,
    charge,
    fen_of,
    insured_number,
    newcomer,
    notices,
    pay_at_channel,
    payment,
    window,
)
from stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
__all__ = ["window"]  # the fixture
BED = "11090000104"


def test_a_lost_notice_is_found_by_asking(open_context: OpenContext, stack: Stack, desk: Desk, window: Api) -> None:
    app = PatientApp(open_context().new_page(), stack)
    patient = newcomer(app, "陆明哲", insured_number(stack))
    bill = charge(window, desk, patient, [(SCAN, 1000)])
    app.open(f"bills/pay?id={bill['id']}&organization_id={bill['organization_id']}")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack, notice="lost")
    app.says("支付成功")
    paid = payment(window, desk, patient)
    assert paid["state"] == "settled"
    assert notices(stack, paid) == []


def test_a_code_is_paid_by_somebody_who_has_no_card(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    mine = PatientApp(open_context().new_page(), stack)
    bill = charge(window, desk, newcomer(mine, "顾清和", id_number(BORN)), [(SCAN, 1000)])
    # The camera of the other phone opens the address that the bill's code says.
    other = PatientApp(open_context().new_page(), stack)
    address = urlsplit(str(bill["pay_url"]))
    assert f"{address.scheme}://{address.netloc}" == stack.url
    other.page.goto(bill["pay_url"])
    other.says("替 **和 缴费")
    assert fen_of(other.shown.locator(".payhead__sum").inner_text()) == bill["outstanding_fen"]
    picture(other.page, "patient-pay-by-code")
    other.tap("登录后付款")
    phone = new_phone()
    other.fill(phone)
    other.tap("获取验证码")
    other.says("请输入验证码")
    other.fill(other.code(phone))
    other.tap("登录")
    other.tap("微信支付")
    assert not other.shown.get_by_text("磁共振").count()
    assert not other.shown.get_by_role("switch").count(), "somebody else's insurance cannot be used"
    other.tap(other.shown.locator(".yt-foot uni-button"))
    pay_at_channel(other.page, stack)
    other.says("支付成功")
    mine.open(f"bills/detail?id={bill['id']}&organization_id={bill['organization_id']}")
    mine.says("已缴清")


def test_a_parent_pays_a_childs_bill_with_its_insurance(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    app = PatientApp(open_context().new_page(), stack)
    registered(app, "许丽华")
    app.open("family/index")
    app.tap("添加家人")
    app.tap("子女")
    app.register("许小满", id_number(date(2019, 5, 20)))
    app.tap(app.shown.get_by_role("checkbox"))
    app.tap("都对，办卡")
    app.says("我是监护人")
    child = next(one["patient_id"] for one in app.read("/family")["members"] if one["relation"] == "child")
    bill = charge(window, desk, child)
    app.page.goto("about:blank")
    app.page.goto(bill["pay_url"])
    app.says(re.compile("许小满"))
    app.says("使用医保")
    own = fen_of(app.shown.locator(".payhead__sum").inner_text())
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack)
    app.says("支付成功")
    paid = payment(window, desk, child)
    assert next(part["amount_fen"] for part in paid["parts"] if part["kind"] == "channel") == own


def test_a_stay_is_paid_ahead_and_settled_from_the_deposit(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    app = PatientApp(open_context().new_page(), stack)
    patient = newcomer(app, "江若琳", id_number(BORN))
    here = {"organization_id": desk.organization_id}
    ward = desk.api().get(f"/organizations/{desk.organization_id}/departments")["items"][0]["id"]
    wish = {"patient_id": patient, "department_id": ward, "bed": "3-12", "bed_price_code": BED, "asked_fen": 200_000}
    stay = window.post("/stays", {**here, **wish, "warn_below_fen": 50_000})
    window.post(f"/bills/{stay['bill_id']}/charges", {**here, "lines": [{"kind": "item", "code": SCAN}]})

    app.open("bills/index")
    app.says("住院账户")
    app.says("出院时结算")
    app.tap("住院账户")
    app.says(re.compile("预交金不足"))
    app.tap("缴预交金")
    app.fill("1500.50")
    app.tap("去缴 1500.50 元")
    app.says("您要付")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack)
    app.says("支付成功")
    app.open(f"bills/stay?id={stay['id']}&organization_id={desk.organization_id}")
    app.says("已缴的预交金")
    picture(app.page, "patient-stay")
    assert app.read(f"/stays/{stay['id']}", **here)["account"]["deposit_fen"] == 150_050
    app.tap("已发生费用")
    app.says("看住院账户")
    assert not app.shown.locator(".yt-foot").count(), "nothing is due while the patient is in hospital"

    window.post(f"/stays/{stay['id']}/discharge", here)
    app.open(f"bills/stay?id={stay['id']}&organization_id={desk.organization_id}")
    app.tap("去结算出院费用")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    app.says("预交金抵扣")
    picture(app.page, "patient-stay-settle")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    app.says("支付成功")
    parts = {part["kind"]: part["state"] for part in payment(window, desk, patient)["parts"]}
    assert parts["deposit"] == "done"
    assert app.read(f"/bills/{stay['bill_id']}", **here)["outstanding_fen"] == 0


def test_bills_without_a_network_say_so_and_nothing_is_paid_twice(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    context = open_context()
    app = PatientApp(context.new_page(), stack)
    patient = newcomer(app, "秦思源", insured_number(stack))
    bill = charge(window, desk, patient)
    app.open(f"bills/pay?id={bill['id']}&organization_id={bill['organization_id']}")
    app.says("医保基金支付")
    context.set_offline(True)
    app.tap(app.shown.locator(".yt-foot uni-button"))
    app.says("连接不上网络")
    expect(app.shown.locator(".payhead__sum")).to_be_visible()
    context.set_offline(False)
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack)
    app.says("支付成功")
    found = window.get("/payments", organization_id=desk.organization_id, patient_id=patient)["items"]
    assert len(found) == 1
