"""Getting messages out: claimed under a lease, sent outside of any transaction, then marked.

A worker that dies keeps its lease only until it runs out; then another takes over. A call whose answer got lost is
repeated under the same id, so the channel can tell that it is the same message.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import msgspec
import structlog
from sqlalchemy import text

from yitong.journey.events import JourneyEvent
from yitong.journey.notices import MessageText, Notice
from yitong.journey.states import DELIVERY, DeliveryState
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
DELIVER = action(
    "journey:delivery:send", "经外部渠道送达消息", "Send messages through a channel", {Role.SYSTEM: Scope.REGION}
)
CHANNEL = "wechat_subscribe"
LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=30)
MOST_ATTEMPTS = 6
BATCH = 20
# Only whoever made the last attempt may say how it ended.
_OVER = text(
    "UPDATE delivery SET state = :state, sent_at = :sent_at, next_try_at = NULL, error = :error, version = version + 1"
    " WHERE patient_id = :patient AND id = :id AND state = 'waiting' AND attempts = :attempts RETURNING 1"
)
_LATER = text(
    "UPDATE delivery SET error = :error, next_try_at = :at"
    " WHERE patient_id = :patient AND id = :id AND state = 'waiting' AND attempts = :attempts"
)


class NoticeChannel(Protocol):
    """A channel outside the house that reaches a patient's own phone."""

    async def send(self, notice: Notice) -> None:
        """Hand over one notice; the same id twice is one notice where the channel can tell.

        Raises Problem: with ``kind.retry`` when another try may help, otherwise the refusal is final.
        """
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker may send until its lease runs out."""

    patient_id: UUID
    id: UUID
    organization_id: UUID
    message_id: UUID
    attempts: int
    notice: Notice


async def enlist(tx: Transaction, grant: Grant, message: Subject, event_id: UUID) -> None:
    """Write a delivery of a message to each account that has the patient in its family and an identity at WeChat."""
    rows = await tx.session.execute(
        text(
            "SELECT i.account_id, i.subject FROM oauth_identity i JOIN family_member f ON f.account_id = i.account_id"
            " WHERE f.patient_id = :patient AND f.ended_at IS NULL AND i.provider = 'wechat' ORDER BY i.account_id"
        ),
        {"patient": message.patient_id},
    )
    for row in rows.all():
        delivery_id = new_id()
        await tx.session.execute(
            text(
                "INSERT INTO delivery (patient_id, id, message_id, account_id, organization_id, channel,"
                " recipient_sealed, state, version, attempts, next_try_at) VALUES (:patient, :id, :message, :account,"
                " :organization, :channel, :recipient, 'waiting', 1, 0, :now)"
            ),
            {
                "patient": message.patient_id,
                "id": delivery_id,
                "message": message.id,
                "account": row.account_id,
                "organization": message.organization_id,
                "channel": CHANNEL,
                "recipient": tx.platform.sealer.seal(row.subject, f"delivery.recipient:{delivery_id}"),
                "now": tx.now,
            },
        )
        subject = Subject("delivery", delivery_id, message.organization_id, message.patient_id)
        await record_move(tx, grant, DELIVERY, subject, None, DeliveryState.WAITING, sequence=1, event_id=event_id)


async def deliver_due(platform: Platform) -> int:
    """Send every delivery that is due; answers how many were sent. Harmless when run twice at once."""
    if NoticeChannel not in platform.ports:
        return 0
    channel = platform.port(NoticeChannel)
    sent = 0
    while claimed := await claim(platform):
        for one in claimed:
            sent += await _send(platform, channel, one)
    return sent


async def claim(platform: Platform, limit: int = BATCH) -> list[Claimed]:
    """Take a lease on some due deliveries; committed before anything leaves the house."""
    async with platform.transaction() as tx:
        rows = await tx.session.execute(
            text(
                "UPDATE delivery d SET attempts = d.attempts + 1, next_try_at = :lease FROM ("
                " SELECT patient_id, id FROM delivery WHERE state = 'waiting' AND next_try_at <= :now"
                " ORDER BY next_try_at LIMIT :limit FOR UPDATE SKIP LOCKED) due, message m"
                " WHERE d.patient_id = due.patient_id AND d.id = due.id"
                " AND m.patient_id = d.patient_id AND m.id = d.message_id"
                " RETURNING d.patient_id, d.id, d.organization_id, d.message_id, d.attempts, d.recipient_sealed,"
                " m.text_sealed"
            ),
            {"now": tx.now, "lease": tx.now + LEASE, "limit": limit},
        )
        opened = tx.platform.sealer.open
        claimed: list[Claimed] = []
        for row in rows.all():
            said = msgspec.json.decode(opened(row.text_sealed, f"message.text:{row.message_id}"), type=MessageText)
            notice = Notice(row.id, opened(row.recipient_sealed, f"delivery.recipient:{row.id}"), said.fields)
            claimed.append(Claimed(row.patient_id, row.id, row.organization_id, row.message_id, row.attempts, notice))
        return claimed


async def _send(platform: Platform, channel: NoticeChannel, one: Claimed) -> bool:
    try:
        await channel.send(one.notice)
    except Problem as problem:
        log.warning("delivery.failed", delivery=str(one.id), problem=problem.code, attempts=one.attempts)
        final = not problem.kind.retry or one.attempts >= MOST_ATTEMPTS
        await _after_failure(platform, one, str(problem)[:300], final=final)
        return False
    async with platform.transaction() as tx:
        await _over(tx, one, DeliveryState.SENT, JourneyEvent.SENT, None)
    return True


async def _after_failure(platform: Platform, one: Claimed, error: str, *, final: bool) -> None:
    async with platform.transaction() as tx:
        if final:
            await _over(tx, one, DeliveryState.GIVEN_UP, JourneyEvent.GIVEN_UP, error)
            return
        later = {"error": error, "at": tx.now + FIRST_PAUSE * 4 ** (one.attempts - 1)}
        await tx.session.execute(_LATER, later | _key(one))


async def _over(tx: Transaction, one: Claimed, state: DeliveryState, event: JourneyEvent, error: str | None) -> None:
    """Write down how the delivery ended, unless the lease ran out and somebody else has it now."""
    sent_at = tx.now if state is DeliveryState.SENT else None
    done = await tx.session.execute(_OVER, {"state": state.value, "sent_at": sent_at, "error": error} | _key(one))
    if done.first() is None:
        return
    grant = DELIVER.check(tx.actor, organization_id=one.organization_id, patient_id=one.patient_id)
    subject = Subject("delivery", one.id, one.organization_id, one.patient_id)
    said = {"channel": CHANNEL, "attempts": one.attempts, "message_id": one.message_id}
    event_id = await record(tx, grant, event, subject, said)
    await record_move(tx, grant, DELIVERY, subject, DeliveryState.WAITING, state, sequence=2, event_id=event_id)


def _key(one: Claimed) -> dict[str, Any]:
    return {"patient": one.patient_id, "id": one.id, "attempts": one.attempts}
