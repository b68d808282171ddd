"""Reactors: every event takes effect once, whoever is killed, doubled or poisoned on the way."""

import asyncio
import random
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from yitong.kernel.clock import SetClock
from yitong.kernel.events import Recorded, Subject, declare_events, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import MOST_TRIES, REACTORS, Reactor, reactor, retry_parked, run_once, run_reactors
from yitong.kernel.transaction import Transaction

PROCESS = Path(__file__).with_name("reactor_process.py")


class ReactorEvent(StrEnum):
    HAPPENED = "test-reactor:thing:happened"
    OTHER = "test-reactor:thing:other"


declare_events({ReactorEvent.HAPPENED: ("发生", "happened"), ReactorEvent.OTHER: ("其他", "other")})
GRANT = Grant("test:it:do", SYSTEM_ACTOR, None, None)
WANTED = frozenset({ReactorEvent.HAPPENED.value})


@pytest.fixture
async def effects(platform: Platform) -> None:
    """A table that shows how often each event took effect."""
    owner = await platform.database.connect_as_owner()
    await owner.execute("CREATE TABLE effect (event_id uuid, place bigserial); GRANT ALL ON effect TO yitong_app")
    await owner.execute("GRANT ALL ON SEQUENCE effect_place_seq TO yitong_app")
    await owner.close()


async def happen(platform: Platform, count: int, type: ReactorEvent = ReactorEvent.HAPPENED) -> list[UUID]:
    made: list[UUID] = []
    async with platform.transaction() as tx:
        for n in range(count):
            made.append(await record(tx, GRANT, type, Subject("thing", new_id(), new_id()), {"n": n}))  # noqa: PERF401
    return made


async def note(tx: Transaction, event: Recorded) -> None:
    await tx.session.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": event.id})


async def noted(platform: Platform) -> list[UUID]:
    async with platform.transaction() as tx:
        return list((await tx.session.execute(text("SELECT event_id FROM effect ORDER BY place"))).scalars())


async def parked(platform: Platform) -> list[Any]:
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT event_id, error, attempts, next_try_at, state FROM parked_event ORDER BY parked_at, event_id")
        )
        return list(found)


async def all_of(platform: Platform, one: Reactor, limit: int = 200) -> None:
    while await run_once(platform, one, limit):
        pass


NOTING = Reactor("test.noting", WANTED, note)


@pytest.mark.usefixtures("effects")
async def test_a_reactor_gets_its_events_once_and_in_order(platform: Platform) -> None:
    first = await happen(platform, 3)
    await happen(platform, 2, ReactorEvent.OTHER)
    second = await happen(platform, 2)
    await all_of(platform, NOTING, limit=2)
    assert await noted(platform) == first + second
    assert await run_once(platform, NOTING) == 0


@pytest.mark.usefixtures("effects")
async def test_an_event_that_commits_late_is_not_passed(platform: Platform) -> None:
    async with platform.transaction() as early:
        late_one = await record(early, GRANT, ReactorEvent.HAPPENED, Subject("thing", new_id(), new_id()))
        soon = await happen(platform, 1)
        await all_of(platform, NOTING)
        assert await noted(platform) == []
    await all_of(platform, NOTING)
    assert await noted(platform) == [late_one, *soon]


@pytest.mark.usefixtures("effects")
async def test_events_of_many_writers_at_once_are_all_handled(platform: Platform) -> None:
    stop = asyncio.Event()

    async def react() -> None:
        while not stop.is_set():
            await run_once(platform, NOTING, 5)

    reacting = asyncio.create_task(react())
    made = await asyncio.gather(*(happen(platform, 4) for _ in range(25)))
    stop.set()
    await reacting
    await all_of(platform, NOTING)
    got = await noted(platform)
    assert sorted(got) == sorted(one for some in made for one in some)


@pytest.mark.usefixtures("effects")
async def test_two_workers_do_nothing_twice(platform: Platform) -> None:
    made = await happen(platform, 60)

    async def worker() -> None:
        for _ in range(40):
            await run_once(platform, NOTING, 3)

    await asyncio.gather(worker(), worker(), worker())
    await all_of(platform, NOTING)
    assert await noted(platform) == made


@pytest.mark.usefixtures("effects")
async def test_a_worker_killed_anywhere_loses_and_doubles_nothing(
    platform: Platform, database_url: str, tmp_path: Path, sockets: None
) -> None:
    made = await happen(platform, 400)
    chance = random.Random(7)
    kills = 0
    for _ in range(5):
        worker = await asyncio.create_subprocess_exec(
            sys.executable, str(PROCESS), database_url, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert worker.stdout is not None
        for _ in range(chance.randint(1, 8)):
            if await worker.stdout.readline() == b"done\n":
                break
        await asyncio.sleep(chance.random() * 0.01)  # somewhere inside of the next batch
        if worker.returncode is None:
            worker.kill()
            kills += 1
        await worker.wait()
    assert kills == 5
    assert len(await noted(platform)) < len(made), "the killed ones left something to do"
    last = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), database_url, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await last.communicate()
    assert said.endswith(b"done\n")
    assert await noted(platform) == made
    assert await parked(platform) == []


@pytest.mark.usefixtures("effects")
async def test_a_poisoned_event_is_parked_and_the_others_go_on(platform: Platform, clock: SetClock) -> None:
    made = await happen(platform, 5)
    sick = {made[1], made[3]}

    async def handle(tx: Transaction, event: Recorded) -> None:
        await note(tx, event)
        if event.id == made[1] and event.id in sick:
            raise ValueError("no good\nsecond line")
        if event.id == made[3] and event.id in sick:
            await tx.session.execute(text("SELECT 1 / 0"))

    one = Reactor("test.sick", WANTED, handle)
    await all_of(platform, one)
    assert await noted(platform) == [made[0], made[2], made[4]], "what a failed handler did is undone"
    rows = await parked(platform)
    assert [(row.event_id, row.attempts, row.state) for row in rows] == [(i, 1, "parked") for i in sorted(sick)]
    assert rows[0].error == "ValueError: no good"
    assert "division by zero" in rows[1].error
    assert "SELECT" not in rows[1].error, "an error says what is wrong, not with which values"
    assert await retry_parked(platform, one, clock.now()) == 0, "not before its pause is over"
    sick.discard(made[1])
    clock.advance(seconds=6)
    assert await retry_parked(platform, one, clock.now()) == 1
    states = {row.event_id: (row.state, row.attempts) for row in await parked(platform)}
    assert states == {made[1]: ("retried", 1), made[3]: ("parked", 2)}
    assert (await noted(platform)).count(made[1]) == 1


@pytest.mark.usefixtures("effects")
async def test_pauses_grow_and_end_with_a_person(platform: Platform, clock: SetClock) -> None:
    await happen(platform, 1)

    async def handle(tx: Transaction, event: Recorded) -> None:
        raise RuntimeError

    one = Reactor("test.hopeless", WANTED, handle)
    await all_of(platform, one)
    pauses: list[timedelta] = []
    while (row := (await parked(platform))[0]).next_try_at is not None:
        pauses.append(row.next_try_at - clock.now())
        clock.moment = row.next_try_at
        await retry_parked(platform, one, clock.now())
    assert len(pauses) == MOST_TRIES - 1
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == len(pauses)
    assert row.attempts == MOST_TRIES
    clock.advance(days=30)
    assert await retry_parked(platform, one, clock.now()) == 0


@pytest.mark.usefixtures("effects")
async def test_a_discarded_event_is_not_tried_again(platform: Platform, clock: SetClock) -> None:
    await happen(platform, 1)
    tries: list[UUID] = []

    async def handle(tx: Transaction, event: Recorded) -> None:
        tries.append(event.id)
        raise RuntimeError

    one = Reactor("test.discarded", WANTED, handle)
    await all_of(platform, one)
    async with platform.transaction() as tx:
        await tx.session.execute(text("UPDATE parked_event SET state = 'discarded'"))
    clock.advance(days=1)
    await retry_parked(platform, one, clock.now())
    assert len(tries) == 1


@pytest.mark.usefixtures("effects")
async def test_one_failing_reactor_stops_no_other(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await happen(platform, 3)

    async def fail(tx: Transaction, event: Recorded) -> None:
        raise RuntimeError

    for name in list(REACTORS):
        monkeypatch.delitem(REACTORS, name)
    monkeypatch.setitem(REACTORS, "test.a-failing", Reactor("test.a-failing", WANTED, fail))
    monkeypatch.setitem(REACTORS, "test.b-noting", NOTING)
    stop = asyncio.Event()
    running = asyncio.create_task(run_reactors(platform, stop, 0.01))
    async with asyncio.timeout(20):
        while len(await noted(platform)) < len(made):  # noqa: ASYNC110 - the database tells, not an event of ours
            await asyncio.sleep(0.01)
    stop.set()
    await running
    assert await noted(platform) == made
    assert len(await parked(platform)) == 3


def test_a_name_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REACTORS, "test.taken", NOTING)
    with pytest.raises(ValueError, match="declared twice"):
        reactor("test.taken", ReactorEvent.HAPPENED)(note)
