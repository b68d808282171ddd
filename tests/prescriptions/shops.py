"""Pharmacies around the tiny region's hospital, with stock and pharmacists, and the ways to their addresses."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from httpx import Response
from sqlalchemy import insert

from prescriptions.pharmacy import AMLODIPINE, CODES, Pharmacy
from yitong.directory.model import Department, Organization, Practitioner, PractitionerRole
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.prescriptions.model import DrugStock
from yitong.prescriptions.pharmacies.model import DrugIdentifier
from yitong.prescriptions.pharmacies.model import Pharmacy as Card

PREFIX = "8123456"
INSISTS = [{"code": "duplicate.running", "text": "前一张处方未取药"}]
"""So that one test can write the same drug again."""
HOME = (39.90, 116.40)
_serial = count(1)
DAYS = [{"weekday": day, "opens": "08:00", "closes": "22:00"} for day in range(1, 8)]


def trace() -> str:
    """A trace code of a package of amlodipine that nobody has used."""
    return f"{PREFIX}{next(_serial):013d}"


@dataclass(frozen=True, slots=True)
class Shop:
    """A pharmacy and its pharmacist."""

    id: UUID
    name: str
    pharmacist: Actor


@dataclass(slots=True)
class Street:
    """The hospital's pharmacy and three shops outside, the last one too far away."""

    inside: Pharmacy
    near: Shop
    cheap: Shop
    far: Shop

    @property
    def hospital(self) -> str:
        return str(self.inside.town.hospital_id)

    @property
    def patient(self) -> Actor:
        return self.inside.town.citizen(self.inside.patient)

    async def post(self, actor: Actor, path: str, **body: Any) -> Response:
        """POST something about a prescription of the hospital."""
        return await self.inside.post(actor, path, **body)

    async def at(self, shop: Shop, path: str, **body: Any) -> Response:
        """POST as a shop's pharmacist."""
        return await self.inside.post(shop.pharmacist, path, pharmacy_id=str(shop.id), **body)

    async def get(self, actor: Actor, path: str, **query: Any) -> Response:
        """GET something, naming the hospital."""
        return await self.inside.get(actor, path, **query)

    async def part(self, *lines: dict[str, Any], **more: Any) -> Any:
        """The first part of an approved prescription."""
        approved = await self.inside.approved(*lines, **{"reasons": INSISTS, **more})
        found = await self.get(self.patient, f"/prescriptions/{approved['id']}/parts")
        assert found.status_code == 200, found.text
        return found.json()["items"][-1]

    async def show(self, part: Any) -> Any:
        """A part as its patient sees it."""
        return (await self.get(self.patient, f"/prescription-parts/{part['id']}")).json()

    async def released(self, *lines: dict[str, Any], **more: Any) -> Any:
        """A released part with its code."""
        part = await self.part(*lines, **more)
        answer = await self.post(self.patient, f"/prescription-parts/{part['id']}/release", version=part["version"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def published(self, part: Any = None, mode: str = "first", **more: Any) -> Any:
        """A purchase request of a part."""
        given = {
            "part_id": (part or await self.part())["id"],
            "mode": mode,
            "handover": "pickup",
            "latitude": HOME[0],
            "longitude": HOME[1],
            **more,
        }
        answer = await self.post(self.patient, "/purchase-requests", **given)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def grab(self, shop: Shop, request: Any) -> Response:
        """A shop takes a request."""
        return await self.at(shop, f"/purchase-requests/{request['id']}/grab")

    async def held(self, *lines: dict[str, Any], shop: Shop | None = None, **more: Any) -> Any:
        """A part in a shop's custody."""
        released = await self.released(*lines, **more)
        taken = await self.at(shop or self.near, "/custodies", code=released["take_url"])
        assert taken.status_code == 200, taken.text
        return taken.json()

    async def act(self, shop: Shop, custody: Any, verb: str, **body: Any) -> Response:
        """Do something with a part at the version that was seen."""
        return await self.at(shop, f"/custodies/{custody['part_id']}/{verb}", **{"version": custody["version"], **body})

    async def wall(self, shop: Shop) -> Any:
        """A shop's wall."""
        return (await self.inside.get(shop.pharmacist, f"/pharmacies/{shop.id}/wall")).json()


def out(units: int, *codes: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """A line handed out, shared evenly over packages."""
    packages = [{"code": one, "units": units // len(codes)} for one in codes]
    return {"number": number, "units": units, "packages": packages, "batch": "B2411", "expires_on": "2028-01-01"} | more


async def open_street(inside: Pharmacy) -> Street:
    """Three shops with stock of everything."""
    near = await _shop(inside, "近便药房", 0.01, price=None)
    cheap = await _shop(inside, "平价药房", 0.02, price=50)
    far = await _shop(inside, "远郊药房", 0.30, price=10)
    async with inside.town.platform.transaction() as tx:
        await tx.session.execute(insert(DrugIdentifier).values(prefix=PREFIX, drug_code=CODES[AMLODIPINE]))
    return Street(inside, near, cheap, far)


async def _shop(inside: Pharmacy, name: str, away: float, *, price: int | None) -> Shop:
    made, department, practitioner = new_id(), new_id(), new_id()
    town = inside.town
    async with town.platform.transaction() as tx:
        put = tx.session.execute
        await put(
            insert(Organization).values(
                id=made,
                region_code="110000",
                kind="pharmacy",
                code=f"PH-{name}",
                name=name,
                name_en=name,
                short_name=name,
                pinyin="YF",
                grade="",
                district="东城区",
                address=f"{name}门前路 1 号",
                phone="010-00000001",
                latitude=HOME[0] + away,
                longitude=HOME[1],
                zone="Asia/Shanghai",
                active=True,
            )
        )
        await put(
            insert(Card).values(
                organization_id=made,
                hours=DAYS,
                taking=True,
                insured=name != "平价药房",
                dual_channel=False,
                delivers=name != "平价药房",
                delivery_radius_m=3000,
                delivery_fee_fen=500,
                version=1,
                updated_at=tx.now,
            )
        )
        await put(
            insert(Department).values(
                organization_id=made,
                id=department,
                code="1",
                name="药房",
                name_en="Pharmacy",
                pinyin="YF",
                kind="medtech",
                location_text="",
            )
        )
        await put(
            insert(Practitioner).values(
                id=practitioner,
                name=f"{name[:2]}药师",
                pinyin="YS",
                gender="female",
                licence_no=f"PS{name}",
                introduction="",
                introduction_en="",
            )
        )
        await put(
            insert(PractitionerRole).values(
                organization_id=made,
                id=new_id(),
                practitioner_id=practitioner,
                department_id=department,
                role="pharmacist",
                title="主管药师",
                title_en="Pharmacist",
                specialty_text="",
                active=True,
            )
        )
        stock = [
            {"organization_id": made, "drug_code": code, "units": 1000, "price_fen": price, "version": 1,
             "updated_at": tx.now} for code in CODES.values()
        ]  # fmt: skip
        await put(insert(DrugStock), stock)
    return Shop(made, name, town.staff(Role.PHARMACIST, made, practitioner_id=practitioner))
