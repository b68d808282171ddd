"""Registration that is paid before arrival: what is not paid in time lapses, what is paid never does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient as Client
from sqlalchemy import text

from billing.clinic import get, list_prices, react
from billing.payments.counter import Counter
from billing.payments.outside import connect
from billing.test_registration import booked
from worlds import World
from yitong.billing.charges import queries
from yitong.billing.charges import service as bills
from yitong.billing.charges.prepaid import lapse_unpaid
from yitong.billing.charges.schemas import BillHeader
from yitong.billing.payments.schemas import ChannelChoice
from yitong.booking.rules import LEAST_TO_PAY, pay_until
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem
from yitong.kernel.reactors import REACTORS, run_once
from yitong.kernel.transaction import Transaction

CODE = ChannelChoice("wechat", "code", None, "1" * 18)
LATER = ChannelChoice("wechat", "native")


async def switch(client: Client, town: World, *, on: bool, role: Role = Role.HOSPITAL_ADMIN) -> Any:
    """Let the hospital ask for the fee before arrival, within twenty minutes."""
    body = {"organization_id": str(town.hospital_id), "enabled": on, "window_seconds": 1200}
    path = "/api/limit-rules/registration-prepaid"
    return await client.put(path, json=body, headers=town.headers(town.staff(role)))


async def paid_reactor(town: World) -> None:
    """Let what follows a settled payment happen."""
    while await run_once(town.platform, REACTORS["billing.registration.paid"]):
        pass


@pytest.fixture
async def counter(client: Client, town: World, tmp_path: Path) -> Counter:
    """A counter at a hospital that wants its fees before arrival."""
    await list_prices(town)
    assert (await switch(client, town, on=True)).status_code == 200
    patient = await town.patient()
    return Counter(town, connect(town.platform, tmp_path / "outside.db"), patient, town.citizen(patient))


async def unpaid(client: Client, counter: Counter) -> tuple[str, UUID]:
    """A booked appointment and the bill of its fee."""
    appointment = await booked(client, counter.town, counter.patient)
    await react(counter.town)
    bill = await counter.town.one("SELECT id FROM bill WHERE appointment_id = :id", id=UUID(appointment))
    return appointment, bill.id


async def state(counter: Counter, appointment: str) -> str:
    row = await counter.town.one("SELECT state FROM appointment WHERE id = :id", id=UUID(appointment))
    return row.state


async def test_an_appointment_nobody_paid_lapses(client: Client, counter: Counter, clock: SetClock) -> None:
    town = counter.town
    appointment, bill = await unpaid(client, counter)
    said = (await get(client, town, counter.citizen, f"/appointments/{appointment}")).json()
    assert datetime.fromisoformat(said["pay_by"]) == clock.now() + timedelta(minutes=20)
    shown = (await get(client, town, counter.citizen, f"/bills/{bill}")).json()
    assert datetime.fromisoformat(shown["pay_by"]) == datetime.fromisoformat(said["pay_by"])
    clock.advance(minutes=19, seconds=59)
    assert await lapse_unpaid(town.platform) == 0
    clock.advance(seconds=1)
    assert await lapse_unpaid(town.platform) == 1
    assert await lapse_unpaid(town.platform) == 0
    gone = (await get(client, town, counter.citizen, f"/appointments/{appointment}")).json()
    assert (gone["state"], gone["cancelled_reason"]) == ("cancelled", "逾时未付 · not paid in time")
    bill_now = (await get(client, town, counter.citizen, f"/bills/{bill}")).json()
    assert (bill_now["charged_fen"], bill_now["outstanding_fen"], bill_now["pay_by"]) == (0, 0, None)
    # The place went the way of places that are given up, and this close to its time that is back to everybody at once.
    returning = await town.one("SELECT r.state, s.taken FROM returning_place r JOIN slot s ON s.id = r.slot_id")
    assert (returning.state, returning.taken) == ("returned", 0)
    while await run_once(town.platform, REACTORS["journey.messages"]):
        pass
    kinds = [row.kind for row in await town.rows("SELECT kind FROM message")]
    assert kinds.count("payment_asked") == kinds.count("lapsed") == 1


async def test_what_is_paid_never_lapses(client: Client, counter: Counter, clock: SetClock) -> None:
    appointment, bill = await unpaid(client, counter)
    payment = await counter.pay(counter.request(bill, 5000, CODE, use_insurance=False))
    assert payment.state == "settled"
    clock.advance(hours=1)
    assert await lapse_unpaid(counter.town.platform) == 0
    await paid_reactor(counter.town)
    said = (await get(client, counter.town, counter.citizen, f"/appointments/{appointment}")).json()
    assert (said["state"], said["pay_by"]) == ("booked", None)


async def test_a_payment_under_way_is_waited_for(client: Client, counter: Counter, clock: SetClock) -> None:
    appointment, bill = await unpaid(client, counter)
    clock.advance(minutes=19)
    payment = await counter.pay(counter.request(bill, 5000, LATER, use_insurance=False))
    assert payment.state == "settling"
    clock.advance(minutes=2)
    assert await lapse_unpaid(counter.town.platform) == 0, "the payer still has the page of the channel open"
    await counter.run(minutes=20)
    await counter.settle_down()
    assert (await counter.see(payment)).state == "failed"
    assert await lapse_unpaid(counter.town.platform) == 1
    assert await state(counter, appointment) == "cancelled"


async def test_who_has_come_or_was_sent_away_keeps_the_place(client: Client, counter: Counter, clock: SetClock) -> None:
    town = counter.town
    appointment, _ = await unpaid(client, counter)
    clock.advance(minutes=10)
    body = {"organization_id": str(town.hospital_id)}
    path = f"/api/appointments/{appointment}/check-in"
    came = await client.post(path, json=body, headers=town.headers(counter.citizen))
    assert came.status_code in (200, 201), came.text
    clock.advance(hours=1)
    assert await lapse_unpaid(town.platform) == 0
    assert await state(counter, appointment) == "checked_in"


async def test_switched_off_nothing_lapses(client: Client, counter: Counter, clock: SetClock) -> None:
    town = counter.town
    appointment, _ = await unpaid(client, counter)
    assert (await switch(client, town, on=True, role=Role.CASHIER)).status_code == 403
    off = await switch(client, town, on=False)
    assert (off.json()["enabled"], off.json()["per_hospital"]) == (False, True)
    clock.advance(hours=1)
    assert await lapse_unpaid(town.platform) == 0
    said = (await get(client, town, counter.citizen, f"/appointments/{appointment}")).json()
    assert (said["state"], said["pay_by"]) == ("booked", None)


async def test_the_default_asks_nobody(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    appointment = await booked(client, town, patient)
    await react(town)
    assert (await get(client, town, town.citizen(patient), f"/appointments/{appointment}")).json()["pay_by"] is None


def test_until_when_to_pay() -> None:
    now, window = datetime(2026, 11, 23, 8, tzinfo=UTC), timedelta(minutes=30)
    assert pay_until(now, now + timedelta(days=3), window) == now + window
    assert pay_until(now, now + timedelta(minutes=10), window) == now + timedelta(minutes=10)
    assert pay_until(now, now + timedelta(minutes=1), window) == now + LEAST_TO_PAY


# --- at the same moment ------------------------------------------------------------------------------------------


async def race(client: Client, counter: Counter, clock: SetClock, *, until: Callable[[], Awaitable[bool]]) -> Any:
    """Pay while the appointment lapses: the lapse has looked at the bill and stands before the slot that we hold."""
    town = counter.town
    appointment, bill = await unpaid(client, counter)
    clock.advance(minutes=20)
    slot = await town.one("SELECT slot_id FROM appointment WHERE id = :id", id=UUID(appointment))
    async with town.platform.transaction() as tx:
        await tx.session.execute(text("SELECT 1 FROM slot WHERE id = :id FOR UPDATE"), {"id": slot.slot_id})
        lapsing = asyncio.ensure_future(lapse_unpaid(town.platform))
        await waited(lambda: waiting(town, 1))
        paying = asyncio.create_task(counter.pay(counter.request(bill, 5000, CODE, use_insurance=False)))
        await waited(until)
    ended, paid = await asyncio.gather(lapsing, paying, return_exceptions=True)
    return ended, paid, await state(counter, appointment)


async def waiting(town: World, many: int) -> bool:
    """Whether so many transactions wait for a lock in this database."""
    row = await town.one(
        "SELECT count(DISTINCT l.pid) AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE a.datname = current_database() AND NOT l.granted"
    )
    return row.n >= many


async def waited(until: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await until():  # noqa: ASYNC110 - the database tells it to whoever asks only
            await asyncio.sleep(0.02)


async def test_paid_and_lapsed_at_the_same_moment(client: Client, counter: Counter, clock: SetClock) -> None:
    ended, paid, now = await race(client, counter, clock, until=lambda: waiting(counter.town, 2))
    assert (ended, now) == (1, "cancelled")
    assert isinstance(paid, Problem)
    assert paid.kind.code == "nothing-to-pay"
    assert counter.outside.books.at_channel("wechat") == 0
    assert await counter.town.rows("SELECT 1 FROM payment_order") == []


async def test_without_the_bills_lock_a_paid_appointment_lapses(
    client: Client, counter: Counter, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the lock is there for happens without it."""

    async def unlocked(tx: Transaction, organization: UUID, bill: UUID, *, must_be_open: bool = False) -> BillHeader:
        return await queries.header(tx, organization, bill)

    monkeypatch.setattr(bills, "lock", unlocked)

    async def settled() -> bool:
        return bool(await counter.town.rows("SELECT 1 FROM payment_order WHERE state = 'settled'"))

    _, paid, now = await race(client, counter, clock, until=settled)
    assert (paid.state, now) == ("settled", "cancelled")
    assert counter.outside.books.at_channel("wechat") == 5000
