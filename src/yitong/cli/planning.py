"""``yitong plan``: plans in the public formats; ``yitong bench ihtc`` and ``rosters``: gaps to the best known."""

import csv
import json
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from yitong.planning.ihtc import instance as ihtc_instance
from yitong.planning.ihtc import locks as ihtc_locks
from yitong.planning.ihtc import plan as ihtc_plan
from yitong.planning.problems import PlanningError
from yitong.planning.rosters import instance as roster_instance
from yitong.planning.rosters import validation as roster_validation

if TYPE_CHECKING:
    from yitong.planning.ihtc import solving as ihtc_solving
    from yitong.planning.rosters import solving as roster_solving

# The solvers' libraries take seconds to load, so the two functions that solve import them.
planning = typer.Typer(name="plan", help="Plan admissions and theatres, or a roster.", no_args_is_help=True)
console = Console(stderr=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The instance in its public format.")]
Out = Annotated[Path, typer.Option(help="Write the plan here, in the public format.")]
Seconds = Annotated[float, typer.Option(help="How long to search.", min=1)]
Seed = Annotated[int, typer.Option(help="What chance begins with.", min=0)]
Processes = Annotated[int, typer.Option(help="Searches side by side that share the best plan.", min=1, max=64)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Data = Annotated[Path, typer.Option(exists=True, file_okay=False, help="The folder of the public benchmark.")]
Only = Annotated[str, typer.Option(help="Names of instances, with commas between; all when empty.")]

# T. Curtois's public table of results for instances 1–12; a file best_known.csv in the folder goes first.
ROSTERS_BEST_KNOWN = dict(
    zip(
        (f"Instance{number}" for number in range(1, 13)),
        (607, 828, 1001, 1716, 1143, 1950, 1056, 1300, 439, 4631, 3443, 4040),
        strict=True,
    )
)


@contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except (PlanningError, UnicodeDecodeError, OSError) as error:
        console.print(f"[red]{type(error).__name__}[/red]: {error}", soft_wrap=True)
        raise typer.Exit(1) from error


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not sys.stderr.isatty())


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    table = Table("cost", "", title=f"{result['cost']} in {result['seconds']} s")
    for name, value in result["parts"].items():
        table.add_row(name, str(value))
    Console().print(table)


@planning.command("ihtc")
def plan_ihtc(
    instance: File,
    out: Out,
    seconds: Seconds = 60.0,
    seed: Seed = 1,
    processes: Processes = 1,
    locked: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Fixed admissions: JSON, patient to what is fixed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Admission days, rooms, theatres and nurses of the IHTC-2024 problem; Ctrl-C writes the best plan so far."""
    with _refusals():
        problem = ihtc_instance.read_instance(instance.read_bytes())
        outcome = _solve_ihtc(problem, seconds, seed, processes, _locks(locked))
        out.write_text(ihtc_plan.write_plan(outcome.plan), "utf-8")
    result = {"cost": outcome.cost, "parts": outcome.parts, "seconds": round(outcome.seconds, 1)}
    _print({**result, "steps": outcome.steps, "seed": seed, "processes": processes}, as_json)


def _locks(file: Path | None) -> ihtc_locks.Locks:
    if file is None:
        return ihtc_locks.Locks()
    try:
        fixed = msgspec.json.decode(file.read_bytes(), type=dict[str, ihtc_locks.PatientLock])
    except msgspec.DecodeError as error:
        raise PlanningError(f"{file.name}: {error}") from error
    return ihtc_locks.Locks(fixed)


def _solve_ihtc(
    problem: ihtc_instance.Instance, seconds: float, seed: int, processes: int, locks: ihtc_locks.Locks
) -> "ihtc_solving.Outcome":
    from yitong.planning.ihtc.solving import solve

    with _bar() as bar:
        task = bar.add_task("compiling", total=1.0)

        def tell(now: "ihtc_solving.Progress") -> None:
            bar.update(task, completed=min(1.0, now.share), description=f"cost {now.cost}")

        return solve(problem, seconds=seconds, seed=seed, processes=processes, locked=locks, on_progress=tell)


@planning.command("roster")
def plan_roster(instance: File, out: Out, seconds: Seconds = 60.0, seed: Seed = 1, as_json: Json = False) -> None:
    """A month's shifts of a ward, in the format of Curtois and Qu; Ctrl-C writes the best roster so far."""
    with _refusals():
        problem = roster_instance.read_instance(instance.read_text("utf-8"))
        outcome = _solve_roster(problem, seconds, seed)
        out.write_text(roster_validation.write_roster(outcome.roster, problem), "utf-8")
    result = {"cost": outcome.cost, "parts": outcome.parts, "seconds": round(outcome.seconds, 1)}
    _print({**result, "relaxed": outcome.relaxed, "seed": seed}, as_json)


def _solve_roster(problem: roster_instance.RosterInstance, seconds: float, seed: int) -> "roster_solving.Outcome":
    from yitong.planning.rosters.solving import solve

    with _bar() as bar:
        task = bar.add_task("compiling", total=seconds)

        def tell(now: "roster_solving.Progress") -> None:
            bar.update(task, completed=min(seconds, now.seconds), description=f"{now.phase}: cost {now.cost}")

        return solve(problem, seconds=seconds, seed=seed, on_progress=tell)


@planning.command("exams")
def plan_exams(
    problem: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The problem as JSON.")],
    out: Annotated[Path, typer.Option(help="Write the answer here, as JSON.")],
) -> None:
    """All exams of one person: the best plan, alternatives, reasons, and why something cannot be placed."""
    from yitong.planning.exams.reading import read_problem, write_answer
    from yitong.planning.exams.solving import plan

    with _refusals():
        answer = plan(read_problem(problem.read_bytes()))
        out.write_text(write_answer(answer), "utf-8")
    if answer.best is None:
        console.print("no exam can be placed")
        raise typer.Exit(1)


def _wanted(files: list[Path], only: str) -> list[Path]:
    names = {name.strip() for name in only.split(",") if name.strip()}
    if unknown := names - {file.stem for file in files}:
        raise PlanningError(f"no instance {', '.join(sorted(unknown))}")
    found = [file for file in files if not names or file.stem in names]
    if not found:
        raise PlanningError("the folder has no instances")
    return sorted(found, key=lambda file: [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", file.stem)])


def _best_known(folder: Path) -> dict[str, int]:
    """The first column after the name of best_known.csv."""
    file = folder / "best_known.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _summary(settings: dict[str, Any], rows: list[dict[str, Any]], as_json: bool) -> None:
    gaps = [row["gap"] for row in rows if row["gap"] is not None]
    result = {**settings, "mean_gap": round(sum(gaps) / len(gaps), 5) if gaps else None, "instances": rows}
    if as_json:
        print(json.dumps(result))
        return
    table = Table("instance", "cost", "best known", "gap", "seconds")
    for row in rows:
        gap = "" if row["gap"] is None else f"{row['gap']:.2%}"
        table.add_row(row["instance"], str(row["cost"]), str(row["best_known"] or ""), gap, str(row["seconds"]))
    Console().print(table)


def _row(name: str, cost: int, best: int | None, seconds: float) -> dict[str, Any]:
    gap = round(cost / best - 1, 5) if best else None
    return {"instance": name, "cost": cost, "best_known": best, "gap": gap, "seconds": round(seconds, 1)}


def bench_ihtc(
    data: Data,
    seconds: Seconds = 600.0,
    seed: Seed = 1,
    processes: Processes = 1,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """IHTC-2024: the gap of our plans to the best known, instance by instance; every plan is checked by the rules."""
    rows: list[dict[str, Any]] = []
    with _refusals():
        best = _best_known(data)
        for file in _wanted(list((data / "instances").glob("*.json")), only):
            problem = ihtc_instance.read_instance(file.read_bytes())
            outcome = _solve_ihtc(problem, seconds, seed, processes, ihtc_locks.Locks())
            rows.append(_row(file.stem, outcome.cost, best.get(file.stem), outcome.seconds))
    _summary({"seconds": seconds, "processes": processes, "seed": seed}, rows, as_json)


def bench_rosters(data: Data, seconds: Seconds = 600.0, seed: Seed = 1, only: Only = "", as_json: Json = False) -> None:
    """Rosters of Curtois and Qu: the gap to the best known, instance by instance; every roster is checked."""
    rows: list[dict[str, Any]] = []
    with _refusals():
        best = {**ROSTERS_BEST_KNOWN, **_best_known(data)}
        for file in _wanted(list(data.glob("*.txt")), only):
            outcome = _solve_roster(roster_instance.read_instance(file.read_text("utf-8")), seconds, seed)
            relaxed = {"relaxed": None if outcome.relaxed is None else round(outcome.relaxed, 2)}
            rows.append(_row(file.stem, outcome.cost, best.get(file.stem), outcome.seconds) | relaxed)
    _summary({"seconds": seconds, "seed": seed}, rows, as_json)
