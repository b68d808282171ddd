"""``yitong import``: takes in what other systems hand over."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table
from sqlalchemy import text

from yitong.cli import opening
from yitong.cli.opening import console
from yitong.gateways.fhir.reading import NotABundle
from yitong.gateways.fhir.service import Report, import_bundle
from yitong.kernel.settings import Settings

importing = typer.Typer(name="import", help="Take in data from other systems.", no_args_is_help=True)


@importing.callback()
def _group() -> None:
    """Take in data from other systems."""


@importing.command("fhir")
def fhir(
    folder: Annotated[
        Path, typer.Argument(exists=True, help="A folder of FHIR R4 bundles, searched whole, or one bundle.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Import FHIR R4 bundles: people and places are taken over, everything else is kept as it came and reported."""
    files = sorted(folder.rglob("*.json")) if folder.is_dir() else [folder]
    report, unreadable = Report(), list[str]()
    opening.run(lambda: _import(opening.settings_or_exit(), files, report, unreadable))
    if as_json:
        print(json.dumps(_as_json(files, report, unreadable), ensure_ascii=False, indent=1))
    else:
        _print(files, report, unreadable)
    if unreadable or report.refused or not files:
        raise typer.Exit(1)


async def _import(settings: Settings, files: list[Path], report: Report, unreadable: list[str]) -> None:
    async with opening.platform_of(settings) as platform:
        async with platform.transaction() as tx:
            if (await tx.session.execute(text("SELECT 1 FROM region"))).first() is None:
                console.print(
                    "[red]还没有区域，请先执行 yitong seed。\nThere is no region yet; run yitong seed first.[/red]"
                )
                raise typer.Exit(1)
        for path in track(files, "导入 · importing", console=console):
            try:
                await import_bundle(platform, path.name, json.loads(path.read_text("utf-8")), report)
            except (NotABundle, json.JSONDecodeError, UnicodeDecodeError) as error:
                unreadable.append(f"{path.name}: {type(error).__name__}")


def _as_json(files: list[Path], report: Report, unreadable: list[str]) -> dict[str, Any]:
    outcomes: dict[str, dict[str, int]] = {}
    for (resource_type, outcome), number in sorted(report.outcomes.items()):
        outcomes.setdefault(resource_type, {})[outcome] = number
    return {
        "files": len(files),
        "resources": outcomes,
        "unread_elements": dict(report.unread.most_common()),
        "refused": report.refused,
        "unreadable": unreadable,
    }


def _print(files: list[Path], report: Report, unreadable: list[str]) -> None:
    table = Table("resource", "采纳 taken", "已有 known", "原样保存 kept", "拒绝 refused")
    for resource_type in sorted({kind for kind, _ in report.outcomes}):
        numbers = [report.outcomes[resource_type, one] for one in ("taken", "known", "kept", "refused")]
        table.add_row(resource_type, *map(str, numbers))
    console.print(f"{len(files)} files")
    console.print(table)
    console.print("未采纳的字段（原文已保存）elements not taken over (kept in the original):")
    for path, number in report.unread.most_common():
        console.print(f"  {number:>5}  {path}", highlight=False, markup=False)
    for line in [*report.refused, *unreadable]:
        console.print(line, style="red", markup=False)
