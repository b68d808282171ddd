"""The same POST twice is one, also when both come at the same moment."""

import asyncio

import msgspec
import pytest
from sqlalchemy import text

from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem


class Ask(msgspec.Struct):
    what: str


class Ask2(msgspec.Struct):
    what: str


class Answer(msgspec.Struct):
    id: UUID
    name: str = "王小明"


def citizen() -> Actor:
    return Actor(ActorKind.CITIZEN, new_id())


async def ask(platform: Platform, actor: Actor, key: UUID, request: msgspec.Struct, made: list[UUID]) -> Answer:
    async def make() -> Answer:
        answer = Answer(new_id())
        made.append(answer.id)
        return answer

    async with platform.transaction(actor) as tx:
        return await once(tx, key, request, Answer, make)


async def test_the_first_answer_is_kept(platform: Platform) -> None:
    me, key, made = citizen(), new_id(), list[UUID]()
    answers = [await ask(platform, me, key, Ask("x"), made) for _ in range(3)]
    assert len(made) == 1
    assert answers == [Answer(made[0])] * 3


async def test_simultaneous_posts_make_one_thing(platform: Platform) -> None:
    me, key, made = citizen(), new_id(), list[UUID]()
    answers = await asyncio.gather(*(ask(platform, me, key, Ask("x"), made) for _ in range(8)))
    assert len(made) == 1
    assert {answer.id for answer in answers} == set(made)


async def test_keys_belong_to_those_who_made_them(platform: Platform) -> None:
    key, made = new_id(), list[UUID]()
    for actor in (citizen(), citizen()):
        await ask(platform, actor, key, Ask("x"), made)
    assert len(made) == 2


@pytest.mark.parametrize("other", [Ask("y"), Ask2("x")])
async def test_a_key_is_for_one_request(platform: Platform, other: msgspec.Struct) -> None:
    me, key, made = citizen(), new_id(), list[UUID]()
    await ask(platform, me, key, Ask("x"), made)
    with pytest.raises(Problem) as caught:
        await ask(platform, me, key, other, made)
    assert caught.value.code == "idempotency-key-reused"
    assert len(made) == 1


async def test_what_failed_may_be_tried_again_with_the_same_key(platform: Platform) -> None:
    me, key, made = citizen(), new_id(), list[UUID]()

    async def fail() -> Answer:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        async with platform.transaction(me) as tx:
            await once(tx, key, Ask("x"), Answer, fail)
    await ask(platform, me, key, Ask("x"), made)
    assert len(made) == 1


async def test_kept_answers_name_nobody(platform: Platform) -> None:
    await ask(platform, citizen(), new_id(), Ask("x"), [])
    async with platform.transaction() as tx:
        kept = (await tx.session.execute(text("SELECT answer FROM kept_answer"))).scalar_one()
    assert "王小明" not in kept
    assert kept.startswith("s1.")
