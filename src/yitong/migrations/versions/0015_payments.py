"""Payments: orders with their lines and parts, refunds with theirs, and what did not agree."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _orders()
    _parts()
    _refunds()
    _refund_parts()
    _differences()


def _orders() -> None:
    op.create_table(
        "payment_order",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("insutype", sa.Text(), nullable=True),
        sa.Column("insurance_sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cancel_asked", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("stuck", sa.Text(), nullable=True),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "(state = 'refunded') = (refunded_fen = total_fen)", name=op.f("ck_payment_order_refunded_all")
        ),
        sa.CheckConstraint(
            "state IN ('pre_settled','settling','settled','part_refunded','refunded','compensating','failed')",
            name=op.f("ck_payment_order_state"),
        ),
        sa.CheckConstraint("(insutype IS NULL) = (insurance_sealed IS NULL)", name=op.f("ck_payment_order_insurance")),
        sa.CheckConstraint("refunded_fen BETWEEN 0 AND total_fen", name=op.f("ck_payment_order_refunded")),
        sa.CheckConstraint("total_fen > 0", name=op.f("ck_payment_order_total")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_payment_order")),
    )
    op.create_index("ix_payment_order_bill", "payment_order", ["organization_id", "bill_id"])
    op.create_index("ix_payment_order_next", "payment_order", ["next_at"], postgresql_where="next_at IS NOT NULL")
    op.create_index("ix_payment_order_patient", "payment_order", ["patient_id", "created_at"])
    op.create_index(
        "ix_payment_order_stuck",
        "payment_order",
        ["organization_id", "created_at"],
        postgresql_where="stuck IS NOT NULL",
    )
    op.create_index(
        "uq_payment_order_key", "payment_order", ["organization_id", "payer_id", "idempotency_key"], unique=True
    )
    op.create_table(
        "payment_line",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "order_id"],
            ["payment_order.organization_id", "payment_order.id"],
            name=op.f("fk_payment_line_organization_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "order_id", "charge_id", name=op.f("pk_payment_line")),
    )
    op.create_index(
        "uq_payment_line_held", "payment_line", ["organization_id", "charge_id"], unique=True, postgresql_where="held"
    )


def _parts() -> None:
    op.create_table(
        "payment_part",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False),
        sa.Column("account_fen", sa.BigInteger(), nullable=False),
        sa.Column("hospital_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("split", JSONB(), nullable=True),
        sa.Column("split_lines", JSONB(), nullable=True),
        sa.Column("mdtrt_id", sa.Text(), nullable=True),
        sa.Column("payer_sealed", sa.Text(), nullable=True),
        sa.Column("opened_sealed", sa.Text(), nullable=True),
        sa.Column("outside_no", sa.Text(), nullable=True),
        sa.Column("window", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=True),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("done_at", _TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "amount_fen > 0 OR kind = 'insurance' AND amount_fen = 0", name=op.f("ck_payment_part_amount")
        ),
        sa.CheckConstraint(
            "kind <> 'insurance' AND fund_fen = 0 AND account_fen = 0 AND hospital_fen = 0 OR kind = 'insurance' AND amount_fen = fund_fen + account_fen",
            name=op.f("ck_payment_part_insurance"),
        ),
        sa.CheckConstraint("kind IN ('insurance','commercial','deposit','channel')", name=op.f("ck_payment_part_kind")),
        sa.CheckConstraint(
            "refunded_fen = 0 OR state IN ('done','reversing','reversed')", name=op.f("ck_payment_part_refunded_done")
        ),
        sa.CheckConstraint(
            "state IN ('due','asked','waiting','unknown','closing','done','failed','reversing','reversed')",
            name=op.f("ck_payment_part_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('done','reversing','reversed') OR done_at IS NOT NULL", name=op.f("ck_payment_part_done_at")
        ),
        sa.CheckConstraint(
            "fund_fen >= 0 AND account_fen >= 0 AND hospital_fen >= 0", name=op.f("ck_payment_part_not_negative")
        ),
        sa.CheckConstraint("refunded_fen BETWEEN 0 AND amount_fen", name=op.f("ck_payment_part_refunded")),
        sa.ForeignKeyConstraint(
            ["organization_id", "order_id"],
            ["payment_order.organization_id", "payment_order.id"],
            name=op.f("fk_payment_part_organization_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_payment_part")),
    )
    op.create_index("ix_payment_part_done", "payment_part", ["organization_id", "channel", "done_at"])
    op.create_index("ix_payment_part_number", "payment_part", ["number"])
    op.create_index(
        "ix_payment_part_open",
        "payment_part",
        ["organization_id", "order_id"],
        postgresql_where="state IN ('due','asked','waiting','unknown','closing')",
    )
    op.create_index("uq_payment_part_number", "payment_part", ["organization_id", "number"], unique=True)
    op.create_index("uq_payment_part_seq", "payment_part", ["organization_id", "order_id", "seq"], unique=True)


def _refunds() -> None:
    op.create_table(
        "refund",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("window", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("owed_fen", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "(state IN ('reversing','resettling','returning')) = (ended_at IS NULL)", name=op.f("ck_refund_ended")
        ),
        sa.CheckConstraint("kind IN ('refund','compensation')", name=op.f("ck_refund_kind")),
        sa.CheckConstraint(
            "state IN ('reversing','resettling','returning','done','failed')", name=op.f("ck_refund_state")
        ),
        sa.CheckConstraint("amount_fen >= 0 AND owed_fen >= 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(
            ["organization_id", "order_id"],
            ["payment_order.organization_id", "payment_order.id"],
            name=op.f("fk_refund_organization_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_refund")),
    )
    op.create_index("ix_refund_order", "refund", ["organization_id", "order_id"])
    op.create_index("ix_refund_patient", "refund", ["patient_id", "asked_at"])
    op.create_index("uq_refund_key", "refund", ["organization_id", "asked_by", "idempotency_key"], unique=True)
    op.create_index(
        "uq_refund_open",
        "refund",
        ["organization_id", "order_id"],
        unique=True,
        postgresql_where="state IN ('reversing','resettling','returning')",
    )
    op.create_table(
        "refund_line",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "refund_id"],
            ["refund.organization_id", "refund.id"],
            name=op.f("fk_refund_line_organization_id_refund_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "refund_id", "charge_id", name=op.f("pk_refund_line")),
    )
    op.create_index(
        "uq_refund_line_held", "refund_line", ["organization_id", "charge_id"], unique=True, postgresql_where="held"
    )


def _refund_parts() -> None:
    op.create_table(
        "refund_part",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=True),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("done_at", _TIME, nullable=True),
        sa.Column("outside_no", sa.Text(), nullable=True),
        sa.Column("window", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_refund_part_done_at")),
        sa.CheckConstraint(
            "amount_fen > 0 OR kind = 'insurance' AND amount_fen = 0", name=op.f("ck_refund_part_amount")
        ),
        sa.CheckConstraint("kind IN ('insurance','commercial','deposit','channel')", name=op.f("ck_refund_part_kind")),
        sa.CheckConstraint(
            "state IN ('due','asked','waiting','unknown','done','failed')", name=op.f("ck_refund_part_state")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "order_id"],
            ["payment_order.organization_id", "payment_order.id"],
            name=op.f("fk_refund_part_organization_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "part_id"],
            ["payment_part.organization_id", "payment_part.id"],
            name=op.f("fk_refund_part_organization_id_part_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "refund_id"],
            ["refund.organization_id", "refund.id"],
            name=op.f("fk_refund_part_organization_id_refund_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_refund_part")),
    )
    op.create_index("ix_refund_part_done", "refund_part", ["organization_id", "channel", "done_at"])
    op.create_index("ix_refund_part_number", "refund_part", ["number"])
    op.create_index("ix_refund_part_part", "refund_part", ["organization_id", "part_id"])
    op.create_index("uq_refund_part_number", "refund_part", ["organization_id", "number"], unique=True)
    op.create_index("uq_refund_part_seq", "refund_part", ["organization_id", "refund_id", "seq"], unique=True)


def _differences() -> None:
    op.create_table(
        "payment_difference",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expected_fen", sa.BigInteger(), nullable=False),
        sa.Column("found_fen", sa.BigInteger(), nullable=False),
        sa.Column("found_state", sa.Text(), nullable=False),
        sa.Column("outside_no", sa.Text(), nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.CheckConstraint("kind IN ('amount','state')", name=op.f("ck_payment_difference_kind")),
        sa.CheckConstraint("source IN ('notice','answer')", name=op.f("ck_payment_difference_source")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_payment_difference")),
    )
    op.create_index("ix_payment_difference_found", "payment_difference", ["organization_id", "found_at"])
    op.create_index(
        "uq_payment_difference",
        "payment_difference",
        ["organization_id", "number", "source", "kind", "found_fen", "found_state"],
        unique=True,
    )


def downgrade() -> None:
    for table in (
        "payment_difference", "refund_part", "refund_line", "refund", "payment_part", "payment_line", "payment_order"
    ):  # fmt: skip
        op.drop_table(table)
