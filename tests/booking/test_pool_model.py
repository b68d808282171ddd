"""Whatever people do in whatever order, the pool agrees with a plain model of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.world import World
from yitong.booking.schemas import Appointment, CancelRequest, HoldRequest
from yitong.booking.service import cancel, confirm, hold, sweep_holds
from yitong.booking.waitlist.jobs import tend_lists
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.problems import Problem

PATIENTS = 4
AFTER_CANCEL_S, AFTER_HOLD_S = 600, 299  # fixed instead of random, so that the model knows them
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.integers(0, PATIENTS - 1), st.integers(0, 1)),
        st.tuples(st.just("confirm"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("cancel"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("pass"), st.sampled_from([1, 299, 300, 600]), st.just(0)),
        st.tuples(st.just("sweep"), st.just(0), st.just(0)),
    ),
    min_size=4,
    max_size=30,
)


@dataclass
class Place:
    """An appointment as the model knows it."""

    id: UUID
    patient: UUID
    slot: int
    state: str
    expires: datetime

    ended: datetime | None = None  # when it was cancelled, and from what
    was: str = ""

    def now(self, moment: datetime) -> str:
        return "expired" if self.state == "held" and self.expires <= moment else self.state

    def keeps_until(self) -> datetime:
        """Until when the place of somebody who is gone is on its way back."""
        if self.state == "cancelled" and self.ended is not None:
            return self.ended + timedelta(seconds=AFTER_CANCEL_S if self.was == "booked" else AFTER_HOLD_S)
        return self.expires + timedelta(seconds=AFTER_HOLD_S)

    def counts(self, moment: datetime) -> bool:
        return self.now(moment) in ("held", "booked") or moment < self.keeps_until()


class Model:
    """The rules of the pool in a few lines of Python."""

    def __init__(self, capacities: tuple[int, int]) -> None:
        self.capacities = capacities
        self.places: list[Place] = []

    def sitting(self, slot: int, moment: datetime) -> int:
        return sum(p.slot == slot and p.counts(moment) for p in self.places)

    def hold(self, patient: UUID, slot: int, moment: datetime) -> str:
        if any(p.patient == patient and p.now(moment) in ("held", "booked") for p in self.places):
            return "duplicate-booking"
        return "held" if self.sitting(slot, moment) < self.capacities[slot] else "slot-taken"

    def confirm(self, place: Place, moment: datetime) -> str:
        return {"held": "booked", "booked": "booked", "expired": "hold-expired"}.get(place.now(moment), "wrong-state")

    def cancel(self, place: Place, moment: datetime) -> str:
        left = {"held": "cancelled", "booked": "cancelled", "expired": "hold-expired"}
        return left.get(place.now(moment), "wrong-state")


@given(capacities=st.tuples(st.integers(1, 3), st.integers(1, 2)), operations=OPERATIONS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_pool_agrees_with_its_model(
    world: World, clock: SetClock, capacities: tuple[int, int], operations: list[tuple[str, int, int]]
) -> None:
    await world.owner.execute(
        "DELETE FROM transition; DELETE FROM returning_place; DELETE FROM appointment; DELETE FROM slot;"
        " DELETE FROM schedule"
    )
    await world.return_after(AFTER_CANCEL_S, AFTER_HOLD_S)
    _, slots = await world.session(slots=2)
    for slot, capacity in zip(slots, capacities, strict=True):
        await world.owner.execute("UPDATE slot SET capacity = $2 WHERE id = $1", slot, capacity)
    patients = [await world.patient() for _ in range(PATIENTS)]
    model = Model(capacities)
    for name, first, second in operations:
        moment = clock.now()
        if name == "pass":
            clock.advance(seconds=first)
        elif name == "sweep":
            await sweep_holds(world.platform)
        elif name == "hold":
            expected = model.hold(patients[first], second, moment)
            assert await _hold(world, model, patients[first], second, slots[second]) == expected
        elif model.places:
            place = model.places[first % len(model.places)]
            expected = (model.confirm if name == "confirm" else model.cancel)(place, moment)
            assert await _change(world, name, place) == expected
            if expected in ("booked", "cancelled"):
                place.was, place.state, place.ended = place.state, expected, moment
        await _agree(world, model, slots, clock.now())
    await sweep_holds(world.platform)
    await tend_lists(world.platform)
    for number, slot in enumerate(slots):
        assert (await world.row("slot", slot))["taken"] == model.sitting(number, clock.now())


async def _hold(world: World, model: Model, patient: UUID, number: int, slot: UUID) -> str:
    request = HoldRequest(world.organization_id, slot, patient)
    try:
        made = await hold(world.platform, world.citizen(patient), request, new_id())
    except Problem as problem:
        return problem.code
    assert made.hold_expires_at is not None
    model.places.append(Place(made.id, patient, number, "held", made.hold_expires_at))
    return made.state


async def _change(world: World, name: str, place: Place) -> str:
    actor = world.citizen(place.patient)
    try:
        if name == "confirm":
            return (await confirm(world.platform, actor, world.organization_id, place.id)).state
        async with world.platform.transaction(actor) as tx:
            done: Appointment = await cancel(tx, place.id, CancelRequest(world.organization_id, "不去了"))
            return done.state
    except Problem as problem:
        return problem.code


async def _agree(world: World, model: Model, slots: list[UUID], moment: datetime) -> None:
    """The slots' counts are those of their rows, none holds more than it can, and a full one says when it reopens."""
    for number, slot in enumerate(slots):
        row: Any = await world.row("slot", slot)
        rows = await world.owner.fetch(
            "SELECT hold_expires_at FROM appointment WHERE slot_id = $1 AND state NOT IN ('cancelled', 'expired')", slot
        )
        returning = await world.owner.fetch(
            "SELECT returns_at FROM returning_place WHERE slot_id = $1 AND state = 'waiting'", slot
        )
        assert row["taken"] == len(rows) + len(returning) <= model.capacities[number]
        assert row["open"] == (row["taken"] < model.capacities[number])
        ends = [one["hold_expires_at"] + timedelta(seconds=AFTER_HOLD_S) for one in rows if one["hold_expires_at"]]
        ends += [one["returns_at"] for one in returning]
        assert row["reopens_at"] == (min(ends, default=None) if not row["open"] else None)
        assert model.sitting(number, moment) <= row["taken"]
