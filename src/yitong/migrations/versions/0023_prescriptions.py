"""Prescriptions, their signatures, practitioners' keys and rights, and what pharmacies have."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _prescription()
    _signatures()
    _rights()
    op.create_table(
        "drug_stock",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("drug_code", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.Integer()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "drug_code", name=op.f("pk_drug_stock")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_drug_stock_organization_id")),
        sa.ForeignKeyConstraint(["drug_code"], ["drug.code"], name=op.f("fk_drug_stock_drug_code")),
        sa.CheckConstraint("units >= 0", name=op.f("ck_drug_stock_units")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_drug_stock_price_not_negative")),
    )
    op.create_index("ix_drug_stock_drug", "drug_stock", ["drug_code"])


def _prescription() -> None:
    op.create_table(
        "prescription",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_role_id", sa.Uuid(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("signed_at", _TIME),
        sa.Column("submitted_at", _TIME),
        sa.Column("valid_until", _TIME),
        sa.Column("supply_until", sa.Date()),
        sa.Column("verify_token", sa.Text(), nullable=False),
        sa.Column("sheet_sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_prescription")),
        sa.ForeignKeyConstraint(
            ["organization_id", "encounter_id"],
            ["encounter.organization_id", "encounter.id"],
            name=op.f("fk_prescription_organization_id_encounter_id"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','discarded','signed','refused','resubmitted','countersigned','approved','released',"
            "'withdrawn','expired')",
            name=op.f("ck_prescription_state"),
        ),
        sa.CheckConstraint(
            "paper IN ('ordinary','emergency','paediatric','narcotic','psychotropic2')",
            name=op.f("ck_prescription_paper"),
        ),
        sa.CheckConstraint("level IN ('pass','warn','pharmacist')", name=op.f("ck_prescription_level")),
        sa.CheckConstraint(
            "(revision = 0) = (signed_at IS NULL) AND round >= revision", name=op.f("ck_prescription_signed")
        ),
    )
    op.create_index("uq_prescription_number", "prescription", ["organization_id", "number"], unique=True)
    op.create_index("uq_prescription_verify_token", "prescription", ["verify_token", "organization_id"], unique=True)
    op.create_index("ix_prescription_encounter", "prescription", ["organization_id", "encounter_id"])
    op.create_index("ix_prescription_patient", "prescription", ["patient_id", "created_at"])
    op.create_index(
        "ix_prescription_waiting", "prescription", ["organization_id", "submitted_at"],
        postgresql_where="state IN ('signed','resubmitted','countersigned')",
    )  # fmt: skip
    op.create_index(
        "ix_prescription_valid", "prescription", ["valid_until"],
        postgresql_where="state IN ('signed','refused','resubmitted','countersigned','approved','released')",
    )  # fmt: skip
    op.create_table(
        "prescription_series",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "day", name=op.f("pk_prescription_series")),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_prescription_series_next_number")),
    )


def _signatures() -> None:
    op.create_table(
        "prescription_signature",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("prescription_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", _TIME, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("statement_sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "prescription_id", "ordinal", name=op.f("pk_prescription_signature")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "prescription_id"],
            ["prescription.organization_id", "prescription.id"],
            name=op.f("fk_prescription_signature_organization_id_prescription_id"),
        ),
        sa.CheckConstraint(
            "kind IN ('prescriber','pharmacist','countersign')", name=op.f("ck_prescription_signature_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'pharmacist') = (decision IS NOT NULL)", name=op.f("ck_prescription_signature_decided")
        ),
        sa.CheckConstraint("decision IN ('approve','refuse')", name=op.f("ck_prescription_signature_decision")),
        sa.CheckConstraint("octet_length(signature) = 64", name=op.f("ck_prescription_signature_signature")),
    )
    op.create_index(
        "uq_prescription_signature_decision", "prescription_signature", ["organization_id", "prescription_id", "round"],
        unique=True, postgresql_where="kind = 'pharmacist'",
    )  # fmt: skip
    op.create_table(
        "practitioner_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("retired_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practitioner_key")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_practitioner_key_practitioner_id")
        ),
        sa.CheckConstraint("octet_length(public_key) = 64", name=op.f("ck_practitioner_key_public_key")),
    )
    op.create_index(
        "uq_practitioner_key_present", "practitioner_key", ["practitioner_id"], unique=True,
        postgresql_where="retired_at IS NULL",
    )  # fmt: skip


def _rights() -> None:
    op.create_table(
        "prescribing_right",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "practitioner_id", "kind", name=op.f("pk_prescribing_right")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_prescribing_right_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_prescribing_right_practitioner_id")
        ),
        sa.CheckConstraint(
            "kind IN ('narcotic','antibacterial_restricted','antibacterial_special','tcm')",
            name=op.f("ck_prescribing_right_kind"),
        ),
    )


def downgrade() -> None:
    for table in (
        "drug_stock",
        "prescribing_right",
        "practitioner_key",
        "prescription_signature",
        "prescription_series",
        "prescription",
    ):
        op.drop_table(table)
