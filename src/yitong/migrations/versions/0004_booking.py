"""Booking: the set-based capacity functions and what the pool adds."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from yitong.kernel.database import DatabaseRole

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SQL = Path(__file__).resolve().parents[2] / "booking" / "sql"
_ACTIVE = "state IN ('held','booked','checked_in','called','in_consultation')"
_KEY = ["organization_id", "patient_id", "department_id", "day"]
_BOOKER = ["booked_by", "idempotency_key", "organization_id"]
_POOLS = ("common", "onsite", "elderly", "community", "partner", "extra", "draw")
_WITH = ["id", "schedule_id", "department_id"]
_OPEN = (
    ("ix_slot_open", ["specialty_code", "start_at"], ["organization_id", *_WITH], "open"),
    ("ix_slot_open_nearby", ["specialty_code", "organization_id", "start_at"], _WITH, "open"),
    ("ix_slot_reopens", ["specialty_code", "reopens_at"], None, "NOT open AND reopens_at IS NOT NULL"),
)
_SERVICE = ("booking_new_id", "booking_reclaim", "booking_generate")
_BATCHES = ("booking_hold_batch", "booking_confirm_batch")


def upgrade() -> None:
    for table, share in (("slot", 80), ("schedule", 80), ("appointment", 45)):
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {share})")
    op.drop_index("uq_appointment_active", table_name="appointment")
    op.drop_index("ix_appointment_held", table_name="appointment")
    op.add_column("appointment", sa.Column("active", sa.Boolean, sa.Computed(_ACTIVE, persisted=True), nullable=False))
    op.create_index("uq_appointment_active", "appointment", _KEY, unique=True, postgresql_where="active")
    op.drop_index("uq_appointment_key", table_name="appointment")
    op.create_index("uq_appointment_key", "appointment", _BOOKER, unique=True)
    op.add_column("appointment", sa.Column("offered", sa.Boolean, server_default="false", nullable=False))
    op.add_column("slot", sa.Column("pool", sa.Text, server_default="common", nullable=False))
    op.create_check_constraint("ck_slot_pool", "slot", f"pool IN {_POOLS}")
    for index, columns, include, where in _OPEN:
        op.drop_index(index, table_name="slot", if_exists=True)
        op.create_index(
            index, "slot", columns, postgresql_where=f"{where} AND pool = 'common'", postgresql_include=include
        )
    op.create_index("ix_appointment_slot", "appointment", ["organization_id", "slot_id"])
    op.create_index("ix_appointment_created", "appointment", ["created_at"], postgresql_using="brin")
    op.create_index("ix_schedule_service_day", "schedule", ["organization_id", "service_id", "day"])
    for name in ("reclaim", "hold_batch", "confirm_batch", "generate"):
        _run_file(name)
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(_SERVICE)} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(_SERVICE)} TO {DatabaseRole.APP}")
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(_BATCHES)} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(_BATCHES)} TO {DatabaseRole.BOOKING}")


def _run_file(name: str) -> None:
    """A file of several statements, handed to the driver whole."""
    script = (_SQL / f"{name}.sql").read_text("utf-8")
    connection = op.get_bind().connection.driver_connection
    op.get_bind().connection.dbapi_connection.run_async(lambda _: connection.execute(script))  # type: ignore[union-attr]


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {', '.join(_BATCHES + _SERVICE)}")
    op.execute("DROP TYPE booking_ask")
    op.drop_index("ix_schedule_service_day", table_name="schedule")
    op.drop_index("ix_appointment_created", table_name="appointment")
    op.drop_index("ix_appointment_slot", table_name="appointment")
    op.drop_index("uq_appointment_active", table_name="appointment")
    op.drop_column("appointment", "active")
    op.drop_column("appointment", "offered")
    for index, columns, include, where in _OPEN:
        op.drop_index(index, table_name="slot")
        if index != "ix_slot_open_nearby":
            op.create_index(index, "slot", columns, postgresql_where=where, postgresql_include=include)
    op.drop_constraint("ck_slot_pool", "slot")
    op.drop_column("slot", "pool")
    op.drop_index("uq_appointment_key", table_name="appointment")
    op.create_index(
        "uq_appointment_key", "appointment", ["organization_id", "booked_by", "idempotency_key"], unique=True
    )
    op.create_index("uq_appointment_active", "appointment", _KEY, unique=True, postgresql_where=_ACTIVE)
    op.create_index(
        "ix_appointment_held",
        "appointment",
        ["organization_id", "slot_id", "hold_expires_at"],
        postgresql_where="state = 'held'",
    )
    for table in ("slot", "schedule", "appointment"):
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
