"""The command ``yitong``: every command has ``--help``; exit status 0 done, 1 failed, 2 wrongly called."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from yitong import app as application
from yitong.cli import opening, seeding, serving
from yitong.cli.bench import app as bench
from yitong.cli.consortium import consortium
from yitong.cli.exporting import exporting
from yitong.cli.importing import importing
from yitong.cli.journey import journey
from yitong.cli.planning import bench_ihtc, bench_rosters, planning
from yitong.cli.simulating import simulating
from yitong.cli.verifying import verifying
from yitong.kernel.logs import configure_logs
from yitong.kernel.permissions import Role, matrix
from yitong.kernel.problems import KINDS
from yitong.kernel.settings import describe

app = typer.Typer(
    name="yitong",
    help="Yitong 医通: the open smart-hospital platform of a region.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@app.command()
def settings(as_json: Json = False) -> None:
    """List every setting with its environment variable, default, value in force and meaning."""
    rows = describe(opening.settings_or_exit())
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("setting", "environment", "value", "meaning")
    for row in rows:
        table.add_row(row["name"], row["environment"], str(row["value"]), row["meaning"])
    Console().print(table)


@app.command()
def permissions(as_json: Json = False) -> None:
    """Print who may do what: every action, every role, and how far each permission reaches."""
    rows = matrix()
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("action", "操作", *[role.value for role in Role])
    for row in rows:
        table.add_row(row["action"], row["zh"], *[row[role.value] or "" for role in Role])
    Console(width=240).print(table)


@app.command()
def problems(as_json: Json = False) -> None:
    """List every refusal: code, status, sentence, what to do next, and whether a retry can help."""
    kinds = sorted(KINDS.values(), key=lambda kind: kind.code)
    if as_json:
        rows = [
            {"code": k.code, "status": k.status, "zh": k.message.zh, "en": k.message.en, "retry": k.retry}
            for k in kinds
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("code", "status", "中文", "English", "retry")
    for kind in kinds:
        table.add_row(kind.code, str(kind.status), kind.message.zh, kind.message.en, "yes" if kind.retry else "")
    Console().print(table)


@app.command()
def migrate() -> None:
    """Bring the database up to this version."""

    async def work() -> None:
        async with opening.platform_of(opening.settings_or_exit()):
            pass

    opening.run(work)
    print("migrated")


app.add_typer(importing)
app.add_typer(exporting)
app.add_typer(verifying)
app.add_typer(simulating)
app.add_typer(planning)
bench.command("ihtc")(bench_ihtc)
bench.command("rosters")(bench_rosters)
app.add_typer(bench, name="bench")
app.command()(serving.serve)
app.command()(serving.worker)
app.command()(serving.sandbox)
app.command()(serving.stop)
app.command()(journey)
app.command()(seeding.seed)
app.command()(consortium)


@app.command()
def openapi(out: Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")] = None) -> None:
    """Print the interface description that the web applications' clients are generated from."""
    document = application.interface_description()
    if out is None:
        print(document)
    else:
        out.write_text(document, "utf-8")


def main() -> None:
    """Entry point of the command line."""
    configure_logs("warning", "console")
    app()
