"""Routes of the insurance rules: reading and trying them is open to everybody."""

from datetime import date
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.billing.insurance import queries, service
from yitong.billing.insurance import schemas as wire
from yitong.billing.insurance.policy import CatalogueEntry
from yitong.directory.service import region_of
from yitong.kernel.clock import day_of
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

TAGS = ["insurance"]
Word = Annotated[str | None, QueryParameter(max_length=60)]
Limit = Annotated[int, QueryParameter(ge=1, le=queries.MOST)]
Cursor = Annotated[str | None, QueryParameter(max_length=500)]


async def _day(tx: Transaction, day: date | None) -> date:
    return day or day_of(tx.now, (await region_of(tx)).zone)


@get("/insurance-rules", tags=TAGS, summary="Insurance rules in force on a day")
async def rules(tx: NamedDependency[Transaction], day: FromQuery[date | None] = None) -> wire.RulesInForce:
    """Deductibles, steps, ceilings, supplements and accounts; today's when no day is named."""
    day = await _day(tx, day)
    policy = await queries.policy_on(tx, day)
    return wire.RulesInForce(
        day, list(policy.benefits), list(policy.steps), list(policy.supplements), list(policy.accounts)
    )


@get("/insurance-rules/items", tags=TAGS, summary="The insurance catalogue on a day")
async def items(
    tx: NamedDependency[Transaction],
    q: Word = None,
    day: FromQuery[date | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CatalogueEntry]:
    """Class, first part, price limit and who it is paid for, of price items and drugs."""
    return await queries.search_items(tx, q, await _day(tx, day), limit, cursor)


@post("/insurance-rules/trials", status_code=200, tags=TAGS, summary="Try the rules on a made-up bill")
async def trial(tx: NamedDependency[Transaction], data: JSONBody[wire.Trial]) -> wire.TrialAnswer:
    """Nothing is stored and the insurer is not asked."""
    return await service.try_rules(tx, data)


ROUTES: list[ControllerRouterHandler] = [rules, items, trial]
