"""Reading encounters. The caller has checked an action; what doctors wrote is opened here and nowhere else."""

from typing import Any

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.visits.schemas import EncounterView

_ENCOUNTER = """
SELECT e.*, o.name AS organization_name, o.name_en AS organization_name_en, d.name AS department_name,
       d.name_en AS department_name_en, p.name AS practitioner_name, n.name_sealed
  FROM encounter e
  JOIN organization o ON o.id = e.organization_id
  JOIN department d ON d.organization_id = e.organization_id AND d.id = e.department_id
  JOIN patient n ON n.id = e.patient_id
  LEFT JOIN practitioner_role r ON r.organization_id = e.organization_id AND r.id = e.practitioner_role_id
  LEFT JOIN practitioner p ON p.id = r.practitioner_id"""
SEALED = {"chief_complaint": "chief_complaint", "diagnosis": "diagnosis_text", "advice": "advice"}


def context(column: str, encounter_id: UUID) -> str:
    """The place that a sealed text of an encounter belongs to."""
    return f"encounter.{column}:{encounter_id}"


async def encounter(tx: Transaction, organization_id: UUID, encounter_id: UUID) -> EncounterView:
    """One encounter. Raises Problem ``not-found``, also for one that the actor may not see."""
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(f"{_ENCOUNTER} WHERE e.organization_id = :organization AND e.id = :id"),
        {"organization": organization_id, "id": encounter_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return _view(tx, row)


async def encounters(
    tx: Transaction, *, patient_id: UUID | None, organization_id: UUID | None, before: UUID | None, limit: int
) -> list[EncounterView]:
    """Encounters, newest first, without those that nobody came to; ``before`` continues after a page's last one."""
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(
            f"{_ENCOUNTER} WHERE e.state <> 'abandoned'"
            " AND (CAST(:patient AS uuid) IS NULL OR e.patient_id = :patient)"
            " AND (CAST(:organization AS uuid) IS NULL OR e.organization_id = :organization)"
            " AND (CAST(:before AS uuid) IS NULL OR e.id < :before)"
            " ORDER BY e.id DESC LIMIT :limit"
        ),
        {"patient": patient_id, "organization": organization_id, "before": before, "limit": limit},
    )
    return [_view(tx, row) for row in found.mappings()]


def _view(tx: Transaction, row: Any) -> EncounterView:
    values: dict[str, Any] = {name: row[name] for name in EncounterView.__struct_fields__ if name in row}
    for column, name in SEALED.items():
        sealed = row[f"{column}_sealed"]
        values[name] = tx.platform.sealer.open(sealed, context(column, row["id"])) if sealed else ""
    values["patient_name"] = tx.platform.sealer.open(row["name_sealed"], f"patient.name:{row['patient_id']}")
    return EncounterView(**values)
