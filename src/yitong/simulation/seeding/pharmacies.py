"""What the demo region's pharmacies say of themselves, and the identification codes of its drugs' packages."""

import json
from datetime import datetime
from random import Random
from typing import Any

from yitong.directory import facts
from yitong.directory.demo import DemoRegion

_HOURS = (("08:00", "21:00"), ("08:30", "22:00"), ("07:30", "22:30"), ("00:00", "24:00"))
_FIRST_PREFIX = 8_100_000


def card_rows(region: DemoRegion, now: datetime) -> list[dict[str, Any]]:
    """Rows of ``pharmacy``; the same region gets the same ones, and every fourth shop is open day and night."""
    shops = [one for one in region.organizations if one.kind == "pharmacy"]
    return [_card(one.id, one.code, place, now) for place, one in enumerate(shops)]


def _card(organization_id: Any, code: str, place: int, now: datetime) -> dict[str, Any]:
    rng = Random(f"pharmacy:{code}")
    opens, closes = _HOURS[3] if place % 4 == 0 else rng.choice(_HOURS[:3])
    hours = [{"weekday": day, "opens": opens, "closes": closes} for day in range(1, 8)]
    return {
        "organization_id": organization_id,
        "hours": json.dumps(hours),
        "taking": True,
        "insured": place % 4 != 3,
        "dual_channel": place % 3 == 0,
        "delivers": place % 4 != 1,
        "delivery_radius_m": rng.choice((3000, 5000, 8000)),
        "delivery_fee_fen": rng.choice((300, 500, 800)),
        "version": 1,
        "updated_at": now,
    }


def identifier_rows() -> list[dict[str, Any]]:
    """Rows of ``drug_identifier``: one invented code of seven digits a drug, in the order of the dictionary."""
    return [
        {"prefix": str(_FIRST_PREFIX + place), "drug_code": drug.code}
        for place, drug in enumerate(sorted(facts.drugs(), key=lambda one: one.code))
    ]
