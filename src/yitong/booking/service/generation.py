"""Make sessions and slots from templates: for a hospital by hand, for everybody each day, for a new region at once."""

from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.booking.events import BookingEvent
from yitong.booking.schedules.blocked import blocked
from yitong.booking.service.actions import GENERATE
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.problems import VALIDATION_FAILED, Conflict, FieldError
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

MOST_DAYS = 92
_GENERATE = text("SELECT * FROM booking_generate(:organizations, :first, :last, :now)")


class Generated(msgspec.Struct, frozen=True):
    """How many sessions and slots were made, how many sessions were not, and which of those met another session.

    ``skipped`` counts sessions that were there before as well as those of ``conflicts``.
    """

    schedules: int
    slots: int
    skipped: int
    conflicts: list[Conflict] = []


async def generate(tx: Transaction, organization_id: UUID, first: date, last: date) -> Generated:
    """Make a hospital's sessions from ``first`` to ``last`` (its own days, both included); days made before stay.

    A session whose doctor, team or place is in another one at that time is left out and named among the conflicts.

    Raises Problem ``validation-failed`` when the days are in the wrong order or more than 92, and those of the
    permission check.
    """
    grant = GENERATE.check(tx.actor, organization_id=organization_id)
    if last < first or (last - first).days >= MOST_DAYS:
        wrong = Bilingual(f"日期范围应为 1 至 {MOST_DAYS} 天。", f"Choose between 1 and {MOST_DAYS} days.")
        raise VALIDATION_FAILED(errors=[FieldError("to", "range", wrong)])
    row = await tx.session.execute(
        _GENERATE, {"organizations": [organization_id], "first": first, "last": last, "now": tx.now}
    )
    made = _counted(row.mappings().one())
    subject = Subject("organization", organization_id, organization_id)
    if made.schedules:
        await record(
            tx,
            grant,
            BookingEvent.GENERATED,
            subject,
            {"from": first, "to": last, "schedules": made.schedules, "slots": made.slots},
        )
    conflicts = await blocked(tx, organization_id, first, last) if made.skipped else []
    if conflicts:
        said = {"from": first, "to": last, "blocked": len(conflicts), "by": [one.id for one in conflicts]}
        await record(tx, grant, BookingEvent.BLOCKED, subject, said)
    return msgspec.structs.replace(made, conflicts=conflicts)


@job("booking: sessions ahead", every=timedelta(days=1))
async def generate_ahead(platform: Platform) -> int:
    """Make every organization's sessions up to ``days_ahead``; answers how many were made."""
    async with platform.transaction() as tx:
        rows = await tx.session.execute(
            text(
                "SELECT o.id, o.zone FROM organization AS o WHERE o.active AND EXISTS"
                " (SELECT FROM schedule_template AS t WHERE t.organization_id = o.id AND t.active) ORDER BY o.id"
            )
        )
        organizations = list(rows.mappings())
    made = 0
    for organization in organizations:
        async with platform.transaction(SYSTEM_ACTOR) as tx:
            today = day_of(tx.now, organization["zone"])
            last = today + timedelta(days=platform.settings.days_ahead)
            made += (await generate(tx, organization["id"], today, last)).schedules
    return made


async def generate_region(connection: Any, first: date, last: date) -> Generated:
    """Make the sessions of all organizations in one statement on a raw connection of the owner, for a fresh region.

    Writes no events: what a region begins with did not happen.
    """
    row = await connection.fetchrow(
        "SELECT * FROM booking_generate((SELECT array_agg(id) FROM organization), $1, $2, now())", first, last
    )
    return _counted(row)


def _counted(row: Any) -> Generated:
    return Generated(row["schedules"], row["slots"], row["skipped"])
