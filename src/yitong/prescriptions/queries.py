"""Reading prescriptions. The caller has checked an action; sealed wordings are opened by whoever shows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_HEAD = """
SELECT x.*, o.name AS organization_name, o.zone, d.name AS department_name, p.name AS practitioner_name,
       n.name_sealed, n.sex AS patient_sex, n.birth_date AS patient_birth_date
  FROM prescription x
  JOIN organization o ON o.id = x.organization_id
  JOIN department d ON d.organization_id = x.organization_id AND d.id = x.department_id
  JOIN practitioner p ON p.id = x.practitioner_id
  JOIN patient n ON n.id = x.patient_id"""
_WAITING = (
    f"{_HEAD} WHERE x.organization_id = :organization AND x.state IN ('signed','resubmitted','countersigned')"
    " AND x.valid_until > :now ORDER BY x.paper <> 'emergency', x.submitted_at, x.id LIMIT :limit"
)
_LIST = (
    f"{_HEAD} WHERE (CAST(:organization AS uuid) IS NULL OR x.organization_id = :organization)"
    " AND (CAST(:patient AS uuid) IS NULL OR x.patient_id = :patient)"
    " AND (CAST(:encounter AS uuid) IS NULL OR x.encounter_id = :encounter)"
    " AND (CAST(:practitioner AS uuid) IS NULL OR x.practitioner_id = :practitioner)"
    " AND (:drafts OR x.revision > 0) AND (CAST(:before AS uuid) IS NULL OR x.id < :before)"
    " ORDER BY x.id DESC LIMIT :limit"
)
_SIGNATURES = text(
    "SELECT s.*, p.name, p.licence_no, k.public_key FROM prescription_signature s"
    " JOIN practitioner p ON p.id = s.practitioner_id JOIN practitioner_key k ON k.id = s.key_id"
    " WHERE s.organization_id = :organization AND s.prescription_id = :id ORDER BY s.ordinal"
)


async def head(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> Any:
    """A prescription with the names that go with it. Raises Problem ``not-found``."""
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(f"{_HEAD} WHERE x.organization_id = :organization AND x.id = :id"),
        {"organization": organization_id, "id": prescription_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def waiting(tx: Transaction, organization_id: UUID, limit: int) -> list[Any]:
    """What waits for a pharmacist: emergencies first, then whoever waits longest."""
    await tx.open_patient_index()
    values = {"organization": organization_id, "now": tx.now, "limit": limit}
    return list((await tx.session.execute(text(_WAITING), values)).mappings())


async def some(
    tx: Transaction,
    *,
    organization_id: UUID | None,
    patient_id: UUID | None,
    encounter_id: UUID | None,
    practitioner_id: UUID | None,
    drafts: bool,
    before: UUID | None,
    limit: int,
) -> list[Any]:
    """Prescriptions, newest first; ``before`` continues after a page's last one."""
    await tx.open_patient_index()
    values = {
        "organization": organization_id,
        "patient": patient_id,
        "encounter": encounter_id,
        "practitioner": practitioner_id,
        "drafts": drafts,
        "before": before,
        "limit": limit,
    }
    return list((await tx.session.execute(text(_LIST), values)).mappings())


async def signatures(tx: Transaction, organization_id: UUID, prescription_id: UUID) -> list[Any]:
    """The signatures about a prescription in their order, with signers and public keys."""
    found = await tx.session.execute(_SIGNATURES, {"organization": organization_id, "id": prescription_id})
    return list(found.mappings())


async def drug_names(tx: Transaction, codes: list[str]) -> dict[str, str]:
    """Names of drugs by code."""
    found = await tx.session.execute(text("SELECT code, name FROM drug WHERE code = ANY(:codes)"), {"codes": codes})
    return {row.code: row.name for row in found}


async def by_token(tx: Transaction, token: str) -> Any:
    """The signed prescription that a printed code names, whoever asks. Raises Problem ``not-found``."""
    await tx.open_region()
    found = await tx.session.execute(
        text(f"{_HEAD.replace('JOIN patient n', 'LEFT JOIN patient n')} WHERE x.verify_token = :token"),
        {"token": token},
    )
    row = found.mappings().one_or_none()
    if row is None or row["revision"] == 0:
        raise NOT_FOUND()
    return row


def ran_out(row: Any, now: datetime) -> bool:
    """Whether a row's validity has ended, written down or not."""
    open_states = ("signed", "refused", "resubmitted", "countersigned", "approved", "released")
    return row["state"] in open_states and row["valid_until"] is not None and row["valid_until"] <= now
