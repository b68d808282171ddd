"""One line in front of several rooms: sessions of a department, a day and a kind that call from it together."""

from datetime import date
from typing import Any

from sqlalchemy import insert, text
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
from yitong.kernel.permissions import Grant, Role, Scope, action
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
       g.name, g.name_en, ARRAY(SELECT k.schedule_id FROM queue_group_session k
         WHERE k.organization_id = g.organization_id AND k.group_id = g.id ORDER BY k.schedule_id) AS schedule_ids
  FROM queue_group g JOIN department d ON d.organization_id = g.organization_id AND d.id = g.department_id
 WHERE g.organization_id = :organization"""


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
        await tx.session.execute(
            insert(GroupRow).values(
                organization_id=request.organization_id,
                id=group_id,
                department_id=request.department_id,
                day=request.day,
                name=request.name,
                name_en=request.name_en or request.name,
                created_at=tx.now,
            )
        )
        return await _fill(tx, grant, group_id, request)

    return await once(tx, key, request, QueueGroup, make)


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
            "UPDATE queue_group SET name = :name, name_en = :name_en WHERE organization_id = :organization AND id = :id"
        ),
        {
            "name": request.name,
            "name_en": request.name_en or request.name,
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
                await tx.session.execute(insert(QueueGroupSession), members)
        except IntegrityError as error:
            raise SESSION_GROUPED() from error
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
