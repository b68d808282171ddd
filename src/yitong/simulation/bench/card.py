"""Health-card codes: how many a terminal checks offline on one core, how many a server checks over HTTP, and whether
anybody gets through with a code that was used before."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from yitong.identity.rules.card_codes import CodeKeys, OfflineVerifier, ecard_id, key_day_of
from yitong.identity.rules.documents import Document, IdKind
from yitong.identity.service.card_keys import card_number, code_keys
from yitong.identity.service.registration import Person, identifier_hash, patient_row
from yitong.kernel.crypto import Sealer
from yitong.kernel.keys import sealer_of, token_key
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.problems import Problem
from yitong.kernel.settings import Settings, load_settings
from yitong.kernel.tokens import TokenSigner
from yitong.simulation.bench.grounds import KEYS, Ground, Say, WebServer, ground, web_server
from yitong.simulation.bench.load import Script, Tally, post, run_load

HOSPITAL = UUID("00000001-0000-7000-8000-000000000000")
_KIOSK = UUID("00000002-0000-7000-8000-000000000000")
_REPLAYED = "card-code-replayed"


@dataclass(frozen=True)
class Plan:
    """How the measurement is made; all of it is printed with the result."""

    seconds: float = 8.0
    rounds: int = 3
    connections: int = 384
    servers: int = 2
    cards: int = 5_000
    offline_codes: int = 60_000
    replayed_codes: int = 500
    replays: int = 16
    application: str = "yitong.cli.bench:application"


def run(settings: Settings, *, say: Say = lambda _: None, **options: Any) -> dict[str, Any]:
    """Measure and answer the figures. Options are the fields of :class:`Plan`."""
    plan = Plan(**options)
    say("checking codes offline")
    offline = _offline(plan)
    with ground(say) as place:
        say("issuing cards")
        asyncio.run(_lay_out(place, plan))
        with web_server(place, plan.application, plan.servers, settings) as web:
            _load(web, plan, fresh, 1.0)  # plans, caches and connections are made; not counted
            rounds: list[dict[str, Any]] = []
            for turn in range(1, plan.rounds + 1):
                say(f"checking codes over HTTP, round {turn}")
                rounds.append(_http(place, web, plan))
            say("sending used codes again")
            attack = _load(web, plan, replayed, 60.0)
        counted = asyncio.run(_count(place))
    # A code that let somebody in twice shows in the load generator's count and, however it got in, in the events.
    accepted = max(attack.done - plan.replayed_codes, 0) + counted["events"] - counted["used_codes"]
    own = code_keys(sealer_of(load_settings(KEYS)), load_settings(KEYS))
    return {
        "bench": "card",
        "offline_per_s": round(median(one["per_s"] for one in offline), 1),
        "http_per_s": round(sum(r["done"] for r in rounds) / sum(r["seconds"] for r in rounds), 1),
        "replays_accepted": accepted + sum(one["replays_accepted"] for one in offline),
        "replays_sent": sum(one["replays_sent"] for one in offline) + plan.replayed_codes * (plan.replays - 1),
        "replays_refused_over_http": attack.problems.get(_REPLAYED, 0),
        "offline_rounds": offline,
        "http_rounds": rounds,
        "unit": "codes checked a second; offline on one core, signature, window and replay included",
        "settings": {
            **asdict(plan),
            **counted["server"],
            "window_s": own.window_s,
            "skew_s": own.skew_s,
        },
    }


def _offline(plan: Plan) -> list[dict[str, Any]]:
    """A terminal's work: every code once, timed; then every code again, none of which may pass."""
    rounds: list[dict[str, Any]] = []
    now = datetime.now(UTC)
    keys = CodeKeys(bytes(range(32)), "110000", window_s=300, skew_s=30)
    cards = [ecard_id(b"bench", "01", f"{n:018d}", "测量") for n in range(plan.cards)]
    day = key_day_of(now)
    for _ in range(plan.rounds):
        codes = [keys.make(cards[n % plan.cards], now) for n in range(plan.offline_codes)]
        held = {day: keys.key(day)}
        verifier = OfflineVerifier(held, window_s=300, skew_s=30, not_after=now + timedelta(days=1))
        now_s = now.timestamp()
        began = time.perf_counter()
        for code in codes:
            verifier.verify(code, now_s)
        seconds = time.perf_counter() - began
        again = sum(_passes(verifier, code, now_s) for code in codes)
        rounds.append(
            {
                "per_s": round(len(codes) / seconds, 1),
                "codes": len(codes),
                "replays_sent": len(codes),
                "replays_accepted": again,
            }
        )
    return rounds


def _passes(verifier: OfflineVerifier, code: str, now_s: float) -> bool:
    try:
        verifier.verify(code, now_s)
    except Problem as refused:
        if refused.code == _REPLAYED:
            return False
        raise
    return True


def _http(place: Ground, web: WebServer, plan: Plan) -> dict[str, Any]:
    database, server = place.database_cpu(), web.cpu()
    tally = _load(web, plan, fresh, plan.seconds)
    if not tally.done or tally.failed:
        raise RuntimeError(f"codes were refused: {tally.problems}")
    latencies = sorted(tally.latencies)
    return {
        "done": tally.done,
        "seconds": tally.seconds,
        "server_us": round((web.cpu() - server) / tally.done * 1e6, 1),
        "database_us": round((place.database_cpu() - database) / tally.done * 1e6, 1),
        "load_us": round(tally.cpu_s / tally.done * 1e6, 1),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 2),
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 2),
    }


def _load(web: WebServer, plan: Plan, make: Any, seconds: float) -> Tally:
    return run_load(web.port, make, (plan,), plan.connections, seconds)


def fresh(plan: Plan) -> Iterator[Script]:
    """Scripts that each scan a code made that moment."""
    keys, cards, header = _scanner(plan)

    def scans() -> Iterator[Script]:
        n = 0
        while True:
            n += 1
            yield _scan(keys.make(cards[n % plan.cards], datetime.now(UTC)), header)

    return scans()


def replayed(plan: Plan) -> Iterator[Script]:
    """Scripts that send each code many times, as far as possible at the same moment over different connections."""
    keys, cards, header = _scanner(plan)

    def scans() -> Iterator[Script]:
        for n in range(plan.replayed_codes):
            code = keys.make(cards[n % plan.cards], datetime.now(UTC))
            for _ in range(plan.replays):
                yield _scan(code, header)

    return scans()


def _scanner(plan: Plan) -> tuple[CodeKeys, list[str], str]:
    """What the phones know (keys and card numbers) and the kiosk's header."""
    settings = load_settings(KEYS)
    sealer = sealer_of(settings)
    actor = Actor(ActorKind.TERMINAL, _KIOSK, (RoleAt(Role.KIOSK, HOSPITAL),))
    token = TokenSigner(token_key(settings)).sign(actor, datetime.now(UTC) + timedelta(hours=2))
    cards = [card_number(sealer, settings.region_code, _document(n), _name(n)) for n in range(plan.cards)]
    return code_keys(sealer, settings), cards, f"authorization: Bearer {token}\r\n"


def _scan(code: str, header: str) -> Script:
    body = f'{{"text":"{code}","scene":"010101","organization_id":"{HOSPITAL}"}}'
    yield post("/api/cards/verify", header, body.encode())


def _document(n: int) -> Document:
    return Document(IdKind.PASSPORT, f"M{n:08d}", date(1990, 1, 1), "female")


def _name(n: int) -> str:
    return f"测量{n}"


async def _lay_out(place: Ground, plan: Plan) -> None:
    """A region with one hospital and so many people with cards."""
    settings = load_settings(KEYS)
    connection: Any = await asyncpg.connect(place.url)
    try:
        await connection.execute(
            "INSERT INTO region (code, name, name_en, zone, commission_id) VALUES ($1, '测量', 'Bench',"
            " 'Asia/Shanghai', $2)",
            settings.region_code,
            HOSPITAL,
        )
        await connection.execute(
            "INSERT INTO organization (id, region_code, kind, code, name, name_en, short_name, pinyin, grade, district,"
            " address, phone, zone, active) VALUES ($1, $2, 'hospital', 'BENCH', '测量医院', 'Bench', '测量', 'CL',"
            " '', '', '', '', 'Asia/Shanghai', true)",
            HOSPITAL,
            settings.region_code,
        )
        rows = [_rows(sealer_of(settings), settings.region_code, n) for n in range(plan.cards)]
        for index, table in enumerate(("patient", "patient_identifier", "health_card")):
            records = [tuple(row[index].values()) for row in rows]
            await connection.copy_records_to_table(table, records=records, columns=list(rows[0][index]))
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def _rows(sealer: Sealer, region_code: str, n: int) -> tuple[dict[str, Any], ...]:
    patient, document, now = UUID(f"00000005-0000-7000-8000-{n:012x}"), _document(n), datetime.now(UTC)
    kind = document.kind.value
    return (
        {**patient_row(sealer, patient, Person(_name(n), document, None, None, verified=True)), "created_at": now},
        {
            "kind": kind,
            "value_hash": identifier_hash(sealer, kind, document.number),
            "patient_id": patient,
            "value_sealed": sealer.seal(document.number, f"patient_identifier.value:{patient}:{kind}"),
            "created_at": now,
        },
        {
            "patient_id": patient,
            "ecard_id": card_number(sealer, region_code, document, _name(n)),
            "issued_at": now,
            "state": "active",
            "version": 1,
        },
    )


async def _count(place: Ground) -> dict[str, Any]:
    """How many codes were used up and how many verifications were recorded; they must be as many."""
    connection: Any = await asyncpg.connect(place.url)
    try:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        return {
            "events": await connection.fetchval("SELECT count(*) FROM event WHERE type = 'card:code:verified'"),
            "used_codes": await connection.fetchval("SELECT count(*) FROM used_card_code"),
            "server": {name: await connection.fetchval("SELECT current_setting($1)", name) for name in names},
        }
    finally:
        await connection.close()
