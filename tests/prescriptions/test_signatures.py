"""Signatures over exact bytes: one changed byte fails, another prescription's bytes fail, anybody can verify."""

import base64
from typing import Any

import pytest
from asyncpg.exceptions import UniqueViolationError

from prescriptions.pharmacy import Pharmacy, line
from yitong.kernel.crypto import SM2PublicKey, sm3
from yitong.prescriptions.signing import genuine


async def proofs(pharmacy: Pharmacy, found: Any) -> list[Any]:
    return (await pharmacy.get(pharmacy.town.doctor, f"/prescriptions/{found['id']}/proofs")).json()


async def test_every_signature_verifies_from_its_proof_alone(pharmacy: Pharmacy) -> None:
    approved = await pharmacy.approved()
    found = await proofs(pharmacy, approved)
    assert [(one["kind"], one["valid"]) for one in found] == [("prescriber", True), ("pharmacist", True)]
    for one in found:
        said = base64.b64decode(one["statement"])
        assert sm3(said).hex() == one["digest"]
        assert approved["id"].encode() in said, "the id is inside what was signed"
        key = SM2PublicKey(bytes.fromhex(one["public_key"]))
        assert key.verify(said, bytes.fromhex(one["signature"]), one["user_id"].encode())
    decision = base64.b64decode(found[1]["statement"])
    assert found[0]["digest"].encode() in decision, "the pharmacist decided about exactly this wording"


async def test_one_changed_byte_fails(pharmacy: Pharmacy) -> None:
    one = (await proofs(pharmacy, await pharmacy.signed()))[0]
    said, signature = base64.b64decode(one["statement"]), bytes.fromhex(one["signature"])
    key, licence = bytes.fromhex(one["public_key"]), one["user_id"]
    assert genuine(said, signature, key, licence)
    for place in range(0, len(said), 7):
        changed = bytearray(said)
        changed[place] ^= 1
        assert not genuine(bytes(changed), signature, key, licence), place
    for place in range(64):
        broken = bytearray(signature)
        broken[place] ^= 1
        assert not genuine(said, bytes(broken), key, licence), place
    assert not genuine(said, signature, key, "another licence")
    assert not genuine(said + b" ", signature, key, licence)


async def test_a_signature_serves_no_other_prescription(pharmacy: Pharmacy) -> None:
    first = (await proofs(pharmacy, await pharmacy.signed()))[0]
    second = (await proofs(pharmacy, await pharmacy.signed(line("氯雷他定片"))))[0]
    key = bytes.fromhex(first["public_key"])
    assert first["public_key"] == second["public_key"], "a doctor signs with one key"
    said = base64.b64decode(second["statement"])
    assert not genuine(said, bytes.fromhex(first["signature"]), key, first["user_id"])
    assert (await pharmacy.town.one("SELECT count(*) FROM practitioner_key"))[0] == 1


async def test_the_printed_code_tells_anybody_whether_it_counts(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    signed = await pharmacy.signed()
    token = signed["verify_url"].partition("token=")[2]
    seen = (await pharmacy.client.get("/api/prescriptions/verify", params={"token": token})).json()
    assert (seen["number"], seen["state"], seen["signatures_valid"]) == (signed["number"], "signed", True)
    assert "王小明" not in str(seen)
    assert seen["digest"] == signed["signatures"][0]["digest"]
    await pharmacy.act(town.doctor, signed, "withdraw", reason="error")
    after = (await pharmacy.client.get("/api/prescriptions/verify", params={"token": token})).json()
    assert after["state"] == "withdrawn"
    unknown = await pharmacy.client.get("/api/prescriptions/verify", params={"token": "x" * 22})
    assert unknown.json()["code"] == "not-found"
    draft = await pharmacy.draft(line("氯雷他定片"))
    hidden = await pharmacy.client.get(
        "/api/prescriptions/verify", params={"token": draft["verify_url"].partition("token=")[2]}
    )
    assert hidden.json()["code"] == "not-found", "a draft is nobody's business"


async def test_a_tampered_row_is_found(pharmacy: Pharmacy) -> None:
    signed = await pharmacy.signed()
    owner = await pharmacy.town.platform.database.connect_as_owner()
    sealer = pharmacy.town.platform.sealer
    place = f"prescription_signature.statement:{signed['id']}:1"
    try:
        sealed = await owner.fetchval("SELECT statement_sealed FROM prescription_signature")
        said = sealer.open(sealed, place)
        await owner.execute(
            "UPDATE prescription_signature SET statement_sealed = $1",
            sealer.seal(said.replace("高血压", "低血压"), place),
        )
    finally:
        await owner.close()
    assert [one["valid"] for one in await proofs(pharmacy, signed)] == [False]


async def test_a_second_decision_of_a_round_cannot_be_written(pharmacy: Pharmacy) -> None:
    await pharmacy.approved()
    owner = await pharmacy.town.platform.database.connect_as_owner()
    try:
        with pytest.raises(UniqueViolationError):
            await owner.execute(
                "INSERT INTO prescription_signature SELECT organization_id, prescription_id, 9, patient_id, kind,"
                " revision, round, 'refuse', practitioner_id, key_id, digest, signature, signed_at, event_id,"
                " statement_sealed FROM prescription_signature WHERE kind = 'pharmacist'"
            )
    finally:
        await owner.close()


async def test_the_paper_is_a_pdf_with_the_code(pharmacy: Pharmacy) -> None:
    draft = await pharmacy.draft()
    assert (await pharmacy.get(pharmacy.town.doctor, f"/prescriptions/{draft['id']}/pdf")).status_code == 404
    approved = await pharmacy.approved(line("氯雷他定片"))
    answer = await pharmacy.get(pharmacy.town.doctor, f"/prescriptions/{approved['id']}/pdf")
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert approved["number"] in answer.headers["content-disposition"]
    again = await pharmacy.get(pharmacy.town.citizen(pharmacy.patient), f"/prescriptions/{approved['id']}/pdf")
    assert again.content == answer.content, "the same paper for everybody"
