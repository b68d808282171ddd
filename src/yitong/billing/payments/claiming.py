"""The calls to a commercial insurer about a part of a payment: claim it, look it up, end it, take it back."""

from dataclasses import dataclass

from yitong.billing.commercial import CommercialAnswer, CommercialClaim, CommercialInsurer, CommercialInsurers
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual


@dataclass(frozen=True)
class Submit:
    """Claim what was confirmed."""

    insurer: str
    claim: CommercialClaim
    again: bool


@dataclass(frozen=True)
class FindClaim:
    """Look a claim up."""

    insurer: str
    number: str


@dataclass(frozen=True)
class EndClaim:
    """End a claim that nobody waits for any more."""

    insurer: str
    number: str


@dataclass(frozen=True)
class TakeBack:
    """Take a claim back that was paid."""

    insurer: str
    number: str


ClaimCall = Submit | FindClaim | EndClaim | TakeBack


@dataclass(frozen=True)
class Claimed:
    """What the insurer says of a claim; None: never heard of it."""

    answer: CommercialAnswer | None


@dataclass(frozen=True)
class TakenBack:
    """The insurer pays nothing of it any more."""

    insurer_no: str


async def ask_insurer(platform: Platform, call: ClaimCall) -> Claimed | TakenBack:
    """Put one question. Raises GatewayRefused, GatewayUnavailable, and TimeoutError for an answer of no use."""
    insurer = _insurer(platform, call.insurer)
    match call:
        case Submit():
            return await _submit(insurer, call)
        case FindClaim():
            return Claimed(await _find(insurer, call.number))
        case EndClaim():
            try:
                return await _cancel(insurer, call.number)
            except GatewayRefused:
                return Claimed(await _find(insurer, call.number))
        case TakeBack():
            return await _cancel(insurer, call.number)


def _insurer(platform: Platform, name: str) -> CommercialInsurer:
    insurers = platform.ports.get(CommercialInsurers)
    connected = insurers.get(name) if insurers is not None else None
    if connected is None:
        raise TimeoutError(f"{name} is not connected")  # it may be again: what was asked stays open
    return connected


async def _submit(insurer: CommercialInsurer, call: Submit) -> Claimed:
    try:
        answer = await insurer.submit(call.claim)
    except GatewayRefused:
        # Asked before: the refusal may only mean that the first question had its effect.
        found = await _find(insurer, call.claim.claim_no) if call.again else None
        if found is None:
            raise
        answer = found
    if answer.claim_no != call.claim.claim_no:
        raise TimeoutError("an answer to another claim")
    return Claimed(answer)


async def _find(insurer: CommercialInsurer, number: str) -> CommercialAnswer | None:
    """What became of a claim. Raises GatewayUnavailable also when the insurer will not say: that decides nothing."""
    try:
        return await insurer.find(number)
    except GatewayRefused as refused:
        raise GatewayUnavailable(Bilingual(insurer.name, insurer.name), refused.reason) from refused


async def _cancel(insurer: CommercialInsurer, number: str) -> TakenBack:
    answer = await insurer.cancel(number)
    if answer.covered:
        raise TimeoutError("a claim that was taken back is still covered")
    return TakenBack(answer.insurer_no)
