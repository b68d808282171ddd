"""Tables of the embedded engine. Blocks and transactions are append-only; snapshots spare time."""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.tables import Base, local


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
