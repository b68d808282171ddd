"""What a rush leaves behind, on the phone: a stopped clinic's replacement, and a place from the waiting list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.console_desk import Desk
from browser.patient_app import PatientApp, day_ahead
from browser.pictures import picture
from stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
DOCTOR = "陈明远"


def place(app: PatientApp, days: int) -> dict[str, Any]:
    """The demo doctor's first free place of a day."""
    day = day_ahead(app.stack, days)
    asked = {"specialty": "03.04", "from": day, "to": day, "limit": 100}
    offers = app.read("/slots/search", **asked)["items"]
    return next(one for one in offers if one["practitioner_name"] == DOCTOR)


def book(app: PatientApp, days: int) -> dict[str, Any]:
    """A booked place of that day."""
    wanted = place(app, days)
    here = {"organization_id": wanted["organization_id"]}
    held = app.send("/holds", {**here, "slot_id": wanted["slot_id"], "patient_id": app.self_id()})
    return app.send(f"/appointments/{held['id']}/confirm", here)


def test_a_stopped_clinic_offers_another_time(phone: Callable[[str], PatientApp], desk: Desk) -> None:
    app = phone("方晓云")
    booked = book(app, 8)
    stopped = desk.staff("scheduler").post(
        f"/schedules/{booked['schedule_id']}/stop",
        {"organization_id": booked["organization_id"], "reason": "医生外出会诊"},
    )
    assert stopped["affected"] >= 1
    app.open("home/index")
    app.tap(app.shown.get_by_text("医生停诊，已为您另留号").first)
    app.says("原来的门诊停诊了。我们找了最接近的时间，请看看行不行。")
    picture(app.page, "patient-replacement")
    app.tap("就要这个")
    app.says("约好了")
    where = {"organization_id": booked["organization_id"]}
    before: dict[str, Any] = {}
    for _ in range(100):  # the stopped visit is closed by a job once its replacement is taken
        before = app.read(f"/appointments/{booked['id']}", **where)
        if before["state"] == "cancelled":
            break
        app.page.wait_for_timeout(200)
    assert before["state"] == "cancelled"


def test_a_freed_place_goes_to_who_waits(phone: Callable[[str], PatientApp], stack: Stack) -> None:
    holder, first, second = phone("苏文博"), phone("叶秋红"), phone("韩雨桐")
    booked = book(holder, 9)
    day = day_ahead(stack, 9)
    wish = {key: booked[key] for key in ("organization_id", "department_id", "practitioner_role_id")}
    for app in (first, second):
        span = {"from": day, "to": day, "period": "any"}
        app.send("/waitlist-entries", {**wish, **span, "patient_id": app.self_id()})
    first.open("waitlist/index")
    first.says("下一个就是您")
    here = {"organization_id": booked["organization_id"]}
    holder.send(f"/appointments/{booked['id']}/cancel", {**here, "reason": "有事"})
    first.open("home/index")
    first.tap(first.shown.get_by_text("候补有号了").first)
    first.says("有人退号，轮到您了。号已为您留住。")
    picture(first.page, "patient-offer")
    first.tap("不要")
    first.tap("不要了")
    first.says("您没有要这个号，它给了别人。")
    second.open("home/index")
    second.tap(second.shown.get_by_text("候补有号了").first)
    second.tap("就要这个")
    second.says("约好了")


def test_an_offer_that_nobody_answers_goes_to_the_next(phone: Callable[[str], PatientApp], desk: Desk) -> None:
    holder, first, second = phone("段丽萍"), phone("白志刚"), phone("石雨晴")
    booked = book(holder, 7)
    day = day_ahead(desk.stack, 7)
    wish = {key: booked[key] for key in ("organization_id", "department_id", "practitioner_role_id")}
    for app in (first, second):
        app.send("/waitlist-entries", {**wish, "from": day, "to": day, "period": "any", "patient_id": app.self_id()})
    holder.send(
        f"/appointments/{booked['id']}/cancel", {"organization_id": booked["organization_id"], "reason": "有事"}
    )
    first.open("home/index")
    first.tap(first.shown.get_by_text("候补有号了").first)
    first.says("有人退号，轮到您了。号已为您留住。")
    # Half an hour passes in the database; on the phone the last seconds run.
    ends = desk.stack.now() + timedelta(seconds=8)
    (offer,) = first.read("/offers", patient_id=first.self_id())["items"]
    with desk.database() as database:
        database.execute("UPDATE offer SET expires_at = %s WHERE id = %s", (ends, offer["id"]))
        held = offer["appointment"]["id"]
        database.execute("UPDATE appointment SET hold_expires_at = %s WHERE id = %s", (ends, held))
    first.open("home/index")
    first.tap(first.shown.get_by_text("候补有号了").first)
    first.says("留到")
    expect(first.shown).to_contain_text("没有在时间内确认，号给了下一位。", timeout=30_000)
    expect(first.shown.get_by_text("就要这个", exact=True)).to_have_count(0)
    picture(first.page, "patient-offer-expired")
    for _ in range(100):  # the clock's work passes it on within seconds
        if second.read("/offers", patient_id=second.self_id())["items"]:
            break
        desk.pause(0.2)
    second.open("home/index")
    second.tap(second.shown.get_by_text("候补有号了").first)
    second.tap("就要这个")
    second.says("约好了")
    first.open("messages/index")
    first.tap("号源已失效")
    first.says("没有在时间内确认，号给了下一位。")


def test_the_phones_pages_of_the_rush_open(phone: Callable[[str], PatientApp]) -> None:
    app = phone("郭晓东")
    for path, words in (
        ("waitlist/index", "没有在候补"),
        ("draws/index", "不用抢，机会一样"),
        ("favourites/index", "还没有收藏的医生"),
        ("restrictions/index", "可以正常预约"),
    ):
        app.open(path)
        app.says(words)
    picture(app.page, "patient-restrictions")
