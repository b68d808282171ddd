"""Tables of the embedded engine. Blocks and transactions are append-only; snapshots spare time."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, PrimaryKeyConstraint
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
