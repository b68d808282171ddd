"""Checking in, calling, recalling, skipping, returning: over the interface, on real rows."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from httpx import AsyncClient as Client
from sqlalchemy import insert

from worlds import World
from yitong.identity.model import HealthCard
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role


async def post(client: Client, town: World, actor: Actor, path: str, **body: Any) -> Any:
    """The answer's JSON, with its status under ``status_code`` when it is a refusal."""
    given = {"organization_id": str(town.hospital_id), **body}
    answer = await client.post(f"/api{path}", json=given, headers=town.headers(actor))
    return answer.json()


async def get(client: Client, town: World, actor: Actor, path: str, **query: Any) -> Any:
    given = {"organization_id": str(town.hospital_id), **query}
    return (await client.get(f"/api{path}", params=given, headers=town.headers(actor))).json()


async def arrive(client: Client, town: World, patient: UUID, slot: int = 0, **more: Any) -> Any:
    """Book and check in by phone; the place in the queue."""
    appointment = await town.book(patient, slot=slot, **more)
    place = await post(client, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
    assert place["appointment_id"] == str(appointment), place
    return place


async def queue_of(client: Client, town: World) -> Any:
    return await get(client, town, town.nurse, f"/queues/{town.session.id}")


async def test_checking_in_gives_a_place_and_moves_the_appointment(client: Client, town: World) -> None:
    patient = await town.patient()
    place = await arrive(client, town, patient)
    assert (place["state"], place["number_text"], place["ahead"]) == ("waiting", "A001", 0)
    assert place["room"] == "心内科 3 诊室"
    assert "下一位就是您" in place["hint"]["zh"]
    assert "Cardiology room 3" in place["hint"]["en"]
    moves = await town.rows(
        "SELECT machine, from_state, to_state, event_id FROM transition WHERE organization_id = :o AND sequence > 1"
        " OR machine = 'queue_entry' ORDER BY machine",
        o=town.hospital_id,
    )
    assert [m[:3] for m in moves] == [("appointment", "booked", "checked_in"), ("queue_entry", "new", "waiting")]
    events = await town.rows("SELECT id, type, actor_kind, payload->>'number_text' FROM event")
    assert [e[1:] for e in events] == [("queue:entry:checked_in", "citizen", "A001")]
    assert {m[3] for m in moves} == {events[0][0]}, "one action, one event, two rows of history"


async def test_checking_in_twice_is_harmless(client: Client, town: World) -> None:
    patient = await town.patient()
    first = await arrive(client, town, patient)
    again = await post(client, town, town.citizen(patient), f"/appointments/{first['appointment_id']}/check-in")
    assert again == first
    assert len(await town.rows("SELECT 1 FROM event")) == 1


@pytest.mark.parametrize(
    ("moved", "code"),
    [
        (timedelta(hours=-8), "too-early"),  # 00:30 on the day, the slot begins at 08:30
        (timedelta(hours=-9), "not-today"),
        (timedelta(hours=3), "too-late"),  # the slot ended at 09:00, the window at 11:00
        (timedelta(days=1), "not-today"),
    ],
)
async def test_outside_of_the_window(client: Client, town: World, clock: SetClock, moved: timedelta, code: str) -> None:
    patient = await town.patient()
    appointment = await town.book(patient)
    clock.advance(seconds=moved.total_seconds())
    refused = await post(client, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
    assert refused["code"] == code
    assert refused["next"]["zh"]
    assert await town.rows("SELECT 1 FROM queue_entry") == []
    at_desk = await post(client, town, town.registrar, f"/appointments/{appointment}/check-in")
    assert at_desk.get("state" if code != "not-today" else "code") == ("waiting" if code != "not-today" else code)


async def test_wrong_states_and_strangers(client: Client, town: World) -> None:
    patient = await town.patient()
    appointment = await town.book(patient, state="no_show")
    path = f"/appointments/{appointment}/check-in"
    refused = await post(client, town, town.citizen(patient), path)
    assert refused["code"] == "wrong-state"
    assert "爽约" in refused["message"]["zh"]
    assert (await post(client, town, town.citizen(new_id()), path))["code"] == "not-found"
    assert (await post(client, town, town.staff(Role.REGISTRAR, town.other_hospital_id), path))["code"] == "not-found"
    assert (await post(client, town, town.staff(Role.SCHEDULER), path))["code"] == "forbidden"


async def test_the_queue_is_called_in_its_fair_order(client: Client, town: World, clock: SetClock) -> None:
    names = {}
    clock.advance(minutes=35)  # 09:05, the first slot is over
    for name, slot, birth in [
        ("late", 0, date(1990, 1, 1)),
        ("next slot", 2, date(1990, 1, 1)),
        ("on time", 1, date(1990, 1, 1)),
        ("great age", 1, date(1940, 1, 1)),
    ]:
        patient = await town.patient(name, birth_date=birth)
        place = await arrive(client, town, patient, slot)
        names[place["appointment_id"]] = name
    queue = await queue_of(client, town)
    assert [names[e["appointment_id"]] for e in queue["entries"]] == ["great age", "on time", "late", "next slot"]
    assert [e["priority"] for e in queue["entries"]] == ["elderly", "normal", "late", "normal"]
    assert (queue["booked"], queue["waiting"], queue["finished"], queue["state"]) == (4, 4, 0, "running")
    called = [await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")]
    assert called[0]["entry"]["patient_name"] == "great age"
    assert called[0]["encounter"]["state"] == "in_progress"
    assert called[0]["entry"]["encounter_id"] == called[0]["encounter"]["id"]


async def test_a_room_takes_one_person_at_a_time(client: Client, town: World) -> None:
    path = f"/queues/{town.session.id}/call-next"
    assert (await post(client, town, town.doctor, path))["code"] == "nothing-to-call"
    for n in range(2):
        await arrive(client, town, await town.patient(f"人{n}"))
    assert "entry" in await post(client, town, town.doctor, path)
    refused = await post(client, town, town.nurse, path)
    assert refused["code"] == "room-occupied"
    assert "A001" in refused["conflict"]["text"]["zh"]


async def test_missed_call_and_return(client: Client, town: World) -> None:
    places = [await arrive(client, town, await town.patient(f"人{n}")) for n in range(6)]
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    entry = called["entry"]
    again = await post(client, town, town.doctor, f"/queue-entries/{entry['id']}/recall")
    assert again["calls"] == 2
    skipped = await post(client, town, town.doctor, f"/queue-entries/{entry['id']}/skip")
    assert skipped["state"] == "skipped"
    stands = await town.one(
        "SELECT a.state, e.state FROM appointment a JOIN encounter e ON e.appointment_id = a.id WHERE a.id = :a",
        a=UUID(places[0]["appointment_id"]),
    )
    assert tuple(stands) == ("checked_in", "abandoned")
    assert (await post(client, town, town.doctor, f"/queue-entries/{entry['id']}/recall"))["code"] == "wrong-state"
    back = await post(client, town, town.registrar, f"/queue-entries/{entry['id']}/return")
    assert (back["state"], back["priority"], back["encounter_id"], back["calls"]) == ("waiting", "returner", None, 0)
    order = [e["number_text"] for e in (await queue_of(client, town))["entries"]]
    assert order == ["A002", "A003", "A004", "A005", "A006", "A001"], "behind everybody of the same slot"
    events = await town.rows(
        "SELECT type FROM event WHERE payload->>'appointment_id' = :a ORDER BY position",
        a=places[0]["appointment_id"],
    )
    assert [e[0].rsplit(":", 1)[1] for e in events] == ["checked_in", "called", "recalled", "skipped", "returned"]


async def test_whoever_missed_the_call_returns_by_checking_in_again(client: Client, town: World) -> None:
    patients = [await town.patient(f"人{n}") for n in range(2)]
    first = await arrive(client, town, patients[0])
    await arrive(client, town, patients[1])
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/skip")
    mine = town.citizen(patients[0])
    path = f"/appointments/{first['appointment_id']}"
    missed = await get(client, town, mine, f"{path}/queue-place")
    assert (missed["state"], "再次签到" in missed["hint"]["zh"]) == ("skipped", True)
    place = await post(client, town, mine, f"{path}/check-in")
    assert (place["state"], place["ahead"]) == ("waiting", 1)


async def test_whose_sessions_a_doctor_may_run(client: Client, town: World) -> None:
    await arrive(client, town, await town.patient())
    path = f"/queues/{town.session.id}/call-next"
    stranger = town.staff(Role.DOCTOR, department_id=town.other_department_id, practitioner_id=new_id())
    assert (await post(client, town, stranger, path))["code"] == "forbidden"
    assert (await post(client, town, town.registrar, path))["code"] == "forbidden"
    assert (await post(client, town, town.staff(Role.DOCTOR, town.other_hospital_id), path))["code"] == "forbidden"
    colleague = town.staff(Role.DOCTOR, department_id=town.department_id, practitioner_id=new_id())
    assert "entry" in await post(client, town, colleague, path)


async def test_expected_time_follows_the_doctors_pace(client: Client, town: World, clock: SetClock) -> None:
    patients = [await town.patient(f"人{n}") for n in range(6)]
    places = [await arrive(client, town, patient) for patient in patients]
    assert places[-1]["ahead"] == 5
    assert places[-1]["expected_minutes"] == 25, "half an hour for six people, as planned"
    for _ in range(3):
        called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
        await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/start")
        clock.advance(minutes=8)
        await post(client, town, town.doctor, f"/encounters/{called['encounter']['id']}/finish")
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/start")
    clock.advance(minutes=3)
    last = await get(
        client, town, town.citizen(patients[-1]), f"/appointments/{places[-1]['appointment_id']}/queue-place"
    )
    # Three of eight minutes, drawn halfway to the five that were planned: six and a half each, three of them gone.
    assert (last["ahead"], last["expected_minutes"], last["now_serving"]) == (1, 10, "A004")


async def test_before_check_in_the_place_says_what_to_do(client: Client, town: World) -> None:
    patient = await town.patient()
    appointment = await town.book(patient, slot=3)
    place = await get(client, town, town.citizen(patient), f"/appointments/{appointment}/queue-place")
    assert (place["state"], place["number_text"]) == ("not_checked_in", "A001")
    assert "签到" in place["hint"]["zh"]
    refused = await get(client, town, town.citizen(new_id()), f"/appointments/{appointment}/queue-place")
    assert refused["code"] == "not-found"


async def test_queues_of_the_day(client: Client, town: World) -> None:
    await town.open_session(department_id=town.other_department_id, service_id=town.other_service_id)
    await arrive(client, town, await town.patient())
    items = (await get(client, town, town.doctor, "/queues"))["items"]
    assert sorted((i["department_name"], i["mine"], i["waiting"], i["period"]) for i in items) == [
        ("心血管内科门诊", True, 1, "am"),
        ("普通外科门诊", False, 0, "am"),
    ]
    some = await get(client, town, town.doctor, "/queues", department_id=str(town.department_id))
    assert [i["schedule_id"] for i in some["items"]] == [str(town.session.id)]
    assert (await get(client, town, town.doctor, "/queues", date="2026-11-24"))["items"] == []
    assert (await get(client, town, town.citizen(), "/queues"))["code"] == "forbidden"


async def test_the_hall_shows_masked_names_only(client: Client, town: World) -> None:
    for name in ("欧阳小明", "李四"):
        await arrive(client, town, await town.patient(name))
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    path = f"/halls/{town.hall_id}"
    board = await get(client, town, town.hall_screen, path)
    assert [(c["number_text"], c["name_masked"], c["calls"]) for c in board["calling"]] == [("A001", "欧**明", 1)]
    room = board["rooms"][0]
    assert (room["room"], room["now_serving"], room["waiting_count"]) == ("心内科 3 诊室", "A001", 1)
    assert [(w["number_text"], w["name_masked"], w["priority"]) for w in room["waiting"]] == [("A002", "李*", "normal")]
    assert "小明" not in str(board)
    await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/start")
    board = await get(client, town, town.hall_screen, path)
    assert (board["calling"], board["rooms"][0]["now_serving"]) == ([], "A001")
    foreign = town.staff(Role.NURSE, town.other_hospital_id)
    assert (await get(client, town, foreign, path))["code"] == "forbidden"
    assert (await get(client, town, town.hall_screen, f"/halls/{town.room_id}"))["code"] == "not-found"


async def card_code(client: Client, town: World, patient: UUID) -> str:
    """A dynamic code as the patient's phone shows it."""
    async with town.platform.transaction() as tx:
        await tx.session.execute(
            insert(HealthCard).values(
                patient_id=patient, ecard_id=patient.hex.upper() * 2, issued_at=tx.now, state="active", version=1
            )
        )
    answer = await client.post(
        f"/api/patients/{patient}/card/dynamic-code", headers=town.headers(town.citizen(patient))
    )
    assert answer.status_code < 300, answer.text
    return answer.json()["text"]


async def test_a_card_at_the_kiosk_checks_in_whatever_can_be(client: Client, town: World) -> None:
    patient = await town.patient("王小明")
    now = await town.book(patient)
    later = await town.book(
        patient,
        slot=5,
        session=await town.open_session(
            begin=time(14, 0),
            department_id=town.other_department_id,
            service_id=town.other_service_id,
        ),
    )
    tomorrow = await town.book(patient, session=await town.open_session(day=date(2026, 11, 24)))
    code = {"text": await card_code(client, town, patient)}
    headers = town.headers(town.kiosk)
    answer = await client.post("/api/check-ins", json=code, headers=headers)
    assert answer.status_code == 201, answer.text
    given = answer.json()
    assert given["patient"] == {"name_masked": "王*明"}
    assert [(r["appointment_id"], r["state"]) for r in given["results"]] == [(str(now), "waiting")]
    assert [(o["id"], o["code"]) for o in given["others"]] == [(str(later), "too-early"), (str(tomorrow), "not-today")]
    assert "14:30" in given["others"][0]["reason"]["zh"]
    same = await client.post("/api/check-ins", json=code, headers=headers)
    assert same.json() == given, "the same key gives the same answer"
    replayed = await client.post("/api/check-ins", json=code, headers=town.headers(town.kiosk))
    assert replayed.json()["code"] == "card-code-replayed"
    assert len(await town.rows("SELECT 1 FROM queue_entry")) == 1
    refused = await client.post("/api/check-ins", json=code, headers=town.headers(town.citizen(patient)))
    assert refused.status_code in (400, 403)


async def test_a_cancelled_appointment_is_never_called(client: Client, town: World) -> None:
    first = await arrive(client, town, await town.patient("甲一"))
    await arrive(client, town, await town.patient("乙二"))
    await town.rows(
        "UPDATE appointment SET state = 'cancelled', cancelled_reason = 'ill' WHERE id = :id RETURNING 1",
        id=UUID(first["appointment_id"]),
    )
    called = await post(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    assert called["entry"]["patient_name"] == "乙二"
