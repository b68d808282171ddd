"""Lines on bills: charged once, countered once, booked in entries that balance, never changed."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from worlds import World
from yitong.billing.charges import queries
from yitong.billing.charges import service as bills
from yitong.billing.charges.schemas import BillHeader, PricedLine
from yitong.billing.journal.service import JournalRefused, Posting, post
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.transaction import Transaction

BILLING = action("test:bill:write", "测试计费", "Charge in a test", {Role.SYSTEM: Scope.REGION})


def priced(source: UUID | None = None, fen: int = 1250, cnt_milli: int = 1000, category: str = "lab") -> PricedLine:
    return PricedLine(
        source_type="order",
        source_id=source or new_id(),
        price_code="L1",
        price_version=date(2026, 1, 1),
        name="血常规",
        category=category,
        cnt_milli=cnt_milli,
        unit_price_fen=fen,
    )


async def opened(tx: Transaction, town: World, patient_id: UUID | None = None) -> tuple[Grant, BillHeader]:
    grant = BILLING.check(tx.actor)
    patient = patient_id or await town.patient()
    return grant, await bills.open_bill(tx, grant, town.hospital_id, patient, "outpatient", encounter_id=new_id())


async def test_lines_are_charged_once_and_the_journal_balances(platform: Platform, town: World) -> None:
    source = new_id()
    async with platform.transaction() as tx:
        grant, bill = await opened(tx, town)
        made = await bills.charge(tx, grant, bill, [priced(source), priced(fen=333, cnt_milli=1500, category="drug")])
        again = await bills.charge(tx, grant, bill, [priced(source)])
        sums = await queries.sums(tx, town.hospital_id, bill.id)
    assert [line.amount_fen for line in made] == [1250, 500]
    assert again == []
    assert (sums.charged_fen, sums.received_fen, sums.outstanding_fen, sums.lines) == (1750, 0, 1750, 2)
    rows = await town.rows("SELECT account, amount_fen FROM posting ORDER BY account")
    assert [tuple(row) for row in rows] == [
        (f"patient:{bill.patient_id}", 1750),
        ("revenue:drug", -500),
        ("revenue:lab", -1250),
    ]


async def test_a_line_is_countered_once_and_never_changed(platform: Platform, town: World) -> None:
    async with platform.transaction() as tx:
        grant, bill = await opened(tx, town)
        [line] = await bills.charge(tx, grant, bill, [priced()])
        [back] = await bills.counter(tx, grant, town.hospital_id, [line.id], "开错了")
        assert (back.amount_fen, back.counters_id) == (-1250, line.id)
        assert (await queries.sums(tx, town.hospital_id, bill.id)).charged_fen == 0
        assert await queries.standing_lines(tx, town.hospital_id, bill.id) == []
    for again in ([line.id], [back.id], [new_id()]):
        with pytest.raises(Problem, match=r"already-countered|not-found"):
            async with platform.transaction() as tx:
                await bills.counter(tx, BILLING.check(tx.actor), town.hospital_id, again, "再次")
    for verb in ("UPDATE charge SET amount_fen = 1", "DELETE FROM charge", "UPDATE journal_entry SET kind = 'x'"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with platform.transaction() as tx:
                await tx.session.execute(text(verb))


async def test_a_closed_bill_takes_no_lines_and_a_visit_gets_a_new_one(platform: Platform, town: World) -> None:
    async with platform.transaction() as tx:
        grant, bill = await opened(tx, town)
        await bills.charge(tx, grant, bill, [priced()])
        await bills.close_bill(tx, grant, town.hospital_id, bill.id)
    with pytest.raises(Problem, match="bill-closed"):
        async with platform.transaction() as tx:
            await bills.charge(tx, BILLING.check(tx.actor), bill, [priced()])
    async with platform.transaction() as tx:
        grant = BILLING.check(tx.actor)
        asked = (town.hospital_id, bill.patient_id, "outpatient")
        other = await bills.open_bill(tx, grant, *asked, encounter_id=bill.encounter_id)
        same = await bills.open_bill(tx, grant, *asked, encounter_id=bill.encounter_id)
        kept = await bills.reopen_bill(tx, grant, town.hospital_id, bill.id)
    assert other.id == same.id != bill.id
    assert kept.closed_at is not None, "two open bills of one visit there are not"


async def test_the_journal_refuses_what_does_not_balance(platform: Platform, town: World) -> None:
    async with platform.transaction() as tx:
        grant, bill = await opened(tx, town)
        said = {"organization_id": town.hospital_id, "event_id": new_id(), "patient_id": bill.patient_id}
        lines = [Posting("channel:wechat", 100), Posting(f"patient:{bill.patient_id}", -100)]
        first = await post(tx, grant, "payment", "part:1", lines, bill.id, **said)
        assert await post(tx, grant, "payment", "part:1", lines, bill.id, **said) == first
        sums = await queries.sums(tx, town.hospital_id, bill.id)
        assert (sums.received_fen, sums.outstanding_fen) == (100, -100)
        for wrong in (
            [],
            lines[:1],
            [lines[0], Posting("reduction", -99)],
            [lines[0], Posting("channel:wechat", -100)],
        ):
            with pytest.raises(JournalRefused):
                await post(tx, grant, "payment", "part:2", wrong, bill.id, **said)
        with pytest.raises(JournalRefused, match="booked differently"):
            await post(tx, grant, "payment", "part:1", [Posting("reduction", 5), Posting("cash:1", -5)], **said)


@pytest.mark.parametrize("amounts", ["{5,-4}", "{5,NULL}", "{5,-5,0}", "{}"])
async def test_the_database_refuses_unbalanced_entries(platform: Platform, town: World, amounts: str) -> None:
    with pytest.raises(DBAPIError, match="ck_journal_entry_"):
        async with platform.transaction() as tx:
            await tx.session.execute(
                text(
                    "INSERT INTO journal_entry (organization_id, id, at, day, kind, source, event_id, accounts,"
                    " amounts)"
                    " VALUES (:org, :id, now(), '2026-01-01', 'x', 'x', :id, '{a,b}',"
                    " CAST(CAST(:amounts AS text) AS bigint[]))"
                ),
                {"org": town.hospital_id, "id": new_id(), "amounts": amounts},
            )
