"""``yitong consortium``: four nodes of the evidence chain on this machine, and a prescription walked over them."""

import asyncio
import shutil
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from yitong.ledger.consensus.nodes import NoCometBFT, Node, laid_out, program
from yitong.ledger.consensus.standing import standings
from yitong.simulation.bench.ledger_consensus import Members, walk

console = Console()


def consortium(
    folder: Annotated[Path, typer.Option(help="Where the nodes keep their files; emptied first.")] = Path(
        "var/consortium/nodes"
    ),
    cometbft: Annotated[Path | None, typer.Option(help="The program cometbft, when it is somewhere else.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Walk one prescription over the nodes, then stop.")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Only name each node's height and application hash; 1 if one is harmed.")
    ] = False,
) -> None:
    """Start commission, insurer and two hospital groups as validators and walk a prescription over all four."""
    if status:
        _show(laid_out(folder.resolve(), Path("cometbft")))
        return
    try:
        found = program(cometbft)
    except NoCometBFT as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    members = Members(folder.resolve(), found)
    try:
        members.start()
        asyncio.run(walk(members, lambda said: console.print(said, highlight=False)))
        for node in members.nodes:
            console.print(f"{node.name}: {node.address}", highlight=False)
        _show(members.nodes)
        if not once:
            console.print("Ctrl-C 停止 · Ctrl-C ends it", highlight=False)
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        members.stop()


def _show(nodes: list[Node]) -> None:
    """One line a node. Ends with exit status 1 when there is none, or when one is not what the members agreed on."""
    found = asyncio.run(standings(nodes))
    for one in found:
        said = (
            f"height {one.height}, application hash {one.application_hash}" if one.height is not None else "no answer"
        )
        reason = f": {one.reason}" if one.reason else ""
        console.print(f"{one.name}: {one.state}, {said}{reason}", highlight=False, markup=False, soft_wrap=True)
    if not found or any(one.harmed for one in found):
        raise typer.Exit(1)
