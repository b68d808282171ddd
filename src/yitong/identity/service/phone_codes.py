"""One-time phone codes: made and stored in one transaction, sent after it, used once.

Only hashes are stored. The message leaves through the port :class:`PhoneCodeSender` after commit; when it cannot be
sent, the code is taken back, so that nobody waits for it and the next try is not held up by the resend pause.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import delete, insert, text, update

from yitong.directory.service import region_of
from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.model import OneTimeCode
from yitong.identity.rules.documents import check_phone
from yitong.identity.rules.phone_codes import DIGITS, IssuedCode, Purpose, may_send, refusal
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Grant, Role, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.transaction import Transaction

log = structlog.get_logger(__name__)
_EVERYBODY = dict.fromkeys(Role, Scope.ANYONE)
ASK_CODE = action("sign-in:code:ask", "获取手机验证码", "Ask for a phone code", _EVERYBODY)


class PhoneCodeSender(Protocol):
    """Whoever carries a code to a phone; any exception means that it did not go out."""

    async def send(self, phone: str, code: str, purpose: str) -> None: ...


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """A stored code on its way out."""

    challenge_id: UUID
    phone: str
    code: str
    purpose: Purpose
    expires_at: datetime
    resend_at: datetime


def phone_hash(platform: Platform, phone: str) -> bytes:
    """The look-up hash of 11 digits."""
    return platform.sealer.lookup_hash("phone", phone)


def _code_hash(platform: Platform, challenge_id: UUID, code: str) -> bytes:
    return platform.sealer.lookup_hash("one-time-code", f"{challenge_id}:{code.strip() or '-'}")


async def ask_code(platform: Platform, actor: Actor, phone: str, purpose: Purpose) -> CodeToSend:
    """Make a code for a phone, store its hash, commit, and send it.

    Raises Problem ``phone-invalid``, ``rate-limited`` or ``sms-unavailable``.
    """
    digits = check_phone(phone)
    async with platform.transaction(actor) as tx:
        made = await store_code(tx, ASK_CODE.check(actor), digits, purpose)
    await send_code(platform, made)
    return made


async def store_code(tx: Transaction, grant: Grant, phone: str, purpose: Purpose) -> CodeToSend:
    """Store a new code for 11 digits; the caller sends it with :func:`send_code` after its commit.

    Raises Problem ``rate-limited``.
    """
    settings, hashed = tx.platform.settings, phone_hash(tx.platform, phone)
    lock = int.from_bytes(hashed[:8], "big", signed=True)  # two requests at once must see each other's code
    await tx.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})
    sent = await tx.session.execute(
        text("SELECT created_at FROM one_time_code WHERE phone_hash = :phone AND created_at > :since"),
        {"phone": hashed, "since": tx.now - timedelta(days=1)},
    )
    may_send(list(sent.scalars()), tx.now, settings.phone_code_resend_seconds)
    made = CodeToSend(
        challenge_id=new_id(),
        phone=phone,
        code=f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}",
        purpose=purpose,
        expires_at=tx.now + timedelta(seconds=settings.phone_code_seconds),
        resend_at=tx.now + timedelta(seconds=settings.phone_code_resend_seconds),
    )
    await tx.session.execute(
        insert(OneTimeCode).values(
            id=made.challenge_id,
            phone_hash=hashed,
            purpose=purpose.value,
            code_hash=_code_hash(tx.platform, made.challenge_id, made.code),
            created_at=tx.now,
            expires_at=made.expires_at,
            tries=0,
        )
    )
    subject = Subject("one_time_code", made.challenge_id, (await region_of(tx)).commission_id)
    await record(tx, grant, IdentityEvent.CODE_ISSUED, subject, {"purpose": purpose})
    return made


async def send_code(platform: Platform, made: CodeToSend) -> None:
    """Hand a stored code to the sender. Raises Problem ``sms-unavailable`` and takes the code back when it fails."""
    try:
        await platform.port(PhoneCodeSender).send(made.phone, made.code, made.purpose.value)
    except Exception as error:  # whatever went wrong out there, the person hears that no message is coming
        log.warning("phone_code.not_sent", error=type(error).__name__, purpose=made.purpose.value)
        async with platform.transaction() as tx:
            await tx.session.execute(delete(OneTimeCode).where(OneTimeCode.id == made.challenge_id))
        raise p.SMS_UNAVAILABLE() from error


async def use_code(
    tx: Transaction, challenge_id: UUID, code: str, purpose: Purpose, *, phone_hashes: list[bytes]
) -> Problem | None:
    """Use a code up: None when it counts, otherwise the refusal, which the caller raises after its commit.

    A wrong try must be counted, so this function does not raise: an exception would roll the count back. The row lock
    lets only one of two simultaneous uses win. The code must have been sent to one of ``phone_hashes``.
    """
    found = await tx.session.execute(
        text(
            "SELECT expires_at, tries, used_at, code_hash FROM one_time_code"
            " WHERE id = :id AND purpose = :purpose AND phone_hash = ANY(:phones) FOR UPDATE"
        ),
        {"id": challenge_id, "purpose": purpose.value, "phones": phone_hashes},
    )
    row = found.one_or_none()
    if row is None:
        return p.CODE_WRONG()
    matches = secrets.compare_digest(row.code_hash, _code_hash(tx.platform, challenge_id, code))
    stored = IssuedCode(row.expires_at, row.tries, row.used_at, matches)
    refused = refusal(stored, tx.now, tx.platform.settings.phone_code_tries)
    used = tx.now if refused is None else row.used_at
    await tx.session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.id == challenge_id)
        .values(used_at=used, tries=row.tries + (0 if refused is None else 1))
    )
    return refused
