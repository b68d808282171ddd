"""Admitting to a running bill, deposits, bed-days, leaving, settling, and giving back what is left."""

from typing import Any

import msgspec
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from yitong.billing.charges import prices, queries, views
from yitong.billing.charges import service as bills
from yitong.billing.charges.ordering import today
from yitong.billing.charges.schemas import BillView, PricedLine
from yitong.billing.deposits import covering, rules
from yitong.billing.deposits.events import StayEvent
from yitong.billing.deposits.model import Stay
from yitong.billing.deposits.schemas import (
    AdmitRequest,
    DepositRequest,
    ReturnRequest,
    StayRequest,
    StayView,
)
from yitong.billing.deposits.states import STAY, StayState
from yitong.billing.journal import accounts
from yitong.billing.journal.service import Posting, post
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, problem_kind
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.visits import service as visits

_AT = Scope.ORGANIZATION
_DESK = {Role.CASHIER: _AT, Role.REGISTRAR: _AT, Role.SYSTEM: Scope.REGION}
ADMIT = action("billing:stay:admit", "办理入院", "Admit to a running bill", {**_DESK, Role.NURSE: _AT})
LEAVE = action("billing:stay:leave", "办理出院结算", "Close a running bill", {**_DESK, Role.NURSE: _AT})
RETURN = action("billing:deposit:return", "退还预交金", "Give a deposit back", {Role.CASHIER: _AT})
DEPOSIT = action("billing:deposit:ask", "缴预交金", "Pay in advance", {Role.PATIENT: Scope.OWN, **_DESK})
READ = action(
    "billing:stay:read",
    "查看住院账户",
    "See stays' accounts",
    {Role.PATIENT: Scope.OWN, **_DESK, Role.NURSE: _AT, Role.DOCTOR: _AT, Role.FINANCE: _AT, Role.KIOSK: _AT},
)
BED_DAYS = action("billing:stay:bed_days", "计床位费", "Charge bed-days", {Role.SYSTEM: Scope.REGION})
ALREADY_ADMITTED = problem_kind(
    "already-admitted",
    409,
    Bilingual("患者在本院有未结清的住院账户。", "The patient has a stay here that is not settled."),
    Bilingual("请先结清原住院账户，或直接使用它。", "Settle that one first, or use it."),
)
STAY_NOT_PAID = problem_kind(
    "stay-not-paid",
    409,
    Bilingual("住院费用尚未结清，还差 {amount} 元。", "The stay is not paid: {amount} yuan are open."),
    Bilingual("请先支付住院账单（可用预交金抵扣）。", "Pay the bill first; the deposit can be used for it."),
)
NOTHING_LEFT = problem_kind(
    "no-deposit-left",
    409,
    Bilingual("没有可退的预交金。", "Nothing of the deposit is left to give back."),
    Bilingual("请核对预交金余额。", "Look at the deposit's balance."),
)
DEPOSIT_USED = problem_kind(
    "deposit-used",
    409,
    Bilingual("预交金已被使用，只剩 {amount} 元。", "The deposit was drawn on; {amount} yuan are left."),
    Bilingual("请先结清住院账户，余额在窗口退还。", "Settle the stay first; what is left is given back at the window."),
)
_STAY = """
SELECT s.*, o.name AS organization_name, o.name_en AS organization_name_en, o.zone, d.name AS department_name,
       d.name_en AS department_name_en, p.name_sealed, b.bill_no
  FROM stay s JOIN organization o ON o.id = s.organization_id
  JOIN department d ON d.organization_id = s.organization_id AND d.id = s.department_id
  JOIN bill b ON b.organization_id = s.organization_id AND b.id = s.bill_id
  LEFT JOIN patient p ON p.id = s.patient_id"""


async def admit(tx: Transaction, request: AdmitRequest, key: UUID) -> StayView:
    """Open a stay with its running bill, and a bill for the deposit asked for.

    Raises Problem ``already-admitted``, ``price-unknown``, ``not-found`` (patient, department) and others.
    """
    grant = ADMIT.check(tx.actor, organization_id=request.organization_id)

    async def make() -> StayView:
        await tx.open_patient_index()
        await _known(tx, request)
        await prices.price(tx, "item", request.bed_price_code, await today(tx, request.organization_id))
        stay_id = new_id()
        bill = await bills.open_bill(
            tx,
            grant,
            request.organization_id,
            request.patient_id,
            "inpatient",
            encounter_id=stay_id,
            insutype=request.insutype,
        )
        values = {
            "organization_id": request.organization_id,
            "id": stay_id,
            "patient_id": request.patient_id,
            "department_id": request.department_id,
            "bill_id": bill.id,
            "bed": request.bed,
            "bed_price_code": request.bed_price_code,
            "asked_fen": request.asked_fen,
            "warn_below_fen": request.warn_below_fen,
            "state": StayState.RUNNING.value,
            "version": 1,
            "admitted_at": tx.now,
        }
        try:
            async with tx.session.begin_nested():
                await tx.session.execute(insert(Stay).values(values))
        except IntegrityError as error:
            raise ALREADY_ADMITTED() from error
        subject = Subject("stay", stay_id, request.organization_id, request.patient_id)
        event_id = await record(tx, grant, StayEvent.ADMITTED, subject, {"bill_no": bill.bill_no, "bill_id": bill.id})
        await record_move(tx, grant, STAY, subject, None, StayState.RUNNING, sequence=1, event_id=event_id)
        if request.diagnoses:
            await visits.diagnose_stay(tx, grant, subject, "admission", request.diagnoses)
        if request.insutype is not None:
            row = await row_of(tx, request.organization_id, stay_id)
            await covering.want(tx, grant, row, request.insutype, request.credential)
        if request.asked_fen:
            await _ask(tx, grant, subject, request.asked_fen)
        return await view(tx, request.organization_id, stay_id)

    return await once(tx, key, request, StayView, make)


async def ask_deposit(tx: Transaction, stay_id: UUID, request: DepositRequest, key: UUID) -> BillView:
    """A bill over money paid in advance, to be paid like any other. Raises Problem ``not-found`` and others."""
    row = await row_of(tx, request.organization_id, stay_id)
    grant = DEPOSIT.check(tx.actor, organization_id=request.organization_id, patient_id=row.patient_id)
    STAY.check(StayState(row.state), StayState.CLOSING)  # whoever is settled or leaving pays nothing in advance

    async def make() -> BillView:
        subject = Subject("stay", stay_id, request.organization_id, row.patient_id)
        bill_id = await _ask(tx, grant, subject, request.amount_fen)
        return await views.view(tx, request.organization_id, bill_id)

    return await once(tx, key, request, BillView, make)


async def discharge(tx: Transaction, stay_id: UUID, request: StayRequest) -> StayView:
    """Charge the last bed-days, then nothing more: the bill is ready to be paid, the deposit among its parts.

    Raises Problem ``wrong-state``, ``not-found`` and others.
    """
    row = await row_of(tx, request.organization_id, stay_id, lock=True)
    grant = LEAVE.check(tx.actor, organization_id=request.organization_id)
    await move_stay(tx, grant, row, StayState.CLOSING, StayEvent.DISCHARGED)
    await charge_bed_days(tx, grant, await row_of(tx, request.organization_id, stay_id))
    await covering.stay_moved(tx, grant, request.organization_id, stay_id, "discharged")
    return await view(tx, request.organization_id, stay_id)


async def resume(tx: Transaction, stay_id: UUID, request: StayRequest) -> StayView:
    """Withdraw a discharge before the bill was paid. Raises Problem ``wrong-state``, ``bill-closed`` and others."""
    row = await row_of(tx, request.organization_id, stay_id, lock=True)
    grant = LEAVE.check(tx.actor, organization_id=request.organization_id)
    await bills.lock(tx, request.organization_id, row.bill_id, must_be_open=True)
    await move_stay(tx, grant, row, StayState.RUNNING, StayEvent.RESUMED)
    await covering.stay_moved(tx, grant, request.organization_id, stay_id, "admitted")
    return await view(tx, request.organization_id, stay_id)


async def settle(tx: Transaction, stay_id: UUID, request: StayRequest) -> StayView:
    """Write down that a paid stay is over; it happens by itself when its bill is paid, so again changes nothing.

    Raises Problem ``stay-not-paid``, ``wrong-state`` and others.
    """
    row = await row_of(tx, request.organization_id, stay_id, lock=True)
    grant = LEAVE.check(tx.actor, organization_id=request.organization_id)
    if row.state == StayState.SETTLED:
        return await view(tx, request.organization_id, stay_id)
    STAY.check(StayState(row.state), StayState.SETTLED)
    sums = await queries.sums(tx, request.organization_id, row.bill_id)
    if sums.outstanding_fen:
        raise STAY_NOT_PAID(amount=yuan_text(sums.outstanding_fen))
    await move_stay(tx, grant, row, StayState.SETTLED, StayEvent.SETTLED)
    return await view(tx, request.organization_id, stay_id)


async def give_back(tx: Transaction, stay_id: UUID, request: ReturnRequest, key: UUID) -> StayView:
    """Hand over in cash what is left of the deposit of a settled stay.

    Raises Problem ``no-deposit-left``, ``wrong-state`` and others.
    """
    row = await row_of(tx, request.organization_id, stay_id, lock=True)
    grant = RETURN.check(tx.actor, organization_id=request.organization_id)

    async def make() -> StayView:
        if row.state != StayState.SETTLED:
            STAY.check(StayState(row.state), StayState.SETTLED)
            raise STAY_NOT_PAID(amount=yuan_text(0))
        left = await balance(tx, request.organization_id, row.patient_id, lock=True)
        if left <= 0:
            raise NOTHING_LEFT()
        subject = Subject("stay", stay_id, request.organization_id, row.patient_id)
        said = {"amount": yuan_text(left), "amount_fen": left, "window": request.window}
        event_id = await record(tx, grant, StayEvent.DEPOSIT_RETURNED, subject, said)
        sides = [
            Posting(accounts.deposit(row.patient_id), left),
            Posting(accounts.cash(request.window), -left),
        ]
        await post(
            tx,
            grant,
            "deposit_return",
            f"deposit_return:{event_id}",
            sides,
            organization_id=request.organization_id,
            event_id=event_id,
        )
        return await view(tx, request.organization_id, stay_id)

    return await once(tx, key, request, StayView, make)


async def balance(tx: Transaction, organization_id: UUID, patient_id: UUID, *, lock: bool = False) -> int:
    """What a patient paid in advance at a hospital and has not used; ``lock`` keeps others from drawing on it."""
    account = accounts.deposit(patient_id)
    if lock:
        await tx.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))"), {"account": account}
        )
    found = await tx.session.execute(
        text(
            "SELECT coalesce(-sum(amount_fen), 0)::bigint FROM posting"
            " WHERE organization_id = :organization AND patient_id = :patient AND account = :account"
        ),
        {"organization": organization_id, "patient": patient_id, "account": account},
    )
    return found.scalar_one()


async def check_returnable(tx: Transaction, organization_id: UUID, bill_id: UUID, amount: int) -> None:
    """Whether so much of a deposit's bill may go back: only what no other bill has drawn on. Other bills always may.

    Raises Problem ``deposit-used``.
    """
    bill = await queries.header(tx, organization_id, bill_id)
    if bill.kind == "deposit":
        left = await balance(tx, organization_id, bill.patient_id, lock=True)
        if left < amount:
            raise DEPOSIT_USED(amount=yuan_text(max(0, left)))


async def charge_bed_days(tx: Transaction, grant: Grant, row: Any) -> int:
    """Charge the days of a bed that are due by now and were not charged; answers how many."""
    day = await today(tx, row.organization_id)
    discharged = day_of(row.discharged_at, row.zone) if row.discharged_at is not None else None
    due = rules.bed_days(day_of(row.admitted_at, row.zone), day, discharged)
    bill = await queries.header(tx, row.organization_id, row.bill_id)
    if bill.closed_at is not None:
        return 0
    charged = {
        line.source_line
        for line in await queries.lines(tx, row.organization_id, row.bill_id)
        if line.source_type == "bed_day"
    }
    lines: list[PricedLine] = []
    for one in due:
        if one.toordinal() not in charged:
            found = await prices.price(tx, "item", row.bed_price_code, one)
            lines.append(found.line("bed_day", row.id, one.toordinal(), 1000, department_id=row.department_id))
    if lines:
        await bills.charge(tx, grant, bill, lines)
        subject = Subject("stay", row.id, row.organization_id, row.patient_id)
        await record(tx, grant, StayEvent.BED_DAYS, subject, {"days": len(lines), "bill_no": bill.bill_no})
    return len(lines)


async def running(tx: Transaction, organization_id: UUID, stay_id: UUID) -> Any | None:
    """The locked row of a stay that still runs; None when it doesn't any more."""
    row = await row_of(tx, organization_id, stay_id, lock=True)
    return row if row.state == StayState.RUNNING else None


async def show(tx: Transaction, organization_id: UUID, stay_id: UUID) -> StayView:
    """One stay. Raises Problem ``not-found`` and those of the permission check."""
    row = await row_of(tx, organization_id, stay_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=row.patient_id)
    return await view(tx, organization_id, stay_id)


async def stays(tx: Transaction, patient_id: UUID | None, organization_id: UUID | None) -> list[StayView]:
    """A family's stays everywhere, a patient's, or those that are not settled at a hospital. Raises permission's."""
    where, values = "s.patient_id = ANY (:patients)", {"patients": list(tx.actor.patient_ids)}
    if patient_id is not None:
        READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
        values = {"patients": [patient_id]}
    elif organization_id is not None:
        READ.check(tx.actor, organization_id=organization_id)
        where, values = "s.organization_id = :organization AND s.state <> 'settled'", {"organization": organization_id}
    await tx.open_patient_index()
    found = await tx.session.execute(text(f"{_STAY} WHERE {where} ORDER BY s.admitted_at DESC LIMIT 200"), values)
    return [await _view(tx, row) for row in found.all()]


async def view(tx: Transaction, organization_id: UUID, stay_id: UUID) -> StayView:
    """A stay for somebody who may see it. Raises Problem ``not-found``."""
    await tx.open_patient_index()
    return await _view(tx, await row_of(tx, organization_id, stay_id))


async def _view(tx: Transaction, row: Any) -> StayView:
    sums = await queries.sums(tx, row.organization_id, row.bill_id)
    deposit = await balance(tx, row.organization_id, row.patient_id)
    account = rules.standing(sums.charged_fen, sums.outstanding_fen, deposit, row.warn_below_fen, row.asked_fen)
    if row.state != StayState.RUNNING:  # whoever leaves or has left pays nothing in advance any more
        account = msgspec.structs.replace(account, short_fen=0)
    covered = await covering.cover(tx, row.organization_id, row.id)
    own = await views.rows(tx, patients=[row.patient_id], organization_id=row.organization_id, state="all", after=None)
    return StayView(
        id=row.id,
        organization_id=row.organization_id,
        organization_name=row.organization_name,
        organization_name_en=row.organization_name_en,
        patient_id=row.patient_id,
        patient_name=tx.platform.sealer.open(row.name_sealed, f"patient.name:{row.patient_id}")
        if row.name_sealed
        else "",
        department_id=row.department_id,
        department_name=row.department_name,
        department_name_en=row.department_name_en,
        bed=row.bed,
        state=StayState(row.state),
        state_text=Bilingual(*STAY.words[StayState(row.state)]),
        admitted_at=row.admitted_at,
        discharged_at=row.discharged_at,
        bill_id=row.bill_id,
        bill_no=row.bill_no,
        account=account,
        deposits=[bill for bill in own if bill.kind == "deposit" and bill.encounter_id == row.id],
        explanations=explanations(account),
        insurance=covering.view(covered) if covered is not None else None,
        admission_diagnoses=await visits.stay_diagnoses(tx, row.organization_id, row.id, "admission"),
        discharge_diagnoses=await visits.stay_diagnoses(tx, row.organization_id, row.id, "discharge"),
    )


def explanations(account: rules.Standing) -> list[Bilingual]:
    """Plain sentences about a running account."""
    said = [
        Bilingual(
            f"已发生费用 {yuan_text(account.charged_fen)} 元，预交金余额 {yuan_text(account.deposit_fen)} 元。",
            f"{yuan_text(account.charged_fen)} yuan were charged so far;"
            f" {yuan_text(account.deposit_fen)} yuan are left of the deposit.",
        )
    ]
    if account.short_fen:
        said.append(
            Bilingual(
                f"预交金不足，建议再缴 {yuan_text(account.short_fen)} 元。治疗不会因此停止。",
                f"The deposit runs low: please pay in {yuan_text(account.short_fen)} yuan. Care goes on meanwhile.",
            )
        )
    return said


async def _ask(tx: Transaction, grant: Grant, subject: Subject, amount: int) -> UUID:
    """A bill of one deposit; each has its own, so that each can be paid and given back by itself."""
    bill = await bills.new_bill(tx, subject.organization_id, _patient(subject), "deposit", source_id=subject.id)
    line = PricedLine(
        source_type="deposit",
        source_id=bill.id,
        price_code="DEPOSIT",
        price_version=await today(tx, subject.organization_id),
        name="住院预交金",
        category="deposit",
        unit_price_fen=amount,
    )
    await bills.charge(tx, grant, bill, [line])
    said = {"amount": yuan_text(amount), "amount_fen": amount, "bill_no": bill.bill_no, "bill_id": bill.id}
    await record(tx, grant, StayEvent.DEPOSIT_ASKED, subject, said)
    return bill.id


def _patient(subject: Subject) -> UUID:
    if subject.patient_id is None:
        raise LookupError("a stay is somebody's")
    return subject.patient_id


async def _known(tx: Transaction, request: AdmitRequest) -> None:
    found = await tx.session.execute(
        text(
            "SELECT 1 FROM patient p, department d WHERE p.id = :patient AND p.state = 'active'"
            " AND d.organization_id = :organization AND d.id = :department"
        ),
        {
            "patient": request.patient_id,
            "organization": request.organization_id,
            "department": request.department_id,
        },
    )
    if found.first() is None:
        raise NOT_FOUND()


async def row_of(tx: Transaction, organization_id: UUID, stay_id: UUID, *, lock: bool = False) -> Any:
    """A stay with the names around it, locked on demand. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(f"{_STAY} WHERE s.organization_id = :organization AND s.id = :id" + (" FOR UPDATE OF s" if lock else "")),
        {"organization": organization_id, "id": stay_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def move_stay(tx: Transaction, grant: Grant, row: Any, after: StayState, event: StayEvent) -> None:
    """Move a locked stay under one event. Raises Problem ``wrong-state``."""
    subject = Subject("stay", row.id, row.organization_id, row.patient_id)
    before = StayState(row.state)
    STAY.check(before, after)
    event_id = await record(tx, grant, event, subject, {"bill_no": row.bill_no, "bill_id": row.bill_id})
    await record_move(tx, grant, STAY, subject, before, after, sequence=row.version + 1, event_id=event_id)
    await tx.session.execute(
        text(
            "UPDATE stay SET state = :state, version = version + 1, discharged_at = CASE :state"
            " WHEN 'running' THEN NULL ELSE coalesce(discharged_at, :now) END"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"state": after.value, "now": tx.now, "organization": row.organization_id, "id": row.id},
    )
