"""Exam problems and answers as JSON: fields by their names, the default rules when none are given."""

from typing import Any

import msgspec

from yitong.planning.exams.catalogue import default_rules
from yitong.planning.exams.model import Answer, Problem
from yitong.planning.problems import PlanningError


def read_problem(text: bytes) -> Problem:
    """A problem; without `rules` that of the default rule base. `PlanningError` names the field that is wrong."""
    try:
        fields: Any = msgspec.json.decode(text)
        if not isinstance(fields, dict):
            raise PlanningError("a problem is one JSON object")
        given: dict[str, Any] = {"rules": default_rules(), **fields}
        if given["rules"] is default_rules():
            given["rules"] = msgspec.to_builtins(default_rules())
        return msgspec.convert(given, Problem)
    except msgspec.MsgspecError as error:
        raise PlanningError(str(error)) from error


def write_answer(answer: Answer) -> str:
    """The answer with the number of trips of each plan, indented."""
    fields: dict[str, Any] = msgspec.to_builtins(answer)
    for written, plan in zip(
        [fields["best"], *fields["alternatives"]], [answer.best, *answer.alternatives], strict=True
    ):
        if plan is not None:
            written["trips"] = plan.trips
    return msgspec.json.format(msgspec.json.encode(fields), indent=2).decode() + "\n"
