"""An insurer's own account of a day on the wire: a FHIR R4 Bundle (searchset) of ClaimResponses.

``active`` says that a claim is paid, ``cancelled`` that so much of it was taken back; both on the day of ``created``.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from yitong.billing.claims import fhir
from yitong.billing.commercial import CoverMovement


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    resource: msgspec.Raw


class Bundle(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="resourceType", tag="Bundle"):
    """FHIR R4 Bundle of search results; all of them in one, so ``total`` is how many there are."""

    type: Literal["searchset"]
    total: int
    entry: list[_Entry] = []


def bundled(responses: Iterable[bytes]) -> bytes:
    """ClaimResponses, each as JSON, as a search's result."""
    entries = [_Entry(resource=msgspec.Raw(one)) for one in responses]
    return msgspec.json.encode(Bundle(type="searchset", total=len(entries), entry=entries))


def read_movements(body: bytes) -> list[CoverMovement]:
    """What a Bundle of ClaimResponses says moved between the insurer and hospitals.

    Raises ValueError when it is none, is not whole, or one of its answers contradicts itself.
    """
    bundle = msgspec.json.decode(body, type=Bundle)
    if bundle.total != len(bundle.entry):
        raise ValueError("a Bundle that is not whole")
    return [_movement(entry.resource) for entry in bundle.entry]


def _movement(resource: msgspec.Raw) -> CoverMovement:
    body = bytes(resource)
    said = fhir.read_answer(body)
    status: Any = msgspec.json.decode(body, type=_Status).status
    if said.at is None or said.outcome not in ("complete", "partial"):
        raise ValueError("a ClaimResponse that moves nothing")
    kind: Literal["claim", "cancellation"] = "cancellation" if status == "cancelled" else "claim"
    return CoverMovement(kind, said.claim_no, said.insurer_no, said.covered, said.at)


class _Status(msgspec.Struct):
    status: str
