"""What an administrator does with staff accounts: look at them, open, disable, and reset what somebody lost.

Whoever changes an account may do so at every organization where it has a role, and a hospital's administrator touches
no account with a regional role. A change ends the person's sessions. Nobody does this to themselves.
"""

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.schemas.staff import (
    NewStaffAccount,
    StaffAccountItem,
    StaffChange,
    StaffPasswordChange,
    StaffRoleOnWire,
)
from yitong.identity.service import sessions
from yitong.identity.service.staff import MANAGE_STAFF, NewStaff, create_staff, hash_password, no_wider_than
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant, Role, RoleAt
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_MOST = 500
_ACCOUNTS = """
SELECT a.id, a.username, a.name, a.active, a.totp_sealed IS NOT NULL AS enrolled, a.locked_until, a.created_at,
       (SELECT max(s.created_at) FROM sign_in_session s WHERE s.actor_id = a.id AND s.actor_kind = 'staff') AS last_at
  FROM staff_account a WHERE {condition} ORDER BY a.active DESC, a.username LIMIT :most
"""
_ROLES = text("""
SELECT r.staff_id, r.role, r.organization_id, o.name AS organization_name, o.kind, r.department_id,
       d.name AS department_name
  FROM staff_role r JOIN organization o ON o.id = r.organization_id
  LEFT JOIN department d ON d.organization_id = r.organization_id AND d.id = r.department_id
 WHERE r.staff_id = ANY (:ids) ORDER BY r.role, o.code
""")


async def accounts(tx: Transaction, organization_id: UUID) -> list[StaffAccountItem]:
    """The accounts with a role at an organization, those in use first. Raises Problem ``forbidden``."""
    MANAGE_STAFF.check(tx.actor, organization_id=organization_id)
    here = "a.id IN (SELECT staff_id FROM staff_role WHERE organization_id = :organization)"
    return await _listed(tx, here, {"organization": organization_id})


async def create(tx: Transaction, new: NewStaffAccount) -> StaffAccountItem:
    """Open an account. Raises Problem ``username-exists``, ``not-found`` (its place) or ``forbidden``."""
    MANAGE_STAFF.check(tx.actor, organization_id=new.organization_id)
    place = await tx.session.execute(text("SELECT 1 FROM organization WHERE id = :id"), {"id": new.organization_id})
    if place.first() is None:
        raise NOT_FOUND()
    if new.department_id is not None:
        known = await tx.session.execute(
            text("SELECT 1 FROM department WHERE organization_id = :organization AND id = :id"),
            {"organization": new.organization_id, "id": new.department_id},
        )
        if known.first() is None:
            raise NOT_FOUND()
    if new.practitioner_id is not None:
        works = await tx.session.execute(
            text("SELECT 1 FROM practitioner_role WHERE organization_id = :organization AND practitioner_id = :id"),
            {"organization": new.organization_id, "id": new.practitioner_id},
        )
        if works.first() is None:
            raise NOT_FOUND()
    roles = [RoleAt(Role(role), new.organization_id, new.department_id) for role in dict.fromkeys(new.roles)]
    staff_id = await create_staff(
        tx,
        NewStaff(
            username=new.username,
            name=new.name.strip(),
            password=new.password,
            roles=roles,
            practitioner_id=new.practitioner_id,
        ),
    )
    return await _one(tx, staff_id)


async def disable(tx: Transaction, staff_id: UUID, change: StaffChange) -> StaffAccountItem:
    """Close an account and end its sessions; doing so again changes nothing.

    Raises Problem ``not-found``, ``own-staff-account`` or ``forbidden``.
    """
    grant, row = await _changing(tx, staff_id, change)
    if row.active:
        await _change(tx, grant, row, change, IdentityEvent.STAFF_DISABLED, "active = false", {})
    return await _one(tx, staff_id)


async def enable(tx: Transaction, staff_id: UUID, change: StaffChange) -> StaffAccountItem:
    """Let somebody sign in again; raises as :func:`disable`."""
    grant, row = await _changing(tx, staff_id, change)
    if not row.active:
        what = "active = true, failures = 0, locked_until = NULL"
        await _change(tx, grant, row, change, IdentityEvent.STAFF_ENABLED, what, {})
    return await _one(tx, staff_id)


async def reset_second_factor(tx: Transaction, staff_id: UUID, change: StaffChange) -> StaffAccountItem:
    """Forget the device for one-time codes: a new one is bound at the next sign-in; raises as :func:`disable`."""
    grant, row = await _changing(tx, staff_id, change)
    await _change(tx, grant, row, change, IdentityEvent.STAFF_FACTOR_RESET, "totp_sealed = NULL", {})
    return await _one(tx, staff_id)


async def set_password(tx: Transaction, staff_id: UUID, change: StaffPasswordChange) -> StaffAccountItem:
    """Give somebody a new password and take the lock away; raises as :func:`disable`."""
    grant, row = await _changing(tx, staff_id, change)
    hashed = await asyncio.to_thread(hash_password, change.password)
    what = "password_hash = :hash, failures = 0, locked_until = NULL"
    await _change(tx, grant, row, change, IdentityEvent.STAFF_PASSWORD_SET, what, {"hash": hashed})
    return await _one(tx, staff_id)


async def _changing(tx: Transaction, staff_id: UUID, change: StaffChange | StaffPasswordChange) -> tuple[Grant, Any]:
    """The locked account and the right to change it at all its places."""
    grant = MANAGE_STAFF.check(tx.actor, organization_id=change.organization_id)
    found = await tx.session.execute(
        text("SELECT id, active FROM staff_account WHERE id = :id FOR UPDATE"), {"id": staff_id}
    )
    row = found.one_or_none()
    held = (await tx.session.execute(_ROLES, {"ids": [staff_id]})).all()
    if row is None or change.organization_id not in {one.organization_id for one in held}:
        raise NOT_FOUND()
    for place in {one.organization_id for one in held}:
        MANAGE_STAFF.check(tx.actor, organization_id=place)
    no_wider_than(tx.actor, [RoleAt(Role(one.role), one.organization_id) for one in held])
    if staff_id == tx.actor.id:
        raise p.OWN_STAFF_ACCOUNT()
    return grant, row


async def _change(
    tx: Transaction,
    grant: Grant,
    row: Any,
    change: StaffChange | StaffPasswordChange,
    event: IdentityEvent,
    what: str,
    values: dict[str, Any],
) -> None:
    await tx.session.execute(
        text(f"UPDATE staff_account SET {what} WHERE id = :id"),  # noqa: S608
        {"id": row.id, **values},
    )
    await sessions.end_sessions(tx, await sessions.sessions_of(tx, row.id))
    subject = Subject("staff_account", row.id, change.organization_id)
    await record(tx, grant, event, subject, {"reason": change.reason})


async def _one(tx: Transaction, staff_id: UUID) -> StaffAccountItem:
    return (await _listed(tx, "a.id = :id", {"id": staff_id}))[0]


async def _listed(tx: Transaction, condition: str, values: dict[str, Any]) -> list[StaffAccountItem]:
    statement = text(_ACCOUNTS.format(condition=condition))
    rows = (await tx.session.execute(statement, {**values, "most": _MOST})).all()
    held: dict[UUID, list[StaffRoleOnWire]] = {}
    for r in await tx.session.execute(_ROLES, {"ids": [row.id for row in rows]}):
        at = (r.organization_id, r.organization_name, r.kind, r.department_id, r.department_name)
        one = StaffRoleOnWire(Role(r.role), *at)
        held.setdefault(r.staff_id, []).append(one)
    zone = ZoneInfo((await region_of(tx)).zone)
    return [
        StaffAccountItem(
            id=row.id,
            username=row.username,
            name=row.name,
            roles=held.get(row.id, []),
            active=row.active,
            enrolled=row.enrolled,
            locked_until=row.locked_until.astimezone(zone) if row.locked_until and row.locked_until > tx.now else None,
            last_sign_in_at=row.last_at.astimezone(zone) if row.last_at else None,
            created_at=row.created_at.astimezone(zone),
        )
        for row in rows
    ]
