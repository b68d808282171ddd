"""Reads of the master index: local patients, candidates for a match, reviews, history."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import text

from yitong.identity.queries.hits import hit_of
from yitong.identity.queries.people import DOCUMENT, opened
from yitong.identity.rules.matching import Facts
from yitong.identity.schemas.index import EvidenceItem, HistoryItem, Link, LocalPatient, MatchReview
from yitong.kernel.crypto import Masked, Sealer, mask
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

MOST_CANDIDATES = 500
_LOCAL = """
SELECT l.id, l.organization_id, o.name AS organization_name, l.local_number, l.name_sealed, l.sex, l.birth_date,
       l.identifier_kind, l.identifier_sealed, l.phone_sealed, k.patient_id, k.method, k.score, k.linked_at,
       p.name_sealed AS linked_name
FROM local_patient l JOIN organization o ON o.id = l.organization_id
LEFT JOIN patient_link k ON k.organization_id = l.organization_id AND k.local_patient_id = l.id AND k.broken_at IS NULL
LEFT JOIN patient p ON p.id = k.patient_id
"""
# Blocking: only people who share the document, the name, the phone, or birth date and sex are compared at all.
_CANDIDATES = f"""
SELECT p.id, p.name_sealed, p.phone_sealed, p.sex, p.birth_date, d.kind AS id_kind, d.value_sealed
FROM patient p {DOCUMENT} WHERE p.state = 'active' AND p.id IN (
  SELECT patient_id FROM patient_identifier WHERE kind = :id_kind AND value_hash = :id_hash
  UNION SELECT id FROM patient WHERE name_hash = :name_hash
  UNION SELECT id FROM patient WHERE phone_hash = :phone_hash
  UNION SELECT id FROM patient WHERE birth_date = :birth_date AND sex = :sex
) LIMIT {MOST_CANDIDATES}
"""  # noqa: S608
_REVIEWS = (
    "SELECT m.id, m.organization_id, m.local_patient_id, m.candidate_id, m.score, m.evidence, m.state, m.created_at,"
    " m.decided_at, s.name AS decided_by FROM match_review m LEFT JOIN staff_account s ON s.id = m.decided_by"
)


def local_value(sealer: Sealer, local_id: UUID, column: str, sealed: str | None) -> str | None:
    """A sealed value of a local patient in plain text."""
    return sealer.open(sealed, f"local_patient.{column}:{local_id}") if sealed else None


def local_facts(sealer: Sealer, row: Any) -> Facts:
    """What a local patient's row says, opened for a comparison."""
    return Facts(
        name=local_value(sealer, row.id, "name", row.name_sealed) or "",
        sex=row.sex,
        birth_date=row.birth_date,
        phone=local_value(sealer, row.id, "phone", row.phone_sealed),
        id_kind=row.identifier_kind,
        id_number=local_value(sealer, row.id, "identifier", row.identifier_sealed),
    )


def person_facts(sealer: Sealer, row: Any) -> Facts:
    """What the regional index says about somebody, opened for a comparison."""
    plain = opened(sealer, row.id, row)
    return Facts(plain.name, row.sex, row.birth_date, plain.phone, row.id_kind, plain.id_number or None)


async def candidates(tx: Transaction, keys: dict[str, Any]) -> list[tuple[UUID, Facts]]:
    """People worth comparing. Keys: id_kind, id_hash, name_hash, phone_hash, birth_date, sex; None matches nobody.

    The caller has opened the patient index.
    """
    rows = await tx.session.execute(text(_CANDIDATES), keys)
    return [(row.id, person_facts(tx.platform.sealer, row)) for row in rows]


def _local(sealer: Sealer, row: Any) -> LocalPatient:
    facts = local_facts(sealer, row)
    link = None
    if row.patient_id is not None:
        name = sealer.open(row.linked_name, f"patient.name:{row.patient_id}")
        link = Link(row.patient_id, mask(Masked.NAME, name), row.method, row.score, row.linked_at)
    return LocalPatient(
        id=row.id,
        organization_id=row.organization_id,
        organization_name=row.organization_name,
        local_number=row.local_number,
        name=facts.name,
        sex=row.sex,
        birth_date=row.birth_date,
        id_number_masked=mask(Masked.ID_NUMBER, facts.id_number) if facts.id_number else None,
        phone_masked=mask(Masked.PHONE, facts.phone) if facts.phone else None,
        link=link,
    )


async def local_patient(tx: Transaction, organization_id: UUID, local_id: UUID) -> LocalPatient:
    """One local patient. The caller has opened the patient index. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(f"{_LOCAL} WHERE l.organization_id = :organization AND l.id = :id"),
        {"organization": organization_id, "id": local_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return _local(tx.platform.sealer, row)


async def local_patients(
    tx: Transaction, organization_id: UUID, number: str | None, name_hash: bytes | None
) -> list[LocalPatient]:
    """Up to a hundred local patients whose number begins so or whose name is so; the newest when nothing is asked."""
    condition = " AND (l.local_number LIKE :number OR l.name_hash = :name)" if number else ""
    values: dict[str, Any] = {"organization": organization_id}
    if number:
        escaped = number.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        values |= {"number": escaped + "%", "name": name_hash}
    rows = await tx.session.execute(
        text(f"{_LOCAL} WHERE l.organization_id = :organization{condition} ORDER BY l.id DESC LIMIT 100"), values
    )
    return [_local(tx.platform.sealer, row) for row in rows]


async def history(tx: Transaction, organization_id: UUID, local_id: UUID) -> list[HistoryItem]:
    """Everything that was decided about a local patient, oldest first; nothing is ever taken out of it."""
    rows = await tx.session.execute(
        text(
            "SELECT linked_at AS at, k.id, 0 AS step, 'link' AS action, k.patient_id, method, score, s.name, reason"
            " FROM patient_link k LEFT JOIN staff_account s ON s.id = linked_by"
            " WHERE k.organization_id = :organization AND local_patient_id = :id"
            " UNION ALL SELECT broken_at, k.id, 1, 'break', k.patient_id, method, score, s.name, break_reason"
            " FROM patient_link k LEFT JOIN staff_account s ON s.id = broken_by"
            " WHERE k.organization_id = :organization AND local_patient_id = :id AND broken_at IS NOT NULL"
            " UNION ALL SELECT decided_at, m.id, 0, 'reject', candidate_id, 'manual', score, s.name, reason"
            " FROM match_review m LEFT JOIN staff_account s ON s.id = decided_by"
            " WHERE m.organization_id = :organization AND local_patient_id = :id AND state = 'rejected'"
            " ORDER BY 1, 2, 3"
        ),
        {"organization": organization_id, "id": local_id},
    )
    items: list[HistoryItem] = []
    linked_before = False
    for row in rows:
        action: Literal["link", "break", "relink", "reject"] = row.action
        if action == "link" and linked_before:
            action = "relink"
        linked_before = linked_before or action == "link"
        who = row.name or ("系统" if row.method != "manual" else "工作人员")
        items.append(HistoryItem(row.at, action, row.patient_id, row.method, row.score, who, row.reason or ""))
    return items


async def reviews(tx: Transaction, organization_id: UUID, *, open_ones: bool, today: date) -> list[MatchReview]:
    """Up to a hundred doubtful matches: the open ones, most probable first, or the decided ones, newest first."""
    which = "m.state = 'open' ORDER BY m.score DESC, m.id" if open_ones else "m.state <> 'open' ORDER BY m.id DESC"
    rows = await tx.session.execute(
        text(f"{_REVIEWS} WHERE m.organization_id = :organization AND {which} LIMIT 100"),
        {"organization": organization_id},
    )
    return [await _review(tx, row, today) for row in rows.all()]


async def review(tx: Transaction, organization_id: UUID, review_id: UUID, today: date) -> MatchReview:
    """One doubtful match. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(f"{_REVIEWS} WHERE m.organization_id = :organization AND m.id = :id"),
        {"organization": organization_id, "id": review_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return await _review(tx, row, today)


async def _review(tx: Transaction, row: Any, today: date) -> MatchReview:
    local = await local_patient(tx, row.organization_id, row.local_patient_id)
    hit = await hit_of(tx, row.candidate_id, "name", today)
    if hit is None:
        raise NOT_FOUND()
    sides: dict[str, tuple[str | None, str | None]] = {
        "name": (local.name, hit.name),
        "sex": (local.sex, hit.sex),
        "birth_date": (local.birth_date.isoformat() if local.birth_date else None, hit.birth_date.isoformat()),
        "phone": (local.phone_masked, hit.phone_masked),
        "id_number": (local.id_number_masked, hit.id_number_masked),
    }
    return MatchReview(
        id=row.id,
        organization_id=row.organization_id,
        local_patient=local,
        candidate=hit,
        score=row.score,
        evidence=[
            EvidenceItem(one["field"], *sides[one["field"]], one["agreement"], one["weight"]) for one in row.evidence
        ],
        state=row.state,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
