"""Where each member's replica stands: its height and application hash beside what the members agreed on, or why it
stopped. A replica that no longer leads to the agreed hash stops by itself and leaves the reason in its folder.
"""

import asyncio
import base64
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from yitong.ledger.consensus.nodes import STOPPED, Node

LOG = "log"
_PAUSE_S = 0.5
_HALTS = re.compile(
    # The engine's own words. A single proposal with a wrong hash, which a dishonest member can make, is none of them.
    r'CONSENSUS FAILURE!!!.*?err="(?P<failure>[^"]*)'
    r'|Error in validation.*?err="(?P<sync>wrong Block\.Header\.AppHash[^"]*)'
    r"|panic: (?P<panic>[^\n]*AppHash[^\n]*)"
)
AGREES, BEHIND, DIVERGED, STOPPED_ITSELF, AWAY = "agrees", "behind", "diverged", "stopped", "away"


@dataclass(frozen=True)
class Standing:
    """One member's replica. ``height`` and ``application_hash`` (hex) are None where it does not answer."""

    name: str
    state: str
    height: int | None
    application_hash: str | None
    agreed_hash: str | None
    reason: str | None

    @property
    def harmed(self) -> bool:
        """Whether this replica holds something else than the members agreed on, or stopped because of it."""
        return self.state in (DIVERGED, STOPPED_ITSELF)


def halt_in(log: str) -> str | None:
    """Why the engine gave up in this piece of its log, in one line; None when it did not."""
    found = _HALTS.search(log)
    if found is None:
        return None
    return " ".join((found["failure"] or found["sync"] or found["panic"]).split())[:500]


def stop_with(folder: Path, reason: str) -> None:
    """Leave the reason for which a replica stops where its operator and ``standings`` find it."""
    (folder / STOPPED).write_text(reason, "utf-8")


async def watch(folder: Path, start: int) -> str:
    """Wait until the engine beside this replica gives up; answers why. ``start``: bytes of its log to leave out."""
    log, at = folder / LOG, start
    kept = b""
    while True:
        new = await asyncio.to_thread(_after, log, at)
        at += len(new)
        kept = kept[-2_000:] + new  # a line may have been cut in two
        # A line is whole when its end is there: the reason stands in its middle.
        reason = halt_in(kept[: kept.rfind(b"\n") + 1].decode(errors="replace"))
        if reason is not None:
            return reason
        await asyncio.sleep(_PAUSE_S)


def size_of(log: Path) -> int:
    """The bytes that a log has now; 0 without one."""
    return log.stat().st_size if log.exists() else 0


def _after(log: Path, at: int) -> bytes:
    if size_of(log) <= at:
        return b""
    with log.open("rb") as file:
        file.seek(at)
        return file.read()


async def standings(nodes: Sequence[Node]) -> list[Standing]:
    """Ask every node's replica and compare it with the hash in the blocks that the members signed."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        told = [await _told(http, node) for node in nodes]
        newest = max((one[0] for one in told if one is not None), default=0)
        result: list[Standing] = []
        for node, one in zip(nodes, told, strict=True):
            result.append(await _standing(http, nodes, told, node, one, newest))
        return result


async def _standing(
    http: httpx.AsyncClient,
    nodes: Sequence[Node],
    told: Sequence[tuple[int, str] | None],
    node: Node,
    own: tuple[int, str] | None,
    newest: int,
) -> Standing:
    left = node.home / STOPPED
    reason = left.read_text("utf-8") if left.exists() else None
    if own is None:
        return Standing(node.name, AWAY if reason is None else STOPPED_ITSELF, None, None, None, reason)
    height, root = own
    agreed = await _agreed(http, nodes, told, height)
    if agreed is not None and agreed != root:
        return Standing(node.name, DIVERGED, height, root, agreed, reason or f"another application hash after {height}")
    state = STOPPED_ITSELF if reason is not None else BEHIND if height < newest else AGREES
    return Standing(node.name, state, height, root, agreed, reason)


async def _agreed(
    http: httpx.AsyncClient, nodes: Sequence[Node], told: Sequence[tuple[int, str] | None], height: int
) -> str | None:
    """The application hash after a block: in the next block's header, else what more than half of all replicas say."""
    for node in nodes:
        answer = await _call(http, node, "commit", height=str(height + 1))
        if answer is not None:
            return str(answer["signed_header"]["header"]["app_hash"]).lower()
    said = Counter(one[1] for one in told if one is not None and one[0] == height).most_common(1)
    return said[0][0] if said and said[0][1] * 2 > len(nodes) else None


async def _told(http: httpx.AsyncClient, node: Node) -> tuple[int, str] | None:
    """The height and application hash (hex) that a replica says it has; None where it does not answer."""
    answer = await _call(http, node, "abci_info")
    if answer is None:
        return None
    info = answer["response"]
    return int(info.get("last_block_height", 0)), base64.b64decode(info.get("last_block_app_hash") or "").hex()


async def _call(http: httpx.AsyncClient, node: Node, method: str, **parameters: str) -> Any:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    try:
        return (await http.post(node.address, json=asked)).json().get("result")
    except (httpx.HTTPError, ValueError):
        return None
