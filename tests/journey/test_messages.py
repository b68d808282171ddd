"""Messages: one an event and kind, sealed at rest, told to the right people, read by their owners only."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from journey.scene import START, Scene
from yitong.booking.events import BookingEvent
from yitong.booking.model import Schedule
from yitong.booking.queue.events import QueueEvent
from yitong.booking.waitlist.events import WaitlistEvent
from yitong.journey.jobs import remind
from yitong.journey.reactors import TOLD_OF
from yitong.journey.service.messages import tell
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.problems import Problem


async def messages(client: httpx.AsyncClient, scene: Scene) -> list[dict[str, Any]]:
    answer = await client.get("/api/messages", headers=scene.authorization())
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("heard", list(TOLD_OF))
async def test_each_event_of_a_visit_tells_the_patient(client: httpx.AsyncClient, scene: Scene, heard: StrEnum) -> None:
    await scene.happen(heard)
    await scene.listen()
    (told,) = await messages(client, scene)
    assert told["kind"] == TOLD_OF[heard]
    assert told["read"] is False
    assert "张*丰" in str(told["body"])
    assert "张三丰" not in str(told)


async def test_the_same_event_again_tells_nothing_new(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.happen(BookingEvent.BOOKED)
    await scene.listen()
    async with scene.platform.transaction() as tx:
        await tx.session.execute(text("UPDATE reactor_position SET xid = '0', position = 0"))
    await scene.listen()
    assert len(await messages(client, scene)) == 1


async def test_the_words_at_rest_are_sealed(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.happen(BookingEvent.BOOKED)
    await scene.listen()
    async with scene.platform.transaction() as tx:
        stored = (await tx.session.execute(text("SELECT text_sealed FROM message"))).scalar_one()
    assert "张" not in stored
    assert "心内科" not in stored


async def test_a_stopped_clinic_tells_everybody_expected(client: httpx.AsyncClient, scene: Scene) -> None:
    async with scene.platform.transaction() as tx:
        stopped = update(Schedule).values(stopped_at=tx.now, stopped_reason="医生临时有急诊手术")
        await tx.session.execute(stopped)
    await scene.happen(BookingEvent.STOPPED, scene.schedule, "schedule")
    await scene.listen()
    (told,) = await messages(client, scene)
    assert told["kind"] == "clinic_stopped"
    link = told["link"]
    assert isinstance(link, dict)
    assert (link["kind"], link["id"]) == ("appointment", str(scene.appointment))


async def test_an_offer_says_until_when_the_place_is_kept(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.change(state="held", hold_expires_at=START - timedelta(minutes=30), number=None, offered=True)
    await scene.happen(WaitlistEvent.OFFER_MADE)
    await scene.listen()
    (told,) = await messages(client, scene)
    assert told["title"] == {"zh": "候补有号了", "en": "A place has come free"}
    assert "至11月23日 周一 09:00" in told["body"]["zh"]
    assert "until Mon 23 Nov, 09:00" in told["body"]["en"]
    assert told["link"]["kind"] == "appointment"


async def test_reading_a_message_counts_down_once(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.happen(BookingEvent.BOOKED)
    await scene.listen()
    (told,) = await messages(client, scene)
    for _ in range(2):
        answer = await client.post(f"/api/messages/{told['id']}/read", headers=scene.authorization())
        assert answer.status_code == 204
    inbox = (await client.get("/api/messages", headers=scene.authorization())).json()
    assert inbox["unread"] == 0
    async with scene.platform.transaction() as tx:
        events = await tx.session.execute(text("SELECT count(*) FROM event WHERE type = 'journey:message:read'"))
        assert events.scalar_one() == 1


async def test_a_foreign_message_is_not_there(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.happen(BookingEvent.BOOKED)
    await scene.listen()
    (told,) = await messages(client, scene)
    stranger = Actor(ActorKind.CITIZEN, new_id(), (RoleAt(Role.PATIENT),), (new_id(),))
    token = scene.platform.tokens.sign(stranger, scene.platform.clock.now() + timedelta(hours=1))
    headers = {"authorization": f"Bearer {token}"}
    assert (await client.get("/api/messages", headers=headers)).json()["items"] == []
    answer = await client.post(f"/api/messages/{told['id']}/read", headers=headers)
    assert answer.status_code == 404


async def test_nobody_reads_without_signing_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/messages")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_only_the_platform_tells(scene: Scene) -> None:
    async with scene.platform.transaction(scene.citizen) as tx:
        from yitong.journey import queries
        from yitong.journey.notices import NoticeKind

        visit = await queries.visit(tx, scene.hospital, scene.appointment)
        assert visit is not None
        with pytest.raises(Problem, match=r"forbidden|foreign-patient"):
            await tell(tx, new_id(), NoticeKind.BOOKED, visit)


async def test_pages_of_messages_follow_each_other(client: httpx.AsyncClient, scene: Scene) -> None:
    for _ in range(35):
        await scene.happen(QueueEvent.CALLED)
    await scene.listen()
    first = (await client.get("/api/messages", headers=scene.authorization())).json()
    query = {"cursor": first["next"]}
    second = (await client.get("/api/messages", params=query, headers=scene.authorization())).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (30, 5, None)
    ids = [UUID(one["id"]) for one in first["items"] + second["items"]]
    assert len(set(ids)) == 35


async def test_reminders_come_on_the_evening_before_and_once(
    client: httpx.AsyncClient, scene: Scene, clock: SetClock
) -> None:
    clock.moment = START - timedelta(days=1)  # half past nine in the morning: too early
    assert await remind(scene.platform) == 0
    clock.advance(hours=9)  # half past six in the evening
    assert await remind(scene.platform) == 1
    assert await remind(scene.platform) == 0
    (told,) = await messages(client, scene)
    assert told["kind"] == "reminder"


async def test_nobody_is_reminded_of_a_cancelled_visit(scene: Scene, clock: SetClock) -> None:
    await scene.change(state="cancelled", cancelled_reason="x")
    clock.moment = START - timedelta(hours=15)
    assert await remind(scene.platform) == 0
