"""A flash crowd against two server processes, one of which is killed, and the same with the protection taken away.

Twenty thousand patients send a hundred thousand requests for a thousand places; one connection in fifty breaks in the
middle. Afterwards every promise is looked up and every place counted. The control runs the same crowd on a database
whose slots are neither locked nor checked: if it does not oversell, the whole measurement has proved nothing.
"""

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psutil

from yitong.kernel.ids import new_id
from yitong.kernel.keys import sealer_of, token_key
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.settings import Settings, load_settings
from yitong.kernel.tokens import TokenSigner
from yitong.simulation.bench.booking import bench_id
from yitong.simulation.bench.crowd import Crowd, Person, Seen, Storm
from yitong.simulation.bench.grounds import KEYS, Ground, Say, WebServer, ground, web_server

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Plan:
    """How the measurement is made; all of it is printed with the result."""

    patients: int = 20_000
    requests_each: int = 5
    places: int = 1000
    departments: int = 5
    servers: int = 2
    connections: int = 400
    cut_every: int = 50
    kill_after_s: float = 4.0
    tries: int = 25
    control_patients: int = 4_000
    together: bool = False  # everybody wishes for the places in the same order
    seed: int = 1
    application: str = "yitong.cli.bench:application"

    @property
    def slots(self) -> int:
        return self.departments * 14


def run(settings: Settings, *, say: Say = lambda _: None, **options: Any) -> dict[str, Any]:
    """Measure and answer the figures. Options are the fields of :class:`Plan`."""
    plan = Plan(**options)
    protected = _scene(plan, settings, say, plan.patients, protected=True)
    # Everybody wants the earliest place that is left: both servers fill the same slot at the same time. Unprotected
    # batches over several slots mostly end in a deadlock, which hides the race instead of showing it.
    rougher = replace(plan, departments=1, requests_each=14, together=True)
    control = _scene(rougher, settings, say, plan.control_patients, protected=False)
    seen: Seen = protected["seen"]
    latencies = sorted(seen.latencies)
    return {
        "bench": "flash",
        "oversold": protected["oversold"],
        "missing": protected["missing"],
        "unanswered": seen.unanswered,
        "changed_answers": seen.changed_minds,
        "control_oversold": control["oversold"],
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 1),
        "requests": seen.requests,
        "answers_per_s": round(seen.answered / seen.seconds, 1),
        "seconds": round(seen.seconds, 2),
        "cut": seen.cut,
        "repeated": seen.repeated,
        "waited_in_line": seen.waited,
        "workers_killed": protected["killed"],
        "promised": len(seen.booked),
        "places": plan.places,
        "gone_by_second": _by_second(seen.booked_at),
        "refusals": dict(sorted(seen.codes.items())),
        "control": {"promised": len(control["seen"].booked), "requests": control["seen"].requests},
        "settings": {**asdict(plan), **protected["server"]},
    }


def _by_second(moments: list[float]) -> list[int]:
    """How many places were promised by the end of each second."""
    if not moments:
        return []
    return [sum(one < second + 1 for one in moments) for second in range(int(max(moments)) + 1)]


def _scene(plan: Plan, settings: Settings, say: Say, patients: int, *, protected: bool) -> dict[str, Any]:
    with ground(say) as place:
        say("laying out the clinic" if protected else "the control: laying out the clinic without its protection")
        asyncio.run(_lay_out(place, plan, patients, protected=protected))
        with web_server(place, plan.application, plan.servers, settings) as web:
            storm = Storm(plan.connections, plan.cut_every if protected else 0, plan.tries, plan.requests_each)
            crowd = Crowd(web.port, people, (plan, patients), storm, plan.seed)
            say("the crowd comes")
            crowd.start()
            killed = _kill_one(web, plan.kill_after_s) if protected else 0
            seen = crowd.seen()
        return {"seen": seen, "killed": killed, **asyncio.run(_count(place, seen))}


def _kill_one(web: WebServer, after_s: float) -> int:
    """Kill a server process without warning; answers how many died. The supervisor starts another."""
    time.sleep(after_s)
    workers = [
        child
        for child in psutil.Process(web.process.pid).children()
        if any("spawn_main" in part for part in child.cmdline())
    ]
    for worker in workers[:1]:
        worker.send_signal(signal.SIGKILL)
    return len(workers[:1])


def people(plan: Plan, patients: int) -> Iterator[Person]:
    """The crowd; its wishes are in a random order that the seed fixes, or in the same order for all."""
    signer = TokenSigner(token_key(load_settings(KEYS)))
    until = datetime.now(UTC) + timedelta(hours=2)
    chance = random.Random(plan.seed)
    organization = str(bench_id(1, 0))
    found: list[Person] = []
    for n in range(patients):
        actor = Actor(ActorKind.CITIZEN, bench_id(6, n), (RoleAt(Role.PATIENT),), (bench_id(5, n),), bench_id(7, n))
        count = min(plan.requests_each, plan.slots)
        slots = range(count) if plan.together else chance.sample(range(plan.slots), count)
        wishes = tuple((str(bench_id(4, slot)), str(new_id())) for slot in slots)
        found.append(Person(signer.sign(actor, until), organization, str(bench_id(5, n)), wishes))
    return iter(found)


async def _lay_out(place: Ground, plan: Plan, patients: int, *, protected: bool) -> None:
    connection: Any = await asyncpg.connect(place.url)
    with closing(_Terminated(connection)):
        await connection.execute((_HERE / "clinics.sql").read_text("utf-8"))
        day = (datetime.now(UTC) + timedelta(days=2)).date()
        await connection.fetchval("SELECT bench_lay_out(1, $1, 1, 1, $2)", plan.departments, day)
        await connection.execute(
            "UPDATE slot SET capacity = $1 / n.slots + CASE WHEN n.place <= $1 % n.slots THEN 1 ELSE 0 END"
            " FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS slots FROM slot) AS n"
            " WHERE slot.id = n.id",
            plan.places,
        )
        sealer = sealer_of(load_settings(KEYS))
        now = datetime.now(UTC)
        rows: list[tuple[Any, ...]] = []
        for n in range(patients):
            patient = bench_id(5, n)
            sealed = sealer.seal(f"测量{n}", f"patient.name:{patient}")
            rows.append((patient, sealed, b"x", "female", now.date().replace(year=1990, day=1), True, "active", now))
        columns = ["id", "name_sealed", "name_hash", "sex", "birth_date", "verified", "state", "created_at"]
        await connection.copy_records_to_table("patient", records=rows, columns=columns)
        if not protected:
            await _unprotect(connection)
        await connection.execute("VACUUM ANALYZE")


async def _unprotect(connection: Any) -> None:
    """Take away what protects a slot: its lock and its check. Raises RuntimeError when the lock is not found."""
    source = (files("yitong.booking") / "sql" / "hold_batch.sql").read_text("utf-8")
    function = source[source.index("CREATE FUNCTION booking_hold_batch") :].replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1
    )
    lock = "        FOR NO KEY UPDATE OF s\n"
    if function.count(lock) != 1:
        raise RuntimeError("the control cannot find the lock that it should take away")
    await connection.execute(function.replace(lock, ""))
    await connection.execute("ALTER TABLE slot DROP CONSTRAINT ck_slot_never_oversold")


class _Terminated:
    """Ends a connection at the end of a block."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.terminate()


async def _count(place: Ground, seen: Seen) -> dict[str, Any]:
    """Places sold twice, promises that are not there, and the server's settings."""
    connection: Any = await asyncpg.connect(place.url)
    with closing(_Terminated(connection)):
        oversold = await connection.fetchval(
            "SELECT coalesce(sum(greatest(0, c.n - s.capacity)), 0)::int FROM slot AS s CROSS JOIN LATERAL (SELECT"
            " count(*) AS n FROM appointment AS a WHERE a.organization_id = s.organization_id AND a.slot_id = s.id"
            " AND a.state NOT IN ('cancelled', 'expired')) AS c"
        )
        there = await connection.fetchval(
            "SELECT count(*) FROM appointment WHERE state = 'booked' AND number IS NOT NULL AND id = ANY ($1)",
            [UUID(one) for one in seen.booked],
        )
        known = await connection.fetchval(
            "SELECT count(*) FROM appointment WHERE id = ANY ($1)", [UUID(one) for one in seen.held]
        )
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        server = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in names}
    return {"oversold": oversold, "missing": len(seen.booked) - there + len(seen.held) - known, "server": server}
