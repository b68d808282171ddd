"""FHIR at the door: resources from elsewhere, kept as they came."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "foreign_resource",
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("resource_type", sa.Text, nullable=False),
        sa.Column("resource_key", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("became_type", sa.Text),
        sa.Column("became_id", sa.Uuid),
        sa.Column("unread", JSONB, nullable=False),
        sa.Column("body_sealed", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_foreign_resource"),
        sa.CheckConstraint("outcome IN ('taken','known','kept','refused')", name="ck_foreign_resource_outcome"),
        sa.CheckConstraint(
            "(outcome IN ('taken','known')) = (became_id IS NOT NULL)", name="ck_foreign_resource_became"
        ),
    )
    op.create_index(
        "uq_foreign_resource_key",
        "foreign_resource",
        ["organization_id", "source", "resource_type", "resource_key"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_table("foreign_resource")
