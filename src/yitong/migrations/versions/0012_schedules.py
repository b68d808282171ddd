"""Schedules: nobody in two places at once, teams, extra places, what a stopped session owes, devices and chairs."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from yitong.booking.schedules.periods import constraint_sql
from yitong.kernel.database import DatabaseRole

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SQL = Path(__file__).resolve().parents[2] / "booking" / "sql"
_KEY = ["organization_id", "patient_id", "department_id", "day"]
_ACTIVE = "state IN ('held','booked','checked_in','called','in_consultation')"
_RESOURCES = ("practitioner_role_id", "location_id", "team_id")
_EXTRA = ["organization_id", "template_id", "day", "start_time", "end_time", "practitioner_role_id", "location_id"]
_GENERATE = "booking_generate(uuid[], date, date, timestamptz)"
# Two sessions in one room used to be possible when neither named a doctor: the later one loses the room, not its people.
_ONE_ROOM = """
UPDATE {table} AS later SET location_id = NULL FROM {table} AS first
WHERE first.organization_id = later.organization_id AND first.location_id = later.location_id
    AND later.practitioner_role_id IS NULL AND (first.practitioner_role_id IS NOT NULL OR first.id < later.id)
    AND {overlap}
"""
_OVERLAPS = {
    "schedule": "first.id <> later.id AND first.stopped_at IS NULL AND later.stopped_at IS NULL"
    " AND tstzrange(first.start_at, first.end_at) && tstzrange(later.start_at, later.end_at)",
    "schedule_template": "first.id <> later.id AND first.active AND later.active AND first.weekday = later.weekday"
    " AND first.start_time < later.end_time AND first.end_time > later.start_time"
    " AND daterange(first.valid_from, first.valid_to, '[]') && daterange(later.valid_from, later.valid_to, '[]')",
}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _teams()
    for table, overlap in _OVERLAPS.items():
        op.execute(_ONE_ROOM.format(table=table, overlap=overlap))
        for resource in _RESOURCES:
            op.execute(constraint_sql(table, resource))
    op.create_index(
        "uq_schedule_exception_extra",
        "schedule_exception",
        _EXTRA,
        unique=True,
        postgresql_where="kind = 'extra'",
        postgresql_nulls_not_distinct=True,
    )
    _people()
    _check("healthcare_service", "kind", "general expert special emergency return_visit treatment exam")
    _check("location", "kind", "building floor room hall window device chair")
    op.execute(f"DROP FUNCTION IF EXISTS {_GENERATE}")
    _run_file("generate")
    op.execute(f"REVOKE ALL ON FUNCTION {_GENERATE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_GENERATE} TO {DatabaseRole.APP}")


def _teams() -> None:
    op.create_table(
        "care_team",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "department_id"],
            ["department.organization_id", "department.id"],
            name=op.f("fk_care_team_organization_id_department_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_care_team")),
    )
    op.create_index("ix_care_team_department", "care_team", ["organization_id", "department_id"])
    op.create_table(
        "care_team_member",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_role_id", sa.Uuid(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["care_team.organization_id", "care_team.id"],
            name=op.f("fk_care_team_member_organization_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"],
            ["practitioner_role.organization_id", "practitioner_role.id"],
            name=op.f("fk_care_team_member_organization_id_practitioner_role_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "team_id", "practitioner_role_id", name=op.f("pk_care_team_member")),
    )
    op.create_index(
        "uq_care_team_member_lead",
        "care_team_member",
        ["organization_id", "team_id"],
        unique=True,
        postgresql_where="lead",
    )
    for table in _OVERLAPS:
        op.add_column(table, sa.Column("team_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_organization_id_team_id"),
            table,
            "care_team",
            ["organization_id", "team_id"],
            ["organization_id", "id"],
        )
        op.create_check_constraint(
            op.f(f"ck_{table}_doctor_or_team"), table, "practitioner_role_id IS NULL OR team_id IS NULL"
        )


def _people() -> None:
    """Extra places, stopped visits, and appointments that a stop displaced."""
    op.create_table(
        "extra_place",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        *_references("extra_place", appointment_id="appointment", schedule_id="schedule"),
        sa.PrimaryKeyConstraint("organization_id", "appointment_id", name=op.f("pk_extra_place")),
    )
    op.create_index("ix_extra_place_schedule", "extra_place", ["organization_id", "schedule_id"])
    op.create_table(
        "stopped_visit",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_id", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        *_references("stopped_visit", appointment_id="appointment", offered_id="appointment", schedule_id="schedule"),
        sa.PrimaryKeyConstraint("organization_id", "appointment_id", name=op.f("pk_stopped_visit")),
    )
    op.create_index("ix_stopped_visit_schedule", "stopped_visit", ["organization_id", "schedule_id"])
    op.create_index(
        "ix_stopped_visit_due", "stopped_visit", ["next_try_at"], postgresql_where="next_try_at IS NOT NULL"
    )
    op.add_column("appointment", sa.Column("displaced", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    _active(f"{_ACTIVE} AND NOT displaced")


def _references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["organization_id", column],
            [f"{target}.organization_id", f"{target}.id"],
            name=op.f(f"fk_{table}_organization_id_{column}"),
        )
        for column, target in targets.items()
    ]


def _active(expression: str) -> None:
    op.drop_index("uq_appointment_active", table_name="appointment")
    op.drop_column("appointment", "active")
    op.add_column(
        "appointment", sa.Column("active", sa.Boolean, sa.Computed(expression, persisted=True), nullable=False)
    )
    op.create_index("uq_appointment_active", "appointment", _KEY, unique=True, postgresql_where="active")


def _check(table: str, column: str, values: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    listed = ",".join(f"'{value}'" for value in values.split())
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({listed})")


def _run_file(name: str) -> None:
    """A file of several statements, handed to the driver whole."""
    script = (_SQL / f"{name}.sql").read_text("utf-8")
    connection = op.get_bind().connection.driver_connection
    op.get_bind().connection.dbapi_connection.run_async(lambda _: connection.execute(script))  # type: ignore[union-attr]


def downgrade() -> None:
    _check("location", "kind", "building floor room hall window")
    _check("healthcare_service", "kind", "general expert special emergency return_visit")
    _active(_ACTIVE)
    op.drop_column("appointment", "displaced")
    op.drop_table("stopped_visit")
    op.drop_table("extra_place")
    op.drop_index("uq_schedule_exception_extra", table_name="schedule_exception")
    for table in _OVERLAPS:
        for resource in _RESOURCES:
            op.drop_constraint(f"ex_{table}_{resource}", table)
        op.drop_column(table, "team_id")
    op.drop_table("care_team_member")
    op.drop_table("care_team")
