"""What keeps the rush hour fair, seen on people's phones: a draw won and lost, and a place that cannot be handed on."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import OpenContext
from browser.console_desk import Desk
from browser.patient_app import REGION, PatientApp, newcomer
from browser.pictures import picture
from stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
DOCTOR = "陈明远"
TITLE = "心内科专家号抽签"


def announce(page: Page, stack: Stack, days: int) -> None:
    """A planner announces a draw over the demo doctor's clinics of a day."""
    expect(page.get_by_role("button", name="发布抽签")).to_be_enabled()
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="发布抽签")
    dialog.get_by_label("名称", exact=True).fill(TITLE)
    dialog.get_by_label("英文名称").fill("Cardiology experts by draw")
    dialog.locator(".el-form-item", has_text="科室").locator(".el-select").click()
    page.get_by_role("option").filter(has_text="心血管内科").locator("visible=true").first.click()
    day = (stack.now().astimezone(REGION) + timedelta(days=days)).date()
    offered = dialog.locator(".sessions .el-checkbox").filter(has_text=DOCTOR)
    ours = offered.filter(has_text=re.compile(rf"0?{day.month}-0?{day.day}\b|{day.month}月{day.day}日"))
    expect(ours.first).to_be_visible()
    for nth in range(ours.count()):
        ours.nth(nth).click()
    picture(page, "console-draw-announce")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".draw h2")).to_contain_text(TITLE)


def let_pass(desk: Desk, draw_id: str, until: str, change: str) -> dict[str, Any]:
    """Move a moment of the draw into the past, and wait until the platform's clock work has seen it."""
    with desk.database() as database:
        database.execute(f"UPDATE draw SET {change} WHERE id = %s", (draw_id,))  # type: ignore[arg-type]
    for _ in range(100):
        draw = desk.api().get(f"/draws/{draw_id}")
        if draw["state"] == until:
            return draw
        desk.pause(0.3)
    raise AssertionError(f"the draw did not become {until}")


def ask(app: PatientApp) -> None:
    """Ask for the first time of the draw."""
    app.open("draws/index")
    app.tap(app.shown.locator(".card", has_text=TITLE))
    app.tap(app.shown.get_by_role("checkbox").first)
    app.tap("报名（选了 1 个）")
    app.says("已报名")


def test_a_draw_is_won_and_lost(
    phone: Callable[[str], PatientApp], desk: Desk, stack: Stack, open_context: OpenContext
) -> None:
    page = desk.page(open_context, "#/draws", "scheduler")
    announce(page, stack, 10)
    (draw,) = desk.api().get("/draws", organization_id=desk.organization_id)["items"]
    assert draw["state"] == "announced"
    people = [phone("孔令仪"), phone("邹家瑞")]
    # The hour until it opens, the day until it closes and the minutes until the seed is shown pass in the database.
    let_pass(desk, draw["id"], "open", "opens_at = opens_at - interval '61 minutes'")
    for app in people:
        ask(app)
    closed = let_pass(desk, draw["id"], "closed", "closes_at = closes_at - interval '25 hours' + interval '1 second'")
    assert closed["seed"] is None
    let_pass(desk, draw["id"], "drawn", "closed_at = closed_at - interval '10 minutes'")
    by_state = {app.read(f"/draws/{draw['id']}/my-requests")["items"][0]["state"]: app for app in people}
    winner, loser = by_state["won"], by_state["lost"]

    winner.open("messages/index")
    winner.tap("抽签中签了")
    winner.tap("确认预约")
    winner.says("已预约")
    winner.open(f"draws/detail?id={draw['id']}")
    winner.says("号已约好，请按时就诊。")
    picture(winner.page, "patient-draw-won")

    loser.open("messages/index")
    loser.tap("这次没有中签")
    loser.says("号已分完。有人放弃时按顺序递补，轮到您会通知。")
    loser.says("抽出的顺序：第 2 位")
    loser.says("已为您排入候补")
    picture(loser.page, "patient-draw-lost")
    loser.tap("公开核对")
    for words in (
        "公开的种子和当初的封条一致",
        "用种子重排每一条，结果和公布的一致",
        re.compile("您的报名是清单第 [12] 条"),
    ):
        loser.says(words)
    loser.says("yitong verify draw publication.json")
    picture(loser.page, "patient-draw-proof")

    page.reload()
    page.locator(".item", has_text=TITLE).click()
    page.get_by_role("button", name="在此核对").click()
    expect(page.locator(".proof")).to_contain_text("已重算 2 份报名，全部一致")
    expect(page.locator(".proof tbody tr")).to_have_count(2)
    picture(page, "console-draws")


def pick(app: PatientApp, days: int) -> None:
    """Tap on the demo doctor's first free time of a day."""
    app.open("find/offers?specialty=03.04&name=%E5%BF%83%E8%A1%80%E7%AE%A1%E5%86%85%E7%A7%91")
    app.choose_day(days)
    app.tap(app.shown.locator(".card", has_text=DOCTOR).first.locator(".yt-time:not(.yt-time--off)").first)


def test_a_place_is_not_handed_on_from_the_same_phone(
    phone: Callable[[str], PatientApp], desk: Desk, stack: Stack
) -> None:
    app = phone("侯金宝")
    pick(app, 11)
    app.tap("确认预约")
    app.says("约好了")
    app.open(f"appointments/detail?id={app.opened_with('id')}&organization_id={app.opened_with('organization_id')}")
    app.tap("取消预约")
    app.tap("约错了")
    app.tap("确认取消")
    app.says("已取消")
    app.open("settings/index")
    app.tap("退出登录")
    app.tap(app.shown.locator(".yt-sheet__in uni-button", has_text="退出登录"))
    newcomer(app, "金大勇")
    # What was given up is counted by the worker and known to every server within five seconds.
    desk.pause(6)
    pick(app, 11)
    app.says("这个号刚由同一设备或账号的另一人取消，不能转给他人。")
    app.says("换一个时间，或换一位医生。")
    app.says(re.compile("到医院窗口"))
    picture(app.page, "patient-transfer")
    app.tap("为什么会被拦住")
    app.says("一个人退号、另一个人马上约走同一个号，会被当作倒号拦住。")
    assert app.read("/appointments", patient_id=app.self_id())["items"] == []
    span = {"from": (stack.now() - timedelta(hours=1)).isoformat(), "to": stack.now().isoformat()}
    admin = desk.staff("hospital_admin")
    board = admin.get("/risk/board", organization_id=desk.organization_id, **span)
    for _ in range(30):  # refusals are written down beside the requests, not within them
        if board["handovers"]:
            break
        desk.pause(1)
        board = admin.get("/risk/board", organization_id=desk.organization_id, **span)
    assert board["handovers"], board
