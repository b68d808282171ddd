"""The measurements run, say what they measured and under which settings; their figures are not judged here."""

import pytest

from yitong.kernel.settings import Settings
from yitong.simulation.bench import booking, card, flash, ledger, search


@pytest.mark.stack
def test_booking(settings: Settings) -> None:
    result = booking.run(
        settings,
        seconds=1.0,
        rounds=1,
        clients=8,
        connections=16,
        organizations=2,
        departments=5,
        patients=6000,
    )
    assert (result["oversold"], result["miscounted"]) == (0, 0)
    assert result["settings"]["fsync"] == result["settings"]["synchronous_commit"] == "on"
    assert min(result[name] for name in ("http_per_s", "http_hot_per_s", "pgbench_per_s", "pgbench_hot_per_s")) > 0
    assert result["ratio_many"] == pytest.approx(result["http_per_s"] / result["pgbench_per_s"], rel=0.01)
    assert result["promised"] == sum(r["done"] for name in ("http_many", "http_hot") for r in result["rounds"][name])


@pytest.mark.stack
def test_card(settings: Settings) -> None:
    result = card.run(
        settings,
        seconds=1.0,
        rounds=1,
        connections=8,
        servers=2,
        cards=50,
        offline_codes=2000,
        replayed_codes=20,
        replays=8,
    )
    assert result["replays_accepted"] == 0
    assert result["replays_refused_over_http"] == 20 * 7
    assert min(result["http_per_s"], result["offline_per_s"]) > 0


@pytest.mark.stack
def test_search(settings: Settings) -> None:
    result = search.run(settings, hospitals=20, slots=30_000, per_s=20.0, seconds=2.0, rounds=1, connections=8, bare=50)
    assert result["slots"] >= 30_000
    assert result["searches"] > 0
    assert min(result["p99_ms"], result["cpu_ratio"], result["bare_cpu_us"]) > 0


@pytest.mark.stack
def test_flash(settings: Settings) -> None:
    result = flash.run(
        settings,
        patients=400,
        requests_each=5,
        places=60,
        departments=1,
        connections=60,
        cut_every=20,
        kill_after_s=1.0,
        control_patients=300,
    )
    assert (result["oversold"], result["missing"], result["unanswered"], result["changed_answers"]) == (0, 0, 0, 0)
    assert result["workers_killed"] == 1
    assert result["cut"] > 0
    assert result["repeated"] >= result["cut"]
    assert 0 < result["promised"] <= result["places"] == 60
    assert result["gone_by_second"][-1] == result["promised"]


@pytest.mark.stack
def test_ledger(settings: Settings) -> None:
    result = ledger.run(
        settings,
        prescriptions=300,
        rounds=1,
        flips=60,
        flip_prescriptions=2,
        flip_processes=1,
        processes=0,
        cometbft="nowhere",
    )
    assert result["flips_found"] == result["flips"] == 60
    assert (result["flips_missed"], result["misnamed"]) == (0, 0)
    assert result["rounds"][0]["transactions"] == 300
    assert min(result["embedded_per_s"], result["native_verify_per_s"]) > 0
    assert result["consensus_per_s"] is None
