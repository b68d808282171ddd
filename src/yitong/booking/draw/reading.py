"""See draws, and the published file: open to everybody, for a draw that people cannot look at proves nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import text

from yitong.booking.desk import desk_of
from yitong.booking.draw import rows
from yitong.booking.draw.publication import (
    FORMAT,
    Publication,
    PublishedOffer,
    PublishedRequest,
    PublishedResult,
    Terms,
)
from yitong.booking.draw.refusals import DRAW_NOT_PUBLISHED
from yitong.booking.draw.rules import Stratum
from yitong.booking.draw.schemas import DrawItem, DrawNumbers, DrawSlotItem
from yitong.booking.draw.states import DrawState
from yitong.booking.names import Names
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

PAGE = 20
_Keys = tuple[datetime, UUID]
_UNNAMED = ("", "")


def state_now(row: Any, now: datetime) -> DrawState:
    """The state people are shown: open from the moment it opens, whether or not the job has written that yet."""
    state = DrawState(row["state"])
    return DrawState.OPEN if state is DrawState.ANNOUNCED and row["opens_at"] <= now else state


async def draws(
    tx: Transaction,
    organization_id: UUID | None,
    department_id: UUID | None,
    states: Sequence[DrawState],
    cursor: str | None,
) -> Page[DrawItem]:
    """Draws, those that close last first; of one hospital or all, in these states or any."""
    where = ["true"]
    values: dict[str, Any] = {"limit": PAGE + 1, "now": tx.now}
    if organization_id is not None:
        where.append("organization_id = :organization")
        values["organization"] = organization_id
    if department_id is not None:
        where.append("department_id = :department")
        values["department"] = department_id
    if states:
        where.append("CASE WHEN state = 'announced' AND opens_at <= :now THEN 'open' ELSE state END = ANY (:states)")
        values["states"] = [one.value for one in states]
    after = keys_of(cursor, _Keys)
    if after:
        where.append("(closes_at, id) < (:closes, :id)")
        values |= {"closes": after[0], "id": after[1]}
    found = await tx.session.execute(
        text(f"SELECT * FROM draw WHERE {' AND '.join(where)} ORDER BY closes_at DESC, id DESC LIMIT :limit"),  # noqa: S608
        values,
    )
    listed = list(found.mappings())
    items = [await item(tx, row) for row in listed[:PAGE]]
    more = len(listed) > PAGE
    return Page(items, cursor_of(listed[PAGE - 1]["closes_at"], listed[PAGE - 1]["id"]) if more else None)


async def show(tx: Transaction, draw_id: UUID) -> DrawItem:
    """One draw. Raises Problem ``not-found``."""
    return await item(tx, await rows.draw(tx, draw_id))


async def item(tx: Transaction, row: Any) -> DrawItem:
    """A draw's row as everybody sees it."""
    organization_id: UUID = row["organization_id"]
    names = await desk_of(tx.platform).names.of(organization_id)
    slots = [_slot(one, names) for one in await rows.slots(tx, organization_id, [row["id"]])]
    department = names.departments.get(row["department_id"], _UNNAMED)
    reveal = timedelta(minutes=tx.platform.settings.draw_reveal_minutes)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(names.zone) if moment is not None else None

    return DrawItem(
        id=row["id"],
        organization_id=organization_id,
        organization_name=names.name,
        organization_name_en=names.name_en,
        department_id=row["department_id"],
        department_name=department[0],
        department_name_en=department[1],
        title=msgspec.convert(row["title"], Bilingual),
        state=state_now(row, tx.now),
        opens_at=row["opens_at"].astimezone(names.zone),
        closes_at=row["closes_at"].astimezone(names.zone),
        reveal_at=((row["closed_at"] or row["closes_at"]) + reveal).astimezone(names.zone),
        closed_at=local(row["closed_at"]),
        drawn_at=local(row["drawn_at"]),
        claim_hours=row["claim_hours"],
        choices_max=row["choices_max"],
        strata=msgspec.convert(row["strata"], list[Stratum]),
        slots=slots,
        places=sum(one.places for one in slots),
        requests=row["requests"] if row["requests"] is not None else await _so_far(tx, row),
        commitment=row["commitment"],
        requests_root=row["requests_root"],
        beacon_source=row["beacon_source"],
        beacon=row["beacon"],
        seed=row["seed"],
        numbers=await _numbers(tx, row) if row["state"] == DrawState.DRAWN.value else None,
        cancelled_reason=row["cancelled_reason"],
    )


async def publication(tx: Transaction, draw_id: UUID) -> Publication:
    """The published file of a draw that has closed: salted digests, never a person.

    Raises Problem ``draw-not-published`` before that, and ``not-found``.
    """
    row = await rows.draw(tx, draw_id)
    if row["terms"] is None:
        raise DRAW_NOT_PUBLISHED()
    await tx.open_region()  # the rows are private; what is told of them is not
    organization_id: UUID = row["organization_id"]
    terms = msgspec.convert(row["terms"], Terms)
    requests = [
        PublishedRequest(one["leaf"], one["identity"], one["stratum"], list(one["choices"]))
        for one in await rows.requests(tx, organization_id, draw_id)
    ]
    closed = Publication(FORMAT, terms, terms.digest(), moment(row["closed_at"]), requests, row["requests_root"])
    if row["seed"] is None:
        return closed
    return msgspec.structs.replace(
        closed,
        beacon=row["beacon"],
        seed=row["seed"],
        drawn_at=moment(row["drawn_at"]),
        results=[
            PublishedResult(one["rank"], one["leaf"], one["turn"], one["ticket"], text_of(one["slot_id"]))
            for one in await rows.results(tx, organization_id, draw_id)
        ],
        offers=[
            PublishedOffer(one["sequence"], one["leaf"], str(one["slot_id"]), one["after"], one["outcome"])
            for one in await rows.offers(tx, organization_id, draw_id)
        ],
    )


def moment(value: datetime) -> str:
    """A moment as the published file writes it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def text_of(id: UUID | None) -> str | None:
    """An id as the published file writes it."""
    return str(id) if id is not None else None


def _slot(row: Any, names: Names) -> DrawSlotItem:
    role = names.roles.get(row["practitioner_role_id"]) if row["practitioner_role_id"] is not None else None
    service = names.services.get(row["service_id"])
    return DrawSlotItem(
        row["slot_id"],
        row["schedule_id"],
        row["start_at"].astimezone(names.zone),
        row["end_at"].astimezone(names.zone),
        row["places"] if row["places"] is not None else row["capacity"] - row["taken"],
        row["practitioner_role_id"],
        role.name if role else None,
        role.title if role else None,
        service.name if service else "",
        service.name_en if service else "",
        row["fee_fen"],
    )


async def _so_far(tx: Transaction, row: Any) -> int:
    """How many requests there are before the draw has closed."""
    await tx.open_region()
    found = await tx.session.execute(
        text(
            "SELECT count(*) FROM draw_request WHERE organization_id = :organization AND draw_id = :draw"
            " AND withdrawn_at IS NULL"
        ),
        {"organization": row["organization_id"], "draw": row["id"]},
    )
    return found.scalar_one()


async def _numbers(tx: Transaction, row: Any) -> DrawNumbers:
    await tx.open_region()
    found = await tx.session.execute(
        text(
            "SELECT count(*) FILTER (WHERE f.outcome = 'offered') AS offered,"  # noqa: S608
            " count(*) FILTER (WHERE f.outcome = 'claimed') AS claimed,"
            " count(*) FILTER (WHERE f.outcome NOT IN ('offered', 'claimed')) AS passed_on,"
            " count(*) FILTER (WHERE f.after IS NULL) AS won"
            f" FROM (SELECT o.after, {rows.OUTCOME} AS outcome FROM draw_offer AS o"
            " LEFT JOIN appointment AS a ON a.organization_id = o.organization_id AND a.id = o.appointment_id"
            " WHERE o.organization_id = :organization AND o.draw_id = :draw) AS f"
        ),
        {"organization": row["organization_id"], "draw": row["id"], "now": tx.now},
    )
    one = found.one()
    return DrawNumbers(one.won, one.offered, one.claimed, one.passed_on)
