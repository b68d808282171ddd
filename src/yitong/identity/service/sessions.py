"""Sessions of anybody: opened as a row and a signed token, ended in the row, and every process hears of it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import structlog
from sqlalchemy import insert, text

from yitong.directory.service import region_of
from yitong.identity.events import IdentityEvent
from yitong.identity.model import SignInSession
from yitong.kernel.client import CLIENT
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import UNAUTHENTICATED
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_EVERYBODY = dict.fromkeys(Role, Scope.ANYONE)
OPEN_SESSION = action("sign-in:session:open", "登录", "Sign in", _EVERYBODY)
END_SESSION = action("sign-in:session:end", "退出登录", "Sign out", _EVERYBODY)


@dataclass(frozen=True, slots=True)
class Opened:
    """An open session: its token, its end, and the actor the token names."""

    token: str
    expires_at: datetime
    actor: Actor


async def open_session(tx: Transaction, actor: Actor, lasts: timedelta) -> Opened:
    """Store a session for an actor and sign its token, with where it was opened. The caller records the event."""
    session_id, expires_at, client = new_id(), tx.now + lasts, CLIENT.get()
    await tx.session.execute(
        insert(SignInSession).values(
            id=session_id,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            created_at=tx.now,
            expires_at=expires_at,
            device_hash=client.device,
            block_hash=client.block,
            agent_hash=client.agent,
            datacentre=client.datacentre,
        )
    )
    known = replace_session(actor, session_id)
    return Opened(tx.platform.tokens.sign(known, expires_at), expires_at, known)


def replace_session(actor: Actor, session_id: UUID) -> Actor:
    """The same party in another session."""
    return Actor(actor.kind, actor.id, actor.roles, actor.patient_ids, session_id, actor.practitioner_id)


async def end_session(tx: Transaction) -> None:
    """Sign out: end the session whose token was sent. Raises Problem ``unauthenticated`` without one."""
    actor = tx.actor
    if actor.session_id is None:
        raise UNAUTHENTICATED()
    grant = END_SESSION.check(actor)
    await end_sessions(tx, [actor.session_id])
    subject = Subject("session", actor.session_id, (await region_of(tx)).commission_id)
    await record(tx, grant, IdentityEvent.SESSION_ENDED, subject, {"kind": actor.kind})


async def end_sessions(tx: Transaction, session_ids: list[UUID]) -> None:
    """End sessions. Other processes hear within a second (:func:`watch_revocations`), this one at once.

    This process refuses the token even if the transaction should fail to commit; signing in again mends that.
    """
    await tx.session.execute(
        text("UPDATE sign_in_session SET ended_at = :now WHERE id = ANY(:ids) AND ended_at IS NULL"),
        {"now": tx.now, "ids": session_ids},
    )
    for session_id in session_ids:
        tx.platform.revocations.add(session_id)


async def sessions_of(tx: Transaction, actor_id: UUID) -> list[UUID]:
    """The present sessions of an account, a staff member or a terminal."""
    found = await tx.session.execute(
        text("SELECT id FROM sign_in_session WHERE actor_id = :actor AND ended_at IS NULL AND expires_at > :now"),
        {"actor": actor_id, "now": tx.now},
    )
    return list(found.scalars())


async def read_revocations(platform: Platform) -> frozenset[UUID]:
    """Sessions that were ended before their tokens run out."""
    pool = await platform.database.raw()
    rows = await pool.fetch(
        "SELECT id FROM sign_in_session WHERE ended_at IS NOT NULL AND expires_at > $1", platform.clock.now()
    )
    return frozenset(row["id"] for row in rows)


async def watch_revocations(platform: Platform, interval_s: float = 1.0) -> None:
    """Keep this process' list of ended sessions up to date until cancelled; a database pause is waited out."""
    while True:
        try:
            platform.revocations.replace(await read_revocations(platform))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("revocations.not_read", error=type(error).__name__)
        await asyncio.sleep(interval_s)
