"""Expert teams: several practitioners whose sessions name the team, any of whom may see the patients."""

from typing import Any

from sqlalchemy import insert, text

from yitong.booking.schedules.events import ScheduleEvent
from yitong.booking.schedules.model import CareTeam as TeamRow
from yitong.booking.schedules.model import CareTeamMember as MemberRow
from yitong.booking.schedules.schemas import CareTeam, CareTeamRequest, TeamMember
from yitong.booking.service.actions import SEE_PLAN
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

KEEP_TEAMS = action(
    "booking:team:keep",
    "管理专家团队",
    "Make and change expert teams",
    {Role.SCHEDULER: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION},
)
TEAM_IN_USE = problem_kind(
    "team-in-use",
    409,
    Bilingual("还有 {count} 个排班模板使用这个团队。", "{count} schedule templates still name this team."),
    Bilingual("请先停用或修改这些模板。", "Change or end those templates first."),
)
_TEAMS = """
SELECT t.organization_id, t.id, t.department_id, e.name AS department_name, t.name, t.name_en, t.active
FROM care_team AS t
JOIN department AS e ON e.organization_id = t.organization_id AND e.id = t.department_id
WHERE t.organization_id = :organization
"""
_MEMBERS = text("""
SELECT m.team_id, m.practitioner_role_id, n.name, r.title, e.name AS department_name, m.lead
FROM care_team_member AS m
JOIN practitioner_role AS r ON r.organization_id = m.organization_id AND r.id = m.practitioner_role_id
JOIN practitioner AS n ON n.id = r.practitioner_id
JOIN department AS e ON e.organization_id = r.organization_id AND e.id = r.department_id
WHERE m.organization_id = :organization AND m.team_id = ANY (:teams)
ORDER BY m.lead DESC, n.name, m.practitioner_role_id
""")


async def teams(tx: Transaction, organization_id: UUID, department_id: UUID | None) -> list[CareTeam]:
    """A hospital's teams by department and name. Raises the problems of the permission check."""
    SEE_PLAN.check(tx.actor, organization_id=organization_id)
    where = " AND t.department_id = :department" if department_id is not None else ""
    return await _read(tx, organization_id, where, department=department_id)


async def make_team(tx: Transaction, request: CareTeamRequest, key: UUID) -> CareTeam:
    """A new team. Raises Problem ``validation-failed``, ``not-found`` and those of the permission check."""

    async def make() -> CareTeam:
        return await _keep(tx, new_id(), request, ScheduleEvent.TEAM_MADE)

    return await once(tx, key, request, CareTeam, make)


async def change_team(tx: Transaction, team_id: UUID, request: CareTeamRequest) -> CareTeam:
    """Change who is in a team, its name, or whether it still works.

    Sessions follow at once: they name the team, not its members. Raises Problem ``team-in-use`` when a team that
    templates name is to end, and what making one raises.
    """
    KEEP_TEAMS.check(tx.actor, organization_id=request.organization_id)
    values = {"organization": request.organization_id, "id": team_id}
    found = await tx.session.execute(
        text("SELECT 1 FROM care_team WHERE organization_id = :organization AND id = :id FOR UPDATE"), values
    )
    if found.first() is None:
        raise NOT_FOUND()
    if not request.active:
        named = await tx.session.execute(
            text(
                "SELECT count(*) FROM schedule_template WHERE organization_id = :organization AND team_id = :id"
                " AND active"
            ),
            values,
        )
        if count := named.scalar_one():
            raise TEAM_IN_USE(count=count)
    return await _keep(tx, team_id, request, ScheduleEvent.TEAM_CHANGED)


async def _keep(tx: Transaction, team_id: UUID, request: CareTeamRequest, event: ScheduleEvent) -> CareTeam:
    organization_id = request.organization_id
    grant = KEEP_TEAMS.check(tx.actor, organization_id=organization_id)
    await _check(tx, request)
    values = {
        "organization": organization_id,
        "id": team_id,
        "department": request.department_id,
        "name": request.name,
        "name_en": request.name_en,
        "active": request.active,
    }
    if event is ScheduleEvent.TEAM_MADE:
        await tx.session.execute(
            insert(TeamRow).values(
                organization_id=organization_id,
                id=team_id,
                department_id=request.department_id,
                name=request.name,
                name_en=request.name_en,
                active=request.active,
            )
        )
    else:
        await tx.session.execute(
            text(
                "UPDATE care_team SET department_id = :department, name = :name, name_en = :name_en, active = :active"
                " WHERE organization_id = :organization AND id = :id"
            ),
            values,
        )
        await tx.session.execute(
            text("DELETE FROM care_team_member WHERE organization_id = :organization AND team_id = :id"), values
        )
    await tx.session.execute(
        insert(MemberRow).values(
            [
                {
                    "organization_id": organization_id,
                    "team_id": team_id,
                    "practitioner_role_id": one,
                    "lead": one == request.lead_id,
                }
                for one in request.members
            ]
        )
    )
    said = {"members": len(request.members), "role_ids": request.members, "active": request.active}
    await record(tx, grant, event, Subject("care_team", team_id, organization_id), said)
    return (await _read(tx, organization_id, " AND t.id = :id", id=team_id))[0]


async def _check(tx: Transaction, request: CareTeamRequest) -> None:
    """Raises Problem ``validation-failed`` for what does not belong together."""
    members = set(request.members)
    errors: list[FieldError] = []
    if len(members) < len(request.members):
        errors.append(FieldError("members", "twice", Bilingual("成员重复。", "A member is named twice.")))
    if request.lead_id is not None and request.lead_id not in members:
        errors.append(
            FieldError("lead_id", "member", Bilingual("组长应为成员之一。", "The lead is one of the members."))
        )
    found = await tx.session.execute(
        text(
            "SELECT (SELECT count(*) FROM practitioner_role WHERE organization_id = :organization AND active"
            " AND id = ANY (:members)) AS members, EXISTS (SELECT FROM department"
            " WHERE organization_id = :organization AND id = :department) AS department"
        ),
        {
            "organization": request.organization_id,
            "members": list(members),
            "department": request.department_id,
        },
    )
    known = found.one()
    if known.members < len(members):
        errors.append(FieldError("members", "unknown", Bilingual("有成员不在本机构。", "Somebody does not work here.")))
    if not known.department:
        errors.append(
            FieldError("department_id", "unknown", Bilingual("没有这个科室。", "There is no such department."))
        )
    if errors:
        raise VALIDATION_FAILED(errors=errors)


async def _read(tx: Transaction, organization_id: UUID, where: str, **values: Any) -> list[CareTeam]:
    rows = await tx.session.execute(
        text(_TEAMS + where + " ORDER BY e.name, t.name, t.id"), {"organization": organization_id, **values}
    )
    found = list(rows.mappings())
    members = await tx.session.execute(
        _MEMBERS, {"organization": organization_id, "teams": [row["id"] for row in found]}
    )
    by_team: dict[UUID, list[TeamMember]] = {}
    for row in members.mappings():
        member = TeamMember(
            practitioner_role_id=row["practitioner_role_id"],
            name=row["name"],
            title=row["title"],
            department_name=row["department_name"],
            lead=row["lead"],
        )
        by_team.setdefault(row["team_id"], []).append(member)
    return [CareTeam(**dict(row), members=by_team.get(row["id"], [])) for row in found]
