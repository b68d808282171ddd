"""The rules of each organization's channels, kept in the process for a few seconds: every hold asks for them."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from yitong.booking.channels.pools import CHANNELS, Channel, ChannelRule, default_rule
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform

TIME_TO_LIVE_S = 5.0
_READ = """
SELECT c.organization_id, c.channel, c.enabled, c.days_ahead, c.release_time, c.jitter_seconds, c.min_lead_minutes,
    c.pools
FROM channel_rule AS c WHERE c.organization_id = $1 OR c.organization_id IS NULL
"""
_PLACE = "SELECT zone, kind FROM organization WHERE id = $1"
_REGION = "SELECT zone, 'commission' AS kind FROM region LIMIT 1"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force at one organization (or in the region), and which of them are its own."""

    zone: str
    community_centre: bool
    by_channel: dict[Channel, ChannelRule]
    own: frozenset[str]
    read_at: float = field(default_factory=monotonic)
    # Until when a channel's slots are released, as worked out at a moment, and the moment of the next release.
    released: dict[Channel, tuple[datetime, datetime, datetime]] = field(
        default_factory=dict[Channel, tuple[datetime, datetime, datetime]]
    )


class RuleBoard:
    """Rules by organization, read when first asked for and again when they are old; None is the region."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._known: dict[UUID | None, Rules] = {}
        self._reading: dict[UUID | None, asyncio.Lock] = {}

    async def of(self, organization_id: UUID | None) -> Rules:
        """The rules of an organization; of one that nobody knows the region's."""
        known = self._known.get(organization_id)
        if known is not None and monotonic() - known.read_at < TIME_TO_LIVE_S:
            return known
        if len(self._known) > 10_000:  # somebody asks for organizations that do not exist
            self._known.clear()
            self._reading.clear()
        async with self._reading.setdefault(organization_id, asyncio.Lock()):
            known = self._known.get(organization_id)
            if known is None or monotonic() - known.read_at >= TIME_TO_LIVE_S:
                known = self._known[organization_id] = await self.read(organization_id)
        return known

    def forget(self) -> None:
        """Read everything again: this process has just changed a rule."""
        self._known.clear()

    async def read(self, organization_id: UUID | None) -> Rules:
        """The rules as they are stored now."""
        async with (await self._platform.database.raw()).acquire() as connection:
            rows: list[Any] = await connection.fetch(_READ, organization_id)
            place: Any = await connection.fetchrow(_PLACE, organization_id)
            place = place or await connection.fetchrow(_REGION)
        return rules_of(rows, place, self._platform.settings.days_ahead)


def rules_of(rows: list[Any], place: Any, days_ahead: int) -> Rules:
    """The organization's rule where it has one, else the region's, else the default."""
    own = {row["channel"]: row for row in rows if row["organization_id"] is not None}
    regional = {row["channel"]: row for row in rows if row["organization_id"] is None}
    by_channel: dict[Channel, ChannelRule] = {}
    for channel in CHANNELS:
        row = own.get(channel) or regional.get(channel)
        by_channel[channel] = default_rule(channel, days_ahead) if row is None else _rule(channel, row)
    zone = place["zone"] if place is not None else "UTC"
    kind = place["kind"] if place is not None else ""
    return Rules(zone, kind == "community_centre", by_channel, frozenset(own))


def _rule(channel: Channel, row: Any) -> ChannelRule:
    return ChannelRule(
        channel,
        row["enabled"],
        row["days_ahead"],
        row["release_time"],
        row["jitter_seconds"],
        row["min_lead_minutes"],
        tuple(row["pools"]),
    )


def board_of(platform: Platform) -> RuleBoard:
    """The process's board, made when first asked for."""
    board = platform.ports.get(RuleBoard)
    if not isinstance(board, RuleBoard):
        board = RuleBoard(platform)
        platform.connect(RuleBoard, board)
    return board
