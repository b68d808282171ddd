"""The consensus engine behind the port: a CometBFT node's JSON-RPC on the loopback address, its answers checked."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import msgspec

from yitong.ledger import tree
from yitong.ledger.blocks import VERSION, Block, Entered, Header, transactions_root
from yitong.ledger.consensus.application import ACCEPTED, INADMISSIBLE
from yitong.ledger.contract import actions
from yitong.ledger.contract.records import Key, decode, key_key
from yitong.ledger.contract.refusals import Refusal
from yitong.ledger.encoding import Malformed, unpack
from yitong.ledger.engine import Inadmissible, Proven, Receipt
from yitong.ledger.tree import Proof

_PROOF = msgspec.msgpack.Decoder(Proof)
_REFUSED = msgspec.msgpack.Decoder(list[tuple[bytes, str]])
_NOT_SEALED = bytes(64)


class NodeFailed(Exception):
    """The node is away, or answered with an error or a proof that does not hold."""


class ConsensusLedger:
    """The :class:`~yitong.ledger.engine.LedgerEngine` of one member's node."""

    def __init__(self, address: str, chain: str, *, patience_s: float = 30.0, pause_s: float = 0.1) -> None:
        """``address``: the node's RPC, on the loopback address; ``patience_s``: how long to wait for a block."""
        self._http = httpx.AsyncClient(base_url=address, timeout=20, trust_env=False)
        self._chain = chain
        self._turns = max(1, int(patience_s / pause_s))
        self._pause_s = pause_s
        self._names: dict[bytes, bytes] = {}  # our digest → the engine's
        self._numbers = count(1)

    @property
    def chain(self) -> str:
        """The chain's name, which every transaction repeats."""
        return self._chain

    async def submit(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; answers its digest. Raises Inadmissible, or NodeFailed."""
        try:
            digest = actions.read(raw).digest
        except Malformed as error:
            raise Inadmissible(Refusal.MALFORMED) from error
        self._names[digest] = hashlib.sha256(raw).digest()
        answer = await self._call("broadcast_tx_sync", tx=base64.b64encode(raw).decode())
        return await self._taken(digest, answer)

    async def submit_all(self, raws: Sequence[bytes]) -> list[bytes]:
        """Hand in several at once, in their order; answers their digests. Raises as ``submit`` at the first refused."""
        asked: list[dict[str, Any]] = []
        digests: list[bytes] = []
        for number, raw in enumerate(raws, start=1):
            digests.append(actions.read(raw).digest)
            self._names[digests[-1]] = hashlib.sha256(raw).digest()
            # The node asks its replica about one after another. Only the last has to wait for the answer: then all
            # have theirs, and the replica says which it refused.
            method = "broadcast_tx_sync" if number == len(raws) else "broadcast_tx_async"
            asked.append(self._request(method, {"tx": base64.b64encode(raw).decode()}))
        if not asked:
            return []
        answers: list[Any] = await self._post(asked)
        by_number = {one["id"]: one for one in answers}
        said = (await self._result("abci_query", path="refused", data=b"".join(digests).hex()))["response"]
        refused = dict(unpack(base64.b64decode(said["value"]), _REFUSED))
        for digest, of in zip(digests, asked, strict=True):
            answer = by_number[of["id"]]
            if digest in refused and "error" not in answer and await self._receipt(digest) is None:
                raise Inadmissible(refused[digest])
            if digest not in refused:
                await self._taken(digest, answer)
        return digests

    async def _taken(self, digest: bytes, answer: Any) -> bytes:
        """The digest of a transaction that the node has taken. Raises Inadmissible, or NodeFailed."""
        if "error" in answer:
            if "already exists in cache" in str(answer["error"]):
                return digest
            raise NodeFailed(str(answer["error"]))
        result = answer["result"]
        if int(result["code"]) != ACCEPTED:
            code = base64.b64decode(result["data"] or "").decode() or str(result["log"])
            if code == Refusal.WRONG_SEQUENCE and await self._receipt(digest) is not None:
                return digest  # handed in a second time
            raise Inadmissible(code)
        return digest

    async def wait(self, digest: bytes) -> Receipt:
        """Wait until a transaction stands in a block. Raises Inadmissible, or NodeFailed when no block comes."""
        for _ in range(self._turns):
            found = await self._receipt(digest)
            if found is not None:
                self._names.pop(digest, None)
                return found
            await asyncio.sleep(self._pause_s)
        raise NodeFailed("the members reach no agreement: no block came")

    async def put(self, raw: bytes) -> Receipt:
        """Submit and wait."""
        return await self.wait(await self.submit(raw))

    async def _receipt(self, digest: bytes) -> Receipt | None:
        name = self._names.get(digest)
        if name is None:
            raise Inadmissible(Refusal.UNKNOWN)
        answer = await self._call("tx", hash=base64.b64encode(name).decode())
        if "error" in answer:
            return None
        found = answer["result"]
        code = base64.b64decode(found["tx_result"]["data"] or "").decode()
        if int(found["tx_result"]["code"]) == INADMISSIBLE:
            raise Inadmissible(code)
        return Receipt(digest, int(found["height"]), int(found["index"]), code)

    async def query(self, key: bytes) -> Proven:
        """The newest entry under a key; its proof is checked against the hash that the members agreed on."""
        answer = (await self._result("abci_query", path="key", data=key.hex()))["response"]
        value = base64.b64decode(answer["value"]) if answer["value"] else None
        proof = unpack(base64.b64decode(answer["proofOps"]["ops"][0]["data"]), _PROOF)
        height = int(answer["height"])
        for _ in range(self._turns):
            # After a block that changed nothing no further one comes; its own header then says the same.
            for number in (height + 1, height):
                header = await self._header(number, height)
                if header is not None and tree.proves(proof, header.state, key, value):
                    return Proven(key, value, proof, header)
            await asyncio.sleep(self._pause_s)
        raise NodeFailed("the node's proof does not lead to a hash that the members agreed on")

    async def sequence(self, key_id: bytes) -> int:
        """The sequence number that a key used last; 0 for an unknown one."""
        value = (await self.query(key_key(key_id))).value
        return 0 if value is None else decode(Key, value).sequence

    async def blocks(self, height: int) -> AsyncGenerator[Block]:
        """All blocks from this height on that the next block confirms. Their seal is the members' commit, not ours."""
        newest = await self.height()
        for number in range(max(1, height), newest):
            block = (await self._result("block", height=str(number)))["block"]
            done: list[Any] = (await self._result("block_results", height=str(number)))["txs_results"] or []
            sent: list[str] = block["data"]["txs"] or []
            raws = [base64.b64decode(one) for one in sent]
            codes = [base64.b64decode(one["data"] or "").decode() for one in done]
            entered = [Entered(raw, code) for raw, code in zip(raws, codes, strict=True)]
            header = await self._header_after(number)
            yield Block(
                Header(
                    VERSION,
                    self._chain,
                    number,
                    _milliseconds(block["header"]["time"]),
                    header.previous,
                    transactions_root(entered),
                    len(entered),
                    header.state,
                ),
                _NOT_SEALED,
                entered,
            )

    async def height(self) -> int:
        """The newest block's height."""
        return int((await self._result("status"))["sync_info"]["latest_block_height"])

    async def close(self) -> None:
        """Let go of the node's connections."""
        await self._http.aclose()

    async def _header_after(self, height: int) -> Header:
        """The state after a block stands in the next block's header; with it the members have agreed on it."""
        for _ in range(self._turns):
            found = await self._header(height + 1, height)
            if found is not None:
                return found
            await asyncio.sleep(self._pause_s)
        raise NodeFailed(f"no block {height + 1} came")

    async def _header(self, height: int, after: int) -> Header | None:
        """The application hash in the header of a block, as the state after block ``after``; None without a block."""
        answer = await self._call("commit", height=str(height))
        if "result" not in answer:
            return None
        found = answer["result"]["signed_header"]["header"]
        previous, state = bytes.fromhex(found["last_block_id"]["hash"]), bytes.fromhex(found["app_hash"])
        return Header(
            VERSION, self._chain, after, _milliseconds(found["time"]), previous, transactions_root([]), 0, state
        )

    async def _result(self, method: str, **parameters: str) -> Any:
        answer = await self._call(method, **parameters)
        if "error" in answer:
            raise NodeFailed(str(answer["error"]))
        return answer["result"]

    async def _call(self, method: str, **parameters: str) -> Any:
        return await self._post(self._request(method, parameters))

    def _request(self, method: str, parameters: dict[str, str]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": parameters}

    async def _post(self, asked: Any) -> Any:
        try:
            return (await self._http.post("/", json=asked)).json()
        except (httpx.HTTPError, ValueError) as error:
            raise NodeFailed(type(error).__name__) from error


def _milliseconds(moment: str) -> int:
    """RFC 3339 with nanoseconds, cut to milliseconds as the application does."""
    whole, _, rest = moment.rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole + "+00:00").timestamp())
    return seconds * 1000 + int(rest[:3].ljust(3, "0") or 0)
