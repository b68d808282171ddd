"""Our ABCI server: the embedded chain played through its socket gives the same application hash, block after block."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.make_vectors import blocks
from ledger.members import COMMISSION, DAY, HOSPITAL, INSURER, START, Consortium, some_digest, some_id
from ledger.test_embedded import consortium, dispensed, engine, issued, put
from yitong.ledger import tree
from yitong.ledger.consensus.application import Application, Spoilt
from yitong.ledger.consensus.server import serve
from yitong.ledger.consensus.wire import BadWire, Frames, content, fields, frame, message, read_frame, varint, whole
from yitong.ledger.contract import actions
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.encoding import pack, unpack
from yitong.ledger.state import State
from yitong.ledger.tree import Proof

__all__ = ["consortium", "engine"]


class Node:
    """The engine's side of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, request: int, body: bytes, response: int) -> Any:
        self._writer.write(frame(message(request, body)))
        answered = await read_frame(self._reader)
        assert answered is not None
        outer = fields(answered)
        assert list(outer.contents) == [response], outer
        return fields(outer.bytes(response))

    async def together(self, requests: list[bytes]) -> list[Any]:
        """CheckTx's answers to requests that are sent in one piece."""
        self._writer.write(b"".join(map(frame, requests)))
        found: list[Any] = []
        for _ in requests:
            answered = await read_frame(self._reader)
            assert answered is not None
            found.append(fields(fields(answered).bytes(9)))
        return found

    async def info(self) -> tuple[int, bytes]:
        found = await self.ask(3, b"", 4)
        return found.number(4), found.bytes(5)

    async def init(self, chain: str, genesis: bytes) -> Any:
        state = b'"' + base64.b64encode(genesis) + b'"'
        return await self.ask(5, content(2, chain.encode()) + content(5, state), 6)

    async def check(self, raw: bytes, *, again: bool = False) -> tuple[int, bytes]:
        found = await self.ask(8, content(1, raw) + whole(2, int(again)), 9)
        return found.number(1), found.bytes(2)

    async def prepare(self, raws: list[bytes], time: int, most: int = 10**6) -> list[bytes]:
        body = whole(1, most) + b"".join(message(2, raw) for raw in raws) + message(6, moment(time))
        return (await self.ask(16, body, 17)).repeated(1)

    async def process(self, raws: list[bytes], time: int) -> int:
        body = b"".join(message(1, raw) for raw in raws) + message(6, moment(time))
        return (await self.ask(17, body, 18)).number(1)

    async def finalize(self, raws: list[bytes], time: int, height: int) -> Any:
        body = b"".join(message(1, raw) for raw in raws) + whole(5, height) + message(6, moment(time))
        return await self.ask(20, body, 21)

    async def commit(self) -> None:
        await self.ask(11, b"", 12)

    async def block(self, raws: list[bytes], time: int, height: int) -> tuple[bytes, list[bytes]]:
        """Application hash and outcomes of a decided block."""
        done = await self.finalize(raws, time, height)
        await self.commit()
        return done.bytes(5), [fields(one).bytes(2) for one in done.repeated(2)]


async def play(node: Node, played: list[tuple[int, list[bytes]]]) -> bytes:
    """Blocks from height 1 on; the application hash after the last."""
    root = b""
    for height, (time, raws) in enumerate(played, 1):
        root, _ = await node.block(raws, time, height)
    return root


def moment(time: int) -> bytes:
    return whole(1, time // 1000) + whole(2, time % 1000 * 1_000_000)


async def _connected(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(1000):
        try:
            return await asyncio.open_unix_connection(path)
        except OSError:
            await asyncio.sleep(0.01)
    raise TimeoutError(path)


@pytest.fixture
async def replica(tmp_path: Path, sockets: None) -> AsyncGenerator[Any]:
    """Starts replicas; each call gives the engine's side of a new one on the folder named."""
    running: list[tuple[asyncio.Event, asyncio.Task[None], Node]] = []

    async def start(name: str) -> Node:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        application = Application(folder)
        application.load()
        stop = asyncio.Event()
        task = asyncio.create_task(serve(folder / "abci.sock", application, stop))
        node = Node(*await _connected(folder / "abci.sock"))
        running.append((stop, task, node))
        return node

    async def end() -> None:
        while running:
            stop, task, node = running.pop()
            await node.close()
            stop.set()
            await task

    start.end = end  # type: ignore[attr-defined]
    yield start
    await end()


async def test_both_engines_give_the_same_application_hash(
    replica: Any, consortium: Consortium, engine: EmbeddedLedger
) -> None:
    for n in range(3):
        await put(engine, *issued(consortium, some_id(n)))
        await put(engine, *dispensed(consortium, some_id(n)))
    double = consortium.sign(HOSPITAL, R.PRESCRIBE, a.Revoke(some_id(0), 1, "late"))
    assert (await put(engine, double))[0].code == "illegal-move"
    node = await replica("one")
    begun = await node.init("test", pack(engine.genesis))
    async for block in engine.blocks(0):
        if block.header.height == 0:
            assert begun.bytes(3) == block.header.state
            continue
        raws = [one.raw for one in block.transactions]
        assert await node.process(raws, block.header.time) == 1
        root, outcomes = await node.block(raws, block.header.time, block.header.height)
        assert root == block.header.state
        assert outcomes == [one.code.encode() for one in block.transactions]
    assert await node.info() == (engine.header.height, engine.header.state)


async def test_a_proposal_with_anything_inadmissible_is_rejected_and_never_made(replica: Any) -> None:
    made = Consortium("vectors")
    node = await replica("one")
    await node.init("vectors", pack(made.genesis()))
    (time, enrolments), (later, second), *_ = blocks(made)
    await node.block(enrolments, time, 1)
    spoilt = [*second, second[0], b"nonsense", second[1][:-1] + bytes([second[1][-1] ^ 1])]
    assert await node.process(spoilt, later) == 2
    assert await node.prepare(spoilt, later) == second
    assert len(await node.prepare(second, later, most=len(second[0]) + 20)) == 1
    assert await node.process(second, later) == 1
    assert await node.check(second[0]) == (0, b"ok")
    assert await node.check(second[0]) == (2, b"wrong-sequence")
    assert await node.check(second[0], again=True) == (2, b"wrong-sequence")
    await node.block([], later, 2)
    assert await node.check(second[0], again=True) == (0, b"ok")
    assert (await node.check(b"nonsense"))[1] == b"malformed"
    assert (await node.check(Consortium("other").sign(HOSPITAL, R.ADMIN, a.Expire(some_id(1), 1))))[1] == b"wrong-chain"


async def test_validators_change_by_vote(replica: Any) -> None:
    made = Consortium("votes")
    first, new = some_digest("first"), some_digest("new")
    node = await replica("one")
    begun = await node.init("votes", pack(made.genesis(((first, COMMISSION),))))
    assert [validator(one) for one in begun.repeated(2)] == [(first, 10)]
    raws = [
        made.sign(COMMISSION, R.GOVERN, a.Propose(some_id(1), a.AdmitNode(new, INSURER, 7), START + DAY)),
        made.sign(INSURER, R.GOVERN, a.Vote(some_id(1), True)),
        made.sign(HOSPITAL, R.GOVERN, a.Vote(some_id(1), True)),
        made.sign(COMMISSION, R.GOVERN, a.Propose(some_id(2), a.RemoveNode(first), START + DAY)),
        made.sign(INSURER, R.GOVERN, a.Vote(some_id(2), True)),
        made.sign(HOSPITAL, R.GOVERN, a.Vote(some_id(2), True)),
    ]
    done = await node.finalize(raws, START + 1, 1)
    assert sorted(validator(one) for one in done.repeated(3)) == sorted([(first, 0), (new, 7)])


def validator(raw: bytes) -> tuple[bytes, int]:
    read = fields(raw)
    return fields(read.bytes(1)).bytes(1), read.number(2)


async def test_a_restarted_replica_goes_on_and_one_with_a_changed_state_does_not(replica: Any, tmp_path: Path) -> None:
    made = Consortium("vectors")
    genesis = pack(made.genesis())
    played = blocks(made)
    node = await replica("one")
    await node.init("vectors", genesis)
    root = await play(node, played[:3])
    await replica.end()
    node = await replica("one")
    assert await node.info() == (3, root)
    time, raws = played[3]
    after, _ = await node.block(raws, time, 4)
    await replica.end()
    state = tmp_path / "one" / "state"
    for at in range(0, len(untouched := state.read_bytes()), 7):
        kept = bytearray(untouched)
        kept[at] ^= 1
        state.write_bytes(kept)
        with pytest.raises(Spoilt):
            Application(tmp_path / "one").load()
    state.unlink()  # what its operator does after a look: the engine plays its blocks again
    node = await replica("one")
    assert await node.info() == (0, b"")
    await node.init("vectors", genesis)
    assert await play(node, played[:4]) == after


async def test_a_new_replica_takes_over_a_snapshot_that_has_the_agreed_root(replica: Any) -> None:
    made = Consortium("vectors")
    one = await replica("one")
    await one.init("vectors", pack(made.genesis()))
    root = await play(one, blocks(made)[:2])
    offered = (await one.ask(12, b"", 13)).bytes(1)
    chunk = (await one.ask(14, whole(1, 2) + whole(2, 1), 15)).bytes(1)
    last = one
    for agreed, taken in ((some_digest("another root"), 5), (root, 1)):
        other = await replica(f"other {taken}")
        last = other
        assert (await other.ask(13, message(1, offered) + content(2, agreed), 14)).number(1) == 1
        assert (await other.ask(15, content(2, chunk), 16)).number(1) == taken
    assert await last.info() == (2, root)


async def test_queries_come_with_proofs(replica: Any) -> None:
    made = Consortium("vectors")
    node = await replica("one")
    await node.init("vectors", pack(made.genesis()))
    time, raws = blocks(made)[0]
    root, _ = await node.block(raws, time, 1)
    for key in (b"o" + INSURER, b"o" + some_id(77)):
        found = await node.ask(6, content(1, key) + content(2, b"key"), 7)
        operation = fields(fields(found.bytes(8)).bytes(1))
        proof = unpack(operation.bytes(3), msgspec.msgpack.Decoder(Proof))
        assert tree.proves(proof, root, key, found.bytes(7) or None)


async def test_what_cannot_be_answered_is_an_exception(replica: Any) -> None:
    node = await replica("one")
    await node.ask(5, content(2, b"x") + content(5, b'"AAAA"'), 1)
    await node.ask(7, b"", 1)
    assert (await node.ask(1, content(1, b"hello"), 2)).bytes(1) == b"hello"
    assert State({}).root == tree.EMPTY


@pytest.mark.parametrize("wrong", [b"\x0a\x05ab", b"\x08", b"\x0f", b"\xff" * 12])
def test_wire_refuses(wrong: bytes) -> None:
    with pytest.raises(BadWire):
        fields(wrong)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**63 - 1, -1])
def test_numbers_on_the_wire(number: int) -> None:
    assert fields(whole(1, number)).number(1) == number
    assert len(varint(number)) == (10 if number < 0 else max(1, -(-number.bit_length() // 7)))


def test_messages_are_cut_from_any_pieces() -> None:
    sent = [b"", b"a", b"b" * 300, b"c" * 70_000]
    stream = b"".join(map(frame, sent))
    for piece in (1, 7, 1_000, len(stream)):
        frames, found = Frames(), list[bytes]()
        for at in range(0, len(stream), piece):
            found += frames.taken(stream[at : at + piece])
        frames.end()
        assert found == sent
    with pytest.raises(BadWire):
        frames.taken(b"\xff" * 8)
    cut = Frames()
    assert cut.taken(b"\x05ab") == []
    with pytest.raises(BadWire):
        cut.end()


async def test_signatures_checked_together_are_each_judged_alone(replica: Any) -> None:
    made = Consortium("vectors")
    node = await replica("one")
    await node.init("vectors", pack(made.genesis()))
    (time, enrolments), (_, second), *_ = blocks(made)
    await node.block(enrolments, time, 1)
    spoilt = second[0][:-1] + bytes([second[0][-1] ^ 1])
    together = [spoilt, b"nonsense", *second]
    verdicts = await node.together([message(8, content(1, raw)) for raw in together])
    assert [one.bytes(2) for one in verdicts] == [b"bad-signature", b"malformed", *[b"ok"] * len(second)]
    digests = [actions.read(spoilt).digest, actions.read(second[0]).digest]
    told = await node.ask(6, content(1, b"".join(digests)) + content(2, b"refused"), 7)
    assert unpack(told.bytes(7), msgspec.msgpack.Decoder(list[tuple[bytes, str]])) == [(digests[0], "bad-signature")]
