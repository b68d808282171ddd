"""The free places of a department as one compact picture, read once a second for everybody who looks.

However many people look, each server process asks the database at most once a ``snapshot_ms`` for each department that
is looked at. Who has a picture already is told that nothing changed, or only what did.
"""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

import msgspec

from yitong.booking.queries.offers import REMAINING
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform

_KEPT_VERSIONS = 16
_KEPT_DEPARTMENTS = 500
_READ = f"""
SELECT s.id, s.schedule_id, s.start_at, {REMAINING} AS remaining
FROM schedule AS d JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
WHERE d.organization_id = $2 AND d.department_id = $3 AND d.day >= ($1 AT TIME ZONE 'UTC')::date - 1
    AND d.day <= ($1 AT TIME ZONE 'UTC')::date + $4::int AND d.stopped_at IS NULL
    AND s.pool = 'common' AND s.start_at > $1
ORDER BY s.start_at, s.id
"""  # noqa: S608


class OpenSlot(msgspec.Struct, frozen=True):
    """A slot and how many can still sit in it."""

    slot_id: UUID
    schedule_id: UUID
    start_at: datetime
    remaining: int


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """All places of a department, or with ``since`` only those that differ from that version."""

    version: str
    places: list[OpenSlot]
    since: str | None = None
    gone: list[UUID] = []


Places = dict[UUID, OpenSlot]


@dataclass
class _Department:
    """The latest picture of one department and the versions before it."""

    version: str = ""
    places: Places = field(default_factory=dict[UUID, OpenSlot])
    whole: bytes = b""
    read_at: float = -1e9
    reading: asyncio.Task[None] | None = None
    versions: OrderedDict[str, Places] = field(default_factory=lambda: OrderedDict[str, Places]())


class Gallery:
    """The pictures that one server process keeps."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._kept: OrderedDict[tuple[UUID, UUID], _Department] = OrderedDict()

    async def look(self, organization_id: UUID, department_id: UUID, since: str | None) -> tuple[str, bytes]:
        """The version now and the picture as JSON: whole, or what changed after ``since`` when that is kept."""
        shown = await self._fresh(organization_id, department_id)
        before = shown.versions.get(since) if since else None
        if before is None:
            return shown.version, shown.whole
        changed = [place for key, place in shown.places.items() if before.get(key) != place]
        gone = [key for key in before if key not in shown.places]
        return shown.version, msgspec.json.encode(Picture(shown.version, changed, since, gone))

    async def _fresh(self, organization_id: UUID, department_id: UUID) -> _Department:
        key = (organization_id, department_id)
        shown = self._kept.get(key)
        if shown is None:
            shown = self._kept[key] = _Department()
            if len(self._kept) > _KEPT_DEPARTMENTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        if monotonic() - shown.read_at >= self._platform.settings.snapshot_ms / 1000:
            if shown.reading is None:
                shown.reading = asyncio.create_task(self._read(shown, key))
            await asyncio.shield(shown.reading)
        return shown

    async def _read(self, shown: _Department, key: tuple[UUID, UUID]) -> None:
        try:
            now = self._platform.clock.now()
            days = self._platform.settings.days_ahead + 1
            async with (await self._platform.database.raw()).acquire() as connection:
                rows: list[Any] = await connection.fetch(_READ, now, *key, days)
            places = {
                row["id"]: OpenSlot(row["id"], row["schedule_id"], row["start_at"], row["remaining"]) for row in rows
            }
            self._hang(shown, places)
            shown.read_at = monotonic()
        finally:
            shown.reading = None

    @staticmethod
    def _hang(shown: _Department, places: Places) -> None:
        # The version is made from what is shown, so that every server process gives the same picture the same name.
        listed = list(places.values())
        version = hashlib.blake2b(msgspec.json.encode(listed), digest_size=9).hexdigest()
        if version == shown.version:
            return
        shown.version, shown.places = version, places
        shown.whole = msgspec.json.encode(Picture(version, listed))
        shown.versions[version] = places
        shown.versions.move_to_end(version)
        while len(shown.versions) > _KEPT_VERSIONS:
            shown.versions.popitem(last=False)


def gallery_of(platform: Platform) -> Gallery:
    """The process's gallery, made when first asked for."""
    kept = platform.ports.get(Gallery)
    if isinstance(kept, Gallery):
        return kept
    made = Gallery(platform)
    platform.connect(Gallery, made)
    return made
