"""Cash: what cashiers count at their windows against what the journal has of the same stretch."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from billing.reconciliation.office import DAY, Office
from yitong.billing.reconciliation import counting
from yitong.billing.reconciliation.schemas import CashCountView, CountRequest
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem

NEXT = DAY + timedelta(days=1)


async def counted(office: Office, fen: int, window: str = "3", replaces: UUID | None = None) -> CashCountView:
    async with office.town.platform.transaction(office.town.staff(Role.CASHIER)) as tx:
        request = CountRequest(
            organization_id=office.town.hospital_id, window=window, shift="早班", counted_fen=fen, replaces=replaces
        )
        return await counting.count_cash(tx, request, new_id())


async def test_a_count_speaks_of_what_came_since_the_one_before(office: Office, clock: SetClock) -> None:
    await office.books.cash("3", 5000)
    await office.books.cash("3", -2000)
    await office.books.cash("4", 900)
    first = await counted(office, 3000)
    assert (first.booked_fen, first.difference_fen, first.since) == (3000, 0, None)
    clock.advance(hours=4)
    await office.books.cash("3", 700)
    second = await counted(office, 650)
    assert (second.booked_fen, second.difference_fen, second.since) == (700, -50, first.until)
    assert (await counted(office, 900, "4")).difference_fen == 0


async def test_too_much_and_too_little_are_differences_of_the_day(office: Office, clock: SetClock) -> None:
    await office.books.cash("3", 5000)
    await counted(office, 4900)
    await office.books.cash("4", 900)
    await counted(office, 1000, "4")
    await office.books.cash("5", 100)
    await counted(office, 100, "5")
    report = await office.compared()
    assert {(one.kind, one.party, one.line_kind, one.fen) for one in report.differences} == {
        ("amount", "cash", "count", 100)
    }
    assert sorted(one.explanation.zh for one in report.differences) == [
        "3 号窗口盘点现金 49.00 元，账面 50.00 元，短款 1.00 元。",
        "4 号窗口盘点现金 10.00 元，账面 9.00 元，长款 1.00 元。",
    ]
    (cash,) = [one for one in report.parties if one.party == "cash"]
    assert (cash.booked, cash.listed, cash.movements_there, cash.differences) == (6000, 6000, 3, 2)


async def test_two_people_take_a_short_till_off_the_books(office: Office, clock: SetClock) -> None:
    await office.books.cash("3", 5000)
    await counted(office, 4900)
    (short,) = (await office.compared()).differences
    assert [one.correction for one in short.choices] == ["adjust", "accept"]
    assert not short.can_ask
    await office.propose(short, "adjust")
    signed = await office.sign(short)
    assert [(one.account, one.fen) for one in signed.postings] == [("cash:3", -100), ("suspense:cash", 100)]
    assert await office.books.balance("cash:3") == 4900
    assert (await office.compared()).verdict == "closed"
    clock.advance(hours=3)
    await office.books.cash("3", 200)
    assert (await counted(office, 200)).booked_fen == 200, "a correction was never in the drawer"
    assert (await office.compared()).verdict == "closed"


async def test_cash_that_nobody_counted_is_missing_when_the_day_is_over(office: Office, clock: SetClock) -> None:
    await office.books.cash("3", 5000)
    assert (await office.compared()).differences == [], "the shift may not be over"
    clock.advance(hours=24)
    (found,) = (await office.compared()).differences
    assert (found.kind, found.number) == ("missing_there", f"3/{DAY:%Y%m%d}")
    assert found.explanation.zh == "3 号窗口账面收取现金 50.00 元，没有盘点记录。"
    await counted(office, 5000)  # the night's shift is counted in the morning
    assert (await office.compared()).differences == []
    assert (await office.compared(NEXT)).verdict == "agrees"


async def test_a_recount_replaces_the_last_count(office: Office, clock: SetClock) -> None:
    await office.books.cash("3", 5000)
    wrong = await counted(office, 500)
    (found,) = (await office.compared()).differences
    assert found.fen == 4500
    with pytest.raises(Problem, match="just-counted"):
        await counted(office, 5000)
    clock.advance(minutes=5)
    await office.books.cash("3", 300)
    right = await counted(office, 5000, replaces=wrong.id)
    assert (right.booked_fen, right.until, right.replaces_id) == (5000, wrong.until, wrong.id)
    assert (await office.compared()).differences == []
    with pytest.raises(Problem, match="not-the-last-count"):
        await counted(office, 5000, replaces=wrong.id)
    assert (await counted(office, 300)).since == wrong.until


async def test_over_http(office: Office, client: httpx.AsyncClient) -> None:
    await office.books.cash("3", 5000)
    town = office.town
    hospital, cashier = str(town.hospital_id), town.headers(town.staff(Role.CASHIER))
    body = {"organization_id": hospital, "window": "3", "shift": "早班", "counted_fen": 5000}
    made = await client.post("/api/cash-counts", json=body, headers=cashier)
    assert (made.status_code, made.json()["difference_fen"]) == (201, 0)
    again = await client.post("/api/cash-counts", json=body, headers=cashier)
    assert again.json()["id"] == made.json()["id"]
    asked = {"organization_id": hospital, "day": str(DAY)}
    listed = await client.get("/api/cash-counts", params=asked, headers=town.headers(office.first))
    assert [one["id"] for one in listed.json()["items"]] == [made.json()["id"]]
    for actor in (office.first, town.doctor, town.citizen()):
        refused = await client.post("/api/cash-counts", json=body, headers=town.headers(actor))
        assert refused.status_code == 403
    assert (await client.get("/api/cash-counts", params=asked, headers=town.headers(town.doctor))).status_code == 403
    bad = await client.post("/api/cash-counts", json={**body, "window": "3/4"}, headers=town.headers(office.first))
    assert bad.status_code == 400


async def test_midnight_belongs_to_the_day_of_the_count(office: Office, clock: SetClock) -> None:
    before = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    await office.books.cash("3", 5000, at=before)
    clock.advance(hours=16)  # half past midnight at the hospital
    await office.books.cash("3", 100)
    assert (await counted(office, 5100)).difference_fen == 0
    assert (await office.compared()).differences == []
    report = await office.compared(NEXT)
    assert (report.compared, report.verdict) == (1, "agrees")
