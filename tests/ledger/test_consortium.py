"""Four CometBFT nodes on this machine: they agree, outlive one failure, halt at two without forking, catch up."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from ledger.members import (
    CLINIC,
    COMMISSION,
    DAY,
    HOSPITAL,
    INSURER,
    PHARMACY,
    SHOP,
    START,
    Consortium,
    some_digest,
    some_id,
)
from ledger.test_embedded import CODE, SECRET, dispensed, issued
from yitong.ledger.consensus.client import ConsensusLedger, NodeFailed
from yitong.ledger.consensus.nodes import NoCometBFT, Node, lay_out, program
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.contract.machine import Genesis, play
from yitong.ledger.contract.prescriptions import secret_digest
from yitong.ledger.contract.records import PartRecord, decode, part_key
from yitong.ledger.state import State

try:
    PROGRAM = program()
except NoCometBFT as error:
    pytest.skip(str(error), allow_module_level=True)

pytestmark = pytest.mark.stack
OWNERS = {"commission": COMMISSION, "insurer": INSURER, "hospital-one": HOSPITAL, "hospital-two": HOSPITAL}


class Four:
    """The running consortium, its members' keys, and what it began with."""

    def __init__(self, folder: Path) -> None:
        self.members = Consortium("four")
        self.genesis: Genesis | None = None
        self.nodes = lay_out(folder, list(OWNERS), PROGRAM, self._genesis)

    def _genesis(self, validators: list[bytes]) -> Genesis:
        self.genesis = self.members.genesis(tuple(zip(validators, OWNERS.values(), strict=True)))
        return self.genesis


@pytest.fixture(scope="module")
def four() -> Generator[Four]:
    folder = Path(tempfile.mkdtemp(prefix="yitong-four-"))
    made = Four(folder)
    for node in made.nodes:
        node.start()
    yield made
    for node in made.nodes:
        node.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def engines(four: Four, sockets: None) -> AsyncGenerator[list[ConsensusLedger]]:
    opened = [ConsensusLedger(node.address, "four", patience_s=60) for node in four.nodes]
    for one, node in zip(opened, four.nodes, strict=True):
        await up(one, node)
    yield opened
    for one in opened:
        await one.close()


async def up(engine: ConsensusLedger, node: Node) -> None:
    """Wait until a node answers."""
    for _ in range(600):
        assert node.running, (node.home / "log").read_text("utf-8", errors="replace")[-2000:]
        try:
            await engine.height()
        except NodeFailed:
            await asyncio.sleep(0.2)
        else:
            return
    raise TimeoutError(node.name)


async def put(engine: ConsensusLedger, *raws: bytes) -> list[str]:
    digests = [await engine.submit(raw) for raw in raws]
    return [receipt.code for receipt in await asyncio.gather(*map(engine.wait, digests))]


async def part(engine: ConsensusLedger, rx: bytes, height: int) -> PartRecord:
    """The part as this node has it, as soon as it has come so far: another node's block may be a moment older."""
    for _ in range(300):
        found = await engine.query(part_key(rx, 1))
        if found.value is not None and found.header.height >= height:
            return decode(PartRecord, found.value)
        await asyncio.sleep(0.1)
    raise TimeoutError(height)


async def test_the_members_agree_survive_and_never_fork(four: Four, engines: list[ConsensusLedger]) -> None:
    members = four.members
    assert set(await put(engines[0], *members.enrolments())) == {"ok"}
    rx = some_id(1)
    assert set(await put(engines[1], *issued(members, rx), *dispensed(members, rx))) == {"ok"}
    assert (await put(engines[2], members.sign(INSURER, R.SETTLE, a.Settle(rx, 1, some_digest("x")))))[0] != "ok"
    await _race(four, engines)
    await _consents(four, engines)
    # One away: the rest go on.
    four.nodes[3].kill()
    assert set(await put(engines[0], *issued(members, some_id(2)))) == {"ok"}
    # Two away: nobody can decide anything, and nothing is decided.
    four.nodes[2].kill()
    halted = ConsensusLedger(four.nodes[0].address, "four", patience_s=4)
    height = await halted.height()
    waiting = await halted.submit(issued(members, some_id(3))[0])
    with pytest.raises(NodeFailed):
        await halted.wait(waiting)
    assert await halted.height() == height
    # Back again: what waited is decided, and everybody has the same blocks and the same state.
    for number in (2, 3):
        four.nodes[number].start()
        await up(engines[number], four.nodes[number])
    assert (await engines[0].wait(await engines[0].submit(issued(members, some_id(4))[0]))).ok
    await _same_everywhere(four, engines)
    await halted.close()


async def _race(four: Four, engines: list[ConsensusLedger]) -> None:
    """Two pharmacies on two nodes want the same part at once: one holds it, the other is told so."""
    for n in range(10, 20):
        rx = some_id(n)
        assert set(await put(engines[0], *issued(four.members, rx))) == {"ok"}
        asked = [
            (engines[n % 4], four.members.sign(PHARMACY, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(SECRET)))),
            (engines[(n + 1) % 4], four.members.sign(SHOP, R.DISPENSE, a.Accept(rx, 1, CODE, secret_digest(SECRET)))),
        ]
        receipts = await asyncio.gather(*(engine.put(raw) for engine, raw in asked))
        assert sorted(one.code for one in receipts) == ["held", "ok"]
        assert (await part(engines[3], rx, max(one.height for one in receipts))).holder in (PHARMACY, SHOP)


async def _consents(four: Four, engines: list[ConsensusLedger]) -> None:
    """Consents and looks at records are decided by the same contract on every node, whoever it is handed to."""
    members, subject, content = four.members, some_digest("subject"), some_digest("content")
    consent = a.GrantConsent(
        some_id(70), subject, CLINIC, "treatment", ["imaging", "laboratory"], START, START + 3000 * DAY, content
    )

    def look(n: int, given: bytes = some_id(70)) -> bytes:
        action = a.RecordAccess(some_id(n), subject, "treatment", ["laboratory"], content, given)
        return members.sign(CLINIC, R.ACCESS, action)

    assert await put(engines[0], members.sign(HOSPITAL, R.PATIENT, consent)) == ["ok"]
    assert await put(engines[1], look(71)) == ["ok"]
    assert await put(engines[2], members.sign(HOSPITAL, R.PATIENT, a.RevokeConsent(some_id(70)))) == ["ok"]
    assert await put(engines[3], look(72)) == ["no-consent"]
    assert await put(engines[3], look(73, b"")) == ["ok"], "an emergency, to be judged afterwards"
    assert await put(engines[0], members.sign(COMMISSION, R.SUPERVISE, a.ReviewAccess(some_id(73), True))) == ["ok"]


async def _same_everywhere(four: Four, engines: list[ConsensusLedger]) -> None:
    """Every node has the same blocks, and the contract played alone reaches the hashes they agreed on."""
    assert four.genesis is not None
    state = State.founded(four.genesis)
    assert four.genesis.at == START
    newest = await engines[0].height()
    played = 0
    async for block in engines[0].blocks(1):
        changes, outcomes = play(state.entries, block.header.time, [one.raw for one in block.transactions])
        state.take(changes, state.after(changes))
        assert state.root == block.header.state
        assert [one.code for one in outcomes] == [one.code for one in block.transactions]
        played = block.header.height
    assert played == newest - 1
    for engine in engines[1:]:
        for _ in range(300):
            if await engine.height() >= newest:
                break
            await asyncio.sleep(0.2)
        assert (await engine.query(b"g")).header.height >= played
        theirs = [block.header async for block in engine.blocks(played)]
        assert theirs[0].state == state.root
