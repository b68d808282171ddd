"""``yitong plan`` and the two benches as somebody at a shell meets them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from planning.small_roster import TEXT
from planning.ward import document, ward
from yitong.cli.main import app
from yitong.planning.ihtc.plan import read_plan
from yitong.planning.ihtc.validation import validate
from yitong.planning.rosters import instance as roster_instance
from yitong.planning.rosters import validation as roster_validation


def test_plan_ihtc_writes_a_plan_that_keeps_the_rules_and_what_is_fixed(tmp_path: Path) -> None:
    instance, out, locked = (tmp_path / name for name in ("i.json", "plan.json", "locked.json"))
    instance.write_text(json.dumps(document()), "utf-8")
    locked.write_text(json.dumps({"p0": {"admission_day": 1}}), "utf-8")
    options = ["--seconds", "1", "--seed", "3", "--locked", str(locked), "--json"]
    done = CliRunner().invoke(app, ["plan", "ihtc", str(instance), "--out", str(out), *options])
    assert done.exit_code == 0, done.output
    plan = read_plan(out.read_bytes(), ward())
    assert validate(ward(), plan).cost == json.loads(done.stdout)["cost"]
    assert next(one.admission_day for one in plan.patients if one.id == "p0") == 1


def test_plan_roster_writes_a_roster_that_keeps_the_rules(tmp_path: Path) -> None:
    instance, out = tmp_path / "ward.txt", tmp_path / "roster.txt"
    instance.write_text(TEXT, "utf-8")
    done = CliRunner().invoke(app, ["plan", "roster", str(instance), "--out", str(out), "--seconds", "1", "--json"])
    assert done.exit_code == 0, done.output
    it = roster_instance.read_instance(TEXT)
    found = roster_validation.validate(it, roster_validation.read_roster(out.read_text("utf-8"), it))
    assert found.feasible
    assert found.cost == json.loads(done.stdout)["cost"]


def test_a_bad_file_ends_with_a_sentence_and_status_1(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"days": 3}', "utf-8")
    done = CliRunner().invoke(app, ["plan", "ihtc", str(bad), "--out", str(tmp_path / "plan.json")])
    assert done.exit_code == 1
    assert "missing required field" in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "plan.json").exists()


def test_the_benches_print_gaps_to_the_best_known(tmp_path: Path) -> None:
    (tmp_path / "instances").mkdir()
    (tmp_path / "instances" / "ward.json").write_text(json.dumps(document()), "utf-8")
    (tmp_path / "own.txt").write_text(TEXT, "utf-8")
    (tmp_path / "best_known.csv").write_text("instance,best\nward,100\nown,50\n", "utf-8")
    for name, instance, best in (("ihtc", "ward", 100), ("rosters", "own", 50)):
        done = CliRunner().invoke(app, ["bench", name, "--data", str(tmp_path), "--seconds", "1", "--json"])
        assert done.exit_code == 0, done.output
        result = json.loads(done.stdout)
        row = result["instances"][0]
        assert row["instance"] == instance
        assert row["best_known"] == best
        assert result["mean_gap"] == row["gap"] == round(row["cost"] / best - 1, 5)
