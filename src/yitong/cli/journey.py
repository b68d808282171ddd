"""``yitong journey``: plays one whole visit, to a pharmacy and back, over HTTP against a fresh server of its own."""

import json
import time
from typing import Annotated, Any

import httpx
import typer
from rich.markup import escape

from yitong.cli import opening
from yitong.cli.opening import console
from yitong.cli.own_server import NotUp, OwnServer, own_server
from yitong.cli.play import Act, Unexpected, Visit


def journey(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    hospitals: Annotated[int, typer.Option(help="Hospitals of the region it is played in.", min=1, max=46)] = 2,
) -> None:
    """Play one visit from registration to a pharmacy and back; exit status 0 only when every step worked."""
    try:
        console.print("[dim]正在启动一套全新的平台 · starting a fresh platform[/dim]")
        with own_server(hospitals=hospitals) as server:
            steps = opening.run(lambda: play(server))
            if not steps[-1]["ok"]:
                console.print(f"[dim]{escape(server.last_words())}[/dim]")
    except NotUp as error:
        console.print(f"[red]平台没有启动成功。The platform did not come up.[/red]\n{escape(str(error))}")
        steps = [{"name": "start a fresh platform", "ok": False, "state": "not up", "ms": 0}]
    if as_json:
        print(json.dumps({"steps": steps}, ensure_ascii=False, indent=1))
    if not all(step["ok"] for step in steps):
        raise typer.Exit(1)


async def play(server: OwnServer) -> list[dict[str, Any]]:
    """Every step in order until one fails; that one is the last."""
    done: list[dict[str, Any]] = []
    async with httpx.AsyncClient(timeout=30) as client:
        for name, act in Visit(server, client).steps():
            step = await _timed(name, act)
            done.append(step)
            mark = "[green]✓[/green]" if step["ok"] else "[red]✗[/red]"
            console.print(f"{mark} {step['ms']:>7.1f} ms  {name}: {escape(step['state'])}", highlight=False)
            if not step["ok"]:
                break
    return done


async def _timed(name: str, act: Act) -> dict[str, Any]:
    begun = time.perf_counter()
    try:
        state, ok = await act(), True
    except (Unexpected, httpx.HTTPError, KeyError, IndexError, StopIteration, TimeoutError) as error:
        state, ok = f"{type(error).__name__}: {error}", False
    return {"name": name, "ok": ok, "state": state, "ms": round((time.perf_counter() - begun) * 1000, 1)}
