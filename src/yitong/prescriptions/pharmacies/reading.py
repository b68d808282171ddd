"""Finding pharmacies by distance, hours, contract and delivery."""

from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.pharmacies.hours import OpeningHours, open_at
from yitong.prescriptions.pharmacies.problems import NOT_A_PHARMACY, NOT_TAKING
from yitong.prescriptions.pharmacies.schemas import PharmacyFound

MOST = 50
DISTANCE = (
    "round(2 * 6371008.8 * asin(least(1, sqrt(power(sin(radians(o.latitude - {latitude}) / 2), 2)"
    " + cos(radians({latitude})) * cos(radians(o.latitude))"
    " * power(sin(radians(o.longitude - {longitude}) / 2), 2)))))"
)
_NEAR = DISTANCE.format(
    latitude="CAST(:latitude AS double precision)", longitude="CAST(:longitude AS double precision)"
)
_SELECT = (
    "SELECT o.id AS organization_id, o.name, o.name_en, o.address, o.phone, o.latitude, o.longitude, o.zone,"  # noqa: S608
    f" CAST({_NEAR} AS integer) AS distance_m, y.hours, y.taking, y.insured, y.dual_channel, y.delivers,"
    " y.delivery_radius_m, y.delivery_fee_fen, y.version"
    " FROM pharmacy y JOIN organization o ON o.id = y.organization_id WHERE o.active"
)
_NEARBY = text(
    f"SELECT * FROM ({_SELECT} AND y.taking AND (NOT :insured OR y.insured)"  # noqa: S608
    " AND (NOT :delivers OR y.delivers)) AS f"
    " WHERE (CAST(:latitude AS double precision) IS NULL OR (f.distance_m <= :radius"
    " AND (NOT :delivers OR f.distance_m <= f.delivery_radius_m)))"
    " ORDER BY f.distance_m NULLS LAST, f.name LIMIT 200"
)
_ONE = text(f"{_SELECT} AND o.id = :id")


class Place(msgspec.Struct, frozen=True):
    """Where somebody looks from, in WGS 84 degrees, and how far in meters."""

    latitude: float | None = None
    longitude: float | None = None
    radius_m: int = 5000

    @property
    def known(self) -> bool:
        return self.latitude is not None and self.longitude is not None


def _found(tx: Transaction, row: Any) -> PharmacyFound:
    hours = msgspec.convert(row["hours"], list[OpeningHours])
    same = (
        *("organization_id", "name", "name_en", "address", "phone", "latitude", "longitude", "distance_m", "taking"),
        *("insured", "dual_channel", "delivers", "delivery_radius_m", "delivery_fee_fen", "version"),
    )
    return PharmacyFound(
        **{name: row[name] for name in same}, hours=hours, open_now=open_at(hours, tx.now, row["zone"])
    )


async def nearby(
    tx: Transaction, place: Place, *, insured: bool = False, open_now: bool = False, delivers: bool = False
) -> list[PharmacyFound]:
    """Pharmacies that take prescriptions within the radius, the nearest first; everywhere without a place."""
    values = {
        "latitude": place.latitude if place.known else None,
        "longitude": place.longitude if place.known else None,
        "radius": place.radius_m,
        "insured": insured,
        "delivers": delivers,
    }
    found = [_found(tx, row) for row in (await tx.session.execute(_NEARBY, values)).mappings()]
    return [one for one in found if one.open_now or not open_now]


async def pharmacy_of(tx: Transaction, pharmacy_id: UUID, place: Place | None = None) -> PharmacyFound:
    """One pharmacy. Raises Problem ``not-a-pharmacy``."""
    near = place or Place()
    values = {"id": pharmacy_id, "latitude": near.latitude, "longitude": near.longitude}
    row = (await tx.session.execute(_ONE, values)).mappings().one_or_none()
    if row is None:
        raise NOT_A_PHARMACY()
    return _found(tx, row)


async def taking(tx: Transaction, pharmacy_id: UUID, place: Place | None = None) -> PharmacyFound:
    """A pharmacy that takes prescriptions. Raises Problem ``not-a-pharmacy`` or ``pharmacy-not-taking``."""
    found = await pharmacy_of(tx, pharmacy_id, place)
    if not found.taking:
        raise NOT_TAKING()
    return found
