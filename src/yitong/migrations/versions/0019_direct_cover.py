"""Payments: commercial cover as a part, the number of the message that asks an insurer to settle, rests owed."""

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
    op.drop_index("uq_payment_order_rest", "payment_order")
    op.drop_constraint(op.f("fk_payment_order_organization_id_rest_of_id"), "payment_order", type_="foreignkey")
    op.drop_column("payment_order", "rest_of_id")
    op.drop_constraint(op.f(_AMOUNT), "payment_part", type_="check")
    op.create_check_constraint(op.f(_AMOUNT), "payment_part", "amount_fen > 0 OR kind = 'insurance' AND amount_fen = 0")
    op.drop_constraint(op.f("ck_payment_part_undoing"), "payment_part", type_="check")
    for column in ("undoing", "msgid", "claim_sealed"):
        op.drop_column("payment_part", column)
