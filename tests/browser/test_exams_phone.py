"""Examinations on a phone: five booked with two taps, and planned again after a machine broke down."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.console_desk import Desk
from browser.patient_app import PatientApp
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]
FIVE = ("LB002", "US001", "CV001", "CT002", "XR001")  # blood, ultrasound, electrocardiogram, CT, X-ray


def ordered(desk: Desk, app: PatientApp, *items: str) -> list[dict[str, Any]]:
    here = {"organization_id": desk.organization_id, "patient_id": app.self_id()}
    made: list[dict[str, Any]] = desk.staff("doctor").post("/service-requests", here | {"items": list(items)})["items"]
    return made


def orders(app: PatientApp) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.read("/service-requests", patient_id=app.self_id(), open=True)["items"]
    return found


def test_five_examinations_are_booked_at_once(desk: Desk, phone: Callable[[str], PatientApp]) -> None:
    app = phone("陈家宁")
    ordered(desk, app, *FIVE)
    app.open()
    app.says("5 项检查待安排")
    picture(app.page, "phone-exams-home")
    app.taps = 0
    app.tap("5 项检查待安排")
    app.says("腹部彩超（肝胆胰脾）")
    picture(app.page, "phone-exams")
    app.tap("一键安排 5 项检查")
    app.says("来院 1 次")
    app.says(re.compile("空腹"))
    picture(app.page, "phone-exams-plan")
    app.tap("全部预约（5 项）")
    app.says("5 项检查都约好了")
    picture(app.page, "phone-exams-done")
    assert app.taps == 3
    booked = [one["appointment"]["start_at"] for one in orders(app)]
    assert len(booked) == 5
    assert len({one[:10] for one in booked}) == 1, "one trip"
    app.open()
    expect(app.shown.get_by_text("项检查待安排")).to_have_count(0)


def test_a_machine_breaks_down_and_the_rest_stays(desk: Desk, phone: Callable[[str], PatientApp]) -> None:
    app = phone("林晓云")
    ordered(desk, app, "US001", "MR001")
    app.open("exams/index")
    app.tap("一键安排 2 项检查")
    app.tap("全部预约（2 项）")
    app.says("2 项检查都约好了")
    before = {one["item_code"]: one["appointment"] for one in orders(app)}
    scan = before["MR001"]["schedule_id"]
    desk.staff("scheduler").post(
        f"/schedules/{scan}/stop", {"organization_id": desk.organization_id, "reason": "磁共振机故障"}
    )
    app.open("exams/index")
    app.says("需重新安排")
    picture(app.page, "phone-exams-broken")
    app.tap("一键安排 1 项检查")
    app.says("改到这时")
    picture(app.page, "phone-exams-again")
    app.tap("全部预约（2 项）")
    app.says("2 项检查都约好了")
    after = {one["item_code"]: one["appointment"] for one in orders(app)}
    assert after["US001"]["id"] == before["US001"]["id"], "what was not broken stays"
    assert after["MR001"]["schedule_id"] != scan
