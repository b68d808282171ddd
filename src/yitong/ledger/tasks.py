"""What events want put on the chain: written down in the reactor's transaction, signed and handed in by a job.

A task is done once. Before it is handed in, what was signed is kept on its row: after a crash the same bytes are handed
in again, and a transaction stands in a block only once. Tasks about one thing are done one after another, in the order
in which they were asked for; a refusal that an earlier one may still cure is tried again for a while.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import text

from yitong.kernel.events import Recorded
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.ledger.contract.actions import Action, KeyRole, name_of
from yitong.ledger.contract.refusals import OK, Refusal
from yitong.ledger.encoding import pack, unpack
from yitong.ledger.engine import Inadmissible, Receipt
from yitong.ledger.members import admit_organization
from yitong.ledger.service import Ledger, NoKey

log = structlog.get_logger(__name__)
MOST = 500
PATIENCE_S = 30.0
"""How long a block is waited for before the task is left to the next turn."""
_MOST_TRIES = 8
_CURABLE = frozenset({Refusal.UNKNOWN, Refusal.TOO_EARLY, Refusal.NOT_OVER, Refusal.SUSPENDED})
_ACTION: msgspec.msgpack.Decoder[Action] = msgspec.msgpack.Decoder(Action)


class Wish(NamedTuple):
    """One action that somebody's key shall sign. ``about`` is the platform's thing, called ``number`` by people."""

    organization_id: UUID
    role: KeyRole
    action: Action
    subject: UUID
    about: UUID
    number: str
    patient_id: UUID | None = None


async def ask(tx: Transaction, event: Recorded, wishes: Sequence[Wish]) -> None:
    """Write down what an event wants put on the chain; asking again for the same event changes nothing."""
    for step, one in enumerate(wishes):
        await tx.session.execute(
            text(
                "INSERT INTO ledger_task (organization_id, id, event_organization_id, event_id, step, about,"
                " patient_id, subject, number, role, name, action, state, attempts, next_try_at, made_at)"
                " VALUES (:organization, :id, :at, :event, :step, :about, :patient, :subject, :number, :role, :name,"
                " :action, 'waiting', 0, :now, :now) ON CONFLICT (organization_id, event_id, step) DO NOTHING"
            ),
            {
                "organization": one.organization_id,
                "id": new_id(),
                "at": event.organization_id,
                "event": event.id,
                "step": step,
                "about": one.about,
                "patient": one.patient_id,
                "subject": one.subject,
                "number": one.number,
                "role": one.role.value,
                "name": name_of(one.action),
                "action": pack(one.action),
                "now": tx.now,
            },
        )


# Nothing overtakes an earlier task about the same thing that waits for its next try.
_DUE = """
SELECT organization_id, id, about, role, action, attempts, raw FROM ledger_task t
 WHERE state = 'waiting' AND next_try_at <= $1
   AND NOT EXISTS (SELECT FROM ledger_task e WHERE e.about = t.about AND e.id < t.id
                    AND e.state = 'waiting' AND e.next_try_at > $1)
 ORDER BY next_try_at LIMIT $2"""


async def put_tasks(platform: Platform, ledger: Ledger) -> int:
    """Put on the chain what is due; answers how many tasks were finished."""
    async with (await platform.database.raw()).acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('yitong.region', 'on', true)")
        rows = await connection.fetch(_DUE, platform.clock.now(), MOST)
    ordered = sorted(rows, key=lambda row: (row["about"], row["id"]))
    groups = [list(group) for _, group in groupby(ordered, key=lambda row: row["about"])]
    return sum(await asyncio.gather(*(_in_order(platform, ledger, group) for group in groups)))


async def _in_order(platform: Platform, ledger: Ledger, rows: Sequence[Any]) -> int:
    done = 0
    for row in rows:
        if not await _put(platform, ledger, row):
            break
        done += 1
    return done


async def _put(platform: Platform, ledger: Ledger, row: Any) -> bool:
    """Do one task; whether it is finished."""

    async def keep(raw: bytes) -> None:
        await _set(platform, row, raw=raw)

    role, action = KeyRole(row["role"]), unpack(row["action"], _ACTION)
    try:
        receipt = await _receipt(platform, ledger, row, role, action, keep)
    except TimeoutError:
        log.warning("ledger.task_waits", task=str(row["id"]), code="no-block")
        await _later(platform, row, "no-block")
        return False
    except (NoKey, Inadmissible) as error:
        code = error.code if isinstance(error, Inadmissible) else "no-key"
        log.warning("ledger.task_waits", task=str(row["id"]), code=code)
        await _later(platform, row, code)
        return False
    if receipt.code in _CURABLE and row["attempts"] + 1 < _MOST_TRIES:
        await _later(platform, row, receipt.code, raw=None)
        return False
    await _set(
        platform,
        row,
        state="done" if receipt.code == OK else "refused",
        attempts=row["attempts"] + 1,
        digest=receipt.digest,
        height=receipt.height,
        position=receipt.position,
        code=receipt.code,
        done_at=platform.clock.now(),
    )
    return True


async def _receipt(platform: Platform, ledger: Ledger, row: Any, role: KeyRole, action: Action, keep: Any) -> Receipt:
    async with asyncio.timeout(PATIENCE_S):
        if row["raw"] is not None:
            try:
                return await ledger.put_again(row["raw"])
            except Inadmissible as error:
                # Its number was used by another one, so these bytes can never be in a block: sign anew.
                log.info("ledger.task_signed_anew", task=str(row["id"]), code=error.code)
        try:
            return await ledger.put(row["organization_id"], role, action, keep)
        except NoKey:
            pass
        except Inadmissible as error:
            if error.code != Refusal.UNKNOWN_KEY:
                raise
        await admit_organization(platform, ledger, row["organization_id"])
        return await ledger.put(row["organization_id"], role, action, keep)


async def _later(platform: Platform, row: Any, code: str, **more: Any) -> None:
    pause = timedelta(seconds=min(3600, 2 ** (row["attempts"] + 1)))
    next_try_at = platform.clock.now() + pause
    await _set(platform, row, attempts=row["attempts"] + 1, code=code, next_try_at=next_try_at, **more)


async def _set(platform: Platform, row: Any, **values: Any) -> None:
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    async with platform.transaction() as tx:
        await tx.session.execute(
            text(f"UPDATE ledger_task SET {assignments} WHERE organization_id = :o AND id = :i"),  # noqa: S608
            {**values, "o": row["organization_id"], "i": row["id"]},
        )
