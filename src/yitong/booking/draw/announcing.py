"""Announce a draw, cancel it, and enter the public value it waits for."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from yitong.booking.desk import desk_of
from yitong.booking.draw import places, refusals, rows
from yitong.booking.draw.actions import ANNOUNCE, CANCEL, FIX_BEACON
from yitong.booking.draw.events import DrawEvent
from yitong.booking.draw.model import Draw, DrawSlot
from yitong.booking.draw.proof import SEED_BYTES, commitment_of
from yitong.booking.draw.reading import item
from yitong.booking.draw.rules import EVERYBODY, Stratum, strata_wrong
from yitong.booking.draw.schemas import BeaconBody, DrawCancelBody, DrawItem, DrawRequestBody
from yitong.booking.draw.states import DRAW, DrawState
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import NOT_FOUND, VALIDATION_FAILED, WRONG_STATE, FieldError
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_LATE = timedelta(hours=1)  # a form that was filled in slowly
_TITLE_MOST = 100
_STRATA_WRONG = {
    "repeated": Bilingual("类别编号重复。", "Two classes have the same code."),
    "last_must_take_all": Bilingual("最后一个类别须面向所有人。", "The last class has to take everybody."),
    "rule_missing": Bilingual("除最后一个外，每个类别都要有条件。", "Every class but the last needs a rule."),
    "places": Bilingual("预留数量至少为 1。", "A class reserves at least one place."),
    "empty": Bilingual("至少需要一个类别。", "At least one class is needed."),
}


async def announce(tx: Transaction, request: DrawRequestBody, key: UUID) -> DrawItem:
    """Announce a draw: its places are set aside and its seed is committed to from now on.

    Raises Problem ``validation-failed``, ``not-found``, ``draw-no-places``, ``draw-slot-used`` and those of the
    permission check.
    """

    async def make() -> DrawItem:
        return await _announce(tx, request)

    return await once(tx, key, request, DrawItem, make)


async def _announce(tx: Transaction, request: DrawRequestBody) -> DrawItem:
    grant = ANNOUNCE.check(tx.actor, organization_id=request.organization_id)
    settings = tx.platform.settings
    names = await desk_of(tx.platform).names.of(request.organization_id)
    if request.department_id not in names.departments:
        raise NOT_FOUND()
    strata = request.strata if request.strata is not None else [EVERYBODY]
    _check_form(request, strata, tx.now)
    await _check_sessions(tx, request)
    if request.places_per_slot is not None:
        await places.set_aside(tx, request.organization_id, request.schedule_ids, request.places_per_slot)
    chosen = await _chosen(tx, request)
    first = min(one.start_at for one in chosen)
    late = timedelta(minutes=settings.draw_reveal_minutes, hours=settings.draw_ends_hours_before)
    if first - late <= request.closes_at:
        raise _wrong("closes_at", "截止时间离第一个时段太近。", "It closes too shortly before the first of the times.")
    draw_id, seed = new_id(), secrets.token_bytes(SEED_BYTES)
    zh, en = names.departments[request.department_id]
    title = request.title or Bilingual(f"{zh}抽签", f"{en}: draw")
    await tx.session.execute(
        insert(Draw).values(
            organization_id=request.organization_id,
            id=draw_id,
            department_id=request.department_id,
            title=msgspec.to_builtins(title),
            opens_at=request.opens_at,
            closes_at=request.closes_at,
            claim_hours=request.claim_hours or settings.draw_claim_hours,
            choices_max=settings.draw_choices,
            strata=msgspec.to_builtins(strata),
            commitment=commitment_of(seed),
            seed_sealed=tx.platform.sealer.seal(seed.hex(), f"draw.seed:{draw_id}"),
            beacon_source=request.beacon_source or settings.draw_beacon or None,
            state=DrawState.ANNOUNCED.value,
            version=1,
            created_at=tx.now,
            created_by=tx.actor.id,
        )
    )
    slots = [
        {"organization_id": request.organization_id, "draw_id": draw_id, "slot_id": one.id, "ended": False}
        for one in chosen
    ]
    try:
        await tx.session.execute(insert(DrawSlot).values(slots))
    except IntegrityError as error:
        raise refusals.DRAW_SLOT_USED() from error
    subject = Subject("draw", draw_id, request.organization_id)
    said = {"commitment": commitment_of(seed), "slots": len(chosen), "closes_at": request.closes_at}
    event_id = await record(tx, grant, DrawEvent.ANNOUNCED, subject, said)
    await record_move(tx, grant, DRAW, subject, None, DrawState.ANNOUNCED, sequence=1, event_id=event_id)
    return await item(tx, await rows.draw(tx, draw_id))


async def cancel(tx: Transaction, draw_id: UUID, request: DrawCancelBody) -> DrawItem:
    """Call a draw off before it is drawn; its places go to everybody.

    Raises Problem ``wrong-state``, ``not-found`` and those of the permission check.
    """
    row = await rows.changing(tx, draw_id)
    grant = CANCEL.check(tx.actor, organization_id=row["organization_id"])
    await move(
        tx,
        grant,
        row,
        DrawState.CANCELLED,
        DrawEvent.CANCELLED,
        {"reason": request.reason},
        reason=request.reason,
        cancelled_reason=request.reason,
    )
    slots = [one["slot_id"] for one in await rows.slots(tx, row["organization_id"], [draw_id])]
    await places.lock_both(tx, row["organization_id"], slots)
    await places.give_to_everybody(tx, grant, Subject("draw", draw_id, row["organization_id"]), slots, {})
    await tx.session.execute(
        text("UPDATE draw_slot SET ended = true WHERE organization_id = :organization AND draw_id = :draw"),
        {"organization": row["organization_id"], "draw": draw_id},
    )
    return await item(tx, await rows.draw(tx, draw_id))


async def fix_beacon(tx: Transaction, draw_id: UUID, request: BeaconBody) -> DrawItem:
    """Enter the value that the named public source printed after the draw closed; it is entered once.

    Raises Problem ``wrong-state`` (not closed, no source named, or entered before with another value), ``not-found``
    and those of the permission check.
    """
    row = await rows.changing(tx, draw_id)
    grant = FIX_BEACON.check(tx.actor, organization_id=row["organization_id"])
    if row["beacon"] == request.value:
        return await item(tx, row)
    if row["state"] != DrawState.CLOSED.value or row["beacon_source"] is None or row["beacon"] is not None:
        zh, en = DRAW.words[DrawState(row["state"])]
        raise WRONG_STATE(state=en, state_zh=zh)
    await tx.session.execute(
        text("UPDATE draw SET beacon = :value WHERE organization_id = :organization AND id = :id"),
        {"value": request.value, "organization": row["organization_id"], "id": draw_id},
    )
    said = {"value": request.value, "source": row["beacon_source"]}
    await record(tx, grant, DrawEvent.BEACON_FIXED, Subject("draw", draw_id, row["organization_id"]), said)
    return await item(tx, await rows.draw(tx, draw_id))


async def move(
    tx: Transaction,
    grant: Grant,
    row: Any,
    after: DrawState,
    event: DrawEvent,
    said: dict[str, Any],
    *,
    reason: str | None = None,
    **values: Any,
) -> None:
    """Move a locked draw on, with one event; ``values`` are columns that change with it.

    Raises Problem ``wrong-state`` when the move is not legal.
    """
    before = DrawState(row["state"])
    DRAW.check(before, after)
    subject = Subject("draw", row["id"], row["organization_id"])
    event_id = await record(tx, grant, event, subject, said)
    await record_move(
        tx, grant, DRAW, subject, before, after, sequence=row["version"] + 1, event_id=event_id, reason=reason
    )
    await tx.session.execute(
        update(Draw)
        .where(Draw.organization_id == row["organization_id"], Draw.id == row["id"])
        .values(state=after.value, version=row["version"] + 1, **values)
    )


def _wrong(field: str, zh: str, en: str) -> Exception:
    return VALIDATION_FAILED(errors=[FieldError(field, "invalid", Bilingual(zh, en))])


def _check_form(request: DrawRequestBody, strata: list[Stratum], now: datetime) -> None:
    for field, moment in (("opens_at", request.opens_at), ("closes_at", request.closes_at)):
        if moment.tzinfo is None:
            raise _wrong(field, "时间须带时区。", "A moment needs its zone.")
    if request.opens_at < now - _LATE:
        raise _wrong("opens_at", "开始时间不能早于现在。", "It cannot have opened before now.")
    if request.opens_at >= request.closes_at or request.closes_at <= now:
        raise _wrong(
            "closes_at", "截止时间须晚于开始时间和现在。", "It has to close after it opens and after this moment."
        )
    for field, title in [("title", request.title), *(("strata", one.title) for one in strata)]:
        if title is not None and not (_printable(title.zh) and _printable(title.en)):
            raise _wrong(field, "名称须为 1 至 100 个可见字符。", "A title has 1 to 100 printable characters.")
    wrong = strata_wrong(strata)
    if wrong is not None:
        words = _STRATA_WRONG[wrong]
        raise _wrong("strata", words.zh, words.en)


def _printable(text: str) -> bool:
    return 0 < len(text) <= _TITLE_MOST and text.isprintable()


async def _check_sessions(tx: Transaction, request: DrawRequestBody) -> None:
    found = await tx.session.execute(
        text(
            "SELECT count(*) FROM schedule WHERE organization_id = :organization AND department_id = :department"
            " AND id = ANY (:schedules) AND stopped_at IS NULL AND end_at > :now"
        ),
        {
            "organization": request.organization_id,
            "department": request.department_id,
            "schedules": request.schedule_ids,
            "now": tx.now,
        },
    )
    if found.scalar_one() != len(set(request.schedule_ids)):
        raise _wrong(
            "schedule_ids",
            "所选班次中有不属于该科室、已停诊或已过去的。",
            "One of the sessions is not of this department, stopped, or over.",
        )


async def _chosen(tx: Transaction, request: DrawRequestBody) -> list[Any]:
    found = await tx.session.execute(
        text(
            "SELECT id, start_at FROM slot WHERE organization_id = :organization AND schedule_id = ANY (:schedules)"
            " AND pool = 'draw' AND capacity > taken AND start_at > :now ORDER BY start_at, id"
        ),
        {"organization": request.organization_id, "schedules": request.schedule_ids, "now": tx.now},
    )
    chosen = list(found)
    if not chosen:
        raise refusals.DRAW_NO_PLACES()
    return chosen
