"""The journey over HTTP: what the patient sees, and who may look."""

from typing import Any

import httpx

from journey.scene import Scene
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id


async def journey(client: httpx.AsyncClient, scene: Scene) -> dict[str, Any]:
    answer = await client.get("/api/journey", params={"patient_id": str(scene.patient)}, headers=scene.authorization())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_booked_visit_says_check_in_and_where(client: httpx.AsyncClient, scene: Scene) -> None:
    seen = await journey(client, scene)
    (visit,) = seen["visits"]
    assert visit["next"]["key"] == "check_in"
    assert visit["next"]["where"] == {"zh": "门诊楼3层 1诊室", "en": "Outpatient Building, Floor 3, Room 1"}
    assert visit["date"] == "2026-11-23"
    assert "签到" in seen["now"]["zh"]


async def test_waiting_then_called_then_done(client: httpx.AsyncClient, scene: Scene) -> None:
    await scene.change(state="checked_in")
    await scene.join_queue()
    waiting = (await journey(client, scene))["visits"][0]["next"]
    assert waiting["key"] == "wait"
    assert "下一位就是您" in waiting["detail"]["zh"]
    await scene.change(state="called")
    assert (await journey(client, scene))["visits"][0]["next"]["key"] == "consultation"
    await scene.change(state="fulfilled")
    seen = await journey(client, scene)
    assert seen["now"] is None
    assert {step["state"] for step in seen["visits"][0]["steps"]} == {"done"}


async def test_old_visits_leave_the_journey(client: httpx.AsyncClient, scene: Scene, clock: SetClock) -> None:
    await scene.change(state="fulfilled")
    clock.advance(days=6)
    assert len((await journey(client, scene))["visits"]) == 1
    clock.advance(days=2)
    assert (await journey(client, scene))["visits"] == []


async def test_a_foreign_patient_is_refused(client: httpx.AsyncClient, scene: Scene) -> None:
    for path in ("/api/journey", "/api/journey/stream"):
        answer = await client.get(path, params={"patient_id": str(new_id())}, headers=scene.authorization())
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-patient")


async def test_an_expired_session_sees_nothing(client: httpx.AsyncClient, scene: Scene, clock: SetClock) -> None:
    headers = scene.authorization()
    clock.advance(hours=2)
    answer = await client.get("/api/journey", params={"patient_id": str(scene.patient)}, headers=headers)
    assert answer.status_code == 401
