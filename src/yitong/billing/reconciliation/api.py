"""Routes of the daily reconciliation."""

from datetime import date
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.billing.reconciliation import asking, counting, queries, running, signing
from yitong.billing.reconciliation.schemas import (
    AskAgainRequest,
    CashCountView,
    CompareRequest,
    CountRequest,
    DayReconciliation,
    MoneyDifference,
    ProposeRequest,
    ReconciledDay,
    SignRequest,
)
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

_TAGS = ["reconciliation"]
Tx = NamedDependency[Transaction]
FromDay = Annotated[date, QueryParameter(name="from")]
ToDay = Annotated[date, QueryParameter(name="to")]


@post("/reconciliations", status_code=200, summary="Reconcile a day", tags=_TAGS)
async def compare_now(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[CompareRequest]
) -> DayReconciliation:
    """Fetches the day's lists of channels and insurer and compares them with the journal; once more is harmless."""
    await running.compare_day(platform, actor, data.organization_id, data.day)
    async with platform.transaction(actor) as tx:
        return await queries.day_report(tx, data.organization_id, data.day)


@get("/reconciliations", summary="Reconciled days", tags=_TAGS)
async def list_days(tx: Tx, organization_id: FromQuery[UUID], first: FromDay, last: ToDay) -> Page[ReconciledDay]:
    """The latest comparison of each day, the latest day first."""
    return Page(await queries.days(tx, organization_id, first, last))


@get("/reconciliations/report", summary="The report of a day", tags=_TAGS)
async def show_report(tx: Tx, organization_id: FromQuery[UUID], day: FromQuery[date]) -> DayReconciliation:
    """Sums of the three sides and every difference with its explanation and what became of it."""
    return await queries.day_report(tx, organization_id, day)


@post(
    "/reconciliation-differences/{difference_id:uuid}/propose",
    status_code=200,
    summary="Propose a correction",
    tags=_TAGS,
)
async def propose(tx: Tx, difference_id: FromPath[UUID], data: JSONBody[ProposeRequest]) -> MoneyDifference:
    """One of the difference's choices, with a reason; nothing is booked until a second person signs."""
    return await signing.propose(tx, difference_id, data)


@post("/reconciliation-differences/{difference_id:uuid}/sign", status_code=200, summary="Sign a correction", tags=_TAGS)
async def sign(tx: Tx, difference_id: FromPath[UUID], data: JSONBody[SignRequest]) -> MoneyDifference:
    """By somebody else than who proposed it: books the countering entry, or sends it back with a note."""
    return await signing.sign(tx, difference_id, data)


@post(
    "/reconciliation-differences/{difference_id:uuid}/ask",
    status_code=200,
    summary="Ask the other side again",
    tags=_TAGS,
)
async def ask(
    platform: NamedDependency[Platform],
    actor: NamedDependency[Actor],
    difference_id: FromPath[UUID],
    data: JSONBody[AskAgainRequest],
) -> MoneyDifference:
    """What it says is kept and handed to the payment; the day is compared anew."""
    await asking.ask_again(platform, actor, data.organization_id, difference_id)
    async with platform.transaction(actor) as tx:
        return await queries.difference(tx, data.organization_id, difference_id)


@post("/cash-counts", summary="Count the cash of a window", tags=_TAGS)
async def post_count(tx: Tx, data: JSONBody[CountRequest], idempotency_key: NamedDependency[UUID]) -> CashCountView:
    """At the end of a shift: what is in the till beyond its float. Says how much the journal has."""
    return await counting.count_cash(tx, data, idempotency_key)


@get("/cash-counts", summary="Counts of cash of a day", tags=_TAGS)
async def get_counts(tx: Tx, organization_id: FromQuery[UUID], day: FromQuery[date]) -> Page[CashCountView]:
    """Those that stand, by window and time."""
    return Page(await counting.counts_of(tx, organization_id, day))


ROUTES: list[ControllerRouterHandler] = [
    compare_now,
    list_days,
    show_report,
    propose,
    sign,
    ask,
    post_count,
    get_counts,
]
