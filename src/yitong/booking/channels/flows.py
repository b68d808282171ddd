"""Unused places of a quota flow on when their time has come: a job, and the one step it repeats."""

from datetime import date, timedelta

from sqlalchemy import text

from yitong.booking.channels.actions import FLOW_BACK, SET_QUOTAS
from yitong.booking.channels.events import ChannelEvent
from yitong.booking.channels.schemas import Applied
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

AT_ONCE = 200
MOST_DAYS = 62


async def flow_back(tx: Transaction, most: int = AT_ONCE) -> int:
    """Move the unused places of up to ``most`` slots whose time has come; answers how many places moved.

    One event a session, pool and target. Raises the problems of the permission check.
    """
    grant = FLOW_BACK.check(tx.actor)
    moved = await tx.session.execute(
        text("SELECT * FROM booking_flow_back(:now, :most)"), {"now": tx.now, "most": most}
    )
    places = 0
    for row in moved.mappings().all():
        await record(
            tx,
            grant,
            ChannelEvent.FLOWED_BACK,
            Subject("schedule", row["schedule_id"], row["organization_id"]),
            {"pool": row["pool"], "to_pool": row["to_pool"], "places": row["places"]},
        )
        places += row["places"]
    return places


@job("booking: unused quota", every=timedelta(minutes=1))
async def flow_back_all(platform: Platform) -> int:
    """Move everything that is due, a few hundred slots a transaction; answers how many places moved."""
    total = 0
    while True:
        async with platform.transaction(SYSTEM_ACTOR) as tx:
            places = await flow_back(tx)
        if not places:
            return total
        total += places


async def apply_quotas(tx: Transaction, organization_id: UUID, first: date, last: date) -> Applied:
    """Let sessions that were made before follow the quotas of today, as far as their places are free.

    Raises Problem ``validation-failed`` when the days are in the wrong order or more than 62, and those of the
    permission check.
    """
    grant = SET_QUOTAS.check(tx.actor, organization_id=organization_id)
    if last < first or (last - first).days >= MOST_DAYS:
        wrong = Bilingual(f"日期范围应为 1 至 {MOST_DAYS} 天。", f"Choose between 1 and {MOST_DAYS} days.")
        raise VALIDATION_FAILED(errors=[FieldError("to", "range", wrong)])
    await tx.open_region()  # a slot that fills asks for its running holds, whoever's they are
    found = await tx.session.execute(
        text("SELECT * FROM booking_apply_quotas(:organization, :first, :last, :now)"),
        {"organization": organization_id, "first": first, "last": last, "now": tx.now},
    )
    row = found.mappings().one()
    applied = Applied(row["slots"], row["places"])
    if applied.slots:
        await record(
            tx,
            grant,
            ChannelEvent.QUOTA_APPLIED,
            Subject("organization", organization_id, organization_id),
            {"slots": applied.slots, "places": applied.places, "from": first, "to": last},
        )
    return applied
