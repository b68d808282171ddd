"""Coded diagnoses: found by name, letters or code, recorded by the doctor, sealed, replaced without a trace lost."""

from typing import Any

from httpx import AsyncClient as Client

from visits.test_visits import called, get, send
from worlds import World
from yitong.kernel.permissions import Role
from yitong.visits.facts import diagnosis_codes, find_codes


def test_the_table_of_codes() -> None:
    codes = diagnosis_codes()
    assert len(codes) > 2000
    assert codes["J06.900"].name == "急性上呼吸道感染"
    assert [one.code for one in find_codes("JXSHXDGR", 1)] == ["J06.900"]
    assert find_codes("i10.x09", 5)[0].name == "原发性高血压"
    assert all("糖尿病" in one.name for one in find_codes("糖尿病", 30))
    assert find_codes("没有这种病", 5) == []


async def recorded(client: Client, town: World, encounter: Any, *codes: str, **more: Any) -> Any:
    items = [{"code": code} for code in codes]
    return await send(
        client, town, town.doctor, "PUT", f"/encounters/{encounter['id']}/diagnoses", **{"items": items, **more}
    )


async def test_a_doctor_records_and_replaces_diagnoses(client: Client, town: World) -> None:
    patient = await town.patient()
    encounter = (await called(client, town, patient))["encounter"]
    assert encounter["diagnoses"] == []
    found = await get(client, town, town.doctor, "/diagnosis-codes", q="高血压", limit=3)
    assert len(found["items"]) == 3
    main = [{"code": "J06.900"}, {"code": "I10.x00", "main": True}]
    made = await recorded(client, town, encounter, items=main)
    assert [(one["code"], one["main"]) for one in made["diagnoses"]] == [("I10.x00", True), ("J06.900", False)]
    assert made["diagnoses"][1]["name"] == "急性上呼吸道感染"
    await recorded(client, town, encounter, "I10.x00", "J06.900")  # the same again
    changed = await recorded(client, town, encounter, "J20.900")
    assert [one["code"] for one in changed["diagnoses"]] == ["J20.900"]
    rows = await town.rows("SELECT withdrawn_at IS NULL AS stands, coded_sealed FROM diagnosis ORDER BY id")
    assert [row.stands for row in rows] == [False, False, True]
    assert not any("J20" in row.coded_sealed or "急性" in row.coded_sealed for row in rows)
    events = await town.rows("SELECT payload::text AS said FROM event WHERE type = 'visits:encounter:diagnosed'")
    assert len(events) == 2
    assert not any("J20" in row.said or "I10" in row.said for row in events), "events never say which"
    seen = await get(client, town, town.citizen(patient), f"/encounters/{encounter['id']}",
                     organization_id=str(town.hospital_id))  # fmt: skip
    assert seen["diagnoses"][0]["code"] == "J20.900"


async def test_what_is_no_diagnosis(client: Client, town: World) -> None:
    encounter = (await called(client, town, await town.patient()))["encounter"]
    assert (await recorded(client, town, encounter, "J99.999"))["code"] == "diagnosis-unknown"
    assert (await recorded(client, town, encounter, "J06.900", "J06.900"))["code"] == "validation-failed"
    two = [{"code": "J06.900", "main": True}, {"code": "I10.x00", "main": True}]
    assert (await recorded(client, town, encounter, items=two))["code"] == "validation-failed"
    path = f"/encounters/{encounter['id']}/diagnoses"
    nurse = await send(client, town, town.staff(Role.NURSE), "PUT", path, items=[{"code": "J06.900"}])
    assert nurse["code"] == "forbidden"
    cleared = await recorded(client, town, encounter)
    assert cleared["diagnoses"] == []
