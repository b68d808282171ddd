"""A day compared, its differences proposed, signed by a second person and booked, and what the next comparison says."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing.reconciliation.books import line
from billing.reconciliation.office import DAY, YESTERDAY, Office
from yitong.billing.ports import InsurerTotal, PaymentFound
from yitong.billing.reconciliation import queries
from yitong.billing.reconciliation.asking import ask_again
from yitong.billing.reconciliation.jobs import Past, due_days, reconcile_days
from yitong.billing.reconciliation.running import compare_day
from yitong.billing.reconciliation.schemas import DayReconciliation
from yitong.kernel.clock import SetClock
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem


def kinds(report: DayReconciliation) -> dict[str, str]:
    return {one.number: one.kind for one in report.differences}


async def test_a_day_on_which_all_sides_agree(office: Office, clock: SetClock) -> None:
    now = clock.now()
    await office.books.paid("P1", 1000)
    await office.books.paid("S1", 700, kind="insurance", channel="310", fund=600, medfee=900, setl_id="setl-1")
    await office.books.paid("S2", 0, kind="insurance", channel="310", medfee=50, setl_id="setl-2")
    await office.books.paid("P2", 500, state="failed", booked=None)
    office.wechat.all_lines = [line("P1", 1000, now, fee=6)]
    office.insurer.totals = [
        InsurerTotal("setl-1", "S1", "", now, 900, 600, 100),
        InsurerTotal("setl-2", "S2", "", now, 50, 0, 0),
    ]
    report = await office.compared()
    assert (report.compared, report.agreed, report.differences, report.verdict) == (3, 3, [], "agrees")
    sums = {one.party: (one.booked, one.listed, one.fees, one.answered) for one in report.parties}
    assert sums == {"wechat": (1000, 1000, 6, True), "insurer": (700, 700, 0, True)}


async def test_each_kind_is_found_in_the_tables(office: Office, clock: SetClock) -> None:
    now = clock.now()
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    await office.books.paid("LOST", 1000)
    await office.books.paid("LESS", 1000)
    await office.books.paid("OPEN", 300, state="unknown", booked=None)
    await office.books.paid("NOTBOOKED", 400, booked=None)
    await office.books.paid("LATE", 500, at=midnight - timedelta(seconds=3))
    office.wechat.all_lines = [
        line("STRANGE", 2000, now),
        line("LESS", 900, now),
        line("OPEN", 300, now),
        line("NOTBOOKED", 400, now),
        line("LATE", 500, midnight),
    ]
    report = await office.compared()
    assert kinds(report) == {
        "STRANGE": "missing_here",
        "LOST": "missing_there",
        "LESS": "amount",
        "OPEN": "state",
        "NOTBOOKED": "missing_here",
        "LATE": "date",
    }
    assert report.verdict == "open"
    assert [one.fen for one in report.differences] == sorted((one.fen for one in report.differences), reverse=True)
    assert (await office.compared(YESTERDAY)).differences == []
    # Once more finds the same and opens nothing twice.
    assert {one.id for one in (await office.compared()).differences} == {one.id for one in report.differences}


async def test_a_correction_needs_a_second_person_and_then_is_booked(office: Office, clock: SetClock) -> None:
    office.wechat.all_lines = [line("STRANGE", 2000, clock.now())]
    (found,) = (await office.compared()).differences
    assert [one.correction for one in found.choices] == ["suspend", "hand_over", "accept"]
    proposed = await office.propose(found, "suspend")
    assert (proposed.state, proposed.can_sign, await office.books.balance("channel:wechat")) == ("proposed", False, 0)
    with pytest.raises(Problem, match="second-person-needed"):
        await office.sign(found, office.first)
    with pytest.raises(Problem, match="wrong-state"):
        await office.propose(found, "accept", office.second)
    signed = await office.sign(found)
    assert signed.state == "signed"
    assert [(one.account, one.fen) for one in signed.postings] == [("channel:wechat", 2000), ("suspense:wechat", -2000)]
    assert await office.books.balance("channel:wechat") == 2000
    assert await office.books.balance("suspense:wechat") == -2000
    again = await office.compared()
    assert (again.compared, again.agreed, again.verdict) == (1, 1, "closed")
    assert [one.id for one in again.differences] == [found.id]
    with pytest.raises(Problem, match="wrong-state"):
        await office.sign(found)


async def test_four_eyes_are_the_databases_rule(office: Office, clock: SetClock) -> None:
    office.wechat.all_lines = [line("STRANGE", 2000, clock.now())]
    (found,) = (await office.compared()).differences
    await office.propose(found, "accept")
    with pytest.raises(DBAPIError, match="four_eyes"):
        async with office.town.platform.transaction() as tx:
            await tx.session.execute(
                text(
                    "UPDATE reconciliation_difference SET state = 'signed', signed_by = proposed_by, ended_at = now()"
                    " WHERE id = :id"
                ),
                {"id": found.id},
            )


async def test_sent_back_needs_a_note_and_opens_it_again(office: Office, clock: SetClock) -> None:
    office.wechat.all_lines = [line("STRANGE", 2000, clock.now())]
    (found,) = (await office.compared()).differences
    await office.propose(found, "hand_over")
    with pytest.raises(Problem, match="validation-failed"):
        await office.sign(found, agreed=False, note=" ")
    back = await office.sign(found, agreed=False, note="先查一下来源")
    assert (back.state, back.note, back.correction) == ("open", "先查一下来源", None)
    with pytest.raises(Problem, match="correction-unsuitable"):
        await office.propose(found, "carry")


async def test_money_that_is_booked_after_it_was_suspended_is_found_again(office: Office, clock: SetClock) -> None:
    await office.books.paid("OPEN", 300, state="unknown", booked=None)
    office.wechat.all_lines = [line("OPEN", 300, clock.now())]
    (found,) = (await office.compared()).differences
    await office.propose(found, "suspend")
    await office.sign(found)
    assert (await office.compared()).agreed == 1
    # The payment learns of its success after all and is booked: now the money stands twice.
    async with office.town.platform.transaction() as tx:
        await tx.session.execute(text("UPDATE payment_part SET state = 'done', done_at = :now"), {"now": tx.now})
        await tx.session.execute(
            text(
                "INSERT INTO journal_entry (organization_id, id, at, day, kind, source, event_id, accounts, amounts)"
                " SELECT organization_id, id, :now, :day, 'payment', 'payment:' || number, id,"
                " ARRAY['channel:wechat', 'patient:x'], ARRAY[amount_fen, -amount_fen] FROM payment_part"
            ),
            {"now": tx.now, "day": DAY},
        )
    report = await office.compared()
    (doubled,) = [one for one in report.differences if one.state == "open"]
    assert (doubled.kind, doubled.fen) == ("amount", 300)
    await office.propose(doubled, "adjust")
    await office.sign(doubled)
    assert await office.books.balance("channel:wechat") == 300
    assert await office.books.balance("suspense:wechat") == 0
    assert (await office.compared()).agreed == 1


async def test_what_settles_by_itself_vanishes(office: Office, clock: SetClock) -> None:
    await office.books.paid("P1", 1000)
    (found,) = (await office.compared()).differences
    assert found.kind == "missing_there"
    office.wechat.all_lines = [line("P1", 1000, clock.now())]
    assert (await office.compared()).verdict == "agrees"
    assert [row.state for row in await office.town.rows("SELECT state FROM reconciliation_difference")] == ["vanished"]


async def test_a_party_that_does_not_answer_is_left_out(office: Office, clock: SetClock) -> None:
    await office.books.paid("P1", 1000)
    office.wechat.silent = {DAY}
    report = await office.compared()
    assert (report.compared, report.complete, report.differences, report.verdict) == (0, False, [], "incomplete")
    assert {one.party: one.answered for one in report.parties} == {"wechat": False, "insurer": True}
    # A neighbour that is missing only makes the comparison incomplete.
    office.wechat.silent = {YESTERDAY}
    assert kinds(await office.compared()) == {"P1": "missing_there"}


async def test_a_merchant_of_several_hospitals(office: Office, clock: SetClock) -> None:
    await office.books.paid("OURS", 1000)
    await office.books.paid("THEIRS", 500, organization_id=office.town.other_hospital_id)
    office.wechat.all_lines = [
        line("OURS", 1000, clock.now()),
        line("THEIRS", 500, clock.now()),
        line("R9", 100, clock.now(), "refund", of="OURS"),
        line("NOBODYS", 300, clock.now()),
    ]
    report = await office.compared()
    assert (report.compared, kinds(report)) == (2, {"R9": "missing_here"})
    admin = office.town.staff(Role.FINANCE, office.town.commission_id)
    await compare_day(office.town.platform, admin, office.town.commission_id, DAY)
    async with office.town.platform.transaction(admin) as tx:
        commission = await queries.day_report(tx, office.town.commission_id, DAY)
    assert kinds(commission) == {"NOBODYS": "missing_here"}


async def test_asking_again_keeps_the_answer(office: Office, clock: SetClock) -> None:
    await office.books.paid("P1", 1000)
    (found,) = (await office.compared()).differences
    assert found.can_ask
    office.wechat.found["P1"] = PaymentFound("P1", "paid", 1000, channel_no="4200")
    await ask_again(office.town.platform, office.first, office.town.hospital_id, found.id)
    (after,) = (await office.report()).differences
    assert after.answer is not None
    assert (after.answer.state, after.answer.channel_no, after.asked_at is not None) == ("done", "4200", True)


async def test_who_may(office: Office) -> None:
    for actor in (office.town.doctor, office.town.staff(Role.CASHIER), office.town.citizen()):
        with pytest.raises(Problem, match="forbidden"):
            await compare_day(office.town.platform, actor, office.town.hospital_id, DAY)
    with pytest.raises(Problem, match="forbidden"):
        await compare_day(office.town.platform, office.first, office.town.other_hospital_id, DAY)
    with pytest.raises(Problem, match="day-ahead"):
        await compare_day(office.town.platform, office.first, office.town.hospital_id, DAY + timedelta(days=1))


async def test_over_http(office: Office, client: httpx.AsyncClient, clock: SetClock) -> None:
    office.wechat.all_lines = [line("STRANGE", 2000, clock.now())]
    hospital = str(office.town.hospital_id)
    first, second = (office.town.headers(one) for one in (office.first, office.second))
    made = await client.post("/api/reconciliations", json={"organization_id": hospital, "day": str(DAY)}, headers=first)
    assert made.status_code == 200, made.text
    (one,) = made.json()["differences"]
    assert one["explanation"]["zh"] == "微信支付账单有一笔收款 20.00 元，本院没有这个单号的任何记录。"
    address = f"/api/reconciliation-differences/{one['id']}"
    proposal = {"organization_id": hospital, "correction": "suspend", "reason": "待查来源"}
    assert (await client.post(f"{address}/propose", json=proposal, headers=first)).json()["state"] == "proposed"
    agreed = {"organization_id": hospital, "agreed": True}
    refused = await client.post(f"{address}/sign", json=agreed, headers=first)
    assert (refused.status_code, refused.json()["code"]) == (409, "second-person-needed")
    assert (await client.post(f"{address}/sign", json=agreed, headers=second)).json()["state"] == "signed"
    asked = {"organization_id": hospital, "from": str(YESTERDAY), "to": str(DAY)}
    (listed,) = (await client.get("/api/reconciliations", params=asked, headers=first)).json()["items"]
    assert (listed["differences"], listed["open"], listed["by_kind"]["missing_here"]) == (1, 0, 1)
    report = await client.get(
        "/api/reconciliations/report", params={"organization_id": hospital, "day": str(DAY)}, headers=first
    )
    assert (report.json()["verdict"], report.json()["organization_name"] != "") == ("closed", True)


def test_which_days_are_due() -> None:
    zone = "Asia/Shanghai"
    early, ready = datetime(2026, 11, 23, 2, 0, tzinfo=UTC), datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert due_days(early, zone, []) == []
    assert due_days(ready, zone, []) == [DAY - timedelta(days=2), YESTERDAY]
    compared = Past(YESTERDAY, ready, complete=True, open=True)
    assert due_days(ready, zone, [compared]) == [DAY - timedelta(days=2)]
    day_after = ready + timedelta(days=1)
    older = Past(DAY - timedelta(days=9), ready, complete=True, open=True)
    closed = Past(DAY - timedelta(days=8), ready, complete=True, open=False)
    assert due_days(day_after, zone, [compared, older, closed]) == [older.day, YESTERDAY, DAY]


async def test_the_job_compares_hospitals_that_move_money(office: Office, clock: SetClock) -> None:
    await office.books.paid("P1", 1000)
    clock.advance(hours=26, minutes=30)
    # The hospital and the commission, yesterday and the day before.
    assert await reconcile_days(office.town.platform) == 4
    assert await reconcile_days(office.town.platform) == 0
    assert kinds(await office.report()) == {"P1": "missing_there"}
