"""The rules as people see and change them."""

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.limits.actions import CHANGE_RULE, SEE_RULES
from yitong.booking.limits.events import LimitEvent
from yitong.booking.limits.model import LimitRule
from yitong.booking.limits.rules import DECLARED, Declared, Rule, RuleKind
from yitong.booking.limits.schemas import LimitRuleChange, LimitRuleItem
from yitong.directory.service import region_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_REGION_ONLY = Bilingual("这条规则由全区统一设置。", "This rule is set for the whole region only.")
_NOTHING = Bilingual("窗口不能为零。", "The window cannot be zero.")
_WINDOWED = (RuleKind.LIMIT, RuleKind.CHANGE, RuleKind.RATE, RuleKind.BAN, RuleKind.PREPAID)


async def list_rules(tx: Transaction, organization_id: UUID | None) -> list[LimitRuleItem]:
    """All rules as they hold for a hospital, or for the region without one."""
    SEE_RULES.check(tx.actor, organization_id=organization_id)
    commission = (await region_of(tx)).commission_id
    own = organization_id if organization_id != commission else None
    return [await _item(tx, one, commission, own) for one in DECLARED.values() if own is None or one.per_hospital]


async def change_rule(tx: Transaction, code: str, change: LimitRuleChange) -> LimitRuleItem:
    """Set a rule's numbers; every process follows within five seconds of its next booking.

    Raises Problem ``not-found``, ``validation-failed`` and those of the permission check.
    """
    declared = DECLARED.get(code)
    if declared is None:
        raise NOT_FOUND()
    commission = (await region_of(tx)).commission_id
    own = change.organization_id if change.organization_id != commission else None
    grant = CHANGE_RULE.check(tx.actor, organization_id=own)
    if own is not None and not declared.per_hospital:
        raise VALIDATION_FAILED(errors=[FieldError("organization_id", "region-only", _REGION_ONLY)])
    old, _ = await _in_force(tx, declared, commission, own)
    new = Rule(
        old.enabled if change.enabled is None else change.enabled,
        old.window if change.window_seconds is None else change.window_seconds,
        old.value if change.value is None else change.value,
        old.weight if change.weight is None else change.weight,
    )
    if declared.kind in _WINDOWED and new.window == 0:
        raise VALIDATION_FAILED(errors=[FieldError("window_seconds", "zero", _NOTHING)])
    place = own or commission
    values = {
        "enabled": new.enabled,
        "window_seconds": new.window,
        "value": new.value,
        "weight": new.weight,
        "changed_at": tx.now,
        "changed_by": tx.actor.id,
    }
    made = insert(LimitRule).values(organization_id=place, code=code, **values)
    await tx.session.execute(made.on_conflict_do_update(index_elements=["organization_id", "code"], set_=values))
    if own is None:  # who is over a rule is kept beside the count
        await tx.session.execute(
            text("UPDATE risk_counter SET over = count >= :value WHERE rule = :rule AND over <> (count >= :value)"),
            {"value": new.value, "rule": code},
        )
    numbers = {"code": code, "enabled": new.enabled, "window": new.window, "value": new.value, "weight": new.weight}
    await record(tx, grant, LimitEvent.RULE_CHANGED, Subject("limit_rule", place, place), numbers)
    return await _item(tx, declared, commission, own)


async def in_force(tx: Transaction, code: str, organization_id: UUID) -> Rule:
    """A rule as it holds at a hospital: its own, else the region's, else the default."""
    commission = (await region_of(tx)).commission_id
    return (await _in_force(tx, DECLARED[code], commission, organization_id))[0]


async def _in_force(
    tx: Transaction, declared: Declared, commission: UUID, own: UUID | None
) -> tuple[Rule, tuple[UUID, object] | None]:
    """The rule in force, and the row that says so (its organization and moment) unless it is the default."""
    found = await tx.session.execute(
        text(
            "SELECT organization_id, enabled, window_seconds, value, weight, changed_at FROM limit_rule"
            " WHERE code = :code AND organization_id = ANY(:places) ORDER BY organization_id = :commission LIMIT 1"
        ),
        {"code": declared.code, "places": [commission, *([own] if own else [])], "commission": commission},
    )
    row = found.one_or_none()
    if row is None:
        return declared.default, None
    rule = Rule(row.enabled, row.window_seconds, row.value, row.weight)
    return rule, (row.organization_id, row.changed_at)


async def _item(tx: Transaction, declared: Declared, commission: UUID, own: UUID | None) -> LimitRuleItem:
    rule, said = await _in_force(tx, declared, commission, own)
    place = said[0] if said is not None else None
    changed_at = said[1] if said is not None else None
    default = declared.default
    return LimitRuleItem(
        declared.code,
        declared.kind.value,
        declared.subject,
        declared.words,
        rule.enabled,
        rule.window,
        rule.value,
        rule.weight,
        default.enabled,
        default.window,
        default.value,
        default.weight,
        declared.per_hospital,
        place != (own or commission),
        changed_at,  # type: ignore[arg-type]
    )
