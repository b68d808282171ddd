"""What goes over the wire about draws."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.booking.draw.publication import Outcome
from yitong.booking.draw.rules import Stratum
from yitong.booking.draw.states import DrawState
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

# Printable on one line: these texts are published, and hashed as they stand.
Words = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class DrawRequestBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn and when. ``places_per_slot`` moves so many free places of each time into the draw.

    Without it only places that were set aside for draws before (pool ``draw``) are given away.
    """

    organization_id: UUID
    department_id: UUID
    title: Bilingual | None = None
    schedule_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)]
    places_per_slot: Annotated[int, Meta(ge=1, le=200)] | None = None
    opens_at: datetime
    closes_at: datetime
    claim_hours: Annotated[int, Meta(ge=1, le=72)] | None = None
    strata: Annotated[list[Stratum], Meta(max_length=10)] | None = None
    beacon_source: Words | None = None


class DrawCancelBody(msgspec.Struct, frozen=True):
    """Why a draw does not take place."""

    organization_id: UUID
    reason: Words


class BeaconBody(msgspec.Struct, frozen=True):
    """The public value, exactly as its source printed it."""

    organization_id: UUID
    value: Words


class AskBody(msgspec.Struct, frozen=True):
    """Who takes part, the times wanted, best first, and whether to wait for a place of those days after losing."""

    patient_id: UUID
    choices: Annotated[list[UUID], Meta(min_length=1, max_length=50)]
    waitlist: bool = False


class DrawSlotItem(msgspec.Struct, frozen=True):
    """A time that is drawn for."""

    slot_id: UUID
    schedule_id: UUID
    start_at: datetime
    end_at: datetime
    places: int
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    title: str | None
    service_name: str
    service_name_en: str
    fee_fen: int


class DrawNumbers(msgspec.Struct, frozen=True):
    """What became of a draw, in numbers: how many offers stand, were kept, or went on."""

    won: int
    offered: int
    claimed: int
    passed_on: int


class DrawItem(msgspec.Struct, frozen=True, kw_only=True):
    """A draw as everybody sees it; times are in the hospital's zone."""

    id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    department_id: UUID
    department_name: str
    department_name_en: str
    title: Bilingual
    state: DrawState
    opens_at: datetime
    closes_at: datetime
    reveal_at: datetime
    closed_at: datetime | None
    drawn_at: datetime | None
    claim_hours: int
    choices_max: int
    strata: list[Stratum]
    slots: list[DrawSlotItem]
    places: int
    requests: int
    commitment: str
    requests_root: str | None
    beacon_source: str | None
    beacon: str | None
    seed: str | None
    numbers: DrawNumbers | None
    cancelled_reason: str | None


class MyOffer(msgspec.Struct, frozen=True):
    """A place offered to oneself; confirm the appointment before ``expires_at``."""

    sequence: int
    slot_id: UUID
    start_at: datetime
    appointment_id: UUID | None
    outcome: Outcome
    expires_at: datetime | None


class MyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One's own request with everything needed to find it in the published file.

    ``identity`` is SM3(0x02 ‖ salt ‖ patient id); ``path`` leads from the leaf at ``index`` to ``root``.
    """

    id: UUID
    draw_id: UUID
    organization_id: UUID
    patient_id: UUID
    choices: list[UUID]
    stratum: str
    stratum_title: Bilingual
    state: Literal["entered", "won", "lost", "withdrawn"]
    waitlist: bool
    requested_at: datetime
    withdrawn_at: datetime | None
    salt: str
    identity: str
    leaf: str
    index: int | None
    size: int | None
    path: list[str] | None
    root: str | None
    rank: int | None
    ticket: str | None
    offer: MyOffer | None
