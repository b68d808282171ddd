"""The published file of a draw, and its verification from nothing but that file.

The file appears in two steps: when the draw closes, the terms, every request (salted, without names) and the root;
later the secret seed, the order, and who was offered what. Whoever saved the first file can check that the second one
says the same about it.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from yitong.booking.draw import proof
from yitong.booking.draw.rules import Request, Result, allocate, next_for
from yitong.kernel.text import Bilingual

FORMAT = "yitong-draw-1"
Outcome = Literal["offered", "claimed", "lapsed", "declined", "cancelled", "blocked"]
FREED = frozenset({"lapsed", "declined", "cancelled", "blocked"})  # the place went on to somebody else


class TermsStratum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class as it stood when the draw closed; ``rule`` says in words of the rule's fields who belongs to it."""

    code: str
    title: Bilingual
    places: int | None
    rule: dict[str, int] | None


class TermsSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of time with the places that were drawn for."""

    slot_id: str
    start_at: str
    end_at: str
    places: int


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was fixed when the draw closed. Moments are RFC 3339 texts in UTC."""

    draw_id: str
    organization_id: str
    department_id: str
    title: Bilingual
    opens_at: str
    closes_at: str
    commitment: str
    choices_max: int
    beacon_source: str | None
    strata: list[TermsStratum]
    slots: list[TermsSlot]

    def digest(self) -> str:
        """The terms' digest in hexadecimal."""
        return proof.terms_digest(msgspec.to_builtins(self))


class PublishedRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request without a name: ``identity`` is a salted digest of the person."""

    leaf: str
    identity: str
    stratum: str
    choices: list[str]


class PublishedResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request in the order of the draw."""

    rank: int
    leaf: str
    turn: int
    ticket: str
    slot_id: str | None


class PublishedOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place offered; ``after`` is the number of the earlier offer that freed it, None for a place never offered."""

    sequence: int
    leaf: str
    slot_id: str
    after: int | None
    outcome: Outcome


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The published file. ``seed`` and what follows from it are absent until the draw is drawn."""

    format: str
    terms: Terms
    terms_digest: str
    closed_at: str
    requests: list[PublishedRequest]
    root: str
    beacon: str | None = None
    seed: str | None = None
    drawn_at: str | None = None
    results: list[PublishedResult] = []
    offers: list[PublishedOffer] = []


class Check(NamedTuple):
    """One thing that was recomputed; ``difference`` is None when it agrees."""

    name: Bilingual
    difference: str | None


class Noted(NamedTuple):
    """What a reader wrote down earlier, in hexadecimal; None for what was not noted."""

    commitment: str | None = None
    root: str | None = None


def read(document: bytes) -> Publication:
    """A published file. Raises ValueError that says what does not fit the format."""
    try:
        found = msgspec.json.decode(document, type=Publication)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if found.format != FORMAT:
        raise ValueError(f"format {found.format!r}, expected {FORMAT!r}")
    return found


def verify(found: Publication, noted: Noted = Noted()) -> Iterator[Check]:  # noqa: B008
    """Recompute a published draw step by step; stops after the first step with a difference.

    A draw that is closed and not yet drawn is checked as far as it is published.
    """
    steps = [
        (Bilingual("条款摘要", "the terms and their digest"), _terms),
        (Bilingual("每份申请的叶子", "the leaf of every request"), _leaves),
        (Bilingual("申请清单的根", "the root of all requests"), _root),
    ]
    if found.seed is not None:
        steps += [
            (Bilingual("公开的种子与承诺一致", "the revealed seed and its commitment"), _seed),
            (Bilingual("排序与分配", "the order and the allocation"), _results),
            (Bilingual("号源的发放与顺延", "the offers, one after another"), _offers),
        ]
    for name, step in steps:
        difference = step(found) or _against(found, noted, step)
        yield Check(name, difference)
        if difference is not None:
            return


def _against(found: Publication, noted: Noted, step: object) -> str | None:
    if step is _terms and noted.commitment is not None and noted.commitment.lower() != found.terms.commitment:
        return f"the commitment is {found.terms.commitment}, you noted {noted.commitment}"
    if step is _root and noted.root is not None and noted.root.lower() != found.root:
        return f"the root is {found.root}, you noted {noted.root}"
    return None


def _terms(found: Publication) -> str | None:
    digest = found.terms.digest()
    if digest != found.terms_digest:
        return f"terms_digest is {found.terms_digest}, computed {digest}"
    if found.beacon is not None and found.terms.beacon_source is None:
        return "a public value was used although the terms name no source for it"
    return None


def _leaves(found: Publication) -> str | None:
    slots = {one.slot_id for one in found.terms.slots}
    strata = {one.code for one in found.terms.strata}
    identities: dict[str, int] = {}
    before = ""
    for number, one in enumerate(found.requests):
        at = f"requests[{number}]"
        leaf = proof.leaf_of(found.terms.draw_id, one.identity, one.stratum, one.choices)
        if leaf != one.leaf:
            return f"{at}.leaf is {one.leaf}, computed {leaf}"
        if leaf <= before:
            return f"{at}.leaf is not after the one before it: the list is sorted and has nothing twice"
        if one.identity in identities:
            return f"{at}.identity is also in requests[{identities[one.identity]}]: one person, one request"
        if one.stratum not in strata:
            return f"{at}.stratum {one.stratum!r} is not in the terms"
        if not 1 <= len(one.choices) <= found.terms.choices_max or len(set(one.choices)) < len(one.choices):
            return f"{at}.choices are none, too many or repeated"
        if not slots.issuperset(one.choices):
            return f"{at}.choices name a slot that is not in the terms"
        identities[one.identity] = number
        before = leaf
    return None


def _root(found: Publication) -> str | None:
    root = proof.root_of([one.leaf for one in found.requests])
    return None if root == found.root else f"root is {found.root}, computed {root}"


def _seed(found: Publication) -> str | None:
    commitment = proof.commitment_of(_bytes(found.seed or ""))
    if commitment != found.terms.commitment:
        return f"the seed's digest is {commitment}, the commitment was {found.terms.commitment}"
    if found.terms.beacon_source is not None and not found.beacon:
        return f"the public value ({found.terms.beacon_source}) is missing"
    return None


def _results(found: Publication) -> str | None:
    computed = results_of(found)
    for number, (said, true) in enumerate(zip(found.results, computed, strict=False)):
        for field, expected in true._asdict().items():
            if getattr(said, field) != expected:
                return f"results[{number}].{field} is {getattr(said, field)!r}, computed {expected!r}"
    if len(found.results) != len(computed):
        return f"there are {len(found.results)} results, computed {len(computed)}"
    return None


def results_of(found: Publication) -> list[Result]:
    """The results that follow from the published requests, terms, seed and public value."""
    seed = proof.final_seed(_bytes(found.seed or ""), found.terms.digest(), found.root, found.beacon or "")
    return allocate(
        [Request(one.leaf, one.stratum, tuple(one.choices)) for one in found.requests],
        [(one.code, one.places) for one in found.terms.strata],
        {one.slot_id: one.places for one in found.terms.slots},
        seed,
    )


def _offers(found: Publication) -> str | None:
    results = [Result(one.rank, one.leaf, one.turn, one.ticket, one.slot_id) for one in found.results]
    return offers_wrong(results, {one.leaf: one.choices for one in found.requests}, found.offers)


def offers_wrong(
    results: Sequence[Result], choices: dict[str, list[str]], offers: Sequence[PublishedOffer]
) -> str | None:
    """The first offer that is not the one the rules call for, in words; None when all are."""
    winners = [one for one in results if one.slot_id is not None]
    if len(offers) < len(winners):
        return f"{len(winners)} requests won a place, {len(offers)} offers are listed"
    offered: set[str] = set()
    used: set[int] = set()
    for number, offer in enumerate(offers):
        at = f"offers[{number}]"
        if offer.sequence != number + 1:
            return f"{at}.sequence is {offer.sequence}, expected {number + 1}"
        if number < len(winners):
            due = winners[number]
            if (offer.leaf, offer.slot_id, offer.after) != (due.leaf, due.slot_id, None):
                return f"{at} should offer {due.slot_id} to {due.leaf}"
        else:
            freed = offers[offer.after - 1] if offer.after is not None and 0 < offer.after <= number else None
            if freed is None or freed.outcome not in FREED or freed.slot_id != offer.slot_id:
                return f"{at}.after names no earlier offer of that slot that was given up"
            if freed.sequence in used:
                return f"{at}.after names offer {freed.sequence}, whose place was passed on already"
            used.add(freed.sequence)
            due = next_for(offer.slot_id, results, choices, offered)
            if due is None or due.leaf != offer.leaf:
                return f"{at} should go to {due.leaf if due else 'nobody'}, next in the order who wanted that slot"
        offered.add(offer.leaf)
    return None


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
