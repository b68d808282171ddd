"""The master index: hospital-local patients are tied to one person, taken apart again, and nothing is forgotten."""

from datetime import date
from typing import Any, Literal

import msgspec
from sqlalchemy import insert, text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.model import MatchReview as ReviewRow
from yitong.identity.model import PatientLink
from yitong.identity.queries import index as queries
from yitong.identity.queries.hits import hit_of
from yitong.identity.rules.documents import check_name, filed_under
from yitong.identity.rules.matching import Comparison, Facts, Method, Verdict, compare, decide
from yitong.identity.schemas import index as wire
from yitong.identity.service.registration import identifier_hash, name_hash
from yitong.identity.states import LINK, REVIEW, LinkState, ReviewState
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.text import normal_identifier, normal_phone
from yitong.kernel.transaction import Transaction

_DESK = {Role.REGISTRAR: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION}
RECORD_LOCAL = action(
    "index:local-patient:record",
    "登记院内患者",
    "Record a local patient",
    {**_DESK, Role.HOSPITAL_SYSTEM: Scope.ORGANIZATION},
)
READ_INDEX = action("index:local-patient:read", "查看主索引", "Read the master index", _DESK)
CHANGE_LINK = action("index:link:change", "关联与解除关联", "Link and break links", _DESK)
DECIDE_REVIEW = action("index:review:decide", "核对疑似匹配", "Decide doubtful matches", _DESK)
MOST_REVIEWS = 5
"""Most candidates of one local patient that somebody is asked about."""
_OUTCOMES: dict[Verdict, Literal["linked", "review", "new"]] = {
    Verdict.LINK: "linked",
    Verdict.REVIEW: "review",
    Verdict.NEW: "new",
}
_SUPERSEDED = "已关联其他候选人"


async def _today(tx: Transaction) -> date:
    return day_of(tx.now, (await region_of(tx)).zone)


async def record_local(tx: Transaction, given: wire.NewLocalPatient) -> wire.Recorded:
    """Record a hospital's patient and match them against the region's index.

    A document number is taken as the hospital has it, slips included; they are what the weighing is for. Raises
    Problem ``forbidden``, ``name-invalid``, ``birth-date-future`` or ``local-number-exists``.
    """
    grant = RECORD_LOCAL.check(tx.actor, organization_id=given.organization_id)
    if given.birth_date is not None and given.birth_date > await _today(tx):
        raise p.on_field(p.BIRTH_DATE_FUTURE, "birth_date")
    facts = Facts(
        name=check_name(given.name),
        sex=given.sex,
        birth_date=given.birth_date,
        phone=normal_phone(given.phone) or None if given.phone else None,
        id_kind=filed_under(given.id_kind).value if given.id_kind and given.id_number else None,
        id_number=normal_identifier(given.id_number) or None if given.id_number and given.id_kind else None,
    )
    local_id = new_id()
    keys = _keys(tx, facts)
    await _store(tx, local_id, given, facts, keys)
    await tx.open_patient_index()
    compared = sorted(
        ((person, compare(facts, known)) for person, known in await queries.candidates(tx, keys)),
        key=lambda pair: (-pair[1].probability, pair[0]),
    )
    worth = [pair for pair in compared if pair[1].verdict is not Verdict.NEW]
    verdict = decide([comparison for _, comparison in worth])
    outcome = _OUTCOMES[verdict]
    best = worth[0][1].probability if worth else 0.0
    chosen = next((pair for pair in worth if pair[1].verdict is Verdict.LINK), None) if outcome == "linked" else None
    place = given.organization_id
    subject = Subject("local_patient", local_id, place, chosen[0] if chosen else None)
    payload = {"outcome": outcome, "score": round(best, 6), "candidates": len(worth)}
    event_id = await record(tx, grant, IdentityEvent.LOCAL_RECORDED, subject, payload)
    if chosen is not None:
        person, comparison = chosen
        await tie(tx, grant, place, local_id, person, comparison.method, comparison.probability, "", event_id)
    elif outcome == "review":
        for person, comparison in worth[:MOST_REVIEWS]:
            await _ask(tx, grant, place, local_id, person, comparison, event_id)
    return wire.Recorded(await queries.local_patient(tx, place, local_id), outcome, best)


def _keys(tx: Transaction, facts: Facts) -> dict[str, Any]:
    """Look-up hashes of what is known; the blocking keys of the candidates."""
    sealer = tx.platform.sealer
    return {
        "id_kind": facts.id_kind,
        "id_hash": identifier_hash(sealer, facts.id_kind, facts.id_number)
        if facts.id_kind and facts.id_number
        else None,
        "name_hash": name_hash(sealer, facts.name),
        "phone_hash": sealer.lookup_hash("phone", facts.phone) if facts.phone else None,
        "birth_date": facts.birth_date,
        "sex": facts.sex,
    }


async def _store(
    tx: Transaction, local_id: UUID, given: wire.NewLocalPatient, facts: Facts, keys: dict[str, Any]
) -> None:
    def sealed(column: str, value: str | None) -> str | None:
        return tx.platform.sealer.seal(value, f"local_patient.{column}:{local_id}") if value else None

    stored = await tx.session.execute(
        text(
            "INSERT INTO local_patient (organization_id, id, local_number, name_sealed, name_hash, sex, birth_date,"
            " identifier_kind, identifier_sealed, identifier_hash, phone_sealed, phone_hash, address_sealed, version,"
            " created_at) VALUES (:organization, :id, :number, :name, :name_hash, :sex, :birth_date, :id_kind,"
            " :identifier, :id_hash, :phone, :phone_hash, :address, 1, :now)"
            " ON CONFLICT (organization_id, local_number) DO NOTHING RETURNING 1"
        ),
        {
            **keys,
            "organization": given.organization_id,
            "id": local_id,
            "number": given.local_number.strip(),
            "name": sealed("name", facts.name),
            "identifier": sealed("identifier", facts.id_number),
            "phone": sealed("phone", facts.phone),
            "address": sealed("address", given.address),
            "now": tx.now,
        },
    )
    if stored.first() is None:
        raise p.LOCAL_NUMBER_EXISTS()


async def tie(
    tx: Transaction,
    grant: Grant,
    place: UUID,
    local_id: UUID,
    person: UUID,
    method: Method,
    score: float,
    reason: str,
    event_id: UUID,
) -> None:
    """Write a link and its first state."""
    link_id = new_id()
    await tx.session.execute(
        insert(PatientLink).values(
            organization_id=place,
            id=link_id,
            local_patient_id=local_id,
            patient_id=person,
            method=method.value,
            score=score,
            linked_at=tx.now,
            linked_by=grant.actor.id,
            reason=reason,
        )
    )
    subject = Subject("patient_link", link_id, place, person)
    await record_move(tx, grant, LINK, subject, None, LinkState.LINKED, sequence=1, event_id=event_id, reason=reason)


async def _ask(
    tx: Transaction, grant: Grant, place: UUID, local_id: UUID, person: UUID, found: Comparison, event_id: UUID
) -> None:
    """Put a doubtful match into the review queue."""
    review_id = new_id()
    await tx.session.execute(
        insert(ReviewRow).values(
            organization_id=place,
            id=review_id,
            local_patient_id=local_id,
            candidate_id=person,
            score=found.probability,
            evidence=msgspec.to_builtins(found.evidence),
            state=ReviewState.OPEN.value,
            created_at=tx.now,
        )
    )
    subject = Subject("match_review", review_id, place)
    await record_move(tx, grant, REVIEW, subject, None, ReviewState.OPEN, sequence=1, event_id=event_id)


async def present_link(tx: Transaction, place: UUID, local_id: UUID) -> Any:
    """Lock a local patient: its links and reviews are decided one after the other. The present link, or None."""
    found = await tx.session.execute(
        text("SELECT id FROM local_patient WHERE organization_id = :place AND id = :id FOR UPDATE"),
        {"place": place, "id": local_id},
    )
    if found.first() is None:
        raise NOT_FOUND()
    present = await tx.session.execute(
        text(
            "SELECT id, patient_id FROM patient_link"
            " WHERE organization_id = :place AND local_patient_id = :id AND broken_at IS NULL"
        ),
        {"place": place, "id": local_id},
    )
    return present.one_or_none()


async def link(tx: Transaction, local_id: UUID, given: wire.LinkRequest) -> wire.LocalPatient:
    """Link by hand, the first time or again after a break.

    Raises Problem ``forbidden``, ``not-found`` or ``already-linked``.
    """
    grant = CHANGE_LINK.check(tx.actor, organization_id=given.organization_id)
    if await present_link(tx, given.organization_id, local_id) is not None:
        raise p.ALREADY_LINKED()
    await tx.open_patient_index()
    if await hit_of(tx, given.patient_id, "name", await _today(tx)) is None:
        raise NOT_FOUND()
    subject = Subject("local_patient", local_id, given.organization_id, given.patient_id)
    event_id = await record(tx, grant, IdentityEvent.LINKED, subject, {"method": Method.MANUAL})
    await _link_by_hand(tx, grant, given.organization_id, local_id, given.patient_id, given.reason, event_id)
    return await queries.local_patient(tx, given.organization_id, local_id)


async def _link_by_hand(
    tx: Transaction, grant: Grant, place: UUID, local_id: UUID, person: UUID, reason: str, event_id: UUID
) -> None:
    """Tie by somebody's decision, under its event, and close the other candidates' reviews."""
    await tie(tx, grant, place, local_id, person, Method.MANUAL, 1.0, reason, event_id)
    rest = await tx.session.execute(
        text(
            "SELECT id FROM match_review"
            " WHERE organization_id = :place AND local_patient_id = :local AND state = 'open' FOR UPDATE"
        ),
        {"place": place, "local": local_id},
    )
    for review_id in rest.scalars().all():
        await _close(tx, grant, place, review_id, ReviewState.REJECTED, _SUPERSEDED, event_id)


async def _close(
    tx: Transaction, grant: Grant, place: UUID, review_id: UUID, after: ReviewState, reason: str, event_id: UUID
) -> None:
    await tx.session.execute(
        text(
            "UPDATE match_review SET state = :state, decided_at = :now, decided_by = :by, reason = :reason"
            " WHERE organization_id = :place AND id = :id"
        ),
        {
            "state": after.value,
            "now": tx.now,
            "by": grant.actor.id,
            "reason": reason,
            "place": place,
            "id": review_id,
        },
    )
    subject = Subject("match_review", review_id, place)
    await record_move(tx, grant, REVIEW, subject, ReviewState.OPEN, after, sequence=2, event_id=event_id, reason=reason)


async def break_link(tx: Transaction, local_id: UUID, given: wire.BreakRequest) -> wire.LocalPatient:
    """Break the present link; it stays as history. Raises Problem ``forbidden``, ``not-found`` or ``not-linked``."""
    grant = CHANGE_LINK.check(tx.actor, organization_id=given.organization_id)
    place = given.organization_id
    present = await present_link(tx, place, local_id)
    if present is None:
        raise p.NOT_LINKED()
    await tx.session.execute(
        text(
            "UPDATE patient_link SET broken_at = :now, broken_by = :by, break_reason = :reason"
            " WHERE organization_id = :place AND id = :id"
        ),
        {"now": tx.now, "by": grant.actor.id, "reason": given.reason, "place": place, "id": present.id},
    )
    subject = Subject("patient_link", present.id, place, present.patient_id)
    event_id = await record(tx, grant, IdentityEvent.BROKEN, subject)
    await record_move(
        tx, grant, LINK, subject, LinkState.LINKED, LinkState.BROKEN, sequence=2, event_id=event_id, reason=given.reason
    )
    await tx.open_patient_index()
    return await queries.local_patient(tx, place, local_id)


async def decide_review(tx: Transaction, review_id: UUID, given: wire.Decision) -> wire.MatchReview:
    """Decide a doubtful match; a link closes the other candidates.

    Raises Problem ``forbidden``, ``not-found``, ``wrong-state`` (decided already) or ``already-linked``.
    """
    grant = DECIDE_REVIEW.check(tx.actor, organization_id=given.organization_id)
    place = given.organization_id
    found = await tx.session.execute(
        text("SELECT local_patient_id, candidate_id FROM match_review WHERE organization_id = :place AND id = :id"),
        {"place": place, "id": review_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    present = await present_link(tx, place, row.local_patient_id)
    state = await tx.session.execute(
        text("SELECT state FROM match_review WHERE organization_id = :place AND id = :id FOR UPDATE"),
        {"place": place, "id": review_id},
    )
    after = ReviewState.LINKED if given.decision == "link" else ReviewState.REJECTED
    REVIEW.check(ReviewState(state.scalar_one()), after)
    if after is ReviewState.LINKED and present is not None:
        raise p.ALREADY_LINKED()
    subject = Subject("match_review", review_id, place, row.candidate_id)
    event_id = await record(tx, grant, IdentityEvent.REVIEW_DECIDED, subject, {"decision": given.decision})
    await _close(tx, grant, place, review_id, after, given.reason, event_id)
    await tx.open_patient_index()
    if after is ReviewState.LINKED:
        await _link_by_hand(tx, grant, place, row.local_patient_id, row.candidate_id, given.reason, event_id)
    return await queries.review(tx, place, review_id, await _today(tx))


async def list_local(tx: Transaction, organization_id: UUID, q: str | None) -> list[wire.LocalPatient]:
    """Local patients by number or name. Raises Problem ``forbidden``."""
    READ_INDEX.check(tx.actor, organization_id=organization_id)
    await tx.open_patient_index()
    word = (q or "").strip()
    hashed = name_hash(tx.platform.sealer, word) if word else None
    return await queries.local_patients(tx, organization_id, word or None, hashed)


async def link_history(tx: Transaction, organization_id: UUID, local_id: UUID) -> list[wire.HistoryItem]:
    """What was decided about a local patient. Raises Problem ``forbidden`` or ``not-found``."""
    READ_INDEX.check(tx.actor, organization_id=organization_id)
    await tx.open_patient_index()
    await queries.local_patient(tx, organization_id, local_id)
    return await queries.history(tx, organization_id, local_id)


async def list_reviews(tx: Transaction, organization_id: UUID, *, open_ones: bool) -> list[wire.MatchReview]:
    """Doubtful matches of an organization. Raises Problem ``forbidden``."""
    READ_INDEX.check(tx.actor, organization_id=organization_id)
    await tx.open_patient_index()
    return await queries.reviews(tx, organization_id, open_ones=open_ones, today=await _today(tx))
