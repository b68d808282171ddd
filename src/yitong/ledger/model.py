"""Tables of the chain: the embedded engine's blocks, how processes share it, and what is still to be put on it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, local


class LedgerBlock(Base):
    """A sealed header: its canonical bytes, the sealer's signature, its digest."""

    __tablename__ = "ledger_block"
    height: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    header: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (local(append_only=True),)


class LedgerTransaction(Base):
    """A signed transaction where it stands, with its outcome; block 0 holds the genesis."""

    __tablename__ = "ledger_transaction"
    height: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    subject: Mapped[bytes] = mapped_column(LargeBinary)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["height"], ["ledger_block.height"]),
        Index("uq_ledger_transaction_digest", "digest", unique=True),
        Index("ix_ledger_transaction_subject", "subject", "height", "position"),
        local(append_only=True),
    )


class LedgerSnapshot(Base):
    """A piece of the state as it was after a block; only whole snapshots whose root agrees are used."""

    __tablename__ = "ledger_snapshot"
    height: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    piece: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    pieces: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (local(),)


class LedgerWriter(Base):
    """Which process writes the embedded engine's blocks, and until when if it does not say so again."""

    __tablename__ = "ledger_writer"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    holder: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime]
    __table_args__ = (CheckConstraint("id = 1", name="one"), local())


class LedgerInbox(Base):
    """A signed transaction that another process handed in; ``code`` says why it will never be in a block."""

    __tablename__ = "ledger_inbox"
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    code: Mapped[str | None]
    at: Mapped[datetime]
    __table_args__ = (Index("ix_ledger_inbox_waiting", "number", postgresql_where="code IS NULL"), local())


class LedgerTask(Base):
    """Something that an event wants put on the chain: what is to be signed for whom, and what became of it.

    ``about`` is the platform's own thing, ``subject`` its name on the chain, ``number`` what people call it. ``raw`` is
    what was signed last: handed in again after a crash, it stands in a block once.
    """

    __tablename__ = "ledger_task"
    organization_id: Mapped[UUID]  # who signs
    id: Mapped[UUID]
    event_organization_id: Mapped[UUID]
    event_id: Mapped[UUID]
    step: Mapped[int] = mapped_column(Integer)  # where one event asks for several
    about: Mapped[UUID]
    patient_id: Mapped[UUID | None]
    subject: Mapped[UUID]
    number: Mapped[str]
    role: Mapped[str]
    name: Mapped[str]
    action: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime]
    made_at: Mapped[datetime]
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    height: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int | None] = mapped_column(Integer)
    code: Mapped[str | None]
    done_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        CheckConstraint("state IN ('waiting','done','refused')", name="state"),
        CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name="finished"),
        Index("uq_ledger_task_event", "organization_id", "event_id", "step", unique=True),
        Index("ix_ledger_task_waiting", "next_try_at", postgresql_where="state = 'waiting'"),
        Index("ix_ledger_task_about", "about", "id"),
        Index("ix_ledger_task_subject", "subject", "id"),
        Index("ix_ledger_task_number", "number"),
        hospital(private=True, patient="patient_id"),
    )


class LedgerHostedKey(Base):
    """A member's key for one role, kept here because the member has no signing machine of its own."""

    __tablename__ = "ledger_hosted_key"
    organization_id: Mapped[UUID]
    role: Mapped[str]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    secret_sealed: Mapped[str]  # context "ledger_hosted_key.secret:<organization>:<role>"
    made_at: Mapped[datetime]
    __table_args__ = (PrimaryKeyConstraint("organization_id", "role"), hospital(private=True))


class EventSeal(Base):
    """A stretch of the event log under one Merkle root, which also covers the root before."""

    __tablename__ = "event_seal"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    xid: Mapped[str]  # the last event sealed
    position: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(Integer)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    __table_args__ = (local(append_only=True),)
