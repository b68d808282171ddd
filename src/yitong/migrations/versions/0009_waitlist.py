"""Waiting lists, offers, and places that return after a while."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from yitong.kernel.database import DatabaseRole

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SQL = Path(__file__).resolve().parents[2] / "booking" / "sql"
_FUNCTIONS = (
    "booking_return_rule",
    "booking_chance",
    "booking_returns_at",
    "booking_hold_back_by",
    "booking_reopens_at",
    "booking_mark_reopening",
    "booking_awaited",
    "booking_give_back",
)
_AT = sa.DateTime(timezone=True)
_REGION = {
    "organization_id": "00000000-0000-0000-0000-000000000000",
    "cancelled_min_seconds": 60,
    "cancelled_max_seconds": 1200,
    "hold_min_seconds": 30,
    "hold_max_seconds": 300,
    "at_once_minutes": 120,
    "offer_minutes": 30,
    "replacement_minutes": 720,
    "offer_least_minutes": 5,
    "night_from": 22,
    "night_until": 7,
    "entries_most": 3,
    "unanswered_most": 2,
}


def upgrade() -> None:
    rule = op.create_table(
        "return_rule",
        sa.Column("organization_id", sa.Uuid, nullable=False),
        *[sa.Column(name, sa.Integer, nullable=False) for name in _REGION if name != "organization_id"],
        sa.PrimaryKeyConstraint("organization_id", name="pk_return_rule"),
        _check(
            "return_rule", "cancelled", "0 <= cancelled_min_seconds AND cancelled_min_seconds <= cancelled_max_seconds"
        ),
        _check("return_rule", "hold", "0 <= hold_min_seconds AND hold_min_seconds <= hold_max_seconds"),
        _check("return_rule", "at_once", "0 <= at_once_minutes"),
        _check(
            "return_rule",
            "offer",
            "1 <= offer_least_minutes AND offer_least_minutes <= offer_minutes"
            " AND offer_least_minutes <= replacement_minutes",
        ),
        _check("return_rule", "night", "night_from BETWEEN 0 AND 24 AND night_until BETWEEN 0 AND 12"),
        _check("return_rule", "most", "entries_most >= 1 AND unanswered_most >= 1"),
    )
    op.bulk_insert(rule, [_REGION])
    _entries()
    _offers()
    _returning()
    for name in ("returning", "reclaim"):
        _run_file(name)
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(_FUNCTIONS)} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(_FUNCTIONS)} TO {DatabaseRole.APP}")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A reference within the same organization."""
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        [f"{target}.organization_id", f"{target}.id"],
        name=f"fk_{table}_organization_id_{column}",
    )


def _entries() -> None:
    name = "waitlist_entry"
    op.create_table(
        name,
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("practitioner_role_id", sa.Uuid),
        sa.Column("service_kind", sa.Text),
        sa.Column("from_day", sa.Date, nullable=False),
        sa.Column("to_day", sa.Date, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("joined_at", _AT, nullable=False),
        sa.Column("joined_by", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("unanswered", sa.Integer, nullable=False),
        sa.Column("ended_at", _AT),
        sa.PrimaryKeyConstraint("organization_id", "id", name=f"pk_{name}"),
        _refers(name, "department_id", "department"),
        _refers(name, "practitioner_role_id", "practitioner_role"),
        _check(name, "days", "from_day <= to_day"),
        _check(name, "period", "period IN ('am','pm','any')"),
        _check(name, "priority", "priority BETWEEN 0 AND 9"),
        _check(name, "state", "state IN ('waiting','offered','booked','left','expired')"),
        _check(name, "ended", "(state IN ('waiting','offered')) = (ended_at IS NULL)"),
    )
    op.create_index(
        "uq_waitlist_entry_active",
        name,
        ["organization_id", "patient_id", "department_id"],
        unique=True,
        postgresql_where="state IN ('waiting','offered')",
    )
    op.create_index(
        "ix_waitlist_entry_line",
        name,
        ["organization_id", "department_id", "priority", "joined_at", "id"],
        postgresql_where="state = 'waiting'",
    )
    op.create_index("ix_waitlist_entry_patient", name, ["patient_id", "joined_at"])
    op.create_index("ix_waitlist_entry_to_day", name, ["to_day"], postgresql_where="state = 'waiting'")


def _offers() -> None:
    name = "offer"
    op.create_table(
        name,
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid),
        sa.Column("department_id", sa.Uuid, nullable=False),
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("appointment_id", sa.Uuid, nullable=False),
        sa.Column("replaces_appointment_id", sa.Uuid),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("ended_at", _AT),
        sa.PrimaryKeyConstraint("organization_id", "id", name=f"pk_{name}"),
        _refers(name, "entry_id", "waitlist_entry"),
        _refers(name, "slot_id", "slot"),
        _refers(name, "appointment_id", "appointment"),
        _refers(name, "replaces_appointment_id", "appointment"),
        _check(name, "reason", "reason IN ('waitlist','stopped','moved')"),
        _check(name, "state", "state IN ('open','taken','declined','expired')"),
        _check(name, "ended", "(state = 'open') = (ended_at IS NULL)"),
        _check(name, "entry", "(reason = 'waitlist') = (entry_id IS NOT NULL)"),
    )
    key = "organization_id"
    op.create_index("uq_offer_appointment", name, [key, "appointment_id"], unique=True)
    op.create_index("uq_offer_entry_open", name, [key, "entry_id"], unique=True, postgresql_where="state = 'open'")
    op.create_index("ix_offer_open", name, ["expires_at"], postgresql_where="state = 'open'")
    op.create_index("ix_offer_entry", name, [key, "entry_id", "slot_id"])
    op.create_index("ix_offer_department", name, [key, "department_id", "made_at"])
    op.create_index("ix_offer_patient", name, ["patient_id", "made_at"])
    op.create_index("ix_offer_replaces", name, [key, "replaces_appointment_id"])


def _returning() -> None:
    name = "returning_place"
    op.create_table(
        name,
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slot_id", sa.Uuid, nullable=False),
        sa.Column("appointment_id", sa.Uuid, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("returns_at", _AT, nullable=False),
        sa.Column("asked_at", _AT),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("ended_at", _AT),
        sa.PrimaryKeyConstraint("organization_id", "id", name=f"pk_{name}"),
        _refers(name, "slot_id", "slot"),
        _refers(name, "appointment_id", "appointment"),
        _check(name, "cause", "cause IN ('cancelled','hold','offer')"),
        _check(name, "state", "state IN ('waiting','offered','returned')"),
        _check(name, "ended", "(state = 'waiting') = (ended_at IS NULL)"),
    )
    op.create_index("uq_returning_place_appointment", name, ["organization_id", "appointment_id"], unique=True)
    op.create_index(
        "ix_returning_place_slot", name, ["organization_id", "slot_id"], postgresql_where="state = 'waiting'"
    )
    op.create_index("ix_returning_place_due", name, ["returns_at"], postgresql_where="state = 'waiting'")


def _run_file(name: str) -> None:
    """A file of several statements, handed to the driver whole."""
    script = (_SQL / f"{name}.sql").read_text("utf-8")
    connection = op.get_bind().connection.driver_connection
    op.get_bind().connection.dbapi_connection.run_async(lambda _: connection.execute(script))  # type: ignore[union-attr]


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {', '.join(_FUNCTIONS)}")
    for table in ("returning_place", "offer", "waitlist_entry", "return_rule"):
        op.drop_table(table)
