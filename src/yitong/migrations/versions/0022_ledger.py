"""The evidence chain: blocks, transactions, snapshots, hosted keys, seals of the event log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "ledger_block",
        sa.Column("height", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", name=op.f("pk_ledger_block")),
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("height", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("height", "position", name=op.f("pk_ledger_transaction")),
        sa.ForeignKeyConstraint(["height"], ["ledger_block.height"], name=op.f("fk_ledger_transaction_height")),
    )
    op.create_index("uq_ledger_transaction_digest", "ledger_transaction", ["digest"], unique=True)
    op.create_index("ix_ledger_transaction_subject", "ledger_transaction", ["subject", "height", "position"])
    op.create_table(
        "ledger_snapshot",
        sa.Column("height", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("piece", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("height", "piece", name=op.f("pk_ledger_snapshot")),
    )
    op.create_table(
        "ledger_hosted_key",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "role", name=op.f("pk_ledger_hosted_key")),
    )
    op.create_table(
        "event_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("xid", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event_seal")),
    )


def downgrade() -> None:
    op.drop_table("event_seal")
    op.drop_table("ledger_hosted_key")
    op.drop_table("ledger_snapshot")
    op.drop_table("ledger_transaction")
    op.drop_table("ledger_block")
