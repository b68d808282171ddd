"""The embedded engine on a real database: written, read again, raced for, tampered with."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.members import (
    COMMISSION,
    HOSPITAL,
    INSURER,
    PHARMACY,
    SHOP,
    START,
    Consortium,
    some_digest,
    some_id,
)
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.platform import Platform
from yitong.ledger import embedded, tree
from yitong.ledger.chain import Broken
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.contract.actions import Kind
from yitong.ledger.contract.prescriptions import access_digest, secret_digest
from yitong.ledger.contract.records import PartRecord, PartState, Seal, decode, part_key, seal_key
from yitong.ledger.embedded import EmbeddedLedger, NotFounded
from yitong.ledger.engine import Inadmissible, Receipt
from yitong.ledger.jobs import keep_snapshot, seal_and_anchor
from yitong.ledger.sealing import LOG, anchor_seals, first_broken_seal, seal_events
from yitong.ledger.service import Ledger, NoKey, open_ledger
from yitong.ledger.stored import Connection

CODE, SECRET, DONE = some_digest("code"), some_digest("secret"), some_digest("done")


@pytest.fixture
async def consortium(platform: Platform, clock: SetClock) -> Consortium:
    """Six members, founded in this database."""
    made = Consortium()
    clock.moment = datetime.fromtimestamp(START / 1000, UTC)
    await embedded.found_ledger(platform.database, made.genesis(), made.sealer)
    return made


@pytest.fixture
async def engine(platform: Platform, clock: SetClock, consortium: Consortium) -> AsyncGenerator[EmbeddedLedger]:
    """An engine on it, with all keys enrolled."""
    opened = await opened_on(platform, consortium)
    await put(opened, *consortium.enrolments())
    yield opened
    await opened.close()


async def opened_on(platform: Platform, consortium: Consortium) -> EmbeddedLedger:
    return await embedded.open_ledger(platform.database, platform.clock, consortium.sealer)


async def put(engine: EmbeddedLedger, *raws: bytes) -> list[Receipt]:
    return await asyncio.gather(*[engine.wait(await engine.submit(raw)) for raw in raws])


def issued(consortium: Consortium, rx: bytes) -> list[bytes]:
    terms = [a.PartTerms(START, START + 10**12, [10, 2])]
    return [
        consortium.sign(HOSPITAL, R.PRESCRIBE, a.Issue(rx, DONE, DONE, terms)),
        consortium.sign(HOSPITAL, R.REVIEW, a.Review(rx, True, DONE)),
        consortium.sign(COMMISSION, R.PATIENT, a.Release(rx, 1, access_digest(CODE))),
    ]


def dispensed(consortium: Consortium, rx: bytes) -> list[bytes]:
    return [
        consortium.sign(PHARMACY, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(SECRET))),
        consortium.sign(PHARMACY, R.DISPENSE, a.Dispense(rx, 1, [10, 2], DONE, SECRET)),
        consortium.sign(INSURER, R.SETTLE, a.Settle(rx, 1, DONE)),
    ]


async def part(engine: EmbeddedLedger, rx: bytes) -> PartRecord:
    found = await engine.query(part_key(rx, 1))
    assert found.value is not None
    assert tree.proves(found.proof, found.header.state, found.key, found.value)
    return decode(PartRecord, found.value)


async def test_what_was_put_is_there_after_a_restart(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger
) -> None:
    rx = some_id(1)
    receipts = await put(engine, *issued(consortium, rx), *dispensed(consortium, rx))
    assert all(one.ok for one in receipts)
    assert (await part(engine, rx)).state is PartState.SETTLED
    again = await opened_on(platform, consortium)
    assert again.header == engine.header
    height = await engine.take_snapshot()
    await put(engine, *issued(consortium, some_id(2)))
    from_snapshot = await opened_on(platform, consortium)
    assert from_snapshot.header == engine.header
    assert from_snapshot.header.height > height
    await again.close()
    await from_snapshot.close()


async def test_handing_in_twice_gives_the_first_receipt(consortium: Consortium, engine: EmbeddedLedger) -> None:
    raw = issued(consortium, some_id(1))[0]
    one, other = await asyncio.gather(engine.put(raw), engine.put(raw))
    assert one == other == await engine.put(raw)
    assert one.ok


async def test_what_is_inadmissible_is_in_no_block(consortium: Consortium, engine: EmbeddedLedger) -> None:
    height = engine.header.height
    raw = issued(consortium, some_id(1))[0]
    for wrong, code in (
        (raw[:-1] + bytes([raw[-1] ^ 1]), "bad-signature"),
        (consortium.sign(HOSPITAL, R.PRESCRIBE, a.Expire(some_id(1), 1), sequence=77), "wrong-sequence"),
        (Consortium().sign(HOSPITAL, R.ADMIN, a.Expire(some_id(1), 1)), "unknown-key"),
        (b"nonsense", "malformed"),
    ):
        with pytest.raises(Inadmissible, match=code):
            await engine.put(wrong)
    assert engine.header.height == height
    with pytest.raises(Inadmissible):
        await engine.wait(bytes(32))


async def test_two_engines_race_and_exactly_one_pharmacy_wins(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger
) -> None:
    """Two server processes on one database: whoever is second in the chain is told so, every time."""
    other = await opened_on(platform, consortium)
    won = {PHARMACY: 0, SHOP: 0}
    for n in range(40):
        rx = some_id(100 + n)
        await put(engine, *issued(consortium, rx))
        race = [
            (engine, consortium.sign(PHARMACY, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(SECRET)))),
            (other, consortium.sign(SHOP, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(DONE)))),
        ]
        if n % 2:
            race.reverse()
        receipts = await asyncio.gather(*(one.put(raw) for one, raw in race))
        assert sorted(one.code for one in receipts) == ["held", "ok"]
        won[(await part(engine, rx)).holder] += 1
        assert (await part(other, rx)) == (await part(engine, rx))
    assert sum(won.values()) == 40
    await other.close()


async def test_all_of_many_at_once_are_answered(consortium: Consortium, engine: EmbeddedLedger) -> None:
    raws = [raw for n in range(120) for raw in (*issued(consortium, some_id(n)), *dispensed(consortium, some_id(n)))]
    height = engine.header.height
    receipts = await put(engine, *raws)
    assert all(one.ok for one in receipts)
    assert engine.header.height - height < 60  # they went in blocks, not one by one
    blocks = [block async for block in engine.blocks(0)]
    assert [block.header.height for block in blocks] == list(range(engine.header.height + 1))
    assert sum(block.header.count for block in blocks) >= len(raws)


TAMPERINGS = {
    "raw": "UPDATE ledger_transaction SET raw = set_byte(raw, 20, get_byte(raw, 20) # 1) WHERE height = $1",
    "code": "UPDATE ledger_transaction SET code = 'held' WHERE height = $1 AND position = 0",
    "header": "UPDATE ledger_block SET header = set_byte(header, 40, get_byte(header, 40) # 1) WHERE height = $1",
    "signature": "UPDATE ledger_block SET signature = set_byte(signature, 3, get_byte(signature, 3) # 1)"
    " WHERE height = $1",
    "removed": "DELETE FROM ledger_transaction WHERE height = $1",
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_a_tampered_chain_is_not_opened_and_the_block_is_named(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger, name: str
) -> None:
    for n in range(4):
        await put(engine, *issued(consortium, some_id(n)))
    height = 3
    connection: Any = await platform.database.connect_as_owner()
    await connection.execute(TAMPERINGS[name], height)
    await connection.close()
    with pytest.raises(Broken) as broken:
        await opened_on(platform, consortium)
    assert broken.value.height == height


async def test_a_missing_block_is_named(platform: Platform, consortium: Consortium, engine: EmbeddedLedger) -> None:
    for n in range(4):
        await put(engine, *issued(consortium, some_id(n)))
    connection: Any = await platform.database.connect_as_owner()
    await connection.execute("DELETE FROM ledger_transaction WHERE height = 2")
    await connection.execute("DELETE FROM ledger_block WHERE height = 2")
    await connection.close()
    with pytest.raises(Broken, match="block 2"):
        await opened_on(platform, consortium)


async def test_a_spoilt_snapshot_only_costs_time(
    platform: Platform, consortium: Consortium, engine: EmbeddedLedger
) -> None:
    await put(engine, *issued(consortium, some_id(1)))
    await engine.take_snapshot()
    connection: Any = await platform.database.connect_as_owner()
    await connection.execute("UPDATE ledger_snapshot SET content = set_byte(content, 50, get_byte(content, 50) # 1)")
    await connection.close()
    again = await opened_on(platform, consortium)
    assert again.header == engine.header
    await again.close()


async def test_there_is_no_chain_without_a_genesis_and_none_under_another_key(
    platform: Platform, consortium: Consortium
) -> None:
    with pytest.raises(ValueError, match="another sealer"):
        await embedded.open_ledger(platform.database, platform.clock, Consortium().sealer)
    with pytest.raises(ValueError, match="another sealer"):
        await embedded.found_ledger(platform.database, consortium.genesis(), Consortium().sealer)


async def test_an_empty_database_has_no_chain(platform: Platform) -> None:
    with pytest.raises(NotFounded):
        await embedded.open_ledger(platform.database, platform.clock, Consortium().sealer)


async def test_hosted_members_sign_here_and_the_event_log_is_anchored(platform: Platform) -> None:
    commission, hospital = new_id(), new_id()
    ledger = await open_ledger(platform, commission, "region-110000")
    await ledger.admit(hospital, Kind.HOSPITAL, "H1")
    await ledger.admit(hospital, Kind.HOSPITAL, "H1")
    now = int(platform.clock.now().timestamp() * 1000)
    issue = [a.Issue(some_id(n), DONE, DONE, [a.PartTerms(now, now + 10**6, [1])]) for n in range(20)]
    receipts = await asyncio.gather(*(ledger.put(hospital, R.PRESCRIBE, one) for one in issue))
    assert all(one.ok for one in receipts)
    assert (await ledger.put(hospital, R.PRESCRIBE, issue[0])).code == "exists"
    with pytest.raises(NoKey):
        await ledger.put(new_id(), R.PRESCRIBE, issue[0])
    await _events(platform, commission, 5)
    assert await sealed(platform, seal_events) == 5
    assert await seal_events(platform) == 0
    await _events(platform, commission, 2)
    assert await sealed(platform, seal_events) == 2
    assert await anchor_seals(ledger, platform, commission) == 2
    assert await anchor_seals(ledger, platform, commission) == 0
    found = (await ledger.look_up(seal_key(commission.bytes, LOG))).value
    assert found is not None
    assert decode(Seal, found).number == 2
    assert await first_broken_seal(platform) is None
    platform.connect(Ledger, ledger)
    await _events(platform, commission, 1)
    assert await sealed(platform, seal_and_anchor) == 1
    assert await keep_snapshot(platform)
    anchored = (await ledger.look_up(seal_key(commission.bytes, LOG))).value
    assert anchored is not None
    assert decode(Seal, anchored).number == 3
    connection: Any = await platform.database.connect_as_owner()
    await connection.execute("UPDATE event SET type = 'changed' WHERE position = (SELECT max(position) FROM event)")
    await connection.close()
    assert await first_broken_seal(platform) == 3


async def sealed(platform: Platform, seal: Callable[[Platform], Awaitable[object]]) -> object:
    """Seal as soon as no older transaction of the server holds the log back."""
    for _ in range(600):
        done = await seal(platform)
        if done:
            return done
        await asyncio.sleep(0.1)
    raise TimeoutError


async def _events(platform: Platform, organization: Any, number: int) -> None:
    connection: Connection = await platform.database.connect_as_owner()
    async with connection.transaction():  # seen all at once or not at all
        for _ in range(number):
            await connection.execute(
                "INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type,"
                " subject_id, payload) VALUES ($1, $2, now(), 'x', 'system', $1, 'x', 'x', $1, '{}')",
                organization,
                new_id(),
            )
    await connection.close()
