"""What has to be known of a bill before it can be paid: open lines, the patient, the visit, the deposit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from yitong.billing.charges import queries
from yitong.billing.charges.schemas import BillHeader, ChargeLine
from yitong.billing.deposits.covering import number_at_insurer
from yitong.billing.deposits.due import check_due
from yitong.billing.payments.policies import Policy
from yitong.billing.payments.problems import NOTHING_TO_PAY
from yitong.billing.ports import FeeLine
from yitong.billing.wording import CHARGE_TYPES
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.visits import service as visits

# Kinds of bills that no insurance pays anything of.
UNINSURED = frozenset({"parking", "meal", "delivery", "deposit"})
MED_TYPES = {"registration": "12", "outpatient": "11", "pharmacy": "11", "inpatient": "21"}
_PATIENT = """
SELECT p.name_sealed, i.value_sealed FROM patient p LEFT JOIN patient_identifier i ON i.patient_id = p.id
   AND i.kind = '01' WHERE p.id = :patient"""
_VISIT = """
SELECT o.code AS hospital_code, o.name AS hospital_name, d.code AS department_code, d.name AS department_name,
       w.licence_no AS doctor_no, w.name AS doctor_name
  FROM organization o
  LEFT JOIN department d ON d.organization_id = o.id AND d.id = :department
  LEFT JOIN practitioner_role r ON r.organization_id = o.id AND r.id = :role
  LEFT JOIN practitioner w ON w.id = r.practitioner_id
 WHERE o.id = :organization"""
_HELD = """
SELECT l.charge_id FROM payment_line l JOIN payment_order o ON o.organization_id = l.organization_id
   AND o.id = l.order_id WHERE l.organization_id = :organization AND o.bill_id = :bill AND l.held"""
# What the last refund left to be paid, less what was paid of it, when nobody pays it and no refund is under way.
_REST = """
SELECT o.id, r.id AS refund_id, r.owed_fen - p.paid_fen AS owed_fen FROM payment_order o
  JOIN LATERAL (SELECT id, owed_fen FROM refund WHERE organization_id = o.organization_id AND order_id = o.id
     AND kind = 'refund' AND state = 'done' ORDER BY asked_at DESC, id DESC LIMIT 1) r ON true
  JOIN LATERAL (SELECT coalesce(sum(total_fen - refunded_fen), 0)::bigint AS paid_fen,
       count(*) FILTER (WHERE state NOT IN ('settled','part_refunded')) AS under_way
     FROM payment_order WHERE organization_id = o.organization_id AND rest_of_id = o.id
     AND state NOT IN ('failed','refunded')) p ON p.under_way = 0 AND p.paid_fen < r.owed_fen
 WHERE o.organization_id = :organization AND o.bill_id = :bill AND o.state = 'part_refunded'
   AND NOT EXISTS (SELECT FROM refund u WHERE u.organization_id = o.organization_id AND u.order_id = o.id
     AND u.ended_at IS NULL)
 ORDER BY o.created_at LIMIT 1"""
_DEPOSIT = """
SELECT coalesce(-sum(amount_fen), 0)::bigint FROM posting
 WHERE organization_id = :organization AND account = 'deposit:' || :patient"""


@dataclass(frozen=True)
class Rest:
    """What is owed of an order since a refund, the last that was done."""

    order_id: UUID
    refund_id: UUID
    owed_fen: int


@dataclass(frozen=True)
class Facts:
    """A bill that is about to be paid."""

    bill: BillHeader
    lines: list[ChargeLine]  # the lines to pay
    hospital_code: str
    hospital_name: str
    department_code: str
    department_name: str
    doctor_no: str
    doctor_name: str
    patient_name: str
    id_card: str  # empty: the patient has none on file
    deposit_fen: int
    at: datetime
    diagnoses: list[tuple[str, str]] | None  # code and name of the visit's; None: there is no visit (yet)
    stay_no: str | None  # mdtrt_id of a stay that the insurer was told of
    rest: Rest | None = None  # it is the rest owed since a refund that is paid; there are no lines
    policies: tuple[Policy, ...] = ()  # the patient's commercial ones, when the payer may use them

    @property
    def total(self) -> int:
        return self.rest.owed_fen if self.rest is not None else sum(line.amount_fen for line in self.lines)

    @property
    def insurable(self) -> bool:
        """Whether an insurer can be asked at all; a rest is what insurers have left already."""
        return self.rest is None and self.bill.kind not in UNINSURED

    def fee_lines(self) -> list[FeeLine]:
        """The lines as the insurer sees them."""
        return [
            FeeLine(
                feedetl_sn=str(line.id),
                med_list_codg=line.med_list_codg,
                medins_list_codg=line.price_code,
                name=line.name,
                med_chrgitm_type=CHARGE_TYPES.get(line.category, "14"),
                cnt_milli=line.cnt_milli,
                pric=line.unit_price_fen,
                det_item_fee_sumamt=line.amount_fen,
                fee_ocur_time=line.at,
                bilg_dept_codg=self.department_code,
                bilg_dr_codg=self.doctor_no,
            )
            for line in self.lines
        ]


async def gather(tx: Transaction, bill: BillHeader, charge_ids: list[UUID] | None) -> Facts:
    """The facts of a bill and the lines chosen, all that are open when None; the rest that is owed since a refund when
    nothing else is open. Opens the region and the patient index.

    Raises Problem ``nothing-to-pay`` when a chosen line is paid, being paid or taken back, or nothing is open, and
    ``stay-running``.
    """
    await tx.open_region()
    await tx.open_patient_index()
    await check_due(tx, bill)
    lines = await open_lines(tx, bill)
    if charge_ids is not None:
        chosen = set(charge_ids)
        lines = [line for line in lines if line.id in chosen]
        if len(lines) != len(chosen):
            raise NOTHING_TO_PAY()
    rest = None
    if not sum(line.amount_fen for line in lines):
        rest = await owed_rest(tx, bill.organization_id, bill.id) if not charge_ids else None
        if rest is None:
            raise NOTHING_TO_PAY()
        lines = []
    visit = await _one(
        tx,
        _VISIT,
        organization=bill.organization_id,
        department=next((line.department_id for line in lines if line.department_id), None),
        role=next((line.practitioner_role_id for line in lines if line.practitioner_role_id), None),
    )
    patient = await _one(tx, _PATIENT, patient=bill.patient_id)
    sealer, who = tx.platform.sealer, bill.patient_id
    card = patient["value_sealed"]
    deposit = await _one(tx, _DEPOSIT, organization=bill.organization_id, patient=str(who))
    return Facts(
        bill=bill,
        lines=lines,
        hospital_code=visit["hospital_code"],
        hospital_name=visit["hospital_name"],
        department_code=visit["department_code"] or "",
        department_name=visit["department_name"] or "",
        doctor_no=visit["doctor_no"] or "",
        doctor_name=visit["doctor_name"] or "",
        patient_name=sealer.open(patient["name_sealed"], f"patient.name:{who}"),
        id_card=sealer.open(card, f"patient_identifier.value:{who}:01") if card else "",
        deposit_fen=deposit["coalesce"],
        rest=rest,
        at=tx.now,
        diagnoses=await _diagnoses(tx, bill),
        stay_no=await number_at_insurer(tx, bill) if bill.kind == "inpatient" else None,
    )


async def _diagnoses(tx: Transaction, bill: BillHeader) -> list[tuple[str, str]] | None:
    coded = await visits.coded_diagnoses(tx, bill.organization_id, bill.encounter_id, bill.appointment_id)
    return None if coded is None else [(one.code, one.name) for one in coded]


async def owed_rest(tx: Transaction, organization_id: UUID, bill_id: UUID, *, lock: bool = False) -> Rest | None:
    """What a refund left to be paid of a bill; None when nothing is. ``lock``: no refund can begin meanwhile."""
    statement = f"{_REST} FOR UPDATE OF o" if lock else _REST
    found = await tx.session.execute(text(statement), {"organization": organization_id, "bill": bill_id})
    row = found.one_or_none()
    return Rest(row.id, row.refund_id, row.owed_fen) if row is not None else None


async def open_lines(tx: Transaction, bill: BillHeader) -> list[ChargeLine]:
    """The lines of a bill that nobody has paid or is paying."""
    standing = await queries.standing_lines(tx, bill.organization_id, bill.id)
    held = await tx.session.execute(text(_HELD), {"organization": bill.organization_id, "bill": bill.id})
    taken = {row.charge_id for row in held}
    return [line for line in standing if line.id not in taken]


async def check_still_open(tx: Transaction, bill: BillHeader, facts: Facts) -> None:
    """That nobody took lines back while the insurer was asked; the bill is locked.

    Raises Problem ``nothing-to-pay``.
    """
    standing = {line.id for line in await queries.standing_lines(tx, bill.organization_id, bill.id)}
    if not standing.issuperset(line.id for line in facts.lines):
        raise NOTHING_TO_PAY()


async def _one(tx: Transaction, statement: str, **values: Any) -> Any:
    found = await tx.session.execute(text(statement), values)
    return found.mappings().one()
