"""``yitong verify draw FILE``: recomputes a published draw offline and names the first thing that does not agree."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from yitong.booking.draw.publication import Check, Noted, Publication, read, verify
from yitong.kernel.text import Bilingual

verifying = typer.Typer(name="verify", help="Check published proofs offline.", no_args_is_help=True)
console = Console()


@verifying.callback()
def _group() -> None:
    """Check published proofs offline."""


@verifying.command("draw")
def draw(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The published file of the draw.")],
    commitment: Annotated[str | None, typer.Option(help="The commitment noted when the draw was announced.")] = None,
    root: Annotated[str | None, typer.Option(help="The root noted when the draw closed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
) -> None:
    """Recompute a published draw; exit status 0 when everything agrees, 1 with the first difference named."""
    try:
        found = read(file.read_bytes())
    except ValueError as error:
        checks, found = [Check(Bilingual("文件格式", "the format of the file"), str(error))], None
    else:
        checks = list(verify(found, Noted(commitment, root)))
    wrong = next((one for one in checks if one.difference is not None), None)
    if as_json:
        print(json.dumps(_as_json(found, checks), ensure_ascii=False))
    else:
        _print(found, checks)
    if wrong is not None:
        raise typer.Exit(1)


def _as_json(found: Publication | None, checks: list[Check]) -> dict[str, object]:
    wrong = next((one for one in checks if one.difference is not None), None)
    return {
        "ok": wrong is None,
        "drawn": found is not None and found.seed is not None,
        "requests": len(found.requests) if found else 0,
        "offers": len(found.offers) if found else 0,
        "root": found.root if found else None,
        "checks": [{"name": one.name.en, "ok": one.difference is None} for one in checks],
        "difference": {"check": wrong.name.en, "detail": wrong.difference} if wrong else None,
    }


def _print(found: Publication | None, checks: list[Check]) -> None:
    for one in checks:
        if one.difference is None:
            console.print(f"[green]✓[/green] {one.name.zh} · {one.name.en}", highlight=False)
        else:
            console.print(f"[red]✗ {one.name.zh} · {one.name.en}[/red]\n  {escape(one.difference)}", highlight=False)
    if found is None or any(one.difference is not None for one in checks):
        return
    console.print(f"root {found.root}", highlight=False)
    if found.seed is None:
        console.print("尚未开奖，种子未公开。 Not drawn yet: the seed is not revealed.", highlight=False)
        return
    won = sum(one.slot_id is not None for one in found.results)
    console.print(
        f"{len(found.requests)} 份申请，{won} 份中签。 {won} of {len(found.requests)} requests won.", highlight=False
    )
