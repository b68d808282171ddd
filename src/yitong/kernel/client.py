"""Where a request comes from, as far as the platform wants to know: keyed hashes of the device and the address block.

The address itself is never stored: only the hash of its /24 (IPv4) or /48 (IPv6) under the installation's key. Private
and loopback addresses are no block: they are a proxy or the hospital's own network, not somebody's home.
"""

import ipaddress
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from yitong.kernel.crypto import Sealer

Blocks = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


class Client(NamedTuple):
    """The party at the other end of a connection; None where nothing is known.

    ``session`` is a citizen's; ``said`` holds the headers in which an app answers what it is asked for.
    """

    device: bytes | None = None
    block: bytes | None = None
    agent: bytes | None = None
    datacentre: bool = False
    session: bytes | None = None
    said: Mapping[bytes, bytes] = MappingProxyType({})


UNKNOWN = Client()
CLIENT: ContextVar[Client] = ContextVar("client", default=UNKNOWN)
"""The client of the request that is being served."""


_NO_BLOCK = (None, False)


class Clients:
    """Makes clients from headers and addresses; the hashes of those seen lately are kept."""

    def __init__(self, sealer: Sealer, in_datacentre: Blocks) -> None:
        self._sealer = sealer
        self._in_datacentre = in_datacentre
        self._hash = lru_cache(maxsize=65_536)(self._hashed)
        self._block = lru_cache(maxsize=65_536)(self._block_of)

    def known(
        self,
        device: bytes | None,
        address: str | None,
        agent: bytes | None = None,
        session: bytes | None = None,
        said: Mapping[bytes, bytes] = UNKNOWN.said,
    ) -> Client:
        """The client with this ``X-Device-Id`` (16 to 64 bytes, else none) and user agent at this address."""
        block, datacentre = self._block(address) if address else _NO_BLOCK
        return Client(
            self._hash("device", device) if device and 16 <= len(device) <= 64 else None,
            block,
            self._hash("user-agent", agent) if agent else None,
            datacentre,
            session,
            said,
        )

    def _hashed(self, kind: str, value: bytes) -> bytes:
        return self._sealer.lookup_hash(kind, value.decode("latin-1"))

    def _block_of(self, address: str) -> tuple[bytes | None, bool]:
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return None, False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        if not found.is_global:
            return None, False
        prefix = 24 if found.version == 4 else 48
        block = ipaddress.ip_network((found, prefix), strict=False)
        return self._sealer.lookup_hash("address-block", str(block)), self._in_datacentre(found)
