"""Event seals computed anew from the event log and compared with what was anchored on the chain."""

from typing import Any

from yitong.kernel.event_log import NOWHERE, Position, read_after
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual
from yitong.ledger.blocks import read_header
from yitong.ledger.contract.actions import Anchor, read
from yitong.ledger.contract.refusals import OK
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.explorer.reading import ANCHOR
from yitong.ledger.sealing import seal_root
from yitong.ledger.stored import Connection

NEWEST = 5
"""How many of the newest seals are computed anew when nobody asks about a thing."""
_SEAL = "SELECT number, xid, position, count, root, at FROM event_seal WHERE number = $1"


class SealCheck:
    """Checks seals; ``checked`` counts them, ``open`` the events that no seal covers yet."""

    def __init__(self, platform: Platform, engine: EmbeddedLedger) -> None:
        self._database = platform.database
        self._newest_height = engine.header.height
        self.checked = 0
        self.open = 0

    async def newest(self) -> Bilingual | None:
        """The newest seals; what does not agree, or None."""
        async with (await self._database.raw()).acquire() as connection:
            last: int = await connection.fetchval("SELECT coalesce(max(number), 0) FROM event_seal")
            return await self._all(connection, range(max(1, last - NEWEST + 1), last + 1), last)

    async def about(self, about: UUID) -> Bilingual | None:
        """The seals over every event that put something about a thing on the chain; what does not agree, or None."""
        async with (await self._database.raw()).acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('yitong.region', 'on', true)")
            asked: int = await connection.fetchval(
                "SELECT count(DISTINCT event_id) FROM ledger_task WHERE about = $1", about
            )
            events = await connection.fetch(
                "SELECT DISTINCT e.xid::text AS xid, e.position FROM ledger_task t JOIN event e"
                " ON e.organization_id = t.event_organization_id AND e.id = t.event_id WHERE t.about = $1",
                about,
            )
            if len(events) < asked:
                return Bilingual("事件日志中缺少相关事件", "an event that led to this is missing in the log")
            last: int = await connection.fetchval("SELECT coalesce(max(number), 0) FROM event_seal")
            found = [await self._covering(connection, (int(row["xid"]), row["position"]), last) for row in events]
            self.open = sum(one is None for one in found)
            return await self._all(connection, sorted({one for one in found if one is not None}), last)

    async def _covering(self, connection: Connection, place: tuple[int, int], last: int) -> int | None:
        """The number of the seal that covers an event: seals are in the log's order, so by halving."""
        low, high = 1, last + 1
        while low < high:
            middle = (low + high) // 2
            row = await connection.fetchrow(_SEAL, middle)
            if row is not None and (int(row["xid"]), row["position"]) >= place:
                high = middle
            else:
                low = middle + 1
        return low if low <= last else None

    async def _all(self, connection: Connection, numbers: Any, last: int) -> Bilingual | None:
        for number in numbers:
            fault = await self._one(connection, number, last)
            if fault is not None:
                return fault
            self.checked += 1
        return None

    async def _one(self, connection: Connection, number: int, last: int) -> Bilingual | None:
        row, before = await connection.fetchrow(_SEAL, number), await connection.fetchrow(_SEAL, number - 1)
        if row is None or (before is None and number > 1):
            return Bilingual(f"缺少封存 {number}", f"seal {number} is missing")
        position = NOWHERE if before is None else Position(before["xid"], before["position"])
        events = await read_after(connection, position, row["count"])
        root = seal_root(b"" if before is None else before["root"], events)
        if root != row["root"] or not events or events[-1].position != row["position"]:
            return Bilingual(f"封存 {number} 与事件日志不符", f"seal {number} does not agree with the event log")
        anchored = await self._anchored(connection, number, int(row["at"].timestamp() * 1000))
        if anchored is None and number > last - 2:
            return None  # a moment ago; the next turn anchors it
        if anchored != root:
            return Bilingual(f"封存 {number} 与链上锚定不符", f"seal {number} is not the one that was anchored")
        return None

    async def _anchored(self, connection: Connection, number: int, at: int) -> bytes | None:
        """The root that was anchored under this number, looked for from the time of the seal on."""
        low, high = 0, self._newest_height
        while low < high:
            middle = (low + high) // 2
            raw = await connection.fetchval("SELECT header FROM ledger_block WHERE height = $1", middle)
            if raw is not None and read_header(raw).time >= at:
                high = middle
            else:
                low = middle + 1
        rows = await connection.fetch(
            "SELECT raw FROM ledger_transaction WHERE subject = $1 AND height >= $2 AND code = $3"
            " ORDER BY height, position LIMIT 200",
            ANCHOR,
            low,
            OK,
        )
        for row in rows:
            action = read(row["raw"]).transaction.action
            if isinstance(action, Anchor) and action.number == number:
                return action.root
        return None
