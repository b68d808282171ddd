"""Accounts, family members and registration on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from yitong.identity.rules.documents import IdKind, Sex
from yitong.kernel.ids import UUID

Relation = Literal["self", "child", "parent", "spouse", "other"]
CardStatus = Literal["active", "frozen", "revoked", "none"]
Short = Annotated[str, Meta(min_length=1, max_length=100)]
Address = Annotated[str, Meta(max_length=200)]


class Member(Struct, frozen=True):
    """Somebody an account acts for."""

    patient_id: UUID
    relation: Relation
    is_guardian: bool
    name: str
    name_masked: str
    sex: Sex
    birth_date: date
    age_years: int
    id_kind: str
    id_number_masked: str
    phone_masked: str | None
    card_status: CardStatus


class Account(Struct, frozen=True):
    """A citizen's account with its people, oneself first."""

    id: UUID
    phone_masked: str
    self_patient_id: UUID | None
    members: list[Member]
    family_cap: int


class Session(Struct, frozen=True):
    """An open session; ``token`` goes into the Authorization header."""

    token: str
    expires_at: datetime
    account: Account


class PhoneProof(Struct, frozen=True):
    """A code that came to a phone, to show that its holder agrees."""

    challenge_id: UUID
    code: Annotated[str, Meta(max_length=12)]


class Registration(Struct, frozen=True):
    """A person to register or to add to the family."""

    relation: Relation
    name: Short
    id_kind: IdKind
    id_number: Short
    birth_date: date | None = None
    sex: Sex | None = None
    phone: str | None = None
    address: Address | None = None
    guardian: bool = False
    phone_proof: PhoneProof | None = None


class Registered(Struct, frozen=True):
    """The new member and, because the family is part of it, a new session."""

    member: Member
    session: Session | None


class Family(Struct, frozen=True):
    """The people of an account and how many there may be."""

    members: list[Member]
    cap: int
    session: Session | UnsetType = UNSET


class PhoneCodeRequest(Struct, frozen=True):
    """Ask for a one-time code."""

    phone: Annotated[str, Meta(max_length=30)]
    purpose: Literal["sign_in", "card", "family", "booking"]


class PhoneCodeIssued(Struct, frozen=True):
    """A code is on its way."""

    challenge_id: UUID
    expires_at: datetime
    resend_at: datetime


class PhoneSignIn(Struct, frozen=True):
    """Sign in with the code that came; ``binding`` ties a WeChat or Alipay identity to the account."""

    challenge_id: UUID
    phone: Annotated[str, Meta(max_length=30)]
    code: Annotated[str, Meta(max_length=12)]
    binding: Annotated[str, Meta(max_length=2000)] | None = None


class OAuthStart(Struct, frozen=True):
    """Where to send the browser, and the state that comes back with it."""

    authorize_url: str
    state: str


class OAuthReturn(Struct, frozen=True):
    """What the provider sent the browser back with."""

    code: Annotated[str, Meta(max_length=1000)]
    state: Annotated[str, Meta(max_length=2000)]
