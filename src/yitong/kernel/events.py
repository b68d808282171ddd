"""The spine: every change appends one event in its own transaction; everything else listens.

An event is the audit trail, the notification source, the statistics source and the patient's journey at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Identity, Index, PrimaryKeyConstraint, insert, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from yitong.kernel.event_log import Recorded as Recorded
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.tables import Base, hospital
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, read as text."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about. Regional subjects belong to the commission's organization."""

    type: str
    id: UUID
    organization_id: UUID
    patient_id: UUID | None = None


class Event(Base):
    """One thing that happened. Ordered by (xid, position): the order in which readers may see commits."""

    __tablename__ = "event"
    organization_id: Mapped[UUID]
    id: Mapped[UUID]
    xid: Mapped[str] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    at: Mapped[datetime]
    type: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    patient_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        Index("ix_event_log", "xid", "position"),
        Index("ix_event_subject", "organization_id", "subject_id"),
        hospital(private=True, patient="patient_id", append_only=True),
    )


EVENT_WORDS: dict[str, Bilingual] = {}


def declare_events(words: Mapping[StrEnum, tuple[str, str]]) -> None:
    """Declare event names (area:thing:verb) with the sentence the event trail shows, ``{places}`` from the payload.

    Raises ValueError when a name is taken.
    """
    for name, (zh, en) in words.items():
        if name.value in EVENT_WORDS:
            raise ValueError(f"event {name.value} is declared twice")
        EVENT_WORDS[name.value] = Bilingual(zh, en)


async def record(
    tx: Transaction, grant: Grant, type: StrEnum, subject: Subject, payload: Mapping[str, Any] | None = None
) -> UUID:
    """Append one event to the log in this transaction and answer its id. The type must be declared."""
    if type.value not in EVENT_WORDS:
        raise ValueError(f"event {type.value} is not declared")
    event_id = new_id()
    await tx.session.execute(
        insert(Event).values(
            organization_id=subject.organization_id,
            id=event_id,
            at=tx.now,
            type=type.value,
            actor_kind=grant.actor.kind.value,
            actor_id=grant.actor.id,
            action=grant.action,
            subject_type=subject.type,
            subject_id=subject.id,
            patient_id=subject.patient_id,
            payload=msgspec.to_builtins(dict(payload or {})),
        )
    )
    return event_id
