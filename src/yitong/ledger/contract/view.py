"""The state as one transaction sees it: what was, what earlier ones of its block changed, and its own changes."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from yitong.ledger.contract.records import Key, Organization, Record, decode
from yitong.ledger.contract.refusals import Refusal, Refused
from yitong.ledger.encoding import pack

R = TypeVar("R", bound=Record)


class View:
    """Reads through to the block's changes and the committed entries; keeps its own writes until they are taken."""

    __slots__ = ("_block", "_committed", "chain", "now", "writes")

    def __init__(self, committed: Mapping[bytes, bytes], block: Mapping[bytes, bytes], now: int, chain: str) -> None:
        """``now`` is the block's time in milliseconds."""
        self._committed = committed
        self._block = block
        self.now = now
        self.chain = chain
        self.writes: dict[bytes, bytes] = {}

    def value(self, key: bytes) -> bytes | None:
        """The bytes under a key, or None."""
        for layer in (self.writes, self._block):
            found = layer.get(key)
            if found is not None:
                return found
        return self._committed.get(key)

    def find(self, kind: type[R], key: bytes) -> R | None:
        """The record under a key, or None; a copy of one's own."""
        value = self.value(key)
        return None if value is None else decode(kind, value)

    def get(self, kind: type[R], key: bytes) -> R:
        """The record under a key. Raises Refused ``unknown``."""
        found = self.find(kind, key)
        if found is None:
            raise Refused(Refusal.UNKNOWN)
        return found

    def put(self, key: bytes, record: Record) -> None:
        """Write a record. Nothing is ever deleted from the state: what ended stays provable."""
        self.writes[key] = pack(record)

    def add(self, key: bytes, record: Record) -> None:
        """Write a new record. Raises Refused ``exists``."""
        if self.value(key) is not None:
            raise Refused(Refusal.EXISTS)
        self.put(key, record)


class Signer(msgspec.Struct, frozen=True):
    """Who signed: the key's name and record, and the organization's."""

    key_id: bytes
    key: Key
    organization: Organization

    @property
    def organization_id(self) -> bytes:
        return self.key.organization
