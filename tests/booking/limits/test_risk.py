"""Signals and what a score leads to: proof of work, a phone code, refusal; each with a legal case beside it."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from booking.limits.scene import account, book, give_up, known, refusal, rule, take
from booking.world import World
from yitong.booking.limits import proofs
from yitong.booking.limits.counting import forget
from yitong.booking.limits.memory import memory_of
from yitong.booking.limits.rules import DECLARED
from yitong.identity.rules.phone_codes import Purpose
from yitong.identity.service.phone_codes import ASK_CODE, store_code
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor
from yitong.kernel.problems import Problem

DEVICE, BLOCK, PHONE = b"d" * 32, b"b" * 32, "13900000077"


def solved(problem: Problem) -> dict[bytes, bytes]:
    """The headers that answer a proof-needed problem, as an app finds them."""
    said: dict[str, Any] = problem.members["extra"]
    nonce = 0
    while proofs.zero_bits(sha256(f"{said['challenge']}.{nonce}".encode()).digest()) < said["difficulty_bits"]:
        nonce += 1
    return {b"x-proof": f"{said['challenge']}.{nonce}".encode()}


async def marked(world: World, actor: Actor, score: int) -> None:
    """Give an account this score."""
    from yitong.booking.limits.reading import rules_of_region
    from yitong.booking.limits.signals import Signal, add_signals

    async with world.platform.transaction() as tx:
        rules = await rules_of_region(tx, None)
        now = world.platform.clock.now()
        await add_signals(tx, [Signal(world.organization_id, now, "risk-burst", score, actor.id)], rules)
    await known(world)


async def _held(world: World, phone: str | None = None) -> tuple[Actor, UUID, UUID]:
    """An unsuspicious account with a held place; another slot of another day for the same patient."""
    world.platform.settings = msgspec.structs.replace(world.platform.settings, proof_bits=6, slot_tokens="off")
    patient = await world.patient()
    actor = await account(world, patient, phone=phone)
    _, slots = await world.session()
    held = await take(world, actor, slots[0], patient)
    await known(world)
    return actor, held.id, patient


async def _signals(world: World, actor: Actor) -> set[str]:
    rows = await world.owner.fetch("SELECT kind FROM risk_signal WHERE account_id = $1", actor.id)
    return {row["kind"] for row in rows}


@pytest.mark.parametrize(
    ("code", "suspicious"),
    [
        ("risk-new-account", {"age": timedelta(hours=2)}),
        ("risk-datacentre", {"datacentre": True}),
        ("risk-device-accounts", {"device": DEVICE}),
        ("risk-block-accounts", {"block": BLOCK}),
    ],
)
async def test_signals_of_an_account(world: World, code: str, suspicious: dict[str, Any]) -> None:
    world.platform.settings = msgspec.structs.replace(world.platform.settings, slot_tokens="off")
    await rule(world, "risk-block-accounts", value=4)
    for _ in range(3):
        await account(world, device=DEVICE, block=BLOCK)
    one, other = await world.patient(), await world.patient()
    odd, plain = await account(world, one, **suspicious), await account(world, other)
    _, slots = await world.session()
    await take(world, odd, slots[0], one)
    await take(world, plain, slots[1], other)
    await known(world)
    assert await _signals(world, odd) == {code}
    assert await _signals(world, plain) == set()
    score = await world.owner.fetchrow("SELECT score, level FROM risk_score WHERE account_id = $1", odd.id)
    assert tuple(score) == (DECLARED[code].default.weight, "ok"), "one signal alone asks nothing"


async def test_signals_of_haste_and_of_giving_up(world: World, clock: SetClock) -> None:
    await rule(world, "risk-burst", value=3)
    await rule(world, "risk-cancels", value=2)
    await rule(world, "person-department-week", enabled=False)
    patient = await world.patient()
    hasty, steady = await account(world, patient), await account(world, patient)
    for actor, pause in ((hasty, 1), (steady, 90)):
        for _ in range(3):
            _, slots = await world.session(clock.now() + timedelta(days=1, hours=1), role=False)
            held = await take(world, actor, slots[0], patient)
            await known(world)
            await give_up(world, actor, held.id)
            clock.advance(seconds=pause)
    assert "risk-burst" in await _signals(world, hasty)
    assert "risk-burst" not in await _signals(world, steady)
    assert "risk-cancels" not in await _signals(world, hasty), "holds given up are no cancelled visits"
    for turn in range(3):
        _, slots = await world.session(clock.now() + timedelta(days=2 + turn))
        held = await take(world, steady, slots[0], patient)
        await book(world, steady, held.id)
        await give_up(world, steady, held.id)
        await known(world)
    assert "risk-cancels" in await _signals(world, steady)


async def test_an_unsuspicious_account_is_asked_nothing(world: World) -> None:
    actor, held, _ = await _held(world)
    assert (await book(world, actor, held)).state == "booked"
    assert await world.count("risk_pass") == 0


async def test_a_suspicious_device_proves_work_once(world: World) -> None:
    actor, held, _ = await _held(world)
    await marked(world, actor, 45)
    problem = await refusal(book(world, actor, held))
    assert (problem.code, problem.kind.status) == ("proof-needed", 428)
    assert problem.members["extra"]["difficulty_bits"] == 6
    answer = solved(problem)
    assert (await book(world, actor, held, answer)).state == "booked"
    assert (await book(world, actor, held)).state == "booked", "the same request may be repeated"
    other = await world.patient()
    widened = Actor(actor.kind, actor.id, actor.roles, (*actor.patient_ids, other), actor.session_id)
    _, slots = await world.session()
    second = await take(world, widened, slots[1], other)
    assert (await refusal(book(world, widened, second.id, answer))).code == "proof-wrong", "a proof serves once"
    assert (await book(world, widened, second.id, solved(await refusal(book(world, widened, second.id))))).number
    memory = await known(world)
    rows = await world.owner.fetch("SELECT outcome, count FROM risk_outcome WHERE rule = 'level-challenge'")
    assert {row["outcome"]: row["count"] for row in rows} == {"challenged": 2, "passed": 3, "refused": 1}
    assert memory.suspects[actor.id].reasons == ["risk-burst"]


def _cut(answer: bytes) -> bytes:
    return answer.rpartition(b".")[0] + b"."


def _forged(answer: bytes) -> bytes:
    body, _, rest = answer.partition(b"~")
    return body[:-2] + b"AA~" + rest


def _nonsense(answer: bytes) -> bytes:
    return answer[:1]


def _long(answer: bytes) -> bytes:
    return answer + b"!" * 99


@pytest.mark.parametrize("spoil", [_cut, _forged, _nonsense, _long])
async def test_a_wrong_proof(world: World, spoil: Callable[[bytes], bytes]) -> None:
    actor, held, _ = await _held(world)
    await marked(world, actor, 45)
    answer = solved(await refusal(book(world, actor, held)))
    problem = await refusal(book(world, actor, held, {b"x-proof": spoil(answer[b"x-proof"])}))
    assert problem.code == "proof-wrong"
    assert (await book(world, actor, held, answer)).state == "booked"


async def test_a_proof_is_bound_to_its_session_its_time_and_its_bits(world: World, clock: SetClock) -> None:
    actor, held, _ = await _held(world)
    await marked(world, actor, 45)
    answer = solved(await refusal(book(world, actor, held)))
    proof = answer[b"x-proof"].decode()
    assert proofs.proof_counts(world.platform, actor, proof, 6)
    elsewhere = Actor(actor.kind, actor.id, actor.roles, actor.patient_ids, new_id())
    assert not proofs.proof_counts(world.platform, elsewhere, proof, 6)
    assert not proofs.proof_counts(world.platform, actor, proof, 7), "made when less was asked"
    clock.advance(minutes=5)
    assert not proofs.proof_counts(world.platform, actor, proof, 6)


async def test_the_worse_enters_a_phone_code(world: World) -> None:
    actor, held, _ = await _held(world, PHONE)
    await marked(world, actor, 75)
    problem = await refusal(book(world, actor, held))
    assert (problem.code, problem.members["extra"]) == ("phone-code-needed", {"purpose": "booking"})

    async def code(phone: str, purpose: Purpose) -> str:
        async with world.platform.transaction(actor) as tx:
            made = await store_code(tx, ASK_CODE.check(actor), phone, purpose)
        return f"{made.challenge_id}.{made.code}"

    async def answered(given: str) -> str:
        return (await refusal(book(world, actor, held, {b"x-phone-code": given.encode()}))).code

    assert await answered("nothing") == "phone-code-needed"
    assert await answered(await code("13900000078", Purpose.BOOKING)) == "code-wrong", "somebody else's phone"
    world.platform.settings = msgspec.structs.replace(world.platform.settings, phone_code_resend_seconds=0)
    assert await answered(await code(PHONE, Purpose.SIGN_IN)) == "code-wrong", "a code for something else"
    good = await code(PHONE, Purpose.BOOKING)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert await answered(wrong) == "code-wrong"
    assert await world.owner.fetchval("SELECT max(tries) FROM one_time_code") == 1, "a wrong try is counted"
    assert (await book(world, actor, held, {b"x-phone-code": good.encode()})).state == "booked"


async def test_the_worst_is_refused_and_forgotten_after_a_day(world: World, clock: SetClock) -> None:
    actor, held, patient = await _held(world)
    await marked(world, actor, 100)
    assert (await refusal(book(world, actor, held))).code == "booking-refused"
    _, slots = await world.session(clock.now() + timedelta(days=3))
    assert (await refusal(take(world, actor, slots[0], patient))).code == "booking-refused"
    clock.advance(days=1, minutes=1)
    await forget(world.platform)
    await known(world)
    assert (await take(world, actor, slots[0], patient)).state == "held"
    await forget(world.platform)
    assert await world.count("risk_score", "account_id = $1 AND level <> 'ok'", actor.id) == 0


async def test_only_what_is_out_of_the_ordinary_is_remembered(world: World) -> None:
    await _held(world)
    memory = memory_of(world.platform)
    assert (memory.people, memory.hashes, memory.departments, memory.suspects, memory.barred) == ({}, {}, {}, {}, {})
