"""Rights beyond a title, given by the hospital."""

from typing import cast

from sqlalchemy import text

from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.prescriptions.actions import RIGHTS
from yitong.prescriptions.events import PrescriptionEvent
from yitong.prescriptions.rules.case import Right
from yitong.prescriptions.schemas import RightsRequest, RightsView


async def rights_of(tx: Transaction, organization_id: UUID, practitioner_id: UUID) -> RightsView:
    """A doctor's rights. Raises the problems of the permission check."""
    RIGHTS.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(
        text(
            "SELECT kind FROM prescribing_right WHERE organization_id = :organization"
            " AND practitioner_id = :practitioner ORDER BY kind"
        ),
        {"organization": organization_id, "practitioner": practitioner_id},
    )
    return RightsView(practitioner_id, [cast("Right", kind) for kind in found.scalars()])


async def give_rights(tx: Transaction, practitioner_id: UUID, request: RightsRequest) -> RightsView:
    """Say which rights a doctor here has. Raises Problem ``not-found`` and those of the permission check."""
    grant = RIGHTS.check(tx.actor, organization_id=request.organization_id)
    key = {"organization": request.organization_id, "practitioner": practitioner_id}
    known = await tx.session.execute(
        text(
            "SELECT 1 FROM practitioner_role WHERE organization_id = :organization"
            " AND practitioner_id = :practitioner AND role = 'doctor' AND active"
        ),
        key,
    )
    if known.first() is None:
        raise NOT_FOUND()
    rights = sorted(set(request.rights))
    await tx.session.execute(
        text(
            "DELETE FROM prescribing_right WHERE organization_id = :organization AND practitioner_id = :practitioner"
            " AND kind <> ALL(:rights)"
        ),
        {**key, "rights": rights},
    )
    await tx.session.execute(
        text(
            "INSERT INTO prescribing_right (organization_id, practitioner_id, kind, given_at, given_by)"
            " SELECT :organization, :practitioner, kind, :now, :by FROM unnest(CAST(:rights AS text[])) AS kind"
            " ON CONFLICT DO NOTHING"
        ),
        {**key, "rights": rights, "now": tx.now, "by": tx.actor.id},
    )
    subject = Subject("practitioner", practitioner_id, request.organization_id)
    await record(tx, grant, PrescriptionEvent.RIGHTS_GIVEN, subject, {"rights": ", ".join(rights) or "-"})
    return await rights_of(tx, request.organization_id, practitioner_id)
