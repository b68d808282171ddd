"""Several rooms on one line, pauses, transfers, returns with results, rules as data: over the interface."""

from datetime import date, timedelta
from typing import Any

import pytest
from httpx import AsyncClient as Client
from sqlalchemy import insert

from booking.test_queue import arrive, get, post, queue_of
from worlds import Session, World
from yitong.booking.queue import service
from yitong.booking.service.actions import CANCEL
from yitong.directory.model import Location, Practitioner, PractitionerRole
from yitong.kernel.clock import SetClock
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role


async def second_room(town: World, *, fee_of: UUID | None = None) -> tuple[Session, Actor]:
    """Another doctor's session of the same clinic at the same hours, and the doctor."""
    practitioner, role, room = new_id(), new_id(), new_id()
    async with town.platform.transaction() as tx:
        await tx.session.execute(
            insert(Practitioner).values(
                id=practitioner,
                name="李医生",
                pinyin="LYS",
                gender="male",
                licence_no=practitioner.hex,
                introduction="",
                introduction_en="",
            )
        )
        await tx.session.execute(
            insert(PractitionerRole).values(
                organization_id=town.hospital_id,
                id=role,
                practitioner_id=practitioner,
                department_id=town.department_id,
                role="doctor",
                title="主治医师",
                title_en="Attending",
                specialty_text="",
                active=True,
            )
        )
        await tx.session.execute(
            insert(Location).values(
                organization_id=town.hospital_id,
                id=room,
                department_id=town.department_id,
                parent_id=town.hall_id,
                kind="room",
                name="心内科 5 诊室",
                name_en="Cardiology room 5",
                building="门诊楼",
                floor=2,
            )
        )
    session = await town.open_session(practitioner_role_id=role, location_id=room, service_id=fee_of)
    return session, town.staff(Role.DOCTOR, department_id=town.department_id, practitioner_id=practitioner)


async def group(client: Client, town: World, *sessions: Session, **more: Any) -> Any:
    day = sessions[0].day if sessions else date(2026, 11, 23)
    body = {
        "department_id": str(town.department_id),
        "date": day.isoformat(),
        "name": "心内科普通门诊",
        "schedule_ids": [str(one.id) for one in sessions],
        **more,
    }
    return await post(client, town, town.nurse, "/queue-groups", **body)


async def call(client: Client, town: World, doctor: Actor, session: Session) -> Any:
    return await post(client, town, doctor, f"/queues/{session.id}/call-next")


async def finish(client: Client, town: World, doctor: Actor, called: Any) -> Any:
    return await post(client, town, doctor, f"/encounters/{called['encounter']['id']}/finish")


async def test_two_rooms_call_from_one_line_and_nobody_twice(client: Client, town: World) -> None:
    other, colleague = await second_room(town)
    made = await group(client, town, town.session, other)
    assert made["name_en"] == "心内科普通门诊"
    people = [await town.patient(f"人{n}") for n in range(4)]
    places = [
        await arrive(client, town, person, session=session)
        for person, session in zip(people, [town.session, other, other, town.session], strict=True)
    ]
    numbers = [place["number_text"] for place in places]
    assert numbers == ["A001", "A002", "A003", "A004"], "whoever would share a number gets a new one at check-in"
    assert [place["ahead"] for place in places] == [0, 1, 2, 3]
    assert "心内科 3 诊室、心内科 5 诊室" in places[3]["hint"]["zh"]
    first = await call(client, town, town.doctor, town.session)
    second = await call(client, town, colleague, other)
    assert (first["entry"]["number_text"], second["entry"]["number_text"]) == ("A001", "A002")
    assert (first["entry"]["room"], second["entry"]["room"]) == ("心内科 3 诊室", "心内科 5 诊室")
    assert (await call(client, town, colleague, other))["code"] == "room-occupied"
    await finish(client, town, colleague, second)
    third = await call(client, town, colleague, other)
    assert third["entry"]["number_text"] == "A003"
    assert [n["number_text"] for n in (await queue_of(client, town))["entries"]][:2] == ["A001", "A003"]
    listed = await get(client, town, town.nurse, "/queues")
    shared = {q["room"]: (q["waiting"], q["finished"], q["group_name"]) for q in listed["items"]}
    name = "心内科普通门诊"
    assert shared == {"心内科 3 诊室": (1, 0, name), "心内科 5 诊室": (1, 1, name)}


async def test_the_doctor_who_calls_is_the_doctor_of_the_visit(client: Client, town: World) -> None:
    other, colleague = await second_room(town)
    await group(client, town, town.session, other)
    place = await arrive(client, town, await town.patient())
    called = await call(client, town, colleague, other)
    kept = await town.one(
        "SELECT practitioner_role_id FROM encounter WHERE id = :id", id=UUID(called["encounter"]["id"])
    )
    assert kept[0] == other.practitioner_role_id
    saved = await client.put(
        f"/api/encounters/{called['encounter']['id']}",
        json={"organization_id": str(town.hospital_id), "advice": "多休息"},
        headers=town.headers(colleague),
    )
    assert saved.status_code == 200, saved.text
    assert place["room_en"] == "Cardiology room 3, Cardiology room 5"


async def test_expected_times_spread_over_the_open_rooms(client: Client, town: World) -> None:
    other, _ = await second_room(town)
    await group(client, town, town.session, other)
    people = [await town.patient(f"人{n}") for n in range(5)]
    places = [await arrive(client, town, person) for person in people]
    assert [place["expected_minutes"] for place in places] == [0, 0, 5, 5, 10], "five minutes each, two doors"
    await post(client, town, town.doctor, f"/queues/{town.session.id}/pause", reason="抢救患者")
    last = await get(client, town, town.citizen(people[4]), f"/appointments/{places[4]['appointment_id']}/queue-place")
    assert last["expected_minutes"] == 20, "one door is left"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"schedule_ids": [str(new_id())]}, "unknown"),
        ({"department_id": "other"}, "elsewhere"),
    ],
)
async def test_what_cannot_share_a_line(client: Client, town: World, more: dict[str, Any], code: str) -> None:
    if more.get("department_id") == "other":
        more = {"department_id": str(town.other_department_id)}
    refused = await group(client, town, town.session, **more)
    assert refused["code"] == "validation-failed"
    assert refused["errors"][0]["code"] == code


async def test_a_session_shares_one_line_at_most_and_a_group_can_be_dissolved(client: Client, town: World) -> None:
    other, colleague = await second_room(town)
    made = await group(client, town, town.session, other)
    assert (await group(client, town, other))["code"] == "session-grouped"
    assert (await get(client, town, town.nurse, "/queue-groups"))["items"] == [made]
    body: dict[str, Any] = {**made, "schedule_ids": []}
    await arrive(client, town, await town.patient())
    changed = await client.put(f"/api/queue-groups/{made['id']}", json=body, headers=town.headers(town.nurse))
    assert changed.json()["schedule_ids"] == []
    assert (await call(client, town, colleague, other))["code"] == "nothing-to-call"
    assert "entry" in await call(client, town, town.doctor, town.session)
    refused = await client.put(f"/api/queue-groups/{made['id']}", json=body, headers=town.headers(town.registrar))
    assert refused.json()["code"] == "forbidden"


async def test_a_line_dissolved_while_somebody_is_inside(client: Client, town: World) -> None:
    other, colleague = await second_room(town)
    made = await group(client, town, town.session, other)
    for n in range(2):
        await arrive(client, town, await town.patient(f"人{n}"))
    called = await call(client, town, colleague, other)
    body: dict[str, Any] = {**made, "schedule_ids": []}
    await client.put(f"/api/queue-groups/{made['id']}", json=body, headers=town.headers(town.nurse))
    theirs = await get(client, town, colleague, f"/queues/{other.id}")
    assert theirs["current"]["id"] == called["entry"]["id"]
    refused = await call(client, town, colleague, other)
    assert (refused["code"], "A001" in refused["conflict"]["text"]["zh"]) == ("room-occupied", True)
    board = await get(client, town, town.hall_screen, f"/halls/{town.hall_id}")
    assert {room["room"]: room["now_serving"] for room in board["rooms"]} == {
        "心内科 3 诊室": None,
        "心内科 5 诊室": "A001",
    }
    assert (await finish(client, town, colleague, called))["state"] == "finished"


async def test_a_paused_room_calls_nobody_and_says_why(client: Client, town: World, clock: SetClock) -> None:
    me = await town.patient()
    place = await arrive(client, town, me)
    path = f"/queues/{town.session.id}"
    until = (clock.now() + timedelta(minutes=20)).isoformat()
    paused = await post(client, town, town.doctor, f"{path}/pause", reason="医生会诊", until=until)
    assert (paused["paused"]["reason"], "consulting" in paused["paused"]["reason_en"]) == ("医生会诊", True)
    refused = await post(client, town, town.doctor, f"{path}/call-next")
    assert refused["code"] == "room-paused"
    assert "医生会诊" in refused["message"]["zh"]
    assert (await post(client, town, town.nurse, f"{path}/pause", reason="x"))["code"] == "room-paused"
    mine = await get(client, town, town.citizen(me), f"/appointments/{place['appointment_id']}/queue-place")
    assert (mine["expected_minutes"], "医生会诊" in mine["hint"]["zh"]) == (20, True)
    board = await get(client, town, town.hall_screen, f"/halls/{town.hall_id}")
    assert board["rooms"][0]["paused"]["reason"] == "医生会诊"
    resumed = await post(client, town, town.nurse, f"{path}/resume")
    assert resumed["paused"] is None
    assert (await post(client, town, town.nurse, f"{path}/resume"))["code"] == "room-not-paused"
    assert "entry" in await post(client, town, town.doctor, f"{path}/call-next")
    early = (clock.now() - timedelta(minutes=1)).isoformat()
    assert (await post(client, town, town.nurse, f"{path}/pause", reason="x", until=early))["code"] == (
        "validation-failed"
    )
    events = await town.rows(
        "SELECT type, payload->>'reason' FROM event WHERE type LIKE 'queue:room:%' ORDER BY position"
    )
    assert [tuple(e) for e in events] == [("queue:room:paused", "医生会诊"), ("queue:room:resumed", "医生会诊")]


async def test_somebody_is_handed_to_another_room_with_a_trace(client: Client, town: World) -> None:
    other, colleague = await second_room(town)
    await arrive(client, town, await town.patient("已在"), session=other)
    me = await town.patient("转诊")
    place = await arrive(client, town, me)
    entry = (await queue_of(client, town))["entries"][0]
    handed = await post(
        client,
        town,
        town.nurse,
        f"/queue-entries/{entry['id']}/transfer",
        schedule_id=str(other.id),
        reason="医生需手术",
    )
    assert (handed["room"], handed["transferred_from"], handed["bound"]) == ("心内科 5 诊室", "心内科 3 诊室", True)
    assert handed["number_text"] == "A002", "A001 is somebody else's there"
    assert (await queue_of(client, town))["entries"] == []
    mine = await get(client, town, town.citizen(me), f"/appointments/{place['appointment_id']}/queue-place")
    assert (mine["number_text"], mine["room"], mine["ahead"]) == ("A002", "心内科 5 诊室", 1)
    again = await post(client, town, town.citizen(me), f"/appointments/{place['appointment_id']}/check-in")
    assert again["number_text"] == "A002", "checking in again answers the new place"
    said = await town.one("SELECT payload FROM event WHERE type = 'queue:entry:transferred'")
    assert (said[0]["from_room"], said[0]["room"], said[0]["reason"], said[0]["number_before_text"]) == (
        "心内科 3 诊室",
        "心内科 5 诊室",
        "医生需手术",
        "A001",
    )
    assert "entry" in await call(client, town, colleague, other)
    audited = await get(client, town, town.nurse, f"/queues/{other.id}/audit")
    assert audited["clean"], audited
    left = await get(client, town, town.nurse, f"/queues/{town.session.id}/audit")
    assert left["clean"], left


async def test_whom_one_cannot_hand_over(client: Client, town: World) -> None:
    await arrive(client, town, await town.patient())
    entry = (await queue_of(client, town))["entries"][0]
    path = f"/queue-entries/{entry['id']}/transfer"
    elsewhere = await town.open_session(department_id=town.other_department_id, service_id=town.other_service_id)
    for target in (elsewhere.id, town.session.id):
        refused = await post(client, town, town.nurse, path, schedule_id=str(target), reason="x")
        assert refused["code"] == "transfer-elsewhere"
    other, _ = await second_room(town)
    await town.rows("UPDATE healthcare_service SET fee_fen = 1 WHERE id = :id RETURNING 1", id=town.service_id)
    dear = await town.open_session(service_id=town.other_service_id)
    assert (await post(client, town, town.nurse, path, schedule_id=str(dear.id), reason="x"))["code"] == (
        "transfer-dearer"
    )
    assert (await post(client, town, town.registrar, path, schedule_id=str(other.id), reason="x"))[
        "code"
    ] == "forbidden"
    await call(client, town, town.doctor, town.session)
    refused = await post(client, town, town.nurse, path, schedule_id=str(other.id), reason="x")
    assert refused["code"] == "wrong-state", "who is called is skipped first"


async def test_back_with_results_after_two_first_visits(client: Client, town: World) -> None:
    people = [await town.patient(f"人{n}") for n in range(5)]
    places = [await arrive(client, town, person) for person in people]
    first = await call(client, town, town.doctor, town.session)
    mine, path = town.citizen(people[0]), f"/appointments/{places[0]['appointment_id']}"
    await finish(client, town, town.doctor, first)
    assert (await post(client, town, mine, f"{path}/check-in"))["code"] == "wrong-state", "nobody expects them"
    entry = f"/queue-entries/{first['entry']['id']}"
    expected = await post(client, town, town.doctor, f"{entry}/expect-results")
    assert expected["results_expected"] is True
    waiting_for = await get(client, town, mine, f"{path}/queue-place")
    assert "检查结果" in waiting_for["hint"]["zh"]
    back = await post(client, town, mine, f"{path}/check-in")
    assert (back["state"], back["ahead"], back["priority"]) == ("waiting", 2, "result")
    assert "2 位初诊" in back["priority_reason"]["zh"]
    order: list[str] = []
    for _ in range(5):
        called = await call(client, town, town.doctor, town.session)
        order.append(called["entry"]["number_text"])
        await finish(client, town, town.doctor, called)
    assert order == ["A002", "A003", "A001", "A004", "A005"]
    visits = await town.rows(
        "SELECT state FROM encounter WHERE appointment_id = :id", id=UUID(places[0]["appointment_id"])
    )
    assert [v[0] for v in visits] == ["finished", "finished"], "the second look is a visit of its own"
    state = await town.one("SELECT state FROM appointment WHERE id = :id", id=UUID(places[0]["appointment_id"]))
    assert state[0] == "fulfilled"
    assert (await get(client, town, town.nurse, f"/queues/{town.session.id}/audit"))["clean"]
    again = await town.rows("SELECT again FROM consultation ORDER BY ended_at, id")
    assert sum(row[0] for row in again) == 1


async def test_staff_put_somebody_back_with_results(client: Client, town: World) -> None:
    people = [await town.patient(f"人{n}") for n in range(4)]
    for person in people:
        await arrive(client, town, person)
    first = await call(client, town, town.doctor, town.session)
    await finish(client, town, town.doctor, first)
    back = await post(client, town, town.registrar, f"/queue-entries/{first['entry']['id']}/return")
    assert (back["state"], back["priority"]) == ("waiting", "result")
    for _ in range(2):
        await finish(client, town, town.doctor, await call(client, town, town.doctor, town.session))
    called = await call(client, town, town.doctor, town.session)
    assert called["entry"]["number_text"] == "A001"
    skipped = await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/skip")
    assert skipped["state"] == "skipped"
    refused = await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/recall")
    assert refused["code"] == "wrong-state"


async def test_with_results_one_comes_back_on_the_day_only(client: Client, town: World, clock: SetClock) -> None:
    await arrive(client, town, await town.patient())
    first = await call(client, town, town.doctor, town.session)
    await finish(client, town, town.doctor, first)
    clock.advance(days=1)
    refused = await post(client, town, town.registrar, f"/queue-entries/{first['entry']['id']}/return")
    assert refused["code"] == "wrong-state"


async def test_who_goes_first_by_rule(client: Client, town: World) -> None:
    people = [await town.patient(f"人{n}") for n in range(3)]
    for person in people:
        await arrive(client, town, person)
    entries = (await queue_of(client, town))["entries"]
    path = f"/queue-entries/{entries[2]['id']}/privilege"
    assert (await post(client, town, town.doctor, path, ground="soldier"))["code"] == "forbidden"
    first = await post(client, town, town.registrar, path, ground="soldier")
    assert (first["priority"], first["priority_text"]["zh"]) == ("privileged", "依规优先")
    order = [e["number_text"] for e in (await queue_of(client, town))["entries"]]
    assert order == ["A003", "A001", "A002"]
    assert (await post(client, town, town.registrar, path, ground="soldier"))["code"] == "wrong-state"
    said = await town.one("SELECT payload->>'ground_text' FROM event WHERE type = 'queue:entry:privileged'")
    assert "军人" in said[0]


async def set_rules(client: Client, town: World, actor: Actor, organization_id: UUID, **rules: Any) -> Any:
    body = {"organization_id": str(organization_id), **rules}
    return (await client.put("/api/queue-rules", json=body, headers=town.headers(actor))).json()


async def test_rules_are_data_read_by_everybody_and_inherited(client: Client, town: World) -> None:
    seen = (await client.get("/api/queue-rules", params={"organization_id": str(town.hospital_id)})).json()
    assert (seen["inherited"], seen["result_after"], seen["elderly_age"], seen["max_calls"]) == (True, 2, 80, 5)
    codes = ["emergency", "privileged", "elderly", "normal", "result", "returner", "late"]
    assert [one["code"] for one in seen["priorities"]] == codes
    assert all(one["reason"]["zh"] and one["reason"]["en"] for one in seen["priorities"])
    admin, platform = town.staff(Role.HOSPITAL_ADMIN), town.staff(Role.PLATFORM_ADMIN, town.commission_id)
    await set_rules(client, town, platform, town.commission_id, result_after=4, elderly_age=75)
    own = await set_rules(client, town, admin, town.hospital_id, result_after=3)
    assert (own["inherited"], own["result_after"], own["elderly_age"]) == (False, 3, 75)
    assert "75 岁" in next(one["reason"]["zh"] for one in own["priorities"] if one["code"] == "elderly")
    events = await town.rows(
        "SELECT payload->'changes' FROM event WHERE type = 'queue:rules:changed' ORDER BY position"
    )
    assert [e[0] for e in events][1] == {"result_after": [4, 3]}


async def test_rules_have_bounds_and_keepers(client: Client, town: World) -> None:
    admin = town.staff(Role.HOSPITAL_ADMIN)
    refused = await set_rules(client, town, admin, town.hospital_id, result_after=0, elderly_age=121)
    assert [e["field"] for e in refused["errors"]] == ["result_after", "elderly_age"]
    fixed = await set_rules(client, town, admin, town.hospital_id, priorities=[{"code": "emergency", "enabled": False}])
    assert fixed["errors"][0]["code"] == "fixed"
    assert (await set_rules(client, town, admin, town.other_hospital_id, result_after=3))["code"] == "forbidden"
    assert (await set_rules(client, town, town.nurse, town.hospital_id, result_after=3))["code"] == "forbidden"
    assert (await set_rules(client, town, town.staff(Role.PLATFORM_ADMIN), new_id(), max_calls=3))[
        "code"
    ] == "not-found"


async def test_a_switched_off_class_and_the_call_limit(client: Client, town: World) -> None:
    admin = town.staff(Role.HOSPITAL_ADMIN)
    off = [{"code": "privileged", "enabled": False}, {"code": "elderly", "enabled": False}]
    await set_rules(client, town, admin, town.hospital_id, priorities=off, max_calls=2)
    await arrive(client, town, await town.patient(birth_date=date(1930, 1, 1)))
    entry = (await queue_of(client, town))["entries"][0]
    assert entry["priority"] == "normal"
    path = f"/queue-entries/{entry['id']}"
    assert (await post(client, town, town.nurse, f"{path}/privilege", ground="disabled"))["code"] == "rule-off"
    await call(client, town, town.doctor, town.session)
    assert (await post(client, town, town.doctor, f"{path}/recall"))["calls"] == 2
    assert (await post(client, town, town.doctor, f"{path}/recall"))["code"] == "call-limit"


async def test_a_screen_that_was_offline_catches_up(client: Client, town: World, clock: SetClock) -> None:
    for n in range(3):
        await arrive(client, town, await town.patient(f"王小{n}"))
    path = f"/halls/{town.hall_id}"
    before = await get(client, town, town.hall_screen, path)
    clock.advance(minutes=1)
    first = await call(client, town, town.doctor, town.session)
    assert "心内科 3 诊室就诊" in first["entry"]["spoken"]["zh"]
    await finish(client, town, town.doctor, first)
    clock.advance(minutes=1)
    second = await call(client, town, town.doctor, town.session)
    live = await get(client, town, town.hall_screen, path)
    await post(client, town, town.doctor, f"/queue-entries/{second['entry']['id']}/skip")
    board = await get(client, town, town.hall_screen, path, since=before["server_time"])
    assert [(c["number_text"], c["state"]) for c in board["recent"]] == [("A001", "finished"), ("A002", "skipped")]
    assert board["recent"][1]["call_id"] == live["calling"][0]["call_id"], "a call is known again and played once"
    assert [s["number_text"] for s in board["rooms"][0]["skipped"]] == ["A002"]
    assert board["revision"] != before["revision"]
    now = await get(client, town, town.hall_screen, path, since=board["server_time"])
    assert (now["recent"], now["revision"]) == ([], board["revision"])
    assert now["priorities"][0]["code"] == "emergency"


async def test_cancelling_takes_the_entry_out(client: Client, town: World) -> None:
    me = await town.patient()
    place = await arrive(client, town, me)
    appointment = UUID(place["appointment_id"])
    async with town.platform.transaction(town.registrar) as tx:
        grant = CANCEL.check(tx.actor, organization_id=town.hospital_id, patient_id=me)
        subject = Subject("appointment", appointment, town.hospital_id, me)
        event_id = await record(tx, grant, service.QueueEvent.SKIPPED, subject, {})
        assert await service.leave(tx, grant, town.hospital_id, appointment, event_id)
        assert not await service.leave(tx, grant, town.hospital_id, appointment, event_id), "twice is harmless"
        assert not await service.leave(tx, grant, town.hospital_id, new_id(), event_id)
    assert (await queue_of(client, town))["entries"] == []
    assert (await call(client, town, town.doctor, town.session))["code"] == "nothing-to-call"
