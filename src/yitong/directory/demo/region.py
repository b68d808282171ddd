"""Put a demo region together from one seed: organizations, departments, places, people, services, weekly templates."""

from datetime import date, timedelta
from functools import partial
from random import Random
from uuid import UUID, uuid5

from yitong.directory.demo import plan
from yitong.directory.demo.clinics import build_clinics
from yitong.directory.demo.names import address as home_address
from yitong.directory.demo.people import stable_id
from yitong.directory.demo.shapes import DemoDepartment, DemoLocation, DemoOrganization, DemoRegion, RegionCard
from yitong.directory.demo.site import Ids, Site
from yitong.directory.demo.workforce import build_workforce
from yitong.directory.facts import tables

REGION = RegionCard(code="110000", name="北京市(演示)", name_en="Beijing (demo)", timezone="Asia/Shanghai")
MINIMUM_PRACTITIONERS = 20


def _hospitals(count: int) -> list[tables.Hospital]:
    """The first `count` hospitals and a third as many community centres, at least one."""
    known = [row for row in tables.hospitals() if row.kind == "hospital"]
    centres = [row for row in tables.hospitals() if row.kind == "community_centre"]
    if not 1 <= count <= len(known):
        raise ValueError(f"hospitals must lie between 1 and {len(known)}")
    return known[:count] + centres[: max(1, count // 3)]


def _phone(number: int) -> str:
    return f"010-0000{number:04d}"  # no Beijing number begins with 0


def _real(ids: Ids, facts: list[tables.Hospital]) -> list[DemoOrganization]:
    return [
        DemoOrganization(
            id=ids(f"organization:{fact.code}"),
            kind=fact.kind,
            code=fact.code,
            name=fact.name,
            name_en=fact.name_en,
            short_name=fact.short_name,
            grade=fact.grade,
            district=fact.district,
            address=f"北京市{fact.address or fact.district}",
            longitude=fact.longitude,
            latitude=fact.latitude,
            approximate=fact.approximate,
            phone=_phone(number),
        )
        for number, fact in enumerate(facts, start=1)
    ]


def _invented(ids: Ids, rng: Random, first_phone: int) -> list[DemoOrganization]:
    centres = {row.name: row for row in tables.districts()}
    organizations: list[DemoOrganization] = []
    for number, fact in enumerate(tables.invented_organizations(), start=first_phone):
        centre = centres[fact.district]
        organizations.append(
            DemoOrganization(
                id=ids(f"organization:{fact.code}"),
                kind=fact.kind,
                code=fact.code,
                name=fact.name,
                name_en=fact.name_en,
                short_name=fact.short_name,
                grade="",
                district=fact.district,
                address=home_address(rng, centre.code, centre.name).partition("号楼")[0] + "号",
                longitude=round(centre.longitude + rng.uniform(-0.03, 0.03), 6),
                latitude=round(centre.latitude + rng.uniform(-0.03, 0.03), 6),
                approximate=True,
                phone=_phone(number),
            )
        )
    return organizations


def _counter(ids: Ids, pharmacy: DemoOrganization) -> tuple[DemoDepartment, list[DemoLocation]]:
    """A pharmacy's one department with its building and dispensing window."""
    fact = next(row for row in tables.departments() if row.code == plan.PHARMACY)
    department = DemoDepartment(
        id=ids(f"{pharmacy.code}:department:{fact.code}"),
        organization_id=pharmacy.id,
        parent_id=None,
        code=fact.code,
        name=fact.display_name,
        name_en=fact.name_en,
        pinyin=fact.pinyin,
        specialty_code="",
        kind="medtech",
    )
    building = DemoLocation(
        id=ids(f"{pharmacy.code}:place:shop"),
        organization_id=pharmacy.id,
        department_id=None,
        parent_id=None,
        kind="building",
        name="店面",
        name_en="Shop",
        building="店面",
        floor=1,
    )
    window = DemoLocation(
        id=ids(f"{pharmacy.code}:place:window"),
        organization_id=pharmacy.id,
        department_id=department.id,
        parent_id=building.id,
        kind="window",
        name="取药窗口",
        name_en="Dispensing Window",
        building="店面",
        floor=1,
    )
    return department, [building, window]


def build_region(seed: int, start: date, hospitals: int = 36, practitioners: int = 1600, days: int = 14) -> DemoRegion:
    """A whole demo region, the same for the same arguments; schedules run from `start` for `days` days.

    `hospitals` counts hospitals alone; a third as many community centres, 12 pharmacies, 2 who insure and a commission
    are added. Raises ValueError when a number is out of range.
    """
    if practitioners < MINIMUM_PRACTITIONERS:
        raise ValueError(f"practitioners must be at least {MINIMUM_PRACTITIONERS}")
    if days < 1:
        raise ValueError("days must be at least 1")
    rng = Random(f"region:{seed}")
    ids: Ids = partial(uuid5, stable_id(f"region:{seed}"))
    facts = _hospitals(hospitals)
    real = _real(ids, facts)
    invented = _invented(ids, rng, len(real) + 1)
    sites = [Site(ids, organization, fact.profile) for organization, fact in zip(real, facts, strict=True)]
    counters = [_counter(ids, organization) for organization in invented if organization.kind == "pharmacy"]
    codes: dict[UUID, str] = {row.id: row.code for row in (*real, *invented)}
    workforce = build_workforce(ids, rng, sites, [row for row, _ in counters], practitioners, codes)
    licences = {row.id: row.licence_no for row in workforce.practitioners}
    valid = (start, start + timedelta(days=days - 1))
    clinic_plan = build_clinics(ids, rng, sites, workforce.roles, licences, valid)
    return DemoRegion(
        region=REGION,
        organizations=[*real, *invented],
        departments=[row for site in sites for row in site.departments] + [row for row, _ in counters],
        # After the clinics, because they open rooms.
        locations=[row for site in sites for row in site.locations] + [row for _, rows in counters for row in rows],
        practitioners=workforce.practitioners,
        practitioner_roles=workforce.roles,
        healthcare_services=clinic_plan.services,
        schedule_templates=clinic_plan.templates,
    )
