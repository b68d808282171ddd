"""Journey: messages and deliveries know their organization, a delivery its account; a lease instead of a state."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("message", sa.Column("organization_id", sa.Uuid(), nullable=False))
    op.add_column("delivery", sa.Column("account_id", sa.Uuid(), nullable=False))
    op.add_column("delivery", sa.Column("organization_id", sa.Uuid(), nullable=False))
    op.add_column("delivery", sa.Column("version", sa.Integer(), nullable=False))
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.drop_index("uq_delivery_message_channel", table_name="delivery")
    op.drop_constraint(op.f("ck_delivery_state"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_state"), "delivery", "state IN ('waiting','sent','given_up')")
    op.create_check_constraint(op.f("ck_delivery_channel"), "delivery", "channel IN ('wechat_subscribe')")
    op.create_check_constraint(
        op.f("ck_delivery_next_try"), "delivery", "(state = 'waiting') = (next_try_at IS NOT NULL)"
    )
    op.create_foreign_key(
        op.f("fk_delivery_patient_id"), "delivery", "message", ["patient_id", "message_id"], ["patient_id", "id"]
    )
    op.create_index(
        "uq_delivery_message_channel", "delivery", ["patient_id", "message_id", "channel", "account_id"], unique=True
    )
    op.create_index("ix_delivery_due", "delivery", ["next_try_at"], postgresql_where="state = 'waiting'")


def downgrade() -> None:
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.drop_index("uq_delivery_message_channel", table_name="delivery")
    op.drop_constraint(op.f("fk_delivery_patient_id"), "delivery", type_="foreignkey")
    op.drop_constraint(op.f("ck_delivery_next_try"), "delivery", type_="check")
    op.drop_constraint(op.f("ck_delivery_channel"), "delivery", type_="check")
    op.drop_constraint(op.f("ck_delivery_state"), "delivery", type_="check")
    op.create_check_constraint(
        op.f("ck_delivery_state"), "delivery", "state IN ('waiting','sending','sent','given_up')"
    )
    op.create_index("uq_delivery_message_channel", "delivery", ["patient_id", "message_id", "channel"], unique=True)
    op.create_index("ix_delivery_due", "delivery", ["next_try_at"], postgresql_where="state IN ('waiting','sending')")
    op.drop_column("delivery", "version")
    op.drop_column("delivery", "organization_id")
    op.drop_column("delivery", "account_id")
    op.drop_column("message", "organization_id")
