"""Tables of the journey: messages to people and their delivery."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, of_patient


class Message(Base):
    """Something a patient is told; shown in the app at once. One event makes at most one message of a kind."""

    __tablename__ = "message"
    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    event_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    text_sealed: Mapped[str]  # title and body in both languages, JSON; context "message.text:<id>"
    link: Mapped[dict[str, Any] | None]
    read_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index("uq_message_event", "patient_id", "event_id", "kind", unique=True),
        Index("ix_message_at", "patient_id", "at"),
        of_patient(),
    )


class Delivery(Base):
    """A message on its way through a channel outside the house; tried again until it is sent or given up."""

    __tablename__ = "delivery"
    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    message_id: Mapped[UUID]
    channel: Mapped[str]  # wechat_subscribe, sms
    recipient_sealed: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        CheckConstraint("state IN ('waiting','sending','sent','given_up')", name="state"),
        Index("uq_delivery_message_channel", "patient_id", "message_id", "channel", unique=True),
        Index("ix_delivery_due", "next_try_at", postgresql_where="state IN ('waiting','sending')"),
        of_patient(),
    )
