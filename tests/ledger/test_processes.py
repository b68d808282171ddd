"""Several processes on one chain: one writes, the others hand in, and another takes over when the writer is killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.members import COMMISSION, HOSPITAL, PHARMACY, SHOP, Consortium, some_digest, some_id
from ledger.test_embedded import CODE, SECRET, consortium, dispensed, engine, issued, opened_on, put
from yitong.kernel.platform import Platform
from yitong.ledger import embedded, lease
from yitong.ledger.chain import Broken
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.contract.prescriptions import access_digest, secret_digest
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.engine import Inadmissible

__all__ = ["consortium", "engine"]
SOURCE = Path(embedded.__file__).resolve().parents[2]
SHORT = timedelta(seconds=1.5)


@pytest.fixture
async def other(platform: Platform, consortium: Consortium, engine: EmbeddedLedger) -> AsyncGenerator[EmbeddedLedger]:
    """A second engine on the chain that ``engine`` writes."""
    opened = await embedded.open_ledger(platform.database, platform.clock, consortium.sealer, wait=SHORT)
    yield opened
    await opened.close()


async def test_who_does_not_write_hands_in_and_gets_every_answer(
    consortium: Consortium, engine: EmbeddedLedger, other: EmbeddedLedger
) -> None:
    assert (engine.writing, other.writing) == (True, False)
    rx = some_id(1)
    receipts = await put(other, *issued(consortium, rx), *dispensed(consortium, rx))
    assert [one.code for one in receipts] == ["ok"] * 6
    again = consortium.sign(HOSPITAL, R.PRESCRIBE, a.Revoke(rx, 1, "error"))
    assert (await other.put(again)).code == "illegal-move"
    assert await other.put(again) == await engine.put(again)  # a second time, by either: the first one's receipt
    wrong = again[:-1] + bytes([again[-1] ^ 1])
    with pytest.raises(Inadmissible, match="bad-signature"):
        await other.put(wrong)
    with pytest.raises(Inadmissible, match="bad-signature"):
        await other.put(wrong)  # asked anew, refused anew
    assert (await other.query(b"g")).header == engine.header


async def test_another_takes_over_when_the_writer_lets_go(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger, other: EmbeddedLedger
) -> None:
    await engine.close()
    for _ in range(300):
        if other.writing:
            break
        await asyncio.sleep(0.05)
    assert other.writing
    assert all(one.ok for one in await put(other, *issued(consortium, some_id(1))))
    reader = await embedded.open_ledger(platform.database, platform.clock, consortium.sealer, writes=False)
    async with (await platform.database.raw()).acquire() as connection:
        held = await lease.writer(connection)
    assert held is not None
    assert held.holder == other.holder
    assert not reader.writing
    assert (await reader.query(b"g")).header == other.header
    await reader.close()


async def test_a_killed_writer_loses_nothing_and_another_process_goes_on(
    platform: Platform, consortium: Consortium, sockets: None
) -> None:
    """Two processes: the one that writes is killed with transactions on the way; every one stands in a block once."""
    writer = await _process(platform, consortium)
    await _says_writing(writer)
    follower = await _process(platform, consortium)
    reader = await embedded.open_ledger(platform.database, platform.clock, consortium.sealer, writes=False)
    await put(reader, *consortium.enrolments())
    raws = [raw for n in range(30) for raw in (*issued(consortium, some_id(n)), *dispensed(consortium, some_id(n)))]
    digests = [await reader.submit(raw) for raw in raws]
    await reader.wait(digests[0])
    os.kill(writer.pid, signal.SIGKILL)
    await writer.wait()
    receipts = await asyncio.wait_for(asyncio.gather(*map(reader.wait, digests)), 60)
    await _says_writing(follower)
    assert [one.code for one in receipts] == ["ok"] * len(raws)
    assert len({(one.height, one.position) for one in receipts}) == len(raws)
    whole = await opened_on(platform, consortium)  # plays every block again: nothing forked, nothing missing
    assert whole.header == (await reader.query(b"g")).header
    for one in (whole, reader):
        await one.close()
    follower.kill()
    await follower.wait()


async def _process(platform: Platform, consortium: Consortium) -> asyncio.subprocess.Process:
    folders = os.pathsep.join([str(SOURCE), str(Path(__file__).parents[1])])
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ledger.writer_process",
        platform.database.url,
        consortium.sealer.to_hex(),
        env={**os.environ, "PYTHONPATH": folders},
        stdout=asyncio.subprocess.PIPE,
    )


async def _says_writing(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while (line := await process.stdout.readline()) != b"writing\n":
            assert line, "the process ended"


CHANGED = {
    "an old transaction": (
        "UPDATE ledger_transaction SET raw = set_byte(raw, 20, get_byte(raw, 20) # 1) WHERE height = 3",
        "block 3, transaction 0",
    ),
    "an old outcome": ("UPDATE ledger_transaction SET code = 'held' WHERE height = 2 AND position = 0", "block 2"),
    "an old header": (
        "UPDATE ledger_block SET header = set_byte(header, 40, get_byte(header, 40) # 1) WHERE height = 2",
        "block 2: the header was changed",
    ),
    "an old seal": (
        "UPDATE ledger_block SET signature = set_byte(signature, 3, get_byte(signature, 3) # 1) WHERE height = 4",
        "block 4: the seal does not hold",
    ),
    "the state that is kept": (
        "UPDATE ledger_snapshot SET content = set_byte(content, 50, get_byte(content, 50) # 1)",
        "the state that was kept after this block was changed",
    ),
    "a name by which one is found": (
        "UPDATE ledger_transaction SET subject = decode('00', 'hex') WHERE height = 3 AND position = 0",
        "block 3, transaction 0",
    ),
}


@pytest.mark.parametrize("what", CHANGED)
async def test_what_is_changed_under_a_running_engine_is_named_and_stops_it(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger, what: str
) -> None:
    statement, named = CHANGED[what]
    for n in range(5):
        await put(engine, *issued(consortium, some_id(n)))
    await engine.take_snapshot()
    assert await engine.look_after(1_000) == 0  # to the first block: nothing is wrong yet
    connection: Any = await platform.database.connect_as_owner()
    await connection.execute(statement)
    await connection.close()
    with pytest.raises(Broken, match=named):
        await engine.look_after(1_000)
    assert engine.broken is not None
    for refused in (engine.put(issued(consortium, some_id(99))[0]), engine.query(b"g")):
        with pytest.raises(Broken, match=named):
            await refused


async def test_the_newest_block_is_looked_at_before_every_write(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger
) -> None:
    await put(engine, *issued(consortium, some_id(1)))
    connection: Any = await platform.database.connect_as_owner()
    await connection.execute(
        "UPDATE ledger_block SET header = set_byte(header, 9, get_byte(header, 9) # 1) WHERE height = $1",
        engine.header.height,
    )
    await connection.close()
    with pytest.raises(Broken, match=f"block {engine.header.height}"):
        await engine.put(issued(consortium, some_id(2))[0])
    assert not engine.writing


async def test_two_pharmacies_race_and_one_wins_every_time(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger, other: EmbeddedLedger
) -> None:
    """One at the process that writes, one at another; whoever is second in the chain is told so."""
    for n in range(15):
        rx = some_id(500 + n)
        await put(engine, *issued(consortium, rx))
        race = [
            (engine, consortium.sign(PHARMACY, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(SECRET)))),
            (other, consortium.sign(SHOP, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(some_digest("shop"))))),
        ]
        receipts = await asyncio.gather(*(one.put(raw) for one, raw in (race if n % 2 else race[::-1])))
        assert sorted(one.code for one in receipts) == ["held", "ok"]
    released = consortium.sign(COMMISSION, R.PATIENT, a.Release(some_id(500), 1, access_digest(CODE)))
    assert (await engine.put(released)).code == "illegal-move"
