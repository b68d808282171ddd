"""Coded diagnoses of a visit or a stay: recorded as a whole, the earlier ones kept as withdrawn.

Codes are health data: they are sealed like the doctor's notes, and events say how many there are, never which.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import VALIDATION_FAILED, FieldError, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.visits.events import VisitEvent
from yitong.visits.facts import DiagnosisCode, diagnosis_codes, find_codes
from yitong.visits.model import Diagnosis
from yitong.visits.schemas import DiagnosisItem, DiagnosisView

Phase = Literal["visit", "admission", "discharge"]
_AT = Scope.ORGANIZATION
_STAFF = (Role.DOCTOR, Role.NURSE, Role.REGISTRAR, Role.CASHIER, Role.FINANCE, Role.HOSPITAL_ADMIN)
FIND = action("visits:diagnosis:find", "查询诊断编码", "Look up codes of diagnoses", dict.fromkeys(_STAFF, _AT))
UNKNOWN_CODE = problem_kind(
    "diagnosis-unknown",
    422,
    Bilingual("诊断编码 {diagnosis} 不在编码表中。", "The table of diagnoses has no code {diagnosis}."),
    Bilingual("请从诊断查询结果中选择。", "Choose the diagnosis from a search."),
)
_MAIN = FieldError(
    "items", "main", Bilingual("主要诊断只能有一个，且编码不能重复。", "Name one main diagnosis, and no code twice.")
)
_CURRENT = (
    "SELECT id, main, coded_sealed, recorded_at FROM diagnosis WHERE organization_id = :organization"
    " AND encounter_id = :encounter AND phase = :phase AND withdrawn_at IS NULL ORDER BY position"
)


class _Coded(msgspec.Struct, frozen=True):
    """What is sealed of a diagnosis."""

    code: str
    name: str


def find(tx: Transaction, words: str, limit: int) -> list[DiagnosisCode]:
    """Codes by name, initials or code. Raises the problems of the permission check."""
    here = tx.actor.organization_ids
    FIND.check(tx.actor, organization_id=here[0] if here else None)
    return find_codes(words, limit)


async def write(
    tx: Transaction, grant: Grant, subject: Subject, phase: Phase, items: Sequence[DiagnosisItem]
) -> list[DiagnosisView]:
    """Let these be the diagnoses of a visit or of one phase of a stay, the main one first; earlier ones are withdrawn.

    The subject is locked by the caller. The same again writes nothing.

    Raises Problem ``diagnosis-unknown``, ``validation-failed`` (two main ones, a code twice).
    """
    wanted = _ordered(items)
    known = await read(tx, subject.organization_id, subject.id, phase)
    if [one.code for one in known] == [one.code for one in wanted]:
        return known
    await tx.session.execute(
        text(
            "UPDATE diagnosis SET withdrawn_at = :now WHERE organization_id = :organization"
            " AND encounter_id = :encounter AND phase = :phase AND withdrawn_at IS NULL"
        ),
        {"now": tx.now, "organization": subject.organization_id, "encounter": subject.id, "phase": phase},
    )
    for position, one in enumerate(wanted):
        diagnosis_id = new_id()
        sealed = tx.platform.sealer.seal(
            msgspec.json.encode(_Coded(one.code, one.name)).decode(), f"diagnosis.coded:{diagnosis_id}"
        )
        await tx.session.execute(
            insert(Diagnosis).values(
                organization_id=subject.organization_id,
                id=diagnosis_id,
                encounter_id=subject.id,
                patient_id=subject.patient_id,
                phase=phase,
                position=position,
                main=position == 0,
                coded_sealed=sealed,
                recorded_at=tx.now,
                recorded_by=tx.actor.id,
            )
        )
    await record(tx, grant, VisitEvent.DIAGNOSED, subject, {"many": len(wanted), "phase": phase})
    return await read(tx, subject.organization_id, subject.id, phase)


async def read(
    tx: Transaction, organization_id: UUID, encounter_id: UUID, phase: Phase = "visit"
) -> list[DiagnosisView]:
    """The standing diagnoses, the main one first. The caller has checked who asks."""
    found = await tx.session.execute(
        text(_CURRENT), {"organization": organization_id, "encounter": encounter_id, "phase": phase}
    )
    views: list[DiagnosisView] = []
    for row in found:
        plain = tx.platform.sealer.open(row.coded_sealed, f"diagnosis.coded:{row.id}")
        coded = msgspec.json.decode(plain, type=_Coded)
        views.append(DiagnosisView(coded.code, coded.name, row.main, row.recorded_at))
    return views


def _ordered(items: Sequence[DiagnosisItem]) -> list[DiagnosisCode]:
    """The codes with the main one first; the first named is the main one when none is marked."""
    codes = [one.code for one in items]
    if len(set(codes)) < len(codes) or sum(one.main for one in items) > 1:
        raise VALIDATION_FAILED(errors=[_MAIN])
    known = diagnosis_codes()
    for code in codes:
        if code not in known:
            raise UNKNOWN_CODE(diagnosis=code)
    return [known[one.code] for one in sorted(items, key=lambda one: not one.main)]
