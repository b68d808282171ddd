"""Everything a transaction can ask for. On the chain stand ids, salted digests and states, never a person."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from yitong.ledger.encoding import (
    Code,
    Digest,
    Id,
    MaybeDigest,
    MaybeId,
    Moment,
    PublicKey,
    Purpose,
    Quantity,
    Whole,
    digest,
    pack,
    unpack,
)

MOST_PARTS = 12
MOST_LINES = 40
VERSION = 1
Part = Annotated[int, Meta(ge=1, le=MOST_PARTS)]
Lines = Annotated[list[Quantity], Meta(min_length=1, max_length=MOST_LINES)]
Codes = Annotated[list[Code], Meta(min_length=1, max_length=20)]


class Kind(StrEnum):
    """What sort of organization a member is."""

    COMMISSION = "commission"
    INSURER = "insurer"
    HOSPITAL = "hospital"
    PHARMACY = "pharmacy"


class KeyRole(StrEnum):
    """What a key may sign. A key has one or more roles; an organization's kind says which it can give."""

    ADMIN = "admin"  # enrols and retires the organization's keys
    GOVERN = "govern"  # proposes and votes
    PRESCRIBE = "prescribe"
    REVIEW = "review"
    PATIENT = "patient"  # acts for patients whose sign-in it has checked
    DISPENSE = "dispense"
    SETTLE = "settle"
    ACCESS = "access"
    SUPERVISE = "supervise"
    RECALL = "recall"
    ANCHOR = "anchor"


class _Struct(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Written as an array in the order of the fields."""


class _Action(_Struct, tag=True, frozen=True):
    """Written as an array that begins with the action's name."""


class Admit(_Action, tag="admit", frozen=True):
    """A new member with its first key, which is its administrator."""

    organization: Id
    kind: Kind
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    governs: bool
    admin_key: PublicKey


class Suspend(_Action, tag="suspend", frozen=True):
    """A member's keys sign nothing any more."""

    organization: Id


class Reinstate(_Action, tag="reinstate", frozen=True):
    """A suspended member takes part again."""

    organization: Id


class AdmitNode(_Action, tag="admit_node", frozen=True):
    """A member's node (Ed25519 public key) becomes a validator, or its power changes."""

    node: Digest
    organization: Id
    power: Annotated[int, Meta(ge=1, le=1000)]


class RemoveNode(_Action, tag="remove_node", frozen=True):
    """A node is no validator any more."""

    node: Digest


Decision = Admit | Suspend | Reinstate | AdmitNode | RemoveNode


class Propose(_Action, tag="propose", frozen=True):
    """A decision is put to the vote of the governing members; the proposer votes yes with it."""

    proposal: Id
    decision: Decision
    until: Moment


class Vote(_Action, tag="vote", frozen=True):
    """One governing member's vote; more than two thirds of all decide at once."""

    proposal: Id
    yes: bool


class Enrol(_Action, tag="enrol", frozen=True):
    """A further key of the administrator's organization. ``roles`` are sorted; ``until`` 0 means without end."""

    public_key: PublicKey
    roles: Annotated[list[KeyRole], Meta(min_length=1, max_length=11)]
    until: Moment


class Retire(_Action, tag="retire", frozen=True):
    """A key signs nothing any more (lost, left, replaced)."""

    key: Id


class PartTerms(_Struct, frozen=True):
    """One part of a prescription: when it can be taken up, and how much of each line in its smallest unit."""

    opens: Moment
    closes: Moment
    quantities: Lines


class Issue(_Action, tag="issue", frozen=True):
    """A prescription with its parts (repeats are parts with windows of their own)."""

    prescription: Id
    subject: Digest
    content: Digest
    parts: Annotated[list[PartTerms], Meta(min_length=1, max_length=MOST_PARTS)]
    replaces: MaybeId = b""


class Review(_Action, tag="review", frozen=True):
    """The pharmacist's verdict on all parts; ``content`` is the salted digest of the signed opinion."""

    prescription: Id
    approved: bool
    content: Digest


class Release(_Action, tag="release", frozen=True):
    """The patient lets a part be taken up by whoever shows the access code, or by ``to`` alone."""

    prescription: Id
    part: Part
    access: Digest
    to: MaybeId = b""


class Accept(_Action, tag="accept", frozen=True):
    """A pharmacy takes a part into its custody with the access code and the digest of a secret of its own."""

    prescription: Id
    part: Part
    code: Digest
    secret: Digest


class Dispense(_Action, tag="dispense", frozen=True):
    """The holder hands out so much of each line; with its ``secret`` disclosed, this was the last time."""

    prescription: Id
    part: Part
    quantities: Lines
    content: Digest
    secret: MaybeDigest = b""


class Close(_Action, tag="close", frozen=True):
    """The holder ends a part it has dispensed from, with the salted digest of the signed receipt."""

    prescription: Id
    part: Part
    content: Digest
    secret: Digest


class GiveBack(_Action, tag="give_back", frozen=True):
    """The holder gives its custody up; what was not handed out can be accepted by another."""

    prescription: Id
    part: Part
    secret: Digest
    reason: Code


class Return(_Action, tag="return", frozen=True):
    """Goods come back to who dispensed them."""

    prescription: Id
    part: Part
    quantities: Lines
    content: Digest


class Withdraw(_Action, tag="withdraw", frozen=True):
    """The patient takes a part back before anybody has it."""

    prescription: Id
    part: Part


class Revoke(_Action, tag="revoke", frozen=True):
    """The issuer stops a part; what was handed out stays handed out."""

    prescription: Id
    part: Part
    reason: Code


class Expire(_Action, tag="expire", frozen=True):
    """Anybody writes down that a part's time is over."""

    prescription: Id
    part: Part


class Settle(_Action, tag="settle", frozen=True):
    """The insurer has settled a dispensed part."""

    prescription: Id
    part: Part
    content: Digest


class Reverse(_Action, tag="reverse", frozen=True):
    """The insurer takes a settlement back, for instance before goods are returned."""

    prescription: Id
    part: Part
    content: Digest


class GrantConsent(_Action, tag="grant_consent", frozen=True):
    """A patient lets an organization read kinds of data for a purpose and a time. ``scope`` is sorted."""

    consent: Id
    subject: Digest
    grantee: Id
    purpose: Code
    scope: Codes
    opens: Moment
    closes: Moment
    content: Digest


class RevokeConsent(_Action, tag="revoke_consent", frozen=True):
    """The patient takes a consent back."""

    consent: Id


class RecordAccess(_Action, tag="record_access", frozen=True):
    """Somebody read a record: under a consent, or without one as an emergency that is reviewed afterwards."""

    access: Id
    subject: Digest
    purpose: Code
    scope: Codes
    content: Digest
    consent: MaybeId = b""


class ReviewAccess(_Action, tag="review_access", frozen=True):
    """The supervisor's verdict on an emergency access."""

    access: Id
    justified: bool


class Recall(_Action, tag="recall", frozen=True):
    """A batch of a product is called back; ``product`` is the digest of drug code and batch."""

    recall: Id
    product: Digest
    level: Annotated[int, Meta(ge=1, le=3)]


class EndRecall(_Action, tag="end_recall", frozen=True):
    """A recall is over."""

    recall: Id


class Anchor(_Action, tag="anchor", frozen=True):
    """The Merkle root of a member's event log up to a seal; seals are numbered without gaps."""

    log: Code
    number: Whole
    count: Whole
    root: Digest


Action = (
    Propose
    | Vote
    | Enrol
    | Retire
    | Issue
    | Review
    | Release
    | Accept
    | Dispense
    | Close
    | GiveBack
    | Return
    | Withdraw
    | Revoke
    | Expire
    | Settle
    | Reverse
    | GrantConsent
    | RevokeConsent
    | RecordAccess
    | ReviewAccess
    | Recall
    | EndRecall
    | Anchor
)


class Transaction(_Struct, frozen=True):
    """What a key signs. ``sequence`` is one more than that of the key's last transaction on the chain ``chain``."""

    version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    chain: Code
    key: Id
    sequence: Whole
    action: Action


class Signed(_Struct, frozen=True):
    """A transaction's canonical bytes with the SM2 signature r ‖ s over them (user id 1234567812345678)."""

    payload: Annotated[bytes, Meta(max_length=8192)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


_TRANSACTION = msgspec.msgpack.Decoder(Transaction)
_SIGNED = msgspec.msgpack.Decoder(Signed)


class Arrived(msgspec.Struct, frozen=True):
    """A signed transaction as it was read: its bytes, its name, and what is in it."""

    raw: bytes
    digest: bytes
    signed: Signed
    transaction: Transaction


def read(raw: bytes) -> Arrived:
    """A signed transaction from its bytes. Raises Malformed."""
    signed = unpack(raw, _SIGNED)
    return Arrived(raw, digest(Purpose.TRANSACTION, raw), signed, unpack(signed.payload, _TRANSACTION))


def payload_of(chain: str, key: bytes, sequence: int, action: Action) -> bytes:
    """The canonical bytes that ``key`` has to sign."""
    return pack(Transaction(VERSION, chain, key, sequence, action))


def signed_bytes(payload: bytes, signature: bytes) -> bytes:
    """What is sent to the chain."""
    return pack(Signed(payload, signature))


def subject_of(action: Action) -> bytes:
    """The id of the one thing that an action is about, by which its history is found."""
    match action:
        case Propose(proposal=one) | Vote(proposal=one):
            return one
        case Enrol(public_key=public):
            return digest(Purpose.KEY_ID, public)[:16]
        case Retire(key=one):
            return one
        case GrantConsent(consent=one) | RevokeConsent(consent=one):
            return one
        case RecordAccess(access=one) | ReviewAccess(access=one):
            return one
        case Recall(recall=one) | EndRecall(recall=one):
            return one
        case Anchor(log=log):
            return digest(Purpose.SEAL, log.encode())[:16]
        case _:
            return action.prescription


def name_of(action: Action) -> str:
    """The action's name on the chain."""
    return str(type(action).__struct_config__.tag)
