"""Fees paid before arrival; coded diagnoses; stays at the insurer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "diagnosis",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("coded_sealed", sa.Text(), nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", _TIME),
        sa.CheckConstraint("phase IN ('visit','admission','discharge')", name=op.f("ck_diagnosis_phase")),
        sa.CheckConstraint("main = (position = 0)", name=op.f("ck_diagnosis_main_first")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_diagnosis")),
    )
    op.create_index(
        "uq_diagnosis_position",
        "diagnosis",
        ["organization_id", "encounter_id", "phase", "position"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_diagnosis_patient", "diagnosis", ["patient_id", "recorded_at"])
    op.create_table(
        "stay_cover",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("insutype", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("mdtrt_id", sa.Text()),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _TIME),
        sa.Column("last_error", sa.Text()),
        sa.CheckConstraint("wanted IN ('admitted','discharged','withdrawn')", name=op.f("ck_stay_cover_wanted")),
        sa.CheckConstraint(
            "state IN ('due','admitted','discharged','withdrawn','refused')", name=op.f("ck_stay_cover_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('admitted','discharged') OR mdtrt_id IS NOT NULL", name=op.f("ck_stay_cover_number")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "stay_id"],
            ["stay.organization_id", "stay.id"],
            name=op.f("fk_stay_cover_organization_id_stay"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "stay_id", name=op.f("pk_stay_cover")),
    )
    op.create_index("ix_stay_cover_next", "stay_cover", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index("ix_stay_cover_patient", "stay_cover", ["patient_id"])
    op.add_column("appointment", sa.Column("pay_by", sa.DateTime(timezone=True)))
    op.create_index("ix_appointment_pay_by", "appointment", ["pay_by"], postgresql_where=sa.text("pay_by IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("stay_cover")
    op.drop_table("diagnosis")
    op.drop_index("ix_appointment_pay_by", "appointment")
    op.drop_column("appointment", "pay_by")
