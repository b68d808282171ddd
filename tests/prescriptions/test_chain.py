"""Prescriptions reach the evidence chain by their events: in their order, once, and never with a person's data."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from prescriptions.chained import PREFIX, know_packages, open_chain, open_shop, settle, tasks
from prescriptions.pharmacy import Pharmacy
from yitong.kernel.events import EVENT_WORDS
from yitong.kernel.ids import UUID
from yitong.ledger import stored
from yitong.ledger.contract.actions import Issue, KeyRole, Review
from yitong.ledger.contract.legal_moves import MOVES
from yitong.ledger.contract.records import PartRecord, PartState, Prescription, decode, part_key, prescription_key
from yitong.ledger.encoding import pack
from yitong.ledger.engine import Inadmissible
from yitong.ledger.service import Ledger
from yitong.ledger.tasks import put_tasks
from yitong.prescriptions.chain import WRITERS, chain_name


@pytest.fixture
async def ledger(pharmacy: Pharmacy) -> Ledger:
    return await open_chain(pharmacy)


async def part_of(ledger: Ledger, prescription: UUID, number: int = 1) -> PartRecord:
    found = (await ledger.look_up(part_key(prescription.bytes, number))).value
    assert found is not None
    return decode(PartRecord, found)


def test_every_move_of_the_contract_has_its_event() -> None:
    assert {event.value for event in WRITERS} <= set(EVENT_WORDS)
    assert len(WRITERS) == len(MOVES) + 3  # three events issue, two review


async def test_signing_and_review_reach_the_chain_in_their_order(pharmacy: Pharmacy, ledger: Ledger) -> None:
    found = await pharmacy.approved()
    assert found["chain"] == []
    assert await settle(pharmacy, ledger) == 2
    assert [(one.name, one.state, one.code) for one in await tasks(pharmacy)] == [
        ("issue", "done", "ok"),
        ("review", "done", "ok"),
    ]
    name = UUID(found["id"])
    assert (await part_of(ledger, name)).state is PartState.APPROVED
    shown = (await pharmacy.get(pharmacy.town.doctor, f"/prescriptions/{name}")).json()["chain"]
    assert [one["action"] for one in shown] == ["issue", "review"]
    assert all(one["transaction"] and one["height"] and one["code"] == "ok" for one in shown)
    listed = (await pharmacy.get(pharmacy.town.doctor, "/prescriptions")).json()["items"]
    assert listed[0]["chain"]["action"] == "review"
    assert await settle(pharmacy, ledger) == 0


async def test_a_refused_wording_is_replaced_on_the_chain(pharmacy: Pharmacy, ledger: Ledger) -> None:
    signed = await pharmacy.signed()
    refused = await pharmacy.act(pharmacy.first, signed, "review", decision="refuse", reasons=["剂量偏大"])
    again = await pharmacy.act(pharmacy.town.doctor, refused.json(), "countersign", reason="病情需要")
    assert again.status_code == 200, again.text
    decided = await pharmacy.act(pharmacy.first, again.json(), "review", decision="approve")
    assert decided.status_code == 200, decided.text
    assert await settle(pharmacy, ledger) == 4
    first, second = UUID(signed["id"]), chain_name(UUID(signed["id"]), 2)
    assert (await part_of(ledger, first)).state is PartState.REJECTED
    assert (await part_of(ledger, second)).state is PartState.APPROVED
    head = (await ledger.look_up(prescription_key(second.bytes))).value
    assert head is not None
    assert decode(Prescription, head).replaces == first.bytes


async def test_every_hand_from_release_to_dispensing(pharmacy: Pharmacy, ledger: Ledger) -> None:
    shop, chemist = await open_shop(pharmacy)
    await know_packages(pharmacy)
    found = await pharmacy.approved()
    patient = pharmacy.town.citizen(pharmacy.patient)
    row = (await pharmacy.get(patient, f"/prescriptions/{found['id']}/parts")).json()["items"][0]
    path = f"/prescription-parts/{row['id']}"
    released = await pharmacy.post(patient, f"{path}/release", version=row["version"])
    assert released.status_code == 200, released.text
    code = released.json()["take_code"]
    held = await pharmacy.post(chemist, "/custodies", pharmacy_id=str(shop), code=code)
    assert held.status_code == 200, held.text
    back = {"pharmacy_id": str(shop), "secret": held.json()["secret"], "reason": "out_of_stock"}
    assert (await pharmacy.post(chemist, f"/custodies/{row['id']}/give-back", **back)).status_code == 200
    pharmacy.town.clock.moment += timedelta(minutes=1)
    now = (await pharmacy.get(patient, path)).json()
    held = await pharmacy.post(chemist, "/custodies", pharmacy_id=str(shop), code=now["take_code"])
    assert held.status_code == 200, held.text
    custody = held.json()
    units = custody["lines"][0]["line"]["units"]
    lines = [{"number": 1, "units": units, "packages": [{"code": PREFIX + "0" * 12 + "1", "units": units}]}]
    lines[0] |= {"batch": "B1", "expires_on": "2028-01-01"}
    done = await pharmacy.post(
        chemist,
        f"/custodies/{row['id']}/dispense",
        pharmacy_id=str(shop),
        version=custody["version"],
        lines=lines,
        last=True,
        secret=custody["secret"],
    )
    assert done.status_code == 200, done.text
    await settle(pharmacy, ledger)
    assert [(one.name, one.code) for one in await tasks(pharmacy)] == [
        (name, "ok") for name in ("issue", "review", "release", "accept", "give_back", "accept", "dispense")
    ]
    part = await part_of(ledger, UUID(found["id"]))
    assert (part.state, part.holder, part.dispensed) == (PartState.DISPENSED, shop.bytes, [units])


async def test_nothing_of_a_person_is_on_the_chain(pharmacy: Pharmacy, ledger: Ledger) -> None:
    found = await pharmacy.approved()
    await settle(pharmacy, ledger)
    async with (await pharmacy.town.platform.database.raw()).acquire() as connection:
        raws = [row["raw"] for row in await connection.fetch("SELECT raw FROM ledger_transaction")]
    digest = bytes.fromhex(found["signatures"][0]["digest"])
    for hidden in ("王小明".encode(), pharmacy.patient.bytes, digest, found["number"].encode()):
        assert not any(hidden in raw for raw in raws)


async def test_a_task_that_was_cut_off_is_done_once(pharmacy: Pharmacy, ledger: Ledger) -> None:
    """The process dies after the block and before the row says so: the same bytes come again and stand there once."""
    await pharmacy.signed()
    await settle(pharmacy, ledger)
    before = (await tasks(pharmacy))[0]
    async with pharmacy.town.platform.transaction() as tx:
        await tx.session.execute(
            text("UPDATE ledger_task SET state = 'waiting', done_at = NULL, height = NULL, digest = NULL, code = NULL")
        )
    assert await put_tasks(pharmacy.town.platform, ledger) == 1
    after = (await tasks(pharmacy))[0]
    assert (after.state, after.height, after.digest, after.raw) == ("done", before.height, before.digest, before.raw)
    async with (await pharmacy.town.platform.database.raw()).acquire() as connection:
        assert len(await stored.history(connection, before.subject.bytes)) == 1


async def test_what_comes_too_early_waits_and_nothing_overtakes_it(pharmacy: Pharmacy, ledger: Ledger) -> None:
    """A review whose prescription is not on the chain yet is tried again, not lost."""
    found = await pharmacy.approved()
    platform, other = pharmacy.town.platform, chain_name(UUID(found["id"]), 7)
    assert await settle(pharmacy, ledger) == 2
    async with platform.transaction() as tx:
        await tx.session.execute(
            text(
                "UPDATE ledger_task SET state = 'waiting', done_at = NULL, raw = NULL, subject = :other,"
                " action = :action WHERE name = 'review'"
            ),
            {"other": other, "action": pack(Review(other.bytes, True, bytes(32)))},
        )
    assert await put_tasks(platform, ledger) == 0
    waiting = (await tasks(pharmacy))[1]
    assert (waiting.state, waiting.code, waiting.attempts) == ("waiting", "unknown", 2)
    assert waiting.next_try_at > platform.clock.now()


async def test_a_member_is_admitted_when_it_first_signs(pharmacy: Pharmacy, ledger: Ledger) -> None:
    """Also when its key was made and the process died before it was enrolled."""
    hospital = pharmacy.town.hospital_id
    await pharmacy.signed()
    assert await settle(pharmacy, ledger) == 1
    receipts: list[Any] = await asyncio.gather(
        *(ledger.put(hospital, KeyRole.PRESCRIBE, Issue(bytes([n]) * 16, bytes(32), bytes(32), [])) for n in range(2)),
        return_exceptions=True,
    )
    assert all(isinstance(one, Inadmissible) for one in receipts)  # no parts: not the canonical form of anything
