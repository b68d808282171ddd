"""A stay from admission to its last fen, over HTTP, with the insurer of the sandbox: split, deposit, rest."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest
from httpx import AsyncClient as Client
from sqlalchemy import insert

from billing.clinic import get, list_prices, send
from insurance_cast import ELDER
from worlds import World
from yitong.billing.deposits.jobs import tell_insurer
from yitong.billing.payments.jobs import resume
from yitong.directory.model import PriceItem
from yitong.gateways.connect import connect_gateways
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.reactors import REACTORS, run_once

CARD = {
    "mdtrt_cert_type": "02",
    "mdtrt_cert_no": ELDER.id_number,
    "certno": ELDER.id_number,
    "psn_name": ELDER.name,
}
PNEUMONIA, BACTERIAL = [{"code": "J18.900"}], [{"code": "J15.900"}, {"code": "I10.x00"}]
SCAN = {"kind": "item", "code": "21020000100", "cnt_milli": 5000}


@dataclass
class Ward:
    """A hospital's ward, its cashier, and the sandbox where the insurer is."""

    client: Client
    town: World
    browser: httpx.AsyncClient
    patient: UUID

    @property
    def cashier(self) -> Actor:
        return self.town.staff(Role.CASHIER)

    async def post(self, path: str, actor: Actor | None = None, **body: Any) -> Any:
        return (await send(self.client, self.town, actor or self.cashier, path, **body)).json()

    async def put(self, path: str, actor: Actor | None = None, **body: Any) -> Any:
        given = {"organization_id": str(self.town.hospital_id), **body}
        headers = self.town.headers(actor or self.cashier)
        return (await self.client.put(f"/api{path}", json=given, headers=headers)).json()

    async def see(self, path: str) -> Any:
        return (await get(self.client, self.town, self.cashier, path)).json()

    async def admitted(self, **more: Any) -> Any:
        body: dict[str, Any] = {
            "patient_id": str(self.patient),
            "department_id": str(self.town.department_id),
            "bed": "3-12",
            "bed_price_code": "B300",
            "insutype": "310",
            "diagnoses": PNEUMONIA,
            "credential": CARD,
            **more,
        }
        return await self.post("/stays", **body)

    async def told(self) -> None:
        """Let the job tell the insurer what it is to know."""
        await tell_insurer(self.town.platform)

    async def fault(self, infno: str, kind: str = "lost", times: int = 1) -> None:
        body = {"path": f"insurer/{infno}", "kind": kind, "times": times}
        assert (await self.browser.put("/faults", json=body)).status_code == 204

    async def paid_in(self, stay: Any, amount: int) -> None:
        """A deposit, counted at the window."""
        bill = await self.post(f"/stays/{stay['id']}/deposits", amount_fen=amount)
        await self.pay(bill["id"], use_insurance=False)

    async def pay(self, bill: str, **wish: Any) -> Any:
        """Confirm what the page shows and hand over the cash."""
        asked: dict[str, Any] = {
            "organization_id": str(self.town.hospital_id),
            "bill_id": bill,
            "use_insurance": True,
            "use_account": False,
            "credential": CARD,
            "channels": [{"channel": "cash", "scene": "window"}],
            **wish,
        }
        shown = await self.post("/payments/preview", **asked)
        if not shown["own_fen"]:
            asked["channels"] = []
        made = await self.post("/payments", **asked, confirmed_fen=shown["own_fen"])
        assert "id" in made, made
        return await self.cashed(made)

    async def cashed(self, payment: Any) -> Any:
        """The payment after the cashier has counted what was due, if it has come so far."""
        for part in payment["parts"]:
            if part["channel"] == "cash" and part["state"] == "waiting":
                path = f"/payments/{payment['id']}/cash"
                return await self.post(path, amount_fen=part["amount_fen"], window="3")
        return payment

    async def until_settled(self, payment: Any, clock: SetClock) -> Any:
        """The payment once the clock's work has settled it."""
        for _ in range(8):
            clock.advance(seconds=70)
            await resume(self.town.platform)
            payment = await self.cashed(await self.see(f"/payments/{payment['id']}"))
            if payment["state"] == "settled":
                return payment
        raise AssertionError(payment)

    async def reacted(self) -> None:
        while await run_once(self.town.platform, REACTORS["billing.stays.paid"]):
            pass

    async def at_insurer(self) -> int:
        """What the insurer's own books say that its funds and accounts pay."""
        made = (await self.browser.get("/insurer/settlements")).json()
        gone = {one["of"] for one in (await self.browser.get("/insurer/reversals")).json()}
        live = [one["split"] for one in made if one["setl_id"] not in gone]
        return sum(one["fund_pay_sumamt"] + one["acct_pay"] for one in live)

    async def audit(self) -> None:
        """The journal adds up and says of the insurer what the insurer says."""
        rows = await self.town.rows("SELECT account_kind, sum(amount_fen) AS fen FROM posting GROUP BY account_kind")
        sums = {row.account_kind: row.fen for row in rows}
        assert sum(sums.values()) == 0
        assert sums.get("insurer", 0) + sums.get("account", 0) == await self.at_insurer()
        assert sums.get("patient", 0) == 0


@pytest.fixture
async def ward(client: Client, town: World, sandbox_url: str, browser: httpx.AsyncClient) -> AsyncGenerator[Ward]:
    platform = town.platform
    platform.settings = msgspec.structs.replace(platform.settings, sandbox_url=sandbox_url)
    connect_gateways(platform)
    await list_prices(town)
    async with platform.transaction() as tx:  # in the insurance's catalogue under this code: class B, 8 % first
        row = {"code": "21020000100", "valid_from": date(2020, 1, 1), "name": "磁共振平扫", "category": "imaging"}
        await tx.session.execute(insert(PriceItem).values(**row, unit="次", price_fen=80_000))
    yield Ward(client, town, browser, await town.patient(ELDER.name))
    for farewell in platform.closing:
        await farewell()
    platform.closing.clear()


async def stayed(ward: Ward, clock: SetClock, stay: Any, days: int = 3) -> None:
    """Some days with scans, bed-days and a discharge."""
    await ward.post(f"/bills/{stay['bill_id']}/charges", ward.town.doctor, lines=[SCAN])
    clock.advance(days=days)
    left = await ward.post(f"/stays/{stay['id']}/discharge")
    assert left["state"] == "closing", left


async def test_a_stay_is_settled_with_insurance_deposit_and_the_rest_in_cash(ward: Ward, clock: SetClock) -> None:
    stay = await ward.admitted()
    assert (stay["insurance"]["state"], stay["insurance"]["under_way"]) == ("due", True)
    await ward.told()
    known = await ward.see(f"/stays/{stay['id']}")
    assert (known["insurance"]["state"], known["insurance"]["problem"]) == ("admitted", None)
    assert known["admission_diagnoses"][0]["code"] == "J18.900"
    await ward.paid_in(stay, 100_000)
    discharged = {"phase": "discharge", "items": BACTERIAL}
    await ward.put(f"/stays/{stay['id']}/diagnoses", ward.town.doctor, **discharged)
    await stayed(ward, clock, stay)
    await ward.told()
    assert (await ward.see(f"/stays/{stay['id']}"))["insurance"]["state"] == "discharged"
    payment = await ward.pay(stay["bill_id"], deposit_fen=100_000)
    assert payment["state"] == "settled", payment
    kinds = {part["kind"]: part["amount_fen"] for part in payment["parts"]}
    total = 5 * 80_000 + 3 * 5_000
    assert set(kinds) == {"insurance", "deposit", "channel"}
    assert kinds["deposit"] == 100_000
    assert sum(kinds.values()) == payment["total_fen"] == total
    await ward.reacted()
    over = await ward.see(f"/stays/{stay['id']}")
    assert (over["state"], over["account"]["outstanding_fen"], over["account"]["deposit_fen"]) == ("settled", 0, 0)
    await ward.audit()


async def test_what_is_left_of_the_deposit_is_given_back(ward: Ward, clock: SetClock) -> None:
    stay = await ward.admitted()
    await ward.told()
    await ward.paid_in(stay, 400_000)
    await stayed(ward, clock, stay)
    await ward.told()
    shown = await ward.post(
        "/payments/preview", bill_id=stay["bill_id"], use_insurance=True, use_account=False, credential=CARD
    )
    own = shown["own_fen"]
    assert 0 < own < 400_000, "the insurer pays a part"
    payment = await ward.pay(stay["bill_id"], deposit_fen=400_000)
    assert [part["kind"] for part in payment["parts"]] == ["insurance", "deposit"]
    assert payment["parts"][1]["amount_fen"] == own
    await ward.reacted()
    rest = await ward.post(f"/stays/{stay['id']}/return-deposit", window="3")
    assert rest["account"]["deposit_fen"] == 0
    await ward.audit()
    row = await ward.town.one("SELECT sum(amount_fen) AS fen FROM posting WHERE account_kind = 'cash'")
    assert row.fen == own, "what was paid in less what was given back"


@pytest.mark.parametrize("infno", ["2401", "2402", "1101"])
async def test_registrations_whose_answer_is_lost_are_asked_again(ward: Ward, clock: SetClock, infno: str) -> None:
    await ward.fault(infno, times=5 if infno == "1101" else 1)  # 1101 is harmless and asked again at once
    stay = await ward.admitted()
    await ward.told()
    await stayed(ward, clock, stay)
    await ward.told()
    for _ in range(4):
        clock.advance(minutes=6)
        await ward.told()
    known = await ward.see(f"/stays/{stay['id']}")
    assert (known["insurance"]["state"], known["insurance"]["problem"]) == ("discharged", None)
    events = await ward.town.rows("SELECT 1 FROM event WHERE type = 'billing:stay:insurance_lost'")
    assert len(events) >= 1


@pytest.mark.parametrize("kind", ["lost", "failed", "forged", "refuse"])
async def test_a_settlement_without_an_answer_is_looked_up(ward: Ward, clock: SetClock, kind: str) -> None:
    stay = await ward.admitted()
    await ward.told()
    await stayed(ward, clock, stay)
    await ward.told()
    await ward.fault("2304", kind)
    payment = await ward.pay(stay["bill_id"])
    assert (payment["parts"][0]["kind"], payment["parts"][0]["state"]) == ("insurance", "unknown")
    settled = await ward.until_settled(payment, clock)
    assert sum(part["amount_fen"] for part in settled["parts"]) == settled["total_fen"]
    await ward.audit()


async def test_lines_given_back_after_the_stay_reverse_and_settle_it_anew(ward: Ward, clock: SetClock) -> None:
    stay = await ward.admitted()
    await ward.told()
    await ward.post(f"/bills/{stay['bill_id']}/charges", ward.town.doctor, lines=[SCAN])
    await stayed(ward, clock, stay)
    await ward.told()
    payment = await ward.pay(stay["bill_id"])
    assert payment["state"] == "settled"
    lines = (await ward.see(f"/bills/{stay['bill_id']}"))["items"]
    scan = next(one for one in lines if one["price_code"] == "21020000100")
    await ward.fault("2305")
    await ward.post(f"/payments/{payment['id']}/refunds", charge_ids=[scan["id"]], reason="未做", window="3")
    for _ in range(8):
        clock.advance(seconds=70)
        await resume(ward.town.platform)
    done = await ward.see(f"/payments/{payment['id']}")
    assert (done["state"], done["refunded_fen"]) == ("part_refunded", 400_000)
    assert len((await ward.browser.get("/insurer/reversals")).json()) == 1
    await ward.audit()


async def test_a_discharge_is_withdrawn_and_an_insurance_taken_off(ward: Ward, clock: SetClock) -> None:
    stay = await ward.admitted()
    path = f"/stays/{stay['id']}"
    await ward.told()
    await ward.put(f"{path}/diagnoses", ward.town.doctor, phase="admission", items=BACTERIAL)
    await ward.told()
    await ward.post(f"{path}/discharge")
    await ward.told()
    await ward.post(f"{path}/resume")
    await ward.told()
    assert (await ward.see(path))["insurance"]["state"] == "admitted"
    off = await ward.put(f"{path}/insurance", insutype=None)
    assert (off["insurance"]["wanted"], off["insurance"]["under_way"]) == ("withdrawn", True)
    await ward.told()
    assert (await ward.see(path))["insurance"]["state"] == "withdrawn"
    sent = await ward.town.rows(
        "SELECT payload->>'message' AS said FROM event WHERE type = 'billing:stay:insurance_told' ORDER BY position"
    )
    assert [row.said for row in sent] == ["2401", "2403", "2402", "2405", "2404"]
    problem = await ward.post("/payments/preview", bill_id=stay["bill_id"], use_insurance=True, credential=CARD)
    assert problem["code"] == "stay-running"
    on = await ward.put(f"{path}/insurance", insutype="310", credential=CARD)
    assert on["insurance"]["wanted"] == "admitted"
    await ward.told()
    assert (await ward.see(path))["insurance"]["state"] == "admitted"


async def test_an_admission_the_insurer_does_not_take(ward: Ward) -> None:
    bare = await ward.admitted(diagnoses=[])
    assert bare["code"] == "admission-diagnosis-missing"
    stay = await ward.admitted(insutype="390")
    await ward.told()
    seen = await ward.see(f"/stays/{stay['id']}")
    assert (seen["insurance"]["state"], seen["insurance"]["problem"]) == ("refused", "refused: not insured")
    await ward.put(f"/stays/{stay['id']}/insurance", insutype="310", credential=CARD)
    await ward.told()
    assert (await ward.see(f"/stays/{stay['id']}"))["insurance"]["state"] == "admitted"
    again = await ward.post(f"/stays/{stay['id']}/insurance/retry")
    assert again["insurance"]["state"] == "admitted"


async def test_an_admission_never_answered_is_not_forgotten(ward: Ward, clock: SetClock) -> None:
    """Taken off again before the insurer had answered: it may know the stay, so it is asked before it is told."""
    await ward.fault("2401")
    stay = await ward.admitted()
    await ward.told()
    await ward.put(f"/stays/{stay['id']}/insurance", insutype=None)
    clock.advance(minutes=6)
    await ward.told()
    row = await ward.town.one("SELECT state, next_at FROM stay_cover")
    assert (row.state, row.next_at) == ("withdrawn", None)
    sent = await ward.town.rows(
        "SELECT payload->>'message' AS said FROM event WHERE type = 'billing:stay:insurance_asked' ORDER BY position"
    )
    assert [one.said for one in sent] == ["2401", "2401", "2404"]
