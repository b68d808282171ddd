"""The front desk finds people by what they say or show, and enters those who are new."""

from typing import Any

import pytest

from identity_cast import (
    HOSPITAL,
    OTHER_HOSPITAL,
    PHONE,
    Client,
    Headers,
    NewCitizen,
    SignIn,
    adult,
    bearer,
    code_in,
    token_for,
)
from yitong.kernel.clock import SetClock
from yitong.kernel.permissions import Role, RoleAt
from yitong.kernel.platform import Platform


def person(**more: Any) -> dict[str, Any]:
    body = adult(**more) | {"organization_id": str(HOSPITAL), "phone": PHONE}
    del body["relation"]
    return body | more


async def search(client: Client, headers: Headers, text: str) -> Any:
    return await client.post(
        "/api/patient-searches", json={"organization_id": str(HOSPITAL), "text": text}, headers=headers
    )


async def test_each_way_of_finding_somebody(client: Client, new_citizen: NewCitizen, registrar: Headers) -> None:
    one = await new_citizen()
    code = (await client.post(f"/api/patients/{one.patient_id}/card/dynamic-code", headers=one.headers)).json()["text"]
    for text, by in (
        (adult()["id_number"].lower(), "id_number"),
        ("138 0013 8000", "phone"),
        (" 张伟 ", "name"),
        (code, "card"),
    ):
        found = (await search(client, registrar, text)).json()["items"]
        assert [(hit["patient_id"], hit["matched_by"]) for hit in found] == [(one.patient_id, by)], text
    assert code_in(await search(client, registrar, code)) == "card-code-replayed"
    assert code_in(await search(client, registrar, f"{code[:64]}:1")) == "card-second-factor"
    assert (await search(client, registrar, "王五")).json()["items"] == []


async def test_a_child_is_found_by_the_guardians_phone(
    client: Client, new_citizen: NewCitizen, registrar: Headers
) -> None:
    one = await new_citizen()
    child = adult(name="张小宝", birth="20200506", sequence=111, relation="child", guardian=True)
    await client.post("/api/patients", json=child, headers=one.headers)
    found = (await search(client, registrar, PHONE)).json()["items"]
    assert {hit["name"] for hit in found} == {"张伟", "张小宝"}


async def test_who_may_search(client: Client, new_citizen: NewCitizen, platform: Platform) -> None:
    one = await new_citizen()
    elsewhere = bearer(token_for(platform, RoleAt(Role.REGISTRAR, OTHER_HOSPITAL)))
    scheduler = bearer(token_for(platform, RoleAt(Role.SCHEDULER, HOSPITAL)))
    for headers in (one.headers, elsewhere, scheduler):
        assert code_in(await search(client, headers, "张伟")) == "forbidden"
    assert code_in(await search(client, {}, "张伟")) == "unauthenticated"


async def test_a_search_leaves_a_trace_without_what_was_typed(
    client: Client, new_citizen: NewCitizen, registrar: Headers, platform: Platform
) -> None:
    await new_citizen()
    await search(client, registrar, adult()["id_number"])
    owner = await platform.database.connect_as_owner()
    rows = await owner.fetch("SELECT * FROM event WHERE type = 'patient:person:searched'")
    await owner.close()
    assert len(rows) == 1
    assert adult()["id_number"] not in str(rows[0])


async def test_registering_at_the_desk_opens_the_way_online(
    client: Client, registrar: Headers, sign_in: SignIn, clock: SetClock
) -> None:
    made = await client.post("/api/patients/at-desk", json=person(phone="13900139000"), headers=registrar)
    assert made.status_code == 201, made.text
    assert made.json()["existed"] is False
    session = await sign_in(PHONE)
    refused = await client.post("/api/patients", json=adult(), headers=bearer(session["token"]))
    assert code_in(refused) == "patient-exists"
    again = await client.post("/api/patients/at-desk", json=person(), headers=registrar)
    assert again.json()["existed"] is True
    assert again.json()["patient"]["patient_id"] == made.json()["patient"]["patient_id"]
    linked = await client.post("/api/patients", json=adult(), headers=bearer(session["token"]))
    assert linked.status_code == 201
    assert linked.json()["member"]["patient_id"] == made.json()["patient"]["patient_id"]


async def test_a_document_under_another_name_is_refused_at_the_desk_too(client: Client, registrar: Headers) -> None:
    await client.post("/api/patients/at-desk", json=person(), headers=registrar)
    answer = await client.post("/api/patients/at-desk", json=person(name="李四"), headers=registrar)
    assert code_in(answer) == "patient-exists"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"id_number": "110101199003071230"}, "id-checksum"),
        ({"phone": "12"}, "phone-invalid"),
        ({"name": "9"}, "name-invalid"),
        ({"birth_date": "2031-01-01"}, "birth-date-future"),
        ({"organization_id": str(OTHER_HOSPITAL)}, "forbidden"),
    ],
)
async def test_bad_registrations_at_the_desk(
    client: Client, registrar: Headers, given: dict[str, str], code: str
) -> None:
    answer = await client.post("/api/patients/at-desk", json=person() | given, headers=registrar)
    assert code_in(answer) == code


async def identify(client: Client, headers: Headers, text: str, organization: Any = HOSPITAL) -> Any:
    return await client.post(
        "/api/patient-identifications", json={"organization_id": str(organization), "text": text}, headers=headers
    )


async def test_a_planner_confirms_who_stands_there_but_searches_nobody(
    client: Client, platform: Platform, new_citizen: NewCitizen, registrar: Headers
) -> None:
    planner = bearer(token_for(platform, RoleAt(Role.SCHEDULER, HOSPITAL)))
    one = await new_citizen()
    code = (await client.post(f"/api/patients/{one.patient_id}/card/dynamic-code", headers=one.headers)).json()["text"]
    found = (await identify(client, planner, code)).json()["items"]
    assert [(hit["patient_id"], hit["matched_by"]) for hit in found] == [(one.patient_id, "card")]
    assert code_in(await identify(client, planner, code)) == "card-code-replayed"
    local = {
        "organization_id": str(HOSPITAL),
        "local_number": "ZY-100",
        "name": adult()["name"],
        "id_kind": "01",
        "id_number": adult()["id_number"],
        "sex": "male",
        "birth_date": "1990-03-07",
    }
    made = await client.post("/api/local-patients", json=local, headers=registrar)
    assert made.json()["outcome"] == "linked", made.text
    found = (await identify(client, planner, " ZY-100 ")).json()["items"]
    assert [(hit["patient_id"], hit["matched_by"]) for hit in found] == [(one.patient_id, "local_number")]
    for nobody in ("ZY-101", adult()["name"], adult()["id_number"], PHONE):
        assert (await identify(client, planner, nobody)).json()["items"] == []
    assert (await search(client, planner, "ZY-100")).status_code == 403
    assert (await identify(client, planner, "ZY-100", OTHER_HOSPITAL)).status_code == 403
    assert (await identify(client, one.headers, "ZY-100")).status_code == 403
