"""The regulator's explorer over HTTP: followed through every hand, verified anew, changed rows named."""

import io
import zipfile
from typing import Any

import httpx
import pytest
from litestar.status_codes import HTTP_200_OK

from prescriptions.chained import open_chain, settle
from prescriptions.conftest import pharmacy
from prescriptions.pharmacy import Pharmacy
from yitong.ledger.evidence.verifying import verify
from yitong.ledger.jobs import seal_and_anchor
from yitong.ledger.service import Ledger

__all__ = ["pharmacy"]


@pytest.fixture
async def ledger(pharmacy: Pharmacy) -> Ledger:
    return await open_chain(pharmacy)


async def ask(pharmacy: Pharmacy, path: str, **query: Any) -> httpx.Response:
    return await pharmacy.client.get(
        f"/api/ledger{path}", params=query, headers=pharmacy.town.headers(pharmacy.town.regulator)
    )


async def check(pharmacy: Pharmacy, prescription: str = "") -> Any:
    headers = pharmacy.town.headers(pharmacy.town.regulator)
    answer = await pharmacy.client.post("/api/ledger/checks", json={"prescription": prescription}, headers=headers)
    assert answer.status_code == HTTP_200_OK, answer.text
    return answer.json()


async def test_without_a_chain_it_says_so(pharmacy: Pharmacy) -> None:
    assert (await ask(pharmacy, "")).json()["state"] == "absent"
    for path in ("/members", "/seals", "/transactions", "/blocks/1"):
        answer = await ask(pharmacy, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-chain")


async def test_a_prescription_is_followed_verified_and_exported(pharmacy: Pharmacy, ledger: Ledger) -> None:
    found = await pharmacy.approved()
    await settle(pharmacy, ledger)
    await seal_and_anchor(pharmacy.town.platform)
    for asked in (found["number"], found["id"]):
        followed = (await ask(pharmacy, "/prescriptions", q=asked)).json()
        assert followed["number"] == found["number"]
        hands = followed["rounds"][0]["hands"]
        assert [(one["action"], one["organization_name"], one["code"]) for one in hands] == [
            ("issue", "演示第一医院", "ok"),
            ("review", "演示第一医院", "ok"),
        ]
        assert followed["rounds"][0]["parts"][0]["state"] == "approved"
    overview = (await ask(pharmacy, "")).json()
    assert overview["state"] == "open"
    blocks = (await ask(pharmacy, "/blocks")).json()["items"]
    assert blocks[0]["height"] == overview["height"]
    block = (await ask(pharmacy, f"/blocks/{hands[0]['height']}")).json()
    assert hands[0]["digest"] in [one["digest"] for one in block["transactions"]]
    assert (await ask(pharmacy, f"/blocks/{overview['height'] + 1}")).status_code == 404
    members = (await ask(pharmacy, "/members")).json()
    assert {one["kind"] for one in members["members"]} == {"commission", "hospital"}
    assert (await ask(pharmacy, "/transactions")).json()["items"]
    assert (await ask(pharmacy, "/seals")).json()["items"][0]["anchored"]
    verdict = await check(pharmacy, found["number"])
    assert verdict["ok"], verdict
    assert [one["code"] for one in verdict["checks"]] == ["genesis", "links", "blocks", "evidence", "seals"]
    assert {one["code"]: one["count"] for one in verdict["checks"]}["evidence"] == 2
    packed = await ask(pharmacy, "/evidence", q=found["number"])
    with zipfile.ZipFile(io.BytesIO(packed.content)) as files:
        names = sorted(files.namelist())
        assert [name.rsplit(".")[-1] for name in names] == ["jsonl", "pdf"]
        lines, pages = files.read(names[0]), files.read(names[1])
    assert verify(lines, pages).fault is None
    assert verify(lines, pages + b" ").fault is not None


CHANGES = {
    "evidence": "UPDATE ledger_transaction SET raw = set_byte(raw, 30, get_byte(raw, 30) # 1) WHERE subject ="
    " (SELECT uuid_send(subject) FROM ledger_task LIMIT 1)",
    "links": "UPDATE ledger_block SET header = set_byte(header, 30, get_byte(header, 30) # 1) WHERE height = 2",
    "blocks": "UPDATE ledger_block SET signature = set_byte(signature, 3, get_byte(signature, 3) # 1) WHERE height = 1",
    "seals": "UPDATE event SET type = 'changed' WHERE id = (SELECT event_id FROM ledger_task ORDER BY id LIMIT 1)",
}


@pytest.mark.parametrize("what", CHANGES)
async def test_verifying_finds_what_was_changed(pharmacy: Pharmacy, ledger: Ledger, what: str) -> None:
    found = await pharmacy.approved()
    await settle(pharmacy, ledger)
    await seal_and_anchor(pharmacy.town.platform)
    assert (await check(pharmacy, found["number"]))["ok"]
    connection: Any = await pharmacy.town.platform.database.connect_as_owner()
    await connection.execute(CHANGES[what])
    await connection.close()
    verdict = await check(pharmacy, found["number"])
    assert not verdict["ok"]
    assert what in [one["code"] for one in verdict["checks"] if not one["ok"]]


async def test_a_broken_chain_is_shown_with_its_place(pharmacy: Pharmacy, ledger: Ledger) -> None:
    connection: Any = await pharmacy.town.platform.database.connect_as_owner()
    await connection.execute(
        "UPDATE ledger_block SET header = set_byte(header, 9, get_byte(header, 9) # 1)"
        " WHERE height = (SELECT max(height) FROM ledger_block)"
    )
    await connection.close()
    refused = await ask(pharmacy, "/members")
    assert (refused.status_code, refused.json()["code"]) == (409, "chain-broken")
    overview = (await ask(pharmacy, "")).json()
    assert (overview["state"], overview["breach"]["height"]) == ("broken", overview["height"])


async def test_only_overseers_look_into_it(pharmacy: Pharmacy, ledger: Ledger) -> None:
    for actor in (pharmacy.town.doctor, pharmacy.first, pharmacy.town.citizen(pharmacy.patient)):
        answer = await pharmacy.client.get("/api/ledger", headers=pharmacy.town.headers(actor))
        assert answer.status_code == 403
    assert (await ask(pharmacy, "/prescriptions", q="20200101")).json()["code"] == "not-on-chain"
