"""Draws over HTTP on a real database: one chance a person, the published file, offers that pass on, and races."""

import asyncio
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from booking.draws import CLOSES, OPENS, Scene
from booking.test_draw_verify import STRANGER
from booking.world import World
from yitong.booking.draw import drawing, requesting, rows
from yitong.booking.draw.proof import identity_of, root_from
from yitong.booking.draw.publication import read, verify
from yitong.booking.draw.schemas import AskBody
from yitong.booking.draw.states import DrawState
from yitong.booking.schemas import HoldRequest
from yitong.booking.service import confirm, hold
from yitong.booking.waitlist.jobs import tend_lists
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role
from yitong.kernel.problems import Problem
from yitong.kernel.reactors import REACTORS, run_once
from yitong.kernel.transaction import Transaction


@pytest.fixture
async def scene(world: World, client: httpx.AsyncClient, clock: SetClock) -> Scene:
    """A session of two times with three places each, in three days."""
    made = Scene(world, client, clock)
    await made.prepare()
    return made


def code(answer: httpx.Response) -> str:
    return answer.json()["code"]


async def full_house(scene: Scene, people: int = 9, **changed: Any) -> dict[UUID, dict[str, Any]]:
    """A drawn draw with two times of two places each; everybody's request by person."""
    slots = await scene.open(**changed)
    patients = [await scene.person() for _ in range(people)]
    for number, patient in enumerate(patients):
        assert (await scene.ask(patient, slots if number % 2 else slots[::-1])).status_code == 201
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(minutes=10)
    assert (await scene.draw())["state"] == "drawn"
    return {patient: (await scene.mine(patient))[0] for patient in patients}


# --- announcing ---------------------------------------------------------------------------------------------------


async def test_announcing_sets_places_aside_and_commits(scene: Scene) -> None:
    answer = await scene.announce()
    assert answer.status_code == 201, answer.text
    draw = await scene.draw()
    assert (draw["state"], draw["places"], draw["requests"], draw["seed"]) == ("announced", 4, 0, None)
    assert len(bytes.fromhex(draw["commitment"])) == 32
    found = await scene.world.owner.fetch("SELECT pool, sum(capacity) AS room FROM slot GROUP BY pool ORDER BY pool")
    assert [tuple(one) for one in found] == [("common", 2), ("draw", 4)]
    listed = (await scene.client.get("/api/draws", params={"state": "announced"})).json()["items"]
    assert [one["id"] for one in listed] == [scene.draw_id]
    await scene.later(minutes=OPENS)
    assert (await scene.draw())["state"] == "open"


async def test_the_seed_is_nowhere_in_clear_before_it_is_revealed(scene: Scene) -> None:
    await full_house(scene, 3)
    seed = (await scene.draw())["seed"]
    await scene.announce(schedule_ids=[str((await scene.world.session(scene.clock.now() + timedelta(days=4)))[0])])
    row = await scene.world.row("draw", UUID(scene.draw_id))
    assert row["seed"] is None
    assert seed not in row["seed_sealed"]
    hidden = scene.world.platform.sealer.open(row["seed_sealed"], f"draw.seed:{scene.draw_id}")
    events = await scene.world.owner.fetch("SELECT payload::text FROM event")
    assert not any(hidden in one["payload"] for one in events)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"strata": []}, "validation-failed"),
        ({"strata": [{"code": "x", "title": {"zh": "x", "en": "x"}, "places": 2}]}, "validation-failed"),
        ({"strata": [{"code": "x", "title": {"zh": "", "en": "x"}}]}, "validation-failed"),
        ({"title": {"zh": "抽签\u0000", "en": "x"}}, "validation-failed"),
        ({"beacon_source": "a\u0000"}, "validation-failed"),
        ({"opens_at": "0001-01-01T00:00:00+14:00"}, "validation-failed"),
        ({"closes_at": "9999-12-31T23:59:59Z"}, "validation-failed"),
        ({"opens_at": "2026-11-23T01:00:00"}, "validation-failed"),
        ({"closes_at": "2026-11-23T00:00:00Z"}, "validation-failed"),
        ({"closes_at": "2026-11-26T00:00:00Z"}, "validation-failed"),
        ({"schedule_ids": [str(new_id())]}, "validation-failed"),
        ({"department_id": str(new_id())}, "not-found"),
        ({"places_per_slot": None}, "draw-no-places"),
    ],
)
async def test_a_draw_that_makes_no_sense_is_refused(scene: Scene, changed: dict[str, Any], expected: str) -> None:
    assert code(await scene.announce(**changed)) == expected
    assert await scene.world.count("draw") == 0


async def test_only_planners_of_the_hospital_announce(scene: Scene) -> None:
    for actor in (scene.world.citizen(), scene.world.staff(Role.NURSE), scene.world.staff(Role.SCHEDULER, new_id())):
        assert code(await scene.announce(actor)) == "forbidden"


async def test_a_time_is_in_one_draw_at_once(scene: Scene) -> None:
    assert (await scene.announce()).status_code == 201
    assert code(await scene.announce(places_per_slot=1)) == "draw-slot-used"


async def test_places_of_a_draw_are_not_booked_otherwise(scene: Scene) -> None:
    slots = await scene.open()
    patient = await scene.person()
    request = HoldRequest(scene.world.organization_id, UUID(slots[0]), patient)
    with pytest.raises(Problem) as caught:
        await hold(scene.world.platform, scene.world.citizen(patient), request, new_id())
    assert caught.value.code == "channel-not-open"


async def test_a_cancelled_draw_gives_its_places_to_everybody(scene: Scene) -> None:
    slots = await scene.open()
    patient = await scene.person()
    assert (await scene.ask(patient, slots)).status_code == 201
    answer = await scene.post("cancel", reason="停诊")
    assert (answer.json()["state"], answer.json()["cancelled_reason"]) == ("cancelled", "停诊")
    assert await scene.world.owner.fetchval("SELECT sum(capacity) FROM slot WHERE pool = 'common'") == 6
    assert code(await scene.ask(patient, slots)) == "draw-not-open"
    assert code(await scene.post("cancel", reason="再次")) == "wrong-state"
    await scene.counted()


# --- taking part --------------------------------------------------------------------------------------------------


async def test_one_identity_has_one_chance(scene: Scene) -> None:
    """The same document under two kinds, the same person from many accounts: one request each."""
    slots = await scene.open()
    first = await scene.person(b"document")
    second = await scene.world.patient()
    await scene.document(second, b"document", kind="03")
    assert (await scene.ask(first, slots)).status_code == 201
    assert code(await scene.ask(second, slots)) == "draw-identity-used"
    for _ in range(5):  # five accounts that have the same person in their family
        assert (await scene.ask(first, slots[:1], scene.world.citizen(first))).status_code == 201
    assert (await scene.draw())["requests"] == 1
    assert await scene.world.count("draw_request", "withdrawn_at IS NULL") == 1


async def test_a_scalper_with_many_accounts_has_as_many_chances_as_people(scene: Scene) -> None:
    slots = await scene.open()
    people = [await scene.person() for _ in range(3)]
    answers = await asyncio.gather(*(scene.ask(people[n % 3], slots) for n in range(30)))
    assert {one.status_code for one in answers} <= {201, 409}
    assert (await scene.draw())["requests"] == 3


@pytest.mark.parametrize(
    ("choices", "expected"),
    [([], "validation-failed"), ([0, 0], "validation-failed"), ([7], "validation-failed"), ([0, 1], None)],
)
async def test_choices_are_times_of_the_draw(scene: Scene, choices: list[int], expected: str | None) -> None:
    slots = [*await scene.open(), *[str(new_id()) for _ in range(8)]]
    answer = await scene.ask(await scene.person(), [slots[one] for one in choices])
    assert (code(answer) if answer.status_code >= 400 else None) == expected


async def test_only_so_many_choices(scene: Scene) -> None:
    await scene.prepare(slots=6)
    slots = await scene.open()
    patient = await scene.person()
    assert code(await scene.ask(patient, slots)) == "validation-failed"
    assert (await scene.ask(patient, slots[:5])).status_code == 201


async def test_who_may_take_part(scene: Scene) -> None:
    await scene.announce()
    slots = await scene.drawn_slots()
    patient, stranger = await scene.person(), await scene.person()
    assert code(await scene.ask(patient, slots)) == "draw-not-open"
    await scene.later(minutes=OPENS)
    assert code(await scene.ask(patient, slots, scene.world.citizen(stranger))) == "foreign-patient"
    assert code(await scene.ask(await scene.world.patient(), slots)) == "draw-identity-needed"
    assert (await scene.ask(patient, slots, scene.world.staff(Role.REGISTRAR))).status_code == 201
    scene.clock.advance(minutes=CLOSES - OPENS)  # before any job has run
    assert code(await scene.ask(stranger, slots)) == "draw-not-open"


async def test_a_clinic_that_does_not_see_somebody_draws_without_them(scene: Scene) -> None:
    await scene.world.owner.execute("UPDATE schedule SET specialty_code = '05'; UPDATE slot SET specialty_code = '05'")
    slots = await scene.open()
    assert code(await scene.ask(await scene.person(sex="male"), slots)) == "specialty-unsuitable"
    assert (await scene.ask(await scene.person(sex="female"), slots)).status_code == 201


async def test_withdrawing(scene: Scene) -> None:
    slots = await scene.open()
    patient, other = await scene.person(), await scene.person()
    made = (await scene.ask(patient, slots)).json()
    path = f"/api/draws/{scene.draw_id}/requests/{made['id']}"
    headers = scene.world.headers(scene.world.citizen(patient))
    assert (await scene.client.delete(path, headers=scene.world.headers(scene.world.citizen(other)))).status_code == 404
    assert (await scene.client.delete(path, headers=headers)).json()["state"] == "withdrawn"
    assert (await scene.client.delete(path, headers=headers)).json()["state"] == "withdrawn"
    assert (await scene.draw())["requests"] == 0
    again = (await scene.ask(patient, slots)).json()
    await scene.later(minutes=CLOSES - OPENS)
    refused = await scene.client.delete(f"/api/draws/{scene.draw_id}/requests/{again['id']}", headers=headers)
    assert code(refused) == "draw-not-open"
    assert [one.leaf for one in (await scene.publication())[1].requests] == [again["leaf"]]


# --- drawing ------------------------------------------------------------------------------------------------------


async def test_the_file_before_and_after_the_reveal(scene: Scene, tmp_path: Path) -> None:
    slots = await scene.open()
    assert code(await scene.client.get(f"/api/draws/{scene.draw_id}/publication")) == "draw-not-published"
    patients = [await scene.person() for _ in range(7)]
    for patient in patients:
        await scene.ask(patient, slots)
    await scene.later(minutes=CLOSES - OPENS)
    closed_file, closed = await scene.publication()
    draw = await scene.draw()
    assert (draw["state"], draw["seed"], closed.seed, closed.results) == ("closed", None, None, [])
    assert (draw["requests"], draw["requests_root"]) == (7, closed.root)
    await scene.later(minutes=9)
    assert (await scene.draw())["state"] == "closed", "the root is out for ten minutes before the seed"
    await scene.later(minutes=1)
    drawn_file, drawn = await scene.publication()
    assert (drawn.root, drawn.terms, drawn.requests) == (closed.root, closed.terms, closed.requests)
    assert drawn.terms.commitment == draw["commitment"]
    assert sum(one.slot_id is not None for one in drawn.results) == 4
    for name, content in (("closed.json", closed_file), ("drawn.json", drawn_file)):
        (tmp_path / name).write_bytes(content)
    mine = (await scene.mine(patients[0]))[0]
    (tmp_path / "mine.json").write_text(json.dumps(mine))
    for name in ("closed.json", "drawn.json"):
        done = subprocess.run(  # noqa: ASYNC221
            [sys.executable, "-I", "-S", str(STRANGER), str(tmp_path / name), str(tmp_path / "mine.json")],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "your request is in the list" in done.stdout
    # With the root alone: the path from one's own leaf.
    assert identity_of(bytes.fromhex(mine["salt"]), patients[0]) == mine["identity"]
    assert root_from(mine["leaf"], mine["index"], mine["size"], mine["path"]) == closed.root
    content = drawn_file.decode()
    for patient in patients:
        assert str(patient) not in content
        salt = (await scene.mine(patient))[0]["salt"]
        assert salt not in content


async def test_winners_confirm_and_others_do_not(scene: Scene) -> None:
    people = await full_house(scene)
    won = {patient: one for patient, one in people.items() if one["state"] == "won"}
    lost = [one for one in people.values() if one["state"] == "lost"]
    assert (len(won), len(lost)) == (4, 5)
    await scene.counted()
    for patient, one in won.items():
        answer = await scene.act(patient, "confirm", one["offer"]["appointment_id"])
        assert (answer.status_code, answer.json()["state"], answer.json()["channel"]) == (200, "booked", "draw")
    await scene.later(hours=13)
    assert (await scene.draw())["numbers"] == {"won": 4, "offered": 0, "claimed": 4, "passed_on": 0}
    await scene.publication()
    await scene.counted()


async def test_places_pass_on_in_order_and_then_to_everybody(scene: Scene) -> None:
    """Nobody confirms; everybody is offered once, in the order of the draw; then the places are everybody's."""
    people = await full_house(scene)
    by_leaf = {one["leaf"]: one for one in people.values()}
    _, found = await scene.publication()
    rounds = 0
    while (await scene.draw())["numbers"]["offered"]:
        await scene.later(hours=12)
        await scene.counted()
        _, found = await scene.publication()
        rounds += 1
    assert rounds == 3, "four, four and one of nine people"
    assert [one.outcome for one in found.offers] == ["lapsed"] * 9
    ranks = [by_leaf[one.leaf]["rank"] for one in found.offers if one.after is not None]
    assert ranks == sorted(ranks)
    room = await scene.world.owner.fetch("SELECT pool, sum(capacity) FROM slot GROUP BY pool ORDER BY pool")
    assert [tuple(one) for one in room] == [("common", 6), ("draw", 0)]
    assert await scene.world.count("returning_place", "state = 'waiting'") == 4, "not all at once, for scripts to take"
    scene.clock.advance(minutes=30)
    await tend_lists(scene.world.platform)
    assert await scene.world.owner.fetchval("SELECT sum(taken) FROM slot") == 0
    await scene.counted()


async def test_a_loser_who_wants_to_wait_stands_in_the_line(scene: Scene) -> None:
    slots = await scene.open(places_per_slot=1)
    waiting = [await scene.person() for _ in range(3)]
    for patient in waiting:
        assert (await scene.ask(patient, slots[:1], waitlist=True)).json()["waitlist"] is True
    gone = await scene.person()
    await scene.ask(gone, slots[:1])
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(minutes=10)
    for _ in range(2):  # the second reading finds nothing new
        await run_once(scene.world.platform, REACTORS["booking.draw.waitlist"])
    lost = {patient for patient in waiting if (await scene.mine(patient))[0]["state"] == "lost"}
    entries = await scene.world.owner.fetch("SELECT patient_id, state, from_day = to_day AS one FROM waitlist_entry")
    assert {one["patient_id"] for one in entries} == lost
    assert len(entries) == len(lost) >= 2
    assert {(one["state"], one["one"]) for one in entries} == {("waiting", True)}
    assert await scene.world.count("parked_event") == 0


async def test_a_declined_and_a_cancelled_place_pass_on(scene: Scene) -> None:
    people = await full_house(scene)
    winners = sorted((one for one in people.items() if one[1]["state"] == "won"), key=lambda one: one[1]["rank"])
    (first, declined), (second, kept) = winners[0], winners[1]
    assert (await scene.act(first, "cancel", declined["offer"]["appointment_id"])).status_code == 200
    assert (await scene.act(second, "confirm", kept["offer"]["appointment_id"])).status_code == 200
    assert (await scene.act(second, "cancel", kept["offer"]["appointment_id"])).status_code == 200
    # A place that is given up may come back only after a while.
    for _ in range(4):
        await scene.later(minutes=10)
    _, found = await scene.publication()
    assert [one.outcome for one in found.offers[:2]] == ["declined", "cancelled"]
    assert [one.after for one in found.offers[4:]] == [1, 2]


async def test_a_place_that_cannot_be_given_passes_on_at_once(scene: Scene) -> None:
    """Somebody who has another visit in the department that day wins and is passed over, visibly."""
    _, others = await scene.world.session(scene.clock.now() + timedelta(days=3, hours=4), slots=1, capacity=9)
    busy = [await scene.person() for _ in range(3)]
    for patient in busy:
        actor = scene.world.citizen(patient)
        held = await hold(
            scene.world.platform, actor, HoldRequest(scene.world.organization_id, others[0], patient), new_id()
        )
        await confirm(scene.world.platform, actor, scene.world.organization_id, held.id)
    slots = await scene.open(places_per_slot=3)
    free = [await scene.person() for _ in range(3)]
    for patient in [*busy, *free]:
        await scene.ask(patient, slots)
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(minutes=10)
    _, found = await scene.publication()
    assert sorted(one.outcome for one in found.offers) == ["blocked"] * 3 + ["offered"] * 3
    await scene.counted()


async def test_a_stopped_session_gives_nothing(scene: Scene) -> None:
    slots = await scene.open()
    for _ in range(3):
        await scene.ask(await scene.person(), slots)
    await scene.later(minutes=CLOSES - OPENS)
    await scene.world.owner.execute("UPDATE schedule SET stopped_at = now(), stopped_reason = 'x'")
    await scene.later(minutes=10)
    await scene.later(minutes=1)
    _, found = await scene.publication()
    assert {one.outcome for one in found.offers} == {"blocked"}
    assert await scene.world.count("appointment") == 0


async def test_a_draw_waits_for_its_public_value(scene: Scene) -> None:
    slots = await scene.open(beacon_source="福彩3D 2026年第311期")
    await scene.ask(await scene.person(), slots)
    assert code(await scene.post("beacon", value="3 1 4")) == "wrong-state", "not before it has closed"
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(hours=1)
    assert (await scene.draw())["state"] == "closed"
    assert (await scene.post("beacon", value="3 1 4")).json()["beacon"] == "3 1 4"
    assert (await scene.post("beacon", value="3 1 4")).status_code == 200
    assert code(await scene.post("beacon", value="3 1 5")) == "wrong-state", "it is entered once"
    await scene.later(seconds=10)
    assert (await scene.draw())["state"] == "drawn"
    assert (await scene.publication())[1].beacon == "3 1 4"


async def test_classes_by_age_and_by_earlier_luck(scene: Scene) -> None:
    strata = [
        {"code": "old", "title": {"zh": "老年人", "en": "Elderly"}, "places": 1, "rule": {"age_from": 60}},
        {"code": "unlucky", "title": {"zh": "多次未中", "en": "Lost before"}, "rule": {"lost_draws": 1}},
        {"code": "general", "title": {"zh": "普通", "en": "General"}},
    ]
    people = await full_house(scene, 9)
    loser = next(patient for patient, one in people.items() if one["state"] == "lost")
    winner = next(patient for patient, one in people.items() if one["state"] == "won")
    scene.schedule_id, _ = await scene.world.session(scene.clock.now() + timedelta(days=5), slots=1)
    slots = await scene.open(strata=strata)
    old = [await scene.person(born=date(1950, 1, 1)) for _ in range(3)]
    asked = {patient: (await scene.ask(patient, slots)).json() for patient in [*old, loser, winner]}
    assert [asked[one]["stratum"] for one in (old[0], loser, winner)] == ["old", "unlucky", "general"]
    await scene.later(minutes=CLOSES - OPENS)
    await scene.later(minutes=10)
    await scene.publication()
    won = [patient for patient in asked if (await scene.mine(patient))[0]["state"] == "won"]
    assert len(won) == 2
    assert loser in won, "the class without a limit goes wholly before the last"
    assert len([one for one in old if one in won]) == 1


async def test_nobody_reads_who_asked(scene: Scene) -> None:
    people = await full_house(scene, 3)
    stranger = scene.world.citizen(await scene.person())
    answer = await scene.client.get(
        f"/api/draws/{scene.draw_id}/my-requests",
        params={"patient_id": str(next(iter(people)))},
        headers=scene.world.headers(stranger),
    )
    assert code(answer) == "foreign-patient"
    nobody = await scene.client.get(f"/api/draws/{scene.draw_id}/my-requests")
    assert code(nobody) == "unauthenticated"
    desk = await scene.client.get(
        f"/api/draws/{scene.draw_id}/my-requests",
        params={"patient_id": str(next(iter(people)))},
        headers=scene.world.headers(scene.world.staff(Role.REGISTRAR)),
    )
    assert len(desk.json()["items"]) == 1


# --- races --------------------------------------------------------------------------------------------------------


async def test_two_workers_draw_once(scene: Scene) -> None:
    slots = await scene.open()
    for _ in range(5):
        await scene.ask(await scene.person(), slots)
    scene.clock.advance(minutes=CLOSES)
    await asyncio.gather(*(drawing.advance(scene.world.platform, UUID(scene.draw_id)) for _ in range(4)))
    scene.clock.advance(minutes=10)
    states = await asyncio.gather(*(drawing.advance(scene.world.platform, UUID(scene.draw_id)) for _ in range(4)))
    assert set(states) == {DrawState.DRAWN}
    assert await scene.world.count("draw_result") == 5
    assert await scene.world.count("event", "type = 'draw:draw:drawn'") == 1
    await scene.publication()
    await scene.counted()


async def closing_during_a_request(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A request stops just before it is written; meanwhile the draw closes, if it can. Answers the differences."""
    slots = await scene.open()
    await scene.ask(await scene.person(), slots)
    late = await scene.person()
    arrived, closed = asyncio.Event(), asyncio.Event()
    before = requesting._person  # pyright: ignore[reportPrivateUsage]

    async def slowly(tx: Transaction, row: Any, patient_id: UUID) -> tuple[str, bytes]:
        found = await before(tx, row, patient_id)
        arrived.set()
        await asyncio.wait([asyncio.create_task(closed.wait())], timeout=0.5)
        return found

    monkeypatch.setattr(requesting, "_person", slowly)

    async def ask_late() -> None:
        async with scene.world.platform.transaction(scene.world.citizen(late)) as tx:
            await requesting.ask(tx, UUID(scene.draw_id), AskBody(late, [UUID(slots[0])]), new_id())

    async def close() -> None:
        await arrived.wait()
        scene.clock.advance(minutes=CLOSES)
        await drawing.advance(scene.world.platform, UUID(scene.draw_id))
        closed.set()

    await asyncio.gather(ask_late(), close())
    scene.clock.advance(minutes=10)
    answer = await scene.client.get(f"/api/draws/{scene.draw_id}/publication")
    return [one.difference for one in verify(read(answer.content)) if one.difference]


async def test_no_request_slips_in_after_the_root(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await closing_during_a_request(scene, monkeypatch) == []
    assert (await scene.draw())["requests"] == 2


async def test_control_without_the_lock_a_request_slips_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "asking", rows.draw)
    differences = await closing_during_a_request(scene, monkeypatch)
    assert len(differences) == 1
    assert differences[0].startswith("root is ")
