"""The evidence chain among four members: CometBFT validators on this machine, each with a replica of the contract."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yitong.ledger.consensus.client import ConsensusLedger, NodeFailed
from yitong.ledger.consensus.nodes import lay_out
from yitong.ledger.contract.actions import AdmitNode
from yitong.ledger.contract.machine import Genesis
from yitong.simulation.bench.ledger_load import CHAIN, COMMISSION, HOSPITALS, INSURER, Load

OWNERS = {"commission": COMMISSION, "insurer": INSURER, "hospital-one": HOSPITALS[0], "hospital-two": HOSPITALS[1]}
_AT_ONCE = 100
_START_S = 180
_STEPS = ("issued", "reviewed", "released", "accepted", "dispensed", "settled")


class Members:
    """Four nodes and the keys of everybody who signs."""

    def __init__(self, folder: Path, cometbft: Path) -> None:
        self.load = Load()
        self.nodes = lay_out(folder, list(OWNERS), cometbft, self._genesis)

    def _genesis(self, validators: list[bytes]) -> Genesis:
        nodes = [AdmitNode(node, owner, 10) for node, owner in zip(validators, OWNERS.values(), strict=True)]
        return self.load.genesis(None, nodes)

    def start(self) -> None:
        """Start all processes."""
        for node in self.nodes:
            node.start()

    def stop(self) -> None:
        """End all processes."""
        for node in self.nodes:
            node.stop()

    async def engines(self) -> list[ConsensusLedger]:
        """A client of every node, once it answers. Raises RuntimeError when a node ends instead, or never answers."""
        until = time.monotonic() + _START_S
        opened = [ConsensusLedger(node.address, CHAIN, patience_s=120) for node in self.nodes]
        for engine, node in zip(opened, self.nodes, strict=True):
            while True:
                if not node.running:
                    raise RuntimeError(f"the node {node.name} ended: see {node.home / 'log'}")
                if time.monotonic() > until:
                    raise RuntimeError(f"the node {node.name} did not answer in {_START_S} s: see {node.home / 'log'}")
                try:
                    await engine.height()
                    break
                except NodeFailed:
                    await asyncio.sleep(0.2)
        return opened


async def walk(members: Members, say: Callable[[str], None]) -> None:
    """One prescription, each of its steps handed in at another member's node."""
    engines = await members.engines()
    try:
        for raw in members.load.enrolments():
            await engines[0].put(raw)
        for number, (step, raw) in enumerate(zip(_STEPS, members.load.journeys(1), strict=True)):
            node = members.nodes[number % len(engines)]
            receipt = await engines[number % len(engines)].put(raw)
            say(f"{step}: {receipt.code}, block {receipt.height}, handed in at {node.name}")
    finally:
        for engine in engines:
            await engine.close()


def measure(cometbft: Path, prescriptions: int) -> dict[str, Any]:
    """Signed transactions a second through four validators, from the first handed in to the last in a block."""
    folder = Path(tempfile.mkdtemp(prefix="yitong-consensus-"))
    members = Members(folder, cometbft)
    try:
        members.start()
        return asyncio.run(_measure(members, prescriptions))
    finally:
        members.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(members: Members, prescriptions: int) -> dict[str, Any]:
    engines = await members.engines()
    try:
        await _all(engines[0], members.load.enrolments())
        await _all(engines[0], members.load.journeys(100))  # tables of the keys are made; not counted
        raws = members.load.journeys(prescriptions)
        before = await engines[0].height()
        seconds = await _all(engines[0], raws)
        return {
            "transactions": len(raws),
            "seconds": round(seconds, 3),
            "per_s": round(len(raws) / seconds, 1),
            "blocks": await engines[0].height() - before,
        }
    finally:
        for engine in engines:
            await engine.close()


async def _all(engine: ConsensusLedger, raws: list[bytes]) -> float:
    """Hand in by the hundred, in their order; the seconds until the last is in a block. Then look at every receipt.

    A block keeps the order in which transactions were handed in, so when the last one is in, all are.
    """
    start = time.perf_counter()
    digests: list[bytes] = []
    for at in range(0, len(raws), _AT_ONCE):
        digests += await engine.submit_all(raws[at : at + _AT_ONCE])
    receipts = [await engine.wait(digests[-1])]
    seconds = time.perf_counter() - start
    receipts += [await engine.wait(digest) for digest in digests[:-1]]
    refused = {one.code for one in receipts if not one.ok}
    if refused:
        raise RuntimeError(f"transactions were refused: {refused}")
    return seconds
