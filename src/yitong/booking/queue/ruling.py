"""The rules of the queue as everybody may read them, and as the hospital or the region changes them."""

from datetime import datetime

from sqlalchemy import text

from yitong.booking.queue.events import QueueEvent
from yitong.booking.queue.policy import RULES, SWITCHED, Policy, classes, enabled, policy_of, reason_of, words_of
from yitong.booking.queue.rules import RANK
from yitong.booking.queue.schemas import PriorityRule, QueueRules, QueueRulesChange
from yitong.directory.service import known_organization
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

CHANGE = action(
    "queue:rules:change",
    "调整候诊规则",
    "Change the rules of the queue",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)


def priority_rules(policy: Policy) -> list[PriorityRule]:
    """The classes of the order with their reasons, first to last."""
    return [
        PriorityRule(
            code=one,
            text=words_of(one),
            reason=reason_of(one, policy),
            rank=RANK[one],
            enabled=enabled(one, policy),
            fixed=one not in SWITCHED,
        )
        for one in classes()
    ]


async def queue_rules(tx: Transaction, organization_id: UUID) -> QueueRules:
    """The rules in force; open to everybody, because they decide about everybody. Raises Problem ``not-found``."""
    if not await known_organization(tx, organization_id):
        raise NOT_FOUND()
    return _shown(organization_id, await policy_of(tx, organization_id))


def _shown(organization_id: UUID, policy: Policy) -> QueueRules:
    values = {code: policy.value(code) for code in RULES if code in QueueRules.__struct_fields__}
    return QueueRules(
        organization_id=organization_id, inherited=policy.inherited, priorities=priority_rules(policy), **values
    )


async def change_rules(tx: Transaction, change: QueueRulesChange) -> QueueRules:
    """Set rules of a hospital; set for the commission they are the region's. Who waits already keeps their place.

    Raises Problem ``validation-failed``, ``forbidden`` or ``not-found``.
    """
    organization_id = change.organization_id
    grant = CHANGE.check(tx.actor, organization_id=organization_id)
    before = await queue_rules(tx, organization_id)
    policy = await policy_of(tx, organization_id)
    wanted = {code: value for code, value in _wanted(change).items() if value != policy.value(code)}
    if not wanted:
        return before
    for code, value in wanted.items():
        await _set(tx, organization_id, code, value, tx.now)
    changes = {code: [policy.value(code), value] for code, value in wanted.items()}
    summary = ", ".join(f"{code} {old} → {new}" for code, (old, new) in changes.items())
    subject = Subject("organization", organization_id, organization_id)
    await record(tx, grant, QueueEvent.RULES_CHANGED, subject, {"changes": changes, "summary": summary})
    return await queue_rules(tx, organization_id)


def _wanted(change: QueueRulesChange) -> dict[str, int]:
    """The numbers that a change names. Raises Problem ``validation-failed`` with every one that is out of bounds."""
    named = {code: getattr(change, code, None) for code in RULES}
    wanted: dict[str, int] = {code: value for code, value in named.items() if value is not None}
    errors: list[FieldError] = []
    for one in change.priorities or []:
        code = SWITCHED.get(one.code)
        if code is not None:
            wanted[code] = int(one.enabled)
        elif not one.enabled:
            errors.append(_error("priorities", "fixed", "这一类不能停用。", "This class cannot be switched off."))
    for code, value in wanted.items():
        least, most = RULES[code].least, RULES[code].most
        if not least <= value <= most:
            errors.append(
                _error(code, "bounds", f"应在 {least} 到 {most} 之间。", f"It must lie between {least} and {most}.")
            )
    if errors:
        raise VALIDATION_FAILED(errors=errors)
    return wanted


def _error(field: str, code: str, zh: str, en: str) -> FieldError:
    return FieldError(field, code, Bilingual(zh, en))


async def _set(tx: Transaction, organization_id: UUID, code: str, value: int, now: datetime) -> None:
    await tx.session.execute(
        text(
            "INSERT INTO queue_rule (organization_id, code, value, changed_at) VALUES (:organization, :code, :value,"
            " :now) ON CONFLICT (organization_id, code) DO UPDATE SET value = :value, changed_at = :now"
        ),
        {"organization": organization_id, "code": code, "value": value, "now": now},
    )
