"""Channels: who may book when, quotas, the flow of unused places, hospital systems beside us."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from yitong.kernel.database import DatabaseRole

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SQL = Path(__file__).resolve().parents[2] / "booking" / "sql" / "pools.sql"
_FUNCTIONS = "booking_pools, booking_flow_back, booking_apply_quotas"
_CHANNELS = "'wechat','alipay','h5','window','kiosk','phone','doctor','system','third_party','community'"
_AT = sa.DateTime(timezone=True)


def _uuid(name: str, *more: object, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, *more, nullable=null)  # type: ignore[arg-type]


def upgrade() -> None:
    _rules()
    _flow()
    _external()
    script = _SQL.read_text("utf-8")
    connection = op.get_bind().connection.driver_connection
    op.get_bind().connection.dbapi_connection.run_async(lambda _: connection.execute(script))  # type: ignore[union-attr]
    op.execute(f"REVOKE ALL ON FUNCTION {_FUNCTIONS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_FUNCTIONS} TO {DatabaseRole.APP}")


def _rules() -> None:
    op.create_table(
        "channel_rule",
        _uuid("id"),
        _uuid("organization_id", sa.ForeignKey("organization.id"), null=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("days_ahead", sa.Integer, nullable=False),
        sa.Column("release_time", sa.Time, nullable=False),
        sa.Column("jitter_seconds", sa.Integer, nullable=False),
        sa.Column("min_lead_minutes", sa.Integer, nullable=False),
        sa.Column("pools", ARRAY(sa.Text), nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        _uuid("changed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_rule")),
        sa.CheckConstraint(f"channel IN ({_CHANNELS})", name=op.f("ck_channel_rule_channel")),
        sa.CheckConstraint("days_ahead BETWEEN 0 AND 366", name=op.f("ck_channel_rule_days_ahead")),
        sa.CheckConstraint("jitter_seconds BETWEEN 0 AND 3600", name=op.f("ck_channel_rule_jitter")),
        sa.CheckConstraint("min_lead_minutes BETWEEN -30 AND 10080", name=op.f("ck_channel_rule_min_lead")),
    )
    op.create_index(
        "uq_channel_rule_channel",
        "channel_rule",
        ["organization_id", "channel"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    scope = {
        "department_id": "department",
        "service_id": "healthcare_service",
        "practitioner_role_id": "practitioner_role",
    }
    op.create_table(
        "quota_rule",
        _uuid("organization_id", sa.ForeignKey("organization.id")),
        _uuid("id"),
        *(_uuid(column, null=True) for column in scope),
        sa.Column("pool", sa.Text, nullable=False),
        sa.Column("places", sa.Integer),
        sa.Column("share_percent", sa.Integer),
        sa.Column("flows_back_hours_before", sa.Integer),
        sa.Column("flows_to", ARRAY(sa.Text), nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        _uuid("changed_by"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_quota_rule")),
        *(
            sa.ForeignKeyConstraint(["organization_id", column], [f"{table}.organization_id", f"{table}.id"])
            for column, table in scope.items()
        ),
        sa.CheckConstraint(
            "pool IN ('onsite','elderly','community','partner','draw')", name=op.f("ck_quota_rule_pool")
        ),
        sa.CheckConstraint("(places IS NULL) <> (share_percent IS NULL)", name=op.f("ck_quota_rule_places_or_share")),
        sa.CheckConstraint("places BETWEEN 0 AND 200", name=op.f("ck_quota_rule_places")),
        sa.CheckConstraint("share_percent BETWEEN 0 AND 100", name=op.f("ck_quota_rule_share")),
        sa.CheckConstraint("flows_back_hours_before BETWEEN 0 AND 336", name=op.f("ck_quota_rule_flows_back")),
    )
    op.create_index(
        "uq_quota_rule_scope",
        "quota_rule",
        ["organization_id", "pool", *scope],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _flow() -> None:
    op.create_table(
        "pool_flow",
        _uuid("organization_id"),
        _uuid("slot_id"),
        _uuid("to_slot_id"),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("start_at", _AT, nullable=False),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "slot_id", name=op.f("pk_pool_flow")),
        sa.ForeignKeyConstraint(["organization_id", "slot_id"], ["slot.organization_id", "slot.id"]),
        sa.ForeignKeyConstraint(["organization_id", "to_slot_id"], ["slot.organization_id", "slot.id"]),
        sa.CheckConstraint("slot_id <> to_slot_id", name=op.f("ck_pool_flow_elsewhere")),
        sa.CheckConstraint("moved >= 0", name=op.f("ck_pool_flow_moved")),
    )
    op.create_index("ix_pool_flow_due", "pool_flow", ["due_at"])


def _external() -> None:
    op.create_table(
        "external_booking",
        _uuid("organization_id"),
        sa.Column("external_id", sa.Text, nullable=False),
        _uuid("appointment_id"),
        _uuid("patient_id"),
        sa.Column("received_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "external_id", name=op.f("pk_external_booking")),
        sa.ForeignKeyConstraint(
            ["organization_id", "appointment_id"], ["appointment.organization_id", "appointment.id"]
        ),
        sa.CheckConstraint("external_id <> ''", name=op.f("ck_external_booking_external_id")),
    )
    op.create_index(
        "uq_external_booking_appointment", "external_booking", ["organization_id", "appointment_id"], unique=True
    )
    op.create_table(
        "channel_reconciliation",
        _uuid("organization_id", sa.ForeignKey("organization.id")),
        _uuid("id"),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        _uuid("made_by"),
        sa.Column("compared", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_channel_reconciliation")),
    )
    op.create_index("ix_channel_reconciliation_made", "channel_reconciliation", ["organization_id", "made_at"])
    op.create_table(
        "channel_difference",
        _uuid("organization_id"),
        _uuid("id"),
        _uuid("reconciliation_id"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        _uuid("appointment_id", null=True),
        sa.Column("here", JSONB),
        sa.Column("there", JSONB),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mend", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("mended_at", _AT),
        _uuid("mended_by", null=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_channel_difference")),
        sa.ForeignKeyConstraint(
            ["organization_id", "reconciliation_id"],
            ["channel_reconciliation.organization_id", "channel_reconciliation.id"],
        ),
        sa.CheckConstraint(
            "kind IN ('missing_here','missing_there','state','time')", name=op.f("ck_channel_difference_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open','mended','handed_over','accepted')", name=op.f("ck_channel_difference_state")
        ),
        sa.CheckConstraint("(state = 'open') = (mended_at IS NULL)", name=op.f("ck_channel_difference_mended_at")),
    )
    op.create_index(
        "ix_channel_difference_reconciliation", "channel_difference", ["organization_id", "reconciliation_id"]
    )


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_FUNCTIONS}")
    for table in (
        "channel_difference",
        "channel_reconciliation",
        "external_booking",
        "pool_flow",
        "quota_rule",
        "channel_rule",
    ):
        op.drop_table(table)
