"""The rules of examinations: versions, contradictions named when saved, examples kept, what is done on what."""

from typing import Any

import httpx
import msgspec
import pytest

from visits.exam_ward import BLOOD, CHEST, HEART, LIVER, RULES, SWALLOW, Ward, open_ward
from worlds import World
from yitong.kernel.permissions import Role
from yitong.planning.exams.model import PairRule, RuleBase


@pytest.fixture
async def ward(client: httpx.AsyncClient, town: World) -> Ward:
    return await open_ward(client, town)


def with_pairs(*pairs: PairRule) -> RuleBase:
    return RuleBase(version="2", items=(BLOOD, LIVER, HEART, CHEST, SWALLOW), pairs=pairs)


async def test_a_hospital_begins_with_the_rules_that_come_with_the_platform(ward: Ward) -> None:
    other = ward.town.other_hospital_id
    scheduler = ward.town.staff(Role.SCHEDULER, other)
    seen = (await ward.get(scheduler, "/exam-rules", organization_id=str(other))).json()
    assert (seen["number"], seen["versions"], seen["draft"]) == (0, [], None)
    assert len(seen["rules"]["items"]) >= 120


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        (
            (
                PairRule(id="a", first="blood", then="heart", kind="order"),
                PairRule(id="b", first="heart", then="chest", kind="order"),
                PairRule(id="c", first="chest", then="blood", kind="order"),
            ),
            ("生化全项", "心电图", "胸部CT平扫"),
        ),
        ((PairRule(id="d", first="blood", then="heart", kind="gap", least=60, most=30),), ("d",)),
        ((PairRule(id="e", first="blood", then="moon", kind="order"),), ("moon",)),
    ],
)
async def test_rules_that_contradict_each_other_are_not_saved(
    ward: Ward, pairs: tuple[PairRule, ...], named: tuple[str, ...]
) -> None:
    refused = await ward.publish(with_pairs(*pairs))
    assert (refused.status_code, refused.json()["code"]) == (422, "exam-rules-contradict")
    said = refused.json()["message"]["zh"]
    assert all(one in said for one in named), said
    tried = await ward.post(ward.planner, "/exam-rules/try", rules=msgspec.to_builtins(with_pairs(*pairs)))
    assert tried.json()["contradictions"]
    seen = await ward.get(ward.planner, "/exam-rules", organization_id=str(ward.town.hospital_id))
    assert seen.json()["number"] == 1


def example(trips: int) -> dict[str, Any]:
    places = [
        {"id": f"{kind}{hour}", "start": hour * 60, "end": hour * 60 + 30, "device_classes": [kind]}
        for kind in ("draw", "ultrasound")
        for hour in (8, 9)
    ]
    return {
        "name": "两项空腹检查一次来院",
        "person": {"sex": "female", "age": 40},
        "requests": [{"id": "1", "code": "blood"}, {"id": "2", "code": "liver"}],
        "places": places,
        "expected": {"trips": trips},
    }


async def test_a_version_that_does_not_keep_its_examples_is_not_published(ward: Ward) -> None:
    refused = await ward.publish(RULES, [example(2)])
    assert (refused.status_code, refused.json()["code"]) == (409, "exam-example-fails")
    passed = await ward.publish(RULES, [example(1)])
    assert passed.status_code == 201, passed.text
    seen = passed.json()
    assert (seen["number"], seen["draft"]) == (2, None)
    assert [(one["number"], one["state"]) for one in seen["versions"]] == [(2, "published"), (1, "retired")]


async def test_a_draft_is_thrown_away(ward: Ward) -> None:
    at = {"rules": msgspec.to_builtins(with_pairs()), "note": "试一试"}
    saved = (await ward.post(ward.planner, "/exam-rules/draft", **at)).json()
    assert saved["draft"]["version"] == "2"
    assert (await ward.post(ward.planner, "/exam-rules/discard")).json()["draft"] is None
    assert (await ward.post(ward.planner, "/exam-rules/publish")).json()["code"] == "no-exam-draft"
    assert (await ward.post(ward.doctor, "/exam-rules/draft", **at)).status_code == 403


async def test_an_order_of_what_the_rules_dropped_is_told(ward: Ward) -> None:
    patient = await ward.town.patient()
    await ward.order(patient, "heart", "chest")
    assert (await ward.publish(RuleBase(version="3", items=(HEART,)))).status_code == 201
    answer = await ward.plan(ward.doctor, patient)
    assert [one["item_code"] for one in answer["plans"][0]["exams"]] == ["heart"]
    assert [one["item_name"] for one in answer["not_planned"]] == ["胸部CT平扫"]


async def test_the_board_counts_places_and_days_to_wait(ward: Ward) -> None:
    patient = await ward.town.patient()
    await ward.order(patient, "heart", "chest")
    at = {"organization_id": str(ward.town.hospital_id)}
    before = (await ward.get(ward.planner, "/exam-board", **at)).json()
    heart = next(one for one in before["waiting"] if one["device_class"] == "ecg")
    assert (heart["days"], heart["open_orders"]) == (1, 1)
    plan = (await ward.plan(ward.doctor, patient))["plans"][0]
    assert (await ward.book(ward.doctor, patient, plan)).status_code == 201
    after = (await ward.get(ward.planner, "/exam-board", **at)).json()
    assert sum(one["taken"] for one in after["loads"]) == 2
    assert {one["open_orders"] for one in after["waiting"]} == {0}


async def test_a_service_is_taken_out_of_planning(ward: Ward) -> None:
    patient = await ward.town.patient()
    await ward.order(patient, "heart")
    path, sent = f"/api/exam-services/{ward.services['ecg']}", {"organization_id": str(ward.town.hospital_id)}
    headers = ward.town.headers(ward.planner)
    gone = await ward.client.put(path, json={**sent, "device_class": None}, headers=headers)
    assert gone.status_code == 200, gone.text
    assert (await ward.plan(ward.doctor, patient))["plans"] == []
    assert "ecg" in gone.json()["device_classes"]
    back = await ward.client.put(path, json={**sent, "device_class": "ecg"}, headers=headers)
    assert next(one for one in back.json()["items"] if one["name_en"] == "ecg")["device_class"] == "ecg"
    assert len((await ward.plan(ward.doctor, patient))["plans"]) >= 1
