"""A stay at the insurer: what it is to know is written down, then told message by message until it knows.

Each message is three steps, as with payments: write what is asked and until when nobody else asks; ask outside of any
transaction; write the answer. Every message again means the same, so one without an answer is asked again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.billing.charges.schemas import BillHeader
from yitong.billing.deposits.events import StayEvent
from yitong.billing.deposits.rules import Tell, next_message
from yitong.billing.deposits.schemas import CoverView
from yitong.billing.deposits.states import COVER, CoverState
from yitong.billing.ports import Credential, Insurer
from yitong.billing.stay_ports import InpatientInsurer, InpatientStay
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import problem_kind
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.visits import service as visits

TELL = action("billing:stay:tell_insurer", "住院医保登记", "Tell the insurer of a stay", {Role.SYSTEM: Scope.REGION})
DIAGNOSIS_FIRST = problem_kind(
    "admission-diagnosis-missing",
    409,
    Bilingual("医保住院须先有入院诊断。", "The insurer asks for a diagnosis at admission."),
    Bilingual("请补录入院诊断后再登记医保。", "Record it, then register the insurance."),
)
CREDENTIAL_MISSING = problem_kind(
    "stay-credential-missing",
    409,
    Bilingual("患者没有登记身份证号，请出示医保凭证。", "There is no identity card on file for the patient."),
    Bilingual("请读取医保电子凭证或社保卡。", "Read the insurance voucher or the social-security card."),
)
LEASE = timedelta(seconds=60)
MED_TYPE = "21"
MOST_STEPS = 8
_PARTY = Bilingual("医保平台", "The insurer")
_AFTER = {
    Tell.ADMIT: CoverState.ADMITTED,
    Tell.DISCHARGE: CoverState.DISCHARGED,
    Tell.CHANGE: CoverState.ADMITTED,
    Tell.WITHDRAW_ADMISSION: CoverState.WITHDRAWN,
    Tell.WITHDRAW_DISCHARGE: CoverState.ADMITTED,
    Tell.NOBODY: CoverState.WITHDRAWN,
}
_WANTED = {
    "admitted": Bilingual("登记入院", "to be admitted"),
    "discharged": Bilingual("登记出院", "to be discharged"),
    "withdrawn": Bilingual("撤销登记", "to be withdrawn"),
}
_COVER = """
SELECT c.*, s.bed, s.admitted_at, s.discharged_at, s.state AS stay_state, b.bill_no, o.code AS hospital_code,
       d.code AS department_code, d.name AS department_name
  FROM stay_cover c JOIN stay s ON s.organization_id = c.organization_id AND s.id = c.stay_id
  JOIN bill b ON b.organization_id = s.organization_id AND b.id = s.bill_id
  JOIN organization o ON o.id = c.organization_id
  JOIN department d ON d.organization_id = s.organization_id AND d.id = s.department_id
 WHERE c.organization_id = :organization AND c.stay_id = :stay"""
_CARD = """
SELECT p.name_sealed, i.value_sealed FROM patient p LEFT JOIN patient_identifier i ON i.patient_id = p.id
   AND i.kind = '01' WHERE p.id = :patient"""


class Content(msgspec.Struct, frozen=True):
    """What is sealed of a cover: the credential shown, and whom the insurer says it is."""

    credential: Credential
    psn_no: str = ""
    insuplc_admdvs: str = ""


@dataclass(frozen=True)
class Told:
    """What came of a message: done (with what was learnt), refused, or lost."""

    content: Content | None = None
    mdtrt_id: str = ""
    refused: str = ""
    lost: str = ""


async def want(tx: Transaction, grant: Grant, stay: Any, insutype: str | None, shown: Credential | None) -> None:
    """Let a locked stay be settled with an insurance, or with none any more.

    Raises Problem ``admission-diagnosis-missing``, ``stay-credential-missing``, ``wrong-state`` (another insurance
    while it is admitted with one).
    """
    row = await cover(tx, stay.organization_id, stay.id, lock=True)
    if insutype is None:
        if row is not None and row.wanted != "withdrawn":
            await _want(tx, grant, row, "withdrawn")
        return
    if not await visits.stay_diagnoses(tx, stay.organization_id, stay.id, "admission"):
        raise DIAGNOSIS_FIRST()
    wanted = "discharged" if stay.state == "closing" else "admitted"
    if row is None:
        await _begin(tx, grant, stay, insutype, await _content(tx, stay, shown), wanted)
        return
    if row.insutype == insutype and row.state in (CoverState.DUE, CoverState.ADMITTED, CoverState.DISCHARGED):
        await _want(tx, grant, row, wanted)
        return
    COVER.check(CoverState(row.state), CoverState.DUE)
    await _again(tx, grant, row, insutype, await _content(tx, stay, shown), wanted)


async def stay_moved(tx: Transaction, grant: Grant, organization_id: UUID, stay_id: UUID, wanted: str) -> None:
    """The patient leaves, or stays after all: the insurer is to know, where it knows the stay."""
    row = await cover(tx, organization_id, stay_id, lock=True)
    if row is not None and row.wanted not in ("withdrawn", wanted):
        await _want(tx, grant, row, wanted)


async def outdated(tx: Transaction, organization_id: UUID, stay_id: UUID) -> None:
    """Something of the admission changed: the insurer is told (2403) where it was told before."""
    await tx.session.execute(
        text(
            "UPDATE stay_cover SET outdated = true, next_at = :now WHERE organization_id = :organization"
            " AND stay_id = :stay AND state = 'admitted' AND wanted <> 'withdrawn'"
        ),
        {"now": tx.now, "organization": organization_id, "stay": stay_id},
    )


async def try_again(tx: Transaction, grant: Grant, organization_id: UUID, stay_id: UUID) -> None:
    """Let what was refused, or waits for its next turn, be asked again now; a message under way is left to itself."""
    row = await cover(tx, organization_id, stay_id, lock=True)
    if row is None:
        return
    if row.state == CoverState.REFUSED and row.wanted != "withdrawn":
        words = _WANTED[row.wanted]
        event_id = await record(tx, grant, StayEvent.COVER_WANTED, _subject(row), {"zh": words.zh, "en": words.en})
        await _move(tx, grant, row, CoverState.DUE, event_id)
        await _set(tx, row, next_at=tx.now, last_error=None)
    elif row.last_error is not None:
        await _want(tx, grant, row, row.wanted)
        await _set(tx, row, next_at=tx.now)


async def number_at_insurer(tx: Transaction, bill: BillHeader) -> str | None:
    """mdtrt_id of the stay that a bill is for; None while the insurer does not know it."""
    found = await tx.session.execute(
        text(
            "SELECT mdtrt_id FROM stay_cover WHERE organization_id = :organization AND stay_id = :stay"
            " AND state IN ('admitted','discharged') AND wanted <> 'withdrawn'"
        ),
        {"organization": bill.organization_id, "stay": bill.encounter_id},
    )
    return found.scalar_one_or_none()


async def cover(tx: Transaction, organization_id: UUID, stay_id: UUID, *, lock: bool = False) -> Any | None:
    """The row of a stay's insurance with what is told of the stay; None: it has none."""
    found = await tx.session.execute(
        text(_COVER + (" FOR UPDATE OF c" if lock else "")), {"organization": organization_id, "stay": stay_id}
    )
    return found.one_or_none()


def view(row: Any) -> CoverView:
    """How a stay stands at the insurer, for people."""
    state = CoverState(row.state)
    return CoverView(
        insutype=row.insutype,
        state=state,
        state_text=Bilingual(*COVER.words[state]),
        wanted=row.wanted,
        mdtrt_id=row.mdtrt_id,
        under_way=row.next_at is not None,
        problem=row.last_error,
    )


async def carry(platform: Platform, organization_id: UUID, stay_id: UUID) -> None:
    """Tell the insurer what it is to know, as far as it goes now; what goes wrong is written down."""
    for _ in range(MOST_STEPS):
        async with platform.transaction() as tx:
            row = await cover(tx, organization_id, stay_id, lock=True)
            if row is None or row.next_at is None or row.next_at > tx.now:
                return
            message = _next(row)
            if message is None:
                await _set(tx, row, next_at=None)
                return
            content, stay = await _asking(tx, row, message)
        told = await _tell(platform, message, content, stay, row.insutype)
        async with platform.transaction() as tx:
            now = await cover(tx, organization_id, stay_id, lock=True)
            if now is not None and (now.version, now.attempts) == (row.version, row.attempts + 1):
                await _write(tx, now, message, told)


def _next(row: Any) -> Tell | None:
    return next_message(CoverState(row.state), row.wanted, outdated=row.outdated, asked=row.asked)


async def _asking(tx: Transaction, row: Any, message: Tell) -> tuple[Content, InpatientStay]:
    """Write that a message is sent, and what it says."""
    grant = TELL.check(SYSTEM_ACTOR, organization_id=row.organization_id)
    await record(tx, grant, StayEvent.COVER_ASKED, _subject(row), {"message": message.value or "-"})
    await _set(tx, row, next_at=tx.now + LEASE, attempts=row.attempts + 1, asked=row.asked or message is Tell.ADMIT)
    content = msgspec.json.decode(tx.platform.sealer.open(row.content_sealed, _context(row.stay_id)), type=Content)
    before = await visits.stay_diagnoses(tx, row.organization_id, row.stay_id, "admission")
    after = await visits.stay_diagnoses(tx, row.organization_id, row.stay_id, "discharge")
    stay = InpatientStay(
        fixmedins_code=row.hospital_code,
        psn_no=content.psn_no,
        insutype=row.insutype,
        insuplc_admdvs=content.insuplc_admdvs,
        credential=content.credential,
        visit_no=row.bill_no,
        med_type=MED_TYPE,
        admitted_at=row.admitted_at,
        department_code=row.department_code,
        department_name=row.department_name,
        bed=row.bed,
        diagnoses=[(one.code, one.name) for one in before],
        mdtrt_id=row.mdtrt_id or "",
        discharged_at=row.discharged_at,
        discharge_diagnoses=[(one.code, one.name) for one in after],
    )
    return content, stay


async def _tell(platform: Platform, message: Tell, content: Content, stay: InpatientStay, insutype: str) -> Told:
    """Ask outside. Nothing here touches the database."""
    if message is Tell.NOBODY:
        return Told()
    try:
        if InpatientInsurer not in platform.ports:
            raise GatewayUnavailable(_PARTY, "not connected")
        insurer = platform.port(InpatientInsurer)
        match message:
            case Tell.ADMIT:
                return await _admit(platform, insurer, content, stay, insutype)
            case Tell.CHANGE:
                await insurer.change(stay)
            case Tell.DISCHARGE:
                await insurer.discharge(stay)
            case Tell.WITHDRAW_ADMISSION:
                await insurer.withdraw_admission(stay)
            case _:
                await insurer.withdraw_discharge(stay)
    except GatewayRefused as refused:
        return Told(refused=f"{refused.reason} {refused.detail}".strip()[:200])
    except (GatewayUnavailable, OSError, TimeoutError) as lost:
        return Told(lost=f"{type(lost).__name__}: {lost}"[:200])
    return Told()


async def _admit(
    platform: Platform, insurer: InpatientInsurer, content: Content, stay: InpatientStay, insutype: str
) -> Told:
    person = await platform.port(Insurer).person(stay.fixmedins_code, content.credential, platform.clock.now())
    fitting = [one for one in person.insurances if (one.insutype, one.psn_insu_stas) == (insutype, "1")]
    if not fitting:
        return Told(refused="not insured")
    place = fitting[0].insuplc_admdvs
    known = msgspec.structs.replace(content, psn_no=person.psn_no, insuplc_admdvs=place)
    named = msgspec.structs.replace(stay, psn_no=person.psn_no, insuplc_admdvs=place)
    return Told(content=known, mdtrt_id=await insurer.admit(named))


async def _write(tx: Transaction, row: Any, message: Tell, told: Told) -> None:
    grant = TELL.check(SYSTEM_ACTOR, organization_id=row.organization_id)
    said = {"message": message.value or "-"}
    if told.lost:
        await record(tx, grant, StayEvent.COVER_LOST, _subject(row), said)
        wait = timedelta(seconds=min(2 ** min(row.attempts, 9), 300))
        await _set(tx, row, last_error=f"lost: {told.lost}", next_at=tx.now + wait)
        return
    if told.refused:
        event_id = await record(tx, grant, StayEvent.COVER_REFUSED, _subject(row), said | {"reason": told.refused})
        if message is Tell.ADMIT:
            await _move(tx, grant, row, CoverState.REFUSED, event_id)
        await _set(tx, row, last_error=f"refused: {told.refused}", next_at=None, attempts=0)
        return
    event_id = await record(tx, grant, StayEvent.COVER_TOLD, _subject(row), said)
    changes: dict[str, Any] = {"last_error": None, "next_at": tx.now, "attempts": 0}
    if told.content is not None:
        changes |= {"mdtrt_id": told.mdtrt_id, "content_sealed": _sealed(tx, row.stay_id, told.content)}
    if message in (Tell.ADMIT, Tell.CHANGE):
        changes["outdated"] = False
    await _set(tx, row, **changes)
    if message is not Tell.CHANGE:
        await _move(tx, grant, row, _AFTER[message], event_id)


async def _move(tx: Transaction, grant: Grant, row: Any, after: CoverState, event_id: UUID) -> None:
    before = CoverState(row.state)
    await record_move(tx, grant, COVER, _subject(row), before, after, sequence=row.version + 1, event_id=event_id)
    await _set(tx, row, state=after.value, version=row.version + 1)


async def _want(tx: Transaction, grant: Grant, row: Any, wanted: str) -> None:
    words = _WANTED[wanted]
    await record(tx, grant, StayEvent.COVER_WANTED, _subject(row), {"zh": words.zh, "en": words.en})
    await _set(tx, row, wanted=wanted, next_at=_soon(row, tx.now), last_error=None)


def _soon(row: Any, now: datetime) -> datetime:
    """At once, or when the message that is under way has been given up."""
    return max(now, row.next_at) if row.attempts and row.next_at is not None else now


async def _begin(tx: Transaction, grant: Grant, stay: Any, insutype: str, content: Content, wanted: str) -> None:
    cover_id = new_id()
    subject = Subject("stay_cover", cover_id, stay.organization_id, stay.patient_id)
    words = _WANTED[wanted]
    event_id = await record(tx, grant, StayEvent.COVER_WANTED, subject, {"zh": words.zh, "en": words.en})
    await record_move(tx, grant, COVER, subject, None, CoverState.DUE, sequence=1, event_id=event_id)
    await tx.session.execute(
        text(
            "INSERT INTO stay_cover (organization_id, id, stay_id, patient_id, insutype, wanted, state, version,"
            " outdated, asked, content_sealed, attempts, next_at) VALUES (:organization, :id, :stay, :patient,"
            " :insutype, :wanted, 'due', 1, false, false, :content, 0, :now)"
        ),
        {
            "organization": stay.organization_id,
            "id": cover_id,
            "stay": stay.id,
            "patient": stay.patient_id,
            "insutype": insutype,
            "wanted": wanted,
            "content": _sealed(tx, stay.id, content),
            "now": tx.now,
        },
    )


async def _again(tx: Transaction, grant: Grant, row: Any, insutype: str, content: Content, wanted: str) -> None:
    words = _WANTED[wanted]
    event_id = await record(tx, grant, StayEvent.COVER_WANTED, _subject(row), {"zh": words.zh, "en": words.en})
    await _move(tx, grant, row, CoverState.DUE, event_id)
    await _set(
        tx,
        row,
        insutype=insutype,
        wanted=wanted,
        content_sealed=_sealed(tx, row.stay_id, content),
        mdtrt_id=None,
        asked=False,
        attempts=0,
        next_at=tx.now,
        last_error=None,
    )


async def _content(tx: Transaction, stay: Any, shown: Credential | None) -> Content:
    """The credential shown, else the identity card on file. Raises Problem ``stay-credential-missing``."""
    await tx.open_patient_index()
    found: Any = (await tx.session.execute(text(_CARD), {"patient": stay.patient_id})).one()
    sealer, who = tx.platform.sealer, stay.patient_id
    name = sealer.open(found.name_sealed, f"patient.name:{who}")
    if shown is not None:
        return Content(msgspec.structs.replace(shown, psn_name=shown.psn_name or name))
    if not found.value_sealed:
        raise CREDENTIAL_MISSING()
    number = sealer.open(found.value_sealed, f"patient_identifier.value:{who}:01")
    return Content(Credential("02", number, certno=number, psn_name=name))


async def _set(tx: Transaction, row: Any, **changes: Any) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.session.execute(
        text(f"UPDATE stay_cover SET {columns} WHERE organization_id = :organization AND stay_id = :stay"),  # noqa: S608
        {**changes, "organization": row.organization_id, "stay": row.stay_id},
    )


def _sealed(tx: Transaction, stay_id: UUID, content: Content) -> str:
    return tx.platform.sealer.seal(msgspec.json.encode(content).decode(), _context(stay_id))


def _context(stay_id: UUID) -> str:
    return f"stay_cover.content:{stay_id}"


def _subject(row: Any) -> Subject:
    return Subject("stay_cover", row.id, row.organization_id, row.patient_id)
