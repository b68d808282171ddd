"""The audit finds what it is for: a jumped turn, a lost number, somebody forgotten; and nothing in a fair log."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient as Client
from hypothesis import given
from hypothesis import strategies as st

from booking.test_queue import arrive, get, post
from worlds import World
from yitong.booking.queue.auditing import Happening, replay
from yitong.booking.queue.rules import RANK, Priority, Waiting, in_order
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID

OPENING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
ROOM, OTHER = str(UUID(int=100)), str(UUID(int=101))


def happened(type: str, number: int, minute: int, *, room: str = ROOM, slot: int = 0, **more: Any) -> Happening:
    payload = {
        "schedule_id": room,
        "number": number,
        "number_text": f"A{number:03d}",
        "priority": "normal",
        "due_at": (OPENING + timedelta(minutes=30 * slot)).isoformat(),
        "turn": [RANK[Priority.NORMAL], number, 0, None],
        **more,
    }
    return Happening(UUID(int=number), type, OPENING + timedelta(minutes=minute), payload)


IN, CALLED = "queue:entry:checked_in", "queue:entry:called"


@pytest.mark.unit
def test_a_jumped_turn_is_found_and_named() -> None:
    log = [happened(IN, 1, 0), happened(IN, 2, 1), happened(CALLED, 2, 2), happened(CALLED, 1, 3)]
    found = replay(log, {ROOM})
    assert [(j.called, j.passed) for j in found.jumps] == [("A002", "A001")]
    assert found.calls == 2


@pytest.mark.unit
def test_who_cancelled_was_skipped_or_waits_for_another_room_is_not_passed() -> None:
    log = [
        happened(IN, 1, 0),
        happened(IN, 2, 0),
        happened(IN, 3, 0, bound_to=OTHER),
        happened(IN, 4, 0),
        happened("booking:appointment:cancelled", 1, 1),
        happened("queue:entry:skipped", 2, 1),
        happened(CALLED, 4, 2),
    ]
    assert replay(log, {ROOM, OTHER}).jumps == []
    assert len(replay([*log, happened(CALLED, 4, 3, room=OTHER)], {ROOM, OTHER}).jumps) == 1


@pytest.mark.unit
@given(st.permutations(range(1, 7)), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_only_the_fair_order_is_clean(order: list[int], slots: list[int]) -> None:
    people = {n: slots[n - 1] for n in range(1, 7)}
    arrivals = [happened(IN, n, 0, slot=slot) for n, slot in people.items()]
    calls = [happened(CALLED, n, 1, slot=people[n]) for n in order]
    fair = in_order(
        [Waiting(UUID(int=n), Priority.NORMAL, OPENING + timedelta(minutes=30 * slot), n) for n, slot in people.items()]
    )
    clean = not replay([*arrivals, *calls], {ROOM}).jumps
    assert clean == ([one.number for one in fair] == order)


async def test_a_day_at_the_clinic_is_clean_and_tampering_is_not(client: Client, town: World, clock: SetClock) -> None:
    places = [await arrive(client, town, await town.patient(f"人{n}"), slot=n % 2) for n in range(4)]
    path = f"/queues/{town.session.id}"
    called = await post(client, town, town.doctor, f"{path}/call-next")
    await post(client, town, town.doctor, f"/queue-entries/{called['entry']['id']}/skip")
    await post(client, town, town.nurse, f"/queue-entries/{called['entry']['id']}/return")
    for _ in range(2):
        called = await post(client, town, town.doctor, f"{path}/call-next")
        await post(client, town, town.doctor, f"/encounters/{called['encounter']['id']}/finish")
    audited = await get(client, town, town.nurse, f"{path}/audit")
    assert (audited["clean"], audited["calls_checked"]) == (True, 3), audited
    clock.advance(hours=4)
    late = await get(client, town, town.nurse, f"{path}/audit")
    assert len(late["forgotten"]) == 2, "two still sit there after the session's end"
    await town.rows("UPDATE schedule SET next_number = 7 WHERE id = :id RETURNING 1", id=town.session.id)
    gaps = await get(client, town, town.nurse, f"{path}/audit")
    assert (gaps["missing_numbers"], gaps["clean"]) == ([5, 6], False)
    assert (await get(client, town, town.doctor, f"{path}/audit"))["code"] == "forbidden"
    assert places[0]["number_text"] == "A001"
