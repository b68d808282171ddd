"""The insurance rules over the interface: as published, by day, and tried on made-up bills."""

from typing import Any

import httpx
import pytest

from worlds import World
from yitong.billing.insurance.publishing import published_rows
from yitong.billing.insurance.queries import entries_for
from yitong.billing.insurance.service import credential_of
from yitong.kernel.clock import day_of
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.simulation.seeding.directory import copy

TRIAL: dict[str, Any] = {
    "insutype": "310",
    "psn_type": "11",
    "birth_date": "1990-06-18",
    "sex": "female",
    "items": [{"code": "21020000100", "amount_fen": 80_000}, {"code": "nothing", "amount_fen": 500}],
    "deducted_fen": 180_000,
}


@pytest.fixture
async def rules(town: World) -> World:
    """A town in which the shipped rules are in force."""
    owner = await town.platform.database.connect_as_owner()
    for table, rows in published_rows().items():
        await copy(owner, table, rows)
    await owner.close()
    return town


async def test_the_rules_of_a_day(client: httpx.AsyncClient, rules: World) -> None:
    now = (await client.get("/api/insurance-rules")).json()
    before = (await client.get("/api/insurance-rules", params={"day": "2025-06-01"})).json()

    def ceiling(of: dict[str, Any]) -> set[int]:
        chosen = [one for one in of["benefits"] if (one["insutype"], one["setting"]) == ("390", "outpatient")]
        return {one["ceiling_fen"] for one in chosen}

    assert (ceiling(now), ceiling(before)) == ({500_000}, {450_000})
    assert (await client.get("/api/insurance-rules", params={"day": "1999-01-01"})).json()["benefits"] == []
    assert [one["fund"] for one in now["supplements"]].count("maf_pay") == 1


async def test_the_catalogue_in_pages(client: httpx.AsyncClient, rules: World) -> None:
    found: list[str] = []
    cursor = None
    while True:
        params = {"q": "磁共振", "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/insurance-rules/items", params=params)).json()
        found += [one["code"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sorted(set(found))
    assert "21020000100" in found
    percent = (await client.get("/api/insurance-rules/items", params={"q": "%", "limit": 200})).json()["items"]
    assert percent
    assert all("%" in one["name"] for one in percent), "a sign that people type is no wildcard"


async def test_a_made_up_bill(client: httpx.AsyncClient, rules: World) -> None:
    answer = await client.post("/api/insurance-rules/trials", json=TRIAL)
    assert answer.status_code == 200, answer.text
    split = answer.json()["split"]
    assert (split["preselfpay_amt"], split["fulamt_ownpay_amt"], split["hifp_pay"]) == (6_400, 500, 51_520)
    assert answer.json()["explained"][-1]["amount_fen"] == split["psn_cash_pay"]
    assert [one["chrgitm_lv"] for one in answer.json()["lines"]] == ["02", "03"]


@pytest.mark.parametrize(
    "wrong", [{"insutype": "380"}, {"items": []}, {"sex": "x"}, {"day": "1999-01-01"}, {"deducted_fen": -1}]
)
async def test_a_bill_that_no_rule_fits_is_refused(
    client: httpx.AsyncClient, rules: World, wrong: dict[str, Any]
) -> None:
    answer = await client.post("/api/insurance-rules/trials", json=TRIAL | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation-failed")


async def test_charges_find_their_catalogue_entries(rules: World) -> None:
    async with rules.platform.transaction() as tx:
        day = day_of(tx.now, "Asia/Shanghai")
        found = await entries_for(tx, ["BJ3-general", "21020000100", "parking"], day)
    assert {code: (one.med_list_codg, one.chrgitm_lv) for code, one in found.items()} == {
        "BJ3-general": ("00BJ3-general", "01"),
        "21020000100": ("0021020000100", "02"),
    }


async def test_a_grant_for_one_person_opens_no_other(rules: World) -> None:
    grant = Grant("bill:x:y", SYSTEM_ACTOR, rules.hospital_id, rules.hospital_id)
    async with rules.platform.transaction() as tx:
        assert await credential_of(tx, grant, rules.hospital_id) is None
        with pytest.raises(ValueError, match="somebody else"):
            await credential_of(tx, grant, rules.other_hospital_id)
