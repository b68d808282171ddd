"""See and change the rules of returned places and offers: the region's, and a hospital's own in their stead."""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.waitlist import line
from yitong.booking.waitlist.actions import SEE_RULES, SET_RULES
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.booking.waitlist.model import ReturnRule
from yitong.booking.waitlist.rules import REGION
from yitong.booking.waitlist.schemas import ReturnRuleView
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_ORDERED = (
    ("cancelled_min_seconds", "cancelled_max_seconds"),
    ("hold_min_seconds", "hold_max_seconds"),
    ("offer_least_minutes", "offer_minutes"),
    ("offer_least_minutes", "replacement_minutes"),
)


async def show(tx: Transaction, organization_id: UUID) -> ReturnRuleView:
    """The rules in force at a hospital. Raises the problems of the permission check."""
    SEE_RULES.check(tx.actor, organization_id=organization_id)
    return await _read(tx, organization_id)


async def put(tx: Transaction, wanted: ReturnRuleView) -> ReturnRuleView:
    """Give a hospital rules of its own; ``inherited`` drops them again in favour of the region's (the nil id's).

    Holds and offers that run keep the end they were given. Raises Problem ``validation-failed``, ``not-found`` and
    those of the permission check.
    """
    organization_id = wanted.organization_id
    grant = SET_RULES.check(tx.actor, organization_id=organization_id)
    told = await _told(tx, organization_id)
    values: dict[str, Any] = msgspec.structs.asdict(wanted)
    inherited = values.pop("inherited")
    wrong = [
        FieldError(most, "order", Bilingual("上限不能小于下限。", "The upper limit is below the lower one."))
        for least, most in _ORDERED
        if values[least] > values[most]
    ]
    if inherited and str(organization_id) == REGION:
        wrong.append(
            FieldError("inherited", "region", Bilingual("地区规则没有上级。", "The region inherits from nobody."))
        )
    if wrong:
        raise VALIDATION_FAILED(errors=wrong)
    if inherited:
        await tx.session.execute(text("DELETE FROM return_rule WHERE organization_id = :id"), {"id": organization_id})
    else:
        row = insert(ReturnRule).values(values)
        own = {name: value for name, value in values.items() if name != "organization_id"}
        await tx.session.execute(row.on_conflict_do_update(index_elements=["organization_id"], set_=own))
    subject = Subject("return_rule", organization_id, told)
    await record(tx, grant, WaitlistEvent.RULE_SET, subject, {"inherited": inherited, **values})
    return await _read(tx, organization_id)


async def _told(tx: Transaction, organization_id: UUID) -> UUID:
    """The organization whose event log a change belongs to: the hospital itself, for the region its commission."""
    found = await tx.session.execute(
        text(
            "SELECT id FROM organization WHERE id = :id"
            " UNION ALL SELECT commission_id FROM region"
            " WHERE code = :region AND CAST(:id AS uuid) = CAST(:nil AS uuid)"
        ),
        {"id": organization_id, "region": tx.platform.settings.region_code, "nil": REGION},
    )
    told = found.scalars().first()
    if told is None:
        raise NOT_FOUND()
    return told


async def _read(tx: Transaction, organization_id: UUID) -> ReturnRuleView:
    row = dict(await line.rule_row(tx, organization_id))
    inherited = row.pop("organization_id") != organization_id
    return ReturnRuleView(organization_id=organization_id, inherited=inherited, **row)
