"""Reviews after finished visits only, held words, the doctor's page, answers, favourites: over the interface."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from httpx import AsyncClient as Client

from booking.test_queue import arrive, get, post
from worlds import World
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role

GOOD = {"attitude": 5, "explanation": 5, "skill": 5, "waiting": 3, "environment": 4}


async def seen(client: Client, town: World, name: str = "王小明") -> tuple[UUID, str]:
    """Somebody who has been with the doctor: the patient and the appointment."""
    patient = await town.patient(name)
    place = await arrive(client, town, patient)
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    await post(client, town, town.doctor, f"/encounters/{called['encounter']['id']}/finish")
    return patient, place["appointment_id"]


async def review(client: Client, town: World, actor: Actor, appointment: str, **more: Any) -> Any:
    body = {"appointment_id": appointment, "scores": GOOD, "text": "讲得很清楚", **more}
    return await post(client, town, actor, "/reviews", **body)


def page(town: World) -> str:
    return f"/api/practitioner-roles/{town.role_id}/reviews"


async def doctors_page(client: Client, town: World) -> Any:
    """The page as somebody reads it who is not signed in."""
    return (await client.get(page(town), params={"organization_id": str(town.hospital_id)})).json()


async def test_a_finished_visit_is_reviewed_once(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    me = town.citizen(patient)
    written = await review(client, town, me, appointment)
    assert (written["state"], written["mean"], written["mine"]) == ("published", 4.4, True)
    assert written["practitioner_name"] == "张医生"
    assert (await review(client, town, me, appointment))["code"] == "already-reviewed"
    mine = await get(client, town, me, f"/appointments/{appointment}/review")
    assert (mine["id"], mine["text"]) == (written["id"], "讲得很清楚")
    own = (await client.get("/api/reviews", params={"patient_id": str(patient)}, headers=town.headers(me))).json()
    assert [one["id"] for one in own["items"]] == [written["id"]]
    event = await town.one("SELECT patient_id, payload::text FROM event WHERE type = 'reviews:review:written'")
    assert event[0] is None, "the trail does not tell who wrote it"
    assert "清楚" not in event[1]
    kept = await town.one("SELECT text_sealed FROM review")
    assert "清楚" not in kept[0]


async def test_the_same_key_gives_the_same_review(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    headers = town.headers(town.citizen(patient))
    body = {"organization_id": str(town.hospital_id), "appointment_id": appointment, "scores": GOOD}
    answers = [await client.post("/api/reviews", json=body, headers=headers) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_who_may_not_write(client: Client, town: World, clock: SetClock) -> None:
    patient = await town.patient()
    place = await arrive(client, town, patient)
    me, appointment = town.citizen(patient), place["appointment_id"]
    assert (await review(client, town, me, appointment))["code"] == "visit-not-finished"
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    assert (await review(client, town, me, appointment))["code"] == "visit-not-finished"
    await post(client, town, town.doctor, f"/encounters/{called['encounter']['id']}/finish")
    assert (await review(client, town, town.citizen(new_id()), appointment))["code"] == "not-found"
    assert (await review(client, town, town.doctor, appointment))["code"] == "forbidden"
    clock.advance(days=31)
    assert (await review(client, town, me, appointment))["code"] == "review-too-late"
    clock.moment -= timedelta(days=2)
    assert (await review(client, town, me, appointment))["state"] == "published"


@pytest.mark.parametrize("scores", [{**GOOD, "skill": 6}, {**GOOD, "skill": 0}, {"skill": 5}, {**GOOD, "price": 1}])
async def test_scores_are_five_of_one_to_five(client: Client, town: World, scores: dict[str, int]) -> None:
    patient, appointment = await seen(client, town)
    refused = await review(client, town, town.citizen(patient), appointment, scores=scores)
    assert refused["code"] == "validation-failed"


async def test_the_database_refuses_a_second_review_and_wrong_sums(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    await review(client, town, town.citizen(patient), appointment)
    owner = await town.platform.database.connect_as_owner()
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute("UPDATE review SET total = 25")
        with pytest.raises(asyncpg.UniqueViolationError):
            await owner.execute(
                "INSERT INTO review SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()))).*"
                " FROM review r"
            )
    finally:
        await owner.close()


async def test_words_that_name_somebody_wait_and_the_scores_do_not(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    me, admin = town.citizen(patient), town.staff(Role.HOSPITAL_ADMIN)
    held = await review(client, town, me, appointment, text="电话 13912345678 联系我")
    assert (held["state"], held["held_reason"]) == ("pending", "可能含有个人信息")
    shown = await doctors_page(client, town)
    assert (shown["items"], shown["summary"]["count"]) == ([], 1)
    waiting = await get(client, town, admin, "/reviews", state="pending")
    assert [one["text"] for one in waiting["items"]] == ["电话 13912345678 联系我"]
    assert waiting["items"][0]["appointment_id"] is None, "who keeps reviews does not learn whose it is"
    path = f"/reviews/{held['id']}"
    assert (await post(client, town, town.doctor, f"{path}/publish"))["code"] == "forbidden"
    published = await post(client, town, admin, f"{path}/publish")
    assert published["state"] == "published"
    assert len((await doctors_page(client, town))["items"]) == 1
    assert (await post(client, town, admin, f"{path}/publish"))["code"] == "wrong-state"


async def test_hiding_words_moves_no_mean(client: Client, town: World) -> None:
    admin = town.staff(Role.HOSPITAL_ADMIN)
    bad = dict.fromkeys(GOOD, 1)
    for n in range(4):
        other, visit = await seen(client, town, f"人{n}")
        await review(client, town, town.citizen(other), visit)
    patient, appointment = await seen(client, town)
    given = await review(client, town, town.citizen(patient), appointment, scores=bad)
    before = await doctors_page(client, town)
    assert before["summary"]["mean"] == 3.7
    assert before["summary"]["distribution"] == {"1": 1, "2": 0, "3": 0, "4": 4, "5": 0}
    hidden = await post(client, town, admin, f"/reviews/{given['id']}/hide", reason="与就诊无关")
    assert (hidden["state"], hidden["hidden_reason"]) == ("hidden", "与就诊无关")
    after = await doctors_page(client, town)
    assert after["summary"] == before["summary"]
    assert len(after["items"]) == 4
    mine = await get(client, town, town.citizen(patient), f"/appointments/{given['appointment_id']}/review")
    assert (mine["text"], mine["hidden_reason"]) == ("讲得很清楚", "与就诊无关"), "its author reads why"
    moves = await town.rows("SELECT from_state, to_state FROM transition WHERE machine = 'review' ORDER BY event_id")
    assert [tuple(m) for m in moves][-1] == ("published", "hidden")
    elsewhere = town.staff(Role.HOSPITAL_ADMIN, town.other_hospital_id)
    assert (await post(client, town, elsewhere, f"/reviews/{given['id']}/publish"))["code"] == "forbidden"


async def test_a_review_taken_back_is_gone(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    me = town.citizen(patient)
    given = await review(client, town, me, appointment)
    at = {"organization_id": str(town.hospital_id)}
    path = f"/api/reviews/{given['id']}"
    stranger = await client.delete(path, params=at, headers=town.headers(town.citizen(new_id())))
    assert stranger.json()["code"] == "not-found"
    by_staff = await client.delete(path, params=at, headers=town.headers(town.staff(Role.HOSPITAL_ADMIN)))
    assert by_staff.json()["code"] == "forbidden"
    gone = await client.delete(path, params=at, headers=town.headers(me))
    assert (gone.json()["state"], gone.json()["text"]) == ("withdrawn", "")
    assert (await client.delete(path, params=at, headers=town.headers(me))).json()["code"] == "wrong-state"
    assert (await doctors_page(client, town))["summary"]["count"] == 0
    assert (await town.one("SELECT text_sealed FROM review"))[0] is None
    assert (await review(client, town, me, appointment))["code"] == "already-reviewed"


async def test_few_reviews_show_no_mean(client: Client, town: World) -> None:
    for n in range(4):
        patient, appointment = await seen(client, town, f"王小{n}")
        await review(client, town, town.citizen(patient), appointment, anonymous=n > 0)
    shown = await doctors_page(client, town)
    assert shown["summary"] == {"count": 4, "mean": None, "distribution": None, "aspects": None, "shown_from": 5}
    assert [one["author"] for one in shown["items"]] == ["匿名患者", "匿名患者", "匿名患者", "王*0"]
    assert all(one["appointment_id"] is None and not one["mine"] for one in shown["items"])
    unknown = await client.get(
        f"/api/practitioner-roles/{new_id()}/reviews", params={"organization_id": str(town.hospital_id)}
    )
    assert unknown.json()["code"] == "not-found"


async def test_an_answer_by_the_doctor_or_the_hospital_once(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    written = await review(client, town, town.citizen(patient), appointment)
    path = f"/reviews/{written['id']}/reply"
    stranger = town.staff(Role.DOCTOR, department_id=town.department_id, practitioner_id=new_id())
    assert (await post(client, town, stranger, path, text="谢谢"))["code"] == "forbidden"
    named = await post(client, town, town.doctor, path, text="请打 13912345678")
    assert named["errors"][0]["code"] == "personal_data"
    answered = await post(client, town, town.doctor, path, text="谢谢您的评价")
    assert answered["reply"] == "谢谢您的评价"
    assert (await doctors_page(client, town))["items"][0]["reply"] == "谢谢您的评价"
    again = await post(client, town, town.staff(Role.HOSPITAL_ADMIN), path, text="再次感谢")
    assert again["code"] == "already-replied"


async def test_a_doctor_reads_the_published_ones_about_themselves(client: Client, town: World) -> None:
    patient, appointment = await seen(client, town)
    await review(client, town, town.citizen(patient), appointment, text="混蛋")
    other, second = await seen(client, town, "李四")
    await review(client, town, town.citizen(other), second)
    mine = await get(client, town, town.doctor, "/reviews")
    assert [one["text"] for one in mine["items"]] == ["讲得很清楚"]
    stranger = town.staff(Role.DOCTOR, practitioner_id=new_id())
    assert (await get(client, town, stranger, "/reviews"))["items"] == []
    assert len((await get(client, town, town.staff(Role.HOSPITAL_ADMIN), "/reviews"))["items"]) == 2
    assert (await get(client, town, town.nurse, "/reviews"))["code"] == "forbidden"
    foreign = await client.get(
        "/api/reviews", params={"patient_id": str(patient)}, headers=town.headers(town.citizen(new_id()))
    )
    assert foreign.json()["code"] == "foreign-patient"


async def test_the_directory_knows_places_fees_and_reviews(client: Client, town: World) -> None:
    tomorrow = await town.open_session(
        day=date(2026, 11, 24), practitioner_role_id=town.role_id, location_id=town.room_id
    )
    path, query = f"/api/practitioner-roles/{town.role_id}", {"organization_id": str(town.hospital_id)}
    one = (await client.get(path, params=query)).json()
    assert one["next_free_at"].startswith("2026-11-23T01:00"), "the next slot of today that has not begun"
    assert (one["fee_fen"], one["review_count"], one["review_mean"]) == (5000, 0, None)
    await town.rows("UPDATE slot SET open = false WHERE schedule_id = :id RETURNING 1", id=town.session.id)
    listed = (await client.get("/api/practitioner-roles", params=query)).json()["items"]
    assert listed[0]["next_free_at"].startswith("2026-11-24")
    await town.rows("UPDATE slot SET pool = 'onsite' WHERE schedule_id = :id RETURNING 1", id=tomorrow.id)
    full = (await client.get(path, params=query)).json()
    assert (full["next_free_at"], full["fee_fen"]) == (None, 5000), "places for some only are not everybody's"
    for n in range(5):
        patient, appointment = await seen(client, town, f"人{n}")
        await review(client, town, town.citizen(patient), appointment)
    known = (await client.get(path, params=query)).json()
    assert (known["review_count"], known["review_mean"]) == (5, 4.4)


async def test_favourites_belong_to_an_account(client: Client, town: World) -> None:
    me, somebody = town.citizen(), town.citizen()
    at = {"organization_id": str(town.hospital_id)}
    path = f"/api/favourites/{town.role_id}"
    for _ in range(2):
        kept = await client.put(path, params=at, headers=town.headers(me))
        assert kept.json()["favourite"] is True
    department = await client.put(
        f"/api/favourites/{town.department_id}", params={**at, "kind": "department"}, headers=town.headers(me)
    )
    assert department.status_code == 200, department.text
    listed = (await client.get("/api/favourites", headers=town.headers(me))).json()["items"]
    assert {(one["kind"], one["department_name"]) for one in listed} == {
        ("role", "心血管内科门诊"),
        ("department", "心血管内科门诊"),
    }
    assert next(one["practitioner"]["name"] for one in listed if one["kind"] == "role") == "张医生"
    assert (await client.get("/api/favourites", headers=town.headers(somebody))).json()["items"] == []
    for _ in range(2):
        gone = await client.delete(path, params=at, headers=town.headers(me))
        assert gone.json()["favourite"] is False
    assert len((await client.get("/api/favourites", headers=town.headers(me))).json()["items"]) == 1
    events = await town.rows("SELECT type FROM event WHERE type LIKE 'reviews:favourite:%' ORDER BY position")
    assert [e[0].rsplit(":", 1)[1] for e in events] == ["added", "added", "removed"], "twice is one event"
    unknown = await client.put(f"/api/favourites/{new_id()}", params=at, headers=town.headers(me))
    assert unknown.json()["code"] == "not-found"
    assert (await client.put(path, params=at, headers=town.headers(town.nurse))).json()["code"] == "forbidden"
    assert (await client.get("/api/favourites")).json()["code"] == "unauthenticated"
