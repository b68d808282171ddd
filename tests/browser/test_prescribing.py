"""A prescription at two desks: the doctor writes what the rules refuse, mends it and signs; the pharmacist decides."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.console_desk import SEEN, Desk, OpenContext
from browser.money_desk import BORN, insured_number
from browser.pictures import picture
from browser.test_console import DOCTOR, book, settled

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def in_the_room(desk: Desk, name: str) -> dict[str, Any]:
    """Somebody new who came today, was called by the demo doctor and has high blood pressure."""
    _, patient_id = desk.newcomer(name, BORN, number=insured_number(desk))
    window, doctor, here = desk.staff("registrar"), desk.staff("doctor"), {"organization_id": desk.organization_id}
    visit = book(window, desk, patient_id)
    window.post(f"/appointments/{visit['id']}/check-in", here)
    desk.clear_room(DOCTOR)
    while True:  # whoever came before is seen first
        called = doctor.post(f"/queues/{visit['schedule_id']}/call-next", here)
        doctor.post(f"/queue-entries/{called['entry']['id']}/start", here)
        if called["entry"]["appointment_id"] == visit["id"]:
            break
        doctor.post(f"/encounters/{called['encounter']['id']}/finish", here | SEEN)
    encounter: dict[str, Any] = called["encounter"]
    doctor.put(f"/encounters/{encounter['id']}/diagnoses", here | {"items": [{"code": "I10.x00"}]})
    return encounter


def add(page: Page, initials: str, name: str) -> None:
    """Find a drug by its pinyin initials and put it on the sheet."""
    page.locator(".find input").fill(initials)
    page.get_by_role("option").filter(has_text=name).locator("visible=true").first.click()
    expect(page.locator(".lines tbody tr", has_text=name)).to_be_visible()


def test_the_rules_stop_the_doctor_and_the_pharmacist_decides(desk: Desk, open_context: OpenContext) -> None:
    in_the_room(desk, "乔书琴")
    page = desk.page(open_context, "#/prescribe", "doctor")
    expect(page.get_by_text("高血压").first).to_be_visible()  # the visit's diagnosis is on the sheet
    add(page, "BHSALDPP", "苯磺酸氨氯地平片")
    add(page, "AMXLJN", "阿莫西林胶囊")
    allergies = page.locator(".top .row").nth(1).locator("input").first
    allergies.fill("青霉素")
    page.keyboard.press("Enter")
    head = page.locator(".panel-head .chip").first
    expect(head).to_have_text("禁止")
    expect(page.locator("tr.bad")).to_contain_text("阿莫西林胶囊")
    sign = page.get_by_role("button", name=re.compile("签名提交"))
    expect(sign).to_be_disabled()
    picture(page, "console-prescribe-stopped")

    page.locator(".lines tbody tr", has_text="阿莫西林胶囊").get_by_role("button", name="删除").click()
    expect(head).not_to_have_text("禁止")
    expect(sign).to_be_enabled()
    settled(page)
    page.keyboard.press("F9")
    expect(page.locator(".page-head, header").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("待审"))).to_be_visible()
    picture(page, "console-prescribe")

    review = desk.page(open_context, "#/review", "pharmacist")
    row = review.locator("button.item", has_text="乔书琴")
    expect(row).to_be_visible()
    row.click()
    expect(review.locator(".panel-head", has_text="乔书琴")).to_be_visible()
    picture(review, "console-review")
    settled(review)
    review.keyboard.press("F8")
    review.get_by_role("dialog").locator("visible=true").locator("textarea").fill("用法用量不适宜，请核对")
    review.keyboard.press("Control+Enter")
    expect(row).to_have_count(0)

    # The doctor hears why, changes the dose and signs again.
    page.reload()
    page.get_by_role("button", name=re.compile("退回")).click()
    expect(page.locator(".refused")).to_contain_text("用法用量不适宜，请核对")
    page.locator(".lines tbody tr").first.get_by_label("天数").fill("5")
    page.keyboard.press("Tab")
    expect(sign).to_be_enabled()
    settled(page)
    page.keyboard.press("F9")
    expect(row).to_be_visible()
    row.click()
    settled(review)
    review.keyboard.press("F9")
    expect(row).to_have_count(0)

    # What was signed can be printed.
    page.reload()
    page.get_by_role("button", name=re.compile("已通过|审核通过|已审核")).click()
    with page.expect_popup() as opened, page.expect_response(re.compile("/pdf")) as paper:
        page.get_by_role("button", name=re.compile("打印")).click()
    assert paper.value.headers["content-type"] == "application/pdf"
    assert opened.value.url.startswith("blob:")
