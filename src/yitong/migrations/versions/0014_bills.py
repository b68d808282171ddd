"""Bills, their lines and the journal."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from yitong.kernel.database import DatabaseRole

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SQL = Path(__file__).resolve().parents[2] / "billing" / "sql"
_TIME = sa.DateTime(timezone=True)
_KINDS = ("registration", "outpatient", "pharmacy", "inpatient", "parking", "meal", "delivery", "deposit")
_BILL = (["organization_id", "bill_id"], ["bill.organization_id", "bill.id"])


def upgrade() -> None:
    op.execute((_SQL / "journal_sum.sql").read_text("utf-8"))
    op.execute(f"GRANT EXECUTE ON FUNCTION journal_sum TO {DatabaseRole.APP}")
    _bill()
    _charge()
    _journal()
    _invoices()
    _stay()
    for statement in (_SQL / "views.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement)
    op.execute(f"GRANT SELECT ON posting, bill_sum TO {DatabaseRole.APP}")


def _bill() -> None:
    op.create_table(
        "bill",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_no", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("encounter_id", sa.Uuid()),
        sa.Column("appointment_id", sa.Uuid()),
        sa.Column("insutype", sa.Text()),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("pay_token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_bill")),
        sa.CheckConstraint(f"kind IN {_KINDS}", name=op.f("ck_bill_kind")),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_bill_times")),
    )
    op.create_index("uq_bill_no", "bill", ["organization_id", "bill_no"], unique=True)
    op.create_index("uq_bill_pay_token", "bill", ["pay_token", "organization_id"], unique=True)
    op.create_index(
        "uq_bill_open", "bill", ["organization_id", "encounter_id", "kind"], unique=True,
        postgresql_where="closed_at IS NULL AND encounter_id IS NOT NULL AND kind <> 'deposit'",
    )  # fmt: skip
    op.create_index(
        "uq_bill_registration", "bill", ["organization_id", "appointment_id"], unique=True,
        postgresql_where="kind = 'registration'",
    )  # fmt: skip
    op.create_index("ix_bill_patient", "bill", ["patient_id", "opened_at"])
    op.create_index("ix_bill_opened", "bill", ["organization_id", "opened_at"])


def _charge() -> None:
    op.create_table(
        "charge",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("source_type", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("price_code", sa.Text(), nullable=False),
        sa.Column("price_version", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("med_list_codg", sa.Text(), nullable=False),
        sa.Column("insurance_class", sa.Text(), nullable=False),
        sa.Column("cnt_milli", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("counters_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("department_id", sa.Uuid()),
        sa.Column("practitioner_role_id", sa.Uuid()),
        sa.Column("charged_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_charge")),
        sa.ForeignKeyConstraint(*_BILL, name=op.f("fk_charge_organization_id_bill_id")),
        sa.ForeignKeyConstraint(
            ["organization_id", "counters_id"],
            ["charge.organization_id", "charge.id"],
            name=op.f("fk_charge_organization_id_counters_id"),
        ),
        sa.CheckConstraint("unit_price_fen >= 0", name=op.f("ck_charge_price_not_negative")),
        sa.CheckConstraint("abs(amount_fen * 1000 - cnt_milli * unit_price_fen) <= 500", name=op.f("ck_charge_amount")),
        sa.CheckConstraint(
            "(counters_id IS NULL) = (cnt_milli > 0) AND cnt_milli <> 0", name=op.f("ck_charge_countering")
        ),
        sa.CheckConstraint("(counters_id IS NULL) = (reason IS NULL)", name=op.f("ck_charge_reason")),
    )
    op.create_index(
        "uq_charge_source", "charge", ["organization_id", "source_type", "source_id", "source_line"], unique=True,
        postgresql_where="counters_id IS NULL",
    )  # fmt: skip
    op.create_index(
        "uq_charge_counters", "charge", ["organization_id", "counters_id"], unique=True,
        postgresql_where="counters_id IS NOT NULL",
    )  # fmt: skip
    op.create_index("ix_charge_bill", "charge", ["organization_id", "bill_id"])


def _journal() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("bill_id", sa.Uuid()),
        sa.Column("patient_id", sa.Uuid()),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("accounts", ARRAY(sa.Text()), nullable=False),
        sa.Column("amounts", ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_journal_entry")),
        sa.ForeignKeyConstraint(*_BILL, name=op.f("fk_journal_entry_organization_id_bill_id")),
        sa.CheckConstraint(
            "cardinality(accounts) = cardinality(amounts) AND cardinality(accounts) >= 2",
            name=op.f("ck_journal_entry_sides"),
        ),
        # A missing amount makes the sum NULL, which a CHECK would let through.
        sa.CheckConstraint("journal_sum(amounts) IS NOT DISTINCT FROM 0", name=op.f("ck_journal_entry_balanced")),
    )
    op.create_index("uq_journal_entry_source", "journal_entry", ["organization_id", "source"], unique=True)
    op.create_index("ix_journal_entry_bill", "journal_entry", ["organization_id", "bill_id"])
    op.create_index("ix_journal_entry_day", "journal_entry", ["organization_id", "day", "kind"])


def _invoices() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "code", name=op.f("pk_invoice_series")),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_invoice_series_next_number")),
    )
    op.create_table(
        "invoice",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("check_code", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid()),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("facts_sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_invoice")),
        sa.ForeignKeyConstraint(*_BILL, name=op.f("fk_invoice_organization_id_bill_id")),
        sa.ForeignKeyConstraint(
            ["organization_id", "reverses_id"],
            ["invoice.organization_id", "invoice.id"],
            name=op.f("fk_invoice_organization_id_reverses_id"),
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (amount_fen > 0) AND amount_fen <> 0", name=op.f("ck_invoice_amount")
        ),
    )
    op.create_index("uq_invoice_bill", "invoice", ["organization_id", "bill_id", "ordinal"], unique=True)
    op.create_index("uq_invoice_number", "invoice", ["organization_id", "code", "number"], unique=True)
    op.create_index(
        "uq_invoice_reverses", "invoice", ["organization_id", "reverses_id"], unique=True,
        postgresql_where="reverses_id IS NOT NULL",
    )  # fmt: skip
    op.create_index("ix_invoice_patient", "invoice", ["patient_id", "issued_at"])
    op.create_index("ix_invoice_code", "invoice", ["code", "number"])


def _stay() -> None:
    op.create_table(
        "stay",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("bed", sa.Text(), nullable=False),
        sa.Column("bed_price_code", sa.Text(), nullable=False),
        sa.Column("asked_fen", sa.BigInteger(), nullable=False),
        sa.Column("warn_below_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("admitted_at", _TIME, nullable=False),
        sa.Column("discharged_at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_stay")),
        sa.ForeignKeyConstraint(
            ["organization_id", "department_id"],
            ["department.organization_id", "department.id"],
            name=op.f("fk_stay_organization_id_department_id"),
        ),
        sa.ForeignKeyConstraint(*_BILL, name=op.f("fk_stay_organization_id_bill_id")),
        sa.CheckConstraint("state IN ('running','closing','settled')", name=op.f("ck_stay_state")),
        sa.CheckConstraint("(state = 'running') = (discharged_at IS NULL)", name=op.f("ck_stay_discharged")),
        sa.CheckConstraint("asked_fen >= 0 AND warn_below_fen >= 0", name=op.f("ck_stay_amounts")),
    )
    op.create_index(
        "uq_stay_running", "stay", ["organization_id", "patient_id"], unique=True,
        postgresql_where="state <> 'settled'",
    )  # fmt: skip
    op.create_index("ix_stay_state", "stay", ["organization_id", "state", "admitted_at"])
    op.create_index("ix_stay_patient", "stay", ["patient_id", "admitted_at"])


def downgrade() -> None:
    op.execute("DROP VIEW bill_sum, posting")
    for table in ("stay", "invoice", "invoice_series", "journal_entry", "charge", "bill"):
        op.drop_table(table)
    op.execute("DROP FUNCTION journal_sum")
