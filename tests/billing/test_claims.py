"""Commercial claims: FHIR there and back to the fen, the insurer's answer, lost answers, and who sees what."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient as Client
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from billing.clinic import get, list_prices, send
from billing.test_invoices import settled
from worlds import World
from yitong.billing.claims import fhir, statement
from yitong.billing.claims.jobs import carry_claims
from yitong.billing.commercial import (
    CommercialAnswer,
    CommercialClaim,
    CommercialInsurers,
    CommercialLine,
    CoverMovement,
)
from yitong.directory.model import Organization
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import Role
from yitong.kernel.text import Bilingual
from yitong.sandbox.commercial import INSURER, Insurer

PARTY = Bilingual("保险", "Insurer")
AT = datetime(2026, 11, 23, tzinfo=UTC)


class Played:
    """The sandbox's insurer, called directly, whose next answers are lost before or after they had their effect."""

    name = INSURER

    def __init__(self) -> None:
        self.insurer = Insurer("secret", lambda: AT)
        self.lose: list[str] = []
        self.submitted = 0

    async def assess(self, claim: CommercialClaim) -> CommercialAnswer:
        return self._read(self.insurer.submit(fhir.written(claim, "predetermination")))

    async def submit(self, claim: CommercialClaim) -> CommercialAnswer:
        how = self.lose.pop(0) if self.lose else ""
        if how == "refused":
            raise GatewayRefused(PARTY, "422")
        if how == "before":
            raise GatewayUnavailable(PARTY, "timeout")
        self.submitted += 1
        said = self._read(self.insurer.submit(fhir.written(claim, "claim")))
        if how == "after":
            raise GatewayUnavailable(PARTY, "timeout")
        if how == "too much":
            return msgspec.structs.replace(said, covered=claim.asked + 1)
        return said

    async def find(self, claim_no: str) -> CommercialAnswer | None:
        status, body = self.insurer.find(claim_no)
        return None if status == 404 else self._read((status, body))

    async def cancel(self, claim_no: str) -> CommercialAnswer:
        return self._read(self.insurer.cancel(claim_no))

    async def lines(self, day: date) -> list[CoverMovement]:
        return statement.read_movements(self.insurer.listed(day.isoformat(), "provider")[1])

    def _read(self, answer: tuple[int, bytes]) -> CommercialAnswer:
        assert answer[0] == 200
        return fhir.read_answer(answer[1])


@pytest.fixture
async def insurer(town: World) -> Played:
    await list_prices(town)
    async with town.platform.transaction() as tx:
        kept = {"region_code": "110000", "kind": "insurer", "code": INSURER, "zone": "Asia/Shanghai", "active": True}
        names = dict.fromkeys(("short_name", "pinyin", "grade", "district", "address", "phone"), "x")
        row = {**kept, **names, "id": new_id(), "name": "京安保险", "name_en": "Jing'an Insurance"}
        await tx.session.execute(insert(Organization).values(row))
    played, connected = Played(), CommercialInsurers()
    connected.connect(played)
    town.platform.connect(CommercialInsurers, connected)
    return played


async def claimed(client: Client, town: World, patient: UUID, policy: str = "MZ20260001") -> Any:
    """A claim of 17.68 yuan that the patient paid of a bill of 42.68."""
    citizen = town.citizen(patient)
    body = {"patient_id": str(patient), "insurer_code": INSURER, "policy_no": policy}
    coverage = (await client.post("/api/coverages", json=body, headers=town.headers(citizen))).json()
    assert (coverage["policy_tail"], coverage["insurer_name"]) == (policy[-4:], "京安保险")
    paid = {"insurer:310": 2000, "account:310": 500, "channel:wechat": 1768}
    bill = await settled(client, town, patient, **paid)
    made = await send(client, town, citizen, f"/bills/{bill['id']}/claims", coverage_id=coverage["id"])
    assert made.status_code == 201, made.text
    return made.json()


async def shown(client: Client, town: World, patient: UUID, claim: Any) -> Any:
    return (await get(client, town, town.citizen(patient), f"/claims/{claim['id']}")).json()


async def test_a_claim_is_sent_and_paid(client: Client, town: World, insurer: Played) -> None:
    patient = await town.patient("王小明")
    claim = await claimed(client, town, patient)
    assert (claim["state"], claim["asked_fen"], claim["covered_fen"]) == ("due", 1768, 0)
    assert await carry_claims(town.platform) == 1
    done = await shown(client, town, patient, claim)
    assert (done["state"], done["covered_fen"]) == ("approved", 1591)  # nine tenths, rounded down
    assert done["notes"][-1]["zh"] == "赔付 15.91 元。"
    assert await carry_claims(town.platform) == 0, "what is done is left alone"
    sent = await get(client, town, town.citizen(patient), f"/claims/{claim['id']}/fhir")
    resource = sent.json()
    assert (resource["resourceType"], resource["use"], resource["total"]) == (
        "Claim", "claim", {"value": 42.68, "currency": "CNY"},
    )  # fmt: skip
    assert "王小明" not in sent.text
    desk = await get(client, town, town.staff(Role.CASHIER), "/claims")
    assert [one["id"] for one in desk.json()["items"]] == [claim["id"]]
    stranger = town.citizen(await town.patient("李四"))
    assert (await get(client, town, stranger, f"/claims/{claim['id']}")).status_code == 404


@pytest.mark.parametrize("how", ["before", "after", "too much"])
async def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(
    client: Client, town: World, insurer: Played, clock: SetClock, how: str
) -> None:
    patient = await town.patient()
    claim = await claimed(client, town, patient)
    insurer.lose = [how]
    await carry_claims(town.platform)
    assert (await shown(client, town, patient, claim))["state"] == "unknown"
    for _ in range(3):
        clock.advance(hours=2)
        await carry_claims(town.platform)
    assert (await shown(client, town, patient, claim))["state"] == "approved"
    assert insurer.submitted == 1, "the insurer got it once"


async def test_a_killed_sender_is_followed_by_another(
    client: Client, town: World, insurer: Played, clock: SetClock
) -> None:
    patient = await town.patient()
    claim = await claimed(client, town, patient)

    class Dead(Exception):
        pass

    async def die(claim: CommercialClaim) -> CommercialAnswer:
        raise Dead

    alive, insurer.submit = insurer.submit, die
    with pytest.raises(Dead):
        await carry_claims(town.platform)
    insurer.submit = alive
    assert (await shown(client, town, patient, claim))["state"] == "asked"
    for _ in range(3):
        clock.advance(hours=2)
        await carry_claims(town.platform)
    assert (await shown(client, town, patient, claim))["state"] == "approved"


async def test_refused_unknown_policies_and_claims_that_are_looked_at(
    client: Client, town: World, insurer: Played, clock: SetClock
) -> None:
    patient = await town.patient()
    nobody = await claimed(client, town, patient, "XX00000001")
    refused = await claimed(client, town, patient, "MZ00000002")
    insurer.lose = ["", "refused"]
    await carry_claims(town.platform)
    states = {(await shown(client, town, patient, one))["state"] for one in (nobody, refused)}
    assert states == {"rejected"}
    taken_back = await claimed(client, town, patient, "MZ00000003")
    gone = await send(client, town, town.citizen(patient), f"/claims/{taken_back['id']}/withdraw")
    assert gone.json()["state"] == "cancelled"
    late = await send(client, town, town.citizen(patient), f"/claims/{refused['id']}/withdraw")
    assert late.json()["code"] == "wrong-state"


async def test_a_claim_is_made_anew_in_place_of_another(client: Client, town: World, insurer: Played) -> None:
    patient = await town.patient()
    first = await claimed(client, town, patient)
    path, mine = f"/bills/{first['bill_id']}/claims", town.citizen(patient)
    again = (await send(client, town, mine, path, coverage_id=first["coverage_id"], replaces=first["id"])).json()
    assert (again["state"], again["replaces_id"], again["claim_no"] != first["claim_no"]) == ("due", first["id"], True)
    states = {row.id: row.state for row in await town.rows("SELECT id, state FROM claim")}
    assert states == {UUID(first["id"]): "cancelled", UUID(again["id"]): "due"}
    await carry_claims(town.platform)
    sent = await send(client, town, mine, path, coverage_id=first["coverage_id"], replaces=again["id"])
    assert sent.json()["code"] == "wrong-state", "the insurer has it"

    other = await claimed(client, town, await town.patient("李四"))
    wrong = await send(client, town, mine, path, coverage_id=first["coverage_id"], replaces=other["id"])
    assert wrong.json()["code"] == "not-found"


async def test_a_refused_claim_is_made_once_more(client: Client, town: World, insurer: Played) -> None:
    insurer.lose = ["refused"]
    patient = await town.patient()
    first = await claimed(client, town, patient)
    await carry_claims(town.platform)
    assert (await town.one("SELECT state FROM claim")).state == "rejected"
    path, mine = f"/bills/{first['bill_id']}/claims", town.citizen(patient)
    again = await send(client, town, mine, path, coverage_id=first["coverage_id"], replaces=first["id"])
    assert (again.status_code, again.json()["state"]) == (201, "due")
    twice = await send(client, town, mine, path, coverage_id=first["coverage_id"])
    assert twice.json()["code"] == "already-claimed"
    await carry_claims(town.platform)
    states = [row.state for row in await town.rows("SELECT state FROM claim ORDER BY made_at, id")]
    assert states == ["rejected", "approved"]


async def test_what_cannot_be_claimed(client: Client, town: World, insurer: Played) -> None:
    patient = await town.patient()
    first = await claimed(client, town, patient)
    row = await town.one("SELECT coverage_id FROM claim")
    path = f"/bills/{first['bill_id']}/claims"
    twice = await send(client, town, town.citizen(patient), path, coverage_id=str(row.coverage_id))
    assert twice.json()["code"] == "already-claimed"
    body: dict[str, Any] = {
        "patient_id": str(patient),
        "kind": "outpatient",
        "lines": [{"kind": "item", "code": "L100"}],
    }
    due = (await send(client, town, town.registrar, "/bills", **body)).json()
    early = await send(
        client, town, town.citizen(patient), f"/bills/{due['id']}/claims", coverage_id=str(row.coverage_id)
    )
    assert early.json()["code"] == "nothing-to-claim"
    listed = await client.get(
        "/api/coverages", params={"patient_id": str(patient)}, headers=town.headers(town.citizen(patient))
    )
    [coverage] = listed.json()["items"]
    gone = await client.delete(
        f"/api/coverages/{coverage['id']}",
        params={"patient_id": str(patient)},
        headers=town.headers(town.citizen(patient)),
    )
    assert gone.status_code == 204
    async with town.platform.transaction() as tx:
        sealed = (await tx.session.execute(text("SELECT policy_sealed FROM coverage"))).scalar_one()
    assert "MZ20260001" not in sealed


def a_claim(nets: list[int], asked: int, policy: str, number: str = "CL1") -> CommercialClaim:
    lines = [CommercialLine(n, new_id(), f"C{n}", "x", "lab", 1500, 333, net) for n, net in enumerate(nets, start=1)]
    return CommercialClaim(number, "H1", policy, "provider", "B1", AT, lines, sum(nets), sum(nets) - asked, asked)


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=20),
    st.data(),
    st.sampled_from(["HM000001", "MZ000001", "GD000001", "XX000001"]),
)
def test_money_goes_there_and_back_to_the_fen(nets: list[int], data: st.DataObject, policy: str) -> None:
    claim = a_claim(nets, data.draw(st.integers(0, sum(nets))), policy)
    read = fhir.read_claim(fhir.written(claim, "claim"))
    assert [item.net.fen for item in read.item] == nets
    assert (read.total.fen, read.info("left-to-patient"), read.info("insurance-paid")) == (
        sum(nets), claim.asked, claim.insurance_paid,
    )  # fmt: skip
    insurer = Insurer("secret", lambda: AT)
    assessed = fhir.read_answer(insurer.submit(fhir.written(claim, "predetermination"))[1])
    insurer.submit(fhir.written(claim, "claim"))
    said = fhir.read_answer(insurer.find("CL1")[1])
    assert said.covered == assessed.covered
    assert 0 <= said.covered <= claim.asked
    assert sum(fen for _, fen in said.lines) == said.covered
    again = fhir.read_answer(insurer.submit(fhir.written(claim, "claim"))[1])
    assert (again.insurer_no, again.covered) == (said.insurer_no, said.covered)


def test_a_day_lists_what_is_paid_to_hospitals_and_what_was_taken_back() -> None:
    moments = [AT]
    insurer = Insurer("secret", lambda: moments[0])
    for number, payee in (("CL1", "provider"), ("CL2", "subscriber"), ("CL3", "provider")):
        claim = msgspec.structs.replace(a_claim([1000], 1000, "MZ000001", number), payee=payee)
        insurer.submit(fhir.written(claim, "claim"))
    insurer.submit(fhir.written(a_claim([300_000], 300_000, "MZ000001", "CL4"), "claim"))

    def listed(day: date) -> list[tuple[str, str, int]]:
        rows = statement.read_movements(insurer.listed(day.isoformat(), "provider")[1])
        return [(row.kind, row.claim_no, row.amount) for row in rows]

    assert listed(date(2026, 11, 23)) == [("claim", "CL1", 900), ("claim", "CL3", 900)], "CL4 is being looked at"
    moments[0] = AT + timedelta(days=1)
    insurer.find("CL4")
    insurer.cancel("CL3")
    assert fhir.read_answer(insurer.find("CL3")[1]).covered == 0
    assert listed(date(2026, 11, 23)) == [("claim", "CL1", 900), ("claim", "CL3", 900)]
    assert listed(date(2026, 11, 24)) == [("cancellation", "CL3", 900), ("claim", "CL4", 270_000)]
    assert insurer.listed("today", "provider")[0] == 400


def test_a_claim_that_was_taken_back_before_it_came_is_refused() -> None:
    insurer = Insurer("secret", lambda: AT)
    assert insurer.cancel("CL1")[0] == 404
    assert insurer.submit(fhir.written(a_claim([1000], 1000, "MZ000001"), "claim"))[0] == 422


def test_a_policys_ceiling_holds_over_all_its_claims() -> None:
    insurer = Insurer("secret", lambda: AT)
    paid = 0
    for number in range(30):
        insurer.submit(fhir.written(a_claim([100_000], 100_000, "MZ000001", f"CL{number}"), "claim"))
        paid += fhir.read_answer(insurer.find(f"CL{number}")[1]).covered
    assert paid == 2_000_000


def test_a_claim_over_the_limit_is_looked_at_first() -> None:
    insurer = Insurer("secret", lambda: AT)
    body = fhir.written(a_claim([300_000], 300_000, "MZ000001"), "claim")
    assert fhir.read_answer(insurer.submit(body)[1]).outcome == "queued"
    found = fhir.read_answer(insurer.find("CL1")[1])
    assert (found.outcome, found.covered) == ("complete", 270_000)
