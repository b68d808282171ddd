"""The demo region is deterministic, large enough, consistent and free of double use."""

from collections import Counter
from datetime import date, time
from uuid import UUID

import msgspec
import pytest

from yitong.directory.demo import DEMO_STAFF, DemoRegion, build_region
from yitong.directory.facts import hospitals, specialties

START = date(2026, 3, 2)


@pytest.fixture(scope="module")
def region() -> DemoRegion:
    return build_region(7, START)


def test_same_seed_same_region(region: DemoRegion) -> None:
    assert msgspec.json.encode(build_region(7, START)) == msgspec.json.encode(region)


def test_other_seed_other_people_and_ids(region: DemoRegion) -> None:
    other = build_region(8, START)
    assert [row.name for row in other.practitioners] != [row.name for row in region.practitioners]
    assert {row.id for row in other.organizations}.isdisjoint(row.id for row in region.organizations)


def test_counts(region: DemoRegion) -> None:
    kinds = Counter(row.kind for row in region.organizations)
    assert kinds == {
        "hospital": 36,
        "community_centre": 12,
        "pharmacy": 12,
        "insurer": 2,
        "insurance_office": 1,
        "commission": 1,
    }
    assert sum(row.kind == "outpatient" for row in region.departments) >= 300
    assert len(region.practitioners) == len(region.practitioner_roles) == 1600
    assert Counter(row.role for row in region.practitioner_roles)["doctor"] > 1000
    assert {row.kind for row in region.healthcare_services} == {
        "general",
        "expert",
        "special",
        "emergency",
        "return_visit",
    }


def test_ids_and_codes_are_unique(region: DemoRegion) -> None:
    for rows in (
        region.organizations,
        region.departments,
        region.locations,
        region.practitioners,
        region.practitioner_roles,
        region.healthcare_services,
        region.schedule_templates,
    ):
        assert len({row.id for row in rows}) == len(rows)
    assert len({row.code for row in region.organizations}) == len(region.organizations)
    assert len({(row.organization_id, row.code) for row in region.departments}) == len(region.departments)
    assert len({row.licence_no for row in region.practitioners}) == len(region.practitioners)
    rooms = [(row.organization_id, row.building, row.name) for row in region.locations]
    assert len(set(rooms)) == len(rooms)


def test_references_hold_inside_one_organization(region: DemoRegion) -> None:
    organizations = {row.id for row in region.organizations}
    departments = {row.id: row.organization_id for row in region.departments}
    locations = {row.id: row.organization_id for row in region.locations}
    services = {row.id: row for row in region.healthcare_services}
    roles = {row.id: row for row in region.practitioner_roles}
    practitioners = {row.id for row in region.practitioners}
    known_specialties = {row.code for row in specialties()} | {""}
    for row in region.departments:
        assert row.organization_id in organizations
        assert row.parent_id is None or departments[row.parent_id] == row.organization_id
        assert row.specialty_code in known_specialties
    for row in region.locations:
        assert row.organization_id in organizations
        assert row.parent_id is None or locations[row.parent_id] == row.organization_id
        assert row.department_id is None or departments[row.department_id] == row.organization_id
    for row in region.practitioner_roles:
        assert row.practitioner_id in practitioners
        assert departments[row.department_id] == row.organization_id
    for row in region.healthcare_services:
        assert departments[row.department_id] == row.organization_id
    for row in region.schedule_templates:
        assert departments[row.department_id] == locations[row.location_id] == row.organization_id
        assert services[row.service_id].department_id == row.department_id
        if row.practitioner_role_id is not None:
            role = roles[row.practitioner_role_id]
            assert (role.role, role.department_id) == ("doctor", row.department_id)


def test_parents_come_before_children(region: DemoRegion) -> None:
    for rows in (region.departments, region.locations):
        seen: set[UUID | None] = {None}
        for row in rows:
            assert row.parent_id in seen
            seen.add(row.id)


def test_places_follow_the_building(region: DemoRegion) -> None:
    by_id = {row.id: row for row in region.locations}
    allowed = {"floor": {"building"}, "hall": {"floor"}, "room": {"hall"}, "window": {"floor", "building"}}
    for row in region.locations:
        if row.kind == "building":
            assert row.parent_id is None
            continue
        assert row.parent_id is not None
        parent = by_id[row.parent_id]
        assert parent.kind in allowed[row.kind]
        assert (parent.building, row.kind == "floor" or parent.floor) == (
            row.building,
            row.kind == "floor" or row.floor,
        )


def test_templates_have_whole_slots_in_opening_hours(region: DemoRegion) -> None:
    for row in region.schedule_templates:
        start, end = time.fromisoformat(row.start), time.fromisoformat(row.end)
        minutes = end.hour * 60 + end.minute - start.hour * 60 - start.minute
        assert (row.start, row.end) in {("08:00", "11:30"), ("13:30", "17:00")}
        assert 0 < row.slot_minutes <= 30
        assert minutes % row.slot_minutes == 0
        assert row.capacity_per_slot > 0
        assert 1 <= row.weekday <= 7
        assert (row.valid_from, row.valid_to) == (START, date(2026, 3, 15))


def test_no_room_and_no_doctor_is_used_twice_at_once(region: DemoRegion) -> None:
    rooms = [(row.location_id, row.weekday, row.start) for row in region.schedule_templates]
    assert len(set(rooms)) == len(rooms)
    doctors = [
        (row.practitioner_role_id, row.weekday, row.start)
        for row in region.schedule_templates
        if row.practitioner_role_id is not None
    ]
    assert len(set(doctors)) == len(doctors)


def test_weekly_plan_is_a_hospitals(region: DemoRegion) -> None:
    services = {row.id: row for row in region.healthcare_services}
    general = Counter(
        row.department_id
        for row in region.schedule_templates
        if services[row.service_id].kind == "general" and row.weekday <= 5
    )
    offering = {row.department_id for row in region.healthcare_services if row.kind == "general"}
    assert set(general) == offering
    assert set(general.values()) == {10}
    assert any(row.weekday == 6 for row in region.schedule_templates)
    licences = {row.id: row.licence_no for row in region.practitioners}
    cast = {row.licence_no for row in DEMO_STAFF if row.licence_no}
    ordinary = {row.id for row in region.practitioner_roles if licences[row.practitioner_id] not in cast}
    half_days = Counter(row.practitioner_role_id for row in region.schedule_templates)
    assert max(half_days[role] for role in ordinary) <= 4


def test_fees_follow_title_and_level(region: DemoRegion) -> None:
    grades = {row.id: row.grade for row in region.organizations}
    fees = {
        (row.kind, row.name): row.fee_fen
        for row in region.healthcare_services
        if grades[row.organization_id].startswith("三级")
    }
    assert fees["general", "普通门诊"] == 5000
    assert fees["expert", "副主任医师门诊"] == 6000
    assert fees["expert", "主任医师门诊"] == 8000
    assert fees["special", "知名专家门诊"] == 10000


def test_staff_have_their_places_in_every_region(region: DemoRegion) -> None:
    for candidate in (region, build_region(3, START, hospitals=1, practitioners=20)):
        organizations = {row.code: row for row in candidate.organizations}
        departments = {(row.organization_id, row.code): row.id for row in candidate.departments}
        practitioners = {row.licence_no: row for row in candidate.practitioners}
        roles = {row.practitioner_id: row for row in candidate.practitioner_roles}
        for staff in DEMO_STAFF:
            organization = organizations[staff.organization_code]
            if staff.department_code:
                department = departments[organization.id, staff.department_code]
                if staff.licence_no:
                    practitioner = practitioners[staff.licence_no]
                    assert practitioner.name == staff.name
                    assert (roles[practitioner.id].role, roles[practitioner.id].department_id) == (
                        staff.role,
                        department,
                    )
    doctor = next(row for row in region.practitioners if row.licence_no == DEMO_STAFF[0].licence_no)
    role = next(row for row in region.practitioner_roles if row.practitioner_id == doctor.id)
    days = {row.weekday for row in region.schedule_templates if row.practitioner_role_id == role.id}
    assert days == set(range(1, 8))


def test_all_texts_come_in_both_languages(region: DemoRegion) -> None:
    for row in (*region.organizations, *region.departments, *region.locations, *region.healthcare_services):
        assert row.name
        assert row.name_en.isascii()
    for row in region.practitioners:
        assert row.introduction
        assert row.introduction_en.isascii()


def test_every_listed_hospital_can_be_built() -> None:
    count = sum(row.kind == "hospital" for row in hospitals())
    region = build_region(1, START, hospitals=count, practitioners=700, days=1)
    assert sum(row.kind == "hospital" for row in region.organizations) == count
    assert len(region.practitioners) == 700


@pytest.mark.parametrize(
    "numbers", [{"hospitals": 0}, {"hospitals": 10_000}, {"practitioners": 19}, {"days": 0}, {"practitioners": -1}]
)
def test_numbers_out_of_range_are_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        build_region(1, START, **numbers)
