"""Who acts: the practitioner behind a staff account, with title, department and rights at an organization."""

import re
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.problems import NO_PRACTITIONER
from yitong.prescriptions.rules.case import Prescriber, Rank, Right

_SENIOR, _ATTENDING, _ASSISTANT = re.compile("主任"), re.compile("主治|主管"), re.compile("助理")
_LEVELS = {"三": 3, "二": 2}


class Practitioner(msgspec.Struct, frozen=True, kw_only=True):
    """A practitioner in one role at an organization."""

    practitioner_id: UUID
    role_id: UUID
    role: str
    name: str
    title: str
    licence_no: str
    department: str
    organization_code: str
    organization_name: str
    grade: str
    zone: str
    rights: tuple[Right, ...]

    @property
    def rank(self) -> Rank:
        return rank_of(self.title)

    def prescriber(self) -> Prescriber:
        """What the rules look at."""
        level = _LEVELS.get(self.grade[:1], 1)
        return Prescriber(rank=self.rank, rights=self.rights, hospital_level=level, department=self.department)


def rank_of(title: str) -> Rank:
    """The rank of a professional title (住院医师, 主治医师, 副主任医师 …)."""
    if _ASSISTANT.search(title):
        return "assistant"
    if _SENIOR.search(title):
        return "senior"
    return "attending" if _ATTENDING.search(title) else "resident"


async def acting(tx: Transaction, organization_id: UUID, role: str) -> Practitioner:
    """The practitioner who acts, in an active role of a kind. Raises Problem ``no-practitioner``."""
    return await practising(tx, organization_id, tx.actor.practitioner_id, role, still=True)


async def practising(
    tx: Transaction, organization_id: UUID, practitioner_id: UUID | None, role: str, *, still: bool = False
) -> Practitioner:
    """A practitioner in a role of a kind at an organization, ``still`` an active one.

    Raises Problem ``no-practitioner``.
    """
    found = await tx.session.execute(
        text(
            "SELECT p.id AS practitioner_id, r.id AS role_id, r.role, p.name, r.title, p.licence_no,"
            " d.name AS department, o.code AS organization_code, o.name AS organization_name, o.grade, o.zone,"
            " ARRAY(SELECT kind FROM prescribing_right g WHERE g.organization_id = r.organization_id"
            " AND g.practitioner_id = p.id ORDER BY kind) AS rights"
            " FROM practitioner_role r JOIN practitioner p ON p.id = r.practitioner_id"
            " JOIN organization o ON o.id = r.organization_id"
            " JOIN department d ON d.organization_id = r.organization_id AND d.id = r.department_id"
            " WHERE r.organization_id = :organization AND r.practitioner_id = :practitioner AND r.role = :role"
            " AND (r.active OR NOT :still) ORDER BY r.active DESC, r.id LIMIT 1"
        ),
        {"organization": organization_id, "practitioner": practitioner_id, "role": role, "still": still},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NO_PRACTITIONER()
    values: dict[str, Any] = {**row, "rights": tuple(row["rights"])}
    return Practitioner(**values)
