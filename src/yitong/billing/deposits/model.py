"""The table of stays as billing sees them: whose running bill it is, which bed, what was asked in advance."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class Stay(Base):
    """One stay in hospital and its running bill."""

    __tablename__ = "stay"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    patient_id: Mapped[UUID]
    department_id: Mapped[UUID]
    bill_id: Mapped[UUID]
    bed: Mapped[str]
    bed_price_code: Mapped[str]
    asked_fen: Mapped[int] = mapped_column(BigInteger)  # the deposit that was asked for at the beginning
    warn_below_fen: Mapped[int] = mapped_column(BigInteger)  # less than this left of the deposit: more is asked for
    state: Mapped[str]
    version: Mapped[int]
    admitted_at: Mapped[datetime]
    discharged_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        ForeignKeyConstraint(["organization_id", "bill_id"], ["bill.organization_id", "bill.id"]),
        CheckConstraint("state IN ('running','closing','settled')", name="state"),
        CheckConstraint("(state = 'running') = (discharged_at IS NULL)", name="discharged"),
        CheckConstraint("asked_fen >= 0 AND warn_below_fen >= 0", name="amounts"),
        # One bed at a time for one person at one hospital.
        Index(
            "uq_stay_running",
            "organization_id",
            "patient_id",
            unique=True,
            postgresql_where="state <> 'settled'",
        ),
        Index("ix_stay_state", "organization_id", "state", "admitted_at"),
        Index("ix_stay_patient", "patient_id", "admitted_at"),
        hospital(private=True, patient="patient_id"),
    )


class StayCover(Base):
    """What the insurer is to know of a stay and what it knows. A row is written before the message it speaks of."""

    __tablename__ = "stay_cover"
    organization_id: Mapped[UUID]
    stay_id: Mapped[UUID]
    id: Mapped[UUID]  # by which its moves are known: a stay has moves of its own
    patient_id: Mapped[UUID]
    insutype: Mapped[str]
    wanted: Mapped[str]  # where it is to be: admitted, discharged or withdrawn
    state: Mapped[str]
    version: Mapped[int]
    outdated: Mapped[bool]  # something of the admission changed since it was told
    asked: Mapped[bool]  # an admission was asked for: whether it had its effect may be unknown
    mdtrt_id: Mapped[str | None]
    content_sealed: Mapped[str]  # credential and person; context "stay_cover.content:<stay_id>"
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]  # when somebody has to look at it again; none when it rests
    last_error: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "stay_id"),
        ForeignKeyConstraint(["organization_id", "stay_id"], ["stay.organization_id", "stay.id"]),
        CheckConstraint("wanted IN ('admitted','discharged','withdrawn')", name="wanted"),
        CheckConstraint("state IN ('due','admitted','discharged','withdrawn','refused')", name="state"),
        CheckConstraint("state NOT IN ('admitted','discharged') OR mdtrt_id IS NOT NULL", name="number"),
        Index("ix_stay_cover_next", "next_at", postgresql_where="next_at IS NOT NULL"),
        Index("ix_stay_cover_patient", "patient_id"),
        hospital(private=True, patient="patient_id"),
    )
