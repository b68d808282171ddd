"""Tables of commercial policies and claims."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, of_patient


class Coverage(Base):
    """A commercial policy that somebody holds (FHIR Coverage). The number is sealed (``coverage.policy:<id>``)."""

    __tablename__ = "coverage"
    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    insurer_code: Mapped[str]  # its organization's code
    policy_sealed: Mapped[str]
    policy_tail: Mapped[str]  # the last four characters, to tell policies apart
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"), of_patient())


class Claim(Base):
    """What a commercial insurer is asked to pay back of a settled bill. Sealed: ``claim.sent:<id>``."""

    __tablename__ = "claim"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    bill_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    coverage_id: Mapped[UUID]
    insurer_code: Mapped[str]
    claim_no: Mapped[str]
    replaces_id: Mapped[UUID | None]  # the claim that this one was made in place of
    sent_sealed: Mapped[str]  # the claim as it is sent, whenever that is
    asked_fen: Mapped[int] = mapped_column(BigInteger)
    covered_fen: Mapped[int] = mapped_column(BigInteger)
    insurer_no: Mapped[str | None]
    notes: Mapped[list[Any]]  # why, as the insurer says: [zh, en]
    state: Mapped[str]
    version: Mapped[int]
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]  # when somebody has to ask again; None when it rests
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "bill_id"], ["bill.organization_id", "bill.id"]),
        CheckConstraint("state IN ('due','asked','unknown','queued','approved','rejected','cancelled')", name="state"),
        CheckConstraint("asked_fen > 0 AND covered_fen BETWEEN 0 AND asked_fen", name="amounts"),
        CheckConstraint("covered_fen = 0 OR state = 'approved'", name="covered"),
        ForeignKeyConstraint(["organization_id", "replaces_id"], ["claim.organization_id", "claim.id"]),
        # The same bill is claimed from one policy once, unless the claim was withdrawn or refused.
        Index(
            "uq_claim_bill",
            "organization_id",
            "bill_id",
            "coverage_id",
            unique=True,
            postgresql_where="state NOT IN ('cancelled','rejected')",
        ),
        Index("uq_claim_no", "organization_id", "claim_no", unique=True),
        Index("ix_claim_next", "next_at", postgresql_where="next_at IS NOT NULL"),
        Index("ix_claim_patient", "patient_id", "made_at"),
        hospital(private=True, patient="patient_id"),
    )
