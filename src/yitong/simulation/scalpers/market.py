"""Who wants a place: patients, and scalpers whose many accounts stand for fewer real people."""

import random
from dataclasses import dataclass
from typing import NamedTuple

from yitong.booking.draw import proof
from yitong.booking.draw.rules import Request
from yitong.kernel.ids import UUID

DRAW = "01900000-0000-7000-8000-0000000d7a30"
STRATUM = "general"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed about people and scripts. Times in seconds."""

    patients: int = 1000
    slots: int = 4
    places_per_slot: int = 25
    choices: int = 3  # times that one request names
    human_median_s: float = 3.0  # from the release to the click, half of the patients
    human_spread: float = 0.8  # sigma of the logarithm
    bot_least_s: float = 0.02
    bot_most_s: float = 0.15
    watchers: int = 50  # patients who look again and again for a returned place
    watch_every_s: float = 30.0  # mean pause of one of them
    bot_polls_s: float = 0.3
    bot_rebooks_s: float = 0.03  # between a script's cancelling and its booking again

    @property
    def places(self) -> int:
        """Places in all."""
        return self.slots * self.places_per_slot


class Person(NamedTuple):
    """A real person; ``speed`` is where a patient stands among all patients from the slowest (0) to the fastest (1)."""

    number: int
    scalped: bool  # acts for a scalper
    accounts: int
    choices: tuple[int, ...]
    clicks_after_s: float
    speed: float


def people(assumed: Assumptions, share: float, accounts_each: int, chance: random.Random) -> list[Person]:
    """Patients with one account each, and so many real people with ``accounts_each`` accounts for a scalper that
    those accounts are ``share`` (0 to 1) of all."""
    accounts = round(assumed.patients * share / (1 - share))
    times = list(range(assumed.slots))
    clicks = sorted(
        (assumed.human_median_s * chance.lognormvariate(0, assumed.human_spread) for _ in range(assumed.patients)),
        reverse=True,
    )
    made = [
        Person(n, False, 1, _choices(times, assumed.choices, chance), click, n / (assumed.patients - 1))
        for n, click in enumerate(clicks)
    ]
    while accounts > 0:
        some = min(accounts_each, accounts)
        accounts -= some
        quick = chance.uniform(assumed.bot_least_s, assumed.bot_most_s)
        made.append(Person(len(made), True, some, _choices(times, assumed.choices, chance), quick, 1.0))
    return made


def _choices(times: list[int], most: int, chance: random.Random) -> tuple[int, ...]:
    return tuple(chance.sample(times, min(most, len(times))))


def admitted(everybody: list[Person], chance: random.Random) -> dict[str, Person]:
    """The requests that a draw admits, by leaf: every account asks, and each real person is taken once.

    This is what the unique index over draw and identity document does in the database.
    """
    asking = [person for person in everybody for _ in range(person.accounts)]
    chance.shuffle(asking)
    taken: dict[int, Person] = {}
    for person in asking:
        taken.setdefault(person.number, person)
    requests: dict[str, Person] = {}
    for person in taken.values():
        identity = proof.identity_of(chance.randbytes(proof.SALT_BYTES), UUID(int=person.number))
        leaf = proof.leaf_of(DRAW, identity, STRATUM, [str(one) for one in person.choices])
        requests[leaf] = person
    return requests


def request_of(leaf: str, person: Person) -> Request:
    """A request as the draw's rules take it."""
    return Request(leaf, STRATUM, tuple(map(str, person.choices)))
