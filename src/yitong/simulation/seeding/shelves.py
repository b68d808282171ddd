"""What the demo region's pharmacies have on their shelves, and the special rights of its named doctor."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from yitong.directory import facts
from yitong.directory.demo import DemoOrganization, DemoRegion
from yitong.directory.demo.cast import DEMO_STAFF
from yitong.kernel.ids import new_id
from yitong.prescriptions.facts import products

_MOST_PACKAGES = 120
_SHOP_SHARE = 0.55
"""A shop keeps about every second drug; controlled drugs and injections stay with hospitals."""


def stock_rows(region: DemoRegion, now: datetime) -> list[dict[str, Any]]:
    """Rows of ``drug_stock``; the same region gets the same shelves."""
    return [row for place in region.organizations for row in _shelf(place, now)]


def right_rows(region: DemoRegion, now: datetime) -> list[dict[str, Any]]:
    """The right to prescribe narcotics for the doctor who may be signed in as."""
    licence, code = next((s.licence_no, s.organization_code) for s in DEMO_STAFF if s.role == "doctor")
    here = next((o.id for o in region.organizations if o.code == code), None)
    doctor = next((p.id for p in region.practitioners if p.licence_no == licence), None)
    if here is None or doctor is None:
        return []
    row = {
        "organization_id": here,
        "practitioner_id": doctor,
        "kind": "narcotic",
        "given_at": now,
        "given_by": new_id(),
    }
    return [row]


def _shelf(place: DemoOrganization, now: datetime) -> Iterator[dict[str, Any]]:
    if place.kind not in ("hospital", "community_centre", "pharmacy"):
        return
    rng, shop = Random(f"shelf:{place.code}"), place.kind == "pharmacy"
    for drug in facts.drugs():
        product = products()[drug.code]
        if shop and (product.control or product.form == "injection" or rng.random() > _SHOP_SHARE):
            continue
        own = round(drug.price_fen * rng.uniform(0.88, 1.12)) if shop else None
        yield {
            "organization_id": place.id,
            "drug_code": drug.code,
            "units": drug.units_per_package * rng.randint(0, _MOST_PACKAGES),
            "price_fen": own,
            "version": 1,
            "updated_at": now,
        }
