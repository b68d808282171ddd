"""At the counter: packages, parts of a line, receipts, returns, deliveries, recalls, what goes back to the hospital."""

from typing import Any

from prescriptions.pharmacy import AMLODIPINE, CODES, line
from prescriptions.shops import PREFIX, Street, out, trace
from yitong.kernel.crypto import SM2PublicKey, sm3
from yitong.prescriptions.dispensing.receipts import statement_place

LORATADINE = "氯雷他定片"


async def code_of(street: Street, custody: Any, verb: str, **body: Any) -> str:
    answer = await street.act(street.near, custody, verb, **body)
    return str(answer.json().get("code"))


async def test_packages_go_out_once_and_the_secret_ends_it(street: Street) -> None:
    held, package = await street.held(), trace()
    assert await code_of(street, held, "dispense", lines=[out(28)]) == "trace-code-missing"
    assert await code_of(street, held, "dispense", lines=[out(28, f"9999999{1:013d}")]) == "trace-code-mismatch"
    assert await code_of(street, held, "dispense", lines=[out(56, trace(), trace())]) == "too-much"
    assert await code_of(street, held, "dispense", lines=[out(28, trace(), number=2)]) == "no-such-line"
    assert await code_of(street, held, "dispense", lines=[out(28, trace(), expires_on="2026-11-01")]) == "batch-expired"
    assert await code_of(street, held, "dispense", lines=[out(28, trace())], last=True) == "wrong-custody-secret"
    assert await code_of(street, held, "close", secret=held["secret"]) == "nothing-dispensed"
    done = await street.act(street.near, held, "dispense", lines=[out(28, package)], last=True, secret=held["secret"])
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["lines"][0]["line"]["dispensed"]) == ("dispensed", 28)
    assert done.json()["secret"] is None
    other = await street.held()
    assert await code_of(street, other, "dispense", lines=[out(28, package)]) == "trace-code-used"
    again = await street.at(street.near, "/custodies", code="A" * 43)
    assert again.json()["code"] == "wrong-access-code"
    town = street.inside.town
    assert (await town.one("SELECT units FROM drug_stock WHERE organization_id = :id AND drug_code = :code",
                           id=street.near.id, code=CODES[AMLODIPINE])).units == 1000 - 28  # fmt: skip
    assert {row.state for row in await town.rows("SELECT state FROM prescription")} == {"dispensed", "dispensing"}


async def test_partial_hand_outs_and_a_signed_close(street: Street) -> None:
    held = await street.held(line(AMLODIPINE, frequency="bid", days=28, quantity=2), supply_reason="慢性病长期用药")
    first = await street.act(street.near, held, "dispense", lines=[out(28, trace())])
    assert first.json()["state"] == "dispensing", first.text
    stale = await street.act(street.near, held, "dispense", lines=[out(28, trace())])
    assert stale.json()["code"] == "prescription-changed"
    back = await street.act(street.near, first.json(), "give-back", secret=held["secret"], reason="out_of_stock")
    assert back.json()["code"] == "wrong-state", "goods are out"
    wrong = await street.act(street.near, first.json(), "close", secret="C" * 43)
    assert wrong.json()["code"] == "wrong-custody-secret"
    closed = await street.act(street.near, first.json(), "close", secret=held["secret"])
    assert closed.json()["state"] == "dispensed", closed.text
    assert [(one["kind"], one["amount_fen"] > 0) for one in closed.json()["dispenses"]] == [
        ("dispense", True),
        ("close", False),
    ]
    town = street.inside.town
    row = await town.one(
        "SELECT r.id, r.digest, r.signature, r.statement_sealed, k.public_key, p.licence_no FROM dispense_receipt r"
        " JOIN practitioner_key k ON k.id = r.key_id JOIN practitioner p ON p.id = r.practitioner_id"
        " WHERE r.kind = 'close'"
    )
    said = town.platform.sealer.open(row.statement_sealed, statement_place(row.id)).encode()
    assert sm3(said).hex() == row.digest
    assert SM2PublicKey(bytes(row.public_key)).verify(said, bytes(row.signature), row.licence_no.encode())
    events = await town.rows("SELECT type, payload FROM event WHERE type LIKE 'dispensing:part:%' ORDER BY position")
    assert [(row.type.rpartition(":")[2], row.payload.get("quantities")) for row in events] == [
        ("dispensed", [28]),
        ("closed", None),
    ]
    assert events[1].payload["digest"] == row.digest


async def test_returned_goods_free_their_packages(street: Street) -> None:
    package = trace()
    held = await street.held()
    done = (
        await street.act(street.near, held, "dispense", lines=[out(28, package)], last=True, secret=held["secret"])
    ).json()
    strange = [{"number": 1, "units": 28, "packages": [{"code": trace(), "units": 28}]}]
    assert await code_of(street, done, "return", lines=strange, reason="quality") == "trace-code-not-out"
    some = [{"number": 1, "units": 14, "packages": [{"code": package, "units": 14}]}]
    half = (await street.act(street.near, done, "return", lines=some, reason="wrong_drug")).json()
    assert (half["state"], half["lines"][0]["line"]["returned"]) == ("dispensed", 14)
    assert await code_of(street, done, "return", lines=some, reason="wrong_drug") == "prescription-changed"
    whole = (await street.act(street.near, half, "return", lines=some, reason="wrong_drug")).json()
    assert whole["state"] == "returned"
    assert await code_of(street, whole, "return", lines=some, reason="wrong_drug") == "wrong-state"
    other = await street.held()
    again = await street.act(street.near, other, "dispense", lines=[out(28, package)])
    assert again.status_code == 200, "the package is free again"


async def test_a_recall_finds_every_patient(street: Street) -> None:
    town = street.inside.town
    kept, returned = trace(), trace()
    for package, batch in ((kept, "BAD1"), (returned, "BAD1"), (trace(), "GOOD")):
        held = await street.held()
        done = (
            await street.act(
                street.near, held, "dispense", lines=[out(28, package, batch=batch)], last=True, secret=held["secret"]
            )
        ).json()
        if package == returned:
            lines = [{"number": 1, "units": 28, "packages": [{"code": package, "units": 28}]}]
            await street.act(street.near, done, "return", lines=lines, reason="recall")
    path = "/recalls"
    found = await street.inside.get(town.regulator, path, drug_code=CODES[AMLODIPINE], batch="BAD1")
    assert found.status_code == 200, found.text
    told = found.json()
    assert (told["patients"], told["units"]) == (1, 28)
    one = told["packages"][0]
    assert (one["code"], one["patient_name"], one["patient_phone"]) == (kept, "王*明", "13900000001")
    own = await street.inside.get(street.near.pharmacist, path, pharmacy_id=str(street.near.id), code=kept)
    assert own.json()["units"] == 28
    other = await street.inside.get(street.cheap.pharmacist, path, pharmacy_id=str(street.cheap.id), code=kept)
    assert other.json()["packages"] == []
    assert (await street.inside.get(street.near.pharmacist, path, code=kept)).json()["code"] == "forbidden"
    assert (await street.inside.get(town.regulator, path)).json()["code"] == "recall-unclear"
    seen = await street.inside.get(street.cheap.pharmacist, f"/trace-codes/{kept}")
    assert (seen.json()["pharmacy_name"], seen.json()["batch"], seen.json()["units_out"]) == ("近便药房", "BAD1", 28)
    assert (await street.inside.get(town.regulator, f"/trace-codes/{PREFIX}{0:013d}")).json()["code"] == "not-found"


async def test_a_courier_hands_over_for_the_patients_code(street: Street) -> None:
    part = await street.part()
    address = {"text": "幸福路 8 号", "name": "王小明", "phone": "13900000001"}
    request = await street.published(part, handover="delivery", address=address)
    held = (await street.grab(street.near, request)).json()
    courier = {"courier_name": "李快", "courier_phone": "13800000002"}
    assert await code_of(street, held, "delivery", **courier) == "nothing-dispensed"
    done = (
        await street.act(street.near, held, "dispense", lines=[out(28, trace())], last=True, secret=held["secret"])
    ).json()
    sent = (await street.act(street.near, done, "delivery", **courier)).json()
    assert (sent["state"], sent["handover_code"]) == ("sent", None), "not for the pharmacy's eyes"
    code = (await street.show(part))["delivery"]["handover_code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    path = f"/deliveries/{sent['id']}"
    for _ in range(5):
        assert (await street.at(street.near, f"{path}/arrive", code=wrong)).json()["code"] == "delivery-code-wrong"
    assert (await street.at(street.near, f"{path}/arrive", code=code)).json()["code"] == "delivery-code-burnt"
    assert (await street.at(street.near, f"{path}/fail", reason="nobody_there")).json()["state"] == "failed"
    again = (await street.act(street.near, done, "delivery", **courier)).json()
    assert (again["state"], again["attempt"]) == ("sent", 2)
    code = (await street.show(part))["delivery"]["handover_code"]
    arrived = await street.at(street.near, f"{path}/arrive", code=code)
    assert arrived.json()["state"] == "arrived", arrived.text
    assert (await street.show(part))["delivery"]["handover_code"] is None
    pickup = await street.held()
    assert await code_of(street, pickup, "delivery", **courier) == "no-delivery"


async def test_the_result_goes_back_to_the_hospital_as_fhir(street: Street) -> None:
    town, package = street.inside.town, trace()
    held = await street.held()
    await street.act(street.near, held, "dispense", lines=[out(28, package)], last=True, secret=held["secret"])
    prescription = (await street.show({"id": held["part_id"]}))["part"]["prescription_id"]
    found = await street.get(town.doctor, f"/prescriptions/{prescription}/dispenses")
    assert found.headers["content-type"].startswith("application/fhir+json")
    bundle = found.json()
    assert (bundle["resourceType"], bundle["type"], bundle["total"]) == ("Bundle", "searchset", 1)
    resource = bundle["entry"][0]["resource"]
    assert (resource["resourceType"], resource["status"]) == ("MedicationDispense", "completed")
    assert resource["quantity"] == {"value": 28, "unit": "片"}
    assert resource["authorizingPrescription"] == [{"reference": f"MedicationRequest/{prescription}"}]
    assert resource["contained"][0]["identifier"][0]["value"] == package
    assert resource["contained"][0]["batch"] == {"lotNumber": "B2411", "expirationDate": "2028-01-01"}
    foreign = await street.get(street.near.pharmacist, f"/prescriptions/{prescription}/dispenses")
    assert foreign.json()["code"] == "not-found"


async def test_two_lines_one_after_the_other(street: Street) -> None:
    held = await street.held(line(AMLODIPINE), line(LORATADINE))
    size = held["lines"][1]["line"]["units_per_package"]
    units = held["lines"][1]["line"]["units"]
    second = [f"7000000{n:013d}" for n in range(-(-units // size))]
    first = (await street.act(street.near, held, "dispense", lines=[out(units, *second, number=2)])).json()
    assert (first["state"], [one["line"]["dispensed"] for one in first["lines"]]) == ("dispensing", [0, units])
    last = await street.act(street.near, first, "dispense", lines=[out(28, trace())], last=True, secret=held["secret"])
    assert last.json()["state"] == "dispensed", last.text
