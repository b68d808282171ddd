"""Payments: commercial cover as a part, the number of the message that asks an insurer to settle, rests owed, and
counts of tills."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_AMOUNT = "ck_payment_part_amount"


def upgrade() -> None:
    _parts()
    _rests()
    _counts()


def _counts() -> None:
    op.create_table(
        "cash_count",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("till", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_fen", sa.BigInteger(), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_cash_count")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_cash_count_organization_id")),
        sa.ForeignKeyConstraint(
            ["organization_id", "replaces_id"],
            ["cash_count.organization_id", "cash_count.id"],
            name=op.f("fk_cash_count_organization_id_replaces_id"),
        ),
        sa.CheckConstraint("since < until", name=op.f("ck_cash_count_span")),
    )
    op.create_index(
        "uq_cash_count_until",
        "cash_count",
        ["organization_id", "till", "until"],
        unique=True,
        postgresql_where="replaces_id IS NULL",
    )
    op.create_index("uq_cash_count_replaces", "cash_count", ["organization_id", "replaces_id"], unique=True)
    op.create_index("ix_cash_count_until", "cash_count", ["organization_id", "until"])
    _line_kinds("'payment','refund','settlement','reversal','claim','cancellation','count'")


def _line_kinds(listed: str) -> None:
    name = op.f("ck_reconciliation_difference_line_kind")
    op.drop_constraint(name, "reconciliation_difference", type_="check")
    op.create_check_constraint(name, "reconciliation_difference", f"line_kind IN ({listed})")


def _rests() -> None:
    op.add_column("payment_order", sa.Column("rest_of_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_payment_order_organization_id_rest_of_id"),
        "payment_order",
        "payment_order",
        ["organization_id", "rest_of_id"],
        ["organization_id", "id"],
    )
    op.create_index(
        "uq_payment_order_rest",
        "payment_order",
        ["organization_id", "rest_of_id"],
        unique=True,
        postgresql_where="rest_of_id IS NOT NULL AND state NOT IN ('failed','refunded')",
    )


def _parts() -> None:
    op.add_column("payment_part", sa.Column("claim_sealed", sa.Text(), nullable=True))
    op.add_column("payment_part", sa.Column("msgid", sa.Text(), nullable=True))
    op.add_column("payment_part", sa.Column("undoing", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_payment_part_undoing"),
        "payment_part",
        "undoing IS NULL OR undoing IN ('absent','silent') AND msgid IS NOT NULL",
    )
    op.drop_constraint(op.f(_AMOUNT), "payment_part", type_="check")
    op.create_check_constraint(
        op.f(_AMOUNT), "payment_part", "amount_fen > 0 OR kind IN ('insurance','commercial') AND amount_fen = 0"
    )


def downgrade() -> None:
    _line_kinds("'payment','refund','settlement','reversal'")
    op.drop_table("cash_count")
    op.drop_index("uq_payment_order_rest", "payment_order")
    op.drop_constraint(op.f("fk_payment_order_organization_id_rest_of_id"), "payment_order", type_="foreignkey")
    op.drop_column("payment_order", "rest_of_id")
    op.drop_constraint(op.f(_AMOUNT), "payment_part", type_="check")
    op.create_check_constraint(op.f(_AMOUNT), "payment_part", "amount_fen > 0 OR kind = 'insurance' AND amount_fen = 0")
    op.drop_constraint(op.f("ck_payment_part_undoing"), "payment_part", type_="check")
    for column in ("undoing", "msgid", "claim_sealed"):
        op.drop_column("payment_part", column)
