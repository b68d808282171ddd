"""The national interface over a real socket: every step, every trouble, and the money that stays right."""

import httpx
import msgspec
import pytest

from insurance_cast import CHILD, ELDER, FATHER, HOSPITAL, LINES, NOW, MakeBill, Trouble, fee, identity_card
from yitong.billing.insurance.invariants import broken
from yitong.billing.ports import Credential, InsuranceBill, Insurer, InsurerSilent
from yitong.directory.demo import check_digit
from yitong.gateways.insurance.amounts import BEIJING
from yitong.kernel.clock import SystemClock
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused
from yitong.kernel.settings import Settings
from yitong.sandbox.app import insurer_of


async def live(browser: httpx.AsyncClient) -> set[str]:
    """The settlements that stand at the insurer."""
    made = {one["setl_id"] for one in (await browser.get("/insurer/settlements")).json()}
    return made - {one["of"] for one in (await browser.get("/insurer/reversals")).json()}


async def balance(insurer: Insurer, bill: InsuranceBill) -> int:
    return (await insurer.person(HOSPITAL, bill.credential, NOW)).insurances[0].balc


async def test_a_bill_is_divided_settled_and_taken_back(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient
) -> None:
    bill = await make_bill()
    before = await balance(insurer, bill)
    split = await insurer.pre_settle(bill)
    assert broken(split) == []
    assert (split.medfee_sumamt, split.fulamt_ownpay_amt, split.overlmt_selfpay) == (86_250, 1_250, 1_000)
    assert split.preselfpay_amt == 6_400
    assert split.psn_cash_pay == 2_250, "what lies outside the catalogue is not paid from the account"
    made = await insurer.settle(bill, split, "N1")
    assert made.split == split
    assert made.split.balc == before - split.acct_pay == await balance(insurer, bill)
    assert await insurer.settlement(HOSPITAL, bill.psn_no, bill.mdtrt_id, "N1") == made
    back = await insurer.reverse(HOSPITAL, bill.psn_no, bill.mdtrt_id, made.setl_id, "N1")
    assert await insurer.reverse(HOSPITAL, bill.psn_no, bill.mdtrt_id, made.setl_id, "N1") == back
    assert await balance(insurer, bill) == before
    assert await insurer.settlement(HOSPITAL, bill.psn_no, bill.mdtrt_id, "N1") is None
    assert await live(browser) == set()


async def test_the_same_number_settles_once(insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient) -> None:
    bill = await make_bill()
    split = await insurer.pre_settle(bill)
    assert await insurer.settle(bill, split, "N1") == await insurer.settle(bill, split, "N1")
    assert len(await live(browser)) == 1
    with pytest.raises(GatewayRefused) as refused:
        await insurer.settle(bill, split, "N2")
    assert "已结算" in refused.value.detail


async def test_the_same_visit_opens_once(insurer: Insurer) -> None:
    shown = identity_card()
    person = await insurer.person(HOSPITAL, shown, NOW)
    visits = {
        await insurer.register(
            HOSPITAL,
            person,
            person.insurances[0],
            shown,
            visit_no="V1",
            doctor_no="D1",
            doctor_name="陈明远",
            department_code="120101",
            department_name="呼吸内科",
            med_type="11",
            diagnoses=[],
            at=NOW,
        )
        for _ in range(2)
    }
    assert len(visits) == 1


@pytest.mark.parametrize("kind", ["lost", "failed", "forged"])
async def test_a_settlement_whose_answer_was_lost_is_found_under_its_number(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient, trouble: Trouble, kind: str
) -> None:
    bill = await make_bill()
    split = await insurer.pre_settle(bill)
    await trouble("2207A", kind)
    with pytest.raises(InsurerSilent) as silent:
        await insurer.settle(bill, split, "N1")
    assert silent.value.oinfno == "2207A"
    assert len(silent.value.omsgid) == 30
    found = await insurer.settlement(HOSPITAL, bill.psn_no, bill.mdtrt_id, "N1")
    assert found is not None
    assert found.split == split
    assert await insurer.settle(bill, split, "N1") == found
    assert await live(browser) == {found.setl_id}


async def test_a_settlement_that_never_arrived_is_not_found(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient, trouble: Trouble
) -> None:
    bill = await make_bill()
    split = await insurer.pre_settle(bill)
    await trouble("2207A", "refuse")
    with pytest.raises(InsurerSilent):
        await insurer.settle(bill, split, "N1")
    assert await insurer.settlement(HOSPITAL, bill.psn_no, bill.mdtrt_id, "N1") is None
    assert await live(browser) == set()


@pytest.mark.parametrize(("infno", "kind"), [("2207A", "lost"), ("2207A", "refuse"), ("2208A", "lost")])
async def test_a_message_without_an_answer_is_undone_whether_it_had_its_effect_or_not(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient, trouble: Trouble, infno: str, kind: str
) -> None:
    bill = await make_bill()
    before = await balance(insurer, bill)
    split = await insurer.pre_settle(bill)
    await trouble(infno, kind)

    async def settle_and_reverse() -> None:
        made = await insurer.settle(bill, split, "N1")
        await insurer.reverse(HOSPITAL, bill.psn_no, bill.mdtrt_id, made.setl_id, "N1")

    with pytest.raises(InsurerSilent) as silent:
        await settle_and_reverse()
    for _ in range(2):
        await insurer.undo(HOSPITAL, bill.psn_no, silent.value.omsgid, silent.value.oinfno)
    standing = await live(browser)
    assert len(standing) == (1 if infno == "2208A" else 0), "undoing a reversal lets the settlement stand again"
    assert (await balance(insurer, bill) == before) == (infno == "2207A")


async def test_the_year_moves_between_asking_and_settling(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient
) -> None:
    """Two bills of one person: the second was divided before the first was settled, so its amounts are old."""
    change = {"name": "孙悦", "account_fen": 10_000}
    number = "11010819930517982" + check_digit("11010819930517982")
    assert (await browser.put(f"/insurer/people/{number}", json=change)).status_code == 204
    first = await make_bill(fee(9_000, "0021010201500"), number=number, name="孙悦")
    second = await make_bill(fee(9_000, "0021010201500"), number=number, name="孙悦")
    asked = await insurer.pre_settle(second)
    await insurer.settle(first, await insurer.pre_settle(first), "A")
    with pytest.raises(GatewayRefused) as refused:
        await insurer.settle(second, asked, "B")
    assert refused.value.reason == "split-changed"
    assert len(await live(browser)) == 1
    again = await insurer.pre_settle(second)
    assert again.psn_cash_pay != asked.psn_cash_pay
    assert (await insurer.settle(second, again, "C")).split == again


async def test_lines_that_changed_are_sent_anew(insurer: Insurer, make_bill: MakeBill) -> None:
    bill = await make_bill()
    await insurer.pre_settle(bill)
    fewer = msgspec.structs.replace(bill, lines=bill.lines[1:])
    assert (await insurer.pre_settle(fewer)).medfee_sumamt == 81_250


async def test_a_familys_account_helps_where_the_insurer_knows_of_it(insurer: Insurer, make_bill: MakeBill) -> None:
    father = await insurer.person(HOSPITAL, identity_card(FATHER.id_number, FATHER.name), NOW)
    bill = await make_bill(fee(10_000, "0021010201500"), number=CHILD.id_number, name=CHILD.name)
    helped = msgspec.structs.replace(bill, acct_mulaid_psn_no=father.psn_no)
    alone, split = await insurer.pre_settle(bill), await insurer.pre_settle(helped)
    assert (alone.acct_pay, split.acct_pay) == (0, split.acct_mulaid_pay)
    assert split.acct_mulaid_pay > 0
    await insurer.settle(helped, split, "N1")
    after = await insurer.person(HOSPITAL, identity_card(FATHER.id_number, FATHER.name), NOW)
    assert father.insurances[0].balc - after.insurances[0].balc == split.acct_mulaid_pay
    elder = await make_bill()
    with pytest.raises(GatewayRefused):
        await insurer.pre_settle(msgspec.structs.replace(elder, acct_mulaid_psn_no=father.psn_no))


async def test_each_credential_names_the_same_person(insurer: Insurer, browser: httpx.AsyncClient) -> None:
    holder = {"certno": ELDER.id_number}
    voucher = (await browser.post("/insurer/vouchers", json=holder)).json()["text"]
    number, _, serial = (await browser.post("/insurer/social-cards", json=holder)).json()["text"].partition("|")
    shown = [identity_card(), Credential("01", voucher), Credential("03", number, serial)]
    assert len({(await insurer.person(HOSPITAL, one, NOW)).psn_no for one in shown}) == 1
    wrong = [Credential("01", "1" * 28), Credential("03", number, "0" * 32), Credential("03", "A00000000", serial)]
    for one in wrong:
        with pytest.raises(GatewayRefused):
            await insurer.person(HOSPITAL, one, NOW)


async def test_another_name_and_a_paused_insurance_are_refused(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient
) -> None:
    with pytest.raises(GatewayRefused) as refused:
        await insurer.person(HOSPITAL, identity_card(name="别人"), NOW)
    assert "姓名" in refused.value.detail
    bill = await make_bill()
    await browser.put(f"/insurer/people/{ELDER.id_number}", json={"status": "2"})
    with pytest.raises(GatewayRefused) as refused:
        await insurer.pre_settle(bill)
    assert "暂停" in refused.value.detail


async def test_the_day_lists_settlements_and_reversals(insurer: Insurer, make_bill: MakeBill) -> None:
    first, second = await make_bill(), await make_bill()
    one = await insurer.settle(first, await insurer.pre_settle(first), "N1")
    two = await insurer.settle(second, await insurer.pre_settle(second), "N2")
    back = await insurer.reverse(HOSPITAL, second.psn_no, second.mdtrt_id, two.setl_id, "N2")
    day = one.setl_time.astimezone(BEIJING).date()
    rows = {row.setl_id: row for row in await insurer.settlements(HOSPITAL, day)}
    assert set(rows) == {one.setl_id, two.setl_id, back}
    assert (rows[back].reverses, rows[back].medins_setl_id) == (two.setl_id, "N2")
    assert rows[back].medfee_sumamt == -two.split.medfee_sumamt
    assert sum(row.fund_pay_sumamt for row in rows.values()) == one.split.fund_pay_sumamt
    assert await insurer.settlements("01110001", day) == []


async def test_the_insurers_books_survive_a_restart(
    insurer: Insurer, make_bill: MakeBill, settings: Settings, browser: httpx.AsyncClient
) -> None:
    bill = await make_bill()
    made = await insurer.settle(bill, await insurer.pre_settle(bill), "N1")
    again = insurer_of(settings, SystemClock()).desk.books
    assert again.settlements[made.setl_id].split == made.split
    assert again.account(bill.psn_no) == made.split.balc
    assert set(again.settlements) == await live(browser)


async def test_a_sign_in_that_ran_out_is_made_anew(
    insurer: Insurer, make_bill: MakeBill, browser: httpx.AsyncClient
) -> None:
    bill = await make_bill()
    await browser.post("/insurer/sign-outs")
    assert (await insurer.pre_settle(bill)).medfee_sumamt == sum(line.det_item_fee_sumamt for line in LINES)


async def test_a_late_answer_is_still_an_answer(insurer: Insurer, make_bill: MakeBill, trouble: Trouble) -> None:
    bill = await make_bill()
    split = await insurer.pre_settle(bill)
    await trouble("2207A", "late", seconds=0.2)
    assert (await insurer.settle(bill, split, new_id().hex)).split == split
