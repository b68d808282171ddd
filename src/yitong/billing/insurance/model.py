"""Tables of the insurance rules: reference data with effective dates; amounts fen, ratios ten-thousandths."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from yitong.kernel.tables import Base, reference


class InsuranceItem(Base):
    """What the insurance says about a price item or a drug, in the version in force from a day."""

    __tablename__ = "insurance_item"
    code: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    med_list_codg: Mapped[str]
    name: Mapped[str]
    chrgitm_lv: Mapped[str]
    selfpay_bp: Mapped[int]
    med_chrgitm_type: Mapped[str]
    limit_fen: Mapped[int | None]
    paid_in_full: Mapped[bool]
    sex: Mapped[str]
    age_from: Mapped[int | None]
    age_below: Mapped[int | None]
    __table_args__ = (
        PrimaryKeyConstraint("code", "valid_from"),
        CheckConstraint("chrgitm_lv IN ('01','02','03')", name="class"),
        CheckConstraint("selfpay_bp BETWEEN 0 AND 10000", name="selfpay"),
        CheckConstraint("sex IN ('','male','female')", name="sex"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index("ix_insurance_item_list_code", "med_list_codg"),
        reference(),
    )


class InsuranceBenefit(Base):
    """Deductible and ceiling."""

    __tablename__ = "insurance_benefit"
    insutype: Mapped[str]
    setting: Mapped[str]
    grade: Mapped[str]
    status: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    deductible_fen: Mapped[int]
    again_fen: Mapped[int]
    ceiling_fen: Mapped[int | None]
    __table_args__ = (
        PrimaryKeyConstraint("insutype", "setting", "grade", "status", "valid_from"),
        CheckConstraint("setting IN ('outpatient','inpatient')", name="setting"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        reference(),
    )


class InsuranceStep(Base):
    """The ratio from an amount of the year on."""

    __tablename__ = "insurance_step"
    insutype: Mapped[str]
    setting: Mapped[str]
    grade: Mapped[str]
    status: Mapped[str]
    over_fen: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ratio_bp: Mapped[int]
    fund: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("insutype", "setting", "grade", "status", "over_fen", "valid_from"),
        CheckConstraint("ratio_bp BETWEEN 0 AND 10000", name="ratio"),
        CheckConstraint("fund IN ('hifp_pay','hifob_pay')", name="fund"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        reference(),
    )


class InsuranceSupplement(Base):
    """A further fund that pays part of what is left to the person."""

    __tablename__ = "insurance_supplement"
    fund: Mapped[str]
    insutype: Mapped[str]
    requires: Mapped[str]
    over_fen: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ordinal: Mapped[int]
    ratio_bp: Mapped[int]
    ceiling_fen: Mapped[int | None]
    __table_args__ = (
        PrimaryKeyConstraint("fund", "insutype", "requires", "over_fen", "valid_from"),
        CheckConstraint("fund IN ('hifmi_pay','hifes_pay','cvlserv_pay','maf_pay')", name="fund"),
        CheckConstraint("requires IN ('','civil_servant','enterprise','aid')", name="requires"),
        CheckConstraint("ratio_bp BETWEEN 0 AND 10000", name="ratio"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        reference(),
    )


class InsuranceAccountRule(Base):
    """What personal accounts may pay."""

    __tablename__ = "insurance_account_rule"
    insutype: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    pays_ownpay: Mapped[bool]
    family: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("insutype", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        reference(),
    )
