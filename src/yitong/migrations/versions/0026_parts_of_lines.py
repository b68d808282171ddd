"""Parts of a line's quantity that go back; several rests of one payment, one for each refund that left one; the
medical insurance office told from commercial insurers; claims made in place of others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_RESTS = "rest_of_id IS NOT NULL AND state NOT IN ('failed','refunded')"
# A rest was left by the last refund of its order that was done before it was paid.
_LEFT_BY = """
UPDATE payment_order o SET rest_refund_id = (SELECT r.id FROM refund r WHERE r.organization_id = o.organization_id
   AND r.order_id = o.rest_of_id AND r.kind = 'refund' AND r.asked_at <= o.created_at AND r.owed_fen > 0
 ORDER BY r.asked_at DESC LIMIT 1) WHERE o.rest_of_id IS NOT NULL"""


_KINDS = "'hospital','community_centre','pharmacy','insurer','commission'"


def upgrade() -> None:
    _kinds("'hospital','community_centre','pharmacy','insurer','insurance_office','commission'")
    op.execute("UPDATE organization SET kind = 'insurance_office' WHERE kind = 'insurer' AND code = 'DEMO-IN-01'")
    op.add_column("payment_line", sa.Column("remains_of", sa.Uuid(), nullable=True))
    op.add_column("payment_line", sa.Column("cnt_milli", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_payment_line_remains"),
        "payment_line",
        "(remains_of IS NULL) = (cnt_milli IS NULL) AND coalesce(cnt_milli, 1) > 0",
    )
    op.add_column("refund_line", sa.Column("kept_id", sa.Uuid(), nullable=True))
    op.add_column("refund_line", sa.Column("cnt_milli", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_refund_line_part"),
        "refund_line",
        "(kept_id IS NULL) = (cnt_milli IS NULL) AND coalesce(cnt_milli, 1) > 0",
    )
    op.add_column("payment_order", sa.Column("rest_refund_id", sa.Uuid(), nullable=True))
    op.execute(_LEFT_BY)
    op.add_column("claim", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_claim_organization_id_replaces_id"),
        "claim",
        "claim",
        ["organization_id", "replaces_id"],
        ["organization_id", "id"],
    )
    _claimed_once("state NOT IN ('cancelled','rejected')")
    op.create_check_constraint(
        op.f("ck_payment_order_rest"), "payment_order", "(rest_of_id IS NULL) = (rest_refund_id IS NULL)"
    )
    op.drop_index("uq_payment_order_rest", "payment_order")
    op.create_index(
        "uq_payment_order_rest",
        "payment_order",
        ["organization_id", "rest_of_id", "rest_refund_id"],
        unique=True,
        postgresql_where=_RESTS,
    )


def _kinds(allowed: str) -> None:
    op.drop_constraint(op.f("ck_organization_kind"), "organization", type_="check")
    op.create_check_constraint(op.f("ck_organization_kind"), "organization", f"kind IN ({allowed})")


def _claimed_once(where: str) -> None:
    op.drop_index("uq_claim_bill", "claim")
    op.create_index(
        "uq_claim_bill", "claim", ["organization_id", "bill_id", "coverage_id"], unique=True, postgresql_where=where
    )


def downgrade() -> None:
    op.execute("UPDATE organization SET kind = 'insurer' WHERE kind = 'insurance_office'")
    _kinds(_KINDS)
    op.drop_index("uq_payment_order_rest", "payment_order")
    op.create_index(
        "uq_payment_order_rest",
        "payment_order",
        ["organization_id", "rest_of_id"],
        unique=True,
        postgresql_where=_RESTS,
    )
    op.drop_constraint(op.f("ck_payment_order_rest"), "payment_order", type_="check")
    op.drop_column("payment_order", "rest_refund_id")
    op.drop_constraint(op.f("fk_claim_organization_id_replaces_id"), "claim", type_="foreignkey")
    op.drop_column("claim", "replaces_id")
    _claimed_once("state <> 'cancelled'")
    op.drop_constraint(op.f("ck_refund_line_part"), "refund_line", type_="check")
    op.drop_column("refund_line", "cnt_milli")
    op.drop_column("refund_line", "kept_id")
    op.drop_constraint(op.f("ck_payment_line_remains"), "payment_line", type_="check")
    op.drop_column("payment_line", "cnt_milli")
    op.drop_column("payment_line", "remains_of")
