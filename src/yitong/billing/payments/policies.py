"""The commercial policies of a patient that can pay a part of a bill directly."""

from dataclasses import dataclass

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_POLICIES = text("""
SELECT v.id, v.insurer_code, v.policy_sealed, v.policy_tail, coalesce(o.name, v.insurer_code) AS name,
       coalesce(o.name_en, v.insurer_code) AS name_en
  FROM coverage v LEFT JOIN organization o ON o.code = v.insurer_code
 WHERE v.patient_id = :patient AND v.ended_at IS NULL ORDER BY v.added_at, v.id""")


@dataclass(frozen=True)
class Policy:
    """A policy with its number; the number goes to the insurer and to nobody else."""

    id: UUID
    insurer_code: str
    insurer_name: Bilingual
    number: str
    tail: str


async def policies_of(tx: Transaction, patient_id: UUID) -> tuple[Policy, ...]:
    """A patient's policies in force, the oldest first. The caller may act for the patient and opened the index."""
    found = await tx.session.execute(_POLICIES, {"patient": patient_id})
    sealer = tx.platform.sealer
    return tuple(
        Policy(
            id=row.id,
            insurer_code=row.insurer_code,
            insurer_name=Bilingual(row.name, row.name_en),
            number=sealer.open(row.policy_sealed, f"coverage.policy:{row.id}"),
            tail=row.policy_tail,
        )
        for row in found
    )
