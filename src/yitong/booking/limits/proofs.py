"""What a suspicious session has to do before a confirmation: find a number for its device, or enter a phone code.

A challenge is stateless and bound to the session; the answer ``challenge.nonce`` counts when the SHA-256 of it begins
with enough zero bits. It serves one appointment: a row remembers that, so the same request may be repeated.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.limits import refusals
from yitong.booking.limits.known import Suspect
from yitong.booking.limits.memory import RiskMemory
from yitong.booking.limits.model import RiskPass
from yitong.booking.limits.rules import Level, proof_bits
from yitong.identity.rules.phone_codes import Purpose
from yitong.identity.service.phone_codes import use_code
from yitong.kernel.ids import UUID, parse_id
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.transaction import Transaction

_VALID = timedelta(minutes=5)
_MOST_NONCE = 64


class _Said(msgspec.Struct, frozen=True, array_like=True):
    """What a challenge says."""

    session: UUID
    bits: int
    ends: datetime
    salt: str


class Challenge(NamedTuple):
    """A challenge for a session, how hard it is, and until when."""

    text: str
    bits: int
    expires_at: datetime


class Answers(NamedTuple):
    """What the request brought along."""

    proof: str
    code: str


def answers_of(headers: Any) -> Answers:
    """The answers in ASGI headers ``X-Proof`` and ``X-Phone-Code``."""
    return Answers(headers.get(b"x-proof", b"").decode("latin-1"), headers.get(b"x-phone-code", b"").decode("latin-1"))


def _tag(platform: Platform, body: str) -> str:
    return base64.urlsafe_b64encode(platform.sealer.lookup_hash("proof-challenge", body)).rstrip(b"=").decode()


def _party(actor: Actor) -> UUID:
    return actor.session_id or actor.id


def challenge_for(platform: Platform, actor: Actor, bits: int) -> Challenge:
    """A new challenge for the actor's session."""
    ends = platform.clock.now() + _VALID
    said = msgspec.json.encode(_Said(_party(actor), bits, ends, secrets.token_hex(8)))
    body = base64.urlsafe_b64encode(said).rstrip(b"=").decode()
    return Challenge(f"{body}~{_tag(platform, body)}", bits, ends)


def zero_bits(digest: bytes) -> int:
    """How many zero bits a digest begins with."""
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def proof_counts(platform: Platform, actor: Actor, answer: str, bits: int) -> bool:
    """Whether ``challenge.nonce`` answers a challenge that was made for this session, is hard enough and not over."""
    challenge, _, nonce = answer.partition(".")
    body, _, tag = challenge.partition("~")
    if not nonce or len(nonce) > _MOST_NONCE or not tag.isascii() or not hmac.compare_digest(tag, _tag(platform, body)):
        return False
    try:
        said = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Said)
    except (ValueError, msgspec.MsgspecError):
        return False
    if said.session != _party(actor) or said.ends <= platform.clock.now() or said.bits < bits:
        return False
    return zero_bits(sha256(answer.encode()).digest()) >= said.bits


def bits_for(memory: RiskMemory, suspect: Suspect) -> int:
    """How hard the proof of this suspect is."""
    least = memory.platform.settings.proof_bits
    return proof_bits(suspect.score, memory.rule("level-challenge").value, least)


async def require(
    memory: RiskMemory, actor: Actor, organization_id: UUID, appointment_id: UUID, suspect: Suspect, answers: Answers
) -> None:
    """Let a suspicious session go on with one appointment when it has done, or does now, what its level asks.

    Raises Problem ``proof-needed`` (with a challenge), ``proof-wrong``, ``phone-code-needed`` or those of the code.
    """
    platform, rule = memory.platform, f"level-{suspect.level}"
    async with platform.transaction() as tx:
        refused = await _pass(tx, memory, actor, appointment_id, suspect, answers)
    if refused is None:
        memory.note(rule, "passed", organization_id)
        return
    asked = {"proof-needed": "challenged", "phone-code-needed": "code_asked"}.get(refused.code, "refused")
    memory.note(rule, asked, organization_id)
    raise refused


async def _pass(
    tx: Transaction, memory: RiskMemory, actor: Actor, appointment_id: UUID, suspect: Suspect, answers: Answers
) -> Problem | None:
    """None when the session may go on, else the refusal: not raised, so that a wrong code is counted."""
    if await _passed(tx, actor, appointment_id, suspect.level):
        return None
    if answers.code:
        refused = await _code(tx, actor, answers.code)
        if refused is None:
            await _remember(tx, actor, appointment_id, Level.CODE, None)
        return refused
    if suspect.level is Level.CODE:
        return refusals.PHONE_CODE_NEEDED(extra={"purpose": Purpose.BOOKING.value})
    bits = bits_for(memory, suspect)
    if not answers.proof:
        return proof_needed(memory.platform, actor, bits)
    if not proof_counts(memory.platform, actor, answers.proof, bits):
        return refusals.PROOF_WRONG()
    spent = sha256(answers.proof.partition(".")[0].encode()).digest()
    kept = await _remember(tx, actor, appointment_id, Level.CHALLENGE, spent)
    return None if kept else refusals.PROOF_WRONG()


def proof_needed(platform: Platform, actor: Actor, bits: int) -> Problem:
    """The problem that carries a new challenge."""
    made = challenge_for(platform, actor, bits)
    members = {"challenge": made.text, "difficulty_bits": made.bits, "expires_at": made.expires_at}
    return refusals.PROOF_NEEDED(extra=members)


async def _passed(tx: Transaction, actor: Actor, appointment_id: UUID, level: Level) -> bool:
    found = await tx.session.execute(
        text("SELECT level FROM risk_pass WHERE appointment_id = :id AND account_id = :account"),
        {"id": appointment_id, "account": actor.id},
    )
    had = found.scalar_one_or_none()
    return had == Level.CODE.value or had == level.value


async def _remember(tx: Transaction, actor: Actor, appointment_id: UUID, level: Level, spent: bytes | None) -> bool:
    """Write the pass down; False when this proof has served another appointment."""
    values = {
        "appointment_id": appointment_id,
        "account_id": actor.id,
        "level": level.value,
        "proof_hash": spent,
        "at": tx.now,
    }
    made = insert(RiskPass).values(values)
    if spent is None:
        again = {name: values[name] for name in ("account_id", "level", "proof_hash", "at")}
        await tx.session.execute(made.on_conflict_do_update(index_elements=["appointment_id"], set_=again))
        return True
    kept = await tx.session.execute(made.on_conflict_do_nothing().returning(RiskPass.appointment_id))
    return kept.first() is not None


async def _code(tx: Transaction, actor: Actor, given: str) -> Problem | None:
    """Use a phone code ``challenge_id.code`` sent to the account's own phone."""
    challenge, _, code = given.partition(".")
    challenge_id = parse_id(challenge)
    found = await tx.session.execute(text("SELECT phone_hash FROM account WHERE id = :id"), {"id": actor.id})
    phone = found.scalar_one_or_none()
    if challenge_id is None or phone is None:
        return refusals.PHONE_CODE_NEEDED(extra={"purpose": Purpose.BOOKING.value})
    return await use_code(tx, challenge_id, code, Purpose.BOOKING, phone_hashes=[phone])
