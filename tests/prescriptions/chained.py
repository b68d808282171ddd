"""The chain beside the tests' hospital: reactors run, tasks put on it, and a shop that takes prescriptions."""

from typing import Any

from sqlalchemy import insert

from prescriptions.pharmacy import AMLODIPINE, CODES, Pharmacy
from worlds import ZONE
from yitong.directory.model import Department, Organization, Practitioner, PractitionerRole
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.kernel.reactors import REACTORS, run_once
from yitong.ledger.opening import open_region
from yitong.ledger.service import Ledger
from yitong.ledger.tasks import put_tasks
from yitong.prescriptions.chain import NAME
from yitong.prescriptions.model import DrugStock
from yitong.prescriptions.pharmacies.model import DrugIdentifier
from yitong.prescriptions.pharmacies.model import Pharmacy as Shop

PREFIX = "8123456"


async def open_chain(pharmacy: Pharmacy) -> Ledger:
    """The region's chain, opened as the worker opens it."""
    ledger = await open_region(pharmacy.town.platform)
    assert ledger is not None
    return ledger


async def settle(pharmacy: Pharmacy, ledger: Ledger) -> int:
    """Let the bridge read what happened and put it on the chain; answers how many tasks were finished."""
    platform = pharmacy.town.platform
    async with (await platform.database.raw()).acquire() as connection:
        # Other databases of the server may hold the log back; here nobody else writes.
        await connection.execute("SELECT pg_current_xact_id()")
    while await run_once(platform, REACTORS[NAME]):
        pass
    return await put_tasks(platform, ledger)


async def tasks(pharmacy: Pharmacy) -> list[Any]:
    """What was asked of the chain, in its order."""
    return await pharmacy.town.rows("SELECT * FROM ledger_task ORDER BY id")


async def open_shop(pharmacy: Pharmacy, code: str = "S1") -> tuple[UUID, Actor]:
    """A pharmacy of the town with a pharmacist and amlodipine on its shelf."""
    town, shop, department, who = pharmacy.town, new_id(), new_id(), new_id()
    async with town.platform.transaction() as tx:
        named = {"name": f"演示药房{code}", "name_en": f"Demo Pharmacy {code}", "short_name": code, "pinyin": "YF"}
        place = {"grade": "", "district": "东城区", "address": "演示路 2 号", "phone": "", "zone": ZONE}
        await tx.session.execute(
            insert(Organization).values(
                id=shop, region_code="110000", kind="pharmacy", code=code, active=True, **named, **place
            )
        )
        await tx.session.execute(
            insert(Department).values(
                organization_id=shop,
                id=department,
                code="RX",
                name="药房",
                name_en="Pharmacy",
                pinyin="YF",
                kind="medtech",
                location_text="",
            )
        )
        await tx.session.execute(
            insert(Practitioner).values(
                id=who,
                name="钱药师",
                pinyin="QYS",
                gender="female",
                licence_no=f"S-{code}",
                introduction="",
                introduction_en="",
            )
        )
        await tx.session.execute(
            insert(PractitionerRole).values(
                organization_id=shop,
                id=new_id(),
                practitioner_id=who,
                department_id=department,
                role="pharmacist",
                title="主管药师",
                title_en="Pharmacist",
                specialty_text="",
                active=True,
            )
        )
        await tx.session.execute(
            insert(Shop).values(
                organization_id=shop,
                hours=[],
                taking=True,
                insured=True,
                dual_channel=False,
                delivers=False,
                delivery_radius_m=0,
                delivery_fee_fen=0,
                version=1,
                updated_at=tx.now,
            )
        )
        await tx.session.execute(
            insert(DrugStock).values(
                organization_id=shop, drug_code=CODES[AMLODIPINE], units=1000, version=1, updated_at=tx.now
            )
        )
    return shop, town.staff(Role.PHARMACIST, shop, practitioner_id=who)


async def know_packages(pharmacy: Pharmacy) -> None:
    """Amlodipine's packages have trace codes that begin with PREFIX."""
    async with pharmacy.town.platform.transaction() as tx:
        await tx.session.execute(insert(DrugIdentifier).values(prefix=PREFIX, drug_code=CODES[AMLODIPINE]))
