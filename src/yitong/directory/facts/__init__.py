"""Small tables of public facts (hospitals, specialties, departments, prices, drugs, names) that ship with the package.

`SOURCES.md` in this folder says where each table comes from and under which terms.
"""

from yitong.directory.facts.tables import (
    Department,
    District,
    Drug,
    Expertise,
    Hospital,
    InventedOrganization,
    NamePart,
    PriceItem,
    Specialty,
    Street,
    departments,
    districts,
    drugs,
    expertise,
    hospitals,
    invented_organizations,
    name_parts,
    price_items,
    site_items,
    specialties,
    streets,
)

__all__ = [
    "Department",
    "District",
    "Drug",
    "Expertise",
    "Hospital",
    "InventedOrganization",
    "NamePart",
    "PriceItem",
    "Specialty",
    "Street",
    "departments",
    "districts",
    "drugs",
    "expertise",
    "hospitals",
    "invented_organizations",
    "name_parts",
    "price_items",
    "site_items",
    "specialties",
    "streets",
]
