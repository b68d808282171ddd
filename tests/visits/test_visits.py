"""The visit from the call to the end: one event a step, history of three machines, notes sealed."""

from typing import Any

from httpx import AsyncClient as Client

from worlds import World
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role

NOTE = {
    "chief_complaint": "胸闷三天",
    "diagnosis_text": "冠心病？",
    "advice": "心电图，一周后复诊",
    "follow_up": "return_visit",
}


async def send(client: Client, town: World, actor: Actor, method: str, path: str, **body: Any) -> Any:
    given = {"organization_id": str(town.hospital_id), **body}
    return (await client.request(method, f"/api{path}", json=given, headers=town.headers(actor))).json()


async def get(client: Client, town: World, actor: Actor, path: str, **query: Any) -> Any:
    return (await client.get(f"/api{path}", params=query, headers=town.headers(actor))).json()


async def called(client: Client, town: World, patient: UUID) -> Any:
    """Somebody who has checked in and is called; entry and encounter."""
    appointment = await town.book(patient)
    await send(client, town, town.citizen(patient), "POST", f"/appointments/{appointment}/check-in")
    return await send(client, town, town.doctor, "POST", f"/queues/{town.session.id}/call-next")


async def test_a_visit_from_the_call_to_the_end(client: Client, town: World) -> None:
    patient = await town.patient("王小明")
    visit = await called(client, town, patient)
    entry, encounter = visit["entry"], visit["encounter"]
    assert (entry["state"], encounter["state"], encounter["patient_name"]) == ("called", "in_progress", "王小明")
    started = await send(client, town, town.doctor, "POST", f"/queue-entries/{entry['id']}/start")
    assert (started["entry"]["state"], started["encounter"]["id"]) == ("in_consultation", encounter["id"])
    path = f"/encounters/{encounter['id']}"
    saved = await send(client, town, town.doctor, "PUT", path, **NOTE)
    assert {name: saved[name] for name in NOTE} == NOTE
    done = await send(client, town, town.doctor, "POST", f"{path}/finish", **{**NOTE, "advice": "无"})
    assert (done["state"], done["advice"], done["follow_up"]) == ("finished", "无", "return_visit")
    assert done["finished_at"] is not None
    moves = await town.rows(
        "SELECT t.machine, t.from_state || '>' || t.to_state, e.type"
        " FROM transition t JOIN event e ON e.id = t.event_id ORDER BY t.machine, t.sequence"
    )
    assert [tuple(m) for m in moves] == [
        ("appointment", "booked>checked_in", "queue:entry:checked_in"),
        ("appointment", "checked_in>called", "queue:entry:called"),
        ("appointment", "called>in_consultation", "queue:entry:started"),
        ("appointment", "in_consultation>fulfilled", "queue:entry:finished"),
        ("encounter", "new>in_progress", "queue:entry:called"),
        ("encounter", "in_progress>finished", "queue:entry:finished"),
        ("queue_entry", "new>waiting", "queue:entry:checked_in"),
        ("queue_entry", "waiting>called", "queue:entry:called"),
        ("queue_entry", "called>in_consultation", "queue:entry:started"),
        ("queue_entry", "in_consultation>finished", "queue:entry:finished"),
    ]
    assert (await town.one("SELECT count(*) FROM event WHERE type LIKE 'queue:%'"))[0] == 4
    stored = await town.one("SELECT chief_complaint_sealed || diagnosis_sealed || advice_sealed FROM encounter")
    assert "胸闷" not in stored[0]
    assert "胸闷" not in str(await town.rows("SELECT payload FROM event"))


async def test_a_doctor_who_forgot_to_start_still_finishes(client: Client, town: World) -> None:
    visit = await called(client, town, await town.patient())
    path = f"/encounters/{visit['encounter']['id']}/finish"
    assert (await send(client, town, town.doctor, "POST", path, **NOTE))["state"] == "finished"
    states = await town.one(
        "SELECT a.state, q.state, a.version, q.version FROM appointment a JOIN queue_entry q ON q.appointment_id = a.id"
    )
    assert tuple(states) == ("fulfilled", "finished", 5, 4)
    assert (await send(client, town, town.doctor, "POST", path, **NOTE))["code"] == "wrong-state"
    again = await send(client, town, town.doctor, "POST", f"/queue-entries/{visit['entry']['id']}/start")
    assert again["code"] == "wrong-state"


async def test_who_may_read_and_write(client: Client, town: World) -> None:
    patient = await town.patient()
    visit = await called(client, town, patient)
    path = f"/encounters/{visit['encounter']['id']}"
    here = {"organization_id": str(town.hospital_id)}
    assert (await get(client, town, town.citizen(patient), path, **here))["id"] == visit["encounter"]["id"]
    assert (await get(client, town, town.citizen(new_id()), path, **here))["code"] == "not-found"
    assert (await get(client, town, town.registrar, path, **here))["code"] == "forbidden"
    assert (await get(client, town, town.staff(Role.DOCTOR, town.other_hospital_id), path, **here))[
        "code"
    ] == "not-found"
    stranger = town.staff(Role.DOCTOR, department_id=town.other_department_id, practitioner_id=new_id())
    assert (await send(client, town, stranger, "PUT", path, **NOTE))["code"] == "forbidden"
    assert (await send(client, town, town.citizen(patient), "PUT", path, **NOTE))["code"] == "forbidden"
    assert (await send(client, town, town.nurse, "POST", f"{path}/finish", **NOTE))["code"] == "forbidden"
    wrong = await send(client, town, town.doctor, "PUT", path, follow_up="maybe")
    assert (wrong["code"], wrong["errors"][0]["field"]) == ("validation-failed", "follow_up")


async def test_the_list_shows_ones_own(client: Client, town: World) -> None:
    patient, other = await town.patient("甲一"), await town.patient("乙二")
    first = await called(client, town, patient)
    await send(client, town, town.doctor, "POST", f"/queue-entries/{first['entry']['id']}/skip")
    second = await called(client, town, other)
    mine = await get(client, town, town.citizen(patient), "/encounters", patient_id=str(patient))
    assert mine["items"] == [], "a call that nobody followed is no visit"
    theirs = await get(client, town, town.citizen(other), "/encounters", patient_id=str(other))
    assert [e["id"] for e in theirs["items"]] == [second["encounter"]["id"]]
    refused = await get(client, town, town.citizen(patient), "/encounters", patient_id=str(other))
    assert refused["code"] == "foreign-patient"
    staff = await get(client, town, town.doctor, "/encounters")
    assert [e["patient_name"] for e in staff["items"]] == ["乙二"]
    foreign = await get(client, town, town.staff(Role.DOCTOR, town.other_hospital_id), "/encounters")
    assert foreign["items"] == []
