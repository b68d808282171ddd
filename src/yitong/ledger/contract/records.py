"""What the state holds, record by record, and the keys it is kept under."""

from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from yitong.ledger.contract.actions import Decision, KeyRole, Kind
from yitong.ledger.encoding import Code, Digest, Id, MaybeDigest, MaybeId, Moment, PublicKey, Whole

R = TypeVar("R", bound="Record")


class PartState(StrEnum):
    """The life of one part of a prescription."""

    ISSUED = "issued"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    ACCEPTED = "accepted"
    DISPENSING = "dispensing"
    DISPENSED = "dispensed"
    RETURNED = "returned"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Record(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Written as an array in the order of the fields. Mutable while a transaction works on its own copy."""


class Parameters(Record):
    """What was agreed at the beginning, and who governs. ``governing`` and ``nodes`` are sorted."""

    chain: Code
    version: Whole
    custody_ms: Whole
    governing: list[Id]
    nodes: list[Digest]


class Organization(Record):
    """A member."""

    kind: Kind
    code: str
    governs: bool
    suspended: bool


class Key(Record):
    """A member's key: what it may sign, and how often it has."""

    organization: Id
    public_key: PublicKey
    roles: list[KeyRole]
    until: Moment
    retired: bool
    sequence: Whole


class Node(Record):
    """A validator."""

    organization: Id
    power: Whole


class Proposal(Record):
    """A decision and who voted how (sorted). ``state`` is open, passed or failed."""

    decision: Decision
    until: Moment
    yes: list[Id]
    no: list[Id]
    state: str


class Prescription(Record):
    """What holds for all parts."""

    issuer: Id
    issuer_key: Id
    subject: Digest
    content: Digest
    parts: Whole
    replaces: MaybeId
    replaced: bool
    review: MaybeDigest
    reviewer_key: MaybeId


class PartRecord(Record):
    """One part: its window, its lines, its hands."""

    state: PartState
    opens: Moment
    closes: Moment
    quantities: list[Whole]
    dispensed: list[Whole]
    returned: list[Whole]
    access: MaybeDigest  # digest of the next access code; after an acceptance the code itself
    to: MaybeId
    holder: MaybeId
    secret: MaybeDigest
    since: Moment  # when the custody began
    content: MaybeDigest  # the last receipt, settlement or return


class Consent(Record):
    """A patient's permission."""

    granter: Id
    subject: Digest
    grantee: Id
    purpose: Code
    scope: list[Code]
    opens: Moment
    closes: Moment
    content: Digest
    revoked: bool


class Access(Record):
    """A look at a record. ``verdict`` is none (under a consent), waiting, justified or unjustified."""

    organization: Id
    subject: Digest
    purpose: Code
    scope: list[Code]
    content: Digest
    consent: MaybeId
    at: Moment
    verdict: str


class RecallRecord(Record):
    """A product called back."""

    organization: Id
    product: Digest
    level: Whole
    ended: bool


class Seal(Record):
    """The newest anchored seal of a member's log."""

    number: Whole
    count: Whole
    root: Digest


PARAMETERS = b"g"
_FAMILIES: dict[bytes, type[Record]] = {
    b"g": Parameters,
    b"o": Organization,
    b"k": Key,
    b"n": Node,
    b"v": Proposal,
    b"p": Prescription,
    b"q": PartRecord,
    b"c": Consent,
    b"a": Access,
    b"r": RecallRecord,
    b"s": Seal,
}
_DECODERS: dict[type[Record], msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(kind) for kind in _FAMILIES.values()
}


def organization_key(organization: bytes) -> bytes:
    """Where an :class:`Organization` is kept."""
    return b"o" + organization


def key_key(key: bytes) -> bytes:
    """Where a :class:`Key` is kept."""
    return b"k" + key


def node_key(node: bytes) -> bytes:
    """Where a :class:`Node` is kept."""
    return b"n" + node


def proposal_key(proposal: bytes) -> bytes:
    """Where a :class:`Proposal` is kept."""
    return b"v" + proposal


def prescription_key(prescription: bytes) -> bytes:
    """Where a :class:`Prescription` is kept."""
    return b"p" + prescription


def part_key(prescription: bytes, part: int) -> bytes:
    """Where a :class:`PartRecord` is kept."""
    return b"q" + prescription + bytes([part])


def consent_key(consent: bytes) -> bytes:
    """Where a :class:`Consent` is kept."""
    return b"c" + consent


def access_key(access: bytes) -> bytes:
    """Where an :class:`Access` is kept."""
    return b"a" + access


def recall_key(recall: bytes) -> bytes:
    """Where a :class:`RecallRecord` is kept."""
    return b"r" + recall


def seal_key(organization: bytes, log: str) -> bytes:
    """Where a :class:`Seal` is kept."""
    return b"s" + organization + log.encode()


def decode(kind: type[R], value: bytes) -> R:
    """A record from its bytes."""
    return _DECODERS[kind].decode(value)


def record_at(key: bytes, value: bytes) -> Record:
    """The record kept under this key, whichever kind it is. Raises KeyError for a key of no family."""
    return decode(_FAMILIES[key[:1]], value)
