"""The patient's phone, the doctor's list and the hall hear of a call over real sockets, within one stream each."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from worlds import World
from yitong.app import create_app
from yitong.kernel.permissions import Actor

PATIENCE_S = 20  # how long a test waits before it says that nothing came; nothing is measured with it


@pytest.fixture
async def address(town: World) -> AsyncGenerator[str]:
    """The application on a free port of the loopback address."""
    config = uvicorn.Config(create_app(town.platform), host="127.0.0.1", port=0, log_level="warning", lifespan="on")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@asynccontextmanager
async def listening(address: str, town: World, actor: Actor, path: str) -> AsyncGenerator[AsyncIterator[Any]]:
    """The states that a stream sends."""
    query = {"organization_id": str(town.hospital_id)}
    async with (
        httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client,
        client.stream("GET", f"/api{path}", params=query, headers=town.headers(actor)) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _states(answer)


async def _states(answer: httpx.Response) -> AsyncIterator[Any]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def send(address: str, town: World, actor: Actor, path: str, **more: str) -> Any:
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        body = {"organization_id": str(town.hospital_id), **more}
        answer = await client.post(f"/api{path}", json=body, headers=town.headers(actor))
        assert answer.status_code == 200, answer.text
        return answer.json()


async def until(states: AsyncIterator[Any], wanted: Callable[[Any], Any]) -> Any:
    """The first state that is as wanted."""
    async with asyncio.timeout(PATIENCE_S):
        async for state in states:
            if wanted(state):
                return state
    raise AssertionError("the stream ended")


async def test_a_call_reaches_the_listening_patient(town: World, address: str) -> None:
    patients = [await town.patient("甲一"), await town.patient("乙二")]
    appointments = [await town.book(patient) for patient in patients]
    for patient, appointment in zip(patients, appointments, strict=True):
        await send(address, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
    me = town.citizen(patients[1])
    async with listening(address, town, me, f"/appointments/{appointments[1]}/queue-place/stream") as states:
        first = await anext(states)
        assert (first["state"], first["ahead"], first["now_serving"]) == ("waiting", 1, None)
        visit = await send(address, town, town.doctor, f"/queues/{town.session.id}/call-next")
        moved = await until(states, lambda s: s["now_serving"] == "A001")
        assert moved["ahead"] == 0
        await send(address, town, town.doctor, f"/encounters/{visit['encounter']['id']}/finish")
        await send(address, town, town.doctor, f"/queues/{town.session.id}/call-next")
        mine = await until(states, lambda s: s["state"] == "called")
        assert "轮到您了" in mine["hint"]["zh"]


async def test_the_doctor_and_the_hall_see_who_comes_and_who_is_called(town: World, address: str) -> None:
    patient = await town.patient("欧阳小明")
    appointment = await town.book(patient)
    async with (
        listening(address, town, town.doctor, f"/queues/{town.session.id}/stream") as queue,
        listening(address, town, town.hall_screen, f"/halls/{town.hall_id}/stream") as hall,
    ):
        assert (await anext(queue))["entries"] == []
        assert (await anext(hall))["calling"] == []
        await send(address, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
        seen = await until(queue, lambda s: s["entries"])
        assert seen["entries"][0]["patient_name"] == "欧阳小明"
        await send(address, town, town.doctor, f"/queues/{town.session.id}/call-next")
        board = await until(hall, lambda s: s["calling"])
        assert board["calling"][0]["name_masked"] == "欧**明"


async def test_a_stream_that_may_not_be_seen_is_refused_with_a_problem(town: World, address: str) -> None:
    appointment = await town.book(await town.patient())
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.get(
            f"/api/appointments/{appointment}/queue-place/stream",
            params={"organization_id": str(town.hospital_id)},
            headers=town.headers(town.citizen()),
        )
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_the_place_on_the_phone_follows_a_transfer(town: World, address: str) -> None:
    other = await town.open_session()
    patient = await town.patient()
    appointment = await town.book(patient)
    await send(address, town, town.citizen(patient), f"/appointments/{appointment}/check-in")
    entry = (await town.one("SELECT id FROM queue_entry"))[0]
    me = town.citizen(patient)
    async with listening(address, town, me, f"/appointments/{appointment}/queue-place/stream") as states:
        assert (await anext(states))["schedule_id"] == str(town.session.id)
        to = {"schedule_id": str(other.id), "reason": "医生停诊"}
        await send(address, town, town.nurse, f"/queue-entries/{entry}/transfer", **to)
        await until(states, lambda s: s["schedule_id"] == str(other.id))
        await send(address, town, town.nurse, f"/queues/{other.id}/pause", reason="短暂休息")
        paused = await until(states, lambda s: s["paused"])
        assert "短暂休息" in paused["hint"]["zh"]
        await send(address, town, town.nurse, f"/queues/{other.id}/resume")
        await send(address, town, town.nurse, f"/queues/{other.id}/call-next")
        assert (await until(states, lambda s: s["state"] == "called"))["priority"] == "normal"
