"""Published files of draws for tests, made with the platform's own rules from whatever a test puts in."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from yitong.booking.draw import proof
from yitong.booking.draw.publication import (
    FORMAT,
    Outcome,
    Publication,
    PublishedOffer,
    PublishedRequest,
    PublishedResult,
    Terms,
    TermsSlot,
    TermsStratum,
    results_of,
)
from yitong.booking.draw.rules import Result, next_for
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

DRAW = "01900000-0000-7000-8000-000000000001"


class Ask(NamedTuple):
    """One person's request: slots by number, best first."""

    person: int
    stratum: str
    choices: Sequence[int]


def slot(number: int) -> str:
    """The id of a slot by its number."""
    return f"01900000-0000-7000-8000-00000000a{number:03d}"


def salt(person: int) -> bytes:
    """The salt of a person."""
    return person.to_bytes(32, "big")


def identity(person: int) -> str:
    """The salted digest of a person."""
    return proof.identity_of(salt(person), UUID(int=person))


def publish(
    asks: Sequence[Ask],
    places: Sequence[int],
    *,
    strata: Sequence[tuple[str, int | None]] = (("general", None),),
    seed: bytes = b"\x07" * 32,
    beacon: str | None = None,
    outcome: Callable[[int], Outcome] = lambda _: "claimed",
    drawn: bool = True,
) -> Publication:
    """The file of a draw over these requests; ``outcome`` says what becomes of the offer with a number."""
    terms = Terms(
        DRAW,
        "01900000-0000-7000-8000-00000000000a",
        "01900000-0000-7000-8000-00000000000b",
        Bilingual("专家门诊抽签", "Expert's clinic"),
        "2026-11-23T00:00:00Z",
        "2026-11-23T10:00:00Z",
        proof.commitment_of(seed),
        5,
        "a public lottery" if beacon else None,
        [TermsStratum(code, Bilingual(code, code), limit, None) for code, limit in strata],
        [TermsSlot(slot(i), "2026-11-25T00:00:00Z", "2026-11-25T00:30:00Z", room) for i, room in enumerate(places)],
    )
    requests = [request(one) for one in asks]
    requests.sort(key=lambda one: one.leaf)
    root = proof.root_of([one.leaf for one in requests])
    closed = Publication(FORMAT, terms, terms.digest(), "2026-11-23T10:00:05Z", requests, root)
    if not drawn:
        return closed
    opened = Publication(
        FORMAT, terms, terms.digest(), closed.closed_at, requests, root, beacon, seed.hex(), "2026-11-23T10:10:05Z"
    )
    results = results_of(opened)
    offers = offers_of(results, {one.leaf: one.choices for one in requests}, outcome)
    return Publication(
        FORMAT,
        terms,
        opened.terms_digest,
        opened.closed_at,
        requests,
        root,
        beacon,
        opened.seed,
        opened.drawn_at,
        [PublishedResult(**one._asdict()) for one in results],
        offers,
    )


def request(ask: Ask) -> PublishedRequest:
    """A request as it is published."""
    choices = [slot(number) for number in ask.choices]
    leaf = proof.leaf_of(DRAW, identity(ask.person), ask.stratum, choices)
    return PublishedRequest(leaf, identity(ask.person), ask.stratum, choices)


def offers_of(
    results: Sequence[Result], choices: dict[str, list[str]], outcome: Callable[[int], Outcome]
) -> list[PublishedOffer]:
    """Every offer, given up places passed on until nobody wants them."""
    offers: list[PublishedOffer] = []
    due = [(one.leaf, one.slot_id, None) for one in results if one.slot_id is not None]
    offered = {leaf for leaf, _, _ in due}
    freed: list[tuple[str, str, int | None]] = list(due)
    while freed:
        leaf, where, after = freed.pop(0)
        number = len(offers) + 1
        offers.append(PublishedOffer(number, leaf, where, after, outcome(number)))
        if outcome(number) != "claimed":
            following = next_for(where, results, choices, offered)
            if following is not None:
                offered.add(following.leaf)
                freed.append((following.leaf, where, number))
    return offers
