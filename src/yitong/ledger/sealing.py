"""The event log under seal: every second a Merkle root over what was written since, anchored on the evidence chain.

Each root also covers the one before, so whoever holds any anchored seal can prove or refute every event before it.
"""

import msgspec
import structlog

from yitong.kernel.event_log import NOWHERE, Position, Recorded, read_after
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.ledger.contract.actions import Anchor, KeyRole
from yitong.ledger.contract.records import Seal, decode, seal_key
from yitong.ledger.encoding import Purpose, digest
from yitong.ledger.listing import list_root
from yitong.ledger.service import Ledger

log = structlog.get_logger(__name__)
LOG = "events"
MOST = 5_000
_LOCK = 0x73_65_61_6C  # "seal"
_CANONICAL = msgspec.json.Encoder(order="deterministic")


def event_digest(event: Recorded) -> bytes:
    """What a seal holds of an event: SM3 over its canonical JSON."""
    return digest(Purpose.SEAL, _CANONICAL.encode(event))


def seal_root(before: bytes, events: list[Recorded]) -> bytes:
    """The root over the root before and these events, in the log's order."""
    return list_root([before, *map(event_digest, events)])


async def seal_events(platform: Platform) -> int:
    """Close a seal over the events since the last one; answers how many events it holds, 0 when there were none."""
    async with (await platform.database.raw()).acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        last = await connection.fetchrow(
            "SELECT number, xid, position, root FROM event_seal ORDER BY number DESC LIMIT 1"
        )
        position = NOWHERE if last is None else Position(last["xid"], last["position"])
        events = await read_after(connection, position, MOST)
        if not events:
            return 0
        await connection.execute(
            "INSERT INTO event_seal (number, xid, position, count, root, at) VALUES ($1, $2, $3, $4, $5, $6)",
            1 if last is None else last["number"] + 1,
            events[-1].xid,
            events[-1].position,
            len(events),
            seal_root(b"" if last is None else last["root"], events),
            platform.clock.now(),
        )
        return len(events)


async def anchor_seals(ledger: Ledger, platform: Platform, organization_id: UUID) -> int:
    """Put every seal on the chain that is not there yet; answers how many.

    What this process has anchored last is remembered, so that a second in which nothing happened costs one look at the
    seals' primary key.
    """
    number = ledger.anchored
    if number is None:
        found = (await ledger.look_up(seal_key(organization_id.bytes, LOG))).value
        number = ledger.anchored = 0 if found is None else decode(Seal, found).number
    async with (await platform.database.raw()).acquire() as connection:
        rows = await connection.fetch(
            "SELECT number, count, root FROM event_seal WHERE number > $1 ORDER BY number LIMIT 100", number
        )
    for row in rows:
        anchor = Anchor(LOG, row["number"], row["count"], row["root"])
        ledger.anchored = None  # until it is known what became of it
        receipt = await ledger.put(organization_id, KeyRole.ANCHOR, anchor)
        if not receipt.ok:
            log.warning("ledger.anchor_refused", number=row["number"], code=receipt.code)
            break
        ledger.anchored = row["number"]
    return len(rows)


async def first_broken_seal(platform: Platform) -> int | None:
    """Recompute every seal from the event log; the number of the first that does not agree, None when all do."""
    position, root = NOWHERE, b""
    async with (await platform.database.raw()).acquire() as connection:
        for row in await connection.fetch("SELECT number, xid, position, count, root FROM event_seal ORDER BY number"):
            events = await read_after(connection, position, row["count"])
            root = seal_root(root, events)
            if root != row["root"] or not events or events[-1].position != row["position"]:
                return row["number"]
            position = Position(row["xid"], row["position"])
    return None
