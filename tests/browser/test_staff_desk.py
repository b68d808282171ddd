"""The administrator's staff accounts and the planner's extra place, at the desk in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from browser.console_desk import Desk, OpenContext
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]
DOCTOR = "陈明远"


def test_an_account_is_opened_used_reset_and_closed(desk: Desk, open_context: OpenContext) -> None:
    page = desk.page(open_context, "#/staff", "hospital_admin")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="scheduler")).to_contain_text("已绑定")
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="开通人员账号")
    dialog.get_by_label("姓名").fill("钱小雨")
    dialog.get_by_label("用户名").fill("qian.xiaoyu")
    dialog.get_by_text("服务台", exact=True).click()
    password = dialog.get_by_label("初始密码").input_value()
    assert re.fullmatch(r"([a-z0-9]{4}-){3}[a-z0-9]{4}", password)
    page.keyboard.press("Control+Enter")
    mine = rows.filter(has_text="钱小雨")
    expect(mine).to_contain_text("未绑定")
    picture(page, "console-staff")

    begun = desk.api().post("/staff/sign-in", {"username": "qian.xiaoyu", "password": password})
    assert begun["step"] == "enrol"
    mine.get_by_role("button", name="停用").click()
    asked = page.get_by_role("dialog").locator("visible=true").last
    expect(asked).to_contain_text("立即退出所有登录")
    asked.get_by_role("button", name="已离职").click()
    page.keyboard.press("Control+Enter")
    expect(mine).to_contain_text("已停用")
    expect(mine.get_by_role("button", name="恢复")).to_be_visible()
    own = rows.filter(has_text="hospital_admin")
    expect(own).to_contain_text("本人")
    expect(own.get_by_role("button")).to_have_count(0)


def test_a_planner_gives_an_extra_place_to_whoever_shows_a_card(desk: Desk, open_context: OpenContext) -> None:
    citizen, patient_id = desk.citizen("13900000004")
    page = desk.page(open_context, "#/schedules", "scheduler")
    page.get_by_role("button", name="下一周").click()
    page.locator(".session.open", has_text=re.compile("主任医师|专家")).or_(page.locator(".session.open")).first.click()
    page.keyboard.press("F8")
    dialog = page.get_by_role("dialog", name=re.compile("加号"))
    field = dialog.get_by_label("选择患者")
    expect(field).to_have_attribute("placeholder", "扫健康卡，或输入本院病历号")
    field.fill("陈静")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("没有这个病历号")
    # A reader types the code and presses Enter, like a keyboard.
    field.fill(citizen.post(f"/patients/{patient_id}/card/dynamic-code")["text"])
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("陈静")
    dialog.get_by_role("button", name="病情急").click()
    picture(page, "console-extra-place")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("已为 陈静 加号"))).to_be_visible()
