"""``yitong simulate NAME``: what a rule of the platform does in a crowd, played with the platform's own code."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from yitong.simulation.scalpers.market import Assumptions
from yitong.simulation.scalpers.plots import shares_picture, speed_picture
from yitong.simulation.scalpers.run import ACCOUNTS_EACH, SHARES, run

simulating = typer.Typer(name="simulate", help="Play a crowd against the platform's rules.", no_args_is_help=True)
console = Console(stderr=True)


@simulating.callback()
def _group() -> None:
    """Play a crowd against the platform's rules."""


@simulating.command()
def scalpers(
    draws: Annotated[int, typer.Option(help="Rounds of each case.", min=2)] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    patients: Annotated[int, typer.Option(help="Patients who want a place.", min=10)] = 1000,
    human_median_s: Annotated[float, typer.Option(help="Half of the patients click within so many seconds.")] = 3.0,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="A folder for the pictures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
) -> None:
    """Scalpers under first come first served and under the draw: who gets the places, and can they be resold."""
    assumed = Assumptions(patients=patients, human_median_s=human_median_s)
    result = run(assumed, draws=draws, seed=seed, say=lambda text: console.print(f"[dim]{text}[/dim]"))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for accounts_each in ACCOUNTS_EACH:
            picture = shares_picture(result, accounts_each)
            (out / f"draw-scalpers-{accounts_each}.svg").write_text(picture, "utf-8")
        # With few scalpers the rush still leaves places to patients: there speed shows.
        fewest = next(one for one in result["cases"] if round(one["share_of_requests"], 2) == SHARES[0])
        (out / "draw-speed.svg").write_text(speed_picture(fewest), "utf-8")
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _print(result)


def _print(result: dict[str, Any]) -> None:
    table = Table(
        "requests", "accounts each", "of people", "first come", "draw", "± 95 %", "resold: first come", "draw"
    )
    for one in result["cases"]:
        resold = one["resold"]["draw"]
        table.add_row(
            f"{one['share_of_requests']:.1%}",
            str(one["accounts_each"]),
            f"{one['share_of_people']:.2%}",
            f"{one['first_come']['win_share']:.1%}",
            f"{one['draw']['win_share']:.2%}",
            f"{one['draw']['win_share_95']:.2%}",
            f"{one['resold']['first_come_returned_at_once']:.0%}",
            f"{resold:.1%}" if resold is not None else "–",
        )
    Console().print(table)
