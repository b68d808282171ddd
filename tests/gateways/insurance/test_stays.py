"""Stays in hospital over the national interface: admission, lines, settlement, and taking each of them back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from insurance_cast import ELDER, HOSPITAL, NOW, Trouble, fee, identity_card
from yitong.billing.insurance.invariants import broken
from yitong.billing.ports import FeeLine, InsuranceBill, Insurer, InsurerSilent
from yitong.billing.stay_ports import InpatientInsurer, InpatientStay
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused

LINES = (fee(500_000, "0021020000100", cnt=10_000), fee(80_000, "0021020000100"), fee(1_250, ""))
MakeStay = Callable[..., Awaitable[InpatientStay]]


@pytest.fixture
def make_stay(insurer: Insurer) -> MakeStay:
    """Somebody who is admitted today, as billing would hand it over."""

    async def make(number: str = ELDER.id_number, name: str = ELDER.name) -> InpatientStay:
        shown = identity_card(number, name)
        person = await insurer.person(HOSPITAL, shown, NOW)
        return InpatientStay(
            fixmedins_code=HOSPITAL,
            psn_no=person.psn_no,
            insutype=person.insurances[0].insutype,
            insuplc_admdvs=person.insurances[0].insuplc_admdvs,
            credential=shown,
            visit_no=f"B{new_id().hex[:16]}",
            med_type="21",
            admitted_at=NOW - timedelta(days=5),
            department_code="120101",
            department_name="呼吸内科",
            bed="3-12",
            diagnoses=[("J18.900", "肺炎")],
        )

    return make


def left(stay: InpatientStay, mdtrt_id: str) -> InpatientStay:
    """The stay of somebody who has left."""
    told: list[Any] = [("J15.900", "细菌性肺炎"), ("I10.x00", "高血压")]
    return msgspec.structs.replace(stay, mdtrt_id=mdtrt_id, discharged_at=NOW, discharge_diagnoses=told)


def bill_of(stay: InpatientStay, mdtrt_id: str, *lines: FeeLine, use_account: bool = False) -> InsuranceBill:
    return InsuranceBill(
        stay.fixmedins_code, stay.psn_no, stay.insutype, stay.insuplc_admdvs, stay.credential, stay.med_type,
        mdtrt_id, new_id().hex, use_account, [msgspec.structs.replace(one, feedetl_sn=new_id().hex) for one in lines],
    )  # fmt: skip


async def settled(insurer: Insurer, stays: InpatientInsurer, stay: InpatientStay) -> InsuranceBill:
    """A whole stay, settled under the number of its visit."""
    mdtrt_id = await stays.admit(stay)
    bill = bill_of(stay, mdtrt_id, *LINES)
    split = await insurer.pre_settle(bill)
    await stays.discharge(left(stay, mdtrt_id))
    await insurer.settle(bill, split, stay.visit_no)
    return bill


async def test_a_stay_from_admission_to_settlement_and_back(
    insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay, browser: httpx.AsyncClient
) -> None:
    stay = await make_stay()
    mdtrt_id = await stays.admit(stay)
    assert await stays.admit(stay) == mdtrt_id, "the same number is the same stay"
    bill = bill_of(stay, mdtrt_id, *LINES)
    split = await insurer.pre_settle(bill)
    assert broken(split) == []
    assert (split.medfee_sumamt, split.fulamt_ownpay_amt, split.act_pay_dedc) == (581_250, 1_250, 130_000)
    with pytest.raises(GatewayRefused) as early:
        await insurer.settle(bill, split, "S1")
    assert "出院" in early.value.detail
    await stays.discharge(left(stay, mdtrt_id))
    await stays.discharge(left(stay, mdtrt_id))
    made = await insurer.settle(bill, split, "S1")
    assert made.split == split
    assert await insurer.settlement(HOSPITAL, bill.psn_no, mdtrt_id, "S1") == made
    with pytest.raises(GatewayRefused) as standing:
        await stays.withdraw_discharge(left(stay, mdtrt_id))
    assert "已结算" in standing.value.detail
    back = await insurer.reverse(HOSPITAL, bill.psn_no, mdtrt_id, made.setl_id, "S1", med_type="21")
    assert await insurer.reverse(HOSPITAL, bill.psn_no, mdtrt_id, made.setl_id, "S1", med_type="21") == back
    assert await insurer.settlement(HOSPITAL, bill.psn_no, mdtrt_id, "S1") is None
    await stays.withdraw_discharge(left(stay, mdtrt_id))
    [kept] = (await browser.get("/insurer/settlements")).json()
    assert (kept["med_type"], kept["insutype"]) == ("21", stay.insutype)


async def test_the_second_stay_of_a_year_has_the_lower_deductible(
    insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay
) -> None:
    await settled(insurer, stays, await make_stay())
    again = await make_stay()
    bill = bill_of(again, await stays.admit(again), *LINES)
    assert (await insurer.pre_settle(bill)).act_pay_dedc == 65_000


async def test_the_ceiling_of_the_year(insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay) -> None:
    stay = await make_stay()
    bill = bill_of(stay, await stays.admit(stay), fee(90_000_000, "0021020000100", cnt=1_000_000))
    split = await insurer.pre_settle(bill)
    assert split.hifp_pay + split.hifob_pay <= 50_000_000
    assert broken(split) == []


async def test_many_lines_go_in_several_messages(
    insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay
) -> None:
    stay = await make_stay()
    bill = bill_of(stay, await stays.admit(stay), *[fee(1_000, "0021020000100")] * 230)
    assert (await insurer.pre_settle(bill)).medfee_sumamt == 230_000
    fewer = msgspec.structs.replace(bill, lines=bill.lines[:7])
    assert (await insurer.pre_settle(fewer)).medfee_sumamt == 7_000


async def test_what_is_refused(insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay) -> None:
    stay = await make_stay()
    with pytest.raises(GatewayRefused) as undiagnosed:
        await stays.admit(msgspec.structs.replace(stay, diagnoses=[]))
    assert "诊断" in undiagnosed.value.detail
    mdtrt_id = await stays.admit(stay)
    with pytest.raises(GatewayRefused) as twice:
        await stays.admit(await make_stay())
    assert "在院" in twice.value.detail
    moved = msgspec.structs.replace(stay, mdtrt_id=mdtrt_id, bed="5-1", diagnoses=[("J15.900", "细菌性肺炎")])
    await stays.change(moved)
    with pytest.raises(GatewayRefused):
        await stays.change(msgspec.structs.replace(moved, visit_no="B-other"))
    too_early = msgspec.structs.replace(left(stay, mdtrt_id), discharged_at=stay.admitted_at - timedelta(days=1))
    with pytest.raises(GatewayRefused):
        await stays.discharge(too_early)
    await insurer.pre_settle(bill_of(stay, mdtrt_id, *LINES))
    with pytest.raises(GatewayRefused) as charged:
        await stays.withdraw_admission(moved)
    assert "费用" in charged.value.detail


async def test_an_admission_is_taken_back(stays: InpatientInsurer, make_stay: MakeStay) -> None:
    stay = await make_stay()
    first = await stays.admit(stay)
    known = msgspec.structs.replace(stay, mdtrt_id=first)
    for _ in range(2):
        await stays.withdraw_admission(known)
    assert await stays.admit(stay) != first


@pytest.mark.parametrize("kind", ["lost", "failed", "forged"])
async def test_a_settlement_whose_answer_was_lost_is_found(
    insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay, trouble: Trouble, kind: str
) -> None:
    stay = await make_stay()
    mdtrt_id = await stays.admit(stay)
    bill = bill_of(stay, mdtrt_id, *LINES)
    split = await insurer.pre_settle(bill)
    await stays.discharge(left(stay, mdtrt_id))
    await trouble("2304", kind)
    with pytest.raises(InsurerSilent) as silent:
        await insurer.settle(bill, split, "S1")
    assert silent.value.oinfno == "2304"
    found = await insurer.settlement(HOSPITAL, bill.psn_no, mdtrt_id, "S1")
    assert found is not None
    assert await insurer.settle(bill, split, "S1") == found


@pytest.mark.parametrize(("infno", "kind"), [("2304", "lost"), ("2304", "refuse"), ("2305", "lost")])
async def test_a_message_without_an_answer_is_undone(
    insurer: Insurer, stays: InpatientInsurer, make_stay: MakeStay, trouble: Trouble, infno: str, kind: str
) -> None:
    stay = await make_stay()
    mdtrt_id = await stays.admit(stay)
    bill = bill_of(stay, mdtrt_id, *LINES)
    split = await insurer.pre_settle(bill)
    await stays.discharge(left(stay, mdtrt_id))
    await trouble(infno, kind)

    async def settle_and_reverse() -> None:
        made = await insurer.settle(bill, split, "S1")
        await insurer.reverse(HOSPITAL, bill.psn_no, mdtrt_id, made.setl_id, "S1", med_type="21")

    with pytest.raises(InsurerSilent) as silent:
        await settle_and_reverse()
    for _ in range(2):
        await insurer.undo(HOSPITAL, bill.psn_no, silent.value.omsgid, silent.value.oinfno)
    found = await insurer.settlement(HOSPITAL, bill.psn_no, mdtrt_id, "S1")
    assert (found is None) == (infno == "2304"), "undoing a reversal lets the settlement stand again"


async def test_an_admission_whose_answer_was_lost(
    stays: InpatientInsurer, insurer: Insurer, make_stay: MakeStay, trouble: Trouble
) -> None:
    stay = await make_stay()
    await trouble("2401", "lost")
    with pytest.raises(InsurerSilent):
        await stays.admit(stay)
    mdtrt_id = await stays.admit(stay)
    await stays.withdraw_admission(msgspec.structs.replace(stay, mdtrt_id=mdtrt_id))
    other = await make_stay()
    await trouble("2401", "lost")
    with pytest.raises(InsurerSilent) as silent:
        await stays.admit(other)
    await insurer.undo(HOSPITAL, stay.psn_no, silent.value.omsgid, "2401")
    third = await make_stay()
    assert await stays.admit(third), "undone, it stands in nobody's way"
