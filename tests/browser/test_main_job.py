"""The main job in the browser: a new citizen registers, books, arrives, is called and seen, in windows side by side."""

import json
import re
from datetime import date

import pytest
from playwright.sync_api import Page, Response, expect
from pyotp.totp import TOTP

from browser.conftest import OpenContext
from browser.console_desk import Desk
from browser.patient_app import PatientApp, id_number, new_phone
from browser.pictures import picture
from stack import Stack
from yitong.directory.demo.cast import DEMO_PASSWORD, demo_totp_secret

pytestmark = [pytest.mark.browser, pytest.mark.stack]
MOST_TAPS = 12


def enter_room(page: Page, stack: Stack) -> None:
    """The demo doctor signs in at the desk and is in the consulting room."""
    page.goto(f"{stack.url}/console/#/sign-in")
    page.locator("input[name=username]").fill("doctor")
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    code = TOTP(demo_totp_secret("doctor")).at(stack.now())
    page.get_by_label("动态口令").or_(page.locator("input[autocomplete=one-time-code]")).first.fill(code)
    expect(page.get_by_role("heading", name="诊室工作站")).to_be_visible()


def test_a_citizen_books_arrives_is_called_and_seen(open_context: OpenContext, stack: Stack, desk: Desk) -> None:
    if "doctor" in desk.tokens:  # an earlier test was in the room; a one-time code opens one session only
        desk.clear_room("陈明远")
    app = PatientApp(open_context().new_page(), stack)
    kiosk = open_context(width=1080, height=1440).new_page()
    room = open_context(width=1440, height=900).new_page()
    codes: list[str] = []

    def keep_code(answer: Response) -> None:
        if answer.url.endswith("/card/dynamic-code") and answer.ok:
            codes.append(answer.json()["text"])

    app.page.on("response", keep_code)

    # A new citizen gets a card.
    app.sign_in(new_phone())
    app.register("林晓舟", id_number(date(1991, 4, 2)))
    app.tap("都对，办卡")
    expect(app.shown.locator(".ecard__img")).to_be_visible()
    app.says("林晓舟")
    picture(app.page, "patient-card")

    # From the first page to a confirmed place.
    app.tap(app.shown.get_by_role("tab", name="首页"))
    app.says("现在没有待办的就诊")
    app.taps = 0
    app.tap(app.shown.locator(".entry").first)
    app.tap("内科")
    app.tap("心血管内科")
    app.choose_day(0)
    expect(app.shown.locator(".yt-time").first).to_be_visible()
    picture(app.page, "patient-slots")
    mine = app.shown.locator(".card", has_text="陈明远").filter(has_text="心血管内科").first
    app.tap(mine.locator(".yt-time:not(.yt-time--off)").first)
    app.says("都对吗？")
    app.tap("确认预约")
    app.says("约好了")
    assert app.taps <= MOST_TAPS
    appointment, organization = app.opened_with("id"), app.opened_with("organization_id")

    # At the hospital: the card's code at the kiosk.
    app.tap("回首页")
    picture(app.page, "patient-home")
    app.tap(app.shown.get_by_role("tab", name="健康卡"))
    expect(app.shown.locator(".ecard__img")).to_be_visible()
    device = json.loads((stack.folder / "demo.json").read_text())["kiosk"]
    kiosk.goto(f"{stack.url}/console/#/kiosk?device={device}")
    expect(kiosk.get_by_text("请扫描电子健康卡")).to_be_visible()
    kiosk.keyboard.type(codes[-1])
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_text("签到成功")).to_be_visible()
    number = kiosk.locator(".number b").inner_text()

    # The patient watches the queue; the doctor calls, and the page moves by itself.
    app.open(f"queue/index?id={appointment}&organization_id={organization}")
    app.says("您的号")
    app.says(number)
    app.page.evaluate("window.notReloaded = true")
    enter_room(room, stack)
    waiting = room.locator(".sessions button", has_text="候诊")
    expect(waiting.first).to_be_visible()
    for index in range(waiting.count()):  # other tests may have left people in other sessions of this room
        waiting.nth(index).click()
        room.wait_for_timeout(1000)
        if room.get_by_text("林晓舟").first.is_visible():
            break
    expect(room.get_by_text("林晓舟").first).to_be_visible()
    for _ in range(8):
        room.get_by_role("button", name=re.compile("叫下一位")).click()
        expect(room.locator("li.current")).to_be_visible()
        if number in room.locator("li.current").inner_text():
            break
        room.get_by_role("button", name=re.compile("^过号")).click()
        expect(room.locator("li.current")).to_have_count(0)
    app.says("到您了！")
    app.says(re.compile("请到 "))
    picture(app.page, "patient-called")
    room.get_by_role("button", name=re.compile("开始接诊")).click()
    app.says("正在看诊")
    room.get_by_placeholder(re.compile("诊断名称")).fill("高血压 2 级")
    room.locator("textarea").last.fill("低盐饮食，两周后复查血压。")
    picture(room, "console-doctor")
    room.get_by_role("button", name=re.compile("完成就诊")).click()
    app.says("已看完")
    assert app.page.evaluate("window.notReloaded") is True

    # The journey says what is next.
    app.tap("看就诊进度")
    app.says("心血管内科")
    picture(app.page, "patient-journey")
    app.says("心血管内科")
    app.says(re.compile("本次就诊已全部完成"))
    with app.api() as phone:
        journey = phone.get("/journey", params={"patient_id": phone.get("/me").json()["account"]["self_patient_id"]})
    steps = {step["key"]: step["state"] for step in journey.json()["visits"][0]["steps"]}
    assert steps["consultation"] == "done"
    assert steps["after"] in {"current", "done"}
