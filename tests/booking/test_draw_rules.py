"""The draw's promises, for every draw hypothesis can think of: order, completeness, one chance, and tampering found."""

import hashlib
import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from booking.published import Ask, publish, request
from yitong.booking.draw import proof
from yitong.booking.draw.publication import FREED, Noted, Outcome, Publication, read, verify
from yitong.booking.draw.rules import (
    EVERYBODY,
    Person,
    Request,
    Stratum,
    StratumRule,
    allocate,
    strata_wrong,
    stratum_for,
)
from yitong.kernel.crypto import sm3
from yitong.kernel.text import Bilingual

pytestmark = pytest.mark.unit
calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
STRATA = (("first", None), ("kept", 2), ("general", None))


@st.composite
def draws(draw: st.DrawFn) -> tuple[list[Ask], list[int]]:
    """People (each once) with choices among a few slots of a few places."""
    places = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    numbers = list(range(len(places)))
    asks = [
        Ask(
            person,
            draw(st.sampled_from([code for code, _ in STRATA])),
            draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True)),
        )
        for person in draw(st.lists(st.integers(1, 10_000), max_size=14, unique=True))
    ]
    return asks, places


seeds = st.binary(min_size=32, max_size=32)


def first_difference(found: Publication, noted: Noted | None = None) -> str | None:
    return next((one.difference for one in verify(found, noted or Noted()) if one.difference), None)


# --- the tree -----------------------------------------------------------------------------------------------------


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word."""
    if not leaves:
        return sm3(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sm3(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:]))


@pytest.mark.parametrize("size", [*range(18), 31, 32, 33, 100])
def test_the_root_is_that_of_rfc_6962_and_every_path_leads_to_it(size: int) -> None:
    leaves = [hashlib.sha256(bytes([i])).hexdigest() for i in range(size)]
    root = proof.root_of(leaves)
    assert root == recursive_root([bytes.fromhex(one) for one in leaves]).hex()
    for index, leaf in enumerate(leaves):
        path = proof.path_of(leaves, index)
        assert proof.root_from(leaf, index, size, path) == root
        assert proof.root_from(leaf, index, size, [*path, leaf]) is None, "a path that is too long"
        assert not path or proof.root_from(leaf, index, size, path[:-1]) is None, "a path that is too short"
        assert size == 1 or proof.root_from(leaf, (index + 1) % size, size, path) != root, "another place"
    with pytest.raises(IndexError):
        proof.path_of(leaves, size)


def test_a_known_draw_keeps_its_figures() -> None:
    """Figures computed once with the standard library alone: what is published must not change with the code."""
    one = request(Ask(1, "general", [0]))
    entry = (
        '{"choices":["01900000-0000-7000-8000-00000000a000"],"draw":"01900000-0000-7000-8000-000000000001",'
        f'"identity":"{one.identity}","stratum":"general"}}'
    )
    assert one.leaf == sm3(b"\x00" + entry.encode()).hex()
    assert proof.commitment_of(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


# --- order and allocation -----------------------------------------------------------------------------------------


@calm
@given(draws(), seeds, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    made: tuple[list[Ask], list[int]], seed: bytes, shuffling: random.Random
) -> None:
    asks, places = made
    first = publish(asks, places, strata=STRATA, seed=seed)
    shuffling.shuffle(asks)
    assert publish(asks, places, strata=STRATA, seed=seed) == first


@calm
@given(draws(), seeds)
def test_the_allocation_is_complete_and_never_oversells(made: tuple[list[Ask], list[int]], seed: bytes) -> None:
    asks, places = made
    found = publish(asks, places, strata=STRATA, seed=seed)
    room = {one.slot_id: one.places for one in found.terms.slots}
    choices = {one.leaf: one.choices for one in found.requests}
    won = Counter(one.slot_id for one in found.results if one.slot_id)
    assert all(won[slot] <= room[slot] for slot in won)
    assert sorted(one.leaf for one in found.results) == sorted(choices), "everybody is in the order exactly once"
    for one in found.results:
        assert one.slot_id is None or one.slot_id in choices[one.leaf]
        if one.slot_id is None:
            assert all(won[slot] == room[slot] for slot in choices[one.leaf]), "nobody loses beside a free place"
    # Nobody would rather have the place of somebody served later.
    for ahead, one in enumerate(found.results):
        better = choices[one.leaf][: choices[one.leaf].index(one.slot_id)] if one.slot_id else choices[one.leaf]
        for later in found.results[ahead + 1 :]:
            reserved = one.turn == len(STRATA) - 1 and later.turn < one.turn
            assert reserved or later.slot_id is None or later.slot_id not in better


@calm
@given(draws(), seeds)
def test_classes_are_served_in_turn_and_reserved_places_are_kept(
    made: tuple[list[Ask], list[int]], seed: bytes
) -> None:
    asks, places = made
    found = publish(asks, places, strata=STRATA, seed=seed)
    of = {one.leaf: one.stratum for one in found.requests}
    assert [one.turn for one in found.results] == sorted(one.turn for one in found.results)
    for turn, (code, limit) in enumerate(STRATA):
        served = [one for one in found.results if one.turn == turn]
        assert [one.ticket for one in served] == sorted(one.ticket for one in served)
        if limit is not None:
            assert len(served) <= limit
            assert all(of[one.leaf] == code and one.slot_id for one in served)
    for one in found.results:
        assert of[one.leaf] != "first" or one.turn == 0, "a class without a limit is served wholly before the next"


def test_each_of_many_seeds_gives_everybody_the_same_chance() -> None:
    """Twelve people, three places, 4,000 seeds: each wins a quarter of them (chi-squared, 11 degrees, p > 0.001)."""
    leaves = [request(Ask(person, "general", [0])).leaf for person in range(1, 13)]
    requests = [Request(leaf, "general", ("s",)) for leaf in leaves]
    wins: Counter[str] = Counter()
    rounds = 4000
    for number in range(rounds):
        drawn = allocate(requests, [("general", None)], {"s": 3}, sm3(number.to_bytes(4, "big")))
        wins.update(one.leaf for one in drawn if one.slot_id)
    expected = rounds * 3 / 12
    # Three of twelve without putting back: the variance of one count is smaller by 9/11 than that of independent draws.
    chi = sum((wins[leaf] - expected) ** 2 for leaf in leaves) / (expected * 9 / 12) * 11 / 12
    assert sum(wins.values()) == 3 * rounds
    assert chi < 31.3


# --- what is published --------------------------------------------------------------------------------------------

given_up: list[Outcome] = ["lapsed", "declined", "cancelled", "blocked", "claimed"]


@calm
@given(draws(), seeds, st.lists(st.sampled_from(given_up), min_size=40, max_size=40), st.booleans())
def test_an_honest_file_verifies(
    made: tuple[list[Ask], list[int]], seed: bytes, outcomes: list[Outcome], with_beacon: bool
) -> None:
    asks, places = made
    found = publish(
        asks,
        places,
        strata=STRATA,
        seed=seed,
        beacon="3 1 4" if with_beacon else None,
        outcome=lambda n: outcomes[n - 1],
    )
    assert first_difference(read(msgspec.json.encode(found))) is None
    assert len({one.leaf for one in found.offers}) == len(found.offers), "nobody is offered twice"
    assert first_difference(found, Noted(found.terms.commitment, found.root)) is None
    assert first_difference(found, Noted(root="00" * 32)) is not None
    assert first_difference(found, Noted(commitment="00" * 32)) is not None


@calm
@given(draws(), seeds, st.data())
def test_every_change_of_one_character_is_found(
    made: tuple[list[Ask], list[int]], seed: bytes, data: st.DataObject
) -> None:
    """Whatever text or number of the file is changed, except the two moments that are only told, it is noticed."""
    found = publish(made[0], made[1], strata=STRATA, seed=seed, beacon="8 8 8", outcome=lambda n: given_up[n % 5])
    document = msgspec.to_builtins(found)
    paths = [path for path in leaves_of(document) if path not in (("closed_at",), ("drawn_at",), ("format",))]
    if not found.results:  # the public value decides nothing when nobody asked
        paths.remove(("beacon",))
    path = data.draw(st.sampled_from(paths))
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    old = holder[path[-1]]
    if path[0] == "offers" and path[-1] == "outcome":
        new = "claimed" if old in FREED else "lapsed"
        # An offer whose place was passed on cannot have been kept; the other way round nothing follows from it.
        assume(old in FREED and any(one.after == path[1] + 1 for one in found.offers))
    elif isinstance(old, int):
        new = old + data.draw(st.sampled_from([-1, 1]))
    else:
        at = data.draw(st.integers(0, max(0, len(old) - 1)))
        new = old[:at] + ("0" if old[at : at + 1] != "0" else "1") + old[at + 1 :]
    holder[path[-1]] = new
    try:
        changed = msgspec.convert(document, Publication)
    except msgspec.ValidationError:
        return
    assert first_difference(changed) is not None, (path, old, new)


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all texts and numbers of a document."""
    if isinstance(value, dict | list):
        steps: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))  # pyright: ignore
        return [one for step in steps for one in leaves_of(value[step], (*path, step))]
    return [] if value is None else [path]


@calm
@given(draws(), seeds)
def test_somebody_left_out_or_put_in_changes_the_root(made: tuple[list[Ask], list[int]], seed: bytes) -> None:
    asks, places = made
    assume(asks)
    full = publish(asks, places, strata=STRATA, seed=seed)
    fewer = publish(asks[1:], places, strata=STRATA, seed=seed)
    assert first_difference(fewer, Noted(root=full.root)) is not None
    assert first_difference(full, Noted(root=fewer.root)) is not None


def test_a_person_twice_in_the_list_is_found() -> None:
    asks = [Ask(1, "general", [0]), Ask(1, "general", [0, 1]), Ask(2, "general", [1])]
    assert "one person, one request" in (first_difference(publish(asks, [1, 1])) or "")


def test_a_closed_draw_is_checked_as_far_as_it_is_published() -> None:
    closed = publish([Ask(1, "general", [0])], [1], drawn=False)
    assert [one.difference for one in verify(closed)] == [None, None, None]


# --- classes ------------------------------------------------------------------------------------------------------


def stratum(code: str, places: int | None = None, **rule: int) -> Stratum:
    return Stratum(code, Bilingual(code, code), places, StratumRule(**rule) if rule else None)


@pytest.mark.parametrize(
    ("strata", "wrong"),
    [
        ([EVERYBODY], None),
        ([stratum("old", 2, age_from=60), EVERYBODY], None),
        ([], "empty"),
        ([EVERYBODY, EVERYBODY], "repeated"),
        ([stratum("old", age_from=60)], "last_must_take_all"),
        ([stratum("few", 3)], "last_must_take_all"),
        ([stratum("all"), EVERYBODY], "rule_missing"),
        ([stratum("old", 0, age_from=60), EVERYBODY], "places"),
    ],
)
def test_a_list_of_classes_makes_sense(strata: list[Stratum], wrong: str | None) -> None:
    assert strata_wrong(strata) == wrong


@pytest.mark.parametrize(
    ("rule", "person", "belongs"),
    [
        ({"age_from": 60}, Person(60, None, 0), True),
        ({"age_from": 60}, Person(59, None, 0), False),
        ({"age_to": 14}, Person(14, None, 0), True),
        ({"age_to": 14}, Person(15, None, 0), False),
        ({"seen_within_days": 90}, Person(30, 90, 0), True),
        ({"seen_within_days": 90}, Person(30, 91, 0), False),
        ({"seen_within_days": 90}, Person(30, None, 0), False),
        ({"lost_draws": 2}, Person(30, None, 2), True),
        ({"lost_draws": 2}, Person(30, None, 1), False),
        ({"age_from": 60, "lost_draws": 1}, Person(70, None, 0), False),
    ],
)
def test_a_person_belongs_to_the_first_class_they_meet(rule: dict[str, int], person: Person, belongs: bool) -> None:
    assert stratum_for(person, [stratum("special", **rule), EVERYBODY]) == ("special" if belongs else "general")
