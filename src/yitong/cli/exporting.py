"""``yitong export evidence``: the whole chain, or one prescription with its proofs, for anybody to verify."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import text

from yitong.cli import opening
from yitong.cli.opening import console
from yitong.kernel.ids import parse_id
from yitong.kernel.platform import Platform
from yitong.ledger.embedded import EmbeddedLedger, NotFounded
from yitong.ledger.evidence import chain_file, package, printing
from yitong.ledger.service import open_engine

exporting = typer.Typer(name="export", help="Write what others can check without us.", no_args_is_help=True)


@exporting.callback()
def _group() -> None:
    """Write what others can check without us."""


@exporting.command("evidence")
def evidence(
    out: Annotated[Path, typer.Option(help="The file to write, for instance evidence.jsonl.")],
    prescription: Annotated[
        str | None, typer.Option(help="Only this prescription (its id), with proofs and a readable PDF beside it.")
    ] = None,
) -> None:
    """Export the evidence chain, or one prescription of it, as a file that `yitong verify` checks offline."""
    opening.run(lambda: _export(out, prescription))


async def _export(out: Path, prescription: str | None) -> None:
    async with opening.platform_of(opening.settings_or_exit()) as platform:
        try:
            engine = await open_engine(platform)
        except NotFounded:
            console.print("[red]这里还没有存证链。\nThere is no evidence chain here yet.[/red]")
            raise typer.Exit(1) from None
        try:
            await (_whole(engine, out) if prescription is None else _one(platform, engine, out, prescription))
        finally:
            await engine.close()


async def _whole(engine: EmbeddedLedger, out: Path) -> None:
    lines = 0
    with await asyncio.to_thread(out.open, "wb") as file:
        async for line in chain_file.written(engine.genesis, engine.blocks(0)):
            file.write(line)
            lines += 1
    console.print(f"{out}: {lines} 行 lines; 创世摘要 genesis {engine.genesis.digest().hex()}", highlight=False)


async def _one(platform: Platform, engine: EmbeddedLedger, out: Path, prescription: str) -> None:
    named = parse_id(prescription)
    if named is None:
        console.print("[red]处方编号不是有效的编号。\nThis is no id of a prescription.[/red]")
        raise typer.Exit(2)
    try:
        found = await package.gathered(engine, named.bytes)
    except KeyError:
        console.print("[red]链上没有这张处方。\nThis prescription is not on the chain.[/red]")
        raise typer.Exit(1) from None
    async with platform.transaction() as tx:
        zone: str | None = await tx.session.scalar(text("SELECT zone FROM region"))
    readable = out.with_suffix(".pdf")
    pages = printing.pdf(found, zone or "Asia/Shanghai")
    await asyncio.to_thread(readable.write_bytes, pages)
    await asyncio.to_thread(out.write_bytes, package.written(found, (readable.name, pages)))
    console.print(f"{out}, {readable}: 创世摘要 genesis {engine.genesis.digest().hex()}", highlight=False)
