"""Tables of the journey: messages to people and their delivery."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, of_patient


class Message(Base):
    """Something a patient is told; shown in the app at once. One event makes at most one message of a kind."""

    __tablename__ = "message"
    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    organization_id: Mapped[UUID]
    event_id: Mapped[UUID]  # what it tells of; a reminder tells of the appointment itself
    kind: Mapped[str]
    at: Mapped[datetime]
    text_sealed: Mapped[str]  # title and body in both languages and the channel's fields, JSON; "message.text:<id>"
    link: Mapped[dict[str, Any] | None]
    read_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index("uq_message_event", "patient_id", "event_id", "kind", unique=True),
        Index("ix_message_at", "patient_id", "at"),
        of_patient(),
    )


class Delivery(Base):
    """A message on its way to one account through a channel outside the house; tried until sent or given up.

    Whoever works on it has moved ``next_try_at`` into the future: a lease that runs out by itself.
    """

    __tablename__ = "delivery"
    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    message_id: Mapped[UUID]
    account_id: Mapped[UUID]
    organization_id: Mapped[UUID]
    channel: Mapped[str]
    recipient_sealed: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "message_id"], ["message.patient_id", "message.id"]),
        CheckConstraint("channel IN ('wechat_subscribe')", name="channel"),
        CheckConstraint("state IN ('waiting','sent','given_up')", name="state"),
        CheckConstraint("(state = 'waiting') = (next_try_at IS NOT NULL)", name="next_try"),
        Index("uq_delivery_message_channel", "patient_id", "message_id", "channel", "account_id", unique=True),
        Index("ix_delivery_due", "next_try_at", postgresql_where="state = 'waiting'"),
        of_patient(),
    )
