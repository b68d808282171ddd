"""Ask the other side again what became of one movement, tell the payment, and compare the day anew."""

from typing import Any

import msgspec
from sqlalchemy import text

from yitong.billing.commercial import CommercialAnswer, CommercialInsurers
from yitong.billing.ports import NoticeTaker, PaymentChannels, PaymentFound, RefundFound
from yitong.billing.reconciliation import problems
from yitong.billing.reconciliation.actions import PROPOSE
from yitong.billing.reconciliation.comparing import Difference
from yitong.billing.reconciliation.events import ReconciliationEvent
from yitong.billing.reconciliation.queries import askable, difference_of
from yitong.billing.reconciliation.running import compare_day
from yitong.billing.reconciliation.schemas import Answer
from yitong.billing.reconciliation.sides import INSURER
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_PAYMENT = {"paid": "done", "refunded": "done", "closed": "failed", "waiting": "pending", "unknown": "pending"}
_REFUND = {"done": "done", "failed": "failed", "processing": "pending", "unknown": "pending"}


async def ask_again(platform: Platform, actor: Actor, organization_id: UUID, difference_id: UUID) -> None:
    """Ask a channel or a commercial insurer about one movement under its number.

    What a channel says is handed to the payment as a notice would be; what anybody says is kept with the difference,
    and the day is compared anew.

    Raises Problem ``correction-unsuitable``, ``not-found``, ``gateway-unavailable`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        PROPOSE.check(tx.actor, organization_id=organization_id)
        row = await _row(tx, organization_id, difference_id)
    one = difference_of(row)
    if not askable(one):
        raise problems.CORRECTION_UNSUITABLE()
    answer = await _ask(platform, one)
    async with platform.transaction(actor) as tx:
        grant = PROPOSE.check(tx.actor, organization_id=organization_id)
        subject = Subject("reconciliation_difference", difference_id, organization_id)
        facts = {"party": one.key.party, "number": one.key.number, "answer": answer.state}
        await record(tx, grant, ReconciliationEvent.ASKED, subject, facts)
        await tx.session.execute(
            text(
                "UPDATE reconciliation_difference SET asked_at = :now, answer = CAST(:answer AS jsonb)"
                " WHERE organization_id = :organization AND id = :id"
            ),
            {
                "now": tx.now,
                "answer": msgspec.json.encode(answer).decode(),
                "organization": organization_id,
                "id": difference_id,
            },
        )
    await compare_day(platform, actor, organization_id, row["day"])


async def _row(tx: Transaction, organization_id: UUID, difference_id: UUID) -> Any:
    rows = await tx.session.execute(
        text("SELECT * FROM reconciliation_difference WHERE organization_id = :organization AND id = :id"),
        {"organization": organization_id, "id": difference_id},
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _ask(platform: Platform, one: Difference) -> Answer:
    if one.key.party == INSURER:
        return Answer("unanswered")
    if one.key.kind in ("claim", "cancellation"):
        return await _ask_cover(platform, one)
    channel = platform.port(PaymentChannels).get(one.key.party)
    if channel is None:
        return Answer("unanswered")
    taker = platform.ports.get(NoticeTaker)
    try:
        if one.key.kind == "payment":
            paid = await channel.find(one.key.number)
            if paid is not None and taker is not None:
                await taker.payment(channel.name, paid)
            return _of_payment(paid)
        about = one.there.about if one.there is not None else one.here.about if one.here is not None else ""
        back = await channel.find_refund(about, one.key.number)
        if back is not None and taker is not None:
            await taker.refund(channel.name, back)
        return _of_refund(back)
    except (GatewayRefused, GatewayUnavailable):
        return Answer("unanswered")


async def _ask_cover(platform: Platform, one: Difference) -> Answer:
    """What a commercial insurer says of a claim; one that was taken back counts as failed."""
    insurers = platform.ports.get(CommercialInsurers)
    insurer = insurers.get(one.key.party.partition(":")[2]) if insurers is not None else None
    if insurer is None:
        return Answer("unanswered")
    try:
        found = await insurer.find(one.key.number)
    except (GatewayRefused, GatewayUnavailable):
        return Answer("unanswered")
    return _of_claim(found)


def _of_claim(found: CommercialAnswer | None) -> Answer:
    if found is None:
        return Answer("unknown")
    if found.outcome == "queued":
        return Answer("pending", 0, found.insurer_no)
    return Answer("done" if found.covered else "failed", found.covered, found.insurer_no)


def _of_payment(found: PaymentFound | None) -> Answer:
    if found is None:
        return Answer("unknown")
    return Answer(_PAYMENT[found.state], found.amount, found.channel_no)  # type: ignore[arg-type]


def _of_refund(found: RefundFound | None) -> Answer:
    if found is None:
        return Answer("unknown")
    return Answer(_REFUND[found.state], found.amount, found.channel_no)  # type: ignore[arg-type]
