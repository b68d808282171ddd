"""What goes over the wire about limits, bans and risk."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class LimitRuleItem(msgspec.Struct, frozen=True):
    """A rule in force beside its default. ``inherited`` says that the organization has no number of its own."""

    code: str
    kind: str
    subject: str
    text: Bilingual
    enabled: bool
    window_seconds: int
    value: int
    weight: int
    default_enabled: bool
    default_window_seconds: int
    default_value: int
    default_weight: int
    per_hospital: bool
    inherited: bool
    changed_at: datetime | None


class LimitRuleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """New numbers of a rule, for the region or (where the rule allows it) for one hospital. Left out stays as it is."""

    organization_id: UUID | None = None
    enabled: bool | None = None
    window_seconds: Annotated[int, Meta(ge=0, le=366 * 86_400)] | None = None
    value: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    weight: Annotated[int, Meta(ge=0, le=100)] | None = None


class Ban(msgspec.Struct, frozen=True):
    """A booking ban; the name is shortened."""

    id: UUID
    patient_id: UUID
    patient_name: str
    organization_id: UUID
    organization_name: str
    reason: str
    counted: int
    made_at: datetime
    until: datetime
    in_force: bool
    appeal: str | None
    appealed_at: datetime | None
    decided_at: datetime | None
    lifted: bool | None
    decision: str | None


class AppealRequest(msgspec.Struct, frozen=True):
    """Why a ban should be lifted."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]


class BanDecision(msgspec.Struct, frozen=True):
    """Whether a ban is lifted, and why."""

    lift: bool
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class ChallengeOnWire(msgspec.Struct, frozen=True):
    """What this session has to do before a confirmation now: nothing, a proof, or a phone code."""

    level: str
    challenge: str | None = None
    difficulty_bits: int | None = None
    expires_at: datetime | None = None


class RuleCount(msgspec.Struct, frozen=True):
    """How often a rule spoke."""

    rule: str
    text: Bilingual
    outcome: str
    count: int


class RiskHour(msgspec.Struct, frozen=True):
    """What an hour brought: refusals, checks asked for and passed, warnings."""

    hour: datetime
    refused: int
    challenged: int
    passed: int
    warned: int


class TopSubject(msgspec.Struct, frozen=True):
    """An account that drew attention; only the end of its id is shown."""

    subject: str
    score: int
    level: str
    signals: int
    reasons: list[Bilingual]


class HandoverItem(msgspec.Struct, frozen=True):
    """One gave a place up, another took it; ids are shortened."""

    at: datetime
    organization_id: UUID
    schedule_id: UUID
    from_account: str
    to_account: str
    via: str
    refused: bool


class RiskBoard(msgspec.Struct, frozen=True):
    """Everything the risk board shows for a span of time."""

    first: datetime
    last: datetime
    counts: list[RuleCount]
    hours: list[RiskHour]
    subjects: list[TopSubject]
    handovers: list[HandoverItem]


class SignalItem(msgspec.Struct, frozen=True):
    """One signal; the account is shortened."""

    id: UUID
    at: datetime
    organization_id: UUID
    kind: str
    text: Bilingual
    weight: int
    account: str
    appointment_id: UUID | None
    detail: dict[str, Any]
