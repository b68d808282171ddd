"""The evidence chain: signed transactions a second through the embedded engine, and byte flips found in its exports."""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import asyncpg

from yitong.kernel.clock import SystemClock
from yitong.kernel.crypto import SM2PrivateKey, sm3
from yitong.kernel.crypto.sm2_batch import BatchVerifier, Check
from yitong.kernel.database import Database
from yitong.kernel.settings import Settings
from yitong.ledger.consensus.nodes import NoCometBFT, program
from yitong.ledger.contract.records import PartRecord, decode, part_key
from yitong.ledger.embedded import EmbeddedLedger, found_ledger, open_ledger
from yitong.ledger.engine import Receipt
from yitong.ledger.evidence import chain_file, package, printing
from yitong.ledger.evidence.verifying import verify
from yitong.simulation.bench.grounds import Ground, Say, cpu_of, ground
from yitong.simulation.bench.ledger_consensus import measure
from yitong.simulation.bench.ledger_load import PHARMACIES, Load

_RACES_AT_ONCE = 20
_LATEST_S = 0.25


@dataclass(frozen=True)
class Plan:
    """How the measurement is made; all of it is printed with the result."""

    prescriptions: int = 2_500
    rounds: int = 3
    processes: int = 1
    races: int = 1_000
    flips: int = 10_000
    flip_prescriptions: int = 8
    flip_processes: int = 2
    seed: int = 20261122
    cometbft: str = ""
    consensus_prescriptions: int = 500


def run(settings: Settings, *, say: Say = lambda _: None, **options: Any) -> dict[str, Any]:
    """Measure and answer the figures. Options are the fields of :class:`Plan`."""
    plan = Plan(**options)
    rounds: list[dict[str, Any]] = []
    with ground(say) as place:
        for number in range(plan.rounds):
            say(f"embedded engine, round {number + 1}")
            rounds.append(asyncio.run(_embedded(place, plan, say)))
            say(f"{rounds[-1]['per_s']} signed transactions a second, {rounds[-1]['cpu_us']} µs of CPU each")
        say(f"{plan.races} races of two pharmacies, at the engine that writes and at one that hands in")
        winners = asyncio.run(_races(place, plan))
        say(f"{winners} of {plan.races} races had exactly one winner")
        say("exports to flip bytes in")
        chain, evidence, document = asyncio.run(_exports(place, plan))
        server = asyncio.run(_server(place))
    say("one signature after another, natively")
    single = _native_per_s()
    say(f"{single:.0f} a second")
    say(f"flipping {plan.flips} bytes")
    flips = _flip_all(plan, chain, evidence, document, say)
    consensus = _consensus(plan, say)
    done = sum(one["transactions"] for one in rounds)
    per_s = done / sum(one["seconds"] for one in rounds)
    return {
        "bench": "ledger",
        "embedded_per_s": round(per_s, 1),
        "consensus_per_s": consensus["per_s"] if consensus else None,
        "consensus": consensus,
        "native_verify_per_s": round(single, 1),
        "ratio_native": round(per_s / single, 2),
        "races": plan.races,
        "race_winners": winners,
        **flips,
        "rounds": rounds,
        "unit": "signed transactions a second from the first submitted to the last written, each signature checked",
        "settings": {**asdict(plan), **server, "export_bytes": len(chain), "package_bytes": len(evidence)},
    }


def _consensus(plan: Plan, say: Say) -> dict[str, Any] | None:
    """Four validators on this machine, where CometBFT was built; None elsewhere, and said so."""
    try:
        found = program(Path(plan.cometbft) if plan.cometbft else None)
    except NoCometBFT as error:
        say(str(error))
        return None
    say("four validators")
    return measure(found, plan.consensus_prescriptions)


async def _clear(place: Ground) -> None:
    connection: Any = await asyncpg.connect(place.url)
    try:
        await connection.execute(
            "TRUNCATE ledger_transaction, ledger_block, ledger_snapshot, ledger_inbox, ledger_writer"
        )
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _embedded(place: Ground, plan: Plan, say: Say) -> dict[str, Any]:
    """Whole ways of prescriptions, signed beforehand, handed in as fast as they are taken."""
    await _clear(place)
    load = Load()
    say("signing")
    begun, raws = load.enrolments(), load.journeys(plan.prescriptions)
    database = Database(place.url)
    sealer = SM2PrivateKey.generate()
    await found_ledger(database, load.genesis(sealer), sealer)
    engine = await open_ledger(database, SystemClock(), sealer, processes=plan.processes)
    try:
        await _all(engine, begun)
        await _all(engine, raws[:1_500])  # tables of the keys and plans of the database are made; not counted
        counted = raws[1_500:]
        before = engine.header.height
        cpu, start = cpu_of(os.getpid()), time.perf_counter()
        await _all(engine, counted)
        seconds = time.perf_counter() - start
        return {
            "transactions": len(counted),
            "seconds": round(seconds, 3),
            "per_s": round(len(counted) / seconds, 1),
            "blocks": engine.header.height - before,
            "cpu_us": round((cpu_of(os.getpid()) - cpu) / len(counted) * 1e6, 1),
        }
    finally:
        await engine.close()
        await database.close()


async def _races(place: Ground, plan: Plan) -> int:
    """Two pharmacies accept the same part at once, at the engine that writes and at one that hands in.

    Answers how many races had exactly one winner, which the state names as the holder.
    """
    await _clear(place)
    load, won = Load(), 0
    database = Database(place.url)
    sealer = SM2PrivateKey.generate()
    await found_ledger(database, load.genesis(sealer), sealer)
    writer = await open_ledger(database, SystemClock(), sealer)
    other = await open_ledger(database, SystemClock(), sealer, writes=False)
    try:
        await _all(writer, load.enrolments())
        chance = random.Random(plan.seed)
        for first in range(0, plan.races, _RACES_AT_ONCE):
            races = [load.race() for _ in range(min(_RACES_AT_ONCE, plan.races - first))]
            await _all(writer, [raw for race in races for raw in race.begun])
            # Turn about; the writer's own side starts late by chance, for the way through the database is longer.
            ways = (writer, other) if first // _RACES_AT_ONCE % 2 else (other, writer)
            late = chance.uniform(0, _LATEST_S)
            sides = [[race.accepted[side] for race in races] for side in range(2)]
            asked = [_in_turn(way, side, late if way is writer else 0) for way, side in zip(ways, sides, strict=True)]
            receipts = zip(*await asyncio.gather(*asked), strict=True)
            for race, answers in zip(races, receipts, strict=True):
                winners = [holder for holder, one in zip(PHARMACIES, answers, strict=True) if one.ok]
                value = (await other.query(part_key(race.prescription, 1))).value
                won += value is not None and winners == [decode(PartRecord, value).holder]
        return won
    finally:
        await other.close()
        await writer.close()
        await database.close()


async def _in_turn(engine: EmbeddedLedger, raws: Sequence[bytes], late: float) -> list[Receipt]:
    await asyncio.sleep(late)
    digests = [await engine.submit(raw) for raw in raws]
    return list(await asyncio.gather(*map(engine.wait, digests)))


async def _all(engine: EmbeddedLedger, raws: Sequence[bytes]) -> None:
    digests = [await engine.submit(raw) for raw in raws]
    receipts = await asyncio.gather(*(engine.wait(digest) for digest in digests))
    refused = {one.code for one in receipts if not one.ok}
    if refused:
        raise RuntimeError(f"transactions were refused: {refused}")


async def _exports(place: Ground, plan: Plan) -> tuple[bytes, bytes, bytes]:
    """A small chain written whole, and one prescription of it with its readable page."""
    await _clear(place)
    load = Load()
    database = Database(place.url)
    sealer = SM2PrivateKey.generate()
    await found_ledger(database, load.genesis(sealer), sealer)
    engine = await open_ledger(database, SystemClock(), sealer)
    try:
        await _all(engine, load.enrolments())
        for _ in range(plan.flip_prescriptions):
            await _all(engine, load.journeys(1))
        chain = b"".join([line async for line in chain_file.written(engine.genesis, engine.blocks(0))])
        gathered = await package.gathered(engine, load.last_prescription)
        document = printing.pdf(gathered, "Asia/Shanghai")
        return chain, package.written(gathered, ("evidence.pdf", document)), document
    finally:
        await engine.close()
        await database.close()


def _native_per_s(seconds: float = 2.0) -> float:
    """The limit that one core has when it checks one signature after another in the native library."""
    key = SM2PrivateKey.generate()
    signed = [(message := os.urandom(200), key.sign(message)) for _ in range(100)]
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for message, signature in signed:
            if not key.public_key.verify(message, signature):
                raise RuntimeError("an honest signature did not hold")
        done += len(signed)
    return done / spent


def _flip_all(plan: Plan, chain: bytes, evidence: bytes, document: bytes, say: Say) -> dict[str, int]:
    for one, other in ((chain, None), (evidence, document)):
        if verify(one, other).fault is not None:
            raise RuntimeError("an untouched export did not verify")
    chance = random.Random(plan.seed)
    total = len(chain) + len(evidence) + len(document)
    flips = [(chance.randrange(total), chance.randrange(1, 256)) for _ in range(plan.flips)]
    share = -(-len(flips) // (plan.flip_processes * 4))
    parts = [(flips[n : n + share], chain, evidence, document) for n in range(0, len(flips), share)]
    with ProcessPoolExecutor(plan.flip_processes, mp_context=get_context("spawn")) as pool:
        results: list[tuple[int, int]] = []
        for number, result in enumerate(pool.map(flip_some, parts), start=1):
            results.append(result)
            tried = min(number * share, len(flips))
            say(f"{sum(one[0] for one in results)} of {tried} flips found, {sum(one[1] for one in results)} named")
    found, named = sum(one[0] for one in results), sum(one[1] for one in results)
    return {"flips": plan.flips, "flips_found": named, "flips_missed": plan.flips - found, "misnamed": found - named}


def flip_some(work: tuple[list[tuple[int, int]], bytes, bytes, bytes]) -> tuple[int, int]:
    """How many flips were found, and how many of these were named by the very line that was changed."""
    flips, *files = work
    memory = _Remembered()
    found = named = 0
    for at, flip in flips:
        changed = list(files)
        number = 0
        while at >= len(changed[number]):
            at -= len(changed[number])
            number += 1
        content = bytearray(changed[number])
        content[at] ^= flip
        changed[number] = bytes(content)
        line = 0 if number == 2 else files[number].count(b"\n", 0, at) + 1
        verdict = verify(changed[0], holds=memory.holds) if number == 0 else verify(*changed[1:], holds=memory.holds)
        found += verdict.fault is not None
        named += verdict.fault is not None and verdict.fault.line == line
    return found, named


class _Remembered:
    """Checks each signature once: ten thousand copies of an export share all of them but one."""

    def __init__(self) -> None:
        self._verifier = BatchVerifier()
        self._known: dict[bytes, bool] = {}

    def holds(self, checks: Sequence[Check]) -> list[bool]:
        names = [sm3(one.key.raw + one.signature + one.message) for one in checks]
        new = {name: one for name, one in zip(names, checks, strict=True) if name not in self._known}
        self._known.update(zip(new, self._verifier.verify(list(new.values())), strict=True))
        return [self._known[name] for name in names]


async def _server(place: Ground) -> dict[str, str]:
    connection: Any = await asyncpg.connect(place.url)
    try:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in names}
    finally:
        await connection.close()
