"""At the counter: hand out, end the custody, take goods back. Each leaves a receipt that the pharmacist signed."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from yitong.kernel.clock import day_of
from yitong.kernel.events import record
from yitong.kernel.ids import UUID
from yitong.kernel.money import yuan_text
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.circulation import custody, parts
from yitong.prescriptions.circulation.agreed import agreed_fen, due_fen, shared
from yitong.prescriptions.circulation.ending import end_custody
from yitong.prescriptions.circulation.parts import Part
from yitong.prescriptions.circulation.problems import NOT_HOLDER, TOO_LATE
from yitong.prescriptions.circulation.states import PART, PartState
from yitong.prescriptions.circulation.terms import PartLine, part_lines
from yitong.prescriptions.dispensing import signing, trace
from yitong.prescriptions.dispensing.actions import CLOSE, DISPENSE, RETURN
from yitong.prescriptions.dispensing.events import DispensingEvent
from yitong.prescriptions.dispensing.problems import ABOVE_AGREED, BATCH_EXPIRED, NO_SUCH_LINE, NOTHING_OUT, TOO_MUCH
from yitong.prescriptions.dispensing.receipts import opened, receipt_rows
from yitong.prescriptions.dispensing.schemas import (
    CloseRequest,
    DispensedLine,
    DispenseRequest,
    LineBack,
    LineOut,
    ReturnRequest,
)
from yitong.prescriptions.people import Practitioner, acting
from yitong.prescriptions.pharmacies.problems import OUT_OF_STOCK
from yitong.prescriptions.pharmacies.shelves import amount_fen, priced, shelves
from yitong.prescriptions.problems import SHEET_CHANGED

_OFF_SHELF = text(
    "UPDATE drug_stock SET units = units - :units, version = version + 1, updated_at = :now"
    " WHERE organization_id = :pharmacy AND drug_code = :code AND units >= :units RETURNING 1"
)
_ON_SHELF = text(
    "UPDATE drug_stock SET units = units + :units, version = version + 1, updated_at = :now"
    " WHERE organization_id = :pharmacy AND drug_code = :code"
)


async def dispense(tx: Transaction, part_id: UUID, request: DispenseRequest) -> None:
    """Hand out some of a part, or with ``last`` and the secret the rest of what will be handed out.

    Raises Problem ``not-holder``, ``prescription-changed``, ``part-ran-out``, ``no-such-line``, ``too-much``,
    ``trace-code-missing``, ``trace-code-mismatch``, ``trace-code-used``, ``batch-expired``, ``out-of-stock``,
    ``wrong-custody-secret``, ``above-agreed-price``, ``not-a-pharmacist`` and those of the permission check.
    """
    grant = DISPENSE.check(tx.actor, organization_id=request.pharmacy_id)
    who = await acting(tx, request.pharmacy_id, "pharmacist")
    signing.qualified(who)
    part, secret = await custody.held(tx, request.organization_id, part_id, request.pharmacy_id)
    if part.version != request.version:
        raise SHEET_CHANGED()
    if part.present(tx.now) is not part.state:
        raise TOO_LATE()
    after = PartState.DISPENSED if request.last else PartState.DISPENSING
    PART.check(part.state, after)
    if request.last:
        custody.disclose(secret, request.secret)
    lines = await _lines(tx, part)
    handed = await _charged(tx, request, part, lines, await _hand_out(tx, request, part, lines, who))
    total = [out + more for out, more in zip(part.dispensed, _units(handed, part), strict=True)]
    receipt = await signing.write(tx, who, part, "dispense", handed, total=total, last=request.last)
    said = {
        **part.said,
        "pharmacy_id": request.pharmacy_id,
        "quantities": receipt.said.quantities,
        "digest": receipt.signed.digest,
        "last": request.last,
        "receipt_id": receipt.said.id,
    }
    event_id = await record(tx, grant, DispensingEvent.DISPENSED, part.subject, said)
    await signing.keep(tx, receipt, part, request.pharmacy_id, who, event_id)
    if request.last:
        await end_custody(tx, part, "closed")
    await parts.move(tx, grant, part, after, event_id, dispensed=total)
    await parts.follow(tx, grant, part.organization_id, part.prescription_id)


async def _lines(tx: Transaction, part: Part) -> list[PartLine]:
    return part_lines((await parts.wording_of(tx, part.organization_id, part.prescription_id)).lines)


async def _hand_out(
    tx: Transaction, request: DispenseRequest, part: Part, lines: list[PartLine], who: Practitioner
) -> list[DispensedLine]:
    """Check every line, take its packages out and its units off the shelf."""
    shelf = (await shelves(tx, [request.pharmacy_id], [one.line.drug_code for one in lines]))[request.pharmacy_id]
    codes = [package.code for asked in request.lines for package in asked.packages]
    known = await trace.registered(tx, [one.line.drug_code for one in lines], codes)
    left, handed, today = list(part.left), list[DispensedLine](), day_of(tx.now, who.zone)
    for asked in request.lines:
        line = _line(lines, asked)
        if asked.units > left[asked.number - 1]:
            raise TOO_MUCH()
        if asked.expires_on is not None and asked.expires_on < today:
            raise BATCH_EXPIRED(name=line.line.name)
        left[asked.number - 1] -= asked.units
        trace.check(line, asked.units, asked.packages, known)
        out = trace.Out(
            pharmacy_id=request.pharmacy_id,
            drug_code=line.line.drug_code,
            size=line.units_per_package,
            batch=asked.batch,
            expires_on=asked.expires_on,
        )
        for package in asked.packages:
            await trace.take_out(tx, package, out)
        kept = shelf.get(line.line.drug_code)
        values = {"pharmacy": request.pharmacy_id, "code": line.line.drug_code, "units": asked.units, "now": tx.now}
        if kept is None or (await tx.session.execute(_OFF_SHELF, values)).first() is None:
            raise OUT_OF_STOCK(names=line.line.name)
        handed.append(
            DispensedLine(
                number=asked.number,
                drug_code=line.line.drug_code,
                name=line.line.name,
                spec=line.line.spec,
                unit=line.line.unit,
                units=asked.units,
                amount_fen=amount_fen(line, asked.units, kept.price_fen),
                batch=asked.batch,
                expires_on=asked.expires_on,
                packages=asked.packages,
            )
        )
    return handed


async def _charged(
    tx: Transaction, request: DispenseRequest, part: Part, lines: list[PartLine], handed: list[DispensedLine]
) -> list[DispensedLine]:
    """The lines at the price that holds: the offer's share, else the shelf's; the counter may ask less, never more."""
    at_shelf = [one.amount_fen for one in handed]
    due = sum(at_shelf)
    agreed = await agreed_fen(tx, part, request.pharmacy_id)
    if agreed is not None:
        shelf = (await shelves(tx, [request.pharmacy_id], [one.line.drug_code for one in lines]))[request.pharmacy_id]
        whole = sum(one.amount_fen or 0 for one in priced(lines, part.quantities, shelf))
        paid = sum(row["amount_fen"] for row in await receipt_rows(tx, part.organization_id, part.id))
        rest = _units(handed, part) == part.left
        due = due_fen(agreed, paid, due, whole, rest=rest)
    asked = due if request.total_fen is None else request.total_fen
    if asked > due:
        raise ABOVE_AGREED(agreed=yuan_text(due))
    amounts = shared(asked, at_shelf)
    return [replace(one, amount_fen=amount) for one, amount in zip(handed, amounts, strict=True)]


def _line(lines: list[PartLine], asked: LineOut | LineBack) -> PartLine:
    if asked.number > len(lines):
        raise NO_SUCH_LINE()
    return lines[asked.number - 1]


def _units(lines: Sequence[DispensedLine], part: Part) -> list[int]:
    """Units of these lines in the order of the prescription's."""
    found = parts.zeros(part.quantities)
    for one in lines:
        found[one.number - 1] += one.units
    return found


async def close(tx: Transaction, part_id: UUID, request: CloseRequest) -> None:
    """End the custody of a part that was dispensed from before, with a signed receipt over everything handed out.

    Raises Problem ``not-holder``, ``prescription-changed``, ``nothing-dispensed``, ``wrong-custody-secret``,
    ``not-a-pharmacist`` and those of the permission check.
    """
    grant = CLOSE.check(tx.actor, organization_id=request.pharmacy_id)
    who = await acting(tx, request.pharmacy_id, "pharmacist")
    signing.qualified(who)
    part, secret = await custody.held(tx, request.organization_id, part_id, request.pharmacy_id)
    if part.version != request.version:
        raise SHEET_CHANGED()
    if part.state is not PartState.DISPENSING:
        raise NOTHING_OUT()
    custody.disclose(secret, request.secret)
    receipt = await signing.write(tx, who, part, "close", [], total=part.dispensed, last=True)
    said = {**part.said, "pharmacy_id": request.pharmacy_id, "digest": receipt.signed.digest}
    event_id = await record(tx, grant, DispensingEvent.CLOSED, part.subject, said)
    await signing.keep(tx, receipt, part, request.pharmacy_id, who, event_id)
    await end_custody(tx, part, "closed")
    await parts.move(tx, grant, part, PartState.DISPENSED, event_id)
    await parts.follow(tx, grant, part.organization_id, part.prescription_id)


async def take_back(tx: Transaction, part_id: UUID, request: ReturnRequest) -> None:
    """Take goods back that this pharmacy handed out. Their packages are free again; the shelf gets them back unless
    they are bad. A settlement is reversed first.

    Raises Problem ``not-found``, ``not-holder``, ``prescription-changed``, ``wrong-state``, ``no-such-line``,
    ``too-much``, ``trace-code-not-out``, ``not-a-pharmacist`` and those of the permission check.
    """
    grant = RETURN.check(tx.actor, organization_id=request.pharmacy_id)
    who = await acting(tx, request.pharmacy_id, "pharmacist")
    signing.qualified(who)
    await tx.open_region()
    part = await parts.locked(tx, request.organization_id, part_id)
    if part.holder_id != request.pharmacy_id:
        raise NOT_HOLDER()
    if part.version != request.version:
        raise SHEET_CHANGED()
    PART.check(part.state, PartState.RETURNED)
    lines = await _lines(tx, part)
    back = await _bring_back(tx, request, part, lines)
    returned = [before + more for before, more in zip(part.returned, _units(back, part), strict=True)]
    total = [out - gone for out, gone in zip(part.dispensed, returned, strict=True)]
    receipt = await signing.write(tx, who, part, "return", back, total=total, reason=request.reason)
    said = {
        **part.said,
        "pharmacy_id": request.pharmacy_id,
        "quantities": receipt.said.quantities,
        "digest": receipt.signed.digest,
    }
    event_id = await record(tx, grant, DispensingEvent.RETURNED, part.subject, said)
    await signing.keep(tx, receipt, part, request.pharmacy_id, who, event_id)
    after = PartState.RETURNED if returned == part.dispensed else PartState.DISPENSED
    await parts.move(tx, grant, part, after, event_id, reason=request.reason, returned=returned)


async def _bring_back(
    tx: Transaction, request: ReturnRequest, part: Part, lines: list[PartLine]
) -> list[DispensedLine]:
    out = await _out(tx, part)
    found: list[DispensedLine] = []
    held = [went - came for went, came in zip(part.dispensed, part.returned, strict=True)]
    for asked in request.lines:
        line = _line(lines, asked)
        sold = [one for one in out if one.number == asked.number]
        if asked.units > held[asked.number - 1] or not sold:
            raise TOO_MUCH()
        held[asked.number - 1] -= asked.units
        known = {package.code: line.line.drug_code for one in sold for package in one.packages}
        if line.line.kind != "herbal" or asked.packages:
            trace.check(line, asked.units, asked.packages, {})
        batch = sold[-1].batch
        for package in asked.packages:
            if package.code not in known:
                raise trace.TRACE_CODE_NOT_OUT(trace=package.code)
            batch = await trace.bring_back(tx, package, request.pharmacy_id)
        if request.reason == "wrong_drug":  # everything else is not sold again
            values = {"pharmacy": request.pharmacy_id, "code": line.line.drug_code, "units": asked.units}
            await tx.session.execute(_ON_SHELF, {**values, "now": tx.now})
        went, cost = sum(one.units for one in sold), sum(one.amount_fen for one in sold)
        found.append(
            DispensedLine(
                number=asked.number,
                drug_code=line.line.drug_code,
                name=line.line.name,
                spec=line.line.spec,
                unit=line.line.unit,
                units=asked.units,
                amount_fen=cost * asked.units // went,
                batch=batch,
                packages=asked.packages,
            )
        )
    return found


async def _out(tx: Transaction, part: Part) -> list[DispensedLine]:
    """Every line that was handed out of a part."""
    rows: list[Any] = await receipt_rows(tx, part.organization_id, part.id)
    if not rows:
        raise NOT_FOUND()
    return [line for row in rows if row["kind"] == "dispense" for line in opened(tx, row).lines]
