"""Routes of the front desk."""

from typing import Annotated

from litestar import post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody

from yitong.identity.schemas import desk as wire
from yitong.identity.service import desk
from yitong.kernel import web
from yitong.kernel.idempotency import once
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

TAGS = ["front desk"]
Key = Annotated[str | None, HeaderParameter(name="idempotency-key")]


@post("/patient-searches", status_code=200, tags=TAGS, summary="Find a person")
async def search(tx: NamedDependency[Transaction], data: JSONBody[wire.PatientSearch]) -> Page[wire.PatientHit]:
    """By document number, phone, name or card code. A POST, so that nobody's number stands in an address."""
    return Page(await desk.search(tx, data))


@post("/patient-identifications", status_code=200, tags=TAGS, summary="Confirm a person by what they show")
async def identify(tx: NamedDependency[Transaction], data: JSONBody[wire.PatientSearch]) -> Page[wire.PatientHit]:
    """By card code or the hospital's own number, never by name: one person or nobody."""
    return Page(await desk.identify(tx, data))


@post("/patients/at-desk", tags=TAGS, summary="Register somebody at a desk")
async def register(
    tx: NamedDependency[Transaction], data: JSONBody[wire.AtDesk], key: Key = None
) -> wire.RegisteredAtDesk:
    """Who is known already gets phone and address brought up to date."""
    if key is None:
        return await desk.register_at_desk(tx, data)
    return await once(
        tx, web.idempotency_key_of(key), data, wire.RegisteredAtDesk, lambda: desk.register_at_desk(tx, data)
    )


ROUTES = [search, identify, register]
