"""Mixed payments: insured bills paid inside WeChat, the insurer's order and the cash part in one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mixed_payment",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("asked_sealed", sa.Text(), nullable=False),
        sa.Column("order_sealed", sa.Text(), nullable=True),
        sa.Column("mix_trade_no", sa.Text(), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("told_no", sa.Text(), nullable=True),
        sa.Column("told_at", _TIME, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=True),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('due','ordering','ordered','opening','waiting','closing','paid','failed')",
            name=op.f("ck_mixed_payment_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('ordered','opening','waiting','paid') OR order_sealed IS NOT NULL",
            name=op.f("ck_mixed_payment_ordered"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('waiting','paid') OR mix_trade_no IS NOT NULL", name=op.f("ck_mixed_payment_opened")
        ),
        sa.CheckConstraint("told_at IS NULL OR told_no IS NOT NULL", name=op.f("ck_mixed_payment_told")),
        sa.ForeignKeyConstraint(
            ["organization_id", "order_id"],
            ["payment_order.organization_id", "payment_order.id"],
            name=op.f("fk_mixed_payment_organization_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_mixed_payment")),
    )
    op.create_index("uq_mixed_payment_order", "mixed_payment", ["organization_id", "order_id"], unique=True)
    op.create_index("uq_mixed_payment_number", "mixed_payment", ["organization_id", "number"], unique=True)
    op.create_index("ix_mixed_payment_number", "mixed_payment", ["number"])


def downgrade() -> None:
    op.drop_table("mixed_payment")
