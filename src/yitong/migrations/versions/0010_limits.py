"""Limits and risk: rules, bans, counters, signals, hand-overs; sessions know their device and address block."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

AT = sa.DateTime(timezone=True)


def _column(name: str, kind: object, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=null)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "limit_rule",
        _column("organization_id", sa.Uuid),
        _column("code", sa.Text),
        _column("enabled", sa.Boolean),
        _column("window_seconds", sa.Integer),
        _column("value", sa.Integer),
        _column("weight", sa.Integer),
        _column("changed_at", AT),
        _column("changed_by", sa.Uuid),
        sa.PrimaryKeyConstraint("organization_id", "code", name="pk_limit_rule"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name="fk_limit_rule_organization_id"),
        sa.CheckConstraint(
            "window_seconds >= 0 AND value >= 0 AND weight BETWEEN 0 AND 100", name="ck_limit_rule_numbers"
        ),
    )
    op.create_table(
        "booking_ban",
        _column("patient_id", sa.Uuid),
        _column("id", sa.Uuid),
        _column("organization_id", sa.Uuid),
        _column("made_at", AT),
        _column("until", AT),
        _column("reason", sa.Text),
        _column("counted", sa.Integer),
        _column("appeal_sealed", sa.Text, null=True),
        _column("appealed_at", AT, null=True),
        _column("decided_at", AT, null=True),
        _column("decided_by", sa.Uuid, null=True),
        _column("lifted", sa.Boolean, null=True),
        _column("decision", sa.Text, null=True),
        sa.PrimaryKeyConstraint("patient_id", "id", name="pk_booking_ban"),
        sa.CheckConstraint("reason IN ('no_show')", name="ck_booking_ban_reason"),
        sa.CheckConstraint("(appealed_at IS NULL) = (appeal_sealed IS NULL)", name="ck_booking_ban_appeal"),
        sa.CheckConstraint("(decided_at IS NULL) = (lifted IS NULL)", name="ck_booking_ban_decision"),
    )
    op.create_index("ix_booking_ban_until", "booking_ban", ["patient_id", "until"])
    op.create_index("ix_booking_ban_organization", "booking_ban", ["organization_id", "made_at"])
    _risk_tables()
    for name in ("device_hash", "block_hash", "agent_hash"):
        op.add_column("sign_in_session", sa.Column(name, sa.LargeBinary, nullable=True))
    op.add_column(
        "sign_in_session", sa.Column("datacentre", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.create_index(
        "ix_sign_in_session_device",
        "sign_in_session",
        ["device_hash", "created_at"],
        postgresql_where="device_hash IS NOT NULL",
    )
    op.create_index(
        "ix_sign_in_session_block",
        "sign_in_session",
        ["block_hash", "created_at"],
        postgresql_where="block_hash IS NOT NULL",
    )


def _risk_tables() -> None:
    op.create_table(
        "risk_counter",
        _column("rule", sa.Text),
        _column("subject", sa.LargeBinary),
        _column("count", sa.Integer),
        _column("ends_at", AT),
        _column("over", sa.Boolean),
        sa.PrimaryKeyConstraint("rule", "subject", name="pk_risk_counter"),
    )
    op.create_index("ix_risk_counter_over", "risk_counter", ["ends_at"], postgresql_where='"over"')
    op.create_index("ix_risk_counter_ends", "risk_counter", ["ends_at"])
    op.create_table(
        "risk_signal",
        _column("organization_id", sa.Uuid),
        _column("id", sa.Uuid),
        _column("at", AT),
        _column("kind", sa.Text),
        _column("weight", sa.Integer),
        _column("account_id", sa.Uuid),
        _column("patient_id", sa.Uuid, null=True),
        _column("appointment_id", sa.Uuid, null=True),
        _column("detail", JSONB),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_risk_signal"),
    )
    op.create_index("ix_risk_signal_account", "risk_signal", ["account_id", "at"])
    op.create_index("ix_risk_signal_at", "risk_signal", ["organization_id", "at"])
    op.create_table(
        "risk_score",
        _column("account_id", sa.Uuid),
        _column("score", sa.Integer),
        _column("level", sa.Text),
        _column("reasons", JSONB),
        _column("at", AT),
        _column("until", AT),
        sa.PrimaryKeyConstraint("account_id", name="pk_risk_score"),
        sa.CheckConstraint("level IN ('ok','challenge','code','refuse')", name="ck_risk_score_level"),
    )
    op.create_index("ix_risk_score_level", "risk_score", ["until"], postgresql_where="level <> 'ok'")
    op.create_index("ix_risk_score_until", "risk_score", ["until"])
    op.create_table(
        "risk_outcome",
        _column("organization_id", sa.Uuid),
        _column("hour", AT),
        _column("rule", sa.Text),
        _column("outcome", sa.Text),
        _column("count", sa.Integer),
        sa.PrimaryKeyConstraint("organization_id", "rule", "outcome", "hour", name="pk_risk_outcome"),
        sa.CheckConstraint(
            "outcome IN ('refused','challenged','code_asked','passed','warned')", name="ck_risk_outcome_outcome"
        ),
    )
    op.create_table(
        "risk_cancel",
        *[_column(n, sa.Uuid) for n in ("organization_id", "appointment_id", "slot_id", "schedule_id", "patient_id")],
        _column("account_id", sa.Uuid),
        _column("at", AT),
        sa.PrimaryKeyConstraint("organization_id", "appointment_id", name="pk_risk_cancel"),
    )
    op.create_index("ix_risk_cancel_schedule", "risk_cancel", ["organization_id", "schedule_id", "at"])
    op.create_index("ix_risk_cancel_at", "risk_cancel", ["at"])
    ties = ("from_account", "to_account", "from_patient", "to_patient", "from_appointment")
    op.create_table(
        "risk_handover",
        _column("organization_id", sa.Uuid),
        _column("id", sa.Uuid),
        _column("at", AT),
        _column("schedule_id", sa.Uuid),
        *[_column(name, sa.Uuid) for name in ties],
        _column("to_appointment", sa.Uuid, null=True),
        _column("via", sa.Text),
        _column("refused", sa.Boolean),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_risk_handover"),
        sa.CheckConstraint("via IN ('account','device','block','pair','none')", name="ck_risk_handover_via"),
    )
    op.create_index("ix_risk_handover_at", "risk_handover", ["organization_id", "at"])
    op.create_index("ix_risk_handover_pair", "risk_handover", ["from_account", "to_account", "at"])
    op.create_table(
        "risk_barred",
        _column("appointment_id", sa.Uuid),
        _column("rule", sa.Text),
        _column("at", AT),
        sa.PrimaryKeyConstraint("appointment_id", name="pk_risk_barred"),
    )
    op.create_index("ix_risk_barred_at", "risk_barred", ["at"])
    op.create_table(
        "risk_pass",
        _column("appointment_id", sa.Uuid),
        _column("account_id", sa.Uuid),
        _column("level", sa.Text),
        sa.Column("proof_hash", sa.LargeBinary, nullable=True),
        _column("at", AT),
        sa.PrimaryKeyConstraint("appointment_id", name="pk_risk_pass"),
        sa.UniqueConstraint("proof_hash", name="uq_risk_pass_proof_hash"),
        sa.CheckConstraint("level IN ('challenge','code')", name="ck_risk_pass_level"),
    )
    op.create_index("ix_risk_pass_at", "risk_pass", ["at"])


def downgrade() -> None:
    op.drop_index("ix_sign_in_session_block", table_name="sign_in_session")
    op.drop_index("ix_sign_in_session_device", table_name="sign_in_session")
    for name in ("datacentre", "agent_hash", "block_hash", "device_hash"):
        op.drop_column("sign_in_session", name)
    for table in (
        "risk_pass",
        "risk_barred",
        "risk_handover",
        "risk_cancel",
        "risk_outcome",
        "risk_score",
        "risk_signal",
    ):
        op.drop_table(table)
    for table in ("risk_counter", "booking_ban", "limit_rule"):
        op.drop_table(table)
