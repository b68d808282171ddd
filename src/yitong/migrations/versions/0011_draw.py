"""The draw: announced draws, requests, results and offers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        [f"{target}.organization_id", f"{target}.id"],
        name=f"fk_{table}_organization_id_{column}",
    )


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[sa.Uuid]:
    return sa.Column(name, sa.Uuid, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "draw",
        _uuid("organization_id"),
        _uuid("id"),
        _uuid("department_id"),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("opens_at", _TIME, nullable=False),
        sa.Column("closes_at", _TIME, nullable=False),
        sa.Column("claim_hours", sa.Integer, nullable=False),
        sa.Column("choices_max", sa.Integer, nullable=False),
        sa.Column("strata", JSONB, nullable=False),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("seed_sealed", sa.Text, nullable=False),
        sa.Column("seed", sa.Text),
        sa.Column("beacon_source", sa.Text),
        sa.Column("beacon", sa.Text),
        sa.Column("terms", JSONB),
        sa.Column("requests_root", sa.Text),
        sa.Column("requests", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("drawn_at", _TIME),
        sa.Column("cancelled_reason", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
        _uuid("created_by"),
        _key("draw", "organization_id", "id"),
        _to("draw", "department_id", "department"),
        sa.CheckConstraint("state IN ('announced','open','closed','drawn','cancelled')", name="ck_draw_state"),
        sa.CheckConstraint("opens_at < closes_at", name="ck_draw_times"),
        sa.CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name="ck_draw_seed_revealed"),
        sa.CheckConstraint(
            "state NOT IN ('closed','drawn') OR (terms IS NOT NULL AND requests_root IS NOT NULL"
            " AND requests IS NOT NULL AND closed_at IS NOT NULL)",
            name="ck_draw_closed",
        ),
        sa.CheckConstraint(
            "beacon IS NULL OR (beacon_source IS NOT NULL AND closed_at IS NOT NULL)", name="ck_draw_beacon"
        ),
    )
    op.create_index("ix_draw_id", "draw", ["id"])
    op.create_index("ix_draw_state", "draw", ["state", "closes_at"])
    op.create_table(
        "draw_slot",
        _uuid("organization_id"),
        _uuid("draw_id"),
        _uuid("slot_id"),
        sa.Column("places", sa.Integer),
        sa.Column("ended", sa.Boolean, nullable=False),
        _key("draw_slot", "organization_id", "draw_id", "slot_id"),
        _to("draw_slot", "draw_id", "draw"),
        _to("draw_slot", "slot_id", "slot"),
    )
    op.create_index(
        "uq_draw_slot_running", "draw_slot", ["organization_id", "slot_id"], unique=True, postgresql_where="NOT ended"
    )
    op.create_table(
        "draw_request",
        _uuid("organization_id"),
        _uuid("id"),
        _uuid("draw_id"),
        _uuid("patient_id"),
        sa.Column("identity_hash", sa.LargeBinary, nullable=False),
        _uuid("requested_by"),
        sa.Column("choices", JSONB, nullable=False),
        sa.Column("stratum", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("leaf", sa.Text, nullable=False),
        sa.Column("waitlist", sa.Boolean, nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("withdrawn_at", _TIME),
        _key("draw_request", "organization_id", "id"),
        _to("draw_request", "draw_id", "draw"),
    )
    for name, column in (("patient", "patient_id"), ("identity", "identity_hash")):
        op.create_index(
            f"uq_draw_request_{name}",
            "draw_request",
            ["organization_id", "draw_id", column],
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        )
    op.create_index("ix_draw_request_patient", "draw_request", ["patient_id"])
    op.create_table(
        "draw_result",
        _uuid("organization_id"),
        _uuid("draw_id"),
        _uuid("request_id"),
        _uuid("patient_id"),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("ticket", sa.Text, nullable=False),
        _uuid("slot_id", nullable=True),
        _key("draw_result", "organization_id", "draw_id", "request_id"),
        _to("draw_result", "request_id", "draw_request"),
    )
    op.create_index("uq_draw_result_rank", "draw_result", ["organization_id", "draw_id", "rank"], unique=True)
    op.create_table(
        "draw_offer",
        _uuid("organization_id"),
        _uuid("draw_id"),
        sa.Column("sequence", sa.Integer, nullable=False),
        _uuid("request_id"),
        _uuid("patient_id"),
        _uuid("slot_id"),
        sa.Column("after", sa.Integer),
        _uuid("appointment_id", nullable=True),
        sa.Column("offered_at", _TIME, nullable=False),
        _key("draw_offer", "organization_id", "draw_id", "sequence"),
        _to("draw_offer", "request_id", "draw_request"),
        _to("draw_offer", "appointment_id", "appointment"),
    )
    for name, column in (("request", "request_id"), ("after", "after")):
        op.create_index(f"uq_draw_offer_{name}", "draw_offer", ["organization_id", "draw_id", column], unique=True)


def downgrade() -> None:
    for table in ("draw_offer", "draw_result", "draw_request", "draw_slot", "draw"):
        op.drop_table(table)
