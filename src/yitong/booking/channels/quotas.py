"""Quota rules: how many places of a slot a pool keeps for itself; see, make, change and remove them."""

from typing import Any

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from yitong.booking.channels import refusals
from yitong.booking.channels.actions import SEE_CHANNELS, SET_QUOTAS
from yitong.booking.channels.events import ChannelEvent
from yitong.booking.channels.model import QuotaRule
from yitong.booking.channels.schemas import QuotaRuleItem, QuotaRuleRequest
from yitong.booking.planning import PLACE_UNKNOWN
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_SELECT = (
    "SELECT q.* FROM quota_rule AS q LEFT JOIN department AS e ON e.organization_id = q.organization_id"
    " AND e.id = q.department_id WHERE q.organization_id = :organization"
)


async def quota_rules(tx: Transaction, organization_id: UUID) -> list[QuotaRuleItem]:
    """A hospital's quotas, the widest first. Raises the problems of the permission check."""
    SEE_CHANNELS.check(tx.actor, organization_id=organization_id)
    rows = await tx.session.execute(
        text(
            _SELECT + " ORDER BY e.name NULLS FIRST, q.service_id NULLS FIRST, q.practitioner_role_id NULLS FIRST,"
            " q.pool, q.id"
        ),
        {"organization": organization_id},
    )
    return [_item(row) for row in rows.mappings()]


async def make_quota(tx: Transaction, request: QuotaRuleRequest, key: UUID) -> QuotaRuleItem:
    """A new quota, for sessions made from now on.

    Raises Problem ``quota-exists``, ``place-unknown``, ``validation-failed`` and those of the permission check.
    """

    async def make() -> QuotaRuleItem:
        return await _keep(tx, new_id(), request, ChannelEvent.QUOTA_MADE)

    SET_QUOTAS.check(tx.actor, organization_id=request.organization_id)
    return await once(tx, key, request, QuotaRuleItem, make)


async def change_quota(tx: Transaction, quota_id: UUID, request: QuotaRuleRequest) -> QuotaRuleItem:
    """Change a quota; slots that were cut stay as they are until it is applied to them. Raises what making raises."""
    SET_QUOTAS.check(tx.actor, organization_id=request.organization_id)
    await _one(tx, request.organization_id, quota_id)
    return await _keep(tx, quota_id, request, ChannelEvent.QUOTA_CHANGED)


async def remove_quota(tx: Transaction, organization_id: UUID, quota_id: UUID) -> None:
    """Remove a quota. Raises Problem ``not-found`` and those of the permission check."""
    grant = SET_QUOTAS.check(tx.actor, organization_id=organization_id)
    gone = await _one(tx, organization_id, quota_id)
    await tx.session.execute(
        delete(QuotaRule).where(QuotaRule.organization_id == organization_id, QuotaRule.id == quota_id)
    )
    subject = Subject("quota_rule", quota_id, organization_id)
    await record(tx, grant, ChannelEvent.QUOTA_REMOVED, subject, {"pool": gone.pool})


async def _one(tx: Transaction, organization_id: UUID, quota_id: UUID) -> QuotaRuleItem:
    rows = await tx.session.execute(
        text(_SELECT + " AND q.id = :id"), {"organization": organization_id, "id": quota_id}
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return _item(row)


async def _keep(tx: Transaction, quota_id: UUID, request: QuotaRuleRequest, event: ChannelEvent) -> QuotaRuleItem:
    organization_id = request.organization_id
    grant = SET_QUOTAS.check(tx.actor, organization_id=organization_id)
    _check_form(request)
    values: dict[str, Any] = {
        "department_id": request.department_id,
        "service_id": request.service_id,
        "practitioner_role_id": request.practitioner_role_id,
        "pool": request.pool,
        "places": request.places,
        "share_percent": request.share_percent,
        "flows_back_hours_before": request.flows_back_hours_before,
        "flows_to": list(request.flows_to),
        "changed_at": tx.now,
        "changed_by": tx.actor.id,
    }
    row = insert(QuotaRule).values(organization_id=organization_id, id=quota_id, **values)
    try:
        async with tx.session.begin_nested():
            await tx.session.execute(row.on_conflict_do_update(index_elements=["organization_id", "id"], set_=values))
    except IntegrityError as error:
        raise (refusals.QUOTA_EXISTS() if "uq_quota_rule_scope" in str(error.orig) else PLACE_UNKNOWN()) from error
    await record(
        tx,
        grant,
        event,
        Subject("quota_rule", quota_id, organization_id),
        {"pool": request.pool, "places": request.places, "share_percent": request.share_percent},
    )
    return await _one(tx, organization_id, quota_id)


def _check_form(request: QuotaRuleRequest) -> None:
    errors: list[FieldError] = []
    if (request.places is None) == (request.share_percent is None):
        words = Bilingual("请填写号数或比例其中之一。", "Give either places or a share.")
        errors.append(FieldError("places", "either", words))
    if request.pool in request.flows_to or len(set(request.flows_to)) != len(request.flows_to):
        words = Bilingual("回流去向不能是本号池，也不能重复。", "It flows to other pools, each named once.")
        errors.append(FieldError("flows_to", "order", words))
    if set(request.flows_to) & {"draw", "extra"}:
        words = Bilingual("不能回流到抽签或加号号池。", "Nothing flows into the pools of draws and extra places.")
        errors.append(FieldError("flows_to", "closed", words))
    if errors:
        raise VALIDATION_FAILED(errors=errors)


def _item(row: Any) -> QuotaRuleItem:
    values: dict[str, Any] = {name: row[name] for name in QuotaRuleItem.__struct_fields__}
    values["flows_to"] = tuple(row["flows_to"])
    return QuotaRuleItem(**values)
