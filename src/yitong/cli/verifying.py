"""``yitong verify EXPORT``, ``yitong verify draw FILE``: offline checks that name the first difference."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from yitong.booking.draw.publication import Check, Noted, Publication, read, verify
from yitong.kernel.text import Bilingual
from yitong.ledger.evidence.verifying import Verdict, document_name
from yitong.ledger.evidence.verifying import verify as verify_evidence

EVIDENCE = "evidence"


class _FileOrKind(TyperGroup):
    """Takes a file where a kind of proof should stand as an export of evidence: ``yitong verify EXPORT``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Typer's own, after the kind was put before a file."""
        if args and args[0] not in self.commands and Path(args[0]).exists():
            args = [EVIDENCE, *args]
        return super().resolve_command(ctx, args)


verifying = typer.Typer(name="verify", help="Check published proofs offline.", no_args_is_help=True, cls=_FileOrKind)
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


@verifying.command(EVIDENCE)
def evidence(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The exported file.")],
    genesis: Annotated[str | None, typer.Option(help="The digest of the genesis that you noted elsewhere.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
) -> None:
    """Check an export of the evidence chain; exit status 0 when all agrees, 1 with the first broken entry named.

    The word `evidence` may be left out: `yitong verify EXPORT`.
    """
    try:
        noted = None if genesis is None else bytes.fromhex(genesis)
    except ValueError:
        raise typer.BadParameter("not hexadecimal", param_hint="--genesis") from None
    content = file.read_bytes()
    name = document_name(content)
    beside = file.with_name(name) if name else None
    document = beside.read_bytes() if beside is not None and beside.is_file() else None
    verdict = verify_evidence(content, document, genesis=noted)
    if as_json:
        print(json.dumps(_evidence_json(verdict, name, document), ensure_ascii=False))
    else:
        _print_evidence(verdict, name, document)
    if verdict.fault is not None:
        raise typer.Exit(1)


def _evidence_json(verdict: Verdict, name: str | None, document: bytes | None) -> dict[str, object]:
    summary, fault = verdict
    return {
        "ok": fault is None,
        "what": summary.what if summary else None,
        "chain": summary.chain if summary else None,
        "genesis": summary.genesis.hex() if summary else None,
        "blocks": summary.blocks if summary else None,
        "transactions": summary.transactions if summary else None,
        "state": summary.newest.state.hex() if summary else None,
        "document": None if name is None else {"name": name, "checked": document is not None},
        "fault": {"line": fault.line, "entry": fault.entry, "reason": fault.reason.en} if fault else None,
    }


def _print_evidence(verdict: Verdict, name: str | None, document: bytes | None) -> None:
    summary, fault = verdict
    if fault is not None:
        place = f"line {fault.line}, " if fault.line else ""
        console.print(f"[red]✗ {place}{escape(fault.entry)}[/red]", highlight=False)
        console.print(f"  {escape(fault.reason.zh)} · {escape(fault.reason.en)}", highlight=False)
        return
    if summary is None:
        return
    console.print(
        f"[green]✓[/green] {summary.blocks} 个区块，{summary.transactions} 笔交易 · {summary.blocks} blocks,"
        f" {summary.transactions} transactions, every signature and rule agrees",
        highlight=False,
    )
    if name is not None and document is None:
        console.print(
            f"  可读文件 {name} 不在旁边，未检查 · {name} is not beside the file: not checked", highlight=False
        )
    console.print(f"  genesis {summary.genesis.hex()}\n  state {summary.newest.state.hex()}", highlight=False)


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
