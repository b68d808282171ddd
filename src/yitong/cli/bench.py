"""``yitong bench NAME``: measurements against a peer or a limit of the same run."""

import json
from typing import Annotated, Any

import typer
from litestar.types import ASGIApp
from rich.console import Console

from yitong.app import create_app
from yitong.cli import opening
from yitong.kernel.logs import configure_logs
from yitong.kernel.platform import open_platform
from yitong.kernel.process import settle
from yitong.kernel.settings import load_settings

app = typer.Typer(help="Measure against a peer or a limit of the same run.", no_args_is_help=True)
console = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Seconds = Annotated[float, typer.Option(help="How long each measurement runs.", min=1)]


def application() -> ASGIApp:
    """The web application of a measured server process, from settings in the environment."""
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    app = create_app(open_platform(settings, settings.database_url))
    settle()
    return app


@app.callback()
def bench() -> None:
    """Measure against a peer or a limit of the same run."""


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for name, value in result.items():
        if not isinstance(value, dict):
            print(f"{name}: {value}")


def _say(text: str) -> None:
    console.print(f"[dim]{text}[/dim]")


@app.command()
def booking(
    seconds: Seconds = 8.0,
    rounds: Annotated[int, typer.Option(help="How often both sides take turns.", min=1)] = 2,
    connections: Annotated[int, typer.Option(help="HTTP connections of the load generator.", min=1)] = 1024,
    servers: Annotated[int, typer.Option(help="Web server processes.", min=1)] = 2,
    as_json: Json = False,
) -> None:
    """Hold and confirm over HTTP against pgbench's rate for the same transaction, on many slots and on one hot slot."""
    from yitong.simulation.bench.booking import run

    settings = opening.settings_or_exit()
    _print(run(settings, say=_say, seconds=seconds, rounds=rounds, connections=connections, servers=servers), as_json)


@app.command()
def card(
    seconds: Seconds = 8.0,
    rounds: Annotated[int, typer.Option(help="How often each measurement is made.", min=1)] = 3,
    connections: Annotated[int, typer.Option(help="HTTP connections of the load generator.", min=1)] = 384,
    servers: Annotated[int, typer.Option(help="Web server processes.", min=1)] = 2,
    as_json: Json = False,
) -> None:
    """Card codes checked offline on one core and over HTTP, and whether a used code passes a second time."""
    from yitong.simulation.bench.card import run

    settings = opening.settings_or_exit()
    _print(run(settings, say=_say, seconds=seconds, rounds=rounds, connections=connections, servers=servers), as_json)


@app.command()
def search(
    slots: Annotated[
        int, typer.Option(help="About how many slots; a province has nine million, 6 GB on disk.", min=100_000)
    ] = 9_000_000,
    seconds: Seconds = 10.0,
    per_s: Annotated[float, typer.Option(help="Searches a second.", min=1)] = 200.0,
    servers: Annotated[int, typer.Option(help="Web server processes.", min=1)] = 2,
    as_json: Json = False,
) -> None:
    """Search 200 hospitals over HTTP at a steady rate: p99, and CPU against the bare SQL statement."""
    from yitong.simulation.bench.search import run

    settings = opening.settings_or_exit()
    _print(run(settings, say=_say, slots=slots, seconds=seconds, per_s=per_s, servers=servers), as_json)


@app.command()
def flash(
    patients: Annotated[int, typer.Option(help="How many people come.", min=10)] = 20_000,
    requests_each: Annotated[int, typer.Option(help="Requests that each of them sends.", min=2)] = 5,
    places: Annotated[int, typer.Option(help="How many places there are.", min=1)] = 1000,
    servers: Annotated[int, typer.Option(help="Web server processes; one is killed.", min=1)] = 2,
    connections: Annotated[int, typer.Option(help="Connections at a time.", min=1)] = 400,
    control_patients: Annotated[int, typer.Option(help="People of the control.", min=10)] = 4_000,
    as_json: Json = False,
) -> None:
    """A crowd storms a few places over breaking connections while a server dies; and a control without protection."""
    from yitong.simulation.bench.flash import run

    options = {
        "patients": patients,
        "requests_each": requests_each,
        "places": places,
        "servers": servers,
        "connections": connections,
        "control_patients": control_patients,
    }
    result = run(opening.settings_or_exit(), say=_say, **options)
    _print(result, as_json)
    if result["oversold"] or result["missing"] or result["unanswered"] or not result["control_oversold"]:
        raise typer.Exit(1)


@app.command()
def bills(
    bills: Annotated[int, typer.Option(help="How many random bills.", min=1)] = 1_000_000,
    control: Annotated[int, typer.Option(help="Bills of the control, each of which loses a fen.", min=1)] = 10_000,
    processes: Annotated[int, typer.Option(help="Processes that count.", min=1)] = 2,
    planted: Annotated[int, typer.Option(help="Differences planted for the reconciliation.", min=1)] = 1_000,
    planted_among: Annotated[int, typer.Option(help="Movements they are planted among.", min=1)] = 20_000,
    seed: Annotated[int, typer.Option(help="What chance begins with.")] = 20261123,
    as_json: Json = False,
) -> None:
    """Random bills through split, payment, partial refund and reversal to the fen, and planted differences found."""
    from yitong.simulation.bench.bills import run

    result = run(
        say=_say,
        bills=bills,
        control=control,
        processes=processes,
        planted=planted,
        planted_among=planted_among,
        seed=seed,
    )
    _print(result, as_json)
    if result["unbalanced"] or result["control_found"] != result["control_spoiled"] or result["named"] != planted:
        raise typer.Exit(1)


@app.command()
def ledger(
    prescriptions: Annotated[int, typer.Option(help="Prescriptions a round, six transactions each.", min=300)] = 2_500,
    rounds: Annotated[int, typer.Option(help="How often the measurement is made.", min=1)] = 3,
    processes: Annotated[int, typer.Option(help="Processes that check signatures; 0 for a thread.", min=0)] = 1,
    races: Annotated[int, typer.Option(help="Races of two pharmacies for one prescription.", min=0)] = 1_000,
    flips: Annotated[int, typer.Option(help="Bytes flipped in exports.", min=0)] = 10_000,
    cometbft: Annotated[str, typer.Option(help="The program cometbft; where make consortium puts it when empty.")] = "",
    as_json: Json = False,
) -> None:
    """Signed transactions a second through the evidence chain, and random byte flips found and named in its exports."""
    from yitong.simulation.bench.ledger import run

    settings = opening.settings_or_exit()
    options = {"prescriptions": prescriptions, "rounds": rounds, "processes": processes, "flips": flips}
    result = run(settings, say=_say, cometbft=cometbft, races=races, **options)
    _print(result, as_json)
    if result["flips_found"] != flips or result["race_winners"] != races:
        raise typer.Exit(1)


@app.command()
def exams(
    patients: Annotated[int, typer.Option(help="How many generated people, each with 2 to 7 exams.", min=1)] = 1_000,
    days: Annotated[int, typer.Option(help="Days of the week that is planned.", min=1, max=14)] = 6,
    load: Annotated[float, typer.Option(help="Share of places that is gone on the last day.", min=0, max=0.95)] = 0.7,
    reference_seconds: Annotated[float, typer.Option(help="How long CP-SAT may prove one optimum.", min=1)] = 60.0,
    seed: Annotated[int, typer.Option(help="What chance begins with.")] = 20261123,
    as_json: Json = False,
) -> None:
    """Exam plans on a loaded week against the exact optimum by CP-SAT and first-come booking."""
    from yitong.simulation.bench.exams import run

    result = run(say=_say, patients=patients, days=days, load=load, seed=seed, seconds=reference_seconds)
    _print(result, as_json)
    if result["optimal_share"] < 0.999:
        raise typer.Exit(1)
