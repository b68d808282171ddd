"""What billing asks of commercial insurers: to assess a claim, to take it, to find it, to take it back.

All amounts are whole fen. As in :mod:`yitong.billing.ports`, every method may raise ``GatewayRefused`` (nothing
happened) or ``GatewayUnavailable`` (it may or may not have happened: ask under the same number).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from yitong.billing.charges.schemas import ChargeLine
from yitong.kernel.ids import UUID


class CommercialLine(msgspec.Struct, frozen=True):
    """One line of a bill as a commercial insurer sees it."""

    sequence: int
    charge_id: UUID
    code: str
    name: str
    category: str
    cnt_milli: int
    unit_price: int
    net: int


def claim_lines(lines: Iterable[ChargeLine]) -> list[CommercialLine]:
    """The lines as a commercial insurer sees them."""
    return [
        CommercialLine(
            number,
            one.id,
            one.price_code,
            one.name,
            one.category,
            one.cnt_milli,
            one.unit_price_fen,
            one.amount_fen,
        )
        for number, one in enumerate(lines, start=1)
    ]


class CommercialClaim(msgspec.Struct, frozen=True):
    """What a commercial insurer is asked to pay of a bill; FHIR Claim on the wire.

    ``payee`` is ``provider`` when the insurer pays the hospital directly, as a part of a payment, and ``subscriber``
    when the patient paid and gets the money back.
    """

    claim_no: str  # ours; the same number again is the same claim
    provider_code: str  # the hospital's code
    policy_no: str
    payee: Literal["provider", "subscriber"]
    bill_no: str
    created: datetime
    lines: list[CommercialLine]
    total: int
    insurance_paid: int  # what basic insurance paid of it, personal account included
    asked: int  # what was left to the patient
    diagnoses: list[tuple[str, str]] = []  # ICD-10 code and name


class CommercialAnswer(msgspec.Struct, frozen=True):
    """What a commercial insurer says of a claim; FHIR ClaimResponse on the wire."""

    claim_no: str
    insurer_no: str  # the insurer's own number of it
    outcome: Literal["queued", "complete", "partial", "error"]
    covered: int  # fen; nothing while it is queued
    notes: list[tuple[str, str]] = []  # why, in Chinese and English
    lines: list[tuple[int, int]] = []  # sequence and what is covered of it
    at: datetime | None = None


class CoverMovement(msgspec.Struct, frozen=True):
    """One line of an insurer's own account of a day: a claim that it pays to a hospital, or one that was taken back."""

    kind: Literal["claim", "cancellation"]
    claim_no: str
    insurer_no: str
    amount: int  # fen, never negative
    at: datetime


class CommercialInsurer(Protocol):
    """A commercial health insurer. Every call with the same claim number means the same thing."""

    name: str  # its organization's code

    async def assess(self, claim: CommercialClaim) -> CommercialAnswer:
        """What it would pay (FHIR use ``predetermination``); nothing is owed by it."""
        ...

    async def submit(self, claim: CommercialClaim) -> CommercialAnswer:
        """Claim it (FHIR use ``claim``)."""
        ...

    async def find(self, claim_no: str) -> CommercialAnswer | None:
        """What became of a claim; None when the insurer never heard of it."""
        ...

    async def cancel(self, claim_no: str) -> CommercialAnswer:
        """Take a claim back; answered with ``covered`` 0. One that never arrived has no effect later either."""
        ...

    async def lines(self, day: date) -> list[CoverMovement]:
        """What the insurer itself lists of a day: claims that it pays to hospitals, and those that were taken back."""
        ...


class CommercialInsurers:
    """The commercial insurers that are connected, by their organization's code."""

    def __init__(self) -> None:
        self._by_name: dict[str, CommercialInsurer] = {}

    def connect(self, insurer: CommercialInsurer) -> None:
        """Take an insurer in; a second one of the same code replaces the first."""
        self._by_name[insurer.name] = insurer

    def get(self, name: str) -> CommercialInsurer | None:
        """The insurer of that code, if connected."""
        return self._by_name.get(name)

    def names(self) -> list[str]:
        """The connected insurers' codes."""
        return sorted(self._by_name)
