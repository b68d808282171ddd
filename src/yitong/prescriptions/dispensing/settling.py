"""A pharmacy settles what it handed out with the insurer, who is asked between two transactions, never in one."""

from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, text

from yitong.kernel.crypto import sm3
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.outside import GatewayRefused
from yitong.kernel.permissions import Action, Actor
from yitong.kernel.platform import Platform
from yitong.kernel.states import record_move
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import parts
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.problems import NOT_HOLDER
from yitong.prescriptions.circulation.states import PART, PartState
from yitong.prescriptions.dispensing.actions import SETTLE
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.dispensing.model import DrugSettlement
from yitong.prescriptions.dispensing.ports import PharmacyInsurer, Sale, SaleLine, SaleSettled, SaleSplit
from yitong.prescriptions.dispensing.problems import NO_INSURER, NOT_SETTLED, SETTLED_ALREADY
from yitong.prescriptions.dispensing.receipts import opened, receipt_rows
from yitong.prescriptions.dispensing.schemas import ReverseRequest, SettlementView, SettleRequest
from yitong.prescriptions.dispensing.splits import view_of
from yitong.prescriptions.dispensing.states import SETTLEMENT, SettlementState
from yitong.prescriptions.national.rows import national_of
from yitong.prescriptions.national.states import NationalState

_LIVE = text(
    "SELECT * FROM drug_settlement WHERE organization_id = :pharmacy AND hospital_id = :hospital AND part_id = :part"
    " AND state IN ('asked','settled') FOR UPDATE"
)
_CODE = text("SELECT code FROM organization WHERE id = :id")


def insurer_of(platform: Platform) -> PharmacyInsurer:
    """The insurer. Raises Problem ``no-insurer``."""
    if PharmacyInsurer not in platform.ports:
        raise NO_INSURER()
    return platform.port(PharmacyInsurer)


async def sale_of(tx: Transaction, part_id: UUID, request: SettleRequest) -> Sale:
    """What a pharmacy handed out of a part and kept of it, as a sale that is not asked for yet.

    Raises Problem ``not-holder``, ``wrong-state`` (nothing is finished) and those of the permission check.
    """
    SETTLE.check(tx.actor, organization_id=request.pharmacy_id)
    part = await _held(tx, request.organization_id, part_id, request.pharmacy_id)
    PART.check(part.state, PartState.SETTLED)
    return await _sale(tx, part, request, new_id())


async def _held(tx: Transaction, hospital_id: UUID, part_id: UUID, pharmacy_id: UUID) -> Part:
    await tx.open_region()
    part = await parts.locked(tx, hospital_id, part_id)
    if part.holder_id != pharmacy_id:
        raise NOT_HOLDER()
    return part


async def _sale(tx: Transaction, part: Part, request: SettleRequest, number: UUID) -> Sale:
    wording = await parts.wording_of(tx, part.organization_id, part.prescription_id)
    units: dict[int, int] = {}
    money: dict[int, int] = {}
    codes: dict[int, list[str]] = {}
    for row in await receipt_rows(tx, part.organization_id, part.id):
        sign = -1 if row["kind"] == "return" else 1
        for one in opened(tx, row).lines:
            units[one.number] = units.get(one.number, 0) + sign * one.units
            money[one.number] = money.get(one.number, 0) + sign * one.amount_fen
            if sign > 0:
                codes.setdefault(one.number, []).extend(package.code for package in one.packages)
    lines = [
        SaleLine(
            number=str(number_),
            drug_code=wording.lines[number_ - 1].drug_code,
            national_code=wording.lines[number_ - 1].national_code,
            name=wording.lines[number_ - 1].name,
            kind=wording.lines[number_ - 1].kind,
            units=units[number_],
            amount_fen=money[number_],
            trace_codes=codes.get(number_, []),
        )
        for number_ in sorted(units)
        if units[number_] > 0
    ]
    code = await tx.session.execute(_CODE, {"id": request.pharmacy_id})
    return Sale(
        fixmedins_code=code.scalar_one(),
        invono=number.hex,
        rxno=await _number_there(tx, part),
        patient_name=wording.patient_name,
        credential_type=request.credential_type,
        credential=request.credential,
        card_serial=request.card_serial,
        use_account=request.use_account,
        at=tx.now,
        lines=lines,
    )


async def _number_there(tx: Transaction, part: Part) -> str:
    """The prescription's number at the national platform, which learns by the sale that it was fetched; else ''."""
    found = await national_of(tx, part.organization_id, part.prescription_id)
    return found.rxno or "" if found is not None and found.state is NationalState.UPLOADED else ""


async def begin(
    tx: Transaction, part_id: UUID, request: SettleRequest, sale: Sale, split: SaleSplit
) -> tuple[UUID, Sale]:
    """Write down that a settlement is asked for; one whose answer was lost goes on under its own number.

    Raises Problem ``settled-already``, ``not-holder``, ``wrong-state`` and those of the permission check.
    """
    grant = SETTLE.check(tx.actor, organization_id=request.pharmacy_id)
    part = await _held(tx, request.organization_id, part_id, request.pharmacy_id)
    PART.check(part.state, PartState.SETTLED)
    live = await _live(tx, part, request.pharmacy_id)
    if live is not None:
        if live["state"] != SettlementState.ASKED.value:
            raise SETTLED_ALREADY()
        kept = sale_in(tx, live["id"], live["sale_sealed"])
        # A voucher is good for minutes only: whoever asks again shows another one of the same person.
        shown = {"credential_type": sale.credential_type, "credential": sale.credential}
        return live["id"], replace(kept, **shown, card_serial=sale.card_serial)
    made = UUID(sale.invono)
    subject = Subject("drug_settlement", made, request.pharmacy_id, part.patient_id)
    event_id = await record(
        tx, grant, DispensingEvent.SETTLEMENT_ASKED, subject, {"part_id": part_id, "total_fen": split.total_fen}
    )
    await record_move(tx, grant, SETTLEMENT, subject, None, SettlementState.ASKED, sequence=1, event_id=event_id)
    await tx.session.execute(
        insert(DrugSettlement).values(
            organization_id=request.pharmacy_id,
            id=made,
            hospital_id=request.organization_id,
            part_id=part_id,
            patient_id=part.patient_id,
            state=SettlementState.ASKED.value,
            version=1,
            asked_at=tx.now,
            total_fen=split.total_fen,
            fund_fen=split.fund_fen,
            account_fen=split.account_fen,
            cash_fen=split.cash_fen,
            sale_sealed=tx.platform.sealer.seal(msgspec.json.encode(sale).decode(), f"drug_settlement.sale:{made}"),
        )
    )
    return made, sale


async def _live(tx: Transaction, part: Part, pharmacy_id: UUID) -> Any:
    values = {"pharmacy": pharmacy_id, "hospital": part.organization_id, "part": part.id}
    return (await tx.session.execute(_LIVE, values)).mappings().one_or_none()


async def settle(
    platform: Platform, actor: Actor, language: Language, part_id: UUID, request: SettleRequest
) -> SettlementView:
    """Settle a part: ask for the split, write down what is asked, settle, write down what came of it.

    Raises Problem ``no-insurer``, ``gateway-refused``, ``gateway-unavailable`` (repeat it) and those of :func:`begin`.
    """
    insurer = insurer_of(platform)
    async with platform.transaction(actor, language) as tx:
        sale = await sale_of(tx, part_id, request)
    split = await insurer.ask(sale)
    async with platform.transaction(actor, language) as tx:
        made, sale = await begin(tx, part_id, request, sale, split)
    try:
        settled = await insurer.settle(sale, split)
    except GatewayRefused:
        async with platform.transaction(actor, language) as tx:
            await refused(tx, part_id, request, made)
        raise
    async with platform.transaction(actor, language) as tx:
        return await finish(tx, part_id, request, made, settled)


def sale_in(tx: Transaction, made: UUID, sealed: str) -> Sale:
    """The sale of a settlement's row."""
    return msgspec.json.decode(tx.platform.sealer.open(sealed, f"drug_settlement.sale:{made}"), type=Sale)


async def refused(tx: Transaction, part_id: UUID, request: SettleRequest, made: UUID, *, by: Action = SETTLE) -> None:
    """Write down that the insurer said no; the part can be settled anew, or paid without insurance."""
    grant = by.check(tx.actor, organization_id=request.pharmacy_id)
    part = await _held(tx, request.organization_id, part_id, request.pharmacy_id)
    live = await _live(tx, part, request.pharmacy_id)
    if live is None or (live["id"], live["state"]) != (made, SettlementState.ASKED.value):
        return  # somebody else carried it on meanwhile
    subject = Subject("drug_settlement", made, request.pharmacy_id, part.patient_id)
    event_id = await record(tx, grant, DispensingEvent.SETTLEMENT_REFUSED, subject, {"part_id": part_id})
    await record_move(
        tx,
        grant,
        SETTLEMENT,
        subject,
        SettlementState.ASKED,
        SettlementState.REFUSED,
        sequence=2,
        event_id=event_id,
    )
    await _write(tx, request.pharmacy_id, made, state=SettlementState.REFUSED.value)


async def finish(
    tx: Transaction,
    part_id: UUID,
    request: SettleRequest,
    made: UUID,
    settled: SaleSettled,
    *,
    by: Action = SETTLE,
) -> SettlementView:
    """Write down a settlement that the insurer made, once."""
    grant = by.check(tx.actor, organization_id=request.pharmacy_id)
    part = await _held(tx, request.organization_id, part_id, request.pharmacy_id)
    written = msgspec.json.encode(settled, order="sorted")
    if part.state is not PartState.SETTLED:  # a second request for the same one was first
        said = {**part.said, "pharmacy_id": request.pharmacy_id, "digest": sm3(written).hex()}
        event_id = await record(tx, grant, DispensingEvent.SETTLED, part.subject, said)
        subject = Subject("drug_settlement", made, request.pharmacy_id, part.patient_id)
        await record_move(
            tx,
            grant,
            SETTLEMENT,
            subject,
            SettlementState.ASKED,
            SettlementState.SETTLED,
            sequence=2,
            event_id=event_id,
        )
        await parts.move(tx, grant, part, PartState.SETTLED, event_id)
        await _write(
            tx,
            request.pharmacy_id,
            made,
            state=SettlementState.SETTLED.value,
            setl_id=settled.setl_id,
            total_fen=settled.split.total_fen,
            fund_fen=settled.split.fund_fen,
            account_fen=settled.split.account_fen,
            cash_fen=settled.split.cash_fen,
            settled_sealed=tx.platform.sealer.seal(written.decode(), f"drug_settlement.settled:{made}"),
        )
    return view_of(settled.split, SettlementState.SETTLED, settled.setl_id)


async def _write(tx: Transaction, pharmacy_id: UUID, made: UUID, **changes: Any) -> None:
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.session.execute(
        text(
            f"UPDATE drug_settlement SET {assignments}, version = version + 1"  # noqa: S608
            " WHERE organization_id = :pharmacy AND id = :id"
        ),
        {**changes, "pharmacy": pharmacy_id, "id": made},
    )


async def reverse(
    platform: Platform, actor: Actor, language: Language, part_id: UUID, request: ReverseRequest
) -> SettlementView:
    """Take a settlement back, for instance before goods come back.

    Raises Problem ``not-settled``, ``no-insurer``, ``gateway-refused``, ``gateway-unavailable`` (repeat it) and others.
    """
    insurer = insurer_of(platform)
    async with platform.transaction(actor, language) as tx:
        _, sale, settled = await _settled(tx, part_id, request)
    await insurer.reverse(sale, settled)
    async with platform.transaction(actor, language) as tx:
        row, _, settled = await _settled(tx, part_id, request)
        grant = SETTLE.check(tx.actor, organization_id=request.pharmacy_id)
        part = await _held(tx, request.organization_id, part_id, request.pharmacy_id)
        said = {**part.said, "pharmacy_id": request.pharmacy_id}
        digest = sm3(msgspec.json.encode(settled, order="sorted")).hex()
        event_id = await record(tx, grant, DispensingEvent.REVERSED, part.subject, {**said, "digest": digest})
        subject = Subject("drug_settlement", row["id"], request.pharmacy_id, part.patient_id)
        await record_move(
            tx,
            grant,
            SETTLEMENT,
            subject,
            SettlementState.SETTLED,
            SettlementState.REVERSED,
            sequence=3,
            event_id=event_id,
        )
        await parts.move(tx, grant, part, PartState.DISPENSED, event_id)
        await _write(tx, request.pharmacy_id, row["id"], state=SettlementState.REVERSED.value)
        return view_of(settled.split, SettlementState.REVERSED, settled.setl_id)


async def _settled(tx: Transaction, part_id: UUID, request: ReverseRequest) -> tuple[Any, Sale, SaleSettled]:
    SETTLE.check(tx.actor, organization_id=request.pharmacy_id)
    part = await _held(tx, request.organization_id, part_id, request.pharmacy_id)
    row = await _live(tx, part, request.pharmacy_id)
    if row is None or row["state"] != SettlementState.SETTLED.value:
        raise NOT_SETTLED()
    written = tx.platform.sealer.open(row["settled_sealed"], f"drug_settlement.settled:{row['id']}")
    return row, sale_in(tx, row["id"], row["sale_sealed"]), msgspec.json.decode(written, type=SaleSettled)
