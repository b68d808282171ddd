"""The desk's console in a real browser on the real platform: every role does its day's work on its own screen."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.console_desk import Api, Desk, OpenContext
from browser.pictures import picture
from yitong.directory.demo.cast import CLINIC, DEMO_PASSWORD
from yitong.directory.demo.identity_number import identity_number
from yitong.kernel.ids import new_id

pytestmark = [pytest.mark.browser, pytest.mark.stack]
DOCTOR = "陈明远"


def clinic(desk: Desk) -> dict[str, Any]:
    """The department of the demo's doctor."""
    found = desk.api().get(f"/organizations/{desk.organization_id}/departments", kind="outpatient")
    return next(one for one in found["items"] if one["code"] == CLINIC)


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Open a list by its name and take an entry."""
    # The list's own text lies over its field; the click is meant for the place, not for the field.
    page.get_by_role("combobox", name=label, exact=True).click(force=True)
    page.get_by_role("option").filter(has_text=option).locator("visible=true").first.click()


def settled(page: Page) -> None:
    """Wait until no dialog lies over the page; while one closes, the page's keys are asleep."""
    expect(page.locator(".el-overlay").locator("visible=true")).to_have_count(0)


def give_reason(page: Page, reason: str) -> None:
    dialog = page.get_by_role("dialog").locator("visible=true").last
    dialog.locator("textarea").fill(reason)
    page.keyboard.press("Control+Enter")


def book(api: Api, desk: Desk, patient_id: str) -> dict[str, Any]:
    """A place at the doctor's clinic today, taken at the window."""
    today = (desk.stack.now() + timedelta(hours=8)).date().isoformat()
    here = {"organization_id": desk.organization_id}
    sessions = api.get(f"/departments/{clinic(desk)['id']}/sessions", date=today, **here)["items"]
    one = next(s for s in sessions if s["practitioner_name"] == DOCTOR and s["state"] == "open")
    slots = api.get(f"/schedules/{one['schedule_id']}/slots", **here)["items"]
    slot = next(s for s in slots if s["state"] == "open")
    held = api.post("/holds", here | {"slot_id": slot["slot_id"], "patient_id": patient_id, "channel": "window"})
    return api.post(f"/appointments/{held['id']}/confirm", here)


def test_a_visit_from_the_window_to_the_end_of_the_consultation(desk: Desk, open_context: OpenContext) -> None:
    page = desk.page(open_context, "")
    page.locator("input[name=username]").fill("registrar")
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    code = page.get_by_label("6 位动态口令")
    right = desk.code("registrar")
    code.fill(str((int(right) + 1) % 1_000_000).zfill(6))
    expect(page.get_by_role("alert")).to_be_visible()
    code.fill(right)
    expect(page.get_by_role("heading", name="今日到诊")).to_be_visible()
    desk.tokens["registrar"] = page.evaluate("sessionStorage.getItem('yitong.staff-token')")

    room = desk.page(open_context, "#/room", "doctor")
    expect(room.locator(".queue .counts")).to_be_visible()
    wall = desk.device(open_context, f"#/hall/{desk.devices['hall_id']}", "hall", width=1920, height=1080)
    expect(wall.locator(".rooms")).to_contain_text(DOCTOR)
    assert "device=" not in wall.url

    page.keyboard.press("F3")
    dialog = page.get_by_role("dialog").locator("visible=true")
    dialog.get_by_label("姓名").fill("欧阳晓岚")
    dialog.get_by_label("手机号").fill("13700001234")
    number = identity_number("110101", date(1986, 5, 17), male=False, ordinal=7)
    dialog.locator(".id input").fill(number)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".person h2")).to_contain_text("欧阳晓岚")
    settled(page)
    page.keyboard.press("F7")
    expect(page.locator(".print-card")).to_contain_text("欧**岚")
    page.get_by_role("dialog").get_by_role("button", name="关闭", exact=True).last.click()
    settled(page)

    choose(page, "科室", clinic(desk)["name"])
    page.locator(".booking .sessions button:enabled", has_text=DOCTOR).first.click()
    page.locator(".booking .slots button:enabled").first.click()
    page.keyboard.press("F9")
    expect(page.locator(".person li")).to_contain_text("已预约")
    page.keyboard.press("F6")
    expect(page.locator(".person li")).to_contain_text("已签到")

    # The doctor's queue and the wall hear of it without being asked again.
    waiting = room.locator(".queue li", has_text="欧阳晓岚")
    expect(waiting).to_be_visible()
    ticket = waiting.locator(".number").inner_text()
    room.keyboard.press("F2")
    expect(room.locator(".patient header.called")).to_contain_text("欧阳晓岚")
    expect(wall.locator(".latest")).to_contain_text(ticket)
    expect(wall.locator(".latest")).not_to_contain_text("晓岚")
    picture(wall, "console-hall")
    picture(page, "console-desk")
    room.keyboard.press("F8")
    expect(room.locator(".patient header.in_consultation")).to_be_visible()
    note = room.locator(".patient .note")
    note.get_by_label("主诉").fill("心悸三天")
    note.get_by_label("初步诊断").fill("窦性心动过速")
    room.keyboard.press("F9")
    expect(room.locator(".counts .ok")).to_contain_text("1")
    patient_id = desk.staff("registrar").post(
        "/patient-searches", {"organization_id": desk.organization_id, "text": number}
    )["items"][0]["patient_id"]
    visits = desk.staff("doctor").get("/encounters", patient_id=patient_id, organization_id=desk.organization_id)
    assert [(one["state"], one["diagnosis_text"]) for one in visits["items"]] == [("finished", "窦性心动过速")]


def test_the_kiosk_takes_a_code_once(desk: Desk, open_context: OpenContext) -> None:
    citizen, patient_id = desk.citizen("13900000001")
    made = book(desk.staff("registrar"), desk, patient_id)
    code = citizen.post(f"/patients/{patient_id}/card/dynamic-code")["text"]
    page = desk.device(open_context, "#/kiosk", "kiosk", width=1080, height=1920)
    page.get_by_role("button", name="手工输入").click()
    page.get_by_placeholder(re.compile("卡码")).fill(code)
    page.keyboard.press("Enter")
    expect(page.locator(".result article").first).to_contain_text(made["department_name"])
    page.locator(".result button.main").click()
    # A reader types and presses Enter, like a keyboard; the same code shows that it was used.
    page.get_by_label("请扫描电子健康卡").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator(".refused h1")).to_contain_text(re.compile("使用|重复"))


def test_a_wall_screen_says_when_it_lost_the_line(desk: Desk, open_context: OpenContext) -> None:
    wall = desk.device(open_context, f"#/hall/{desk.devices['hall_id']}", "hall", width=1920, height=1080)
    expect(wall.locator(".rooms")).to_be_visible()
    stream = re.compile(r"/api/halls/[^/]+/stream")
    wall.route(stream, lambda route: route.abort("internetdisconnected"))
    wall.reload()
    expect(wall.locator(".stale")).to_be_visible()
    expect(wall.locator(".rooms")).to_contain_text(DOCTOR)
    wall.unroute(stream)
    expect(wall.locator(".stale")).to_be_hidden(timeout=20_000)


def test_the_planner_adds_and_stops_clinics(desk: Desk, open_context: OpenContext) -> None:
    page = desk.page(open_context, "#/schedules", "scheduler")
    page.get_by_role("button", name="下一周").click()
    sessions = page.locator(".session")
    expect(sessions.first).to_be_visible()
    page.keyboard.press("F3")
    choose(page, "模板", DOCTOR)
    dialog = page.get_by_role("dialog").locator("visible=true")
    # In the evening: during the day the doctor sits in the clinic that the template makes.
    for nth, hour in enumerate(("18:00", "20:00")):
        dialog.locator(".pair .el-select").nth(nth).click()
        page.get_by_role("option", name=hour, exact=True).locator("visible=true").click()
        expect(page.get_by_role("option").locator("visible=true")).to_have_count(0)
    dialog.locator("textarea").fill("门诊量大，加一场")
    page.keyboard.press("Control+Enter")
    settled(page)

    page.locator(".session.open").first.click()
    page.keyboard.press("F4")
    give_reason(page, "医生参加会诊")
    affected = page.get_by_role("dialog", name=re.compile("受影响的患者"))
    expect(affected).to_contain_text("人受影响")
    affected.get_by_label("关闭此对话框").click()
    expect(page.locator(".session.stopped").first).to_be_visible()
    settled(page)
    picture(page, "console-schedule")

    # A new template shows in the list; the extra clinic of today stands among the exceptions.
    page.get_by_role("tab", name="排班模板").click()
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    before = rows.count()
    page.keyboard.press("F2")
    choose(page, "服务", "门诊")
    page.get_by_role("button", name="保存").click()
    settled(page)
    expect(rows).to_have_count(before + 1)
    page.get_by_role("tab", name="调班与停诊").click()
    page.get_by_role("button", name="本周").click()
    expect(rows.filter(has_text="门诊量大，加一场").first).to_be_visible()


def test_doubtful_matches_are_linked_or_rejected(desk: Desk, open_context: OpenContext) -> None:
    registrar = desk.staff("registrar")
    citizen, patient_id = desk.citizen("13900000002")
    me = next(one for one in citizen.get("/family")["members"] if one["patient_id"] == patient_id)
    near = {"organization_id": desk.organization_id, "sex": me["sex"], "birth_date": me["birth_date"]}
    for number, name in (("ZY-7001", "黎小梅"), ("ZY-7002", "李小眉")):
        made = registrar.post("/local-patients", near | {"local_number": number, "name": name, "phone": "13900000002"})
        assert made["outcome"] == "review", made
    page = desk.page(open_context, "#/people", "registrar")
    rows = page.locator(".two li")
    rows.filter(has_text="ZY-7001").click()
    expect(page.locator(".review h2")).to_contain_text(me["name"])
    picture(page, "console-master-index")
    page.keyboard.press("F8")
    give_reason(page, "本人持证核对")
    expect(rows.filter(has_text="ZY-7001")).to_have_count(0)
    rows.filter(has_text="ZY-7002").click()
    page.keyboard.press("F9")
    give_reason(page, "电话确认不是同一人")
    expect(rows.filter(has_text="ZY-7002")).to_have_count(0)
    page.get_by_role("tab", name="已处理").click()
    expect(rows.filter(has_text="ZY-7001")).to_be_visible()
    found = registrar.get("/local-patients", organization_id=desk.organization_id, q="ZY-7001")["items"]
    assert found[0]["link"]["patient_id"] == patient_id


def test_the_trail_follows_and_a_parked_event_waits_for_somebody(desk: Desk, open_context: OpenContext) -> None:
    page = desk.page(open_context, "#/events", "hospital_admin")
    expect(page.locator(".plain-table tbody tr").first).to_be_visible()
    _, patient_id = desk.citizen("13900000003")
    made = book(desk.staff("registrar"), desk, patient_id)
    expect(page.get_by_text(re.compile("条新事件"))).to_be_visible()
    page.get_by_placeholder("对象编号").fill(made["id"])
    page.get_by_role("button", name="查找", exact=True).click()
    rows = page.locator(".plain-table tbody tr")
    expect(rows).to_have_count(2)
    rows.filter(has_text="booking:appointment:booked").click()
    expect(page.locator(".detail")).to_contain_text(made["id"])
    picture(page, "console-events")

    trail = desk.staff("hospital_admin").get("/events", organization_id=desk.organization_id, subject_id=made["id"])
    event = trail["items"][0]
    with desk.database() as database:
        database.execute(
            "INSERT INTO parked_event (id, reactor, event_id, organization_id, error, attempts, parked_at, state)"
            " VALUES (%s, 'journey.messages', %s, %s, 'the channel answered nonsense', 5, now(), 'parked')",
            (new_id(), event["id"], desk.organization_id),
        )
    system = desk.page(open_context, "#/system", "platform_admin")
    parked = system.locator("tr", has_text=f"#{event['position']}")
    expect(parked).to_contain_text("5")
    parked.get_by_role("button", name="放弃").click()
    give_reason(system, "已电话通知患者")
    expect(parked).to_contain_text("已放弃")
