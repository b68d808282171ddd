"""What a pharmacy says of itself beyond the directory, and the packages' identification codes of drugs."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, reference


class Pharmacy(Base):
    """A pharmacy that takes part in circulation; ``hours`` lists weekday (1 is Monday), opens and closes as HH:MM."""

    __tablename__ = "pharmacy"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    hours: Mapped[list[Any]]
    taking: Mapped[bool]  # whether it takes circulated prescriptions now
    insured: Mapped[bool]  # contract for outpatient pooling (门诊统筹)
    dual_channel: Mapped[bool]  # contract for negotiated drugs (双通道)
    delivers: Mapped[bool]
    delivery_radius_m: Mapped[int]
    delivery_fee_fen: Mapped[int]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("delivery_radius_m >= 0", name="delivery_radius"),
        CheckConstraint("delivery_fee_fen >= 0", name="delivery_fee"),
        hospital(),
    )


class DrugIdentifier(Base):
    """The identification code (药品标识码, first seven digits of a trace code) of a drug's package."""

    __tablename__ = "drug_identifier"
    prefix: Mapped[str] = mapped_column(primary_key=True)
    drug_code: Mapped[str] = mapped_column(ForeignKey("drug.code"))
    __table_args__ = (
        CheckConstraint("prefix ~ '^[0-9]{7}$'", name="prefix"),
        Index("ix_drug_identifier_drug", "drug_code"),
        reference(),
    )
