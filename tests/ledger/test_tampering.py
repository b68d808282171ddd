"""Somebody changes one replica of four: it stops by itself and is named, the others go on; an untouched one goes on."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from ledger.members import HOSPITAL, some_id
from ledger.test_consortium import PROGRAM, Four, issued, put, up
from yitong.cli.main import app
from yitong.kernel.crypto import sm3
from yitong.ledger.consensus import standing
from yitong.ledger.consensus.application import Application, Kept
from yitong.ledger.consensus.client import ConsensusLedger, NodeFailed
from yitong.ledger.consensus.nodes import Node, laid_out
from yitong.ledger.consensus.replica import run
from yitong.ledger.consensus.standing import Standing, halt_in, standings
from yitong.ledger.encoding import pack, unpack
from yitong.ledger.state import State, restored, snapshot

pytestmark = pytest.mark.stack


@pytest.fixture
async def four(sockets: None) -> AsyncGenerator[Four]:
    with tempfile.TemporaryDirectory(prefix="yitong-tampered-", ignore_cleanup_errors=True) as folder:
        made = Four(Path(folder))
        for node in made.nodes[:3]:
            node.start()
        yield made
        for node in made.nodes:
            node.stop()


async def opened(stack: AsyncExitStack, node: Node) -> ConsensusLedger:
    engine = ConsensusLedger(node.address, "four", patience_s=60)
    stack.push_async_callback(engine.close)
    await up(engine, node)
    return engine


async def said_of(nodes: list[Node], last: str) -> list[Standing]:
    """What is said of all nodes, as soon as the last one's state is ``last``."""
    found: list[Standing] = []
    for _ in range(100):
        found = await standings(nodes)
        if found[-1].state == last:
            return found
        await asyncio.sleep(0.2)
    raise TimeoutError((last, found, (nodes[-1].home / "log").read_text("utf-8", errors="replace")[-3000:]))


async def settled(replica: Application) -> None:
    """Wait until no block is under way: one carried out already would bring its own tree with it."""
    height, same = -1, 0
    while same < 15:
        same = same + 1 if replica.height == height else 0
        height = replica.height
        await asyncio.sleep(0.2)


def changed(entries: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The entries with one bit of one value changed."""
    key = next(one for one in sorted(entries) if entries[one])
    value = entries[key]
    return {**entries, key: value[:-1] + bytes([value[-1] ^ 1])}


async def test_a_replica_changed_at_rest_stops_and_is_named(four: Four) -> None:
    nodes, last = four.nodes, four.nodes[3]
    last.start()
    async with AsyncExitStack() as stack:
        engine, own = await opened(stack, nodes[0]), await opened(stack, last)
        assert set(await put(engine, *four.members.enrolments())) == {"ok"}
        await said_of(nodes, standing.AGREES)
        # The control: stopped and started without a change, it goes on from what it kept.
        last.stop()
        kept = (last.home / "state").read_bytes()
        last.start()
        await up(own, last)
        assert set(await put(own, *issued(four.members, some_id(1)))) == {"ok"}
        assert [one.state for one in await said_of(nodes, standing.AGREES)] == [standing.AGREES] * 4
        # A byte of the file.
        last.stop()
        state = last.home / "state"
        kept = state.read_bytes()
        spoilt = bytearray(kept)
        spoilt[len(spoilt) // 2] ^= 1
        state.write_bytes(spoilt)
        last.start()
        found = await said_of(nodes, standing.STOPPED_ITSELF)
        assert "the kept state was changed" in (found[3].reason or "")
        assert not last.running
        last.stop()
        # An entry, and every digest over it made to fit: only what the members signed speaks against it.
        taken = unpack(kept[:-32], msgspec.msgpack.Decoder(Kept))
        forged = State(changed(restored(taken.pieces, taken.root).entries))
        content = pack(Kept(taken.chain, taken.height, taken.time, forged.root, list(snapshot(forged.entries))))
        state.write_bytes(content + sm3(content))
        last.start()
        found = await said_of(nodes, standing.STOPPED_ITSELF)
        assert "AppHash" in (found[3].reason or "")
        # The others go on; and the one whose file is taken away plays the blocks, and is one of them again.
        assert set(await put(engine, *issued(four.members, some_id(2)))) == {"ok"}
        assert [(one.name, one.harmed) for one in await standings(nodes)] == [
            ("commission", False), ("insurer", False), ("hospital-one", False), ("hospital-two", True)
        ]  # fmt: skip
        told = await asyncio.to_thread(_status, last.home.parent)
        assert told[0] == 1
        assert "hospital-two" in told[1]
        assert "AppHash" in told[1]
        last.stop()
        state.unlink()
        last.start()
        await up(own, last)
        assert set(await put(engine, *issued(four.members, some_id(3)))) == {"ok"}
        await said_of(nodes, standing.AGREES)
        assert (await asyncio.to_thread(_status, last.home.parent))[0] == 0


async def test_a_replica_changed_while_it_runs_stops_at_the_next_blocks_and_is_named(four: Four) -> None:
    nodes, last = four.nodes, four.nodes[3]
    own, stop = Application(last.home), asyncio.Event()
    replica = asyncio.create_task(run(last.home, stop, own))
    last.start(replica=False)
    try:
        async with AsyncExitStack() as stack:
            engine, theirs = await opened(stack, nodes[0]), await opened(stack, last)
            assert set(await put(engine, *four.members.enrolments())) == {"ok"}
            await said_of(nodes, standing.AGREES)
            await settled(own)
            own.state = State(changed(own.state.entries))
            found = (await said_of(nodes, standing.DIVERGED))[3]
            assert found.application_hash == own.state.root.hex() != found.agreed_hash
            theirs._turns = 3  # pyright: ignore[reportPrivateUsage]
            with pytest.raises(NodeFailed):  # nobody is answered from it: no proof leads to what the members signed
                await theirs.query(b"o" + HOSPITAL)
            for number in (1, 2):
                assert set(await put(engine, *issued(four.members, some_id(number)))) == {"ok"}
            reason = await asyncio.wait_for(replica, 60)
            assert reason is not None
            assert "wrong Block.Header.AppHash" in reason
            found = await said_of(nodes, standing.STOPPED_ITSELF)
            assert (found[3].name, found[3].reason) == ("hospital-two", reason)
            assert [one.state for one in found[:3]] == [standing.AGREES] * 3
            for process in last.processes:
                await asyncio.to_thread(process.wait, 60)  # the validator ends with its replica
            # Started again with what it kept, it stops again.
            last.processes.clear()
            last.start()
            assert "AppHash" in ((await said_of(nodes, standing.STOPPED_ITSELF))[3].reason or "")
    finally:
        stop.set()
        await replica


def _status(folder: Path) -> tuple[int, str]:
    assert [one.name for one in laid_out(folder, PROGRAM)] == sorted(one.name for one in laid_out(folder, PROGRAM))
    done = CliRunner().invoke(app, ["consortium", "--status", "--folder", str(folder)])
    return done.exit_code, done.output


def test_one_wrong_proposal_is_no_reason_to_stop() -> None:
    wrong = 'err="wrong Block.Header.AppHash.  Expected 01, got 02"'
    assert halt_in(f"E[2026] prevote step: consensus deems this block invalid; prevoting nil {wrong}\n") is None
    assert halt_in(f"E[2026] Error in validation {wrong}\n") == "wrong Block.Header.AppHash. Expected 01, got 02"
    assert halt_in('E[2026] CONSENSUS FAILURE!!! module=consensus err="no" stack=""\n') == "no"
