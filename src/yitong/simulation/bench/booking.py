"""Hold and confirm over HTTP against the database's own rate for the same transaction, one request at a time.

Both sides run on the same database in turns: pgbench with the lean SQL functions of ``lean.sql``, then the platform
over real sockets; once on many slots and once on one hot slot. Afterwards every slot is counted.
"""

import asyncio
import os
import re
import subprocess
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from yitong.booking.limits.tokens import SlotTokens, slot_token_key
from yitong.kernel.ids import new_id
from yitong.kernel.keys import sealer_of, token_key
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.settings import Settings, load_settings
from yitong.kernel.tokens import TokenSigner
from yitong.simulation.bench.grounds import KEYS, Ground, Say, WebServer, ground, web_server
from yitong.simulation.bench.load import Script, Tally, post, run_load

_HERE = Path(__file__).parent
_SLOTS_PER_DAY = 14
_MOST_PER_S = 5000  # bookings that are made ready for each second


@dataclass(frozen=True)
class Plan:
    """How the measurement is made; all of it is printed with the result."""

    seconds: float = 8.0
    rounds: int = 2
    clients: int = 64
    connections: int = 1024
    servers: int = 2
    organizations: int = 16
    departments: int = 20
    days: int = 12
    capacity: int = 6
    patients: int = 120_000
    application: str = "yitong.cli.bench:application"

    @property
    def slots(self) -> int:
        return self.organizations * self.departments * self.days * _SLOTS_PER_DAY


def bench_id(kind: int, n: int) -> UUID:
    """The id that ``bench_id`` of ``clinics.sql`` makes."""
    return UUID(f"{kind:08x}-0000-7000-8000-{n:012x}")


def run(settings: Settings, *, say: Say = lambda _: None, **options: Any) -> dict[str, Any]:
    """Measure and answer the figures. Options are the fields of :class:`Plan`."""
    plan = Plan(**options)
    with ground(say) as place:
        say("laying out a region")
        asyncio.run(_lay_out(place, plan))
        with web_server(place, plan.application, plan.servers, settings) as web:
            return _measure(place, web, plan, settings, say)


def _measure(place: Ground, web: WebServer, plan: Plan, settings: Settings, say: Say) -> dict[str, Any]:
    totals: dict[str, list[dict[str, float]]] = {}
    half = plan.slots // 2
    # A warm-up of both sides that is not counted: plans, caches and connections are made.
    _http(place, web, plan, 0, half, 1.0, 0)
    _pgbench(place, plan, half, plan.slots - half, 1.0, 0)
    for turn in range(1, plan.rounds + 1):
        for name, first, count in (("many", half, plan.slots - half), ("hot", plan.slots + 2 * turn, 1)):
            say(f"pgbench, {name}, round {turn}")
            totals.setdefault(f"pgbench_{name}", []).append(_pgbench(place, plan, first, count, plan.seconds, turn))
        for name, first, count in (("many", 0, half), ("hot", plan.slots + 2 * turn + 1, 1)):
            say(f"HTTP, {name}, round {turn}")
            totals.setdefault(f"http_{name}", []).append(_http(place, web, plan, first, count, plan.seconds, turn))
    counted = asyncio.run(_count(place))
    rates = {
        name: sum(r["done"] for r in rounds) / sum(r["seconds"] for r in rounds) for name, rounds in totals.items()
    }
    promised = round(sum(r["done"] for name in ("http_many", "http_hot") for r in totals[name]))
    return {
        "bench": "booking",
        "ratio_many": round(rates["http_many"] / rates["pgbench_many"], 3),
        "cpu_ratio_many": _cpu_ratio(totals, "many"),
        "cpu_ratio_hot": _cpu_ratio(totals, "hot"),
        "ratio_hot": round(rates["http_hot"] / rates["pgbench_hot"], 3),
        "http_per_s": round(rates["http_many"], 1),
        "pgbench_per_s": round(rates["pgbench_many"], 1),
        "http_hot_per_s": round(rates["http_hot"], 1),
        "pgbench_hot_per_s": round(rates["pgbench_hot"], 1),
        "oversold": counted["oversold"],
        "miscounted": counted["miscounted"],
        "promised": promised,
        "rounds": totals,
        "unit": "hold and confirm together, per second",
        "settings": {**asdict(plan), **counted["server"], "batch_size": settings.batch_size},
    }


def _cpu_ratio(totals: dict[str, list[dict[str, float]]], name: str) -> float:
    """How many times the CPU of one booking over HTTP (server, database and load generator) a pgbench one costs.

    Unlike the rates it does not depend on how a busy machine shares itself out: pgbench's database has a process for
    every client, the platform's a few.
    """
    spent = {
        side: sum(r[key] * r["done"] for r in totals[f"{side}_{name}"] for key in keys)
        / sum(r["done"] for r in totals[f"{side}_{name}"])
        for side, keys in (("pgbench", ("database_us", "load_us")), ("http", ("server_us", "database_us", "load_us")))
    }
    return round(spent["pgbench"] / spent["http"], 3)


async def _lay_out(place: Ground, plan: Plan) -> None:
    connection: Any = await asyncpg.connect(place.url)
    with closing(_Terminated(connection)):
        for name in ("clinics", "lean"):
            await connection.execute((_HERE / f"{name}.sql").read_text("utf-8"))
        tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
        await connection.fetchval(
            "SELECT bench_lay_out($1, $2, $3, $4, $5)",
            plan.organizations,
            plan.departments,
            plan.days,
            plan.capacity,
            tomorrow,
        )
        per = plan.departments * plan.days * _SLOTS_PER_DAY
        await connection.execute(f"CREATE TABLE lean_plan AS SELECT {per}::bigint AS per_organization")
        await _hot_slots(connection, plan)
        sealer = sealer_of(load_settings(KEYS))
        now = datetime.now(UTC)
        rows: list[tuple[Any, ...]] = []
        for n in range(plan.patients):
            patient = bench_id(5, n)
            sealed = sealer.seal(f"测量{n}", f"patient.name:{patient}")
            rows.append((patient, sealed, b"x", "female", now.date().replace(year=1990, day=1), True, "active", now))
        columns = ["id", "name_sealed", "name_hash", "sex", "birth_date", "verified", "state", "created_at"]
        await connection.copy_records_to_table("patient", records=rows, columns=columns)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")


async def _hot_slots(connection: Any, plan: Plan) -> None:
    """Two slots with room for everybody in each round, beyond the numbered ones, in sessions of their own."""
    for n in range(plan.slots, plan.slots + 2 * plan.rounds + 2):
        organization = n // (plan.departments * plan.days * _SLOTS_PER_DAY)
        await connection.execute(
            "INSERT INTO organization SELECT bench_id(1, $1), region_code, kind, 'HOT' || $1::text, name, name_en,"
            " short_name, pinyin, grade, district, address, phone, latitude, longitude, zone, active"
            " FROM organization WHERE id = bench_id(1, 0) ON CONFLICT DO NOTHING",
            organization,
        )
        for table in ("department", "healthcare_service", "practitioner_role", "location"):
            columns = [
                row[0]
                for row in await connection.fetch(
                    "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped"
                    " AND attname NOT IN ('organization_id', 'id', 'code', 'department_id') ORDER BY attnum",
                    table,
                )
            ]
            own = ", ".join(columns)
            with_department = table != "department"
            named = "department_id" if with_department else "code"
            value = "bench_id(2, $1 + 1000000)" if with_department else "'HOT' || $1::text"
            await connection.execute(
                f"INSERT INTO {table} (organization_id, id, {named}, {own})"  # noqa: S608
                f" SELECT bench_id(1, $2), bench_id(2, $1 + 1000000), {value}, {own} FROM {table}"
                " WHERE organization_id = bench_id(1, 0) AND id = bench_id(2, 0)",
                n,
                organization,
            )
        await connection.execute(
            "INSERT INTO schedule SELECT bench_id(1, $2), bench_id(3, $1 + 1000000), NULL, NULL,"
            " bench_id(2, $1 + 1000000), specialty_code, bench_id(2, $1 + 1000000), bench_id(2, $1 + 1000000),"
            " bench_id(2, $1 + 1000000), day, start_at, end_at, NULL, NULL, 1 FROM schedule"
            " WHERE organization_id = bench_id(1, 0) AND id = bench_id(3, 0)",
            n,
            organization,
        )
        await connection.execute(
            "INSERT INTO slot SELECT bench_id(1, $2), bench_id(4, $1), bench_id(3, $1 + 1000000),"
            " bench_id(2, $1 + 1000000), specialty_code, start_at, end_at, 1000000, 0, true, NULL FROM slot"
            " WHERE organization_id = bench_id(1, 0) AND id = bench_id(4, 0)",
            n,
            organization,
        )


class _Terminated:
    """Ends a connection at the end of a block."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.terminate()


def _pgbench(place: Ground, plan: Plan, first: int, count: int, seconds: float, turn: int) -> dict[str, float]:
    """Both functions one after the other by so many clients; answers pairs done and the seconds they took."""
    script = place.folder / "pair.sql"
    # Every client walks through all places, each place once, spread over the slots.
    script.write_text(
        "\\set n :n + 1\n"
        f"\\set place :base + :n * {plan.clients} + :client_id\n"
        f"\\set slot {first} + (:place * 7919) % {count}\n"
        "SELECT lean_hold(:slot, :place) AS id \\gset\n"
        "SELECT lean_confirm(:slot, :id);\n"
    )
    before = place.database_cpu()
    command = [str(place.server.bin_dir / "pgbench"), "-n", "-M", "prepared", "-c", str(plan.clients), "-j", "2"]
    command += [
        "-T",
        str(max(1, round(seconds))),
        "-f",
        str(script),
        "-D",
        "n=0",
        "-D",
        f"base={turn * 1_000_000}",
        place.url,
    ]
    own = os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds * 5 + 60)
    spent = os.times()
    pairs = re.search(r"number of transactions actually processed: (\d+)", done.stdout)
    tps = re.search(r"tps = ([\d.]+) \(without initial connection time\)", done.stdout)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if done.returncode or not pairs or not tps or (failed and int(failed[1])):
        raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]}{done.stdout[-500:]}")
    cpu = place.database_cpu() - before
    number = int(pairs[1])
    return {
        "done": number,
        "seconds": number / float(tps[1]),
        "database_us": round(cpu / number * 1e6, 1),
        "load_us": round(
            (spent.children_user + spent.children_system - own.children_user - own.children_system) / number * 1e6, 1
        ),
    }


def _http(
    place: Ground, web: WebServer, plan: Plan, first: int, count: int, seconds: float, turn: int
) -> dict[str, float]:
    """The same pairs over HTTP."""
    database, server = place.database_cpu(), web.cpu()
    tally: Tally = run_load(web.port, pairs, (plan, first, count, turn), plan.connections, seconds)
    if not tally.done:
        raise RuntimeError(f"nothing was booked over HTTP: {tally.problems}")
    latencies = sorted(tally.latencies)
    return {
        "done": tally.done,
        "seconds": tally.seconds,
        "refused": tally.failed,
        "server_us": round((web.cpu() - server) / tally.done * 1e6, 1),
        "database_us": round((place.database_cpu() - database) / tally.done * 1e6, 1),
        "load_us": round(tally.cpu_s / tally.done * 1e6, 1),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 2),
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 2),
    }


def pairs(plan: Plan, first: int, count: int, turn: int) -> Iterator[Script]:
    """Scripts that each hold a place and confirm it, by citizens with tokens of their own."""
    keys = load_settings(KEYS)
    signer = TokenSigner(token_key(keys))
    shown = SlotTokens(slot_token_key(sealer_of(keys)))
    until = datetime.now(UTC) + timedelta(hours=2)
    per_organization = plan.departments * plan.days * _SLOTS_PER_DAY
    tokens: list[str] = []
    for n in range(plan.patients):
        actor = Actor(ActorKind.CITIZEN, bench_id(6, n), (RoleAt(Role.PATIENT),), (bench_id(5, n),), bench_id(7, n))
        tokens.append(signer.sign(actor, until))
    share = -(-count // (plan.rounds + 1))  # every round has slots of its own

    # Every measurement has people of its own, so that nobody runs into the limits of a person.
    offset = (2 * turn + (count == 1)) * plan.patients // (2 * plan.rounds + 2)

    def numbers() -> Iterator[tuple[int, int]]:
        """Slot and patient of each booking."""
        if count == 1:
            yield from ((first, (offset + n) % plan.patients) for n in range(plan.patients))
            return
        mine = range(first + turn * share, min(first + (turn + 1) * share, first + count))
        places = (mine[k * 7919 % len(mine)] for _ in range(plan.capacity) for k in range(len(mine)))
        yield from ((slot, (offset + n) % plan.patients) for n, slot in enumerate(places))

    # Written before the clock runs: the generator shares the machine with what it measures.
    ready = [
        _asks(shown, slot, patient, slot // per_organization, tokens[patient])
        for slot, patient in islice(numbers(), round(plan.seconds * _MOST_PER_S))
    ]
    return (_pair(*asks) for asks in ready)


def _asks(shown: SlotTokens, slot: int, patient: int, organization: int, token: str) -> tuple[bytes, str, bytes]:
    """What the app sends when somebody takes a place: with the token of the slot it was shown."""
    organization_id = bench_id(1, organization)
    body = (
        f'{{"organization_id":"{organization_id}","slot_id":"{bench_id(4, slot)}",'
        f'"patient_id":"{bench_id(5, patient)}"}}'
    )
    signed = f"authorization: Bearer {token}\r\n"
    slot_token = shown.make(bench_id(4, slot), bench_id(7, patient).bytes, datetime.now(UTC))
    headers = f"{signed}x-slot-token: {slot_token}\r\nidempotency-key: {new_id()}\r\n"
    return post("/api/holds", headers, body.encode()), signed, f'{{"organization_id":"{organization_id}"}}'.encode()


def _pair(hold: bytes, signed: str, body: bytes) -> Generator[bytes, tuple[int, bytes], None]:
    """Hold, then confirm what was held."""
    status, answer = yield hold
    if status == 201:
        yield post(f"/api/appointments/{answer[7:43].decode()}/confirm", signed, body)


async def _count(place: Ground) -> dict[str, Any]:
    """Count every slot's occupants; answers the places sold twice, the slots whose count is wrong and the settings."""
    connection: Any = await asyncpg.connect(place.url)
    with closing(_Terminated(connection)):
        row = await connection.fetchrow(
            "SELECT coalesce(sum(greatest(0, c.n - s.capacity)), 0)::int AS oversold,"
            " count(*) FILTER (WHERE s.taken <> c.n OR s.open <> (c.n < s.capacity))::int AS miscounted"
            " FROM slot AS s CROSS JOIN LATERAL (SELECT (SELECT count(*) FROM appointment AS a"
            " WHERE a.organization_id = s.organization_id AND a.slot_id = s.id"
            " AND a.state NOT IN ('cancelled', 'expired'))"
            " + (SELECT count(*) FROM returning_place AS r WHERE r.organization_id = s.organization_id"
            " AND r.slot_id = s.id AND r.state = 'waiting') AS n) AS c"
        )
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        server = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in names}
    return {"oversold": row["oversold"], "miscounted": row["miscounted"], "server": server}
