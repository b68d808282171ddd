"""The port behind which transactions are put in order: the embedded engine, or consensus among members."""

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol

from yitong.ledger.blocks import Block, Header
from yitong.ledger.contract.refusals import OK
from yitong.ledger.tree import Proof


class Receipt(NamedTuple):
    """Where a transaction stands, and what became of it: ``ok`` or the code of a refusal."""

    digest: bytes
    height: int
    position: int
    code: str

    @property
    def ok(self) -> bool:
        return self.code == OK


class Proven(NamedTuple):
    """An entry of the state (None: there is none) with the proof under ``header.state``."""

    key: bytes
    value: bytes | None
    proof: Proof
    header: Header


class Inadmissible(Exception):
    """The transaction will never be in a block: its bytes, chain, key, signature or sequence number are wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LedgerEngine(Protocol):
    """What the platform asks of whoever orders its transactions."""

    @property
    def chain(self) -> str:
        """The chain's name, which every transaction repeats."""
        ...

    async def submit(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; answers its digest. Handing it in twice is harmless. Raises Inadmissible."""
        ...

    async def wait(self, digest: bytes) -> Receipt:
        """Wait until a submitted transaction stands in a block. Raises Inadmissible when it never will."""
        ...

    async def query(self, key: bytes) -> Proven:
        """The newest entry under a key, with its proof."""
        ...

    async def sequence(self, key_id: bytes) -> int:
        """The sequence number that a key used last; 0 for an unknown one."""
        ...

    def blocks(self, height: int) -> AsyncIterator[Block]:
        """All blocks from this height on, in their order."""
        ...
