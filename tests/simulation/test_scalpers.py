"""The simulation of scalpers: its figures come out of the rules, and its pictures can be read."""

import json
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from yitong.booking.draw.rules import Result
from yitong.cli.main import app
from yitong.simulation.scalpers import rounds
from yitong.simulation.scalpers.market import Assumptions, admitted, people, request_of
from yitong.simulation.scalpers.run import run

pytestmark = pytest.mark.unit
SMALL = Assumptions(patients=200, places_per_slot=10)


def play(seed: int = 1, draws: int = 80) -> dict[str, object]:
    return run(SMALL, draws=draws, seed=seed, say=lambda _: None)


def test_the_same_seed_gives_the_same_figures() -> None:
    first = play(draws=3)
    assert play(draws=3) == first
    assert play(seed=2, draws=3) != first


def test_a_draw_admits_each_person_once_however_many_accounts() -> None:
    chance = random.Random(1)
    everybody = people(SMALL, 0.5, 5, chance)
    assert sum(one.accounts for one in everybody) == 400
    assert len(everybody) == 240
    assert len(admitted(everybody, chance)) == 240


def test_scalpers_win_their_share_of_people_in_the_draw_and_more_in_the_rush() -> None:
    for case in json.loads(json.dumps(play()))["cases"]:
        drawn = case["draw"]
        # The interval is the run's own: three and a half standard errors leave no room for luck of the seed.
        assert abs(drawn["difference"]) <= max(drawn["win_share_95"] * 1.8, 0.002), case
        assert case["first_come"]["win_share"] > case["share_of_people"] * 1.9
        assert case["requests_admitted"] <= case["requests_sent"]


def test_in_the_draw_no_patient_is_better_off_by_clicking_fast() -> None:
    case = json.loads(json.dumps(play()))["cases"][1]
    rush, drawn = case["first_come"]["patients_chance_by_speed"], case["draw"]["patients_chance_by_speed"]
    assert rush[-1] > 3 * rush[0]
    assert max(drawn) < 1.35 * min(drawn)


def test_a_place_given_up_goes_to_the_next_and_seldom_to_the_buyer() -> None:
    chance = random.Random(3)
    requests = admitted(people(SMALL, 0.5, 1, chance), chance)
    order = rounds.by_draw(requests, SMALL, b"\x01" * 32)
    tries = [rounds.resold_in_draw(order, requests, chance) for _ in range(400)]
    assert 0 <= sum(one is True for one in tries) < 20
    only = [one for one in order if one.slot_id is not None]
    assert rounds.resold_in_draw(only, requests, chance) is None, "nobody lost, so nobody buys"


def test_the_buyer_gets_it_when_next() -> None:
    """The measure can say yes: with one loser who wanted that slot, the place passes to the buyer."""
    chance = random.Random(4)
    tiny = Assumptions(patients=10, slots=1, places_per_slot=10, choices=1)
    requests = admitted(people(tiny, 0.1, 1, chance), chance)
    leaves = sorted(requests, key=lambda leaf: not requests[leaf].scalped)
    order = [Result(n + 1, leaf, 0, "", "0" if n < 10 else None) for n, leaf in enumerate(leaves)]
    assert all(request_of(leaf, one).choices == ("0",) for leaf, one in requests.items())
    assert rounds.resold_in_draw(order, requests, chance) is True


def test_everybody_gets_a_place_when_there_are_enough() -> None:
    roomy = Assumptions(patients=20, slots=2, places_per_slot=20)
    everybody = people(roomy, 0.5, 1, random.Random(5))
    assert len(rounds.first_come(everybody, roomy)) == 40


def test_the_command_prints_figures_and_draws_pictures(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["simulate", "scalpers", "--json", "--draws", "2", "--patients", "150", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["cases"]) == 6
    pictures = sorted(tmp_path.glob("*.svg"))
    assert [one.name for one in pictures] == ["draw-scalpers-1.svg", "draw-scalpers-5.svg", "draw-speed.svg"]
    for one in pictures:
        assert "http" not in one.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        ElementTree.fromstring(one.read_text("utf-8"))  # noqa: S314
