"""What somebody who won in a draw is told."""

from datetime import timedelta

import httpx

from journey.scene import START, Scene
from journey.test_messages import messages
from yitong.booking.draw.events import DrawEvent


async def test_a_winner_is_told_until_when_the_place_is_kept(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.change(state="held", hold_expires_at=START - timedelta(minutes=30), number=None, offered=True)
    await scene.happen(DrawEvent.OFFERED)
    await scene.listen()
    (told,) = await messages(client, scene)
    assert told["title"] == {"zh": "抽签中签了", "en": "You have won a place"}
    assert "至11月23日 周一 09:00" in told["body"]["zh"]
    assert "until Mon 23 Nov, 09:00" in told["body"]["en"]
    assert told["link"]["kind"] == "appointment"


async def test_a_winner_who_did_not_answer_is_told(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.change(state="expired", hold_expires_at=None, number=None, offered=True)
    await scene.happen(DrawEvent.LAPSED)
    await scene.listen()
    (told,) = await messages(client, scene)
    assert told["title"]["zh"] == "号源已失效"
