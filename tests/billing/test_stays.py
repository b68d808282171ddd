"""Stays: a running bill with a bed-day every day, deposits that are owed back until they are used, and the end."""

from datetime import date, timedelta
from typing import Any

import pytest
from httpx import AsyncClient as Client
from hypothesis import given
from hypothesis import strategies as st

from billing.clinic import get, list_prices, send
from billing.test_invoices import book
from worlds import World
from yitong.billing.charges.actions import ORDER
from yitong.billing.deposits.jobs import charge_beds
from yitong.billing.deposits.rules import bed_days, standing
from yitong.billing.journal.service import Posting, post
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Role

LINES = [{"kind": "item", "code": "L100"}]


async def admitted(client: Client, town: World, patient: UUID, **more: Any) -> Any:
    body: dict[str, Any] = {
        "patient_id": str(patient),
        "department_id": str(town.department_id),
        "bed": "3-12",
        "bed_price_code": "B300",
        "asked_fen": 20000,
        "warn_below_fen": 6000,
        **more,
    }
    return await send(client, town, town.staff(Role.CASHIER), "/stays", **body)


async def test_a_stay_from_deposit_to_the_rest_of_it(client: Client, town: World, clock: SetClock) -> None:
    await list_prices(town)
    patient = await town.patient("王小明")
    cashier, citizen = town.staff(Role.CASHIER), town.citizen(patient)
    stay = (await admitted(client, town, patient)).json()
    assert (stay["state"], stay["patient_name"], stay["account"]["short_fen"]) == ("running", "王小明", 20000)
    [deposit] = stay["deposits"]
    assert (deposit["outstanding_fen"], deposit["state"]) == (20000, "due")
    path = f"/stays/{stay['id']}"
    # Asked for is not paid: nothing can be drawn yet, and nothing was earned.
    assert (await get(client, town, citizen, path)).json()["account"]["deposit_fen"] == 0
    assert await town.rows("SELECT 1 FROM journal_entry") == []
    await book(town, UUID(deposit["id"]), patient, {"channel:wechat": 20000})
    seen = (await get(client, town, citizen, path)).json()
    assert (seen["account"]["deposit_fen"], seen["account"]["short_fen"]) == (20000, 0)
    assert (seen["deposits"][0]["state"], seen["deposits"][0]["received_fen"]) == ("paid", 20000)
    for _ in range(2):  # the job runs again and again
        await charge_beds(town.platform)
    clock.advance(days=2)
    assert await charge_beds(town.platform) == 2
    await send(client, town, town.doctor, f"/bills/{stay['bill_id']}/charges", lines=LINES)
    running = (await get(client, town, citizen, path)).json()
    assert (running["account"]["charged_fen"], running["account"]["left_fen"]) == (16800, 3200)
    assert running["account"]["short_fen"] == 16800, "less than 60 yuan are left: back to what was asked for"
    asked = await send(client, town, citizen, "/payments/preview", bill_id=stay["bill_id"], use_insurance=False)
    assert (asked.status_code, asked.json()["code"]) == (409, "stay-running"), "only deposits until the patient leaves"
    more = (await send(client, town, citizen, f"{path}/deposits", amount_fen=5000)).json()
    await book(town, UUID(more["id"]), patient, {"cash:3": 5000})
    clock.advance(days=1)
    left = (await send(client, town, cashier, f"{path}/discharge")).json()
    assert (left["state"], left["account"]["charged_fen"]) == ("closing", 16800), "the day of leaving is not charged"
    late = await send(client, town, town.doctor, f"/bills/{stay['bill_id']}/charges", lines=LINES)
    assert late.json()["code"] == "bill-closed"
    early = await send(client, town, cashier, f"{path}/settle")
    assert (early.status_code, early.json()["code"]) == (409, "stay-not-paid")
    await book(town, UUID(stay["bill_id"]), patient, {f"deposit:{patient}": 16800})
    settled = (await send(client, town, cashier, f"{path}/settle")).json()
    assert (settled["state"], settled["account"]["deposit_fen"]) == ("settled", 8200)
    rest = (await send(client, town, cashier, f"{path}/return-deposit", window="3")).json()
    assert (rest["account"]["deposit_fen"], rest["account"]["short_fen"]) == (0, 0)
    again = await send(client, town, cashier, f"{path}/return-deposit", window="3")
    assert again.json()["code"] == "no-deposit-left"
    balances = await town.rows(
        "SELECT account_kind, sum(amount_fen) FROM posting GROUP BY account_kind HAVING sum(amount_fen) <> 0"
    )
    assert {row[0]: row[1] for row in balances} == {"channel": 20000, "cash": -3200, "revenue": -16800}


async def test_nobody_lies_in_two_beds(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    assert (await admitted(client, town, patient)).status_code == 201
    twice = await admitted(client, town, patient)
    assert (twice.status_code, twice.json()["code"]) == (409, "already-admitted")
    unknown = await admitted(client, town, await town.patient(), bed_price_code="B999")
    assert unknown.json()["code"] == "price-unknown"


async def test_a_discharge_is_withdrawn(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    stay = (await admitted(client, town, patient, asked_fen=0)).json()
    assert stay["deposits"] == []
    path = f"/stays/{stay['id']}"
    same_day = (await send(client, town, town.nurse, f"{path}/discharge")).json()
    assert same_day["account"]["charged_fen"] == 5000, "who comes and goes on one day pays for one"
    assert (await send(client, town, town.nurse, f"{path}/resume")).json()["state"] == "running"
    wrong = await send(client, town, town.nurse, f"{path}/settle")
    assert wrong.json()["code"] == "wrong-state"


async def test_who_sees_a_stay(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    stay = (await admitted(client, town, patient)).json()
    path = f"/stays/{stay['id']}"
    stranger = town.citizen(await town.patient())
    assert (await get(client, town, stranger, path)).status_code == 404
    assert (await send(client, town, stranger, f"{path}/deposits", amount_fen=5000)).status_code == 404
    assert (await send(client, town, town.citizen(patient), f"{path}/discharge")).status_code == 403
    mine = await client.get("/api/stays", headers=town.headers(town.citizen(patient)))
    assert [one["id"] for one in mine.json()["items"]] == [stay["id"]]
    ward = await get(client, town, town.nurse, "/stays")
    assert [one["id"] for one in ward.json()["items"]] == [stay["id"]]


async def test_money_on_a_deposits_bill_is_owed_back(town: World, client: Client) -> None:
    await list_prices(town)
    patient = await town.patient()
    stay = (await admitted(client, town, patient)).json()
    async with town.platform.transaction() as tx:
        grant = ORDER.check(SYSTEM_ACTOR)
        said = {"organization_id": town.hospital_id, "event_id": new_id()}
        sides = [Posting("channel:wechat", 20000), Posting(f"patient:{patient}", -20000)]
        await post(tx, grant, "payment", "part:1", sides, UUID(stay["deposits"][0]["id"]), **said)
    rows = await town.rows("SELECT account, amount_fen FROM posting ORDER BY account")
    assert [tuple(row) for row in rows] == [("channel:wechat", 20000), (f"deposit:{patient}", -20000)]


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(0, 60), st.integers(0, 60))
def test_bed_days(admitted_on: date, stayed: int, looked: int) -> None:
    until = admitted_on + timedelta(days=looked)
    left = admitted_on + timedelta(days=stayed)
    assert len(bed_days(admitted_on, until, None)) == looked + 1
    assert len(bed_days(admitted_on, left + timedelta(days=looked), left)) == max(1, stayed)


@pytest.mark.parametrize(
    ("charged", "outstanding", "deposit", "short"),
    [(0, 0, 0, 20000), (0, 0, 20000, 0), (14000, 14000, 20000, 0), (14001, 14001, 20000, 14001), (50000, 0, 9000, 0)],
)
def test_how_a_deposit_stands(charged: int, outstanding: int, deposit: int, short: int) -> None:
    made = standing(charged, outstanding, deposit, 6000, 20000)
    assert (made.left_fen, made.short_fen) == (deposit - outstanding, short)
