"""The verify button: everything is computed anew from what is stored, nothing is believed because a column says so."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from yitong.kernel.crypto import SM2PublicKey
from yitong.kernel.crypto.sm2_batch import BatchVerifier
from yitong.kernel.crypto.sm2_batch import Check as SignatureCheck
from yitong.kernel.database import Database
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.ledger import stored
from yitong.ledger.actions import VERIFY
from yitong.ledger.blocks import read_header
from yitong.ledger.chain import Broken
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.encoding import Malformed, Purpose, digest, pack
from yitong.ledger.evidence import package
from yitong.ledger.evidence.verifying import verify
from yitong.ledger.explorer.opened import gathered, opened
from yitong.ledger.explorer.seal_check import SealCheck
from yitong.ledger.explorer.service import known
from yitong.ledger.schemas import Check, CheckResult

NEWEST = 500
"""How many of the newest blocks have their seals checked, beside those that the evidence itself rests on."""
_AT_ONCE = 2_000


class Wrong(Exception):
    """What does not agree, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Bilingual(zh, en)


_TEXTS = {
    "genesis": Bilingual("创世内容与摘要", "Genesis and its digest"),
    "links": Bilingual("区块哈希首尾相连", "Hash links from block to block"),
    "blocks": Bilingual("区块签名（SM2）", "Seals of blocks (SM2)"),
    "evidence": Bilingual("处方交易签名与状态证明", "Signatures and state proofs of the prescription"),
    "seals": Bilingual("事件日志封存与锚定", "Seals of the event log, anchored"),
}


class Done(msgspec.Struct, frozen=True):
    """How much was looked at, and a sentence about it."""

    count: int
    detail: Bilingual


async def check(tx: Transaction, asked: str) -> CheckResult:
    """Verify the chain, and one prescription on it when ``asked`` names one (number, id, or name on the chain).

    Raises Problem ``forbidden``, ``not-on-chain``, ``no-chain`` or ``chain-broken``.
    """
    VERIFY.check(tx.actor)
    engine = opened(tx.platform)
    found = await known(tx, asked) if asked.strip() else None
    begun = time.perf_counter()
    checking = Checking(tx.platform, engine)
    checks = [
        await _one("genesis", checking.genesis),
        await _one("links", checking.links),
        await _one("blocks", checking.seals_of_blocks),
    ]
    if found is not None:
        subjects = found.subjects
        checks.append(await _one("evidence", lambda: checking.evidence(subjects)))
    about = None if found is None else found.about
    seals = SealCheck(tx.platform, engine)
    checks.append(await _one("seals", lambda: _sealed(seals, about)))
    return CheckResult(
        ok=all(one.ok for one in checks),
        height=engine.header.height,
        genesis=engine.genesis.digest().hex(),
        at=tx.now,
        milliseconds=round((time.perf_counter() - begun) * 1000),
        checks=checks,
    )


async def _one(code: str, work: Callable[[], Awaitable[Done]]) -> Check:
    try:
        done = await work()
    except Wrong as wrong:
        return Check(code=code, text=_TEXTS[code], ok=False, count=0, detail=wrong.text)  # type: ignore[arg-type]
    return Check(code=code, text=_TEXTS[code], ok=True, count=done.count, detail=done.detail)  # type: ignore[arg-type]


async def _sealed(seals: SealCheck, about: UUID | None) -> Done:
    fault = await (seals.newest() if about is None else seals.about(about))
    if fault is not None:
        raise Wrong(fault.zh, fault.en)
    said = Bilingual(
        f"重算 {seals.checked} 个封存，与链上锚定一致；{seals.open} 条事件尚待封存",
        f"{seals.checked} seals computed anew, as anchored; {seals.open} events not sealed yet",
    )
    return Done(seals.checked, said)


class Checking:
    """What is checked of the chain itself, over the rows that are stored now."""

    def __init__(self, platform: Platform, engine: EmbeddedLedger) -> None:
        self._platform = platform
        self._database: Database = platform.database
        self._engine = engine
        self._sealer = SM2PublicKey(engine.genesis.sealer)

    async def genesis(self) -> Done:
        """The stored genesis is the one that this process began with."""
        async with (await self._database.raw()).acquire() as connection:
            try:
                found = await stored.read_founding(connection)
            except Malformed:
                found = None
        known_digest = self._engine.genesis.digest()
        if found is None or digest(Purpose.GENESIS, pack(found)) != known_digest:
            raise Wrong("创世内容被改动", "the genesis was changed")
        return Done(1, Bilingual(f"摘要 {known_digest.hex()[:16]}…", f"digest {known_digest.hex()[:16]}…"))

    async def links(self) -> Done:
        """Every block names the one before, from the first to the newest that this process knows."""
        before, height, newest = b"", 0, self._engine.header
        async with (await self._database.raw()).acquire() as connection:
            while height <= newest.height:
                rows = await connection.fetch(
                    "SELECT height, header FROM ledger_block WHERE height >= $1 ORDER BY height LIMIT $2",
                    height,
                    _AT_ONCE,
                )
                raws = [(row["height"], row["header"]) for row in rows if row["height"] <= newest.height]
                before = await asyncio.to_thread(_linked, raws, height, before)
                height += len(raws)
        if before != newest.digest():
            raise Wrong(f"区块 {newest.height} 被改动", f"block {newest.height} was changed")
        return Done(height, Bilingual(f"共 {height} 个区块，逐一相连", f"{height} blocks, each names the one before"))

    async def seals_of_blocks(self) -> Done:
        """The newest blocks carry the sealer's signature."""
        async with (await self._database.raw()).acquire() as connection:
            rows = await connection.fetch(
                "SELECT height, header, signature FROM ledger_block ORDER BY height DESC LIMIT $1", NEWEST
            )
        checks = [SignatureCheck(self._sealer, row["header"], row["signature"]) for row in rows]
        verdicts = await asyncio.to_thread(lambda: BatchVerifier().verify(checks))
        for row, holds in zip(rows, verdicts, strict=True):
            if not holds:
                raise Wrong(f"区块 {row['height']} 的签名无效", f"the seal of block {row['height']} does not hold")
        return Done(
            len(rows), Bilingual(f"最新 {len(rows)} 个区块的签名有效", f"the seals of the newest {len(rows)} hold")
        )

    async def evidence(self, subjects: Sequence[UUID]) -> Done:
        """The evidence of the prescription is put together and checked as somebody outside would check it."""
        transactions = 0
        for subject in subjects:
            try:
                found = await gathered(self._platform, subject)
            except Broken as error:
                raise Wrong(f"区块 {error.height}：{error.reason}", str(error)) from error
            if found is None:
                continue  # still waits to be put on the chain
            content = package.written(found, None)
            verdict = await asyncio.to_thread(verify, content)
            if verdict.fault is not None:
                entry, reason = verdict.fault.entry, verdict.fault.reason
                raise Wrong(f"{entry}：{reason.zh}", f"{entry}: {reason.en}")
            transactions += 0 if verdict.summary is None else verdict.summary.transactions
        return Done(
            transactions,
            Bilingual(
                f"{transactions} 笔交易的签名、区块路径和状态证明全部有效",
                f"{transactions} transactions: signatures, paths to their blocks and proofs of the state all hold",
            ),
        )


def _linked(raws: Sequence[tuple[int, bytes]], height: int, before: bytes) -> bytes:
    """Go along these headers; answers the last one's name. Raises Wrong."""
    if not raws:
        raise Wrong(f"缺少区块 {height}", f"block {height} is missing")
    for expected, (at, raw) in enumerate(raws, height):
        if at != expected:
            raise Wrong(f"缺少区块 {expected}", f"block {expected} is missing")
        try:
            header = read_header(raw)
        except Malformed:
            raise Wrong(f"区块 {at} 无法读取", f"block {at} cannot be read") from None
        if (before and header.previous != before) or header.height != at:
            raise Wrong(f"区块 {at - 1} 或 {at} 被改动", f"block {at - 1} or {at} was changed")
        before = header.digest()
    return before
