"""The journal's addresses, for finance."""

from datetime import date

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from yitong.billing.journal import queries
from yitong.billing.journal.actions import READ
from yitong.billing.journal.schemas import Entry, TrialBalance
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.transaction import Transaction

_TAGS = ["journal"]


@get("/journal", summary="Entries of the journal", tags=_TAGS)
async def get_journal(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID],
    from_day: FromQuery[date],
    to_day: FromQuery[date],
    bill_id: FromQuery[UUID | None] = None,
    kind: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
) -> Page[Entry]:
    """Entries of these days in the order they were written."""
    READ.check(tx.actor, organization_id=organization_id)
    keys = keys_of(cursor, tuple[UUID])
    items = await queries.entries(
        tx,
        organization_id,
        from_day,
        to_day,
        bill_id=bill_id,
        kind=kind,
        account=account,
        after=keys[0] if keys else None,
    )
    return Page(items, cursor_of(items[-1].id) if len(items) == queries.PAGE else None)


@get("/organizations/{organization_id:uuid}/trial-balance", summary="The trial balance", tags=_TAGS)
async def get_trial_balance(
    tx: NamedDependency[Transaction],
    organization_id: FromPath[UUID],
    from_day: FromQuery[date],
    to_day: FromQuery[date],
) -> TrialBalance:
    """Turnovers of these days and balances at their end; debits are credits or something is badly wrong."""
    READ.check(tx.actor, organization_id=organization_id)
    return await queries.trial_balance(tx, organization_id, from_day, to_day)


ROUTES: list[ControllerRouterHandler] = [get_journal, get_trial_balance]
