"""Sending claims and asking after them, outside of any transaction; killed between two steps it goes on from there."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text

from yitong.billing.claims import service
from yitong.billing.claims.events import ClaimEvent
from yitong.billing.claims.service import SEND, insurers
from yitong.billing.claims.states import ClaimState
from yitong.billing.commercial import CommercialAnswer, CommercialClaim, CommercialInsurer
from yitong.kernel.ids import UUID
from yitong.kernel.jobs import job
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_Answer = CommercialAnswer | GatewayRefused | GatewayUnavailable | None
_PATIENCE = timedelta(minutes=2)  # a claim that was being sent for longer has lost its sender


@job("billing: claims", every=timedelta(seconds=30))
async def carry_claims(platform: Platform) -> int:
    """Take every claim that is due one step further; answers how many were looked at."""
    async with platform.transaction() as tx:
        found = await tx.session.execute(
            text("SELECT organization_id, id FROM claim WHERE next_at <= :now ORDER BY next_at, id LIMIT 200"),
            {"now": tx.now},
        )
        due = found.all()
    for one in due:
        await carry(platform, one.organization_id, one.id)
    return len(due)


async def carry(platform: Platform, organization_id: UUID, claim_id: UUID) -> None:
    """One step of one claim: write the intent, call, write the answer."""
    async with platform.transaction() as tx:
        grant = SEND.check(SYSTEM_ACTOR, organization_id=organization_id)
        row = await service.lock(tx, organization_id, claim_id)
        insurer = insurers(tx).get(row.insurer_code)
        if insurer is None or row.next_at is None or row.next_at > tx.now:
            return
        state = ClaimState(row.state)
        claim = service.opened(tx, row)
        if state is ClaimState.DUE:
            await service.move(tx, grant, row, ClaimState.ASKED, ClaimEvent.SENT, next_in=_PATIENCE)
        elif state is ClaimState.ASKED:  # whoever sent it never came back
            await service.move(tx, grant, row, ClaimState.UNKNOWN, ClaimEvent.LOST, next_in=_PATIENCE)
        else:
            await tx.session.execute(
                text("UPDATE claim SET next_at = :next WHERE organization_id = :organization AND id = :id"),
                {"next": tx.now + _PATIENCE, "organization": organization_id, "id": claim_id},
            )
    answer = await _ask(insurer, claim, send=state is ClaimState.DUE)
    async with platform.transaction() as tx:
        grant = SEND.check(SYSTEM_ACTOR, organization_id=organization_id)
        row = await service.lock(tx, organization_id, claim_id)
        await _write(tx, grant, row, answer)


async def _ask(insurer: CommercialInsurer, claim: CommercialClaim, *, send: bool) -> _Answer:
    """What the insurer says; None when it never heard of the claim."""
    try:
        return await insurer.submit(claim) if send else await insurer.find(claim.claim_no)
    except (GatewayRefused, GatewayUnavailable) as error:
        log.warning("claim.no_answer", claim_no=claim.claim_no, error=str(error))
        return error


async def _write(tx: Transaction, grant: Grant, row: Any, answer: _Answer) -> None:
    state = ClaimState(row.state)
    pause = service.pause_after(row.attempts)
    if isinstance(answer, CommercialAnswer):
        await service.take_answer(tx, grant, row, answer)
    elif isinstance(answer, GatewayRefused) and state is ClaimState.ASKED:
        words = f"保险公司拒收（{answer.reason}）。", f"The insurer does not take it ({answer.reason})."
        refused = CommercialAnswer(row.claim_no, "", "error", 0, [words])
        await service.take_answer(tx, grant, row, refused)
    elif answer is None and state is ClaimState.UNKNOWN:
        await service.move(tx, grant, row, ClaimState.DUE, ClaimEvent.NEVER_ARRIVED, next_in=timedelta(0))
    elif state in (ClaimState.ASKED, ClaimState.QUEUED):
        await service.move(tx, grant, row, ClaimState.UNKNOWN, ClaimEvent.LOST, next_in=pause)
