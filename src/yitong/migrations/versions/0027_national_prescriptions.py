"""Where insured prescriptions stand at the national platform."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "national_prescription",
        *(
            sa.Column(name, sa.Uuid(), nullable=False)
            for name in ("organization_id", "id", "prescription_id", "patient_id")
        ),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "attempts")),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("next_at", _TIME, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("rxno", "trace_code", "reason")),
        sa.Column("fetched_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_national_prescription")),
        sa.ForeignKeyConstraint(
            ["organization_id", "prescription_id"],
            ["prescription.organization_id", "prescription.id"],
            name=op.f("fk_national_prescription_organization_id_prescription_id"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting','uploaded','refused','undoing','undone')", name=op.f("ck_national_prescription_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('uploaded','undoing') OR rxno IS NOT NULL", name=op.f("ck_national_prescription_numbered")
        ),
    )
    op.create_index(
        "uq_national_prescription", "national_prescription", ["organization_id", "prescription_id"], unique=True
    )
    op.create_index(
        "ix_national_prescription_due",
        "national_prescription",
        ["next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("national_prescription")
