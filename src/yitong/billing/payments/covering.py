"""Commercial cover before anything is paid: what the insurer would pay of what is left to the patient, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from yitong.billing.commercial import CommercialClaim, CommercialInsurers, CommercialLine, claim_lines
from yitong.billing.payments.facts import Facts
from yitong.billing.payments.model import PaymentLine
from yitong.billing.payments.policies import Policy
from yitong.billing.payments.preparing import Insured
from yitong.billing.payments.problems import NO_POLICY
from yitong.billing.payments.rules import number_of
from yitong.billing.payments.schemas import PayWish, PolicyChoice
from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual


@dataclass(frozen=True)
class Cover:
    """What a policy would pay, and the claim that was assessed; a part sends it under a number of its own."""

    policy: Policy
    claim: CommercialClaim
    covered: int
    notes: list[Bilingual]


async def ask_cover(
    platform: Platform, facts: Facts, wish: PayWish, insured: Insured | None, order_id: UUID
) -> Cover | None:
    """What the chosen policy pays of what basic insurance leaves to the patient; None when none is wanted or needed.

    Outside of any transaction. Raises Problem ``no-commercial-policy`` and those of the gateway.
    """
    left = insured.split.psn_cash_pay if insured is not None else facts.total
    if not wish.use_commercial or not facts.insurable or not left:
        return None
    connected = insurers_of(platform)
    policy = _chosen(facts.policies, wish.coverage_id, connected)
    insurer = connected.get(policy.insurer_code)
    if insurer is None:
        raise GatewayUnavailable(policy.insurer_name, "not connected")
    claim = CommercialClaim(
        claim_no=number_of(order_id),
        provider_code=facts.hospital_code,
        policy_no=policy.number,
        payee="provider",
        bill_no=facts.bill.bill_no,
        created=facts.at,
        lines=claim_lines(facts.lines),
        total=facts.total,
        insurance_paid=insured.split.fund_pay_sumamt + insured.split.acct_pay if insured is not None else 0,
        asked=left,
    )
    answer = await insurer.assess(claim)
    if answer.claim_no != claim.claim_no or not 0 <= answer.covered <= left:
        raise GatewayRefused(policy.insurer_name, "answer-unsound", "it covers more than was asked for")
    return Cover(policy, claim, answer.covered, [Bilingual(zh, en) for zh, en in answer.notes])


def _chosen(policies: tuple[Policy, ...], coverage_id: UUID | None, connected: CommercialInsurers) -> Policy:
    if coverage_id is not None:
        fitting = [one for one in policies if one.id == coverage_id]
    else:
        fitting = [one for one in policies if connected.get(one.insurer_code) is not None]
    if not fitting:
        raise NO_POLICY()
    return fitting[0]


def insurers_of(platform: Platform) -> CommercialInsurers:
    """The commercial insurers that are connected; none when nobody connected any."""
    return platform.ports.get(CommercialInsurers) or CommercialInsurers()


def choices_of(platform: Platform, facts: Facts) -> list[PolicyChoice]:
    """The policies that can pay a part of this bill directly."""
    if not facts.insurable:
        return []
    connected = insurers_of(platform)
    return [
        PolicyChoice(
            coverage_id=one.id, insurer_code=one.insurer_code, insurer_name=one.insurer_name, policy_tail=one.tail
        )
        for one in facts.policies
        if connected.get(one.insurer_code) is not None
    ]


def claim_anew(
    before: CommercialClaim,
    remaining: Iterable[PaymentLine],
    number: str,
    at: datetime,
    *,
    insurance_paid: int,
    asked: int,
) -> CommercialClaim:
    """The claim for the lines that a refund leaves, under a number of its own; ``before`` is the one first made."""
    kept = {line.remains_of or line.charge_id: line for line in remaining}
    lines = [_as_it_stands(line, kept[line.charge_id]) for line in before.lines if line.charge_id in kept]
    return msgspec.structs.replace(
        before,
        claim_no=number,
        created=at,
        lines=[msgspec.structs.replace(line, sequence=i) for i, line in enumerate(lines, start=1)],
        total=sum(line.net for line in lines),
        insurance_paid=insurance_paid,
        asked=asked,
    )


def _as_it_stands(line: CommercialLine, paid: PaymentLine) -> CommercialLine:
    """The line that was confirmed, or what remains of it."""
    if paid.cnt_milli is None:
        return line
    return msgspec.structs.replace(line, charge_id=paid.charge_id, cnt_milli=paid.cnt_milli, net=paid.amount_fen)
