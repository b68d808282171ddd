"""One line in front of several rooms: sessions of a department, a day and a kind that call from it together."""

from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import insert as insert_rows
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from yitong.booking.queue import moves, rows
from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.model import QueueGroup as GroupRow
from yitong.booking.queue.model import QueueGroupSession
from yitong.booking.queue.rows import SessionRow
from yitong.booking.queue.schemas import GroupRequest, QueueGroup
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_AT = Scope.ORGANIZATION
KEEP = action(
    "queue:group:keep",
    "设置候诊组",
    "Let several rooms share one line",
    {Role.NURSE: _AT, Role.SCHEDULER: _AT, Role.HOSPITAL_ADMIN: _AT},
)
SEE = action(
    "queue:group:see",
    "查看候诊组",
    "See which rooms share a line",
    {Role.DOCTOR: _AT, Role.NURSE: _AT, Role.REGISTRAR: _AT, Role.SCHEDULER: _AT, Role.HOSPITAL_ADMIN: _AT},
)
SESSION_GROUPED = problem_kind(
    "session-grouped",
    409,
    Bilingual("所选班次中有的已属于其他候诊组。", "A chosen session shares another line already."),
    Bilingual("请先把它移出原来的候诊组。", "Take it out of that group first."),
)
_GROUP = """
SELECT g.id, g.organization_id, g.department_id, d.name AS department_name, d.name_en AS department_name_en, g.day,
       g.name, g.name_en, g.repeats_weekly, ARRAY(SELECT k.schedule_id FROM queue_group_session k
         WHERE k.organization_id = g.organization_id AND k.group_id = g.id ORDER BY k.schedule_id) AS schedule_ids
  FROM queue_group g JOIN department d ON d.organization_id = g.organization_id AND d.id = g.department_id
 WHERE g.organization_id = :organization"""

_KEEP_RULES = text(
    "UPDATE queue_group g SET template_ids = coalesce((SELECT jsonb_agg(DISTINCT s.template_id) FROM schedule s"
    " JOIN queue_group_session k ON k.organization_id = s.organization_id AND k.schedule_id = s.id"
    " WHERE k.organization_id = g.organization_id AND k.group_id = g.id AND s.template_id IS NOT NULL), '[]')"
    " WHERE g.organization_id = :organization AND g.id = :id"
)


async def groups(tx: Transaction, organization_id: UUID, day: date) -> list[QueueGroup]:
    """The groups of a day by name. Raises the problems of the permission check."""
    SEE.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(
        text(_GROUP + " AND g.day = :day ORDER BY g.name, g.id"), {"organization": organization_id, "day": day}
    )
    return [QueueGroup(**row) for row in found.mappings()]


async def make_group(tx: Transaction, request: GroupRequest, key: UUID) -> QueueGroup:
    """Let sessions share a line from now on; who waits already keeps their place and number.

    Raises Problem ``session-grouped``, ``validation-failed`` and those of the permission check.
    """

    async def make() -> QueueGroup:
        grant = KEEP.check(tx.actor, organization_id=request.organization_id)
        await _fitting(tx, request)
        group_id = new_id()
        await _insert(tx, group_id, request, None)
        return await _fill(tx, grant, group_id, request)

    return await once(tx, key, request, QueueGroup, make)


async def _insert(tx: Transaction, group_id: UUID, request: GroupRequest, repeats_id: UUID | None) -> bool:
    """The group's row without its sessions; answers whether it is new (a repeated one may be there already)."""
    made = await tx.session.execute(
        insert(GroupRow)
        .values(
            organization_id=request.organization_id,
            id=group_id,
            department_id=request.department_id,
            day=request.day,
            name=request.name,
            name_en=request.name_en or request.name,
            created_at=tx.now,
            repeats_weekly=request.repeats_weekly,
            template_ids=[],
            repeats_id=repeats_id,
        )
        .on_conflict_do_nothing()
        .returning(GroupRow.id)
    )
    return made.first() is not None


async def change_group(tx: Transaction, group_id: UUID, request: GroupRequest) -> QueueGroup:
    """Give a group another name or other sessions; without sessions it is dissolved.

    Raises Problem ``session-grouped``, ``validation-failed``, ``not-found`` and those of the permission check.
    """
    grant = KEEP.check(tx.actor, organization_id=request.organization_id)
    before = await _group(tx, request.organization_id, group_id)
    if (before.department_id, before.day) != (request.department_id, request.day):
        raise _wrong("department_id", "fixed", "候诊组的科室和日期不能修改。", "A group keeps its department and day.")
    # Whoever calls from the line at this moment finishes first.
    await moves.lock_session(tx, request.organization_id, *before.schedule_ids, *request.schedule_ids)
    await _fitting(tx, request)
    await tx.session.execute(
        text(
            "UPDATE queue_group SET name = :name, name_en = :name_en, repeats_weekly = :weekly"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "name": request.name,
            "name_en": request.name_en or request.name,
            "weekly": request.repeats_weekly,
            "organization": request.organization_id,
            "id": group_id,
        },
    )
    await tx.session.execute(
        text("DELETE FROM queue_group_session WHERE organization_id = :organization AND group_id = :id"),
        {"organization": request.organization_id, "id": group_id},
    )
    return await _fill(tx, grant, group_id, request)


async def _fill(tx: Transaction, grant: Grant, group_id: UUID, request: GroupRequest) -> QueueGroup:
    organization_id, ids = request.organization_id, sorted(set(request.schedule_ids))
    if ids:
        await moves.lock_session(tx, organization_id, *ids)
        members = [{"organization_id": organization_id, "schedule_id": one, "group_id": group_id} for one in ids]
        try:
            async with tx.session.begin_nested():
                await tx.session.execute(insert_rows(QueueGroupSession), members)
        except IntegrityError as error:
            raise SESSION_GROUPED() from error
        await tx.session.execute(_KEEP_RULES, {"organization": organization_id, "id": group_id})
    made = await _group(tx, organization_id, group_id)
    said: dict[str, Any] = {
        "department_id": request.department_id,
        "name": made.name,
        "name_en": made.name_en,
        "rooms": len(ids),
        "schedule_ids": ids,
        "line": group_id,
    }
    await record(tx, grant, QueueEvent.GROUPED, Subject("queue_group", group_id, organization_id), said)
    return made


async def _fitting(tx: Transaction, request: GroupRequest) -> list[SessionRow]:
    """The chosen sessions when they can share a line: one department, one day, one kind of service, one fee."""
    chosen = sorted(set(request.schedule_ids))
    found = await rows.sessions(tx, request.organization_id, chosen)
    if len(found) != len(chosen):
        raise _wrong("schedule_ids", "unknown", "所选班次不存在。", "A chosen session does not exist.")
    if any((one.department_id, one.day) != (request.department_id, request.day) for one in found):
        raise _wrong(
            "schedule_ids",
            "elsewhere",
            "只能选择该科室当天的班次。",
            "Only sessions of that department and day will do.",
        )
    if len({(one.service_kind, one.fee_fen) for one in found}) > 1:
        raise _wrong(
            "schedule_ids",
            "kinds",
            "号别或费用不同的班次不能共用一条队伍。",
            "Sessions of different kinds or fees cannot share a line.",
        )
    return found


async def _group(tx: Transaction, organization_id: UUID, group_id: UUID) -> QueueGroup:
    found = await tx.session.execute(
        text(_GROUP + " AND g.id = :id"), {"organization": organization_id, "id": group_id}
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return QueueGroup(**row)


def _wrong(field: str, code: str, zh: str, en: str) -> Exception:
    return VALIDATION_FAILED(errors=[FieldError(field, code, Bilingual(zh, en))])


REPEAT = action(
    "queue:group:repeat", "每周沿用候诊组", "Repeat a shared line a week later", {Role.SYSTEM: Scope.REGION}
)
# Groups of the last week that are to be repeated and have not been, with the sessions that their rules made.
_DUE = text("""
SELECT g.organization_id, g.id, g.department_id, g.day + 7 AS day, g.name, g.name_en, g.template_ids,
       ARRAY(SELECT s.id FROM schedule s
              WHERE s.organization_id = g.organization_id AND s.day = g.day + 7 AND s.stopped_at IS NULL
                AND g.template_ids @> jsonb_build_array(s.template_id)
                AND NOT EXISTS (SELECT 1 FROM queue_group_session k
                                 WHERE k.organization_id = s.organization_id AND k.schedule_id = s.id)
              ORDER BY s.id) AS schedule_ids
  FROM queue_group g JOIN organization o ON o.id = g.organization_id AND o.active
 WHERE g.repeats_weekly AND g.template_ids <> '[]'
   AND g.day >= (CAST(:now AS timestamptz) AT TIME ZONE o.zone)::date - 7
   AND g.day <= (CAST(:now AS timestamptz) AT TIME ZONE o.zone)::date
   AND NOT EXISTS (SELECT 1 FROM queue_group n WHERE n.organization_id = g.organization_id AND n.repeats_id = g.id)
 ORDER BY g.organization_id, g.id LIMIT 500""")


@job("queue: lines that repeat", every=timedelta(hours=1))
async def repeat_groups(platform: Platform) -> int:
    """Make the shared lines of a week ago again for the sessions of the same weekly rules; answers how many."""
    async with platform.transaction() as tx:
        due = (await tx.session.execute(_DUE, {"now": tx.now})).mappings().all()
    repeated = 0
    for row in due:
        async with platform.transaction() as tx:
            repeated += await _repeat(tx, row)
    return repeated


async def _repeat(tx: Transaction, row: Any) -> bool:
    grant = REPEAT.check(SYSTEM_ACTOR, organization_id=row["organization_id"])
    request = GroupRequest(
        organization_id=row["organization_id"],
        department_id=row["department_id"],
        day=row["day"],
        name=row["name"],
        name_en=row["name_en"],
        schedule_ids=list(row["schedule_ids"]),
        repeats_weekly=True,
    )
    group_id = new_id()
    if not await _insert(tx, group_id, request, row["id"]):
        return False
    await _fill(tx, grant, group_id, request)
    # A week without sessions keeps its rules, so that the week after has its line again.
    await tx.session.execute(
        text(
            "UPDATE queue_group SET template_ids = CAST(:rules AS jsonb)"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "rules": msgspec.json.encode(row["template_ids"]).decode(),
            "organization": row["organization_id"],
            "id": group_id,
        },
    )
    return True
