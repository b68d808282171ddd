"""The master index over the interface: linked, asked about or new; decided, broken, linked again, never forgotten."""

import asyncio
from typing import Any

import pytest

from identity_cast import (
    HOSPITAL,
    OTHER_HOSPITAL,
    PHONE,
    Citizen,
    Client,
    Headers,
    NewCitizen,
    adult,
    bearer,
    code_in,
    token_for,
)
from yitong.kernel.permissions import Role, RoleAt
from yitong.kernel.platform import Platform


@pytest.fixture
async def zhang(new_citizen: NewCitizen) -> Citizen:
    """张伟, registered with phone and document."""
    return await new_citizen()


def local(number: str = "P0001", **more: Any) -> dict[str, Any]:
    body = {"organization_id": str(HOSPITAL), "local_number": number, "name": "张伟", "sex": "male"}
    return body | {"birth_date": "1990-03-07"} | more


async def record(client: Client, headers: Headers, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/api/local-patients", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_document_links_at_once(client: Client, zhang: Citizen, registrar: Headers) -> None:
    made = await record(client, registrar, local(id_kind="01", id_number=adult()["id_number"]))
    assert (made["outcome"], made["score"]) == ("linked", 1.0)
    link = made["local_patient"]["link"]
    assert (link["patient_id"], link["method"], link["name_masked"]) == (zhang.patient_id, "deterministic", "张*")


async def test_enough_agreement_links_and_little_is_new(client: Client, zhang: Citizen, registrar: Headers) -> None:
    made = await record(client, registrar, local(phone=PHONE))
    assert (made["outcome"], made["local_patient"]["link"]["method"]) == ("linked", "probabilistic")
    made = await record(client, registrar, local("P0002", name="王五", birth_date="1955-05-05"))
    assert (made["outcome"], made["local_patient"]["link"]) == ("new", None)


async def test_a_doubt_is_decided_by_somebody(client: Client, zhang: Citizen, registrar: Headers) -> None:
    made = await record(client, registrar, local(name="章炜", phone=PHONE))
    assert made["outcome"] == "review"
    query = {"organization_id": str(HOSPITAL)}
    (review,) = (await client.get("/api/match-reviews", params=query, headers=registrar)).json()["items"]
    assert review["candidate"]["patient_id"] == zhang.patient_id
    assert 0 < review["score"] < 1
    name = next(one for one in review["evidence"] if one["field"] == "name")
    assert (name["local"], name["candidate"], name["agreement"]) == ("章炜", "张伟", 0.8)
    phone = next(one for one in review["evidence"] if one["field"] == "phone")
    assert phone["local"] == phone["candidate"] == "138****8000"
    decision = query | {"decision": "link", "reason": "本人核对"}
    path = f"/api/match-reviews/{review['id']}/decide"
    decided = await client.post(path, json=decision, headers=registrar)
    assert decided.json()["state"] == "linked"
    assert decided.json()["local_patient"]["link"]["method"] == "manual"
    assert code_in(await client.post(path, json=decision, headers=registrar)) == "wrong-state"
    assert (await client.get("/api/match-reviews", params=query, headers=registrar)).json()["items"] == []
    done = await client.get("/api/match-reviews", params=query | {"state": "decided"}, headers=registrar)
    assert len(done.json()["items"]) == 1


async def test_two_decisions_at_once_have_one_winner(client: Client, zhang: Citizen, registrar: Headers) -> None:
    await record(client, registrar, local(name="章炜", phone=PHONE))
    query = {"organization_id": str(HOSPITAL)}
    (review,) = (await client.get("/api/match-reviews", params=query, headers=registrar)).json()["items"]
    answers = await asyncio.gather(
        *(
            client.post(
                f"/api/match-reviews/{review['id']}/decide",
                json=query | {"decision": decision, "reason": "核对"},
                headers=registrar,
            )
            for decision in ("link", "reject", "link", "reject")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_break_and_link_again_with_history(client: Client, zhang: Citizen, registrar: Headers) -> None:
    made = await record(client, registrar, local(id_kind="01", id_number=adult()["id_number"]))
    path, where = f"/api/local-patients/{made['local_patient']['id']}", {"organization_id": str(HOSPITAL)}
    again = where | {"patient_id": zhang.patient_id, "reason": "证件核对"}
    assert code_in(await client.post(f"{path}/link", json=again, headers=registrar)) == "already-linked"
    broken = await client.post(f"{path}/break", json=where | {"reason": "挂错人"}, headers=registrar)
    assert broken.json()["link"] is None
    assert code_in(await client.post(f"{path}/break", json=where | {"reason": "x"}, headers=registrar)) == "not-linked"
    relinked = await client.post(f"{path}/link", json=again, headers=registrar)
    assert relinked.json()["link"]["method"] == "manual"
    history = (await client.get(f"{path}/history", params=where, headers=registrar)).json()["items"]
    assert [(one["action"], one["reason"]) for one in history] == [
        ("link", ""),
        ("break", "挂错人"),
        ("relink", "证件核对"),
    ]
    nobody = where | {"patient_id": "0192f0c1-7c00-7000-8000-000000000001", "reason": "x"}
    await client.post(f"{path}/break", json=where | {"reason": "x"}, headers=registrar)
    assert code_in(await client.post(f"{path}/link", json=nobody, headers=registrar)) == "not-found"


async def test_a_local_number_counts_once(client: Client, registrar: Headers) -> None:
    answers = await asyncio.gather(
        *(client.post("/api/local-patients", json=local(), headers=registrar) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {code_in(one) for one in answers if one.status_code == 409} == {"local-number-exists"}


async def test_a_hospital_sees_its_own_patients_only(
    client: Client, zhang: Citizen, registrar: Headers, platform: Platform
) -> None:
    made = await record(client, registrar, local(phone=PHONE))
    there = bearer(token_for(platform, RoleAt(Role.REGISTRAR, OTHER_HOSPITAL)))
    path = f"/api/local-patients/{made['local_patient']['id']}/history"
    here, elsewhere = {"organization_id": str(HOSPITAL)}, {"organization_id": str(OTHER_HOSPITAL)}
    assert code_in(await client.get(path, params=here, headers=there)) == "forbidden"
    assert code_in(await client.get(path, params=elsewhere, headers=there)) == "not-found"
    assert (await client.get("/api/local-patients", params=elsewhere, headers=there)).json()["items"] == []
    for query in ("P00", "张伟"):
        found = await client.get("/api/local-patients", params=here | {"q": query}, headers=registrar)
        assert [one["local_number"] for one in found.json()["items"]] == ["P0001"]
    assert code_in(await client.get("/api/match-reviews", params=here, headers=zhang.headers)) == "forbidden"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"birth_date": "2030-01-01"}, "birth-date-future"),
        ({"name": "?"}, "name-invalid"),
        ({"sex": "x"}, "validation-failed"),
        ({"organization_id": str(OTHER_HOSPITAL)}, "forbidden"),
    ],
)
async def test_bad_local_patients(client: Client, registrar: Headers, given: dict[str, str], code: str) -> None:
    answer = await client.post("/api/local-patients", json=local() | given, headers=registrar)
    assert code_in(answer) == code
