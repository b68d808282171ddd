"""Exports that verify offline: untouched ones agree, and whatever byte is changed, its line is named."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.members import PHARMACY, Consortium, some_digest, some_id
from ledger.test_embedded import consortium, dispensed, engine, issued, put
from yitong.cli.main import app
from yitong.kernel.ids import new_id
from yitong.kernel.platform import Platform
from yitong.ledger.contract import actions as a
from yitong.ledger.contract.actions import KeyRole as R
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.evidence import chain_file, package, printing
from yitong.ledger.evidence.lines import Entry, Seal, encode
from yitong.ledger.evidence.verifying import document_name, verify
from yitong.ledger.service import open_ledger

__all__ = ["consortium", "engine"]
RX = some_id(1)


class Exports:
    """A small chain and one prescription of it."""

    def __init__(self, chain: bytes, evidence: bytes, document: bytes, genesis: bytes) -> None:
        self.chain = chain
        self.evidence = evidence
        self.document = document
        self.genesis = genesis


@pytest.fixture
async def exports(consortium: Consortium, engine: EmbeddedLedger) -> Exports:
    for n in (1, 2):
        for raw in [*issued(consortium, some_id(n)), *dispensed(consortium, some_id(n))]:
            await put(engine, raw)
    refused = consortium.sign(PHARMACY, R.DISPENSE, a.Dispense(RX, 1, [1, 0], some_digest("again")))
    assert (await put(engine, refused))[0].code == "illegal-move"
    await put(engine, *issued(consortium, some_id(3)))
    chain = b"".join([line async for line in chain_file.written(engine.genesis, engine.blocks(0))])
    gathered = await package.gathered(engine, RX)
    document = printing.pdf(gathered, "Asia/Shanghai")
    evidence = package.written(gathered, ("rx.pdf", document))
    return Exports(chain, evidence, document, engine.genesis.digest())


async def test_untouched_exports_agree(exports: Exports) -> None:
    whole = verify(exports.chain, genesis=exports.genesis)
    assert whole.fault is None
    assert whole.summary is not None
    assert whole.summary.transactions > 20
    one = verify(exports.evidence, exports.document, genesis=exports.genesis)
    assert one.fault is None
    assert one.summary is not None
    assert one.summary.transactions == 7  # the refused attempt to dispense a second time is evidence too
    assert exports.document.startswith(b"%PDF")
    assert document_name(exports.evidence) == "rx.pdf"
    assert verify(exports.chain, genesis=bytes(32)).fault is not None


@pytest.mark.parametrize("seed", range(4))
async def test_flipped_bytes_are_found_and_their_line_is_named(exports: Exports, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        file = chance.choice([exports.chain, exports.evidence])
        at = chance.randrange(len(file))
        changed = bytearray(file)
        changed[at] ^= chance.randrange(1, 256)
        fault = (await asyncio.to_thread(verify, bytes(changed), exports.document)).fault
        assert fault is not None
        assert fault.line == file.count(b"\n", 0, at) + 1, (fault, at)


async def test_a_changed_document_is_named(exports: Exports) -> None:
    fault = verify(exports.evidence, exports.document + b" ").fault
    assert fault is not None
    assert fault.entry == "the document rx.pdf"


async def test_cut_grown_and_foreign_files_are_refused(exports: Exports) -> None:
    lines = exports.chain.splitlines(keepends=True)
    for wrong in (
        b"",
        b"\n",
        b"{}",
        b"".join(lines[:-1]),
        b"".join(lines[:-3]),
        exports.chain + b"\n",
        exports.chain + lines[1],
        b"".join([*lines[:4], *lines[5:]]),
        b"".join([lines[0], *lines[1:3][::-1], *lines[3:]]),
        exports.evidence.replace(b"prescription", b"chain", 1),
    ):
        assert verify(wrong).fault is not None


async def test_a_line_left_out_of_a_package_is_missed(exports: Exports) -> None:
    """The closing digest belongs to the file, not to us: a forger writes a new one, and is still found."""
    from yitong.ledger.evidence.lines import Reader, Writer

    reader = Reader(exports.evidence)
    lines = [reader.next() for _ in range(exports.evidence.count(b"\n") - 1)]
    for n, left_out in enumerate(lines):
        if isinstance(left_out, Seal | Entry) and n > 0:
            writer = Writer()
            forged = b"".join([writer.line(one) for one in lines if one is not left_out] + [writer.end()])
            fault = verify(forged, exports.document).fault
            optional = isinstance(left_out, Entry) and left_out.value is None
            optional = optional or (isinstance(left_out, Entry) and left_out.key == b"g")
            assert (fault is None) == optional, encode(left_out)


async def test_the_command_line(exports: Exports, tmp_path: Path) -> None:
    file, beside = tmp_path / "rx.jsonl", tmp_path / "rx.pdf"
    file.write_bytes(exports.evidence)
    beside.write_bytes(exports.document)
    status, said = run("verify", str(file), "--json", "--genesis", exports.genesis.hex())
    assert (status, said["ok"], said["document"]) == (0, True, {"name": "rx.pdf", "checked": True})
    beside.write_bytes(exports.document + b"x")
    status, said = run("verify", "evidence", str(file), "--json")
    assert (status, said["fault"]["entry"]) == (1, "the document rx.pdf")
    chain = tmp_path / "chain.jsonl"
    chain.write_bytes(exports.chain.replace(b'"code":"ok"', b'"code":"no"', 1))
    status, said = run("verify", str(chain), "--json")
    assert (status, said["fault"]["entry"]) == (1, "block 1, transaction 0")
    shown = CliRunner().invoke(app, ["verify", str(chain)])
    assert shown.exit_code == 1
    assert "block 1, transaction 0" in shown.stdout
    chain.write_bytes(exports.chain)
    shown = CliRunner().invoke(app, ["verify", str(chain)])
    assert shown.exit_code == 0
    assert exports.genesis.hex() in shown.stdout
    assert CliRunner().invoke(app, ["verify", "nothing-here"]).exit_code == 2


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, json.loads(result.stdout)


async def test_a_prescription_that_is_not_there(engine: EmbeddedLedger) -> None:
    with pytest.raises(KeyError):
        await package.gathered(engine, some_id(99))


async def test_export_and_verify_from_the_command_line(platform: Platform, tmp_path: Path) -> None:
    hospital, rx = new_id(), new_id()
    desk = await open_ledger(platform, new_id(), "region-110000")
    await desk.admit(hospital, a.Kind.HOSPITAL, "H1")
    now = int(platform.clock.now().timestamp() * 1000)
    issue = a.Issue(rx.bytes, some_digest("s"), some_digest("c"), [a.PartTerms(now, now + 10**9, [7])])
    assert (await desk.put(hospital, R.PRESCRIBE, issue)).ok
    environment = {
        "YITONG_DATABASE_URL": platform.database.url,
        "YITONG_DATA_DIR": str(platform.settings.data_path),
        "YITONG_TOKEN_KEY": "11" * 32,
        "YITONG_MASTER_KEYS": "k1:" + "22" * 32,
    }

    def command(*arguments: str) -> int:
        return CliRunner().invoke(app, list(arguments), env=environment).exit_code

    chain, one = str(tmp_path / "chain.jsonl"), str(tmp_path / "rx.jsonl")
    assert await asyncio.to_thread(command, "export", "evidence", "--out", chain) == 0
    assert await asyncio.to_thread(command, "export", "evidence", "--out", one, "--prescription", str(rx)) == 0
    assert (tmp_path / "rx.pdf").read_bytes().startswith(b"%PDF")
    assert await asyncio.to_thread(command, "verify", chain) == 0
    assert await asyncio.to_thread(command, "verify", one) == 0
    missing = ("export", "evidence", "--out", one, "--prescription", str(new_id()))
    assert await asyncio.to_thread(command, *missing) == 1
    assert await asyncio.to_thread(command, *missing[:-1], "nonsense") == 2
