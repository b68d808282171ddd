"""The rows of a demo region, ready to be copied into the directory's and booking's tables."""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from yitong.directory.facts.tables import DepartmentKind, OrganizationKind

LocationKind = Literal["building", "floor", "hall", "room", "window", "device", "chair"]
RoleKind = Literal["doctor", "nurse", "technician", "pharmacist"]
ServiceKind = Literal["general", "expert", "special", "emergency", "return_visit", "treatment", "exam"]
Gender = Literal["male", "female"]


class RegionCard(msgspec.Struct, frozen=True, kw_only=True):
    """The region itself; `code` is its GB/T 2260 code."""

    code: str
    name: str
    name_en: str
    timezone: str


class DemoOrganization(msgspec.Struct, frozen=True, kw_only=True):
    """A hospital, community centre, pharmacy, insurer or the commission; degrees are map degrees."""

    id: UUID
    kind: OrganizationKind
    code: str
    name: str
    name_en: str
    short_name: str
    grade: str
    district: str
    address: str
    longitude: float
    latitude: float
    approximate: bool
    phone: str


class DemoDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """A department; a ward's `parent_id` is its clinic, `pinyin` are initials, `specialty_code` may be ''."""

    id: UUID
    organization_id: UUID
    parent_id: UUID | None
    code: str
    name: str
    name_en: str
    pinyin: str
    specialty_code: str
    kind: DepartmentKind


class DemoLocation(msgspec.Struct, frozen=True, kw_only=True):
    """A place: building > floor > waiting hall (one of a floor's wings) > room; windows lie on a floor."""

    id: UUID
    organization_id: UUID
    department_id: UUID | None
    parent_id: UUID | None
    kind: LocationKind
    name: str
    name_en: str
    building: str
    floor: int


class DemoPractitioner(msgspec.Struct, frozen=True, kw_only=True):
    """An invented person who works in a hospital; `pinyin` has full syllables, `initials` its capitals."""

    id: UUID
    name: str
    pinyin: str
    initials: str
    gender: Gender
    licence_no: str
    introduction: str
    introduction_en: str


class DemoPractitionerRole(msgspec.Struct, frozen=True, kw_only=True):
    """What a practitioner is in one department of one organization."""

    id: UUID
    organization_id: UUID
    practitioner_id: UUID
    department_id: UUID
    role: RoleKind
    title: str
    title_en: str
    specialty_text: str
    specialty_text_en: str


class DemoService(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic type of a department; fee in whole fen, `capacity` people in one slot of `slot_minutes`."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    kind: ServiceKind
    name: str
    name_en: str
    fee_fen: int
    slot_minutes: int
    capacity: int


class DemoScheduleTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """One weekly half-day: ISO weekday 1–7, local 'HH:MM', valid on both end days; no role means any doctor on duty."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    service_id: UUID
    practitioner_role_id: UUID | None
    location_id: UUID
    weekday: int
    start: str
    end: str
    slot_minutes: int
    capacity_per_slot: int
    valid_from: date
    valid_to: date


class DemoRegion(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a demo region; parents come before their children in every list."""

    region: RegionCard
    organizations: list[DemoOrganization]
    departments: list[DemoDepartment]
    locations: list[DemoLocation]
    practitioners: list[DemoPractitioner]
    practitioner_roles: list[DemoPractitionerRole]
    healthcare_services: list[DemoService]
    schedule_templates: list[DemoScheduleTemplate]
