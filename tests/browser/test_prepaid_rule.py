"""A hospital lets the registration fee be paid before arrival; whoever books then reads on the phone until when."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.console_desk import Desk, OpenContext
from browser.patient_app import PatientApp
from browser.pictures import picture
from browser.test_rush import book

pytestmark = [pytest.mark.browser, pytest.mark.stack]
CODE = "registration-prepaid"


def test_a_fee_before_arrival_is_switched_on_and_the_phone_says_until_when(
    desk: Desk, open_context: OpenContext, phone: Callable[[str], PatientApp]
) -> None:
    page = desk.page(open_context, "#/risk", "hospital_admin")
    page.get_by_text("限制规则", exact=True).click()
    rule = page.locator("tr", has_text=CODE)
    expect(rule).to_contain_text("30 分钟")
    expect(rule.locator(".chip").first).to_have_text("否")
    rule.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("约上后多久内付清（分钟）")
    dialog.get_by_role("spinbutton").fill("45")
    dialog.locator(".el-switch").click()
    picture(page, "console-risk-prepaid")
    page.keyboard.press("Control+Enter")
    try:
        expect(rule).to_contain_text("45 分钟")
        expect(rule.locator(".chip").first).to_have_text("是")
        app = phone("符先付")
        booked = book(app, 3)
        assert booked["organization_id"] == desk.organization_id
        app.open("bills/index")
        app.says(re.compile("请在 .+ 前支付，过时预约作废"))
        picture(app.page, "phone-bill-before-arrival")
    finally:
        off = {"organization_id": desk.organization_id, "enabled": False, "window_seconds": 1800}
        desk.staff("hospital_admin").put(f"/limit-rules/{CODE}", off)
