"""Resources from elsewhere, kept exactly as they came, so that nothing is lost that is not understood yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital


class ForeignResource(Base):
    """One FHIR resource that was imported: the sealed original, what it became, and which elements were not read."""

    __tablename__ = "foreign_resource"
    organization_id: Mapped[UUID]  # whose import it was
    id: Mapped[UUID]
    source: Mapped[str]  # the file or system it came from
    resource_type: Mapped[str]
    resource_key: Mapped[str]  # its id there
    outcome: Mapped[str]
    reason: Mapped[str]
    became_type: Mapped[str | None]
    became_id: Mapped[UUID | None]
    unread: Mapped[list[Any]]  # paths of the elements nothing here has a place for yet
    body_sealed: Mapped[str]  # context "foreign_resource.body:<id>"
    at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("outcome IN ('taken','known','kept','refused')", name="outcome"),
        CheckConstraint("(outcome IN ('taken','known')) = (became_id IS NOT NULL)", name="became"),
        Index("uq_foreign_resource_key", "organization_id", "source", "resource_type", "resource_key", unique=True),
        hospital(private=True),
    )
