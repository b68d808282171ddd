"""Pharmacies, parts of prescriptions, custodies, purchase requests, receipts, packages, deliveries and reminders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_STATES = (
    "'draft','discarded','signed','refused','resubmitted','countersigned','approved','released',{more}'withdrawn',"
    "'expired'"
)


def _column(name: str, kind: sa.types.TypeEngine[object] | type, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=null)


def upgrade() -> None:
    _prescription_states("'dispensing','dispensed',")
    _pharmacies()
    _parts()
    _requests()
    _receipts()
    _after()


def _prescription_states(more: str) -> None:
    op.drop_constraint(op.f("ck_prescription_state"), "prescription")
    op.create_check_constraint(op.f("ck_prescription_state"), "prescription", f"state IN ({_STATES.format(more=more)})")


def _pharmacies() -> None:
    op.create_table(
        "pharmacy",
        _column("organization_id", sa.Uuid()),
        _column("hours", JSONB()),
        *(_column(name, sa.Boolean()) for name in ("taking", "insured", "dual_channel", "delivers")),
        *(_column(name, sa.Integer()) for name in ("delivery_radius_m", "delivery_fee_fen", "version")),
        _column("updated_at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_pharmacy")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_pharmacy_organization_id")),
        sa.CheckConstraint("delivery_radius_m >= 0", name=op.f("ck_pharmacy_delivery_radius")),
        sa.CheckConstraint("delivery_fee_fen >= 0", name=op.f("ck_pharmacy_delivery_fee")),
    )
    op.create_table(
        "drug_identifier",
        _column("prefix", sa.Text()),
        _column("drug_code", sa.Text()),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_drug_identifier")),
        sa.ForeignKeyConstraint(["drug_code"], ["drug.code"], name=op.f("fk_drug_identifier_drug_code")),
        sa.CheckConstraint("prefix ~ '^[0-9]{7}$'", name=op.f("ck_drug_identifier_prefix")),
    )
    op.create_index("ix_drug_identifier_drug", "drug_identifier", ["drug_code"])


def _parts() -> None:
    op.create_table(
        "prescription_part",
        *(_column(name, sa.Uuid()) for name in ("organization_id", "id", "prescription_id", "patient_id")),
        *(_column(name, sa.Integer()) for name in ("round", "number", "of")),
        _column("state", sa.Text()),
        _column("version", sa.Integer()),
        _column("opens_at", _TIME),
        _column("closes_at", _TIME),
        *(_column(name, JSONB()) for name in ("quantities", "dispensed", "returned")),
        _column("access_digest", sa.Text(), null=True),
        _column("seed_sealed", sa.Text(), null=True),
        _column("codes_used", sa.Integer()),
        _column("to_id", sa.Uuid(), null=True),
        _column("holder_id", sa.Uuid(), null=True),
        _column("custody_until", _TIME, null=True),
        _column("key_id", sa.Uuid()),
        _column("digest", sa.Text()),
        _column("signature", sa.LargeBinary()),
        _column("statement_sealed", sa.Text()),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_prescription_part")),
        sa.ForeignKeyConstraint(
            ["organization_id", "prescription_id"],
            ["prescription.organization_id", "prescription.id"],
            name=op.f("fk_prescription_part_organization_id"),
        ),
        sa.CheckConstraint(
            "state IN ('issued','approved','rejected','released','accepted','dispensing','dispensed','returned',"
            "'settled','withdrawn','revoked','expired')",
            name=op.f("ck_prescription_part_state"),
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 12 AND number <= of", name=op.f("ck_prescription_part_number")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_prescription_part_window")),
        sa.CheckConstraint(
            "NOT (state IN ('accepted','dispensing')) OR (holder_id IS NOT NULL AND custody_until IS NOT NULL)",
            name=op.f("ck_prescription_part_held"),
        ),
        sa.CheckConstraint(
            "state <> 'released' OR access_digest IS NOT NULL", name=op.f("ck_prescription_part_released")
        ),
        sa.CheckConstraint("octet_length(signature) = 64", name=op.f("ck_prescription_part_signature")),
    )
    op.create_index(
        "uq_prescription_part_number",
        "prescription_part",
        ["organization_id", "prescription_id", "round", "number"],
        unique=True,
    )
    op.create_index(
        "uq_prescription_part_access", "prescription_part", ["access_digest", "organization_id"], unique=True
    )
    op.create_index("ix_prescription_part_patient", "prescription_part", ["patient_id", "opens_at"])
    op.create_index(
        "ix_prescription_part_holder", "prescription_part", ["holder_id"], postgresql_where="holder_id IS NOT NULL"
    )
    op.create_index(
        "ix_prescription_part_due",
        "prescription_part",
        ["closes_at"],
        postgresql_where="state IN ('issued','approved','released','accepted','dispensing')",
    )
    op.create_table(
        "custody",
        _column("organization_id", sa.Uuid()),
        _column("part_id", sa.Uuid()),
        _column("ordinal", sa.Integer()),
        *(_column(name, sa.Uuid()) for name in ("patient_id", "holder_id", "event_id")),
        _column("since", _TIME),
        _column("ended_at", _TIME, null=True),
        _column("ended_by", sa.Text(), null=True),
        *(_column(name, sa.Text()) for name in ("access_digest", "code_sealed", "secret_digest", "secret_sealed")),
        sa.PrimaryKeyConstraint("organization_id", "part_id", "ordinal", name=op.f("pk_custody")),
        sa.ForeignKeyConstraint(
            ["organization_id", "part_id"],
            ["prescription_part.organization_id", "prescription_part.id"],
            name=op.f("fk_custody_organization_id"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_custody_ended")),
        sa.CheckConstraint("ended_by IN ('closed','given_back','expired','revoked')", name=op.f("ck_custody_ended_by")),
    )
    op.create_index(
        "uq_custody_open", "custody", ["organization_id", "part_id"], unique=True, postgresql_where="ended_at IS NULL"
    )
    op.create_index("uq_custody_event", "custody", ["organization_id", "event_id"], unique=True)


def _requests() -> None:
    op.create_table(
        "purchase_request",
        *(_column(name, sa.Uuid()) for name in ("organization_id", "id", "part_id", "patient_id")),
        _column("state", sa.Text()),
        _column("version", sa.Integer()),
        _column("mode", sa.Text()),
        _column("pharmacy_id", sa.Uuid(), null=True),
        _column("handover", sa.Text()),
        _column("insured", sa.Boolean()),
        _column("latitude", sa.Float()),
        _column("longitude", sa.Float()),
        _column("radius_m", sa.Integer()),
        _column("created_at", _TIME),
        _column("bids_until", _TIME, null=True),
        _column("closes_at", _TIME),
        _column("address_sealed", sa.Text(), null=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_purchase_request")),
        sa.ForeignKeyConstraint(
            ["organization_id", "part_id"],
            ["prescription_part.organization_id", "prescription_part.id"],
            name=op.f("fk_purchase_request_organization_id"),
        ),
        sa.CheckConstraint("state IN ('open','matched','withdrawn','lapsed')", name=op.f("ck_purchase_request_state")),
        sa.CheckConstraint("mode IN ('first','best_price','chosen')", name=op.f("ck_purchase_request_mode")),
        sa.CheckConstraint("handover IN ('pickup','delivery')", name=op.f("ck_purchase_request_handover")),
        sa.CheckConstraint(
            "(mode = 'best_price') = (bids_until IS NOT NULL)", name=op.f("ck_purchase_request_bids_until")
        ),
        sa.CheckConstraint(
            "(handover = 'delivery') = (address_sealed IS NOT NULL)", name=op.f("ck_purchase_request_address")
        ),
        sa.CheckConstraint("radius_m > 0", name=op.f("ck_purchase_request_radius")),
    )
    op.create_index(
        "uq_purchase_request_open",
        "purchase_request",
        ["organization_id", "part_id"],
        unique=True,
        postgresql_where="state = 'open'",
    )
    op.create_index(
        "ix_purchase_request_open_place",
        "purchase_request",
        ["latitude", "longitude"],
        postgresql_where="state = 'open'",
    )
    op.create_index("ix_purchase_request_patient", "purchase_request", ["patient_id", "created_at"])
    op.create_table(
        "purchase_offer",
        *(_column(name, sa.Uuid()) for name in ("organization_id", "request_id", "pharmacy_id", "id", "patient_id")),
        _column("state", sa.Text()),
        *(_column(name, sa.Integer()) for name in ("total_fen", "delivery_fee_fen", "ready_minutes", "distance_m")),
        _column("created_at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", "request_id", "pharmacy_id", name=op.f("pk_purchase_offer")),
        sa.ForeignKeyConstraint(
            ["organization_id", "request_id"],
            ["purchase_request.organization_id", "purchase_request.id"],
            name=op.f("fk_purchase_offer_organization_id"),
        ),
        sa.CheckConstraint("state IN ('made','won','lost')", name=op.f("ck_purchase_offer_state")),
        sa.CheckConstraint("total_fen >= 0 AND delivery_fee_fen >= 0", name=op.f("ck_purchase_offer_money")),
        sa.CheckConstraint("ready_minutes BETWEEN 0 AND 10080", name=op.f("ck_purchase_offer_ready")),
    )


def _receipts() -> None:
    op.create_table(
        "dispense_receipt",
        *(
            _column(name, sa.Uuid())
            for name in ("organization_id", "id", "hospital_id", "part_id", "prescription_id", "patient_id")
        ),
        _column("kind", sa.Text()),
        _column("at", _TIME),
        _column("amount_fen", sa.Integer()),
        _column("practitioner_id", sa.Uuid()),
        _column("key_id", sa.Uuid()),
        _column("digest", sa.Text()),
        _column("signature", sa.LargeBinary()),
        _column("statement_sealed", sa.Text()),
        _column("event_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_dispense_receipt")),
        sa.CheckConstraint("kind IN ('dispense','close','return')", name=op.f("ck_dispense_receipt_kind")),
        sa.CheckConstraint("octet_length(signature) = 64", name=op.f("ck_dispense_receipt_signature")),
    )
    op.create_index("ix_dispense_receipt_part", "dispense_receipt", ["hospital_id", "part_id", "at"])
    op.create_index("ix_dispense_receipt_patient", "dispense_receipt", ["patient_id", "at"])
    op.create_table(
        "trace_code",
        _column("code", sa.Text()),
        _column("organization_id", sa.Uuid()),
        _column("drug_code", sa.Text()),
        _column("units_out", sa.Integer()),
        _column("size", sa.Integer()),
        _column("batch", sa.Text()),
        _column("expires_on", sa.Date(), null=True),
        _column("at", _TIME),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_trace_code")),
        sa.ForeignKeyConstraint(["drug_code"], ["drug.code"], name=op.f("fk_trace_code_drug_code")),
        sa.CheckConstraint("code ~ '^[0-9]{20}$'", name=op.f("ck_trace_code_code")),
        sa.CheckConstraint("units_out BETWEEN 0 AND size", name=op.f("ck_trace_code_units")),
    )
    op.create_index("ix_trace_code_batch", "trace_code", ["drug_code", "batch"])
    op.create_table(
        "dispensed_package",
        _column("organization_id", sa.Uuid()),
        _column("receipt_id", sa.Uuid()),
        _column("line", sa.Integer()),
        _column("code", sa.Text()),
        _column("patient_id", sa.Uuid()),
        _column("drug_code", sa.Text()),
        _column("batch", sa.Text()),
        _column("units", sa.Integer()),
        _column("at", _TIME),
        sa.PrimaryKeyConstraint("organization_id", "receipt_id", "line", "code", name=op.f("pk_dispensed_package")),
        sa.ForeignKeyConstraint(
            ["organization_id", "receipt_id"],
            ["dispense_receipt.organization_id", "dispense_receipt.id"],
            name=op.f("fk_dispensed_package_organization_id"),
        ),
        sa.ForeignKeyConstraint(["drug_code"], ["drug.code"], name=op.f("fk_dispensed_package_drug_code")),
    )
    op.create_index("ix_dispensed_package_batch", "dispensed_package", ["drug_code", "batch"])
    op.create_index("ix_dispensed_package_code", "dispensed_package", ["code"])


def _after() -> None:
    op.create_table(
        "drug_delivery",
        *(_column(name, sa.Uuid()) for name in ("organization_id", "id", "hospital_id", "part_id", "patient_id")),
        _column("state", sa.Text()),
        *(_column(name, sa.Integer()) for name in ("version", "attempt", "tries")),
        _column("sent_at", _TIME),
        _column("ended_at", _TIME, null=True),
        *(_column(name, sa.Text()) for name in ("address_sealed", "courier_sealed", "code_sealed")),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_drug_delivery")),
        sa.CheckConstraint("state IN ('sent','arrived','failed')", name=op.f("ck_drug_delivery_state")),
        sa.CheckConstraint("(state = 'sent') = (ended_at IS NULL)", name=op.f("ck_drug_delivery_ended")),
    )
    op.create_index(
        "uq_drug_delivery_part", "drug_delivery", ["organization_id", "hospital_id", "part_id"], unique=True
    )
    op.create_table(
        "drug_settlement",
        *(_column(name, sa.Uuid()) for name in ("organization_id", "id", "hospital_id", "part_id", "patient_id")),
        _column("state", sa.Text()),
        _column("version", sa.Integer()),
        _column("asked_at", _TIME),
        _column("setl_id", sa.Text(), null=True),
        *(_column(name, sa.Integer()) for name in ("total_fen", "fund_fen", "account_fen", "cash_fen")),
        _column("sale_sealed", sa.Text()),
        _column("settled_sealed", sa.Text(), null=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_drug_settlement")),
        sa.CheckConstraint("state IN ('asked','settled','refused','reversed')", name=op.f("ck_drug_settlement_state")),
        sa.CheckConstraint("fund_fen + account_fen + cash_fen = total_fen", name=op.f("ck_drug_settlement_adds_up")),
        sa.CheckConstraint(
            "(state IN ('settled','reversed')) = (setl_id IS NOT NULL)", name=op.f("ck_drug_settlement_settled")
        ),
    )
    op.create_index(
        "uq_drug_settlement_live",
        "drug_settlement",
        ["organization_id", "hospital_id", "part_id"],
        unique=True,
        postgresql_where="state IN ('asked','settled')",
    )
    op.create_table(
        "medication_reminder",
        _column("patient_id", sa.Uuid()),
        _column("receipt_id", sa.Uuid()),
        _column("line", sa.Integer()),
        _column("pharmacy_id", sa.Uuid()),
        _column("times", JSONB()),
        _column("zone", sa.Text()),
        _column("from_day", sa.Date()),
        _column("until_day", sa.Date()),
        _column("every_days", sa.Integer()),
        _column("active", sa.Boolean()),
        _column("version", sa.Integer()),
        _column("told_until", _TIME),
        sa.PrimaryKeyConstraint("patient_id", "receipt_id", "line", name=op.f("pk_medication_reminder")),
        sa.CheckConstraint("every_days > 0", name=op.f("ck_medication_reminder_every_days")),
    )
    op.create_index("ix_medication_reminder_due", "medication_reminder", ["until_day"], postgresql_where="active")


def downgrade() -> None:
    op.drop_table("drug_settlement")
    for table in (
        *(
            "medication_reminder",
            "drug_delivery",
            "dispensed_package",
            "trace_code",
            "dispense_receipt",
            "purchase_offer",
        ),
        *("purchase_request", "custody", "prescription_part", "drug_identifier", "pharmacy"),
    ):
        op.drop_table(table)
    _prescription_states("")
