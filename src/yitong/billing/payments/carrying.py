"""Carries a payment on, step by step, until it rests: write the intent, call outside, write the answer.

Whoever comes next (the request that began it, the job, a notice, the desk) does the same: everything that has to be
known stands in the rows, so a process may be killed between any two steps.
"""

from typing import Protocol

from yitong.billing.payments import asking, inside, intents, recording, resettling
from yitong.billing.payments.actions import CARRY
from yitong.billing.payments.mixed import intents as mixed_intents
from yitong.billing.payments.mixed import recording as mixed_recording
from yitong.billing.payments.mixed.rules import MixedDo
from yitong.billing.payments.rules import Do, Step, next_step
from yitong.billing.payments.sheet import leave, locked
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import SYSTEM_ACTOR
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

MOST_STEPS = 60  # more than any order takes: what goes on for longer is left to the next turn


class Crossings(Protocol):
    """Somebody who wants to know each moment between two steps; tests end the process there."""

    def cross(self, name: str) -> None:
        """``name`` says what was just finished."""
        ...


async def carry(platform: Platform, organization_id: UUID, order_id: UUID) -> None:
    """Do everything that can be done now. Raises Problem ``not-found``; outside failures are written down instead."""
    for _ in range(MOST_STEPS):
        if not await _one_step(platform, organization_id, order_id):
            return


async def _one_step(platform: Platform, organization_id: UUID, order_id: UUID) -> bool:
    """One step; False when nothing is to be done now."""
    async with platform.transaction() as tx:
        sheet = await locked(tx, organization_id, order_id)
        step = next_step(sheet, tx.now)
        if step is None:
            await leave(tx, sheet)
            return False
        grant = CARRY.check(SYSTEM_ACTOR, organization_id=organization_id)
        intent = await _intend(tx, step, intents.Writing(tx, grant, sheet))
        await leave(tx, sheet)
    _cross(platform, f"{step.do}: written")
    if intent is None:
        return True
    answer = await asking.ask(platform, intent.call)
    _cross(platform, f"{step.do}: answered")
    async with platform.transaction() as tx:
        sheet = await locked(tx, organization_id, order_id)
        grant = CARRY.check(SYSTEM_ACTOR, organization_id=organization_id)
        if isinstance(intent.do, MixedDo):
            await mixed_recording.take(intents.Writing(tx, grant, sheet), mixed_intents.mixed_of(sheet), answer)
        else:
            await recording.take(tx, grant, sheet, intent, answer)
        await leave(tx, sheet)
    _cross(platform, f"{step.do}: recorded")
    return True


async def _intend(tx: Transaction, step: Step, writing: intents.Writing) -> intents.Intent | None:
    """Write what is about to be done; None when it was done inside this very transaction."""
    if isinstance(step.do, MixedDo):
        call = await mixed_intents.about_mixed(writing, step.do)
        return intents.Intent(step.do, writing.sheet.order.id, call) if call is not None else None
    match step.do:
        case Do.FINISH:
            await inside.finish(writing)
        case Do.COMPENSATE:
            await inside.compensate(writing, step.part)
        case Do.RESETTLE:
            await resettling.begin(writing)
        case Do.RECLAIM:
            await resettling.reclaim(writing)
        case Do.DIVIDE:
            await inside.divide_back(writing)
        case Do.FINISH_REFUND:
            await inside.finish_refund(writing)
        case Do.ASK | Do.LOOK | Do.CLOSE:
            return await intents.about_part(writing, step)
        case Do.ASK_BACK | Do.LOOK_BACK:
            return await intents.about_back(writing, step)
    return None


def _cross(platform: Platform, name: str) -> None:
    watcher = platform.ports.get(Crossings)
    if watcher is not None:
        watcher.cross(name)
