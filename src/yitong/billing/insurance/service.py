"""What other rooms ask of insurance: how a patient is known to the insurer, and how rules divide a made-up bill."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.billing.insurance.accumulators import Accumulators
from yitong.billing.insurance.explaining import explain
from yitong.billing.insurance.policy import Policy
from yitong.billing.insurance.queries import policy_on
from yitong.billing.insurance.schemas import Trial, TrialAnswer
from yitong.billing.insurance.splitting import Insured, Visit, divide
from yitong.billing.ports import Credential, FeeLine
from yitong.directory.service import region_of
from yitong.identity.queries.people import DOCUMENT, opened
from yitong.identity.rules.documents import IdKind
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_PERSON = f"SELECT p.name_sealed, p.phone_sealed, d.kind AS id_kind, d.value_sealed FROM patient p {DOCUMENT}"  # noqa: S608


async def credential_of(tx: Transaction, grant: Grant, patient_id: UUID) -> Credential | None:
    """A patient's identity card as a credential for the insurer; None for people with another document.

    ``grant`` is the caller's permission to bill or treat this patient.
    """
    if grant.patient_id not in (None, patient_id):
        raise ValueError("the grant is for somebody else")
    await tx.open_patient_index()
    found = await tx.session.execute(text(f"{_PERSON} WHERE p.id = :id"), {"id": patient_id})
    row = found.one_or_none()
    if row is None or row.id_kind != IdKind.RESIDENT.value:
        return None
    plain = opened(tx.platform.sealer, patient_id, row)
    return Credential("02", plain.id_number, certno=plain.id_number, psn_name=plain.name)


async def try_rules(tx: Transaction, asked: Trial) -> TrialAnswer:
    """How the rules of a day divide a made-up bill. Raises Problem ``validation-failed`` where there are no rules."""
    zone = (await region_of(tx)).zone
    day = asked.day or day_of(tx.now, zone)
    policy = await policy_on(tx, day, {one.code for one in asked.items})
    lines = _lines(asked, policy, day, zone)
    insured = Insured(
        insutype=asked.insutype,
        psn_type=asked.psn_type,
        sex=asked.sex,
        birth_date=asked.birth_date,
        rights=frozenset(asked.rights),
    )
    visit = Visit(
        setting=asked.setting,
        grade=asked.grade,
        day=day,
        zone=zone,
        account_fen=asked.account_fen,
        family_fen=asked.family_fen,
    )
    year = Accumulators({asked.setting: asked.deducted_fen}, {asked.setting: asked.counted_fen})
    try:
        outcome = divide(lines, insured, visit, year, policy)
    except ValueError as error:
        wrong = FieldError(
            "insutype", "no-rules", Bilingual("这一险种当日没有规则。", "This insurance has no rules on that day.")
        )
        raise VALIDATION_FAILED(errors=[wrong]) from error
    return TrialAnswer(day, outcome.split, outcome.lines, list(policy.catalogue), explain(outcome.split))


def _lines(asked: Trial, policy: Policy, day: date, zone: str) -> list[FeeLine]:
    entries = {one.code: one for one in policy.catalogue}
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    return [
        FeeLine(
            feedetl_sn=str(number),
            med_list_codg=entries[one.code].med_list_codg if one.code in entries else "",
            medins_list_codg=one.code,
            name=entries[one.code].name if one.code in entries else one.code,
            med_chrgitm_type=entries[one.code].med_chrgitm_type if one.code in entries else "14",
            cnt_milli=one.quantity * 1000,
            pric=one.amount_fen // one.quantity,
            det_item_fee_sumamt=one.amount_fen,
            fee_ocur_time=noon,
        )
        for number, one in enumerate(asked.items, 1)
    ]
