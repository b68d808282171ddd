"""The desk's pages of the rush hour, with something on them: a line, an offer, a busy clinic, reviews, a handed-on
place."""

from datetime import date
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from browser.conftest import OpenContext
from browser.console_desk import Api, Desk
from browser.patient_app import PatientApp, day_ahead
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]
DOCTOR = "陈明远"
PEOPLE = ("冯佩兰", "曹国栋", "尤海燕", "吕思远", "施文静", "孔庆祥", "华小雨", "严建平")
SAID = (
    ("讲得很清楚，用药怎么吃、什么时候复查都写在纸上了。", 5),
    ("等的时间比预计短，医生很耐心。", 5),
    ("按时看上了，检查也少跑了一趟。", 4),
    ("解释得明白，就是候诊区有点挤。", 4),
    ("很好，复诊还约陈医生。", 5),
    ("有事请加我微信：heart_2026，可以帮您挂号。", 3),
)


def free(desk: Desk, api: Api, day: int) -> dict[str, Any]:
    """The demo doctor's first free place of a day, with a token that says it was looked up."""
    on = day_ahead(desk.stack, day)
    asked = {"specialty": "03.04", "from": on, "to": on, "limit": 100}
    return next(one for one in api.get("/slots/search", **asked)["items"] if one["practitioner_name"] == DOCTOR)


def booked(api: Api, patient_id: str, slot: dict[str, Any], channel: str = "h5") -> dict[str, Any]:
    """That place, confirmed."""
    here = {"organization_id": slot["organization_id"]}
    held = api.post("/holds", {**here, "slot_id": slot["slot_id"], "patient_id": patient_id, "channel": channel})
    return api.post(f"/appointments/{held['id']}/confirm", here)


def seen_today(desk: Desk, people: list[tuple[Api, str]], finished: int) -> list[dict[str, Any]]:
    """Today's clinic of the demo doctor: everybody checks in, so many are seen; answers their visits in that order."""
    registrar, doctor = desk.staff("registrar"), desk.staff("doctor")
    here = {"organization_id": desk.organization_id}
    visits: list[dict[str, Any]] = []
    for _, patient_id in people:
        slot = free(desk, registrar, 0)
        visit = booked(registrar, patient_id, slot, "window")
        registrar.post(f"/appointments/{visit['id']}/check-in", here)
        visits.append(visit)
    desk.clear_room(DOCTOR)
    wanted = {one["id"] for one in visits[:finished]}
    while wanted:
        called = doctor.post(f"/queues/{visits[0]['schedule_id']}/call-next", here)
        entry, encounter = called["entry"], called["encounter"]
        doctor.post(f"/queue-entries/{entry['id']}/start", here)
        doctor.post(f"/encounters/{encounter['id']}/finish", here)
        wanted.discard(entry["appointment_id"])
    return visits


@pytest.fixture(scope="module")
def rush(desk: Desk) -> list[tuple[Api, str]]:
    """A morning at the hospital, lived through over HTTP."""
    people = [desk.newcomer(name, date(1958 + 4 * nth, 3, 9)) for nth, name in enumerate(PEOPLE)]
    here = {"organization_id": desk.organization_id}
    for (api, _), visit, (words, score) in zip(people, seen_today(desk, people, len(SAID)), SAID, strict=False):
        scores = dict.fromkeys(("attitude", "explanation", "skill", "waiting", "environment"), score)
        api.post("/reviews", {**here, "appointment_id": visit["id"], "scores": scores, "text": words})

    giver, patient_id = people[0]
    given_up = booked(giver, patient_id, free(desk, giver, 12))
    for api, waiting in people[1:6]:
        wish = {key: given_up[key] for key in ("organization_id", "department_id", "practitioner_role_id")}
        span = {"from": day_ahead(desk.stack, 12), "to": day_ahead(desk.stack, 13), "period": "any"}
        api.post("/waitlist-entries", {**wish, **span, "patient_id": waiting})
    giver.post(f"/appointments/{given_up['id']}/cancel", {**here, "reason": "有事"})

    device = "7f0c1d52-6a2b-4c55-9d53-3a1f0e7a9b11"
    seller, buyer = (desk.newcomer(name, date(1990, 4, 4), device) for name in ("倪三强", "魏大力"))
    sold = free(desk, seller[0], 13)
    visit = booked(seller[0], seller[1], sold)
    seller[0].post(f"/appointments/{visit['id']}/cancel", {**here, "reason": "有事"})
    desk.pause(6)
    refused = httpx.post(
        f"{desk.stack.url}/api/holds",
        json={**here, "slot_id": sold["slot_id"], "patient_id": buyer[1], "channel": "h5"},
        headers={**buyer[0].headers, "Idempotency-Key": "5b0a7c1e-2f34-4c8e-8a39-0a6c1fd2e0a1"},
    )
    assert refused.json()["code"] == "transfer-suspected", refused.text
    for _ in range(50):  # what a server noticed is written when the board is asked for
        if desk.staff("hospital_admin").get("/risk/board", **here)["handovers"]:
            break
        desk.pause(0.2)
    return people


@pytest.mark.usefixtures("rush")
@pytest.mark.parametrize(
    ("page_of", "heading", "shown"),
    [
        ("channels", "渠道与号源", "社区转诊"),
        ("waitlist", "候补管理", "心血管内科"),
        ("queues", "分诊排队", DOCTOR),
        ("reviews", "就诊评价", "可能含有个人信息"),
        ("risk", "防号贩看板", "转号"),
    ],
)
def test_the_desks_pages_of_the_rush(
    open_context: OpenContext, desk: Desk, page_of: str, heading: str, shown: str
) -> None:
    page = desk.page(open_context, f"#/{page_of}", "hospital_admin")
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    expect(page.locator("main")).to_contain_text(shown)
    picture(page, f"console-{page_of}")


def test_a_doctors_page_shows_what_was_said(open_context: OpenContext, desk: Desk, rush: list[tuple[Api, str]]) -> None:
    role = free(desk, rush[0][0], 6)["practitioner_role_id"]
    app = PatientApp(open_context().new_page(), desk.stack)
    app.open(f"find/doctor?id={role}&organization_id={desk.organization_id}")
    app.says(DOCTOR)
    app.tap("全部")
    app.says("讲得很清楚，用药怎么吃、什么时候复查都写在纸上了。")
    expect(app.shown).not_to_contain_text("heart_2026")
    picture(app.page, "patient-reviews")
