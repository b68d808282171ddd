"""A pharmacy and the insurer: settled once under one number, an answer lost and asked for again, taken back."""

from typing import Any

import pytest

from prescriptions.shops import Street, out, trace
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual
from yitong.prescriptions.dispensing.ports import PharmacyInsurer, Sale, SaleSettled, SaleSplit
from yitong.prescriptions.dispensing.resuming import resume

PARTY = Bilingual("医保", "The insurer")
SHOWN = {"credential_type": "02", "credential": "110101199005010011"}


class PaperInsurer:
    """Pays seven tenths, remembers its settlements by the pharmacy's number, and may lose an answer or refuse."""

    def __init__(self) -> None:
        self.made: dict[str, SaleSettled] = {}
        self.reversed: set[str] = set()
        self.shown: list[str] = []
        self.lose = self.refuse = False

    async def ask(self, sale: Sale) -> SaleSplit:
        total = sum(one.amount_fen for one in sale.lines)
        fund = total * 7 // 10
        return SaleSplit(
            total_fen=total, fund_fen=fund, account_fen=0, cash_fen=total - fund, balance_fen=0, notes=["70%"]
        )

    async def settle(self, sale: Sale, agreed: SaleSplit) -> SaleSettled:
        if self.refuse:
            raise GatewayRefused(PARTY, "refused", "")
        self.shown.append(sale.credential_type)
        settled = self.made.setdefault(
            sale.invono,
            SaleSettled(setl_id=f"S{len(self.made)}", mdtrt_id="M1", psn_no="P1", at=sale.at, split=agreed),
        )
        if self.lose:
            raise GatewayUnavailable(PARTY, "lost")
        return settled

    async def reverse(self, sale: Sale, settled: SaleSettled) -> str:
        self.reversed.add(settled.setl_id)
        return f"R{settled.setl_id}"


@pytest.fixture
def insurer(street: Street) -> PaperInsurer:
    """Connected to the platform."""
    made = PaperInsurer()
    street.inside.town.platform.connect(PharmacyInsurer, made)
    return made


async def dispensed(street: Street) -> Any:
    """A part handed out whole."""
    held = await street.held()
    done = await street.act(street.near, held, "dispense", lines=[out(28, trace())], last=True, secret=held["secret"])
    return done.json()


async def test_a_lost_answer_is_asked_for_under_the_same_number(street: Street, insurer: PaperInsurer) -> None:
    held = await street.held()
    early = await street.act(street.near, held, "settlement", **SHOWN)
    assert early.json()["code"] == "wrong-state"
    done = (
        await street.act(street.near, held, "dispense", lines=[out(28, trace())], last=True, secret=held["secret"])
    ).json()
    asked = await street.act(street.near, done, "settlement/preview", **SHOWN)
    assert asked.status_code == 200, asked.text
    told = asked.json()
    assert (told["state"], told["fund_fen"] + told["cash_fen"]) == (None, told["total_fen"])
    insurer.lose = True
    assert (await street.act(street.near, done, "settlement", **SHOWN)).json()["code"] == "gateway-unavailable"
    insurer.lose = False
    settled = await street.act(street.near, done, "settlement", **SHOWN)
    assert (settled.json()["state"], settled.json()["setl_id"]) == ("settled", "S0"), settled.text
    assert len(insurer.made) == 1, "one settlement, asked for twice"
    town = street.inside.town
    assert (await town.one("SELECT state FROM prescription_part")).state == "settled"
    again = await street.act(street.near, done, "settlement", **SHOWN)
    assert again.json()["code"] == "wrong-state"
    seen = (await street.inside.get(
        street.near.pharmacist, f"/custodies/{done['part_id']}", pharmacy_id=str(street.near.id)
    )).json()  # fmt: skip
    back = [{"number": 1, "units": 28, "packages": seen["dispenses"][0]["lines"][0]["packages"]}]
    refused = await street.act(street.near, seen, "return", lines=back, reason="quality")
    assert refused.json()["code"] == "wrong-state", "a settlement is taken back first"
    undone = await street.act(street.near, seen, "settlement/reverse")
    assert undone.json()["state"] == "reversed", undone.text
    assert insurer.reversed == {"S0"}
    after = await street.inside.get(
        street.near.pharmacist, f"/custodies/{done['part_id']}", pharmacy_id=str(street.near.id)
    )
    returned = await street.act(street.near, after.json(), "return", lines=back, reason="quality")
    assert returned.json()["state"] == "returned", returned.text


async def test_a_refusal_leaves_the_part_to_be_paid_otherwise(street: Street, insurer: PaperInsurer) -> None:
    done = await dispensed(street)
    insurer.refuse = True
    assert (await street.act(street.near, done, "settlement", **SHOWN)).json()["code"] == "gateway-refused"
    assert (await street.act(street.near, done, "settlement/reverse")).json()["code"] == "not-settled"
    insurer.refuse = False
    assert (await street.act(street.near, done, "settlement", **SHOWN)).json()["state"] == "settled"
    states = await street.inside.town.rows("SELECT state FROM drug_settlement ORDER BY state")
    assert [row.state for row in states] == ["refused", "settled"]


async def test_without_an_insurer_it_is_said_so(street: Street) -> None:
    done = await dispensed(street)
    assert (await street.act(street.near, done, "settlement", **SHOWN)).json()["code"] == "no-insurer"


async def test_the_clock_carries_on_what_was_lost(street: Street, insurer: PaperInsurer) -> None:
    town = street.inside.town
    done = await dispensed(street)
    insurer.lose = True
    assert (await street.act(street.near, done, "settlement", **SHOWN)).json()["code"] == "gateway-unavailable"
    assert await resume(town.platform) == 0, "the counter itself may still be waiting"
    town.clock.advance(minutes=2)
    assert await resume(town.platform) == 0, "lost once more"
    insurer.lose = False
    assert await resume(town.platform) == 1
    assert await resume(town.platform) == 0
    row = await town.one("SELECT state, setl_id FROM drug_settlement")
    assert (row.state, row.setl_id, len(insurer.made)) == ("settled", "S0", 1)
    assert (await town.one("SELECT state FROM prescription_part")).state == "settled"
    assert len(await town.rows("SELECT 1 FROM event WHERE type = 'dispensing:part:settled'")) == 1


async def test_a_late_refusal_decides_nothing_and_a_fresh_voucher_does(street: Street, insurer: PaperInsurer) -> None:
    town = street.inside.town
    done = await dispensed(street)
    insurer.lose = True
    await street.act(street.near, done, "settlement", **SHOWN)
    insurer.lose, insurer.refuse = False, True
    town.clock.advance(minutes=40)
    assert await resume(town.platform) == 0
    assert (await town.one("SELECT state FROM drug_settlement")).state == "asked", "the voucher ran out, no more"
    insurer.refuse = False
    settled = await street.act(street.near, done, "settlement", credential_type="01", credential="9" * 28)
    assert settled.json()["setl_id"] == "S0", settled.text
    assert insurer.shown == ["02", "01"]


async def test_a_refusal_in_time_frees_the_part(street: Street, insurer: PaperInsurer) -> None:
    town = street.inside.town
    done = await dispensed(street)
    insurer.lose = True
    await street.act(street.near, done, "settlement", **SHOWN)
    insurer.lose, insurer.refuse = False, True
    town.clock.advance(minutes=2)
    assert await resume(town.platform) == 0
    assert (await town.one("SELECT state FROM drug_settlement")).state == "refused"
