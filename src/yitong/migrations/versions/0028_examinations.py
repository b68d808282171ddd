"""Examinations: orders, reports, rules; several places a day for what was ordered."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
import sqlalchemy.dialects.postgresql
from alembic import op

from yitong.kernel.database import DatabaseRole

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SQL = Path(__file__).resolve().parents[2] / "booking" / "sql"
_TIME = sa.DateTime(timezone=True)
_KEY = ["organization_id", "patient_id", "department_id", "day"]


def upgrade() -> None:
    op.add_column("appointment", sa.Column("based_on", sa.Uuid()))
    op.drop_index("uq_appointment_active", table_name="appointment")
    op.create_index(
        "uq_appointment_active", "appointment", _KEY, unique=True, postgresql_where="active AND based_on IS NULL"
    )
    op.create_index(
        "uq_appointment_based_on",
        "appointment",
        ["organization_id", "based_on"],
        unique=True,
        postgresql_where="active AND based_on IS NOT NULL",
    )
    _hold_anew()
    _requests()
    _reports()
    _rules()


def _hold_anew() -> None:
    """A hold is not hindered by an examination of the same department and day."""
    op.execute("DROP FUNCTION booking_hold_batch")
    op.execute("DROP TYPE booking_ask")
    script = (_SQL / "hold_batch.sql").read_text("utf-8")
    connection = op.get_bind().connection.driver_connection
    op.get_bind().connection.dbapi_connection.run_async(lambda _: connection.execute(script))  # type: ignore[union-attr]
    op.execute("REVOKE ALL ON FUNCTION booking_hold_batch FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION booking_hold_batch TO {DatabaseRole.BOOKING}")


def _uuids(*names: str) -> list[sa.Column[sa.Uuid[str]]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _requests() -> None:
    name = "service_request"
    op.create_table(
        name,
        *_uuids("organization_id", "id", "patient_id"),
        sa.Column("encounter_id", sa.Uuid()),
        *_texts("item_code", "item_name", "item_name_en", "state"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("urgency", "clinical_sealed"),
        sa.Column("wanted_until", _TIME),
        *_uuids("ordered_by"),
        sa.Column("ordered_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("recognised_organization_id", sa.Uuid()),
        sa.Column("recognised_report_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_service_request")),
        sa.CheckConstraint(
            "state IN ('active','completed','revoked','recognised')", name=op.f("ck_service_request_state")
        ),
        sa.CheckConstraint("urgency IN ('routine','urgent')", name=op.f("ck_service_request_urgency")),
        sa.CheckConstraint("(state = 'active') = (closed_at IS NULL)", name=op.f("ck_service_request_closed_at")),
        sa.CheckConstraint(
            "(state = 'recognised') = (recognised_report_id IS NOT NULL)", name=op.f("ck_service_request_recognised")
        ),
    )
    op.create_index("ix_service_request_patient", name, ["patient_id", "ordered_at"])
    op.create_index(
        "ix_service_request_open", name, ["organization_id", "ordered_at"], postgresql_where="state = 'active'"
    )


def _reports() -> None:
    name = "diagnostic_report"
    op.create_table(
        name,
        *_uuids("organization_id", "id", "request_id", "patient_id"),
        *_texts("item_code", "item_name", "item_name_en", "conclusion_sealed"),
        sa.Column("recognised_by_others", sa.Boolean(), nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        *_uuids("issued_by"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_diagnostic_report")),
        sa.ForeignKeyConstraint(
            ["organization_id", "request_id"],
            ["service_request.organization_id", "service_request.id"],
            name=op.f("fk_diagnostic_report_organization_id_request_id"),
        ),
    )
    op.create_index("uq_diagnostic_report_request", name, ["organization_id", "request_id"], unique=True)
    op.create_index("ix_diagnostic_report_patient", name, ["patient_id", "item_code", "issued_at"])


def _rules() -> None:
    name = "exam_rules"
    op.create_table(
        name,
        *_uuids("organization_id", "id"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("state"),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(one, sa.dialects.postgresql.JSONB(), nullable=False) for one in ("content", "examples")),
        *_texts("note"),
        sa.Column("made_at", _TIME, nullable=False),
        *_uuids("made_by"),
        sa.Column("published_at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_exam_rules")),
        sa.CheckConstraint("state IN ('draft','published','retired','discarded')", name=op.f("ck_exam_rules_state")),
    )
    op.create_index("uq_exam_rules_number", name, ["organization_id", "number"], unique=True)
    for state in ("draft", "published"):
        op.create_index(
            f"uq_exam_rules_{state}", name, ["organization_id"], unique=True, postgresql_where=f"state = '{state}'"
        )
    op.create_table(
        "exam_service",
        *_uuids("organization_id", "service_id"),
        *_texts("device_class"),
        sa.PrimaryKeyConstraint("organization_id", "service_id", name=op.f("pk_exam_service")),
        sa.ForeignKeyConstraint(
            ["organization_id", "service_id"],
            ["healthcare_service.organization_id", "healthcare_service.id"],
            name=op.f("fk_exam_service_organization_id_service_id"),
        ),
    )
    op.create_index("ix_exam_service_class", "exam_service", ["organization_id", "device_class"])


def downgrade() -> None:
    for table in ("exam_service", "exam_rules", "diagnostic_report", "service_request"):
        op.drop_table(table)
    op.drop_index("uq_appointment_based_on", table_name="appointment")
    op.drop_index("uq_appointment_active", table_name="appointment")
    op.drop_column("appointment", "based_on")
    op.create_index("uq_appointment_active", "appointment", _KEY, unique=True, postgresql_where="active")
