"""Tables of the directory; FHIR's Organization, Location, Practitioner, PractitionerRole and HealthcareService."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.ids import UUID
from yitong.kernel.tables import Base, hospital, reference


class Region(Base):
    """A city or province that runs the platform."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(primary_key=True)  # GB/T 2260
    name: Mapped[str]
    name_en: Mapped[str]
    zone: Mapped[str]  # IANA time zone
    commission_id: Mapped[UUID]  # the organization that regional rows and events belong to
    __table_args__ = (reference(),)


class Organization(Base):
    """A hospital, community health centre, pharmacy, commercial insurer, medical insurance office or commission."""

    __tablename__ = "organization"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    kind: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)  # the insurance platform's institution code
    name: Mapped[str]
    name_en: Mapped[str]
    short_name: Mapped[str]
    pinyin: Mapped[str]  # initials, for search
    grade: Mapped[str]
    district: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    latitude: Mapped[float | None]  # WGS 84 degrees
    longitude: Mapped[float | None]
    zone: Mapped[str]
    active: Mapped[bool]
    __table_args__ = (
        CheckConstraint(
            "kind IN ('hospital','community_centre','pharmacy','insurer','insurance_office','commission')", name="kind"
        ),
        reference(),
    )


class Specialty(Base):
    """A clinical specialty of the national catalogue (诊疗科目名录), by which departments are found region-wide."""

    __tablename__ = "specialty"
    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("specialty.code"))
    name: Mapped[str]
    name_en: Mapped[str]
    pinyin: Mapped[str]
    sex: Mapped[str | None]  # only for patients of this sex
    age_min: Mapped[int | None]
    age_max: Mapped[int | None]
    __table_args__ = (reference(),)


class Department(Base):
    """A department of an organization."""

    __tablename__ = "department"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    pinyin: Mapped[str]
    specialty_code: Mapped[str | None] = mapped_column(ForeignKey("specialty.code"))
    kind: Mapped[str]
    location_text: Mapped[str]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "parent_id"], ["department.organization_id", "department.id"]),
        CheckConstraint("kind IN ('outpatient','inpatient','medtech','admin')", name="kind"),
        Index("uq_department_code", "organization_id", "code", unique=True),
        Index("ix_department_specialty_code", "specialty_code"),
        hospital(),
    )


class Location(Base):
    """A building, floor, room, waiting hall or window."""

    __tablename__ = "location"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    department_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    building: Mapped[str]
    floor: Mapped[int]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        ForeignKeyConstraint(["organization_id", "parent_id"], ["location.organization_id", "location.id"]),
        CheckConstraint("kind IN ('building','floor','room','hall','window','device','chair')", name="kind"),
        hospital(),
    )


class Practitioner(Base):
    """A person who works in health care; may have roles at several organizations."""

    __tablename__ = "practitioner"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    pinyin: Mapped[str]
    gender: Mapped[str]
    licence_no: Mapped[str] = mapped_column(unique=True)
    introduction: Mapped[str]
    introduction_en: Mapped[str]
    __table_args__ = (reference(),)


class PractitionerRole(Base):
    """What a practitioner does at one department: role, professional title, field."""

    __tablename__ = "practitioner_role"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"))
    department_id: Mapped[UUID]
    role: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str]
    specialty_text: Mapped[str]
    active: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        CheckConstraint("role IN ('doctor','nurse','technician','pharmacist')", name="role"),
        Index("ix_practitioner_role_department", "organization_id", "department_id"),
        Index("ix_practitioner_role_practitioner_id", "practitioner_id"),
        hospital(),
    )


class HealthcareService(Base):
    """What a department offers to book, with its fee."""

    __tablename__ = "healthcare_service"
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    id: Mapped[UUID]
    department_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    fee_fen: Mapped[int]
    slot_minutes: Mapped[int]
    active: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "department_id"], ["department.organization_id", "department.id"]),
        CheckConstraint(
            "kind IN ('general','expert','special','emergency','return_visit','treatment','exam')", name="kind"
        ),
        CheckConstraint("fee_fen >= 0", name="fee_not_negative"),
        CheckConstraint("slot_minutes BETWEEN 1 AND 30", name="slot_minutes"),
        hospital(),
    )


class PriceItem(Base):
    """One item of the region's price list in the version that is in force from a day."""

    __tablename__ = "price_item"
    code: Mapped[str]
    valid_from: Mapped[date]
    name: Mapped[str]
    category: Mapped[str]
    unit: Mapped[str]
    price_fen: Mapped[int]
    __table_args__ = (
        PrimaryKeyConstraint("code", "valid_from"),
        CheckConstraint("price_fen >= 0", name="price_not_negative"),
        reference(),
    )


class Drug(Base):
    """One drug of the region's dictionary: form, strength, package, price and insurance class."""

    __tablename__ = "drug"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    pinyin: Mapped[str]
    spec: Mapped[str]
    form: Mapped[str]
    dose_per_unit: Mapped[str]
    dose_unit: Mapped[str]
    package: Mapped[str]
    price_fen: Mapped[int]
    insurance_class: Mapped[str]  # 甲类, 乙类, 自费
    control_class: Mapped[str]  # 普通, 麻醉, 精神, 毒性 …
    updated_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("price_fen >= 0", name="price_not_negative"), reference())
