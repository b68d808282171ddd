"""The kernel: roles of the service, the event log, state history, reactors, kept answers, the job queue."""

from collections.abc import Sequence
from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from yitong.kernel.database import DatabaseRole
from yitong.kernel.events import Xid8

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for role in DatabaseRole:
        op.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN CREATE ROLE {role}; END IF;"
            f" GRANT {role} TO CURRENT_USER; END $$"
        )
    op.create_table(
        "legal_move",
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("machine", "from_state", "to_state", name="pk_legal_move"),
    )
    op.create_table(
        "transition",
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("organization_id", "subject_id", "sequence", name="pk_transition"),
        sa.ForeignKeyConstraint(
            ["machine", "from_state", "to_state"],
            ["legal_move.machine", "legal_move.from_state", "legal_move.to_state"],
            name="fk_transition_machine_from_state_to_state",
        ),
        sa.CheckConstraint("sequence > 0", name="ck_transition_sequence_positive"),
    )
    op.create_table(
        "event",
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_type", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid),
        sa.Column("payload", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name="pk_event"),
    )
    op.create_index("ix_event_log", "event", ["xid", "position"])
    op.create_index("ix_event_subject", "event", ["organization_id", "subject_id"])
    op.create_table(
        "reactor_position",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("xid", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_reactor_position"),
    )
    op.create_table(
        "parked_event",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("reactor", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("reactor", "event_id", name="pk_parked_event"),
    )
    op.create_table(
        "kept_answer",
        sa.Column("actor_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Uuid, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name="pk_kept_answer"),
    )
    _job_queue()


def _job_queue() -> None:
    """Procrastinate's own tables, in a schema of their own beside ours."""
    schema = files("procrastinate").joinpath("sql", "schema.sql").read_text("utf-8")
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs, public")
    connection = op.get_bind().connection.driver_connection
    op.get_bind().connection.dbapi_connection.run_async(lambda _: connection.execute(schema))  # type: ignore[union-attr]
    op.execute("SET LOCAL search_path = public")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    for table in ("kept_answer", "parked_event", "reactor_position", "event", "transition", "legal_move"):
        op.drop_table(table)
