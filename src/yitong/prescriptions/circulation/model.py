"""Tables of circulation: parts of prescriptions, custodies, purchase requests and what pharmacies offered."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital

HELD = "state IN ('accepted','dispensing')"


class PrescriptionPart(Base):
    """What of a prescription one pharmacy hands out: the whole sheet, or one of its repeats with a window of its own.

    Quantities count smallest units in the order of the lines. The doctor's signature stands over ``statement_sealed``
    (``prescription_part.statement:<id>``). ``seed_sealed`` (``prescription_part.seed:<id>``) gives the access codes.
    """

    __tablename__ = "prescription_part"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    prescription_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    round: Mapped[int]
    number: Mapped[int]
    of: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    quantities: Mapped[list[Any]]
    dispensed: Mapped[list[Any]]
    returned: Mapped[list[Any]]
    access_digest: Mapped[str | None]  # of the code that opens it now
    seed_sealed: Mapped[str | None]
    codes_used: Mapped[int]
    to_id: Mapped[UUID | None]  # the one pharmacy that may take it
    holder_id: Mapped[UUID | None]
    custody_until: Mapped[datetime | None]
    key_id: Mapped[UUID]
    digest: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    statement_sealed: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "prescription_id"], ["prescription.organization_id", "prescription.id"]
        ),
        CheckConstraint(
            "state IN ('issued','approved','rejected','released','accepted','dispensing','dispensed','returned',"
            "'settled','withdrawn','revoked','expired')",
            name="state",
        ),
        CheckConstraint("number BETWEEN 1 AND 12 AND number <= of", name="number"),
        CheckConstraint("opens_at < closes_at", name="window"),
        CheckConstraint(f"NOT ({HELD}) OR (holder_id IS NOT NULL AND custody_until IS NOT NULL)", name="held"),
        CheckConstraint("state <> 'released' OR access_digest IS NOT NULL", name="released"),
        CheckConstraint("octet_length(signature) = 64", name="signature"),
        Index("uq_prescription_part_number", "organization_id", "prescription_id", "round", "number", unique=True),
        Index("uq_prescription_part_access", "access_digest", "organization_id", unique=True),
        Index("ix_prescription_part_patient", "patient_id", "opens_at"),
        Index("ix_prescription_part_holder", "holder_id", postgresql_where="holder_id IS NOT NULL"),
        Index(
            "ix_prescription_part_due",
            "closes_at",
            postgresql_where="state IN ('issued','approved','released','accepted','dispensing')",
        ),
        hospital(private=True, patient="patient_id"),
    )


class Custody(Base):
    """One time that a pharmacy took a part. The unique index is the wall: one open custody a part, whoever writes.

    ``code_sealed`` (``custody.code:<part>:<ordinal>``) is the access code that was shown, ``secret_sealed``
    (``custody.secret:<part>:<ordinal>``) what only the holder gets and discloses when it ends.
    """

    __tablename__ = "custody"
    organization_id: Mapped[UUID]
    part_id: Mapped[UUID]
    ordinal: Mapped[int]
    patient_id: Mapped[UUID]
    holder_id: Mapped[UUID]
    event_id: Mapped[UUID]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    access_digest: Mapped[str]
    code_sealed: Mapped[str]
    secret_digest: Mapped[str]
    secret_sealed: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "part_id", "ordinal"),
        ForeignKeyConstraint(
            ["organization_id", "part_id"], ["prescription_part.organization_id", "prescription_part.id"]
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("ended_by IN ('closed','given_back','expired','revoked')", name="ended_by"),
        Index("uq_custody_open", "organization_id", "part_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("uq_custody_event", "organization_id", "event_id", unique=True),
        hospital(private=True, patient="patient_id"),
    )


class PurchaseRequest(Base):
    """A patient's wish to buy a part (购药需求), published to pharmacies nearby or sent to one.

    The place is rounded to some hundred metres; the address is sealed (``purchase_request.address:<id>``) and shown
    to the pharmacy that got the part.
    """

    __tablename__ = "purchase_request"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    part_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    mode: Mapped[str]
    pharmacy_id: Mapped[UUID | None]  # chosen, later: that got it
    handover: Mapped[str]
    insured: Mapped[bool]
    latitude: Mapped[float]
    longitude: Mapped[float]
    radius_m: Mapped[int]
    created_at: Mapped[datetime]
    bids_until: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    address_sealed: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "part_id"], ["prescription_part.organization_id", "prescription_part.id"]
        ),
        CheckConstraint("state IN ('open','matched','withdrawn','lapsed')", name="state"),
        CheckConstraint("mode IN ('first','best_price','chosen')", name="mode"),
        CheckConstraint("handover IN ('pickup','delivery')", name="handover"),
        CheckConstraint("(mode = 'best_price') = (bids_until IS NOT NULL)", name="bids_until"),
        CheckConstraint("(handover = 'delivery') = (address_sealed IS NOT NULL)", name="address"),
        CheckConstraint("radius_m > 0", name="radius"),
        Index("uq_purchase_request_open", "organization_id", "part_id", unique=True, postgresql_where="state = 'open'"),
        Index("ix_purchase_request_open_place", "latitude", "longitude", postgresql_where="state = 'open'"),
        Index("ix_purchase_request_patient", "patient_id", "created_at"),
        hospital(private=True, patient="patient_id"),
    )


class PurchaseOffer(Base):
    """What one pharmacy offers for a request: goods and delivery in fen, and minutes until it is ready."""

    __tablename__ = "purchase_offer"
    organization_id: Mapped[UUID]
    request_id: Mapped[UUID]
    pharmacy_id: Mapped[UUID]
    id: Mapped[UUID]
    patient_id: Mapped[UUID]
    state: Mapped[str]
    total_fen: Mapped[int]
    delivery_fee_fen: Mapped[int]
    ready_minutes: Mapped[int]
    distance_m: Mapped[int]
    created_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "request_id", "pharmacy_id"),
        ForeignKeyConstraint(
            ["organization_id", "request_id"], ["purchase_request.organization_id", "purchase_request.id"]
        ),
        CheckConstraint("state IN ('made','won','lost')", name="state"),
        CheckConstraint("total_fen >= 0 AND delivery_fee_fen >= 0", name="money"),
        CheckConstraint("ready_minutes BETWEEN 0 AND 10080", name="ready"),
        hospital(private=True, patient="patient_id"),
    )
