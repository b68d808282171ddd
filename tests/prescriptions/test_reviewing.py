"""The pharmacist's desk: queue, approve, refuse with reasons, signed anew or again, release, expiry."""

import asyncio
from typing import Any

from httpx import Response

from prescriptions.pharmacy import AMLODIPINE, Pharmacy, line, pharmacist
from yitong.kernel.permissions import Role
from yitong.prescriptions.jobs import write_down


async def review(pharmacy: Pharmacy, found: Any, decision: str, *reasons: str) -> Response:
    return await pharmacy.act(pharmacy.first, found, "review", decision=decision, reasons=list(reasons))


async def queue(pharmacy: Pharmacy) -> list[Any]:
    return (await pharmacy.get(pharmacy.first, "/prescription-reviews")).json()["items"]


async def test_a_prescription_counts_after_a_pharmacist_approved_it(pharmacy: Pharmacy) -> None:
    signed = await pharmacy.signed()
    waiting = await queue(pharmacy)
    assert [(one["number"], one["drugs"], one["level"]) for one in waiting] == [
        (signed["number"], [AMLODIPINE], "pass")
    ]
    done = (await review(pharmacy, signed, "approve")).json()
    assert (done["state"], done["state_text"]["zh"]) == ("approved", "审核通过")
    assert [(one["kind"], one["decision"], one["name"]) for one in done["signatures"]] == [
        ("prescriber", None, "张医生"),
        ("pharmacist", "approve", "唐药师"),
    ]
    assert await queue(pharmacy) == []
    assert (await review(pharmacy, done, "refuse", "不要了")).json()["code"] == "wrong-state"


async def test_a_refusal_needs_reasons_and_comes_back_changed(pharmacy: Pharmacy) -> None:
    doctor = pharmacy.town.doctor
    signed = await pharmacy.signed()
    assert (await review(pharmacy, signed, "refuse")).json()["code"] == "reasons-missing"
    refused = (await review(pharmacy, signed, "refuse", "剂量请核对")).json()
    assert (refused["state"], refused["signatures"][-1]["reasons"]) == ("refused", ["剂量请核对"])
    unchanged = await pharmacy.act(doctor, refused, "sign")
    assert unchanged.json()["code"] == "prescription-not-edited"
    sheet = pharmacy.sheet(line(AMLODIPINE, dose_milli=2000))
    saved = await pharmacy.put(
        doctor, f"/prescriptions/{signed['id']}", {"version": refused["version"], "sheet": sheet}
    )
    assert (saved.json()["state"], saved.json()["lines"][0]["dose_milli"]) == ("refused", 2000)
    insisting = await pharmacy.act(doctor, saved.json(), "countersign", reason="患者已耐受")
    assert insisting.json()["code"] == "prescription-edited"
    again = (await pharmacy.act(doctor, saved.json(), "sign")).json()
    assert (again["state"], again["revision"], again["number"]) == ("resubmitted", 2, signed["number"])
    done = (await review(pharmacy, again, "approve")).json()
    assert (done["state"], [one["revision"] for one in done["signatures"]]) == ("approved", [1, 1, 2, 2])


async def test_a_doctor_insists_with_a_reason_and_a_second_signature(pharmacy: Pharmacy) -> None:
    doctor = pharmacy.town.doctor
    signed = await pharmacy.signed()
    refused = (await review(pharmacy, signed, "refuse", "与既往用药重复")).json()
    insisted = (await pharmacy.act(doctor, refused, "countersign", reason="既往药已停用，继续本方案")).json()
    assert (insisted["state"], insisted["revision"]) == ("countersigned", 1)
    assert insisted["signatures"][-1]["kind"] == "countersign"
    assert [one["state"] for one in await queue(pharmacy)] == ["countersigned"]
    second = await pharmacy.act(pharmacy.second, insisted, "review", decision="approve")
    assert [one["kind"] for one in second.json()["signatures"]] == [
        "prescriber",
        "pharmacist",
        "countersign",
        "pharmacist",
    ]
    assert second.json()["state"] == "approved"


async def test_who_may_review(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    signed = await pharmacy.signed()
    junior = await pharmacist(town, "小药士", "P8", title="药士")
    refused = await pharmacy.act(junior, signed, "review", decision="approve")
    assert refused.json()["code"] == "not-a-pharmacist"
    for actor in (town.doctor, town.nurse, town.citizen(pharmacy.patient)):
        assert (await pharmacy.act(actor, signed, "review", decision="approve")).json()["code"] == "forbidden"
        assert (await pharmacy.get(actor, "/prescription-reviews")).json()["code"] == "forbidden"
    elsewhere = town.staff(Role.PHARMACIST, town.other_hospital_id, practitioner_id=junior.practitioner_id)
    assert (await pharmacy.act(elsewhere, signed, "review", decision="approve")).json()["code"] == "forbidden"


async def test_emergencies_come_first(pharmacy: Pharmacy) -> None:
    await pharmacy.signed()
    pharmacy.town.clock.advance(minutes=5)
    urgent = await pharmacy.signed(line("对乙酰氨基酚片", frequency="tid", days=3), setting="emergency")
    assert next(one["number"] for one in await queue(pharmacy)) == urgent["number"]


async def test_release_withdraw_and_what_stays_inside(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    approved = await pharmacy.approved()
    released = (await pharmacy.act(town.citizen(pharmacy.patient), approved, "release")).json()
    assert released["state"] == "released"
    taken = (await pharmacy.act(town.doctor, released, "withdraw", reason="treatment_changed")).json()
    assert taken["state"] == "withdrawn"
    assert (await pharmacy.act(town.doctor, taken, "release")).json()["code"] == "wrong-state"
    assert (await town.one("SELECT reason FROM transition WHERE to_state = 'withdrawn'"))[0] == "treatment_changed"
    sleep = line("艾司唑仑片", frequency="qn", quantity=7, split=True)
    controlled = await pharmacy.approved(sleep)
    assert (await pharmacy.act(town.doctor, controlled, "release")).json()["code"] == "not-releasable"


async def test_validity_ends_with_the_day(pharmacy: Pharmacy) -> None:
    town = pharmacy.town
    signed = await pharmacy.signed()
    kept = f"SELECT state FROM prescription WHERE number = '{signed['number']}'"
    longer = await pharmacy.signed(line("氯雷他定片"), valid_days=3, validity_reason="外地患者")
    town.clock.advance(hours=16)
    seen = (await pharmacy.get(town.doctor, f"/prescriptions/{signed['id']}")).json()
    assert seen["state"] == "expired", "decided at reading, before any job ran"
    assert (await review(pharmacy, signed, "approve")).json()["code"] == "prescription-expired"
    assert [one["number"] for one in await queue(pharmacy)] == [longer["number"]]
    assert (await town.one(kept))[0] == "signed"
    assert await write_down(town.platform) == 1
    assert await write_down(town.platform) == 0
    assert (await town.one(kept))[0] == "expired"
    assert (await review(pharmacy, longer, "approve")).status_code == 200


async def test_two_pharmacists_decide_at_once_and_one_counts(pharmacy: Pharmacy) -> None:
    for _ in range(4):
        signed = await pharmacy.signed()
        answers = await asyncio.gather(
            pharmacy.act(pharmacy.first, signed, "review", decision="approve"),
            pharmacy.act(pharmacy.second, signed, "review", decision="refuse", reasons=["重复用药"]),
        )
        assert sorted(one.status_code for one in answers) == [200, 409]
        lost = next(one.json() for one in answers if one.status_code == 409)
        assert lost["code"] == "prescription-changed"
        won = next(one.json() for one in answers if one.status_code == 200)
        rows = await pharmacy.town.rows(
            f"SELECT decision FROM prescription_signature WHERE kind = 'pharmacist' AND prescription_id = '{won['id']}'"
        )
        assert [row[0] for row in rows] == [{"approved": "approve", "refused": "refuse"}[won["state"]]]
        await pharmacy.act(pharmacy.town.doctor, won, "withdraw", reason="error")


async def test_control_without_the_walls_both_decisions_would_stand(pharmacy: Pharmacy) -> None:
    """The same two decisions written without lock, version and unique index: the race above proves something."""
    signed = await pharmacy.signed()
    owner = await pharmacy.town.platform.database.connect_as_owner()
    other = await pharmacy.town.platform.database.connect_as_owner()
    copy = (
        "INSERT INTO prescription_signature SELECT organization_id, prescription_id, $2, patient_id, 'pharmacist',"
        " revision, round, $3, practitioner_id, key_id, digest, signature, signed_at, event_id, statement_sealed"
        " FROM prescription_signature WHERE prescription_id = $1 AND ordinal = 1"
    )
    try:
        await owner.execute("DROP INDEX uq_prescription_signature_decision")
        waiting = "SELECT state FROM prescription WHERE id = $1"
        both = await asyncio.gather(*(one.fetchval(waiting, signed["id"]) for one in (owner, other)))
        assert both == ["signed", "signed"], "both looked before either wrote"
        await owner.execute(copy, signed["id"], 2, "approve")
        await other.execute(copy, signed["id"], 3, "refuse")
        count = "SELECT count(*) FROM prescription_signature WHERE kind = 'pharmacist'"
        assert await owner.fetchval(count) == 2
    finally:
        await owner.close()
        await other.close()
