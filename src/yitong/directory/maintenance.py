"""Changes to the directory by those who keep it."""

from sqlalchemy import text

from yitong.directory import schemas as wire
from yitong.directory.events import DirectoryEvent
from yitong.directory.queries import departments, services
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

CHANGE_DIRECTORY = action(
    "directory:entry:change",
    "维护科室与号别",
    "Maintain departments and services",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)


async def change_department(tx: Transaction, department_id: UUID, change: wire.DepartmentChange) -> wire.Department:
    """Rename a department or say where it is. Raises Problem ``forbidden`` or ``not-found``."""
    grant = CHANGE_DIRECTORY.check(tx.actor, organization_id=change.organization_id)
    changed = await tx.session.execute(
        text(
            "UPDATE department SET name = :name, name_en = :name_en, location_text = :place"
            " WHERE organization_id = :organization AND id = :id RETURNING code"
        ),
        {
            "name": change.name,
            "name_en": change.name_en,
            "place": change.location_text,
            "organization": change.organization_id,
            "id": department_id,
        },
    )
    code = changed.scalar_one_or_none()
    if code is None:
        raise NOT_FOUND()
    subject = Subject("department", department_id, change.organization_id)
    await record(tx, grant, DirectoryEvent.DEPARTMENT_CHANGED, subject, {"code": code, "name": change.name})
    present = await departments(tx, change.organization_id, None)
    return next(one for one in present if one.id == department_id)


async def change_service(tx: Transaction, service_id: UUID, change: wire.ServiceChange) -> wire.Service:
    """Change a service's fee or name; appointments made before keep their fee.

    Raises Problem ``forbidden`` or ``not-found``.
    """
    grant = CHANGE_DIRECTORY.check(tx.actor, organization_id=change.organization_id)
    key = {"organization": change.organization_id, "id": service_id}
    before = await tx.session.execute(
        text("SELECT fee_fen FROM healthcare_service WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        key,
    )
    fee_before = before.scalar_one_or_none()
    if fee_before is None:
        raise NOT_FOUND()
    await tx.session.execute(
        text(
            "UPDATE healthcare_service SET name = :name, name_en = :name_en, fee_fen = :fee"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {**key, "name": change.name, "name_en": change.name_en, "fee": change.fee_fen},
    )
    subject = Subject("healthcare_service", service_id, change.organization_id)
    payload = {"fee_before": fee_before, "fee_after": change.fee_fen, "name": change.name}
    await record(tx, grant, DirectoryEvent.SERVICE_CHANGED, subject, payload)
    present = await services(tx, change.organization_id, None)
    return next(one for one in present if one.id == service_id)
