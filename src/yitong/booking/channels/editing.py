"""See and set the rules of channels: an organization's own, or the region's that the others inherit."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.channels import rules
from yitong.booking.channels.actions import SEE_CHANNELS, SET_CHANNELS
from yitong.booking.channels.board import Rules, board_of, rules_of
from yitong.booking.channels.events import ChannelEvent
from yitong.booking.channels.model import ChannelRuleRow
from yitong.booking.channels.pools import ELDERLY_CHANNELS, ChannelRule
from yitong.booking.channels.schemas import ChannelRuleChange, ChannelRuleItem, ChannelRulesRequest, Release
from yitong.booking.channels.service import release_of
from yitong.directory.service import region_of
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_ONLINE = ("wechat", "alipay", "h5")


async def channel_rules(tx: Transaction, organization_id: UUID | None) -> list[ChannelRuleItem]:
    """Every channel's rule in force at an organization, or the region's. Raises those of the check."""
    SEE_CHANNELS.check(tx.actor, organization_id=organization_id)
    kept = await _rules(tx, organization_id)
    return [_item(organization_id, rule, kept, tx.now) for rule in kept.by_channel.values()]


async def set_channel_rules(tx: Transaction, request: ChannelRulesRequest) -> list[ChannelRuleItem]:
    """Keep the rules named, leave the others; answers all. One event a rule.

    Raises Problem ``validation-failed`` (an enabled channel without pools, a pool twice), ``not-found`` for an
    unknown organization and those of the permission check.
    """
    organization_id = request.organization_id
    grant = SET_CHANNELS.check(tx.actor, organization_id=organization_id)
    _check_form(request)
    if organization_id is not None:
        found = await tx.session.execute(
            text("SELECT 1 FROM organization WHERE id = :id FOR SHARE"), {"id": organization_id}
        )
        if found.first() is None:
            raise NOT_FOUND()
    for change in request.items:
        await _keep(tx, grant, organization_id, change)
    board_of(tx.platform).forget()
    kept = await _rules(tx, organization_id)
    return [_item(organization_id, rule, kept, tx.now) for rule in kept.by_channel.values()]


async def releases(platform: Platform, organization_id: UUID) -> list[Release]:
    """The next opening of each online channel, for the countdown on phones; a span, never the moment itself."""
    kept, now = await board_of(platform).of(organization_id), platform.clock.now()
    found: list[Release] = []
    for rule in kept.by_channel.values():
        if rule.channel not in _ONLINE or not rule.enabled:
            continue
        hidden, _ = rules.opens_until(rule, organization_id, now, kept.zone, platform.sealer.lookup_hash)
        day = day_of(hidden, kept.zone) + timedelta(days=1)
        span = await release_of(platform, organization_id, rule.channel, day)
        if span is not None:
            found.append(Release(rule.channel, day, span.opens_at, span.opens_by))
    return found


async def _rules(tx: Transaction, organization_id: UUID | None) -> Rules:
    """The rules as this transaction sees them, its own changes among them."""
    rows = await tx.session.execute(
        text("SELECT * FROM channel_rule WHERE organization_id = :organization OR organization_id IS NULL"),
        {"organization": organization_id},
    )
    place = await tx.session.execute(
        text("SELECT zone, kind FROM organization WHERE id = :organization"), {"organization": organization_id}
    )
    where: Any = place.mappings().one_or_none()
    if where is None and organization_id is not None:
        raise NOT_FOUND()
    return rules_of(list(rows.mappings()), where, tx.platform.settings.days_ahead)


def _item(organization_id: UUID | None, rule: ChannelRule, kept: Rules, now: datetime) -> ChannelRuleItem:
    announced: datetime | None = None
    if rule.enabled:
        day = day_of(now, kept.zone) + timedelta(days=rule.days_ahead)
        announced = rules.announced_release(rule, day, kept.zone)
        if announced <= now:
            announced = rules.announced_release(rule, day + timedelta(days=1), kept.zone)
    return ChannelRuleItem(
        channel=rule.channel,
        enabled=rule.enabled,
        days_ahead=rule.days_ahead,
        release_time=rule.release_time.strftime("%H:%M"),
        jitter_seconds=rule.jitter_seconds,
        min_lead_minutes=rule.min_lead_minutes,
        pools=list(rule.pools),
        inherited=organization_id is not None and rule.channel not in kept.own,
        next_release_at=announced,
    )


def _check_form(request: ChannelRulesRequest) -> None:
    errors: list[FieldError] = []
    for place, change in enumerate(request.items):
        if change.inherit:
            continue
        if change.enabled and not change.pools:
            words = Bilingual("开放的渠道至少需要一个号池。", "An open channel needs at least one pool.")
            errors.append(FieldError(f"items.{place}.pools", "empty", words))
        if set(change.pools) & {"extra", "draw"} or (
            "elderly" in change.pools and change.channel not in ELDERLY_CHANNELS
        ):
            words = Bilingual("该渠道不能使用其中的号池。", "One of these pools is not for this channel.")
            errors.append(FieldError(f"items.{place}.pools", "unsuitable", words))
        if len(set(change.pools)) != len(change.pools):
            words = Bilingual("号池不能重复。", "A pool is named once.")
            errors.append(FieldError(f"items.{place}.pools", "repeated", words))
    if len({change.channel for change in request.items}) != len(request.items):
        errors.append(FieldError("items", "repeated", Bilingual("同一渠道只能出现一次。", "A channel is named once.")))
    if errors:
        raise VALIDATION_FAILED(errors=errors)


async def _keep(tx: Transaction, grant: Grant, organization_id: UUID | None, change: ChannelRuleChange) -> None:
    values: dict[str, Any] = {
        "enabled": change.enabled,
        "days_ahead": change.days_ahead,
        "release_time": time.fromisoformat(change.release_time),
        "jitter_seconds": change.jitter_seconds,
        "min_lead_minutes": change.min_lead_minutes,
        "pools": list(change.pools),
        "changed_at": tx.now,
        "changed_by": tx.actor.id,
    }
    mine = (
        ChannelRuleRow.organization_id.is_(None)
        if organization_id is None
        else ChannelRuleRow.organization_id == organization_id
    )
    if change.inherit:
        await tx.session.execute(delete(ChannelRuleRow).where(mine, ChannelRuleRow.channel == change.channel))
    else:
        row = insert(ChannelRuleRow).values(
            id=new_id(), organization_id=organization_id, channel=change.channel, **values
        )
        await tx.session.execute(row.on_conflict_do_update(index_elements=["organization_id", "channel"], set_=values))
    owner = organization_id or (await region_of(tx)).commission_id
    payload = {"channel": change.channel, "regional": organization_id is None, "inherit": change.inherit} | (
        {} if change.inherit else {name: str(value) for name, value in values.items() if name != "changed_by"}
    )
    await record(tx, grant, ChannelEvent.RULE_CHANGED, Subject("channel_rule", owner, owner), payload)
