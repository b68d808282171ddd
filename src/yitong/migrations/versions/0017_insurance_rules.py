"""Insurance rules: catalogue, benefits, steps, supplements and accounts, each with its days."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_PERIOD = "valid_to IS NULL OR valid_to >= valid_from"


def upgrade() -> None:
    op.create_table(
        "insurance_item",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("med_list_codg", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("chrgitm_lv", sa.Text(), nullable=False),
        sa.Column("selfpay_bp", sa.Integer(), nullable=False),
        sa.Column("med_chrgitm_type", sa.Text(), nullable=False),
        sa.Column("limit_fen", sa.Integer()),
        sa.Column("paid_in_full", sa.Boolean(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("age_from", sa.Integer()),
        sa.Column("age_below", sa.Integer()),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_insurance_item")),
        sa.CheckConstraint("chrgitm_lv IN ('01','02','03')", name=op.f("ck_insurance_item_class")),
        sa.CheckConstraint("selfpay_bp BETWEEN 0 AND 10000", name=op.f("ck_insurance_item_selfpay")),
        sa.CheckConstraint("sex IN ('','male','female')", name=op.f("ck_insurance_item_sex")),
        sa.CheckConstraint(_PERIOD, name=op.f("ck_insurance_item_period")),
    )
    op.create_index("ix_insurance_item_list_code", "insurance_item", ["med_list_codg"])
    op.create_table(
        "insurance_benefit",
        sa.Column("insutype", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("deductible_fen", sa.Integer(), nullable=False),
        sa.Column("again_fen", sa.Integer(), nullable=False),
        sa.Column("ceiling_fen", sa.Integer()),
        sa.PrimaryKeyConstraint(
            "insutype", "setting", "grade", "status", "valid_from", name=op.f("pk_insurance_benefit")
        ),
        sa.CheckConstraint("setting IN ('outpatient','inpatient')", name=op.f("ck_insurance_benefit_setting")),
        sa.CheckConstraint(_PERIOD, name=op.f("ck_insurance_benefit_period")),
    )
    op.create_table(
        "insurance_step",
        sa.Column("insutype", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("over_fen", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("ratio_bp", sa.Integer(), nullable=False),
        sa.Column("fund", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "insutype", "setting", "grade", "status", "over_fen", "valid_from", name=op.f("pk_insurance_step")
        ),
        sa.CheckConstraint("ratio_bp BETWEEN 0 AND 10000", name=op.f("ck_insurance_step_ratio")),
        sa.CheckConstraint("fund IN ('hifp_pay','hifob_pay')", name=op.f("ck_insurance_step_fund")),
        sa.CheckConstraint(_PERIOD, name=op.f("ck_insurance_step_period")),
    )
    op.create_table(
        "insurance_supplement",
        sa.Column("fund", sa.Text(), nullable=False),
        sa.Column("insutype", sa.Text(), nullable=False),
        sa.Column("requires", sa.Text(), nullable=False),
        sa.Column("over_fen", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("ratio_bp", sa.Integer(), nullable=False),
        sa.Column("ceiling_fen", sa.Integer()),
        sa.PrimaryKeyConstraint(
            "fund", "insutype", "requires", "over_fen", "valid_from", name=op.f("pk_insurance_supplement")
        ),
        sa.CheckConstraint(
            "fund IN ('hifmi_pay','hifes_pay','cvlserv_pay','maf_pay')", name=op.f("ck_insurance_supplement_fund")
        ),
        sa.CheckConstraint(
            "requires IN ('','civil_servant','enterprise','aid')", name=op.f("ck_insurance_supplement_requires")
        ),
        sa.CheckConstraint("ratio_bp BETWEEN 0 AND 10000", name=op.f("ck_insurance_supplement_ratio")),
        sa.CheckConstraint(_PERIOD, name=op.f("ck_insurance_supplement_period")),
    )
    op.create_table(
        "insurance_account_rule",
        sa.Column("insutype", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("pays_ownpay", sa.Boolean(), nullable=False),
        sa.Column("family", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("insutype", "valid_from", name=op.f("pk_insurance_account_rule")),
        sa.CheckConstraint(_PERIOD, name=op.f("ck_insurance_account_rule_period")),
    )


def downgrade() -> None:
    op.drop_table("insurance_account_rule")
    op.drop_table("insurance_supplement")
    op.drop_table("insurance_step")
    op.drop_table("insurance_benefit")
    op.drop_table("insurance_item")
