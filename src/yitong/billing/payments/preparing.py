"""From a bill and a wish to parts: asks the insurer what it would pay, then divides by the rules. Nothing is paid."""

from dataclasses import dataclass

import msgspec

from yitong.billing.payments.facts import MED_TYPES, Facts
from yitong.billing.payments.problems import (
    DIAGNOSIS_MISSING,
    INSURANCE_CREDENTIAL_MISSING,
    INSURANCE_DISAGREES,
    NOT_INSURED,
    STAY_NOT_REGISTERED,
    WRONG_DIVISION,
)
from yitong.billing.payments.rules import number_of
from yitong.billing.payments.schemas import PayWish
from yitong.billing.ports import (
    Credential,
    Insurance,
    InsuranceBill,
    InsuranceSplit,
    InsuredPerson,
    Insurer,
)
from yitong.billing.rules import Division, DivisionRefused, SplitRefused, check_split, divide
from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual

_IDENTITY_CARD = "02"
NO_VISIT_YET = ("Z76.800", "在其他特指情况下与保健机构接触的人")


@dataclass(frozen=True)
class Insured:
    """What the insurer would settle, and how it divides it."""

    bill: InsuranceBill
    split: InsuranceSplit


async def ask_insurer(
    platform: Platform, facts: Facts, wish: PayWish, order_id: UUID, *, own_family: bool
) -> Insured | None:
    """The insurer's division of these lines; None when no insurance is wanted or could pay anything of the bill.

    Outside of any transaction. Raises Problem ``insurance-credential-missing``, ``not-insured``,
    ``insurance-disagrees`` and those of the gateway.
    """
    if not wish.use_insurance or not facts.insurable:
        return None
    if Insurer not in platform.ports:
        raise GatewayUnavailable(Bilingual("医保平台", "The insurer"), "not connected")
    insurer = platform.port(Insurer)
    credential = _credential(facts, wish, own_family=own_family)
    person = await insurer.person(facts.hospital_code, credential, facts.at)
    insurance = _choose(person, wish.insutype or facts.bill.insutype)
    mdtrt_id = await _visit_number(insurer, facts, person, insurance, credential)
    bill = InsuranceBill(
        fixmedins_code=facts.hospital_code,
        psn_no=person.psn_no,
        insutype=insurance.insutype,
        insuplc_admdvs=insurance.insuplc_admdvs,
        credential=credential,
        med_type=MED_TYPES.get(facts.bill.kind, "11"),
        mdtrt_id=mdtrt_id,
        chrg_bchno=number_of(order_id),
        acct_used_flag=wish.use_account,
        lines=facts.fee_lines(),
    )
    split = await insurer.pre_settle(bill)
    try:
        check_split(split, facts.total)
    except SplitRefused as error:
        raise INSURANCE_DISAGREES() from error
    return Insured(bill, split)


async def _visit_number(
    insurer: Insurer, facts: Facts, person: InsuredPerson, insurance: Insurance, credential: Credential
) -> str:
    """The insurer's number of the visit, which is opened there; a stay was admitted before (deposits.covering).

    Raises Problem ``stay-not-registered``, ``diagnosis-missing``.
    """
    if facts.bill.kind == "inpatient":
        if facts.stay_no is None:
            raise STAY_NOT_REGISTERED()
        return facts.stay_no
    return await insurer.register(
        facts.hospital_code,
        person,
        insurance,
        credential,
        visit_no=facts.bill.bill_no,
        doctor_no=facts.doctor_no,
        doctor_name=facts.doctor_name,
        department_code=facts.department_code,
        department_name=facts.department_name,
        med_type=MED_TYPES.get(facts.bill.kind, "11"),
        diagnoses=_diagnoses(facts),
        at=facts.at,
    )


def _diagnoses(facts: Facts) -> list[tuple[str, str]]:
    """What the insurer is told. Raises Problem ``diagnosis-missing`` for a visit without a coded diagnosis."""
    if facts.diagnoses:
        return facts.diagnoses
    if facts.diagnoses is None or facts.bill.kind == "registration":
        # A fee is paid before anybody was seen, and drugs at a desk without a visit: 2203A asks for a diagnosis all the
        # same, so it is told the contact with the hospital itself.
        return [NO_VISIT_YET]
    raise DIAGNOSIS_MISSING()


def _credential(facts: Facts, wish: PayWish, *, own_family: bool) -> Credential:
    if wish.credential is not None:
        named = wish.credential
        return msgspec.structs.replace(named, psn_name=named.psn_name or facts.patient_name)
    # Somebody who only holds the bill's code may not act with the patient's identity.
    if not own_family or not facts.id_card:
        raise INSURANCE_CREDENTIAL_MISSING()
    return Credential(_IDENTITY_CARD, facts.id_card, certno=facts.id_card, psn_name=facts.patient_name)


def _choose(person: InsuredPerson, insutype: str | None) -> Insurance:
    """The insurance asked for, else the first that is in force (psn_insu_stas 1)."""
    in_force = [one for one in person.insurances if one.psn_insu_stas == "1"]
    fitting = [one for one in in_force if insutype in (None, one.insutype)]
    if not fitting:
        raise NOT_INSURED()
    return fitting[0]


def division(
    facts: Facts, wish: PayWish, insured: Insured | None, *, commercial: int = 0, insurer: str = ""
) -> Division:
    """Who pays what; channels are named by their place among the choices, so that one channel may be used twice.
    ``commercial`` is what the commercial ``insurer`` covers.

    Raises Problem ``wrong-division`` when chosen amounts do not fit.
    """
    fixed = [(str(i), one.amount_fen) for i, one in enumerate(wish.channels) if one.amount_fen is not None]
    rest = [str(i) for i, one in enumerate(wish.channels) if one.amount_fen is None]
    if len(rest) > 1 or (rest and rest[0] != str(len(wish.channels) - 1)):
        raise WRONG_DIVISION()
    try:
        return divide(
            facts.total,
            insured.split if insured is not None else None,
            insutype=insured.bill.insutype if insured is not None else "",
            commercial=commercial,
            insurer=insurer,
            deposit=min(wish.deposit_fen, max(facts.deposit_fen, 0)),
            channels=fixed,
            channel=rest[0] if rest else ("own" if not wish.channels else ""),
        )
    except SplitRefused as error:
        raise INSURANCE_DISAGREES() from error
    except DivisionRefused as error:
        raise WRONG_DIVISION() from error
