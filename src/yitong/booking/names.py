"""The names that stand on every appointment, kept in the process: directory data seldom changes.

A name that was changed is shown in its new form after at most the time to live. Nothing is decided on a kept name.
"""

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from random import random
from time import monotonic
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from yitong.kernel.crypto import Sealer
from yitong.kernel.database import Database
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND

TIME_TO_LIVE_S = 60.0
_UP_TO_S = 20.0
_READ = """
SELECT 'organization' AS kind, o.id, o.name, o.name_en, o.address AS more, o.zone AS zone, o.grade, o.district
FROM organization AS o WHERE o.id = $1
UNION ALL
SELECT 'department', d.id, d.name, d.name_en, NULL, NULL, NULL, NULL FROM department AS d WHERE d.organization_id = $1
UNION ALL
SELECT 'service', v.id, v.name, v.name_en, v.kind, NULL, NULL, NULL
FROM healthcare_service AS v WHERE v.organization_id = $1
UNION ALL
SELECT 'role', r.id, p.name, r.title, NULL, NULL, NULL, NULL
FROM practitioner_role AS r JOIN practitioner AS p ON p.id = r.practitioner_id WHERE r.organization_id = $1
UNION ALL
SELECT 'team', m.id, m.name, m.name_en, NULL, NULL, NULL, NULL FROM care_team AS m WHERE m.organization_id = $1
UNION ALL
SELECT 'location', l.id, l.name, l.name_en, NULL, NULL, NULL, NULL FROM location AS l WHERE l.organization_id = $1
"""


class ServiceName(NamedTuple):
    """A service's kind and names."""

    kind: str
    name: str
    name_en: str


class RoleName(NamedTuple):
    """A practitioner's name and title at an organization."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Names:
    """Everything at one organization that has a name."""

    name: str
    name_en: str
    address: str
    grade: str
    district: str
    zone: ZoneInfo
    departments: dict[UUID, tuple[str, str]]
    services: dict[UUID, ServiceName]
    roles: dict[UUID, RoleName]
    teams: dict[UUID, str]
    locations: dict[UUID, str]
    read_at: float


class NameBoard:
    """The names of each organization, read when first asked for and again when they are old."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._known: dict[UUID, Names] = {}
        self._reading: dict[UUID, asyncio.Lock] = {}
        self._beside: set[asyncio.Task[Names]] = set()
        self._zone: tuple[float, str] | None = None
        self._open = lru_cache(maxsize=20_000)(sealer.open)

    async def of(self, organization_id: UUID) -> Names:
        """The names of an organization. Raises Problem ``not-found`` when there is no such organization."""
        known = self._known.get(organization_id)
        if known is not None and monotonic() - known.read_at < TIME_TO_LIVE_S:
            return known
        return await self._renewed(organization_id, TIME_TO_LIVE_S)

    async def shown(self, organization_ids: set[UUID]) -> dict[UUID, Names]:
        """The names of many organizations that exist, for a page that must not wait.

        What has just grown old is shown once more while it is read anew beside.
        """
        found: dict[UUID, Names] = {}
        now = monotonic()
        for organization_id in organization_ids:
            known = self._known.get(organization_id)
            if known is None or now - known.read_at >= 2 * TIME_TO_LIVE_S:
                known = await self._renewed(organization_id, TIME_TO_LIVE_S)
            elif now - known.read_at >= TIME_TO_LIVE_S and not self._reading[organization_id].locked():
                renewing = asyncio.create_task(self._renewed(organization_id, TIME_TO_LIVE_S))
                self._beside.add(renewing)
                renewing.add_done_callback(self._over)
            found[organization_id] = known
        return found

    async def again(self, organization_id: UUID) -> Names:
        """The names of an organization as they are now, when something on them is missing."""
        return await self._renewed(organization_id, 0)

    async def close(self) -> None:
        """Wait for what is being read beside."""
        await asyncio.gather(*self._beside, return_exceptions=True)

    def _over(self, renewing: "asyncio.Task[Names]") -> None:
        self._beside.discard(renewing)
        if not renewing.cancelled():
            renewing.exception()  # the old names stay, and the next page tries again

    async def _renewed(self, organization_id: UUID, at_most_s: float) -> Names:
        async with self._reading.setdefault(organization_id, asyncio.Lock()):
            known = self._known.get(organization_id)
            if known is None or monotonic() - known.read_at >= at_most_s:
                known = self._known[organization_id] = await self._read(organization_id)
        return known

    async def region_zone(self, code: str) -> str:
        """The time zone of the region with this code, or of the only region there is; UTC before there is any."""
        if self._zone is None or monotonic() - self._zone[0] >= TIME_TO_LIVE_S:
            async with (await self._database.raw()).acquire() as connection:
                found = await connection.fetchval("SELECT zone FROM region ORDER BY code = $1 DESC LIMIT 1", code)
            if found is None:
                return "UTC"
            self._zone = (monotonic(), found)
        return self._zone[1]

    def patient_name(self, sealed: str, patient_id: UUID) -> str:
        """A patient's name; a changed name comes under another seal, so what is kept is never stale."""
        return self._open(sealed, f"patient.name:{patient_id}")

    async def _read(self, organization_id: UUID) -> Names:
        async with (await self._database.raw()).acquire() as connection:
            rows: list[Any] = await connection.fetch(_READ, organization_id)
        by_kind: dict[str, list[Any]] = {}
        for row in rows:
            by_kind.setdefault(row["kind"], []).append(row)
        if "organization" not in by_kind:
            self._reading.pop(organization_id, None)
            raise NOT_FOUND()
        own = by_kind["organization"][0]
        return Names(
            name=own["name"],
            name_en=own["name_en"],
            address=own["more"],
            grade=own["grade"],
            district=own["district"],
            zone=ZoneInfo(own["zone"]),
            departments={r["id"]: (r["name"], r["name_en"]) for r in by_kind.get("department", ())},
            services={r["id"]: ServiceName(r["more"], r["name"], r["name_en"]) for r in by_kind.get("service", ())},
            roles={r["id"]: RoleName(r["name"], r["name_en"]) for r in by_kind.get("role", ())},
            teams={r["id"]: r["name"] for r in by_kind.get("team", ())},
            locations={r["id"]: r["name"] for r in by_kind.get("location", ())},
            read_at=monotonic() - _UP_TO_S * random(),  # noqa: S311  # a page's many are not all old at one moment
        )
