"""The directory as people ask for it: nearest hospital, a department, a doctor, a word in any writing."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from yitong.directory.demo import DemoRegion, build_region
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.simulation.seeding.directory import load_directory


@pytest.fixture(scope="module")
def demo() -> DemoRegion:
    """The demo region's rows, made once."""
    return build_region(7, date(2026, 11, 23))


@pytest.fixture
async def loaded(platform: Platform, demo: DemoRegion, clock: SetClock) -> DemoRegion:
    """The demo region's directory in the database."""
    owner = await platform.database.connect_as_owner()
    await load_directory(owner, demo, clock.now())
    await owner.close()
    return demo


async def items(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/api{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_reading_needs_no_sign_in_and_finds_everything(client: httpx.AsyncClient, loaded: DemoRegion) -> None:
    hospitals = await items(client, "/organizations", kind="hospital", limit=200)
    assert {one["name"] for one in hospitals} == {o.name for o in loaded.organizations if o.kind == "hospital"}
    one = (await client.get(f"/api/organizations/{hospitals[0]['id']}")).json()
    departments = await items(client, f"/organizations/{one['id']}/departments")
    assert one["departments_count"] == len(departments)
    clinics = await items(client, f"/organizations/{one['id']}/departments", kind="outpatient")
    assert {clinic["kind"] for clinic in clinics} == {"outpatient"}
    services = await items(client, f"/organizations/{one['id']}/services", department_id=clinics[0]["id"])
    assert all(service["fee_fen"] >= 0 for service in services)
    assert await items(client, f"/organizations/{one['id']}/locations", kind="hall")
    doctors = await items(client, "/practitioner-roles", organization_id=one["id"])
    path = f"/api/practitioner-roles/{doctors[0]['id']}"
    assert (await client.get(path, params={"organization_id": one["id"]})).json() == doctors[0]


async def test_a_doctor_is_named_in_both_languages(client: httpx.AsyncClient, loaded: DemoRegion) -> None:
    hospitals = {str(one.id): one.name_en for one in loaded.organizations}
    departments = {str(one.id): one.name_en for one in loaded.departments}
    for doctor in await items(client, "/practitioner-roles", limit=50):
        assert doctor["organization_name_en"] == hospitals[doctor["organization_id"]]
        assert doctor["department_name_en"] == departments[doctor["department_id"]]


async def test_the_nearest_comes_first_and_pages_join(client: httpx.AsyncClient, loaded: DemoRegion) -> None:
    here = {"latitude": 39.9087, "longitude": 116.3975}
    whole = await items(client, "/organizations", limit=200, **here)
    distances = [one["distance_m"] for one in whole if one["distance_m"] is not None]
    assert distances == sorted(distances)
    assert 0 < distances[0] < 10_000
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 7, **here, **({"cursor": cursor} if cursor else {})}
        answer = (await client.get("/api/organizations", params=query)).json()
        pages += [one["id"] for one in answer["items"]]
        cursor = answer["next"]
    assert pages == [one["id"] for one in whole]


async def test_a_word_in_any_writing_finds_the_hospital(client: httpx.AsyncClient, loaded: DemoRegion) -> None:
    target = next(o for o in loaded.organizations if o.name == "北京协和医院" or "协和" in o.name)
    for word in ("协和", "BJXH", "bjxh", target.code):
        found = (await client.get("/api/search", params={"q": word})).json()
        assert target.name in {one["name"] for one in found["organizations"]}, word


async def test_a_doctor_is_found_by_name_and_initials(client: httpx.AsyncClient, loaded: DemoRegion) -> None:
    doctors = {r.practitioner_id for r in loaded.practitioner_roles if r.role == "doctor"}
    doctor = next(p for p in loaded.practitioners if p.id in doctors)
    for word in (doctor.name, doctor.initials.lower()):
        found = await items(client, "/practitioner-roles", q=word, limit=200)
        assert doctor.name in {one["name"] for one in found}


async def test_specialties_count_their_hospitals(client: httpx.AsyncClient, loaded: DemoRegion) -> None:
    found = {one["code"]: one["organizations"] for one in await items(client, "/specialties")}
    wanted = loaded.departments[0].specialty_code
    having = {d.organization_id for d in loaded.departments if d.specialty_code == wanted and d.kind == "outpatient"}
    assert found[wanted] == len(having)
    roles = await items(client, "/practitioner-roles", specialty=wanted, limit=200)
    assert {one["organization_id"] for one in roles} <= {str(one) for one in having}


@pytest.mark.parametrize("word", ["%", "_", "\\", "'; DROP TABLE region; --", "   "])
async def test_wildcards_and_quotes_are_only_letters(client: httpx.AsyncClient, loaded: DemoRegion, word: str) -> None:
    found = (await client.get("/api/search", params={"q": word})).json()
    assert found == {"specialties": [], "organizations": [], "practitioners": []}


NOWHERE = "01900000-0000-7000-8000-000000000000"  # written down: tests are collected in several processes


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/organizations/{NOWHERE}", "not-found"),
        ("/organizations/none", "not-found"),
        ("/organizations?cursor=broken", "validation-failed"),
        ("/organizations?kind=shop", "validation-failed"),
        ("/organizations?latitude=200", "validation-failed"),
        (f"/practitioner-roles/{NOWHERE}", "validation-failed"),
    ],
)
async def test_bad_questions(client: httpx.AsyncClient, path: str, code: str) -> None:
    assert (await client.get(f"/api{path}")).json()["code"] == code


async def test_an_administrator_changes_a_fee_at_home_only(
    client: httpx.AsyncClient, loaded: DemoRegion, platform: Platform
) -> None:
    service = loaded.healthcare_services[0]
    other = next(o.id for o in loaded.organizations if o.kind == "hospital" and o.id != service.organization_id)
    change = {"organization_id": str(service.organization_id), "name": "专家号", "name_en": "Expert", "fee_fen": 10000}

    def headers(organization: Any, role: Role = Role.HOSPITAL_ADMIN) -> dict[str, str]:
        actor = Actor(ActorKind.STAFF, new_id(), (RoleAt(role, organization),))
        return {"authorization": f"Bearer {platform.tokens.sign(actor, platform.clock.now() + timedelta(hours=1))}"}

    path = f"/api/services/{service.id}"
    assert (await client.put(path, json=change)).json()["code"] == "unauthenticated"
    assert (await client.put(path, json=change, headers=headers(other))).json()["code"] == "forbidden"
    doctor = headers(service.organization_id, Role.DOCTOR)
    assert (await client.put(path, json=change, headers=doctor)).json()["code"] == "forbidden"
    at_home = headers(service.organization_id)
    assert (await client.put(path, json=change | {"fee_fen": -1}, headers=at_home)).json()[
        "code"
    ] == "validation-failed"
    changed = await client.put(path, json=change, headers=at_home)
    assert changed.json()["fee_fen"] == 10000
    missing = await client.put(f"/api/services/{new_id()}", json=change, headers=at_home)
    assert missing.json()["code"] == "not-found"
    words = {"organization_id": str(loaded.departments[0].organization_id), "name": "新名", "name_en": "New"}
    department = await client.put(
        f"/api/departments/{loaded.departments[0].id}",
        json=words | {"location_text": "2层"},
        headers=headers(loaded.departments[0].organization_id),
    )
    assert department.json()["location_text"] == "2层"
    owner = await platform.database.connect_as_owner()
    rows = await owner.fetch("SELECT type, payload->>'fee_before' AS before FROM event ORDER BY position")
    await owner.close()
    assert [row["type"] for row in rows] == ["directory:service:changed", "directory:department:changed"]
    assert rows[0]["before"] == str(service.fee_fen)
