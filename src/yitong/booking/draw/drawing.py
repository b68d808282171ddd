"""What the clock does to draws: open, close, draw, pass places on, and give to everybody what nobody wants."""

from datetime import timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import insert, text

from yitong.booking.draw import offering, places, proof, rows
from yitong.booking.draw.actions import RUN
from yitong.booking.draw.announcing import move
from yitong.booking.draw.events import DrawEvent
from yitong.booking.draw.model import DrawResult
from yitong.booking.draw.publication import Terms, TermsSlot, TermsStratum
from yitong.booking.draw.reading import moment
from yitong.booking.draw.rules import Request, Stratum, allocate
from yitong.booking.draw.states import DrawState
from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_DUE = text("""
SELECT id FROM draw
WHERE state = 'announced' AND opens_at <= :now OR state = 'open' AND closes_at <= :now
    OR state = 'closed' AND closed_at <= :reveal AND (beacon_source IS NULL OR beacon IS NOT NULL)
    OR state = 'drawn' AND EXISTS (SELECT FROM draw_slot AS w
        WHERE w.organization_id = draw.organization_id AND w.draw_id = draw.id AND NOT w.ended)
ORDER BY closes_at, id
""")


@job("booking: draws", every=timedelta(seconds=10))
async def run_draws(platform: Platform) -> int:
    """Move every draw on as far as its time has come; answers how many were looked at."""
    async with platform.transaction() as tx:
        reveal = tx.now - timedelta(minutes=platform.settings.draw_reveal_minutes)
        due = list((await tx.session.execute(_DUE, {"now": tx.now, "reveal": reveal})).scalars())
    for draw_id in due:
        await advance(platform, draw_id)
    return len(due)


async def advance(platform: Platform, draw_id: UUID) -> DrawState:
    """Move one draw on as far as its time has come, each step in a transaction of its own; answers its state."""
    while True:
        async with platform.transaction() as tx:
            row = await rows.changing(tx, draw_id)
            state = DrawState(row["state"])
            if not await _step(tx, row):
                return state


async def _step(tx: Transaction, row: Any) -> bool:
    """One step of a locked draw; False when nothing more is due."""
    settings = tx.platform.settings
    match DrawState(row["state"]):
        case DrawState.ANNOUNCED if row["opens_at"] <= tx.now:
            grant = RUN.check(SYSTEM_ACTOR, organization_id=row["organization_id"])
            await move(tx, grant, row, DrawState.OPEN, DrawEvent.OPENED, {})
            return True
        case DrawState.OPEN if row["closes_at"] <= tx.now:
            await _close(tx, row)
            return True
        case DrawState.CLOSED:
            reveal = row["closed_at"] + timedelta(minutes=settings.draw_reveal_minutes)
            if reveal > tx.now or (row["beacon_source"] is not None and row["beacon"] is None):
                return False
            await _draw(tx, row)
            return True
        case DrawState.DRAWN:
            await _pass_on(tx, row)
            return False
        case _:
            return False


async def _close(tx: Transaction, row: Any) -> None:
    """Fix the terms and the list of requests. The seed is still secret; the root it will be bound to is not."""
    organization_id, draw_id = row["organization_id"], row["id"]
    grant = RUN.check(SYSTEM_ACTOR, organization_id=organization_id)
    slots = await rows.slots(tx, organization_id, [draw_id])
    await places.lock_both(tx, organization_id, [one["slot_id"] for one in slots])
    slots = await rows.slots(tx, organization_id, [draw_id])
    fixed = [
        TermsSlot(
            str(one["slot_id"]),
            moment(one["start_at"]),
            moment(one["end_at"]),
            0 if one["stopped"] else one["capacity"] - one["taken"],
        )
        for one in slots
    ]
    await tx.session.execute(
        text(
            "UPDATE draw_slot AS w SET places = f.places FROM unnest(CAST(:slots AS uuid[]), CAST(:places AS int[]))"
            " AS f (slot_id, places)"
            " WHERE w.organization_id = :organization AND w.draw_id = :draw AND w.slot_id = f.slot_id"
        ),
        {
            "slots": [one["slot_id"] for one in slots],
            "places": [one.places for one in fixed],
            "organization": organization_id,
            "draw": draw_id,
        },
    )
    leaves = [one["leaf"] for one in await rows.requests(tx, organization_id, draw_id)]
    root = proof.root_of(leaves)
    terms = Terms(
        str(draw_id),
        str(organization_id),
        str(row["department_id"]),
        msgspec.convert(row["title"], Bilingual),
        moment(row["opens_at"]),
        moment(row["closes_at"]),
        row["commitment"],
        row["choices_max"],
        row["beacon_source"],
        [_terms_stratum(one) for one in msgspec.convert(row["strata"], list[Stratum])],
        fixed,
    )
    await move(
        tx,
        grant,
        row,
        DrawState.CLOSED,
        DrawEvent.CLOSED,
        {"requests": len(leaves), "root": root, "terms": terms.digest()},
        terms=msgspec.to_builtins(terms),
        requests=len(leaves),
        requests_root=root,
        closed_at=tx.now,
    )


def _terms_stratum(one: Stratum) -> TermsStratum:
    rule: dict[str, int] | None = None
    if one.rule is not None:
        told: dict[str, int | None] = msgspec.to_builtins(one.rule)
        rule = {name: value for name, value in told.items() if value is not None}
    return TermsStratum(one.code, one.title, one.places, rule)


async def _draw(tx: Transaction, row: Any) -> None:
    """Reveal the seed, order the requests, and offer the winners their places."""
    organization_id, draw_id = row["organization_id"], row["id"]
    grant = RUN.check(SYSTEM_ACTOR, organization_id=organization_id)
    terms = msgspec.convert(row["terms"], Terms)
    seed = tx.platform.sealer.open(row["seed_sealed"], f"draw.seed:{draw_id}")
    asked = await rows.requests(tx, organization_id, draw_id)
    order = allocate(
        [Request(one["leaf"], one["stratum"], tuple(one["choices"])) for one in asked],
        [(one.code, one.places) for one in terms.strata],
        {one.slot_id: one.places for one in terms.slots},
        proof.final_seed(bytes.fromhex(seed), terms.digest(), row["requests_root"], row["beacon"] or ""),
    )
    by_leaf = {one["leaf"]: one for one in asked}
    results: list[dict[str, Any]] = [
        {
            "organization_id": organization_id,
            "draw_id": draw_id,
            "request_id": by_leaf[one.leaf]["id"],
            "patient_id": by_leaf[one.leaf]["patient_id"],
            "rank": one.rank,
            "turn": one.turn,
            "ticket": one.ticket,
            "slot_id": UUID(one.slot_id) if one.slot_id is not None else None,
        }
        for one in order
    ]
    if results:
        await tx.session.execute(insert(DrawResult), results)
    won = [one for one in results if one["slot_id"] is not None]
    await move(
        tx,
        grant,
        row,
        DrawState.DRAWN,
        DrawEvent.DRAWN,
        {"won": len(won), "requests": len(results), "seed": seed},
        seed=seed,
        drawn_at=tx.now,
    )
    slots = [one["slot_id"] for one in await rows.slots(tx, organization_id, [draw_id])]
    await places.lock_both(tx, organization_id, slots)
    askers = {one["id"]: one["requested_by"] for one in asked}
    await offering.offer(
        tx,
        grant,
        row,
        [
            offering.Due(number, one["request_id"], one["patient_id"], askers[one["request_id"]], one["slot_id"], None)
            for number, one in enumerate(won, 1)
        ],
    )
    await _tell_losers(tx, grant.actor.id, organization_id, draw_id)


async def _tell_losers(tx: Transaction, actor_id: UUID, organization_id: UUID, draw_id: UUID) -> None:
    """One event for everybody who won nothing: the patient's messages listen to it."""
    await tx.session.execute(
        text(
            "INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,"
            " patient_id, payload)"
            " SELECT organization_id, booking_new_id(), :now, :type, 'system', :actor, :action, 'draw_request',"
            " request_id, patient_id, jsonb_build_object('draw_id', draw_id, 'rank', rank)"
            " FROM draw_result WHERE organization_id = :organization AND draw_id = :draw AND slot_id IS NULL"
        ),
        {
            "now": tx.now,
            "type": DrawEvent.LOST.value,
            "actor": actor_id,
            "action": RUN.name,
            "organization": organization_id,
            "draw": draw_id,
        },
    )


async def _pass_on(tx: Transaction, row: Any) -> None:
    """End offers that ran out, offer each free place to the next who wanted it, and give the rest to everybody."""
    organization_id, draw_id = row["organization_id"], row["id"]
    grant = RUN.check(SYSTEM_ACTOR, organization_id=organization_id)
    running = [one["slot_id"] for one in await rows.slots(tx, organization_id, [draw_id]) if not one["ended"]]
    await places.lock_both(tx, organization_id, running)
    await offering.end_lapsed(tx, grant, row)
    while True:
        due = await offering.next_due(tx, row, running)
        if not due:
            break
        await offering.offer(tx, grant, row, due)
    given_up = await rows.given_up(tx, organization_id, draw_id)
    await places.give_to_everybody(tx, grant, Subject("draw", draw_id, organization_id), running, given_up)
    limit = tx.now + timedelta(hours=tx.platform.settings.draw_ends_hours_before)
    # Until then a kept place may still be given up and pass on; afterwards the slot is like any other's.
    await tx.session.execute(
        text(
            "UPDATE draw_slot AS w SET ended = true FROM slot AS s"
            " WHERE w.organization_id = :organization AND w.draw_id = :draw AND NOT w.ended"
            " AND s.organization_id = w.organization_id AND s.id = w.slot_id AND s.start_at <= :limit"
            " AND NOT EXISTS (SELECT FROM appointment AS a WHERE a.organization_id = w.organization_id"
            " AND a.slot_id = w.slot_id AND a.state = 'held')"
        ),
        {"organization": organization_id, "draw": draw_id, "limit": limit},
    )
