"""Lines of several rooms, pauses, rules and paces of the queue; reviews and favourites."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_IN_ROOM = "state IN ('called','in_consultation')"
_SCHEDULE = (["organization_id", "schedule_id"], ["schedule.organization_id", "schedule.id"])


def upgrade() -> None:
    _entries()
    _lines()
    _rules_and_paces()
    _reviews()


def _entries() -> None:
    for name, kind in (
        ("turn_rank", sa.Integer()),
        ("turn_number", sa.Integer()),
        ("turn_behind", sa.Integer()),
        ("turn_at", _TIME),
        ("bound", sa.Boolean()),
        ("called_schedule_id", sa.Uuid()),
        ("results_expected", sa.Boolean()),
        ("transferred_from", sa.Uuid()),
    ):
        op.add_column("queue_entry", sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE queue_entry SET turn_number = number, turn_behind = 0, turn_at = checked_in_at, bound = false,"
        " results_expected = false, called_schedule_id = CASE WHEN called_at IS NOT NULL THEN schedule_id END,"
        " turn_rank = CASE priority WHEN 'emergency' THEN 0 WHEN 'elderly' THEN 2 WHEN 'normal' THEN 3"
        " WHEN 'returner' THEN 5 ELSE 6 END"
    )
    for name in ("turn_rank", "turn_number", "turn_behind", "turn_at", "bound", "results_expected"):
        op.alter_column("queue_entry", name, nullable=False)
    _check("priority", "priority IN ('emergency','privileged','elderly','normal','result','returner','late')")
    _check("state", "state IN ('waiting','called','skipped','in_consultation','finished','left')")
    op.create_check_constraint(
        op.f("ck_queue_entry_called_schedule"), "queue_entry", f"NOT ({_IN_ROOM}) OR called_schedule_id IS NOT NULL"
    )
    op.drop_index("uq_queue_entry_in_room", table_name="queue_entry")
    op.create_index(
        "uq_queue_entry_in_room",
        "queue_entry",
        ["organization_id", "called_schedule_id"],
        unique=True,
        postgresql_where=_IN_ROOM,
    )


def _check(name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_queue_entry_{name}"), "queue_entry", type_="check")
    op.create_check_constraint(op.f(f"ck_queue_entry_{name}"), "queue_entry", rule)


def _lines() -> None:
    op.create_table(
        "queue_group",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("repeats_weekly", sa.Boolean(), nullable=False),
        sa.Column("template_ids", JSONB, nullable=False),
        sa.Column("repeats_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_queue_group")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_queue_group_organization_id")),
        sa.ForeignKeyConstraint(
            ["organization_id", "department_id"],
            ["department.organization_id", "department.id"],
            name=op.f("fk_queue_group_organization_id_department_id"),
        ),
    )
    op.create_index("ix_queue_group_day", "queue_group", ["organization_id", "day"])
    op.create_index(
        "uq_queue_group_repeats",
        "queue_group",
        ["organization_id", "repeats_id"],
        unique=True,
        postgresql_where="repeats_id IS NOT NULL",
    )
    op.create_table(
        "queue_group_session",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "schedule_id", name=op.f("pk_queue_group_session")),
        sa.ForeignKeyConstraint(*_SCHEDULE, name=op.f("fk_queue_group_session_organization_id_schedule_id")),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["queue_group.organization_id", "queue_group.id"],
            name=op.f("fk_queue_group_session_organization_id_group_id"),
        ),
    )
    op.create_index("ix_queue_group_session_group", "queue_group_session", ["organization_id", "group_id"])
    op.create_table(
        "room_pause",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_at", _TIME, nullable=False),
        sa.Column("until_at", _TIME),
        sa.Column("paused_by", sa.Uuid(), nullable=False),
        sa.Column("resumed_at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_room_pause")),
        sa.ForeignKeyConstraint(*_SCHEDULE, name=op.f("fk_room_pause_organization_id_schedule_id")),
        sa.CheckConstraint("resumed_at >= paused_at", name=op.f("ck_room_pause_times")),
    )
    op.create_index(
        "uq_room_pause_running",
        "room_pause",
        ["organization_id", "schedule_id"],
        unique=True,
        postgresql_where="resumed_at IS NULL",
    )


def _rules_and_paces() -> None:
    op.create_table(
        "queue_rule",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "code", name=op.f("pk_queue_rule")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_queue_rule_organization_id")),
    )
    op.create_table(
        "consultation",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_role_id", sa.Uuid()),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("began_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_consultation")),
        sa.ForeignKeyConstraint(*_SCHEDULE, name=op.f("fk_consultation_organization_id_schedule_id")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_consultation_weekday")),
        sa.CheckConstraint("ended_at >= began_at", name=op.f("ck_consultation_times")),
    )
    op.create_index(
        "ix_consultation_role", "consultation", ["organization_id", "practitioner_role_id", "weekday", "ended_at"]
    )
    op.create_index("ix_consultation_schedule", "consultation", ["organization_id", "schedule_id", "ended_at"])
    # What doctors did before there was this table is what their pace is first learned from.
    op.execute(
        "INSERT INTO consultation (organization_id, id, schedule_id, practitioner_role_id, weekday, began_at, ended_at,"
        " again) SELECT e.organization_id, e.id, e.schedule_id, s.practitioner_role_id, extract(isodow FROM s.day),"
        " e.started_at, e.finished_at, false FROM queue_entry e JOIN schedule s"
        " ON s.organization_id = e.organization_id AND s.id = e.schedule_id"
        " WHERE e.state = 'finished' AND e.finished_at >= e.started_at"
    )


def _reviews() -> None:
    aspects = ("attitude", "explanation", "skill", "waiting", "environment")
    op.create_table(
        "review",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_role_id", sa.Uuid()),
        *(sa.Column(aspect, sa.Integer(), nullable=False) for aspect in aspects),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.Text()),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held_reason", sa.Text()),
        sa.Column("hidden_reason", sa.Text()),
        sa.Column("visited_at", _TIME, nullable=False),
        sa.Column("written_at", _TIME, nullable=False),
        sa.Column("reply_sealed", sa.Text()),
        sa.Column("replied_at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_review")),
        sa.ForeignKeyConstraint(
            ["organization_id", "appointment_id"],
            ["appointment.organization_id", "appointment.id"],
            name=op.f("fk_review_organization_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "practitioner_role_id"],
            ["practitioner_role.organization_id", "practitioner_role.id"],
            name=op.f("fk_review_organization_id_practitioner_role_id"),
        ),
        *(sa.CheckConstraint(f"{aspect} BETWEEN 1 AND 5", name=op.f(f"ck_review_{aspect}")) for aspect in aspects),
        sa.CheckConstraint(f"total = {' + '.join(aspects)}", name=op.f("ck_review_total")),
        sa.CheckConstraint("state IN ('pending','published','hidden','withdrawn')", name=op.f("ck_review_state")),
        sa.CheckConstraint("(state = 'hidden') = (hidden_reason IS NOT NULL)", name=op.f("ck_review_hidden_reason")),
        sa.CheckConstraint("state <> 'withdrawn' OR text_sealed IS NULL", name=op.f("ck_review_withdrawn")),
        sa.CheckConstraint("(reply_sealed IS NULL) = (replied_at IS NULL)", name=op.f("ck_review_reply")),
    )
    op.create_index("uq_review_appointment", "review", ["organization_id", "appointment_id"], unique=True)
    op.create_index("ix_review_role", "review", ["organization_id", "practitioner_role_id", "written_at"])
    op.create_index("ix_review_patient", "review", ["patient_id", "written_at"])
    op.create_table(
        "favourite",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "organization_id", "target_id", name=op.f("pk_favourite")),
        sa.CheckConstraint("kind IN ('role','department')", name=op.f("ck_favourite_kind")),
    )


def downgrade() -> None:
    for table in ("favourite", "review", "consultation", "queue_rule", "room_pause", "queue_group_session"):
        op.drop_table(table)
    op.drop_table("queue_group")
    op.execute("DELETE FROM queue_entry WHERE priority IN ('privileged','result') OR state = 'left'")
    op.drop_index("uq_queue_entry_in_room", table_name="queue_entry")
    op.drop_constraint(op.f("ck_queue_entry_called_schedule"), "queue_entry", type_="check")
    _check("priority", "priority IN ('emergency','elderly','normal','returner','late')")
    _check("state", "state IN ('waiting','called','skipped','in_consultation','finished')")
    for name in (
        "transferred_from", "results_expected", "called_schedule_id", "bound", "turn_at", "turn_behind", "turn_number",
        "turn_rank",
    ):  # fmt: skip
        op.drop_column("queue_entry", name)
    op.create_index(
        "uq_queue_entry_in_room", "queue_entry", ["organization_id", "schedule_id"], unique=True,
        postgresql_where=_IN_ROOM,
    )  # fmt: skip
