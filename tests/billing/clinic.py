"""Prices and hands for tests of bills at the tiny region's hospital."""

from datetime import date
from typing import Any

from httpx import AsyncClient as Client
from sqlalchemy import insert

from worlds import World
from yitong.directory.model import Drug, PriceItem
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.reactors import REACTORS, run_once

ITEMS = [
    ("BJ3-general", date(2020, 1, 1), "普通门诊医事服务费(三级)", "registration", "次", 5000),
    ("L100", date(2020, 1, 1), "血常规", "lab", "次", 2000),
    ("L100", date(2026, 11, 1), "血常规", "lab", "次", 1800),
    ("L100", date(2027, 1, 1), "血常规", "lab", "次", 1500),
    ("I200", date(2020, 1, 1), "胸部X线摄影", "imaging", "次", 6000),
    ("PARK-HOUR", date(2020, 1, 1), "停车费（每小时）", "parking", "小时", 300),
    ("B300", date(2020, 1, 1), "普通床位费", "bed", "日", 5000),
]


async def list_prices(town: World) -> None:
    """A short price list with three versions of one item, and two drugs."""
    async with town.platform.transaction() as tx:
        for code, since, name, category, unit, fen in ITEMS:
            row = {"code": code, "valid_from": since, "name": name, "category": category, "unit": unit}
            await tx.session.execute(insert(PriceItem).values(**row, price_fen=fen))
        for code, name, letters, form, fen, level in (
            ("A1", "阿莫西林胶囊", "AMXLJN", "胶囊", 1234, "甲"),
            ("H1", "黄芪", "HQ", "草药", 999, "自费"),
        ):
            await tx.session.execute(
                insert(Drug).values(
                    code=code,
                    name=name,
                    pinyin=letters,
                    spec="0.5g*20",
                    form=form,
                    dose_per_unit="0.5",
                    dose_unit="g",
                    package="1盒/盒",
                    price_fen=fen,
                    insurance_class=level,
                    control_class="普通",
                    updated_at=tx.now,
                )
            )


async def react(town: World) -> None:
    """Let the registration reactor read what happened."""
    while await run_once(town.platform, REACTORS["billing.registration"]):
        pass
    assert await town.rows("SELECT error FROM parked_event") == []


async def send(
    client: Client, town: World, actor: Actor, path: str, headers: dict[str, str] | None = None, **body: Any
) -> Any:
    """POST at the hospital."""
    given = {"organization_id": str(town.hospital_id), **body}
    return await client.post(f"/api{path}", json=given, headers=headers or town.headers(actor))


async def get(client: Client, town: World, actor: Actor, path: str, **query: Any) -> Any:
    """GET at the hospital."""
    given = {"organization_id": str(town.hospital_id), **query}
    return await client.get(f"/api{path}", params=given, headers=town.headers(actor))


async def visit(client: Client, town: World, patient: UUID) -> Any:
    """Somebody who was called: the encounter."""
    appointment = await town.book(patient)
    await send(client, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
    called = await send(client, town, town.doctor, f"/queues/{town.session.id}/call-next")
    return called.json()["encounter"]
