"""The chain in several processes: who writes blocks, what was handed in, and what events want put on it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "ledger_writer",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_writer_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_writer")),
    )
    op.create_table(
        "ledger_inbox",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ledger_inbox")),
    )
    op.create_index("ix_ledger_inbox_waiting", "ledger_inbox", ["number"], postgresql_where=sa.text("code IS NULL"))
    op.create_table(
        "ledger_task",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_organization_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("action", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting','done','refused')", name=op.f("ck_ledger_task_state")),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name=op.f("ck_ledger_task_finished")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_ledger_task")),
    )
    op.create_index("uq_ledger_task_event", "ledger_task", ["organization_id", "event_id", "step"], unique=True)
    op.create_index(
        "ix_ledger_task_waiting", "ledger_task", ["next_try_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_ledger_task_about", "ledger_task", ["about", "id"])
    op.create_index("ix_ledger_task_subject", "ledger_task", ["subject", "id"])
    op.create_index("ix_ledger_task_number", "ledger_task", ["number"])


def downgrade() -> None:
    op.drop_table("ledger_task")
    op.drop_table("ledger_inbox")
    op.drop_table("ledger_writer")
