"""What goes over the wire about the evidence chain: ids, digests (hex), states and organizations, never a person."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual


class Breach(msgspec.Struct, frozen=True):
    """The first place where the stored chain does not agree with itself."""

    height: int
    position: int | None
    reason: str


class ChainView(msgspec.Struct, frozen=True, kw_only=True):
    """The chain as a whole; ``absent`` until the region has one, ``broken`` when a stored row was changed."""

    state: Literal["absent", "open", "broken"]
    engine: Literal["embedded", "consensus"]
    chain: str = ""
    genesis: str = ""
    sealer: str = ""
    height: int = 0
    at: datetime | None = None
    digest: str = ""
    root: str = ""
    transactions: int = 0
    writer_since: datetime | None = None
    tasks_waiting: int = 0
    breach: Breach | None = None


class BlockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A block's header."""

    height: int
    at: datetime
    digest: str
    previous: str
    root: str
    transactions: int


class ChainTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction where it stands: who signed, what, and what became of it."""

    digest: str
    height: int
    position: int
    at: datetime
    action: str
    action_text: Bilingual
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    kind: str
    key: str
    sequence: int
    subject: UUID
    part: int | None
    quantities: list[int]
    number: str | None
    code: str
    code_text: Bilingual


class BlockView(msgspec.Struct, frozen=True, kw_only=True):
    """A block with its transactions and its seal."""

    block: BlockRow
    signature: str
    transactions: list[ChainTransaction]


class ChainPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a prescription as the state has it."""

    number: int
    state: str
    state_text: Bilingual
    opens_at: datetime
    closes_at: datetime
    quantities: list[int]
    dispensed: list[int]
    returned: list[int]
    holder_name: str | None


class ChainRound(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription in one round of review: its name on the chain, where its parts stand, and every hand."""

    subject: UUID
    replaced: bool
    parts: list[ChainPart]
    hands: list[ChainTransaction]


class WaitingStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is still to be put on the chain."""

    action: str
    action_text: Bilingual
    organization_name: str
    at: datetime
    attempts: int
    code_text: Bilingual | None


class FollowedPrescription(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription's whole way, round after round."""

    prescription_id: UUID
    number: str
    rounds: list[ChainRound]
    waiting: list[WaitingStep]


class SealRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed stretch of the event log; ``anchored`` says whether its root is on the chain."""

    number: int
    at: datetime
    events: int
    root: str
    anchored: bool


class MemberKey(msgspec.Struct, frozen=True, kw_only=True):
    """A member's key on the chain."""

    name: str
    roles: list[str]
    used: int
    retired: bool


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the chain."""

    organization_id: UUID
    name: str
    name_en: str
    code: str
    kind: str
    governs: bool
    suspended: bool
    keys: list[MemberKey]


class NodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who seals blocks: the embedded engine's sealer, or a validator."""

    kind: Literal["sealer", "validator"]
    key: str
    organization_name: str
    power: int


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part."""

    members: list[MemberRow]
    nodes: list[NodeRow]


class CheckRequest(msgspec.Struct, frozen=True):
    """What to verify: a prescription by its id or number; without one, the newest blocks and seals."""

    prescription: Annotated[str, Meta(max_length=64)] = ""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was computed anew: how many were looked at, and the first that does not agree."""

    code: Literal["genesis", "links", "blocks", "evidence", "seals"]
    text: Bilingual
    ok: bool
    count: int
    detail: Bilingual


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came out; ``ok`` when everything agrees."""

    ok: bool
    height: int
    genesis: str
    at: datetime
    milliseconds: int
    checks: list[Check]
