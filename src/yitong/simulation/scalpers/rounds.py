"""One round of each way to give the places away, and one attempt to resell a place under each."""

import random
from collections.abc import Mapping, Sequence

from yitong.booking.draw import proof
from yitong.booking.draw.rules import Result, allocate, next_for
from yitong.simulation.scalpers.market import STRATUM, Assumptions, Person, request_of


def first_come(everybody: Sequence[Person], assumed: Assumptions) -> list[Person]:
    """Who gets a place when they are released at one moment: whoever clicks first, one place a person."""
    left = [assumed.places_per_slot] * assumed.slots
    won: list[Person] = []
    for person in sorted(everybody, key=lambda one: one.clicks_after_s):
        # Whoever finds the wanted times full takes any other: nobody goes away while there is a place.
        for slot in (*person.choices, *range(assumed.slots)):
            if left[slot] > 0:
                left[slot] -= 1
                won.append(person)
                break
    return won


def by_draw(requests: Mapping[str, Person], assumed: Assumptions, seed: bytes) -> list[Result]:
    """The order and the winners of the platform's draw under one final seed."""
    return allocate(
        [request_of(leaf, person) for leaf, person in requests.items()],
        [(STRATUM, None)],
        {str(slot): assumed.places_per_slot for slot in range(assumed.slots)},
        seed,
    )


def final_seeds(requests: Mapping[str, Person], count: int, chance: random.Random) -> list[bytes]:
    """Seeds of ``count`` draws over the same requests, made as the platform makes them."""
    root = proof.root_of(sorted(requests))
    terms = proof.terms_digest({"draw_id": "simulated"})
    return [proof.final_seed(chance.randbytes(proof.SEED_BYTES), terms, root, "") for _ in range(count)]


def resold_at_once(assumed: Assumptions, chance: random.Random) -> bool:
    """First come, a cancelled place is back at once: does the scalper's script book it for the buyer?"""
    return assumed.bot_rebooks_s < _first_watcher(assumed, chance)


def resold_after_a_while(assumed: Assumptions, chance: random.Random) -> bool:
    """First come, a cancelled place is back after a random while: the script must poll as the watchers do."""
    return chance.uniform(0, assumed.bot_polls_s) < _first_watcher(assumed, chance)


def resold_in_draw(order: Sequence[Result], requests: Mapping[str, Person], chance: random.Random) -> bool | None:
    """The scalper gives a won place up for a buyer who lost: does it pass on to the buyer?

    None when no scalper won or nobody lost.
    """
    sold = [one for one in order if one.slot_id is not None and requests[one.leaf].scalped]
    buyers = [one.leaf for one in order if one.slot_id is None and not requests[one.leaf].scalped]
    if not sold or not buyers:
        return None
    place = chance.choice(sold)
    buyer = chance.choice(buyers)
    offered = {one.leaf for one in order if one.slot_id is not None}
    choices = {leaf: request_of(leaf, person).choices for leaf, person in requests.items()}
    following = next_for(str(place.slot_id), order, choices, offered)
    return following is not None and following.leaf == buyer


def _first_watcher(assumed: Assumptions, chance: random.Random) -> float:
    """When the first of the watching patients looks again, in seconds."""
    return min(chance.expovariate(1 / assumed.watch_every_s) for _ in range(assumed.watchers))
