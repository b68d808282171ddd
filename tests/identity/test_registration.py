"""Real-name registration: what is refused and why, who may join a family, and that a document counts once."""

import asyncio
from typing import Any

import pytest

from identity_cast import PHONE, Client, Inbox, NewCitizen, SignIn, adult, bearer, citizen_number, code_in
from yitong.kernel.clock import SetClock
from yitong.kernel.platform import Platform

CHILD = {"relation": "child", "name": "张小宝", "id_kind": "02", "id_number": citizen_number("110101", "20200506", 111)}


async def test_a_person_registers_and_gets_a_card(client: Client, new_citizen: NewCitizen) -> None:
    one = await new_citizen(birth_date="1990-03-07", sex="male")
    member = one.session["account"]["members"][0]
    assert member["name"] == "张伟"
    assert member["id_number_masked"] == "110101********" + adult()["id_number"][-4:]
    assert (member["age_years"], member["card_status"], member["relation"]) == (36, "active", "self")
    card = await client.get(f"/api/patients/{one.patient_id}/card", headers=one.headers)
    assert card.json()["status"] == "active"
    assert len(card.json()["ecard_id"]) == 64


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"id_number": "110101199003071230"}, "id-checksum", "id_number"),
        ({"birth_date": "2030-01-01"}, "birth-date-future", "birth_date"),
        ({"birth_date": "1990-03-08"}, "id-birth-date", "birth_date"),
        ({"sex": "female"}, "id-sex", "sex"),
        ({"name": "1"}, "name-invalid", "name"),
        ({"phone": "123"}, "phone-invalid", "phone"),
        ({"id_kind": "99"}, "validation-failed", "id_kind"),
        ({"relation": "friend"}, "validation-failed", "relation"),
    ],
)
async def test_bad_registrations_name_the_field(
    client: Client, sign_in: SignIn, given: dict[str, Any], code: str, field: str
) -> None:
    session = await sign_in(PHONE)
    answer = await client.post("/api/patients", json=adult() | given, headers=bearer(session["token"]))
    assert code_in(answer) == code
    assert answer.json()["errors"][0]["field"].endswith(field)


async def test_malformed_json_is_refused(client: Client, sign_in: SignIn) -> None:
    headers = bearer((await sign_in(PHONE))["token"]) | {"content-type": "application/json"}
    assert code_in(await client.post("/api/patients", content=b"{not json", headers=headers)) == "malformed-json"


async def test_nobody_registers_without_signing_in(client: Client, region: object) -> None:
    assert code_in(await client.post("/api/patients", json=adult())) == "unauthenticated"


async def test_a_document_counts_once_and_the_answer_reveals_nobody(
    client: Client, new_citizen: NewCitizen, sign_in: SignIn
) -> None:
    await new_citizen()
    other = bearer((await sign_in("13900139000"))["token"])
    for name in ("张伟", "李四"):
        answer = await client.post("/api/patients", json=adult(name=name), headers=other)
        assert code_in(answer) == "patient-exists"
        assert "138" not in answer.text
    assert answer.json()["next"]["zh"].startswith("请本人携带证件")


async def test_the_household_register_is_no_second_document(
    client: Client, new_citizen: NewCitizen, sign_in: SignIn
) -> None:
    await new_citizen()
    other = bearer((await sign_in("13900139000"))["token"])
    answer = await client.post("/api/patients", json=adult(id_kind="02"), headers=other)
    assert code_in(answer) == "patient-exists"


async def test_two_registrations_of_one_document_at_once_make_one_person(
    client: Client, sign_in: SignIn, platform: Platform
) -> None:
    tokens = [(await sign_in(f"1390013900{n}"))["token"] for n in range(6)]
    answers = await asyncio.gather(
        *(client.post("/api/patients", json=adult(), headers=bearer(token)) for token in tokens)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    owner = await platform.database.connect_as_owner()
    assert await owner.fetchval("SELECT count(*) FROM patient") == 1
    await owner.close()


async def test_one_account_sending_twice_at_once_gets_one_self(client: Client, sign_in: SignIn) -> None:
    headers = bearer((await sign_in(PHONE))["token"])
    answers = await asyncio.gather(*(client.post("/api/patients", json=adult(), headers=headers) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {code_in(answer) for answer in answers if answer.status_code == 409} == {"self-exists"}


async def test_the_same_key_gives_the_same_answer(client: Client, sign_in: SignIn) -> None:
    headers = bearer((await sign_in(PHONE))["token"]) | {"idempotency-key": "0192f0c1-7c00-7000-8000-000000000001"}
    first = await client.post("/api/patients", json=adult(), headers=headers)
    again = await client.post("/api/patients", json=adult(), headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


async def test_a_child_needs_a_guardian_who_is_an_adult(
    client: Client, sign_in: SignIn, new_citizen: NewCitizen
) -> None:
    nobody_yet = bearer((await sign_in("13900139000"))["token"])
    answer = await client.post("/api/patients", json=CHILD | {"guardian": True}, headers=nobody_yet)
    assert code_in(answer) == "guardian-needed"
    one = await new_citizen()
    assert code_in(await client.post("/api/patients", json=CHILD, headers=one.headers)) == "guardian-needed"
    made = await client.post("/api/patients", json=CHILD | {"guardian": True}, headers=one.headers)
    assert made.status_code == 201
    assert made.json()["member"]["is_guardian"] is True
    itself = adult(name="张小小", birth="20200506", sequence=113)
    answer = await client.post("/api/patients", json=itself, headers=nobody_yet)
    assert code_in(answer) == "guardian-needed"


async def test_the_family_has_a_cap(client: Client, new_citizen: NewCitizen) -> None:
    one = await new_citizen()
    for n in range(5):
        person = adult(sequence=200 + n, relation="other")
        assert (await client.post("/api/patients", json=person, headers=one.headers)).status_code == 201
    answer = await client.post("/api/patients", json=adult(sequence=300, relation="other"), headers=one.headers)
    assert code_in(answer) == "family-cap"


async def test_a_removed_member_is_out_of_every_token(client: Client, new_citizen: NewCitizen, clock: SetClock) -> None:
    one = await new_citizen()
    added = (await client.post("/api/patients", json=CHILD | {"guardian": True}, headers=one.headers)).json()
    with_child, child = bearer(added["session"]["token"]), added["member"]["patient_id"]
    assert (await client.get(f"/api/patients/{child}/card", headers=one.headers)).status_code == 403
    assert (await client.get(f"/api/patients/{child}/card", headers=with_child)).status_code == 200
    removed = await client.delete(f"/api/family/{child}", headers=with_child)
    assert removed.status_code == 200
    assert [member["relation"] for member in removed.json()["members"]] == ["self"]
    assert code_in(await client.get("/api/family", headers=with_child)) == "unauthenticated"
    fresh = bearer(removed.json()["session"]["token"])
    assert code_in(await client.get(f"/api/patients/{child}/card", headers=fresh)) == "foreign-patient"
    clock.advance(seconds=1)
    back = await client.post("/api/patients", json=CHILD | {"guardian": True}, headers=fresh)
    assert back.status_code == 201
    assert back.json()["member"]["patient_id"] == child
    assert code_in(await client.delete(f"/api/family/{one.patient_id}", headers=fresh)) == "family-self"


async def test_a_known_person_is_taken_in_with_a_code_on_their_phone(
    client: Client, new_citizen: NewCitizen, inbox: Inbox, clock: SetClock
) -> None:
    wife = await new_citizen("13900139000", name="李芳", sequence=124)
    one = await new_citizen()
    spouse = adult(name="李芳", sequence=124, relation="spouse")
    assert code_in(await client.post("/api/patients", json=spouse, headers=one.headers)) == "patient-exists"
    clock.advance(minutes=2)
    asked = await client.post("/api/sign-in/phone-codes", json={"phone": wife.phone, "purpose": "family"})
    proof = {"challenge_id": asked.json()["challenge_id"], "code": "000000"}
    wrong = await client.post("/api/patients", json=spouse | {"phone_proof": proof}, headers=one.headers)
    assert code_in(wrong) == "code-wrong"
    proof["code"] = inbox.code_of(wife.phone)
    taken = await client.post("/api/patients", json=spouse | {"phone_proof": proof}, headers=one.headers)
    assert taken.status_code == 201
    assert taken.json()["member"]["patient_id"] == wife.patient_id


async def test_somebody_elses_patient_is_foreign(client: Client, new_citizen: NewCitizen) -> None:
    one = await new_citizen()
    other = await new_citizen("13900139000", name="李芳", sequence=124)
    for path in ("card", "card/static-code"):
        answer = await client.get(f"/api/patients/{other.patient_id}/{path}", headers=one.headers)
        assert code_in(answer) == "foreign-patient"


async def test_nothing_personal_stands_in_the_tables_in_plain(
    client: Client, new_citizen: NewCitizen, platform: Platform
) -> None:
    one = await new_citizen(address="北京市东城区王府井大街1号")
    await client.post(f"/api/patients/{one.patient_id}/card/dynamic-code", headers=one.headers)
    secrets = ("张伟", adult()["id_number"], PHONE, "王府井")
    owner = await platform.database.connect_as_owner()
    columns = await owner.fetch(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema IN ('public', 'jobs') AND is_generated = 'NEVER' AND table_name IN"
        " (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')"
    )
    assert len(columns) > 100
    for schema, table, column in columns:
        for secret in secrets:
            found = await owner.fetchval(
                f'SELECT count(*) FROM "{schema}"."{table}" WHERE position($1 in "{column}"::text) > 0', secret
            )
            assert found == 0, f"{table}.{column} holds a personal value in plain"
            as_bytes = secret.encode().hex()
            found = await owner.fetchval(
                f'SELECT count(*) FROM "{schema}"."{table}" WHERE position($1 in "{column}"::text) > 0', as_bytes
            )
            assert found == 0, f"{table}.{column} holds a personal value as bytes"
    await owner.close()
