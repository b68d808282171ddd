"""Queue and visits: what calling and seeing patients adds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("queue_entry", sa.Column("encounter_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("queue_entry", "encounter_id")
