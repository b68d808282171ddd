"""The directory on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from yitong.kernel.ids import UUID

OrganizationKind = Literal["hospital", "community_centre", "pharmacy", "insurer", "insurance_office", "commission"]
DepartmentKind = Literal["outpatient", "inpatient", "medtech", "admin"]
LocationKind = Literal["building", "floor", "room", "hall", "window", "device", "chair"]
ServiceKind = Literal["general", "expert", "special", "emergency", "return_visit", "treatment", "exam"]


class Organization(Struct, frozen=True, kw_only=True):
    """A hospital or other organization; ``distance_m`` from the point that was asked about."""

    id: UUID
    kind: OrganizationKind
    code: str
    name: str
    name_en: str
    short_name: str
    grade: str
    district: str
    address: str
    phone: str
    latitude: float | None
    longitude: float | None
    distance_m: int | None


class OrganizationDetail(Organization, frozen=True, kw_only=True):
    """An organization with how much there is in it."""

    departments_count: int
    practitioners_count: int


class Department(Struct, frozen=True, kw_only=True):
    """A department."""

    id: UUID
    organization_id: UUID
    parent_id: UUID | None
    code: str
    name: str
    name_en: str
    specialty_code: str | None
    kind: DepartmentKind
    location_text: str


class Specialty(Struct, frozen=True, kw_only=True):
    """A clinical specialty and how many organizations have it."""

    code: str
    parent_code: str | None
    name: str
    name_en: str
    pinyin: str
    sex: Literal["male", "female"] | None
    age_min: int | None
    age_max: int | None
    organizations: int


class PractitionerRole(Struct, frozen=True, kw_only=True):
    """Somebody in a department; when they are free next, at which fee, and what patients think of them.

    ``next_free_at`` and ``fee_fen`` are null for somebody without coming sessions, ``review_mean`` while few have said.
    """

    id: UUID
    practitioner_id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    department_id: UUID
    department_name: str
    department_name_en: str
    name: str
    gender: str
    role: str
    title: str
    title_en: str
    specialty_text: str
    introduction: str
    next_free_at: datetime | None = None
    fee_fen: int | None = None
    review_count: int = 0
    review_mean: float | None = None


class Service(Struct, frozen=True, kw_only=True):
    """What a department offers to book."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    kind: ServiceKind
    name: str
    name_en: str
    fee_fen: int
    slot_minutes: int


class Location(Struct, frozen=True, kw_only=True):
    """A place in an organization."""

    id: UUID
    organization_id: UUID
    department_id: UUID | None
    kind: LocationKind
    name: str
    name_en: str
    floor: int


class Found(Struct, frozen=True):
    """What a search over everything brought."""

    specialties: list[Specialty]
    organizations: list[Organization]
    practitioners: list[PractitionerRole]


class DepartmentChange(Struct, frozen=True):
    """New words for a department."""

    organization_id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    name_en: Annotated[str, Meta(min_length=1, max_length=120)]
    location_text: Annotated[str, Meta(max_length=120)]


class ServiceChange(Struct, frozen=True):
    """A new fee, in whole fen, and names of a service."""

    organization_id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    name_en: Annotated[str, Meta(min_length=1, max_length=120)]
    fee_fen: Annotated[int, Meta(ge=0, le=1_000_000)]
