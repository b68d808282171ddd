"""``yitong plan exams`` and ``yitong bench exams`` as somebody at a shell meets them."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from yitong.cli.main import app


def document() -> dict[str, Any]:
    return {
        "person": {"sex": "female", "age": 40},
        "requests": [{"id": "1", "code": "US001"}, {"id": "2", "code": "LB002"}],
        "places": [
            {"id": "u", "start": 540, "end": 560, "device_classes": ["US"], "building": "A"},
            {"id": "l", "start": 480, "end": 490, "device_classes": ["LAB-BLOOD"], "building": "A"},
        ],
    }


def test_plan_exams_writes_the_plan_with_its_reasons(tmp_path: Path) -> None:
    problem, out = tmp_path / "problem.json", tmp_path / "answer.json"
    problem.write_text(json.dumps(document()), "utf-8")
    done = CliRunner().invoke(app, ["plan", "exams", str(problem), "--out", str(out)])
    assert done.exit_code == 0, done.output
    answer = json.loads(out.read_text("utf-8"))
    assert [one["place"] for one in answer["best"]["choices"]] == ["l", "u"]
    assert answer["best"]["trips"] == 1
    assert "肝功能和腹部彩超（肝胆胰脾）需空腹，已排在8:00和9:00" in [one["zh"] for one in answer["best"]["reasons"]]


def test_bad_problems_end_with_a_sentence_and_status_1(tmp_path: Path) -> None:
    problem, out = tmp_path / "problem.json", tmp_path / "answer.json"
    wrong = [("{", "truncated"), ("[]", "one JSON object"), (json.dumps({**document(), "now": "x"}), "$.now")]
    for text, said in [*wrong, (json.dumps({**document(), "requests": [{"id": "1", "code": "?"}]}), "no exam item ?")]:
        problem.write_text(text, "utf-8")
        done = CliRunner().invoke(app, ["plan", "exams", str(problem), "--out", str(out)])
        assert done.exit_code == 1
        assert said in done.stderr
        assert "Traceback" not in done.output
        assert not out.exists()


def test_the_bench_compares_with_the_optimum_and_first_come() -> None:
    options = ["--patients", "3", "--days", "2", "--load", "0.9", "--json"]
    done = CliRunner().invoke(app, ["bench", "exams", *options])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["optimal_share"] == 1.0
    assert result["settings"]["patients"] == 3
    assert result["placed"] >= result["first_come_placed"] > 0
