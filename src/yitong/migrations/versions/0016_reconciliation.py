"""Daily reconciliations and their differences."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("parties", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_reconciliation")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_reconciliation_organization_id")
        ),
        sa.CheckConstraint("0 <= agreed AND agreed <= compared", name=op.f("ck_reconciliation_agreed")),
    )
    op.create_index("ix_reconciliation_day", "reconciliation", ["organization_id", "day", "made_at"])
    _differences()


def _differences() -> None:
    op.create_table(
        "reconciliation_difference",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("line_kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("here", JSONB),
        sa.Column("there", JSONB),
        sa.Column("listed_here", sa.Integer(), nullable=False),
        sa.Column("listed_there", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("asked_at", _TIME),
        sa.Column("answer", JSONB),
        sa.Column("correction", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("proposed_by", sa.Uuid()),
        sa.Column("proposed_at", _TIME),
        sa.Column("signed_by", sa.Uuid()),
        sa.Column("note", sa.Text()),
        sa.Column("ended_at", _TIME),
        sa.Column("gap_fen", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_reconciliation_difference")),
        sa.ForeignKeyConstraint(
            ["organization_id", "reconciliation_id"],
            ["reconciliation.organization_id", "reconciliation.id"],
            name=op.f("fk_reconciliation_difference_organization_id_reconciliation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "entry_id"],
            ["journal_entry.organization_id", "journal_entry.id"],
            name=op.f("fk_reconciliation_difference_organization_id_entry_id"),
        ),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_reconciliation_difference_{name}"))
            for name, rule in {
                "line_kind": "line_kind IN ('payment','refund','settlement','reversal')",
                "kind": "kind IN ('missing_here','missing_there','amount','state','date')",
                "state": "state IN ('open','proposed','signed','vanished')",
                "correction": "correction IN ('book','suspend','adjust','hand_over','carry','accept')",
                "sides": "here IS NOT NULL OR there IS NOT NULL",
                "ended": "(state IN ('signed','vanished')) = (ended_at IS NOT NULL)",
                "proposed": "state NOT IN ('proposed','signed') OR correction IS NOT NULL",
                "proposer": "(correction IS NULL) = (proposed_by IS NULL)",
                "four_eyes": "(state = 'signed') = (signed_by IS NOT NULL) AND signed_by <> proposed_by",
                "booked": "(gap_fen <> 0) = (entry_id IS NOT NULL)",
                "booked_signed": "entry_id IS NULL OR state = 'signed'",
            }.items()
        ),
    )
    op.create_index(
        "uq_reconciliation_difference_standing",
        "reconciliation_difference",
        ["organization_id", "day", "party", "line_kind", "number", "kind"],
        unique=True,
        postgresql_where="state IN ('open','proposed')",
    )
    op.create_index(
        "ix_reconciliation_difference_day", "reconciliation_difference", ["organization_id", "day", "state"]
    )
    op.create_index("ix_reconciliation_difference_number", "reconciliation_difference", ["organization_id", "number"])


def downgrade() -> None:
    op.drop_table("reconciliation_difference")
    op.drop_table("reconciliation")
