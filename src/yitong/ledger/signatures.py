"""Checking many signatures beside the event loop: in one thread, or in processes where a machine has cores to spare."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from yitong.kernel.crypto import SM2PublicKey
from yitong.kernel.crypto.sm2_batch import BatchVerifier, Check

_kept: list[BatchVerifier] = []


def _check(batch: list[tuple[bytes, bytes, bytes]]) -> list[bool]:
    """Work of one process: its verifier and the tables in it stay between batches."""
    if not _kept:
        _kept.append(BatchVerifier())
    return _kept[0].verify([Check(SM2PublicKey(key), message, signature) for key, message, signature in batch])


class Signatures:
    """Checks batches of (public key x ‖ y, message, signature r ‖ s)."""

    def __init__(self, processes: int = 0) -> None:
        """``processes`` 0: one thread of this process, whose verifier is its own."""
        self._processes = processes
        self._verifier = None if processes else BatchVerifier()
        self._keys: dict[bytes, SM2PublicKey] = {}
        self._executor: Executor
        if processes:
            self._executor = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
        else:
            self._executor = ThreadPoolExecutor(1, "ledger signatures")

    async def check(self, batch: Sequence[tuple[bytes, bytes, bytes]]) -> list[bool]:
        """Whether each signature holds, in the batch's order."""
        loop = asyncio.get_running_loop()
        if self._verifier is not None:
            return await loop.run_in_executor(self._executor, self._here, list(batch))
        share = -(-len(batch) // self._processes)
        parts = [list(batch[start : start + share]) for start in range(0, len(batch), share)]
        done = await asyncio.gather(*(loop.run_in_executor(self._executor, _check, part) for part in parts))
        return [verdict for part in done for verdict in part]

    def _here(self, batch: list[tuple[bytes, bytes, bytes]]) -> list[bool]:
        if self._verifier is None:
            raise RuntimeError("signatures are checked in other processes")
        return self._verifier.verify([Check(self._key(key), message, signature) for key, message, signature in batch])

    def _key(self, raw: bytes) -> SM2PublicKey:
        """The key's point was checked when it was enrolled; making it anew each time would cost more than its use."""
        if len(self._keys) > 10_000:
            self._keys.clear()
        return self._keys.get(raw) or self._keys.setdefault(raw, SM2PublicKey(raw))

    def close(self) -> None:
        """Let the processes or the thread end."""
        self._executor.shutdown(wait=True, cancel_futures=True)
