"""Policies and claims: making a claim of a settled bill, sending it, and writing down what the insurer says.

Sending is a job's work: the intent is written first, the insurer is called outside of any transaction, and an answer
that was lost is looked up under the claim's number before anything is sent again.
"""

from datetime import timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from yitong.billing.charges import queries as bill_queries
from yitong.billing.charges.views import paid_parts
from yitong.billing.claims.events import ClaimEvent
from yitong.billing.claims.model import Claim, Coverage
from yitong.billing.claims.schemas import ClaimRequest, ClaimView, CoverageRequest, CoverageView
from yitong.billing.claims.states import CLAIM, ClaimState
from yitong.billing.commercial import CommercialAnswer, CommercialClaim, CommercialInsurers, claim_lines
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError, problem_kind
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
_DESK = {Role.CASHIER: _AT, Role.REGISTRAR: _AT, Role.FINANCE: _AT}
COVER = action("billing:coverage:keep", "管理商保保单", "Keep commercial policies", {Role.PATIENT: Scope.OWN, **_DESK})
MAKE = action("billing:claim:make", "申请商保理赔", "Make a claim", {Role.PATIENT: Scope.OWN, **_DESK})
READ = action("billing:claim:read", "查看商保理赔", "See claims", {Role.PATIENT: Scope.OWN, **_DESK})
SEE_COVERAGE = action(
    "billing:coverage:read", "查看商保保单", "See a patient's policies", {Role.PATIENT: Scope.OWN, **_DESK}
)
SEND = action("billing:claim:send", "提交商保理赔", "Send claims and take answers", {Role.SYSTEM: Scope.REGION})
NOTHING_TO_CLAIM = problem_kind(
    "nothing-to-claim",
    409,
    Bilingual("这张账单没有可理赔的个人支付金额。", "The patient paid nothing of this bill, or it is not settled."),
    Bilingual("请在账单结清后，对个人支付部分申请理赔。", "Claim what you paid yourself once the bill is settled."),
)
ALREADY_CLAIMED = problem_kind(
    "already-claimed",
    409,
    Bilingual("这张账单已向该保单申请过理赔。", "This bill was claimed from that policy before."),
    Bilingual("请查看已有理赔的进度。", "Look at the claim there is."),
)
_OWN_MONEY = ("channel", "cash", "deposit")
_VIEW = """
SELECT c.*, o.name AS organization_name, o.name_en AS organization_name_en, b.bill_no, i.name AS insurer_name,
       i.name_en AS insurer_name_en, coalesce(v.policy_tail, '') AS policy_tail, p.name_sealed
  FROM claim c JOIN organization o ON o.id = c.organization_id
  JOIN bill b ON b.organization_id = c.organization_id AND b.id = c.bill_id
  LEFT JOIN organization i ON i.code = c.insurer_code
  LEFT JOIN coverage v ON v.patient_id = c.patient_id AND v.id = c.coverage_id
  LEFT JOIN patient p ON p.id = c.patient_id"""
_POLICY = """
SELECT v.id, v.patient_id, v.insurer_code, coalesce(o.name, '') AS insurer_name,
       coalesce(o.name_en, '') AS insurer_name_en, v.policy_tail, v.added_at
  FROM coverage v LEFT JOIN organization o ON o.code = v.insurer_code
 WHERE v.patient_id = :patient"""
Standing = Literal["open", "approved", "rejected", "cancelled", "all"]
_STANDING: dict[Standing, list[ClaimState]] = {
    "open": [ClaimState.DUE, ClaimState.ASKED, ClaimState.UNKNOWN, ClaimState.QUEUED],
    "approved": [ClaimState.APPROVED],
    "rejected": [ClaimState.REJECTED],
    "cancelled": [ClaimState.CANCELLED],
    "all": list(ClaimState),
}


async def add_coverage(tx: Transaction, request: CoverageRequest, key: UUID) -> CoverageView:
    """Keep a policy for a family member, or for whoever shows it at a desk.

    Raises Problem ``validation-failed`` (insurer), ``not-found`` (the patient) and those of the permission check.
    """
    grant = COVER.check(tx.actor, organization_id=request.organization_id, patient_id=request.patient_id)

    async def make() -> CoverageView:
        await tx.open_patient_index()
        known = await tx.session.execute(
            text("SELECT 1 FROM patient WHERE id = :id AND state = 'active'"), {"id": request.patient_id}
        )
        if known.first() is None:
            raise NOT_FOUND()
        found = await tx.session.execute(
            text("SELECT id FROM organization WHERE code = :code AND kind = 'insurer' AND active"),
            {"code": request.insurer_code},
        )
        insurer = found.scalar_one_or_none()
        if insurer is None:
            words = Bilingual("没有这家保险公司。", "There is no such insurer.")
            raise VALIDATION_FAILED(errors=[FieldError("insurer_code", "unknown", words)])
        coverage_id = new_id()
        await tx.session.execute(
            insert(Coverage).values(
                patient_id=request.patient_id,
                id=coverage_id,
                insurer_code=request.insurer_code,
                policy_sealed=tx.platform.sealer.seal(request.policy_no, f"coverage.policy:{coverage_id}"),
                policy_tail=request.policy_no[-4:],
                added_at=tx.now,
            )
        )
        # A policy is nobody's at a hospital: its events belong to the insurer's organization.
        subject = Subject("coverage", coverage_id, insurer, request.patient_id)
        await record(tx, grant, ClaimEvent.COVERAGE_ADDED, subject, {"tail": request.policy_no[-4:]})
        made = await tx.session.execute(
            text(f"{_POLICY} AND v.id = :id"), {"patient": request.patient_id, "id": coverage_id}
        )
        return CoverageView(**made.mappings().one())

    return await once(tx, key, request, CoverageView, make)


async def end_coverage(tx: Transaction, patient_id: UUID, coverage_id: UUID) -> None:
    """Take a policy off; claims made from it go on. Raises Problem ``not-found`` and the permission check's."""
    grant = COVER.check(tx.actor, patient_id=patient_id)
    row = await _coverage(tx, patient_id, coverage_id)
    if row.ended_at is None:
        await tx.session.execute(
            text("UPDATE coverage SET ended_at = :now WHERE patient_id = :patient AND id = :id"),
            {"now": tx.now, "patient": patient_id, "id": coverage_id},
        )
        subject = Subject("coverage", coverage_id, row.insurer_id, patient_id)
        await record(tx, grant, ClaimEvent.COVERAGE_ENDED, subject, {"tail": row.policy_tail})


async def coverages(tx: Transaction, patient_id: UUID, organization_id: UUID | None = None) -> list[CoverageView]:
    """A patient's policies, the oldest first; a desk sees those of people with a bill at its hospital.

    Raises the permission check's problems.
    """
    SEE_COVERAGE.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
    await tx.open_patient_index()
    own = list(tx.actor.patient_ids)
    found = await tx.session.execute(
        text(
            f"{_POLICY} AND v.ended_at IS NULL AND (v.patient_id = ANY (:own) OR EXISTS"
            " (SELECT FROM bill b WHERE b.organization_id = :organization AND b.patient_id = v.patient_id))"
            " ORDER BY v.added_at, v.id"
        ),
        {"patient": patient_id, "own": own, "organization": organization_id},
    )
    return [CoverageView(**row) for row in found.mappings()]


async def make_claim(tx: Transaction, bill_id: UUID, request: ClaimRequest, key: UUID) -> ClaimView:
    """Claim what a patient paid of a settled bill from one of their policies; a job sends it.

    A claim that it replaces is withdrawn with it when nobody has sent it yet; a refused one stays as it is. Raises
    Problem ``nothing-to-claim``, ``already-claimed``, ``wrong-state`` (of the claim to replace), ``not-found`` and
    those of the permission check.
    """
    bill = await bill_queries.header(tx, request.organization_id, bill_id)
    grant = MAKE.check(tx.actor, organization_id=request.organization_id, patient_id=bill.patient_id)

    async def make() -> ClaimView:
        await tx.open_patient_index()
        coverage = await _coverage(tx, bill.patient_id, request.coverage_id)
        if coverage.ended_at is not None:
            raise NOT_FOUND()
        if request.replaces is not None:
            await _make_way(tx, grant, request, bill_id)
        claim_id = new_id()
        policy = tx.platform.sealer.open(coverage.policy_sealed, f"coverage.policy:{coverage.id}")
        sent = await _written(tx, bill_id, request.organization_id, f"CL{claim_id.hex}"[:32], policy)
        values: dict[str, Any] = {
            "organization_id": request.organization_id,
            "id": claim_id,
            "bill_id": bill_id,
            "patient_id": bill.patient_id,
            "coverage_id": coverage.id,
            "insurer_code": coverage.insurer_code,
            "claim_no": sent.claim_no,
            "replaces_id": request.replaces,
            "sent_sealed": tx.platform.sealer.seal(msgspec.json.encode(sent).decode(), f"claim.sent:{claim_id}"),
            "asked_fen": sent.asked,
            "covered_fen": 0,
            "notes": [],
            "state": ClaimState.DUE.value,
            "version": 1,
            "attempts": 0,
            "next_at": tx.now,
            "made_at": tx.now,
        }
        try:
            async with tx.session.begin_nested():
                await tx.session.execute(insert(Claim).values(values))
        except IntegrityError as error:
            raise ALREADY_CLAIMED() from error
        subject = Subject("claim", claim_id, request.organization_id, bill.patient_id)
        said = {"amount": yuan_text(sent.asked), "bill_id": bill_id, "claim_no": sent.claim_no}
        event_id = await record(tx, grant, ClaimEvent.MADE, subject, said)
        await record_move(tx, grant, CLAIM, subject, None, ClaimState.DUE, sequence=1, event_id=event_id)
        return await _view(tx, request.organization_id, claim_id)

    return await once(tx, key, request, ClaimView, make)


async def _make_way(tx: Transaction, grant: Grant, request: ClaimRequest, bill_id: UUID) -> None:
    """Take back the claim that another one is made in place of, unless it came to nothing already."""
    row = await lock(tx, request.organization_id, request.replaces) if request.replaces is not None else None
    if row is None or (row.bill_id, row.coverage_id) != (bill_id, request.coverage_id):
        raise NOT_FOUND()
    if row.state not in (ClaimState.REJECTED, ClaimState.CANCELLED):
        await move(tx, grant, row, ClaimState.CANCELLED, ClaimEvent.WITHDRAWN, next_in=None)


async def withdraw(tx: Transaction, organization_id: UUID, claim_id: UUID) -> ClaimView:
    """Take a claim back that was not sent yet. Raises Problem ``wrong-state``, ``not-found`` and others."""
    row = await lock(tx, organization_id, claim_id)
    grant = MAKE.check(tx.actor, organization_id=organization_id, patient_id=row.patient_id)
    await move(tx, grant, row, ClaimState.CANCELLED, ClaimEvent.WITHDRAWN, next_in=None)
    return await _view(tx, organization_id, claim_id)


async def show(tx: Transaction, organization_id: UUID, claim_id: UUID) -> ClaimView:
    """One claim. Raises Problem ``not-found`` and those of the permission check."""
    made = await _view(tx, organization_id, claim_id)
    READ.check(tx.actor, organization_id=organization_id, patient_id=made.patient_id)
    return made


async def claims(
    tx: Transaction, patient_id: UUID | None, organization_id: UUID | None, standing: Standing = "all"
) -> list[ClaimView]:
    """A patient's claims everywhere, the family's, or a hospital's, newest first. Raises permission's problems."""
    where = "c.patient_id = ANY (:patients)"
    values: dict[str, Any] = {"patients": list(tx.actor.patient_ids)}
    if patient_id is not None:
        READ.check(tx.actor, organization_id=organization_id, patient_id=patient_id)
        values = {"patients": [patient_id]}
    elif organization_id is not None:
        READ.check(tx.actor, organization_id=organization_id)
        where, values = "c.organization_id = :organization", {"organization": organization_id}
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(f"{_VIEW} WHERE {where} AND c.state = ANY (:states) ORDER BY c.made_at DESC LIMIT 200"),
        values | {"states": _STANDING[standing]},
    )
    return [_shown(tx, row) for row in found.mappings()]


async def sent_claim(tx: Transaction, organization_id: UUID, claim_id: UUID) -> CommercialClaim:
    """The claim as it is sent, for somebody who may see it. Raises as :func:`show`."""
    await show(tx, organization_id, claim_id)
    row = await lock(tx, organization_id, claim_id)
    return opened(tx, row)


def opened(tx: Transaction, row: Any) -> CommercialClaim:
    """The claim in a row."""
    return msgspec.json.decode(tx.platform.sealer.open(row.sent_sealed, f"claim.sent:{row.id}"), type=CommercialClaim)


async def lock(tx: Transaction, organization_id: UUID, claim_id: UUID) -> Any:
    """The locked row. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text("SELECT * FROM claim WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": claim_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def take_answer(tx: Transaction, grant: Grant, row: Any, answer: CommercialAnswer) -> None:
    """Write down what the insurer says of a locked claim; saying the same again changes nothing.

    An answer that covers more than was asked for is a fault of the insurer's: it is not believed, and asked for again.
    """
    state = ClaimState(row.state)
    if state not in (ClaimState.ASKED, ClaimState.UNKNOWN, ClaimState.QUEUED):
        return
    if answer.claim_no != row.claim_no or not 0 <= answer.covered <= row.asked_fen:
        if state is not ClaimState.UNKNOWN:
            await move(tx, grant, row, ClaimState.UNKNOWN, ClaimEvent.LOST, next_in=_pause(row.attempts))
        return
    if answer.outcome == "queued":
        if state is not ClaimState.QUEUED:
            await move(tx, grant, row, ClaimState.QUEUED, ClaimEvent.ANSWERED, next_in=timedelta(minutes=5))
        return
    after = ClaimState.APPROVED if answer.covered else ClaimState.REJECTED
    await move(tx, grant, row, after, ClaimEvent.ANSWERED, next_in=None, answer=answer)


async def move(
    tx: Transaction,
    grant: Grant,
    row: Any,
    after: ClaimState,
    event: ClaimEvent,
    *,
    next_in: timedelta | None,
    answer: CommercialAnswer | None = None,
) -> None:
    """Move a locked claim with its event and history. Raises Problem ``wrong-state``."""
    before = ClaimState(row.state)
    CLAIM.check(before, after)
    subject = Subject("claim", row.id, row.organization_id, row.patient_id)
    covered = answer.covered if answer else 0
    zh, en = CLAIM.words[after]
    said = {"amount": yuan_text(covered), "state_text": zh, "state": en, "claim_no": row.claim_no}
    event_id = await record(tx, grant, event, subject, said)
    await record_move(tx, grant, CLAIM, subject, before, after, sequence=row.version + 1, event_id=event_id)
    await tx.session.execute(
        text(
            "UPDATE claim SET state = :state, version = version + 1, covered_fen = :covered, next_at = :next,"
            " attempts = CASE WHEN :asking THEN attempts + 1 ELSE attempts END,"
            " insurer_no = coalesce(:number, insurer_no), notes = CAST(:notes AS jsonb),"
            " answered_at = CASE WHEN :final THEN CAST(:now AS timestamptz) END"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "state": after.value,
            "covered": covered,
            "next": tx.now + next_in if next_in is not None else None,
            "asking": after is ClaimState.ASKED,
            "number": answer.insurer_no if answer else None,
            "notes": msgspec.json.encode(answer.notes if answer else []).decode(),
            "final": after in CLAIM.final_states(),
            "now": tx.now,
            "organization": row.organization_id,
            "id": row.id,
        },
    )


def _pause(attempts: int) -> timedelta:
    """Growing pauses between attempts, half a minute to an hour."""
    return min(timedelta(hours=1), timedelta(seconds=30) * 2 ** min(attempts, 7))


def pause_after(attempts: int) -> timedelta:
    """How long to wait before an insurer is asked again after so many attempts."""
    return _pause(attempts)


def insurers(tx: Transaction) -> CommercialInsurers:
    """The commercial insurers that are connected; none when nobody connected any."""
    return tx.platform.ports.get(CommercialInsurers) or CommercialInsurers()


async def _written(
    tx: Transaction, bill_id: UUID, organization_id: UUID, claim_no: str, policy_no: str
) -> CommercialClaim:
    sums = await bill_queries.sums(tx, organization_id, bill_id)
    bill = await bill_queries.header(tx, organization_id, bill_id)
    parts = await paid_parts(tx, organization_id, bill_id)
    own = sum(part.amount_fen for part in parts if part.kind in _OWN_MONEY)
    if sums.outstanding_fen or own <= 0 or bill.kind == "deposit":
        raise NOTHING_TO_CLAIM()
    place = await tx.session.execute(text("SELECT code FROM organization WHERE id = :id"), {"id": organization_id})
    lines = await bill_queries.standing_lines(tx, organization_id, bill_id)
    return CommercialClaim(
        claim_no=claim_no,
        provider_code=place.scalar_one(),
        policy_no=policy_no,
        payee="subscriber",
        bill_no=bill.bill_no,
        created=tx.now,
        lines=claim_lines(lines),
        total=sums.charged_fen,
        insurance_paid=sum(part.amount_fen for part in parts if part.kind in ("insurer", "account")),
        asked=own,
    )


async def _coverage(tx: Transaction, patient_id: UUID, coverage_id: UUID) -> Any:
    found = await tx.session.execute(
        text(
            "SELECT v.*, o.id AS insurer_id FROM coverage v JOIN organization o ON o.code = v.insurer_code"
            " WHERE v.patient_id = :patient AND v.id = :id"
        ),
        {"patient": patient_id, "id": coverage_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _view(tx: Transaction, organization_id: UUID, claim_id: UUID) -> ClaimView:
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(f"{_VIEW} WHERE c.organization_id = :organization AND c.id = :id"),
        {"organization": organization_id, "id": claim_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return _shown(tx, row)


def _shown(tx: Transaction, row: Any) -> ClaimView:
    fields: dict[str, Any] = {name: row[name] for name in ClaimView.__struct_fields__ if name in row}
    sealed = row["name_sealed"]
    fields["patient_name"] = tx.platform.sealer.open(sealed, f"patient.name:{row['patient_id']}") if sealed else ""
    fields["insurer_name"] = row["insurer_name"] or row["insurer_code"]
    fields["insurer_name_en"] = row["insurer_name_en"] or row["insurer_code"]
    fields["state"] = state = ClaimState(row["state"])
    fields["state_text"] = Bilingual(*CLAIM.words[state])
    fields["notes"] = [Bilingual(zh, en) for zh, en in row["notes"]]
    return ClaimView(**fields)
