"""The demo region's directory: organizations, departments, places, people who work there, services, prices, drugs."""

from datetime import date, datetime, time
from typing import Any, TypeAlias

import asyncpg

from yitong.billing.insurance.publishing import published_rows
from yitong.directory import facts
from yitong.directory.demo import DemoOrganization, DemoRegion
from yitong.kernel.text import pinyin_initials
from yitong.simulation.seeding.pharmacies import card_rows, identifier_rows
from yitong.simulation.seeding.shelves import right_rows, stock_rows

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ZONE = "Asia/Shanghai"
PRICES_SINCE = date(2026, 1, 1)


async def copy(connection: Connection, table: str, rows: list[dict[str, Any]]) -> int:
    """COPY rows, given as dicts with the same keys, into a table; answers how many."""
    if rows:
        records = [tuple(row.values()) for row in rows]
        await connection.copy_records_to_table(table, columns=list(rows[0]), records=records)
    return len(rows)


async def load_directory(connection: Connection, region: DemoRegion, now: datetime) -> dict[str, int]:
    """Copy the whole directory into empty tables; answers rows by table."""
    counts = {
        "region": await copy(connection, "region", [_region_row(region)]),
        "organization": await copy(connection, "organization", [_organization_row(o) for o in region.organizations]),
        "specialty": await copy(connection, "specialty", _specialty_rows()),
    }
    halls = {(hall.organization_id, hall.floor): hall for hall in region.locations if hall.kind == "hall"}
    rooms = {room.department_id: room for room in region.locations if room.department_id is not None}
    parts = {hall.id: hall for hall in halls.values()}
    counts["department"] = await copy(
        connection,
        "department",
        [
            {
                "organization_id": d.organization_id,
                "id": d.id,
                "parent_id": d.parent_id,
                "code": d.code,
                "name": d.name,
                "name_en": d.name_en,
                "pinyin": d.pinyin,
                "specialty_code": d.specialty_code or None,
                "kind": d.kind,
                "location_text": _way_to(rooms[d.id], parts) if d.id in rooms else "",
            }
            for d in region.departments
        ],
    )
    counts["location"] = await copy(connection, "location", [_location_row(place) for place in region.locations])
    counts |= await _load_staff(connection, region)
    counts |= await _load_services(connection, region)
    counts |= await _load_lists(connection, now)
    counts["drug_stock"] = await copy(connection, "drug_stock", stock_rows(region, now))
    counts["pharmacy"] = await copy(connection, "pharmacy", card_rows(region, now))
    counts["drug_identifier"] = await copy(connection, "drug_identifier", identifier_rows())
    counts["prescribing_right"] = await copy(connection, "prescribing_right", right_rows(region, now))
    return counts


def _region_row(region: DemoRegion) -> dict[str, Any]:
    commission = next(o for o in region.organizations if o.kind == "commission")
    card = region.region
    return {
        "code": card.code,
        "name": card.name,
        "name_en": card.name_en,
        "zone": card.timezone,
        "commission_id": commission.id,
    }


def _organization_row(organization: DemoOrganization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "region_code": "110000",
        "kind": organization.kind,
        "code": organization.code,
        "name": organization.name,
        "name_en": organization.name_en,
        "short_name": organization.short_name,
        "pinyin": pinyin_initials(organization.name),
        "grade": organization.grade,
        "district": organization.district,
        "address": organization.address,
        "phone": organization.phone,
        "latitude": organization.latitude,
        "longitude": organization.longitude,
        "zone": ZONE,
        "active": True,
    }


def _specialty_rows() -> list[dict[str, Any]]:
    return [
        {
            "code": s.code,
            "parent_code": s.parent or None,
            "name": s.name,
            "name_en": s.name_en,
            "pinyin": s.pinyin,
            "sex": s.sex or None,
            "age_min": s.age_from,
            "age_max": None if s.age_below is None else s.age_below - 1,
        }
        for s in facts.specialties()
    ]


def _way_to(room: Any, halls: dict[Any, Any]) -> str:
    """Where a department is, in words: building, floor and waiting hall of one of its rooms."""
    hall = halls.get(room.parent_id)
    return f"{room.building}{room.floor}层{hall.name if hall else ''}"


def _location_row(place: Any) -> dict[str, Any]:
    return {
        "organization_id": place.organization_id,
        "id": place.id,
        "department_id": place.department_id,
        "parent_id": place.parent_id,
        "kind": place.kind,
        "name": place.name,
        "name_en": place.name_en,
        "building": place.building,
        "floor": place.floor,
    }


async def _load_staff(connection: Connection, region: DemoRegion) -> dict[str, int]:
    practitioners = [
        {
            "id": p.id,
            "name": p.name,
            "pinyin": p.initials,
            "gender": p.gender,
            "licence_no": p.licence_no,
            "introduction": p.introduction,
            "introduction_en": p.introduction_en,
        }
        for p in region.practitioners
    ]
    roles = [
        {
            "organization_id": r.organization_id,
            "id": r.id,
            "practitioner_id": r.practitioner_id,
            "department_id": r.department_id,
            "role": r.role,
            "title": r.title,
            "title_en": r.title_en,
            "specialty_text": r.specialty_text,
            "active": True,
        }
        for r in region.practitioner_roles
    ]
    return {
        "practitioner": await copy(connection, "practitioner", practitioners),
        "practitioner_role": await copy(connection, "practitioner_role", roles),
    }


async def _load_services(connection: Connection, region: DemoRegion) -> dict[str, int]:
    services = [
        {
            "organization_id": s.organization_id,
            "id": s.id,
            "department_id": s.department_id,
            "kind": s.kind,
            "name": s.name,
            "name_en": s.name_en,
            "fee_fen": s.fee_fen,
            "slot_minutes": s.slot_minutes,
            "active": True,
        }
        for s in region.healthcare_services
    ]
    templates = [
        {
            "organization_id": t.organization_id,
            "id": t.id,
            "department_id": t.department_id,
            "service_id": t.service_id,
            "practitioner_role_id": t.practitioner_role_id,
            "location_id": t.location_id,
            "weekday": t.weekday,
            "start_time": time.fromisoformat(t.start),
            "end_time": time.fromisoformat(t.end),
            "slot_minutes": t.slot_minutes,
            "capacity_per_slot": t.capacity_per_slot,
            "valid_from": t.valid_from,
            "valid_to": None,  # the demo goes on for as long as somebody runs it
            "active": True,
        }
        for t in region.schedule_templates
    ]
    return {
        "healthcare_service": await copy(connection, "healthcare_service", services),
        "schedule_template": await copy(connection, "schedule_template", templates),
    }


async def _load_lists(connection: Connection, now: datetime) -> dict[str, int]:
    prices = [
        {
            "code": p.code,
            "valid_from": PRICES_SINCE,
            "name": p.name,
            "category": p.category,
            "unit": p.unit,
            "price_fen": p.price_fen,
        }
        for p in (*facts.price_items(), *facts.site_items())
    ]
    drugs = [
        {
            "code": d.code,
            "name": d.name,
            "pinyin": d.pinyin,
            "spec": d.spec,
            "form": d.form,
            "dose_per_unit": d.dose_per_unit,
            "dose_unit": d.dose_unit,
            "package": d.package,
            "price_fen": d.price_fen,
            "insurance_class": d.insurance_class,
            "control_class": d.toxicity,
            "updated_at": now,
        }
        for d in facts.drugs()
    ]
    rules = published_rows()
    return {
        "price_item": await copy(connection, "price_item", prices),
        "drug": await copy(connection, "drug", drugs),
    } | {table: await copy(connection, table, rows) for table, rows in rules.items()}
