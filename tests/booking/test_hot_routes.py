"""The hot routes and the ordinary ones of the same paths answer the same."""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest
from litestar.testing import AsyncTestClient
from litestar.types import ASGIApp

from booking.world import World
from yitong.app import create_app
from yitong.booking.schemas import Appointment
from yitong.kernel.ids import new_id


@pytest.fixture(params=[True, False], ids=["hot", "ordinary"])
async def web(world: World, request: pytest.FixtureRequest) -> AsyncGenerator[AsyncTestClient[ASGIApp]]:
    """The application with its hot routes on or off."""
    world.platform.settings = msgspec.structs.replace(world.platform.settings, hot_routes=request.param)
    async with AsyncTestClient(create_app(world.platform)) as client:
        yield client


async def test_hold_and_confirm(world: World, web: AsyncTestClient[ASGIApp]) -> None:
    _, slots = await world.session(capacity=1)
    patient, other = await world.patient(), await world.patient()
    actor = world.citizen(patient)
    body: dict[str, Any] = {
        "organization_id": str(world.organization_id),
        "slot_id": str(slots[0]),
        "patient_id": str(patient),
    }
    answer = await web.post("/api/holds", json=body, headers=world.headers(actor))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    held = answer.json()
    assert set(held) == HELD_FIELDS
    assert (held["state"], held["start_at"]) == ("held", "2026-11-24T08:00:00+08:00")
    confirming = f"/api/appointments/{held['id']}/confirm"
    answer = await web.post(confirming, json={"organization_id": body["organization_id"]}, headers=world.headers(actor))
    assert (answer.status_code, answer.json()["state"], answer.json()["number"]) == (200, "booked", 1)
    taken = await web.post(
        "/api/holds", json=body | {"patient_id": str(other)}, headers=world.headers(world.citizen(other))
    )
    assert (taken.status_code, taken.headers["content-type"]) == (409, "application/problem+json")
    document = taken.json()
    assert (document["code"], document["conflict"]["kind"], len(document["alternatives"])) == ("slot-taken", "slot", 3)


async def test_bad_requests(world: World, web: AsyncTestClient[ASGIApp]) -> None:
    headers = world.headers(world.citizen())
    body = {"organization_id": str(new_id()), "slot_id": str(new_id()), "patient_id": str(new_id())}
    confirming = f"/api/appointments/{new_id()}/confirm"
    without_key = {"authorization": headers["authorization"]}
    for path, sent, carried, code in (
        ("/api/holds", b"{", headers, "malformed-json"),
        ("/api/holds", b"{}", headers, "validation-failed"),
        ("/api/holds", b"x" * 300_000, headers, "body-too-large"),
        ("/api/holds", msgspec.json.encode(body), without_key, "idempotency-key-missing"),
        ("/api/holds", msgspec.json.encode(body), {"idempotency-key": str(new_id())}, "unauthenticated"),
        ("/api/holds", msgspec.json.encode(body), headers | {"authorization": "Bearer v1.a.b"}, "unauthenticated"),
        ("/api/holds", msgspec.json.encode(body), headers, "foreign-patient"),
        (confirming, b"[]", headers, "validation-failed"),
        (confirming, msgspec.json.encode(body), {}, "unauthenticated"),
        (confirming.replace("-", "x"), msgspec.json.encode(body), headers, "not-found"),
    ):
        answer = await web.post(path, content=sent, headers={"content-type": "application/json", **carried})
        assert answer.json()["code"] == code, (path, sent[:80])
        assert answer.headers["content-type"] == "application/problem+json"


HELD_FIELDS = set(Appointment.__struct_fields__)


SEARCHES = [
    ("specialty=03", 200),
    ("specialty=03&sort=distance&latitude=39.9&longitude=116.4&limit=2", 200),
    ("specialty=03&from=2026-11-24&to=2026-11-25&period=am&max_fee_fen=100000", 200),
    ("specialty=03&limit=2&unknown=1", 200),
    ("specialty=03&first=2026-12-24", 200),  # no parameter of that name: as if it were not there
    ("specialty=03&limit=+2", 400),
    ("specialty=03&title=%E4%B8%BB%E4%BB%BB", 200),
    ("specialty=null", 200),
    ("specialty=&department_id=", 400),
    ("", 400),
    ("specialty=03&limit=0", 400),
    ("specialty=03&limit=many", 400),
    ("specialty=03&limit=2.5", 400),
    ("specialty=03&from=tomorrow", 400),
    ("specialty=03&sort=beauty", 400),
    ("specialty=03&latitude=39.9", 400),
    ("specialty=03&latitude=nan&longitude=1&sort=distance", 400),
    ("department_id=1", 400),
]


async def test_a_search_answers_alike(world: World) -> None:
    """The bare handler of the search and the ordinary route, over well and badly formed queries."""
    await world.session(capacity=2)
    answers: dict[bool, list[tuple[int, Any]]] = {}
    for hot in (True, False):
        world.platform.settings = msgspec.structs.replace(world.platform.settings, hot_routes=hot)
        async with AsyncTestClient(create_app(world.platform)) as client:
            found = [await client.get(f"/api/slots/search?{query}") for query, _ in SEARCHES]
            answers[hot] = [(one.status_code, one.json()) for one in found]
    for (query, status), hot, ordinary in zip(SEARCHES, answers[True], answers[False], strict=True):
        hot[1].pop("request_id", None)
        ordinary[1].pop("request_id", None)
        assert hot == ordinary, query
        assert hot[0] == status, query
    assert len(answers[True][0][1]["items"]) > 0
