"""A day re-optimised: somebody gains, nobody loses, places are never used twice, an urgent exam gets room."""

from collections import Counter

import msgspec
import pytest

from planning.exam_cases import item, place, problem
from yitong.planning.exams.day import Visitor, make_room, propose_moves
from yitong.planning.exams.model import Booking, Person, Request
from yitong.planning.problems import PlanningError

ITEMS = [item("A"), item("B")]
PLACES = {one.id: one for one in (place("A", 480), place("A", 600), place("B", 500), place("B", 700), place("B", 620))}


def visitor(id: str, a: str, b: str, **fields: bool) -> Visitor:
    bookings = (Booking("a", PLACES[a]), Booking("b", PLACES[b]))
    return Visitor(id=id, problem=problem(ITEMS, []), bookings=bookings, **fields)


def test_moves_help_somebody_and_hurt_nobody_and_places_are_used_once() -> None:
    people = (visitor("x", "A@600", "B@700"), visitor("y", "A@480", "B@500"))
    found = propose_moves(people, (PLACES["B@620"],))
    (move,) = found.moves
    assert (move.visitor, move.changed) == ("x", ("b",))
    assert move.finish == (710, 630)
    assert move.waiting == (87, 7)
    assert found.waiting == (94, 14)
    taken = Counter(one.place for one in move.choices) + Counter(("A@480", "B@500"))
    assert max(taken.values()) == 1
    assert propose_moves((visitor("x", "A@600", "B@700", willing=False), people[1]), (PLACES["B@620"],)).moves == ()


def test_a_place_left_by_one_helps_the_next() -> None:
    people = (visitor("y", "A@480", "B@620"), visitor("x", "A@600", "B@700"))
    chain = propose_moves(people, (PLACES["B@500"],))
    assert [(one.visitor, one.finish) for one in chain.moves] == [("y", (630, 510)), ("x", (710, 630))]
    assert [[choice.place for choice in one.choices] for one in chain.moves] == [["A@480", "B@500"], ["A@600", "B@620"]]


def test_somebody_willing_makes_room_for_an_urgent_exam() -> None:
    urgent = problem([ITEMS[1]], [], requests=(Request(id="u", code="B", wanted_until=640, must=True),))
    urgent = msgspec.structs.replace(urgent, person=Person(sex="male", age=70, setting="emergency"))
    people = (visitor("x", "A@480", "B@620"),)
    nearer = (msgspec.structs.replace(PLACES["B@500"], id="B@495", quota="outpatient", end=504),)
    assert make_room(people, nearer, urgent).urgent is None
    free = (msgspec.structs.replace(PLACES["B@500"], sex="female"),)
    found = make_room(people, free, urgent)
    assert found.urgent is not None
    assert [one.place for one in found.urgent.choices] == ["B@620"]
    assert [(one.visitor, one.changed) for one in found.moves] == [("x", ("b",))]
    assert found.moves[0].finish == (630, 510)


def test_a_request_without_a_booking_is_refused() -> None:
    half = msgspec.structs.replace(visitor("x", "A@480", "B@500"), bookings=(Booking("a", PLACES["A@480"]),))
    with pytest.raises(PlanningError, match="visitor x: no booking for b"):
        propose_moves((half,), ())
