"""Bills over HTTP: what a doctor and a desk charge, who sees it, what it says, and the code that opens it."""

from decimal import Decimal
from typing import Any

import pytest
from httpx import AsyncClient as Client

from billing.clinic import get, list_prices, send, visit
from worlds import World
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import NOBODY, Actor, Role

LINES = [{"kind": "item", "code": "L100"}, {"kind": "drug", "code": "A1", "cnt_milli": 2000}]


async def test_a_visit_orders_on_one_bill_at_the_prices_of_the_day(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient("王小明")
    encounter = await visit(client, town, patient)
    path, headers = f"/encounters/{encounter['id']}/charges", town.headers(town.doctor)
    first = await send(client, town, town.doctor, path, headers, lines=LINES)
    assert first.status_code == 201
    bill = first.json()
    again = await send(client, town, town.doctor, path, {**town.headers(town.doctor), **headers}, lines=LINES)
    assert again.json() == bill, "the same key again is the same order"
    assert (bill["kind"], bill["state"], bill["patient_name"]) == ("outpatient", "due", "王小明")
    lines = [(i["name"], i["price_version"], i["cnt_milli"], i["amount_fen"]) for i in bill["items"]]
    assert lines == [("血常规", "2026-11-01", 1000, 1800), ("阿莫西林胶囊 0.5g*20", "2026-11-23", 2000, 2468)]
    assert bill["items"][1]["insurance_class"] == "甲"
    assert {i["practitioner_role_id"] for i in bill["items"]} == {str(town.role_id)}
    more = (await send(client, town, town.doctor, path, lines=LINES[:1])).json()
    assert (more["id"], more["outstanding_fen"], more["lines"]) == (bill["id"], 1800 * 2 + 2468, 3)
    assert [c["category"] for c in more["categories"]] == ["lab", "drug"]
    said = [s["zh"] for s in more["explanations"]]
    assert said == ["化验费 2 项，共 36.00 元。", "西药及中成药费 1 项，共 24.68 元。", "还需支付 60.68 元。"]


async def test_lines_are_taken_back_with_a_reason(client: Client, town: World) -> None:
    await list_prices(town)
    encounter = await visit(client, town, await town.patient())
    bill = (await send(client, town, town.doctor, f"/encounters/{encounter['id']}/charges", lines=LINES)).json()
    lab, drug = (item["id"] for item in bill["items"])
    path = f"/bills/{bill['id']}/counter"
    left = (await send(client, town, town.doctor, path, charge_ids=[lab], reason="开错")).json()
    assert (left["outstanding_fen"], left["lines"]) == (2468, 1)
    assert [i["countered"] for i in left["items"]] == [True, False, False]
    twice = await send(client, town, town.doctor, path, charge_ids=[lab], reason="开错")
    assert (twice.status_code, twice.json()["code"]) == (409, "already-countered")
    empty = (await send(client, town, town.registrar, path, charge_ids=[drug], reason="患者不要")).json()
    assert (empty["state"], empty["outstanding_fen"]) == ("empty", 0)


async def test_a_desk_charges_and_a_doctor_does_not_touch_it(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    parking = [{"kind": "item", "code": "PARK-HOUR", "cnt_milli": 2500}]
    body: dict[str, Any] = {"patient_id": str(patient), "kind": "parking", "lines": parking}
    bill = (await send(client, town, town.staff(Role.CASHIER), "/bills", **body)).json()
    assert (bill["charged_fen"], bill["items"][0]["med_list_codg"]) == (750, "")
    more = (await send(client, town, town.registrar, f"/bills/{bill['id']}/charges", lines=parking)).json()
    assert more["charged_fen"] == 1500
    counter = {"charge_ids": [bill["items"][0]["id"]], "reason": "多记了"}
    attempts: list[tuple[Actor, str, dict[str, Any]]] = [
        (town.doctor, "/bills", body),
        (town.doctor, f"/bills/{bill['id']}/charges", {"lines": parking}),
        (town.doctor, f"/bills/{bill['id']}/counter", counter),
        (town.citizen(patient), f"/bills/{bill['id']}/charges", {"lines": parking}),
        (town.staff(Role.CASHIER, town.other_hospital_id), "/bills", body),
    ]
    for actor, path, given in attempts:
        refused = await send(client, town, actor, path, **given)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    nobody: dict[str, Any] = {**body, "patient_id": str(new_id())}
    unknown = await send(client, town, town.registrar, "/bills", **nobody)
    assert unknown.status_code == 404
    wrong: dict[str, Any] = {**body, "lines": [{"kind": "item", "code": "NONE"}]}
    refused = await send(client, town, town.registrar, "/bills", **wrong)
    assert (refused.status_code, refused.json()["code"]) == (404, "price-unknown")


async def test_who_sees_a_bill(client: Client, town: World) -> None:
    await list_prices(town)
    patient, stranger = await town.patient("王小明"), await town.patient("李四")
    body: dict[str, Any] = {"patient_id": str(patient), "kind": "meal", "lines": LINES[:1]}
    bill = (await send(client, town, town.registrar, "/bills", **body)).json()
    path = f"/bills/{bill['id']}"
    for seeing in (town.citizen(patient), town.doctor, town.staff(Role.FINANCE), town.kiosk):
        assert (await get(client, town, seeing, path)).json()["id"] == bill["id"]
    assert (await get(client, town, town.citizen(stranger), path)).status_code == 404
    assert (await get(client, town, town.staff(Role.DOCTOR, town.other_hospital_id), path)).status_code == 404
    mine = await client.get("/api/bills", headers=town.headers(town.citizen(patient, stranger)))
    assert [b["id"] for b in mine.json()["items"]] == [bill["id"]]
    foreign = await client.get(
        "/api/bills", params={"patient_id": str(patient)}, headers=town.headers(town.citizen(stranger))
    )
    assert foreign.json()["code"] == "foreign-patient"
    of_hospital = await get(client, town, town.staff(Role.CASHIER), "/bills", state="open")
    assert [b["id"] for b in of_hospital.json()["items"]] == [bill["id"]]
    assert (await get(client, town, town.staff(Role.CASHIER), "/bills", state="settled")).json()["items"] == []
    assert (await get(client, town, town.doctor, "/bills")).status_code == 403


async def test_the_code_on_a_bill_opens_it_for_anybody_and_says_little(client: Client, town: World) -> None:
    await list_prices(town)
    patient, child = await town.patient("王小明"), await town.patient("王一")
    body: dict[str, Any] = {"patient_id": str(patient), "kind": "meal", "lines": LINES}
    bill = (await send(client, town, town.registrar, "/bills", **body)).json()
    token = bill["pay_url"].rpartition("=")[2]
    for actor, own in ((town.citizen(child), False), (town.citizen(patient), True), (NOBODY, False)):
        seen = (await client.get(f"/api/bills/by-token/{token}", headers=town.headers(actor))).json()
        assert (seen["id"], seen["outstanding_fen"], seen["patient_name_masked"], seen["own"]) == (
            bill["id"],
            4268,
            "**明",
            own,
        )
        assert "items" not in seen
        assert "patient_name" not in seen
    anybody = await client.get(f"/api/bills/by-token/{token}")
    assert anybody.status_code == 200
    assert (await client.get("/api/bills/by-token/" + "x" * 22)).status_code == 404
    code = await get(client, town, town.citizen(patient), f"/bills/{bill['id']}/qr")
    assert code.headers["content-type"].startswith("image/svg+xml")
    assert code.content.startswith(b"<?xml")
    assert (await get(client, town, town.citizen(child), f"/bills/{bill['id']}/qr")).status_code == 404


async def test_the_insurance_of_an_open_bill_is_chosen(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    body: dict[str, Any] = {"patient_id": str(patient), "kind": "outpatient", "lines": LINES}
    bill = (await send(client, town, town.registrar, "/bills", **body)).json()
    given = {"organization_id": str(town.hospital_id), "insutype": "390"}
    headers = town.headers(town.citizen(patient))
    chosen = await client.put(f"/api/bills/{bill['id']}/insurance", json=given, headers=headers)
    assert chosen.json()["insutype"] == "390"


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        ("血常", "all", ["L100"]),
        ("XCG", "all", ["L100"]),
        ("amxl", "drug", ["A1"]),
        ("amxl", "item", []),
        ("b300", "all", ["B300"]),
    ],
)
async def test_prices_are_found(client: Client, town: World, words: str, kind: str, found: list[str]) -> None:
    await list_prices(town)
    answer = await client.get("/api/prices", params={"q": words, "kind": kind}, headers=town.headers(town.doctor))
    assert [one["code"] for one in answer.json()["items"]] == found


async def test_the_trial_balance_balances(client: Client, town: World) -> None:
    await list_prices(town)
    body: dict[str, Any] = {"patient_id": str(await town.patient()), "kind": "outpatient", "lines": LINES}
    bill = (await send(client, town, town.registrar, "/bills", **body)).json()
    await send(
        client, town, town.registrar, f"/bills/{bill['id']}/counter", charge_ids=[bill["items"][0]["id"]], reason="退回"
    )
    days = {"from_day": "2026-11-23", "to_day": "2026-11-23"}
    path = f"/organizations/{town.hospital_id}/trial-balance"
    seen = (await get(client, town, town.staff(Role.FINANCE), path, **days)).json()
    assert (seen["balanced"], seen["entries"], seen["debit_fen"], seen["credit_fen"]) == (True, 2, 6068, 6068)
    balances = {line["account"]: line["balance_fen"] for line in seen["accounts"]}
    assert balances == {"patient": 2468, "revenue:drug": -2468, "revenue:lab": 0}
    entries = (await get(client, town, town.staff(Role.FINANCE), "/journal", **days)).json()["items"]
    assert [sum(Decimal(line["amount_fen"]) for line in one["lines"]) for one in entries] == [0, 0]
    assert (await get(client, town, town.registrar, path, **days)).status_code == 403
