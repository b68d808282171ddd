"""Finding people for staff, by look-up hashes only: nothing is opened but what is shown."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import text

from yitong.identity.queries.people import DOCUMENT, opened
from yitong.identity.schemas.desk import PatientHit
from yitong.kernel.clock import age_in_years
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction

MatchedBy = Literal["id_number", "phone", "name", "card", "local_number"]
MOST = 20
_HITS = f"""
SELECT p.id, p.name_sealed, p.phone_sealed, p.sex, p.birth_date, d.kind AS id_kind, d.value_sealed,
       c.state AS card_state
FROM patient p {DOCUMENT} LEFT JOIN health_card c ON c.patient_id = p.id
WHERE p.state = 'active' AND {{condition}} ORDER BY p.id LIMIT {MOST}
"""  # noqa: S608
_BY: dict[MatchedBy, str] = {
    "id_number": "p.id IN (SELECT patient_id FROM patient_identifier WHERE value_hash = ANY(:keys))",
    # A child has no phone of its own; it is found by that of its guardian's account.
    "phone": "(p.phone_hash = ANY(:keys) OR p.id IN (SELECT f.patient_id FROM family_member f JOIN account a"
    " ON a.id = f.account_id WHERE a.phone_hash = ANY(:keys) AND f.ended_at IS NULL AND f.guardian))",
    "name": "p.name_hash = ANY(:keys)",
    "card": "p.id = ANY(:keys)",
    "local_number": "p.id = ANY(:keys)",
}


async def hits(tx: Transaction, by: MatchedBy, keys: list[Any], today: date) -> list[PatientHit]:
    """Up to twenty people by hashes of one kind (``card`` and ``local_number``: by id).

    The caller has opened the patient index.
    """
    rows = await tx.session.execute(text(_HITS.format(condition=_BY[by])), {"keys": keys})
    return [_hit(tx, row, by, today) for row in rows]


async def hit_of(tx: Transaction, patient_id: UUID, by: MatchedBy, today: date) -> PatientHit | None:
    """One person by id, shown as found ``by``."""
    rows = await tx.session.execute(text(_HITS.format(condition=_BY["card"])), {"keys": [patient_id]})
    row = rows.one_or_none()
    return _hit(tx, row, by, today) if row is not None else None


def _hit(tx: Transaction, row: Any, by: MatchedBy, today: date) -> PatientHit:
    plain = opened(tx.platform.sealer, row.id, row)
    return PatientHit(
        patient_id=row.id,
        name=plain.name,
        name_masked=plain.name_masked,
        sex=row.sex,
        birth_date=row.birth_date,
        age_years=age_in_years(row.birth_date, today),
        id_number_masked=plain.id_number_masked,
        phone_masked=plain.phone_masked,
        card_status=row.card_state or "none",
        matched_by=by,
    )
