"""What people do with bills: a doctor's orders, a desk's charges, taking lines back, looking."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import text

from yitong.billing.charges import prices, queries, views
from yitong.billing.charges import service as bills
from yitong.billing.charges.actions import BY_TOKEN, COUNTER, DESK, LIST, ORDER, PRICES, READ
from yitong.billing.charges.events import BillEvent
from yitong.billing.charges.problems import BILL_CLOSED, NOT_CHARGEABLE
from yitong.billing.charges.schemas import (
    BillGlimpse,
    BillHeader,
    BillRow,
    BillView,
    CounterRequest,
    DeskBillRequest,
    InsuranceRequest,
    OrderedLine,
    OrderRequest,
    PricedLine,
)
from yitong.kernel.clock import day_of
from yitong.kernel.events import record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.visits import service as visits


class _At(msgspec.Struct, frozen=True):
    """A request together with what its path names: the same key for another bill is another request."""

    id: UUID
    request: OrderRequest | CounterRequest


async def order(tx: Transaction, encounter_id: UUID, request: OrderRequest, key: UUID) -> BillView:
    """Charge what a visit orders: on the visit's open bill, else a new one. The same ``key`` charges once.

    Raises Problem ``not-chargeable``, ``price-unknown``, ``not-found`` and those of the permission check.
    """
    grant = ORDER.check(tx.actor, organization_id=request.organization_id)

    async def make() -> BillView:
        visit = await visits.read(tx, request.organization_id, encounter_id)
        if visit.state == "abandoned":
            raise NOT_CHARGEABLE()
        bill = await bills.open_bill(
            tx,
            grant,
            request.organization_id,
            visit.patient_id,
            "outpatient",
            encounter_id=encounter_id,
            appointment_id=visit.appointment_id,
        )
        role = await _role(tx, request.organization_id, encounter_id)
        lines = await _priced(tx, bill, request.lines, "order", key, visit.department_id, role)
        await bills.charge(tx, grant, bill, lines)
        return await views.view(tx, bill.organization_id, bill.id)

    return await once(tx, key, _At(encounter_id, request), BillView, make)


async def add(tx: Transaction, bill_id: UUID, request: OrderRequest, key: UUID) -> BillView:
    """Charge lines on an open bill. Doctors on bills of visits; desks on any.

    Raises Problem ``bill-closed``, ``price-unknown``, ``not-found`` and those of the permission check.
    """
    allowed = ORDER if tx.actor.has(Role.DOCTOR, request.organization_id) else DESK
    grant = allowed.check(tx.actor, organization_id=request.organization_id)

    async def make() -> BillView:
        bill = await queries.header(tx, request.organization_id, bill_id)
        if allowed is ORDER and bill.encounter_id is None and bill.kind != "inpatient":
            raise FORBIDDEN()
        if await _has_left(tx, bill):
            raise BILL_CLOSED(bill_no=bill.bill_no)
        lines = await _priced(tx, bill, request.lines, "order" if allowed is ORDER else "desk", key, None, None)
        await bills.charge(tx, grant, bill, lines)
        return await views.view(tx, bill.organization_id, bill.id)

    return await once(tx, key, _At(bill_id, request), BillView, make)


async def open_at_desk(tx: Transaction, request: DeskBillRequest, key: UUID) -> BillView:
    """A new bill for a patient at a desk: parking, meals, delivery, drugs without a visit.

    Raises Problem ``price-unknown``, ``not-found`` (the patient) and those of the permission check.
    """
    grant = DESK.check(tx.actor, organization_id=request.organization_id)

    async def make() -> BillView:
        await tx.open_patient_index()
        known = await tx.session.execute(
            text("SELECT 1 FROM patient WHERE id = :id AND state = 'active'"), {"id": request.patient_id}
        )
        if known.first() is None:
            raise NOT_FOUND()
        bill = await bills.open_bill(tx, grant, request.organization_id, request.patient_id, request.kind)
        await bills.charge(tx, grant, bill, await _priced(tx, bill, request.lines, "desk", key, None, None))
        return await views.view(tx, bill.organization_id, bill.id)

    return await once(tx, key, request, BillView, make)


async def take_back(tx: Transaction, bill_id: UUID, request: CounterRequest, key: UUID) -> BillView:
    """Counter lines of an open bill; a doctor only lines of visits. What was paid goes the way of a refund.

    Raises Problem ``bill-closed``, ``already-countered``, ``not-found`` and those of the permission check.
    """
    grant = COUNTER.check(tx.actor, organization_id=request.organization_id)

    async def make() -> BillView:
        lines = await queries.lines_by_id(tx, request.organization_id, request.charge_ids)
        if any(line.bill_id != bill_id for line in lines):
            raise NOT_FOUND()
        at_desk = DESK.permits(tx.actor, organization_id=request.organization_id)
        if not at_desk and any(line.source_type != "order" for line in lines):
            raise FORBIDDEN()
        await bills.counter(tx, grant, request.organization_id, request.charge_ids, request.reason)
        return await views.view(tx, request.organization_id, bill_id)

    return await once(tx, key, _At(bill_id, request), BillView, make)


async def choose_insurance(tx: Transaction, bill_id: UUID, request: InsuranceRequest) -> BillView:
    """Say which insurance an open bill is settled with. Raises Problem ``bill-closed``, ``not-found`` and others."""
    bill = await bills.lock(tx, request.organization_id, bill_id, must_be_open=True)
    grant = READ.check(tx.actor, organization_id=request.organization_id, patient_id=bill.patient_id)
    if bill.insutype != request.insutype:
        await tx.session.execute(
            text("UPDATE bill SET insutype = :insutype WHERE organization_id = :organization AND id = :id"),
            {"insutype": request.insutype, "organization": request.organization_id, "id": bill_id},
        )
        said = {"bill_no": bill.bill_no, "insutype": request.insutype or "-", "before": bill.insutype or "-"}
        await record(tx, grant, BillEvent.INSURANCE_CHOSEN, bills.subject_of(bill), said)
    return await views.view(tx, request.organization_id, bill_id)


async def show(tx: Transaction, organization_id: UUID, bill_id: UUID) -> BillView:
    """One bill. Raises Problem ``not-found`` and those of the permission check."""
    bill = await queries.header(tx, organization_id, bill_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=bill.patient_id)
    return await views.view(tx, organization_id, bill_id)


async def header_to_show(tx: Transaction, organization_id: UUID, bill_id: UUID) -> BillHeader:
    """A bill's header for somebody who may see it. Raises as :func:`show`."""
    bill = await queries.header(tx, organization_id, bill_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=bill.patient_id)
    return bill


async def list_bills(
    tx: Transaction,
    patient_id: UUID | None,
    organization_id: UUID | None,
    state: Literal["open", "settled", "all"],
    after: tuple[object, UUID] | None,
) -> list[BillRow]:
    """A citizen's bills at all hospitals, a patient's at one, or a hospital's. Raises Problem ``foreign-patient``…"""
    patients: Sequence[UUID] = [patient_id] if patient_id is not None else []
    if patient_id is not None:
        READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    elif organization_id is not None:
        LIST.check(tx.actor, organization_id=organization_id)
    else:
        patients = tx.actor.patient_ids
        if not patients:
            READ.check(tx.actor)
            raise FORBIDDEN()
    return await views.rows(tx, patients=patients, organization_id=organization_id, state=state, after=after)


async def by_token(tx: Transaction, token: str) -> BillGlimpse:
    """What a bill's code opens: enough for anybody to pay it. Raises Problem ``not-found``."""
    BY_TOKEN.check(tx.actor)
    return await views.glimpse(tx, token)


async def find_prices(
    tx: Transaction, words: str, kind: Literal["item", "drug", "all"], category: str | None, limit: int
) -> list[prices.PriceFound]:
    """Search the price list of today. Raises the problems of the permission check."""
    here = tx.actor.organization_ids
    PRICES.check(tx.actor, organization_id=here[0] if here else None)
    zone = await tx.session.execute(text("SELECT zone FROM region ORDER BY code LIMIT 1"))
    return await prices.find(tx, words, day_of(tx.now, zone.scalar_one()), kind, category, limit)


async def today(tx: Transaction, organization_id: UUID) -> date:
    """The hospital's day."""
    zone = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    found = zone.scalar_one_or_none()
    if found is None:
        raise NOT_FOUND()
    return day_of(tx.now, found)


async def _priced(
    tx: Transaction,
    bill: BillHeader,
    ordered: Sequence[OrderedLine],
    source_type: str,
    key: UUID,
    department_id: UUID | None,
    role_id: UUID | None,
) -> list[PricedLine]:
    day = await today(tx, bill.organization_id)
    lines: list[PricedLine] = []
    for number, one in enumerate(ordered):
        found = await prices.price(tx, one.kind, one.code, day)
        lines.append(
            found.line(
                source_type, key, number, one.cnt_milli, department_id=department_id, practitioner_role_id=role_id
            )
        )
    return lines


async def _has_left(tx: Transaction, bill: BillHeader) -> bool:
    """Whether the bill is a stay's whose patient was discharged."""
    found = await tx.session.execute(
        text("SELECT 1 FROM stay WHERE organization_id = :organization AND bill_id = :bill AND state <> 'running'"),
        {"organization": bill.organization_id, "bill": bill.id},
    )
    return found.first() is not None


async def _role(tx: Transaction, organization_id: UUID, encounter_id: UUID) -> UUID | None:
    found = await tx.session.execute(
        text("SELECT practitioner_role_id FROM encounter WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": encounter_id},
    )
    return found.scalar_one_or_none()
