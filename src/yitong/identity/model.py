"""Tables of people and of those who sign in. Names, numbers, phones and addresses are sealed; hashes beside them find.

A column ``…_sealed`` holds ``Sealer.seal(value, "<table>.<column>:<row id>")``, ``…_hash`` a ``Sealer.lookup_hash``.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, local, of_patient, reference


class Patient(Base):
    """One human being in the regional master index."""

    __tablename__ = "patient"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name_sealed: Mapped[str]
    name_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sex: Mapped[str]
    birth_date: Mapped[date]
    phone_sealed: Mapped[str | None]
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[str | None]
    verified: Mapped[bool]  # the identity document was checked
    state: Mapped[str]
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("sex IN ('male','female')", name="sex"),
        CheckConstraint("state IN ('active','merged','deceased')", name="state"),
        Index("ix_patient_name_hash", "name_hash"),
        Index("ix_patient_phone_hash", "phone_hash"),
        Index("ix_patient_birth_date", "birth_date", "sex"),
        of_patient(key="id"),
    )


class PatientIdentifier(Base):
    """One identity document of a patient; the unique hash is what refuses a second registration."""

    __tablename__ = "patient_identifier"
    kind: Mapped[str]  # the health-card platform's code: 01 居民身份证, 03 护照 …
    value_hash: Mapped[bytes] = mapped_column(LargeBinary)
    patient_id: Mapped[UUID]
    value_sealed: Mapped[str]  # context "patient_identifier.value:<patient id>:<kind>"
    created_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("kind", "value_hash"),
        Index("ix_patient_identifier_patient_id", "patient_id"),
        local(),
    )


class Account(Base):
    """A citizen's sign-in: one phone number."""

    __tablename__ = "account"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_sealed: Mapped[str]
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    __table_args__ = (local(),)


class OAuthIdentity(Base):
    """An account's identity at WeChat or Alipay."""

    __tablename__ = "oauth_identity"
    provider: Mapped[str]
    subject: Mapped[str]  # the provider's openid
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("provider", "subject"),
        Index("uq_oauth_identity_account", "account_id", "provider", unique=True),
        local(),
    )


class FamilyMember(Base):
    """Somebody an account may act for; ``self`` is the account's own person."""

    __tablename__ = "family_member"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    patient_id: Mapped[UUID]
    relation: Mapped[str]
    guardian: Mapped[bool]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("account_id", "patient_id", "since"),
        CheckConstraint("relation IN ('self','child','parent','spouse','other')", name="relation"),
        Index("uq_family_member_present", "account_id", "patient_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index(
            "uq_family_member_self",
            "account_id",
            unique=True,
            postgresql_where="relation = 'self' AND ended_at IS NULL",
        ),
        Index("ix_family_member_patient", "patient_id"),
        local(),
    )


class OneTimeCode(Base):
    """A code sent to a phone; usable once, for a few minutes, for one purpose."""

    __tablename__ = "one_time_code"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int]
    used_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_one_time_code_phone", "phone_hash", "created_at"), local())


class SignInSession(Base):
    """A session somebody opened; the token carries its id, and ending it here ends the token."""

    __tablename__ = "sign_in_session"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # Where it was opened: keyed hashes of the device's own id, the address block (/24, /48) and the user agent.
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    block_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    agent_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    datacentre: Mapped[bool] = mapped_column(server_default="false")  # the block is one of a hosting provider's
    __table_args__ = (
        Index("ix_sign_in_session_actor", "actor_id"),
        Index("ix_sign_in_session_ended", "ended_at", postgresql_where="ended_at IS NOT NULL"),
        Index("ix_sign_in_session_device", "device_hash", "created_at", postgresql_where="device_hash IS NOT NULL"),
        Index("ix_sign_in_session_block", "block_hash", "created_at", postgresql_where="block_hash IS NOT NULL"),
        local(),
    )


class HealthCard(Base):
    """The electronic health card (电子健康卡): one a citizen in the region."""

    __tablename__ = "health_card"
    patient_id: Mapped[UUID]
    ecard_id: Mapped[str]  # 64 hexadecimal digits, SM3
    issued_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id"),
        CheckConstraint("state IN ('active','frozen','revoked')", name="state"),
        Index("ix_health_card_ecard_id", "ecard_id"),
        of_patient(),
    )


class UsedCardCode(Base):
    """A dynamic code that was used; kept until it would have run out anyway, so that it is refused a second time."""

    __tablename__ = "used_card_code"
    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]
    __table_args__ = (Index("ix_used_card_code_expires_at", "expires_at"), local())


class Terminal(Base):
    """A device at an organization: kiosk, waiting-hall screen, gate."""

    __tablename__ = "terminal"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    location_id: Mapped[UUID | None]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("kind IN ('kiosk','hall','gate')", name="kind"),
        hospital(private=True),
    )


class StaffAccount(Base):
    """A staff member's sign-in."""

    __tablename__ = "staff_account"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str]
    totp_sealed: Mapped[str | None]
    totp_last_step: Mapped[int]  # a time step is accepted once
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    __table_args__ = (reference(),)


class StaffRole(Base):
    """A role that a staff member has at an organization; region-wide roles belong to the commission."""

    __tablename__ = "staff_role"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    role: Mapped[str]
    department_id: Mapped[UUID | None]
    __table_args__ = (PrimaryKeyConstraint("staff_id", "organization_id", "role"), reference())


class LocalPatient(Base):
    """A patient as one hospital's own system knows them, under its local number."""

    __tablename__ = "local_patient"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    local_number: Mapped[str]
    name_sealed: Mapped[str]
    name_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sex: Mapped[str]
    birth_date: Mapped[date | None]
    identifier_kind: Mapped[str | None]
    identifier_sealed: Mapped[str | None]
    identifier_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[str | None]
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        Index("uq_local_patient_number", "organization_id", "local_number", unique=True),
        hospital(private=True),
    )


class PatientLink(Base):
    """That a hospital's local patient is this human being; broken links stay as history."""

    __tablename__ = "patient_link"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    local_patient_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    method: Mapped[str]
    score: Mapped[float]
    linked_at: Mapped[datetime]
    linked_by: Mapped[UUID]
    reason: Mapped[str]
    broken_at: Mapped[datetime | None]
    broken_by: Mapped[UUID | None]
    break_reason: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "local_patient_id"], ["local_patient.organization_id", "local_patient.id"]
        ),
        CheckConstraint("method IN ('deterministic','probabilistic','manual')", name="method"),
        CheckConstraint("(broken_at IS NULL) = (broken_by IS NULL)", name="broken_at_by"),
        Index(
            "uq_patient_link_present",
            "organization_id",
            "local_patient_id",
            unique=True,
            postgresql_where="broken_at IS NULL",
        ),
        Index("ix_patient_link_patient", "patient_id"),
        hospital(private=True, patient="patient_id"),
    )


class MatchReview(Base):
    """A probable match that a person must decide."""

    __tablename__ = "match_review"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    local_patient_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    score: Mapped[float]
    evidence: Mapped[list[Any]]  # field, agreement and weight; values are opened only when shown
    state: Mapped[str]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "local_patient_id"], ["local_patient.organization_id", "local_patient.id"]
        ),
        CheckConstraint("state IN ('open','linked','rejected')", name="state"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_at_by"),
        Index(
            "uq_match_review_open",
            "organization_id",
            "local_patient_id",
            "candidate_id",
            unique=True,
            postgresql_where="state = 'open'",
        ),
        hospital(private=True),
    )
