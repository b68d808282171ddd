"""The same POST twice is one: the first answer is kept under the client's key and given again.

Two requests with one key at the same moment meet at the primary key: the second waits for the first one's commit.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from sqlalchemy import PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped

from yitong.kernel.ids import UUID
from yitong.kernel.problems import IDEMPOTENCY_KEY_REUSED
from yitong.kernel.tables import Base, local
from yitong.kernel.transaction import Transaction

T = TypeVar("T", bound=msgspec.Struct)


class KeptAnswer(Base):
    """The answer to a request that made something, under the asking party and its key."""

    __tablename__ = "kept_answer"
    actor_id: Mapped[UUID]
    key: Mapped[UUID]
    fingerprint: Mapped[str]
    answer: Mapped[str | None]  # sealed: answers name people
    at: Mapped[datetime]
    __table_args__ = (PrimaryKeyConstraint("actor_id", "key"), local())


async def once(
    tx: Transaction, key: UUID, request: msgspec.Struct, answer_type: type[T], make: Callable[[], Awaitable[T]]
) -> T:
    """What ``make()`` answers the first time this actor sends ``key``, and that same answer every later time.

    Raises Problem ``idempotency-key-reused`` when the key came with a different request.
    """
    fingerprint = sha256(type(request).__name__.encode() + msgspec.json.encode(request)).hexdigest()
    claimed = await tx.session.execute(
        text(
            "INSERT INTO kept_answer (actor_id, key, fingerprint, at) VALUES (:actor, :key, :fingerprint, :now)"
            " ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {"actor": tx.actor.id, "key": key, "fingerprint": fingerprint, "now": tx.now},
    )
    if claimed.first() is None:
        kept = await tx.session.execute(
            text("SELECT fingerprint, answer FROM kept_answer WHERE actor_id = :actor AND key = :key"),
            {"actor": tx.actor.id, "key": key},
        )
        row: Any = kept.one()
        if row.fingerprint != fingerprint:
            raise IDEMPOTENCY_KEY_REUSED()
        return msgspec.json.decode(tx.platform.sealer.open(row.answer, f"kept_answer/{key}"), type=answer_type)
    answer = await make()
    sealed = tx.platform.sealer.seal(msgspec.json.encode(answer).decode(), f"kept_answer/{key}")
    await tx.session.execute(
        text("UPDATE kept_answer SET answer = :answer WHERE actor_id = :actor AND key = :key"),
        {"actor": tx.actor.id, "key": key, "answer": sealed},
    )
    return answer
