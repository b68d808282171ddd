"""Counts of cash: what a cashier found in a till, against what the journal has of it since the count before."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from yitong.billing.journal import accounts
from yitong.billing.reconciliation import problems
from yitong.billing.reconciliation.actions import COUNT, READ_COUNTS
from yitong.billing.reconciliation.events import ReconciliationEvent
from yitong.billing.reconciliation.model import CashCount
from yitong.billing.reconciliation.schemas import CashCountView, CountRequest
from yitong.billing.reconciliation.sides import CASH, Here, Key, There
from yitong.kernel.clock import day_bounds, day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.money import yuan_text
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

# What a correction booked to a till was never in the drawer.
_BOOKED = """
SELECT coalesce(sum(u.amount), 0)::bigint FROM journal_entry j, unnest(j.accounts, j.amounts) AS u (account, amount)
 WHERE j.organization_id = c.organization_id AND u.account = 'cash:' || c.till
   AND j.source NOT LIKE 'reconciliation:%' AND j.at <= c.until AND (c.since IS NULL OR j.at > c.since)"""
_COUNTS = f"""
SELECT c.id, c.till AS window, c.shift, c.since, c.until, c.counted_fen, ({_BOOKED}) AS booked_fen, c.counted_by,
       a.name AS counted_by_name, c.counted_at, c.note, c.replaces_id
  FROM cash_count c LEFT JOIN staff_account a ON a.id = c.counted_by
 WHERE c.organization_id = :organization AND NOT EXISTS (SELECT FROM cash_count r
   WHERE r.organization_id = c.organization_id AND r.replaces_id = c.id)"""  # noqa: S608  # no value is in it
_OF_DAY = text(f"{_COUNTS} AND c.until >= :begin AND c.until < :end ORDER BY c.till, c.until")
_LAST = text(f"{_COUNTS} AND c.till = :window ORDER BY c.until DESC LIMIT 1")
_ONE = text(f"{_COUNTS} AND c.id = :id")
_UNCOUNTED = text("""
SELECT substr(u.account, 6) AS window, sum(u.amount)::bigint AS booked_fen, max(j.at) AS at
  FROM journal_entry j, unnest(j.accounts, j.amounts) AS u (account, amount)
 WHERE j.organization_id = :organization AND j.at >= :begin AND j.at < :end AND u.account LIKE 'cash:%'
   AND j.source NOT LIKE 'reconciliation:%'
   AND NOT EXISTS (SELECT FROM cash_count c WHERE c.organization_id = j.organization_id
     AND u.account = 'cash:' || c.till AND c.until >= j.at)
 GROUP BY 1 HAVING sum(u.amount) <> 0 ORDER BY 1""")


@dataclass
class TillSide:
    """The two sides of a day's cash: what the journal has between counts, and what was counted."""

    here: list[Here] = field(default_factory=list[Here])
    there: list[There] = field(default_factory=list[There])


async def count_cash(tx: Transaction, request: CountRequest, key: UUID) -> CashCountView:
    """Keep a count of a window's till; it speaks of everything since the count before. Once a ``key``.

    Raises Problem ``not-the-last-count``, ``just-counted`` and those of the permission check.
    """
    organization_id = request.organization_id
    grant = COUNT.check(tx.actor, organization_id=organization_id)

    async def make() -> CashCountView:
        await tx.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"),
            {"what": f"cash_count:{organization_id}:{request.window}"},
        )
        found = await tx.session.execute(_LAST, {"organization": organization_id, "window": request.window})
        last = found.one_or_none()
        since, until = _span(tx.now, last, request.replaces)
        count_id = new_id()
        await tx.session.execute(
            insert(CashCount).values(
                organization_id=organization_id,
                id=count_id,
                till=request.window,
                shift=request.shift,
                since=since,
                until=until,
                counted_fen=request.counted_fen,
                counted_by=tx.actor.id,
                counted_at=tx.now,
                note=request.note or None,
                replaces_id=request.replaces,
            )
        )
        facts = {"window": request.window, "shift": request.shift, "amount": yuan_text(request.counted_fen)}
        await record(tx, grant, ReconciliationEvent.COUNTED, Subject("cash_count", count_id, organization_id), facts)
        kept = await tx.session.execute(_ONE, {"organization": organization_id, "id": count_id})
        return _view(kept.mappings().one())

    return await once(tx, key, request, CashCountView, make)


def _span(now: datetime, last: Any, replaces: UUID | None) -> tuple[datetime | None, datetime]:
    """From when to when a count speaks: a recount of the same stretch as the one that it replaces."""
    if replaces is not None:
        if last is None or last.id != replaces:
            raise problems.NOT_THE_LAST_COUNT()
        return last.since, last.until
    if last is not None and last.until >= now:
        raise problems.JUST_COUNTED()
    return (last.until if last is not None else None), now


async def counts_of(tx: Transaction, organization_id: UUID, day: date) -> list[CashCountView]:
    """The counts of a day that stand. Raises Problem ``not-found`` and those of the permission check."""
    READ_COUNTS.check(tx.actor, organization_id=organization_id)
    zones = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    zone = zones.scalar_one_or_none()
    if zone is None:
        raise NOT_FOUND()
    begin, end = day_bounds(day, zone)
    found = await tx.session.execute(_OF_DAY, {"organization": organization_id, "begin": begin, "end": end})
    return [_view(row) for row in found.mappings()]


def _view(row: Any) -> CashCountView:
    return CashCountView(**row, difference_fen=row["counted_fen"] - row["booked_fen"])


async def till_side(tx: Transaction, organization_id: UUID, day: date, zone: str) -> TillSide:
    """Both sides of a day's cash. Cash that nobody counted until the day was over stands on the journal's side alone.

    The caller has checked who asks.
    """
    begin, end = day_bounds(day, zone)
    values = {"organization": organization_id, "begin": begin, "end": end}
    made = TillSide()
    for row in (await tx.session.execute(_OF_DAY, values)).all():
        local = row.until.astimezone(ZoneInfo(zone))
        key = Key(CASH, "count", f"{row.window}/{local:%Y%m%d-%H%M%S}")
        made.here.append(_booked(key, row.until, row.booked_fen, row.window))
        made.there.append(There(key=key, at=row.until, amount=row.counted_fen, channel_no=row.shift))
    if day < day_of(tx.now, zone):
        for row in (await tx.session.execute(_UNCOUNTED, values)).all():
            key = Key(CASH, "count", f"{row.window}/{day:%Y%m%d}")
            made.here.append(_booked(key, row.at, row.booked_fen, row.window))
    return made


def _booked(key: Key, at: datetime, fen: int, window: str) -> Here:
    return Here(key=key, state="done", at=at, amount=fen, booked=fen, account=accounts.cash(window))
