"""Ordered examinations: planned together by the hospital's rules, booked all at once or not at all, planned again."""

import asyncio
from datetime import time
from itertools import pairwise
from typing import Any

import httpx
import pytest

from visits.exam_ward import Ward, open_ward
from worlds import ZONE, World
from yitong.booking.schedules.rebooking import offer_due
from yitong.booking.service import places
from yitong.kernel.clock import at
from yitong.kernel.permissions import Role


@pytest.fixture
async def ward(client: httpx.AsyncClient, town: World) -> Ward:
    return await open_ward(client, town)


async def test_five_examinations_in_one_trip(ward: Ward) -> None:
    """Fasting ones first thing, nothing twice at a time, one day; the person books all of it with one request."""
    patient = await ward.town.patient()
    me = ward.town.citizen(patient)
    await ward.order(patient, "heart", "chest", "liver", "blood")
    answer = await ward.plan(me, patient)
    best = answer["plans"][0]
    assert (best["trips"], len(best["exams"]), answer["not_planned"]) == (1, 4, [])
    assert any("空腹" in one["zh"] for one in best["reasons"])
    times = [(one["start_at"], one["end_at"]) for one in best["exams"]]
    assert times == sorted(times)
    assert all(end <= start for (_, end), (start, _) in pairwise(times))
    booked = await ward.book(me, patient, best)
    assert booked.status_code == 201, booked.text
    assert [one["state"] for one in booked.json()["items"]] == ["booked"] * 4
    orders = (await ward.get(me, "/service-requests", patient_id=str(patient), open=True)).json()["items"]
    assert {one["appointment"]["slot_id"] for one in orders} == {one["slot_id"] for one in best["exams"]}
    again = (await ward.plan(me, patient))["plans"][0]
    assert all(one["booked"] and not one["changed"] for one in again["exams"])


async def test_rules_are_checked_again_when_booking(ward: Ward) -> None:
    patient = await ward.town.patient()
    [blood] = await ward.order(patient, "blood")
    late = ward.sessions["draw", 1].slots[5][0]  # half past ten is early enough, so ask for a place that serves another
    wrong = ward.sessions["ct", 1].slots[0][0]
    for slot, expected in ((wrong, "plan-breaks-rule"), (late, None)):
        answer = await ward.book(
            ward.town.citizen(patient), patient, {"exams": [{"request_id": blood["id"], "slot_id": str(slot)}]}
        )
        assert (answer.json().get("code") if answer.status_code != 201 else None) == expected, answer.text


async def test_who_may_have_eaten_today_fasts_for_another_day(ward: Ward) -> None:
    """Nothing that needs an empty stomach today, unless the person says so or was told to come fasting."""
    draw = await ward.town.open_session(
        begin=time(9, 30),
        slots=2,
        department_id=ward.town.other_department_id,
        service_id=ward.services["draw"],
        capacity=1,
    )
    patient = await ward.town.patient()
    me = ward.town.citizen(patient)
    ward.town.clock.moment = at(draw.day, time(8), ZONE)
    await ward.order(patient, "blood")
    later = (await ward.plan(me, patient))["plans"][0]
    assert later["exams"][0]["start_at"][:10] == str(ward.day(1))
    today = (await ward.plan(me, patient, wishes={"fasted": True}))["plans"][0]
    assert today["exams"][0]["start_at"][:10] == str(draw.day)
    assert (await ward.book(me, patient, today)).json()["code"] == "plan-breaks-rule"
    assert (await ward.book(me, patient, today, fasted=True)).status_code == 201
    again = (await ward.plan(me, patient))["plans"][0]
    assert again["exams"][0]["booked"], "it stays where it is"


async def test_a_pregnant_woman_is_not_planned_a_scan(ward: Ward) -> None:
    patient = await ward.town.patient(sex="female")
    await ward.order(patient, "chest", "heart", clinical={"pregnant": True})
    answer = await ward.plan(ward.doctor, patient)
    assert [one["item_code"] for one in answer["plans"][0]["exams"]] == ["heart"]
    [refused] = answer["not_planned"]
    assert refused["item_name"] == "胸部CT平扫"
    assert refused["words"]["zh"]


async def test_barium_and_the_scan_keep_their_distance(ward: Ward) -> None:
    """Within two days the scan must come first."""
    patient = await ward.town.patient()
    await ward.order(patient, "swallow", "chest")
    plan = (await ward.plan(ward.doctor, patient))["plans"][0]
    assert [one["item_code"] for one in plan["exams"]] == ["chest", "swallow"]


async def test_all_places_or_none(ward: Ward) -> None:
    """Two people want one place of several: one has the whole plan, the other has nothing of theirs."""
    people = [await ward.town.patient(name) for name in ("王小明", "李小红")]
    plans: list[Any] = []
    for one in people:
        await ward.order(one, "heart", "chest", "liver")
        plans.append((await ward.plan(ward.town.citizen(one), one))["plans"][0])
    answers = await asyncio.gather(
        *(ward.book(ward.town.citizen(one), one, plan) for one, plan in zip(people, plans, strict=True))
    )
    assert sorted(one.status_code for one in answers) == [201, 409]
    rows = await ward.town.rows("SELECT patient_id, count(*) AS many FROM appointment WHERE active GROUP BY 1")
    assert [row.many for row in rows] == [3]
    assert await ward.town.rows("SELECT 1 FROM slot WHERE taken > capacity") == []
    loser = people[[one.status_code for one in answers].index(409)]
    plan = (await ward.plan(ward.town.citizen(loser), loser))["plans"][0]
    assert (await ward.book(ward.town.citizen(loser), loser, plan)).status_code == 201


async def test_without_the_locks_two_sit_in_one_place(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the race above: unlocked and unchecked, what both have read before either writes is sold twice."""
    owner = await ward.town.platform.database.connect_as_owner()
    await owner.execute("ALTER TABLE slot DROP CONSTRAINT ck_slot_never_oversold")
    await owner.close()
    both = asyncio.Barrier(2)
    choose = places.choose

    async def unlocked(*_: Any) -> None:
        return None

    async def together(*given: Any) -> Any:
        found = await choose(*given)
        await both.wait()
        return found

    monkeypatch.setattr(places, "lock", unlocked)
    monkeypatch.setattr(places, "choose", together)
    people = [await ward.town.patient(name) for name in ("王小明", "李小红")]
    for one in people:
        await ward.order(one, "heart")
    plans = [(await ward.plan(ward.town.citizen(one), one))["plans"][0] for one in people]
    answers = await asyncio.gather(
        *(ward.book(ward.town.citizen(one), one, plan) for one, plan in zip(people, plans, strict=True))
    )
    assert [one.status_code for one in answers] == [201, 201]
    assert len(await ward.town.rows("SELECT 1 FROM slot WHERE taken > capacity")) == 1


async def test_an_order_is_booked_once(ward: Ward) -> None:
    """The same plan sent twice at once, as two requests: the second finds the order booked."""
    patient = await ward.town.patient()
    await ward.order(patient, "heart", "chest")
    plan = (await ward.plan(ward.doctor, patient))["plans"][0]
    answers = await asyncio.gather(*(ward.book(ward.doctor, patient, plan) for _ in range(2)))
    assert {one.status_code for one in answers} <= {201, 409}
    rows = await ward.town.rows("SELECT based_on FROM appointment WHERE active")
    assert len(rows) == len({row.based_on for row in rows}) == 2


async def test_a_machine_breaks_down(ward: Ward) -> None:
    """The session is stopped: the plan moves that examination and as little else as possible."""
    patient = await ward.town.patient()
    me = ward.town.citizen(patient)
    await ward.order(patient, "heart", "chest", "liver")
    first = (await ward.plan(me, patient))["plans"][0]
    assert (await ward.book(me, patient, first)).status_code == 201
    scan = ward.sessions["ct", 1]
    stopped = await ward.post(ward.planner, f"/schedules/{scan.id}/stop", reason="设备故障", notify=True)
    assert stopped.status_code in (200, 201), stopped.text
    assert await offer_due(ward.town.platform) == 0, "another place would be offered without a look at the rules"
    again = (await ward.plan(me, patient))["plans"][0]
    moved = {one["item_code"] for one in again["exams"] if not one["booked"]}
    assert "chest" in moved
    assert len(moved) <= 2
    done = await ward.book(me, patient, again)
    assert done.status_code == 201, done.text
    rows = await ward.town.rows("SELECT a.schedule_id FROM appointment AS a WHERE a.active AND a.based_on IS NOT NULL")
    assert len(rows) == 3
    assert scan.id not in {row.schedule_id for row in rows}


async def test_examinations_do_not_move_one_by_one(ward: Ward) -> None:
    patient = await ward.town.patient()
    me = ward.town.citizen(patient)
    await ward.order(patient, "heart")
    plan = (await ward.plan(me, patient))["plans"][0]
    [made] = (await ward.book(me, patient, plan)).json()["items"]
    other = ward.sessions["ecg", 2].slots[0][0]
    answer = await ward.post(me, f"/appointments/{made['id']}/reschedule", slot_id=str(other))
    assert answer.json()["code"] == "planned-together"
    [order] = (await ward.get(me, "/service-requests", patient_id=str(patient))).json()["items"]
    assert (await ward.post(ward.doctor, f"/service-requests/{order['id']}/revoke")).json()[
        "code"
    ] == "exam-still-booked"
    assert (await ward.post(me, f"/appointments/{made['id']}/cancel", reason="不做了")).status_code == 200
    assert (await ward.post(ward.doctor, f"/service-requests/{order['id']}/revoke")).json()["state"] == "revoked"


async def test_a_result_from_elsewhere_stands_for_an_order(ward: Ward) -> None:
    town, patient = ward.town, await ward.town.patient()
    elsewhere = town.staff(Role.DOCTOR, town.other_hospital_id, practitioner_id=town.practitioner_id)
    there = {"organization_id": str(town.other_hospital_id)}
    # The other hospital plans by the rules that come with the platform; its list has other codes.
    rules = (await ward.get(elsewhere, "/exam-rules", **there)).json()["rules"]
    code = next(one["code"] for one in rules["items"])
    [order] = (await ward.post(elsewhere, "/service-requests", patient_id=str(patient), items=[code], **there)).json()[
        "items"
    ]
    report = await ward.post(
        elsewhere, f"/service-requests/{order['id']}/report", conclusion="未见异常", recognised_by_others=True, **there
    )
    assert report.json()["state"] == "completed", report.text
    await town.one("UPDATE diagnostic_report SET item_code = 'chest' RETURNING 1 AS done")
    [scan] = await ward.order(patient, "chest")
    [offered] = scan["recognisable"]
    assert offered["organization_name"] == "演示第二医院"
    taken = await ward.post(
        town.citizen(patient), f"/service-requests/{scan['id']}/recognise",
        report_organization_id=offered["organization_id"], report_id=offered["report_id"],
    )  # fmt: skip
    assert (taken.json()["state"], taken.json()["report"]["conclusion"]) == ("recognised", "未见异常"), taken.text
    assert (await ward.post(ward.doctor, "/exam-plans", patient_id=str(patient))).json()["code"] == "nothing-to-plan"
    back = await ward.post(ward.doctor, f"/service-requests/{scan['id']}/want-anyway")
    assert back.json()["state"] == "active"
    town.clock.advance(days=91)
    late = await ward.post(
        ward.doctor, f"/service-requests/{scan['id']}/recognise",
        report_organization_id=offered["organization_id"], report_id=offered["report_id"],
    )  # fmt: skip
    assert late.json()["code"] == "report-not-recognisable"


async def test_what_is_ordered_is_sealed_and_not_ordered_twice(ward: Ward) -> None:
    patient = await ward.town.patient()
    await ward.order(patient, "heart", clinical={"reason": "胸闷两周"})
    twice = await ward.post(ward.doctor, "/service-requests", patient_id=str(patient), items=["heart"])
    assert twice.json()["code"] == "exam-already-ordered"
    unknown = await ward.post(ward.doctor, "/service-requests", patient_id=str(patient), items=["moon"])
    assert unknown.json()["code"] == "exam-item-unknown"
    [row] = await ward.town.rows("SELECT clinical_sealed FROM service_request")
    assert "胸闷" not in row.clinical_sealed
    stranger = ward.town.citizen(await ward.town.patient("李四"))
    assert (await ward.get(stranger, "/service-requests", patient_id=str(patient))).status_code == 403
    assert (await ward.post(stranger, "/exam-plans", patient_id=str(patient))).status_code == 403
