"""The rules themselves: the table, scores and levels, and changing them."""

import pytest

from booking.limits.scene import account, known, refusal, rule
from booking.world import World
from yitong.booking.limits import regulating
from yitong.booking.limits.memory import memory_of
from yitong.booking.limits.rules import DECLARED, Level, RuleKind, level_of, proof_bits, score_of
from yitong.booking.limits.schemas import LimitRuleChange
from yitong.booking.limits.service import cap_reached, caps_of
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.text import Language

RULES = {code: one.default for code, one in DECLARED.items()}


def test_every_rule_is_complete() -> None:
    for one in DECLARED.values():
        assert one.words.zh, one.code
        assert one.words.en, one.code
        assert one.default.enabled != (one.kind is RuleKind.PREPAID), "only what a hospital has to want is off"
        assert 0 <= one.default.weight <= 100
        assert (one.default.weight > 0) == (one.kind is RuleKind.SIGNAL)
        assert one.default.window > 0 or one.kind in (RuleKind.CAP, RuleKind.SIGNAL, RuleKind.LEVEL)


def test_a_kind_of_signal_counts_once_with_its_heaviest() -> None:
    assert score_of([]) == (0, [])
    assert score_of([("a", 10), ("a", 30), ("b", 15)]) == (45, ["a", "b"])
    assert score_of([("a", 80), ("b", 90)]) == (100, ["b", "a"])


@pytest.mark.parametrize(
    ("score", "level"),
    [(0, "ok"), (39, "ok"), (40, "challenge"), (69, "challenge"), (70, "code"), (99, "code"), (100, "refuse")],
)
def test_levels(score: int, level: str) -> None:
    assert level_of(score, RULES) == level


def test_a_level_that_is_off_is_skipped() -> None:
    without = RULES | {"level-code": RULES["level-code"]._replace(enabled=False)}
    assert level_of(75, without) is Level.CHALLENGE


def test_harder_the_higher_the_score() -> None:
    assert [proof_bits(score, 40, 16) for score in (40, 49, 50, 69)] == [16, 16, 17, 18]


async def test_caps_by_default_and_for_staff(world: World) -> None:
    now = world.platform.clock.now()
    assert await caps_of(world.platform, await account(world), now) == (5, 2, 6)
    assert await caps_of(world.platform, world.staff(), now) == (-1, -1, -1)


async def test_a_hospital_sets_its_own_cap_and_no_other(world: World) -> None:
    admin, citizen = world.staff(Role.HOSPITAL_ADMIN), await account(world)
    now = world.platform.clock.now()
    async with world.platform.transaction(admin) as tx:
        said = await regulating.change_rule(
            tx, "person-day", LimitRuleChange(organization_id=world.organization_id, value=1)
        )
        assert (said.value, said.default_value, said.inherited) == (1, 2, False)
        listed = {one.code: one for one in await regulating.list_rules(tx, world.organization_id)}
        assert set(listed) == {"person-outstanding", "person-day", "account-day", "registration-prepaid"}
        assert listed["account-day"].inherited
        problem = await refusal(
            regulating.change_rule(tx, "device-day", LimitRuleChange(organization_id=world.organization_id, value=1))
        )
        assert problem.code == "validation-failed"
        assert (await refusal(regulating.change_rule(tx, "device-day", LimitRuleChange(value=1)))).code == "forbidden"
        assert (await refusal(regulating.list_rules(tx, None))).code == "forbidden"
        assert (await refusal(regulating.change_rule(tx, "none", LimitRuleChange(value=1)))).code == "not-found"
    await known(world)
    assert await caps_of(world.platform, citizen, now, world.organization_id) == (5, 1, 6)
    assert await caps_of(world.platform, citizen, now) == (5, 2, 6)
    assert await world.count("event", "type = 'booking:limit-rule:changed'") == 1


async def test_the_region_switches_a_cap_off(world: World) -> None:
    admin = Actor(ActorKind.STAFF, world.role_id, (RoleAt(Role.PLATFORM_ADMIN),))
    await rule(world, "person-day", value=4)
    async with world.platform.transaction(admin) as tx:
        said = await regulating.change_rule(tx, "account-day", LimitRuleChange(enabled=False))
        assert (said.enabled, said.value) == (False, 6)
        wrong = await refusal(regulating.change_rule(tx, "device-day", LimitRuleChange(window_seconds=0)))
        assert wrong.code == "validation-failed"
        assert len(await regulating.list_rules(tx, None)) == len(DECLARED)
    await known(world)
    assert await caps_of(world.platform, await account(world), world.platform.clock.now()) == (5, 4, -1)


async def test_a_reached_cap_names_its_rule(world: World) -> None:
    await known(world)
    problem = cap_reached(world.platform, "person-day", world.organization_id)
    document = problem.document(Language.EN, "r")
    assert (document["code"], document["rule"], document["status"]) == ("limit-reached", "person-day", 409)
    assert "2" in document["title"]
    assert document["limit"].en == "visits of one patient on one day"
    assert memory_of(world.platform).outcomes[world.organization_id, "person-day", "refused"] == 1
