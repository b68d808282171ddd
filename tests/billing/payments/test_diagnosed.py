"""What the insurer is told a visit was for: the doctor's diagnoses, and of a fee without a visit the contact itself."""

import pytest
from httpx import AsyncClient as Client

from billing.clinic import list_prices, send, visit
from billing.payments.counter import WECHAT, Counter
from yitong.kernel.ids import UUID
from yitong.kernel.problems import Problem


async def test_the_doctors_diagnoses_are_told(client: Client, counter: Counter) -> None:
    town = counter.town
    await list_prices(town)
    encounter = await visit(client, town, counter.patient)
    order = [{"kind": "item", "code": "L100"}]
    ordered = await send(client, town, town.doctor, f"/encounters/{encounter['id']}/charges", lines=order)
    bill = UUID(ordered.json()["id"])
    with pytest.raises(Problem) as missing:
        await counter.own(counter.request(bill, 0, WECHAT))
    assert missing.value.code == "diagnosis-missing"
    assert await counter.own(counter.request(bill, 0, WECHAT, use_insurance=False)) == 1800
    body = {
        "organization_id": str(town.hospital_id),
        "items": [{"code": "I10.x00"}, {"code": "J06.900", "main": True}],
    }
    path = f"/api/encounters/{encounter['id']}/diagnoses"
    assert (await client.put(path, json=body, headers=town.headers(town.doctor))).status_code == 200
    await counter.own(counter.request(bill, 0, WECHAT))
    assert counter.outside.insurer.told == [("J06.900", "急性上呼吸道感染"), ("I10.x00", "特发性（原发性）高血压")]


async def test_a_bill_without_a_visit_names_the_contact(counter: Counter) -> None:
    bill, _ = await counter.bill(5000, kind="registration")
    await counter.own(counter.request(bill, 0, WECHAT))
    assert [code for code, _ in counter.outside.insurer.told] == ["Z76.800"]
