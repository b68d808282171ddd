"""The booking desk of one server process: its two batchers, the names it keeps, and what it offers instead."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from yitong.booking.names import NameBoard
from yitong.booking.queries.alternatives import read_alternatives
from yitong.booking.schemas import SlotOffer
from yitong.kernel.batch import Batcher, Call
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform


class HoldAsk(NamedTuple):
    """One request for a place, in the order of ``booking_hold_batch``'s arrays."""

    id: UUID
    key: UUID
    organization_id: UUID
    slot_id: UUID
    patient_id: UUID
    actor_id: UUID
    actor_kind: str
    channel: str
    event_id: UUID
    pools: str
    not_before: datetime
    opens_until: datetime
    max_outstanding: int
    max_day: int
    max_account: int


class ConfirmAsk(NamedTuple):
    """One request to confirm, in the order of ``booking_confirm_batch``'s arrays."""

    organization_id: UUID
    id: UUID
    actor_id: UUID
    actor_kind: str
    allowed: str | None
    event_id: UUID


_HOLD = f"SELECT * FROM booking_hold_batch({', '.join(f'${n}' for n in range(1, 19))})"  # noqa: S608 - numbers only
_CONFIRM = "SELECT * FROM booking_confirm_batch($1, $2, $3, $4, $5, $6, $7)"
_OFFERS_FOR_S = 1.0


_Kept = tuple[float, asyncio.Task[list[SlotOffer]]]  # until when, and the reading itself


@dataclass
class Desk:
    """What hold and confirm need beside the request."""

    platform: Platform
    names: NameBoard
    holds: Batcher[HoldAsk]
    confirms: Batcher[ConfirmAsk]
    _offers: dict[UUID, _Kept] = field(default_factory=dict[UUID, _Kept])

    async def alternatives(self, organization_id: UUID, slot_id: UUID) -> list[SlotOffer]:
        """Up to three places to offer instead of a taken one; read at most once a second for one slot.

        In a rush thousands are refused the same slot: they share one answer.
        """
        kept = self._offers.get(slot_id)
        if kept is None or kept[0] < monotonic():
            if len(self._offers) > 1000:
                self._offers = {slot: one for slot, one in self._offers.items() if one[0] >= monotonic()}
            reading = asyncio.create_task(read_alternatives(self.platform, self.names, organization_id, slot_id))
            kept = self._offers[slot_id] = (monotonic() + _OFFERS_FOR_S, reading)
        return await asyncio.shield(kept[1])


def desk_of(platform: Platform) -> Desk:
    """The process's desk; opened when first asked for, closed with the platform."""
    desk = platform.ports.get(Desk)
    if isinstance(desk, Desk):
        return desk
    settings = platform.settings
    desk = Desk(
        platform,
        NameBoard(platform.database, platform.sealer),
        Batcher(
            platform.database,
            Call(_HOLD, lambda: (platform.clock.now(), settings.hold_seconds, settings.elderly_pool_from)),
            settings.batch_size,
        ),
        Batcher(platform.database, Call(_CONFIRM, lambda: (platform.clock.now(),)), settings.batch_size),
    )
    platform.connect(Desk, desk)
    platform.closing += [desk.holds.close, desk.confirms.close, desk.names.close]
    return desk
