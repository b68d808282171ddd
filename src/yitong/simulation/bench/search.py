"""Searching a province over HTTP at a steady rate, against the CPU that the bare SQL statement costs.

A specialty within seven days over all hospitals, half of the searches by time and half by distance, the first fifty.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from yitong.booking.queries.search import Wish, statement
from yitong.kernel.database import AS_WRITTEN
from yitong.kernel.settings import Settings
from yitong.simulation.bench.grounds import Ground, Say, ground, web_server
from yitong.simulation.bench.load import Script, Tally, get, run_load

_HERE = Path(__file__).parent
_SLOTS_PER_DAY = 14
# Rows and indexes are loaded without a log of them and the indexes by both cores; searching writes nothing.
_LOADING = {
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_parallel_maintenance_workers": "2",
}


@dataclass(frozen=True)
class Plan:
    """How the measurement is made; all of it is printed with the result."""

    hospitals: int = 200
    slots: int = 9_000_000
    departments: int = 20
    per_s: float = 200.0
    seconds: float = 10.0
    rounds: int = 5
    connections: int = 32
    servers: int = 2
    bare: int = 1000
    application: str = "yitong.cli.bench:application"

    @property
    def days(self) -> int:
        """As many days as make about ``slots`` slots."""
        return max(8, round(self.slots / (self.hospitals * self.departments * _SLOTS_PER_DAY)))


def run(settings: Settings, *, say: Say = lambda _: None, **options: Any) -> dict[str, Any]:
    """Measure and answer the figures. Options are the fields of :class:`Plan`."""
    plan = Plan(**options)
    first = (datetime.now(UTC) + timedelta(days=1)).date()
    with ground(say, _LOADING) as place:
        say(f"laying out {plan.hospitals} hospitals with about {plan.slots} slots")
        began = time.perf_counter()
        made = asyncio.run(_lay_out(place, plan, first))
        lay_out_s = time.perf_counter() - began
        with web_server(place, plan.application, plan.servers, settings) as web:
            say("warming up")
            run_load(web.port, searches, (plan, first, 1), plan.connections, plan.seconds, plan.per_s / 2)
            server, database = web.cpu(), place.database_cpu()
            tallies: list[Tally] = []
            stolen: list[float] = []
            for number in range(1, plan.rounds + 1):
                say(f"{plan.per_s:g} searches a second over HTTP, round {number}")
                before = _host_cpu()
                given = (plan, first, 1 + number)
                tallies.append(run_load(web.port, searches, given, plan.connections, plan.seconds, plan.per_s))
                stolen.append(_share_stolen(before, _host_cpu()))
            done = max(1, sum(one.done for one in tallies))
            http_cpu = (web.cpu() - server + place.database_cpu() - database) / done
            server_cpu = (web.cpu() - server) / done
        say("the bare statement over one connection")
        bare = asyncio.run(_bare(place, plan, first))
        facts = asyncio.run(_facts(place))
    rounds = [_round(tally, share) for tally, share in zip(tallies, stolen, strict=True)]
    return {
        "bench": "search",
        "p99_ms": median(one["p99_ms"] for one in rounds),
        "cpu_ratio": round(http_cpu / bare["cpu_s"], 3),
        "p50_ms": median(one["p50_ms"] for one in rounds),
        "searches": sum(one.done for one in tallies),
        "per_s": round(sum(one.done for one in tallies) / sum(one.seconds for one in tallies), 1),
        "rounds": rounds,
        "unit": "p99_ms and p50_ms are the middle round's; stolen is the share of the CPU that the host took away",
        "http_cpu_us": round(http_cpu * 1e6, 1),
        "server_cpu_us": round(server_cpu * 1e6, 1),
        "bare_cpu_us": round(bare["cpu_s"] * 1e6, 1),
        "bare_p99_ms": round(bare["p99_ms"], 2),
        "slots": made,
        "lay_out_s": round(lay_out_s, 1),
        "database_mb": int(facts.pop("database_mb")),
        "settings": {**asdict(plan), "days": plan.days, **facts},
    }


def _round(tally: Tally, stolen: float) -> dict[str, float]:
    if not tally.done or tally.failed:
        raise RuntimeError(f"searches failed: {tally.problems}")
    times = sorted(tally.latencies)
    return {
        "p99_ms": round(times[len(times) * 99 // 100] * 1000, 2),
        "p50_ms": round(times[len(times) // 2] * 1000, 2),
        "per_s": round(tally.done / tally.seconds, 1),
        "stolen": round(stolen, 4),
    }


def _host_cpu() -> list[int]:
    """What the machine's CPUs did so far, in ticks: user, nice, system, idle, wait, interrupts, soft ones, stolen."""
    return [int(field) for field in Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]]


def _share_stolen(before: list[int], after: list[int]) -> float:
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return spent[7] / max(1, sum(spent))


async def _lay_out(place: Ground, plan: Plan, first: date) -> int:
    connection: Any = await asyncpg.connect(place.url)
    with closing(_Ended(connection)):
        await connection.execute((_HERE / "clinics.sql").read_text("utf-8"))
        # Indexes are built after the rows: minutes instead of hours for a province.
        indexes = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'slot' AND indexname <> 'pk_slot'"
        )
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['indexname']}")
        # Nobody plans sessions here; the constraints that keep them apart are half of the loading time.
        for name in await connection.fetch(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'schedule'::regclass AND contype = 'x'"
        ):
            await connection.execute(f"ALTER TABLE schedule DROP CONSTRAINT {name['conname']}")
        # A third of the places is gone, as on an ordinary day.
        made = await connection.fetchval(
            "SELECT bench_lay_out($1, $2, $3, 4, $4, 3)", plan.hospitals, plan.departments, plan.days, first
        )
        await connection.execute("SET maintenance_work_mem = '1GB'")
        for index in indexes:
            await connection.execute(index["indexdef"])
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    return made


class _Ended:
    """Ends a connection at the end of a block."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.terminate()


def _wishes(plan: Plan, first: date, seed: int) -> Iterator[tuple[str, date, float, float, str]]:
    """Specialty, first day, latitude, longitude and order of one search after another."""
    chance = random.Random(seed)
    while True:
        day = first + timedelta(days=chance.randrange(max(1, plan.days - 7)))
        place = (round(39.5 + chance.random(), 4), round(116 + chance.random(), 4))
        yield f"S{chance.randrange(plan.departments)}", day, *place, chance.choice(("time", "distance"))


def searches(plan: Plan, first: date, seed: int) -> Iterator[Script]:
    """One search after another as scripts of a load generator."""
    for specialty, day, latitude, longitude, order in _wishes(plan, first, seed):
        query = f"specialty={specialty}&from={day}&to={day + timedelta(days=6)}&sort={order}&limit=50"
        if order == "distance":
            query += f"&latitude={latitude}&longitude={longitude}"
        yield _one(query)


def _one(query: str) -> Script:
    status, body = yield get(f"/api/slots/search?{query}")
    if status == 200 and len(json.loads(body)["items"]) != 50:
        raise RuntimeError(f"a search found {len(json.loads(body)['items'])} places instead of 50: {query}")


async def _bare(place: Ground, plan: Plan, first: date) -> dict[str, float]:
    """The same searches as bare SQL over one connection: CPU seconds of client and database each, p99."""
    connection: Any = await asyncpg.connect(place.url, server_settings=AS_WRITTEN)
    times: list[float] = []
    with closing(_Ended(connection)):
        cpu, database = 0.0, 0.0
        wishes = _wishes(plan, first, 2)
        for number in range(plan.bare + 50):
            if number == 50:  # after a warm-up
                cpu, database = time.process_time(), place.database_cpu()
            specialty, day, latitude, longitude, order = next(wishes)
            start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
            near = order == "distance"
            wish = Wish(
                first=start,
                last=start + timedelta(days=7),
                specialty=specialty,
                latitude=latitude if near else None,
                longitude=longitude if near else None,
                order="distance" if near else "time",
            )
            sql, values = statement(wish, datetime.now(UTC))
            began = time.perf_counter()
            rows = await connection.fetch(sql, *values)
            if number >= 50:
                times.append(time.perf_counter() - began)
            if len(rows) != 50:
                raise RuntimeError(f"the bare statement found {len(rows)} places instead of 50")
        spent = time.process_time() - cpu + place.database_cpu() - database
    return {"cpu_s": spent / plan.bare, "p99_ms": sorted(times)[len(times) * 99 // 100] * 1000}


async def _facts(place: Ground) -> dict[str, str]:
    connection: Any = await asyncpg.connect(place.url)
    with closing(_Ended(connection)):
        names = ("server_version", "shared_buffers", "jit", "max_parallel_workers_per_gather")
        found = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in names}
        size = await connection.fetchval("SELECT pg_database_size(current_database()) / 1000000")
        return {**found, "database_mb": str(size)}
