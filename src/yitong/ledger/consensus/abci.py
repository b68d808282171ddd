"""ABCI 2.0 (CometBFT v0.38): each request's message read, put to the application, its answer written.

Field numbers are those of ``tendermint/abci/types.proto``.
"""

import contextlib
from collections.abc import Callable, Sequence

import msgspec
import structlog

from yitong import __version__
from yitong.ledger import tree
from yitong.ledger.consensus.application import ACCEPTED, INADMISSIBLE, REFUSED, Application
from yitong.ledger.consensus.wire import BadWire, Fields, content, fields, message, whole
from yitong.ledger.contract.machine import RULES_VERSION, NodeChange, Outcome
from yitong.ledger.encoding import pack

log = structlog.get_logger(__name__)
PROOF_TYPE = "yitong:sparse-merkle"
_CHECK = 8
_TOGETHER = 2
_FORMAT = 1
_CHUNK = 4 * 1024 * 1024
_ACCEPT, _REJECT = 1, 2
_OFFER_REJECT = 3
_APPLY_REJECT = 5


class Responder:
    """Answers requests of one engine node; all of its connections share one application."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._sent: bytes = b""
        self._sent_height = 0
        self._taken: list[bytes] = []
        self._wanted: tuple[int, int, bytes] = (0, 0, b"")
        # request's field → (response's field, what answers it)
        self._answers: dict[int, tuple[int, Callable[[Fields], bytes]]] = {
            1: (2, lambda asked: content(1, asked.bytes(1))),
            2: (3, lambda _: b""),
            3: (4, self._info),
            5: (6, self._init_chain),
            6: (7, self._query),
            _CHECK: (9, self._check_tx),
            11: (12, self._commit),
            12: (13, self._list_snapshots),
            13: (14, self._offer_snapshot),
            14: (15, self._load_chunk),
            15: (16, self._apply_chunk),
            16: (17, self._prepare),
            17: (18, self._process),
            18: (19, lambda _: b""),
            19: (20, lambda _: whole(1, _ACCEPT)),
            20: (21, self._finalize),
        }

    def foresee(self, raws: Sequence[bytes]) -> None:
        """Check the signatures of the new transactions among requests that came together, all at once."""
        if len(raws) < _TOGETHER:
            return
        new: list[bytes] = []
        for raw in raws:
            with contextlib.suppress(BadWire):  # ``answer`` says so
                asked = fields(raw).contents.get(_CHECK)
                if asked and not (check := fields(asked[0])).number(2):
                    new.append(check.bytes(1))
        self._application.foresee(new)

    def answer(self, raw: bytes) -> bytes:
        """The response to a request, both in their outer message. What fails is told as an exception."""
        try:
            asked = fields(raw)
            number = next(iter(asked.contents))
            field, respond = self._answers[number]
            return message(field, respond(fields(asked.bytes(number))))
        except Exception as error:
            # The engine stops on an exception: a replica that cannot go on must not guess.
            log.error("consensus.request_failed", error=type(error).__name__, detail=str(error)[:300])
            return message(1, content(1, f"{type(error).__name__}: {error}".encode()))

    def _info(self, _: Fields) -> bytes:
        own = self._application
        root = own.state.root if own.height else b""
        return (
            content(1, b"yitong")
            + content(2, __version__.encode())
            + whole(3, RULES_VERSION)
            + whole(4, own.height)
            + content(5, root)
        )

    def _init_chain(self, asked: Fields) -> bytes:
        genesis = msgspec.json.decode(asked.bytes(5), type=bytes)
        founded = self._application.begin(asked.bytes(2).decode(), genesis)
        nodes = b"".join(message(2, _validator(NodeChange(one.node, one.power))) for one in founded.nodes)
        return nodes + content(3, self._application.state.root)

    def _check_tx(self, asked: Fields) -> bytes:
        outcome = self._application.check(asked.bytes(1), again=asked.number(2) == 1)
        return _result(outcome)

    def _prepare(self, asked: Fields) -> bytes:
        chosen = self._application.prepare(asked.repeated(2), _time(asked, 6), asked.number(1))
        return b"".join(message(1, raw) for raw in chosen)

    def _process(self, asked: Fields) -> bytes:
        accepted = self._application.acceptable(asked.repeated(1), _time(asked, 6))
        return whole(1, _ACCEPT if accepted else _REJECT)

    def _finalize(self, asked: Fields) -> bytes:
        done = self._application.finalize(asked.repeated(1), _time(asked, 6), asked.number(5))
        results = b"".join(message(2, _result(outcome)) for outcome in done.outcomes)
        nodes = b"".join(message(3, _validator(one)) for one in done.nodes)
        return results + nodes + content(5, done.application_hash)

    def _commit(self, _: Fields) -> bytes:
        self._application.commit()
        return b""

    def _query(self, asked: Fields) -> bytes:
        """The entry under the key in ``data``, with its proof as the one operation of ``proof_ops``.

        Under the path ``refused``: of the digests in ``data``, those that this replica did not let wait, and why.
        """
        own, key = self._application, asked.bytes(1)
        if asked.bytes(2) == b"refused":
            return content(7, pack(own.refused([key[at : at + 32] for at in range(0, len(key), 32)])))
        value = own.state.entries.get(key)
        proof = tree.prove(own.state.top, key)
        operation = content(1, PROOF_TYPE.encode()) + content(2, key) + content(3, pack(proof))
        return (
            whole(1, 0 if value is not None else 1)
            + content(6, key)
            + content(7, value or b"")
            + message(8, message(1, operation))
            + whole(9, own.height)
        )

    def _list_snapshots(self, _: Fields) -> bytes:
        own = self._application
        if own.height and own.height != self._sent_height:
            self._sent, self._sent_height = pack(own.kept()), own.height
        if not self._sent:
            return b""
        chunks = -(-len(self._sent) // _CHUNK)
        offered = whole(1, self._sent_height) + whole(2, _FORMAT) + whole(3, chunks) + content(4, own.state.root)
        return message(1, offered)

    def _offer_snapshot(self, asked: Fields) -> bytes:
        offered = fields(asked.bytes(1))
        if offered.number(2) != _FORMAT:
            return whole(1, _OFFER_REJECT)
        self._taken = []
        self._wanted = (offered.number(1), offered.number(3), asked.bytes(2))
        return whole(1, _ACCEPT)

    def _load_chunk(self, asked: Fields) -> bytes:
        if asked.number(1) != self._sent_height:
            return b""
        start = asked.number(3) * _CHUNK
        return content(1, self._sent[start : start + _CHUNK])

    def _apply_chunk(self, asked: Fields) -> bytes:
        height, chunks, root = self._wanted
        self._taken.append(asked.bytes(2))
        if len(self._taken) < chunks:
            return whole(1, _ACCEPT)
        taken = self._application.take_over(b"".join(self._taken), height, root)
        return whole(1, _ACCEPT if taken else _APPLY_REJECT)


def _result(outcome: Outcome) -> bytes:
    """ExecTxResult and ResponseCheckTx share these fields; ``data`` goes into the hash of results."""
    code = ACCEPTED if outcome.code == "ok" else REFUSED if outcome.admissible else INADMISSIBLE
    said = str(outcome.code).encode()
    return whole(1, code) + content(2, said) + content(3, said) + (content(8, b"yitong") if code else b"")


def _validator(change: NodeChange) -> bytes:
    """ValidatorUpdate with an Ed25519 key."""
    return message(1, content(1, change.node)) + whole(2, change.power)


def _time(asked: Fields, field: int) -> int:
    """A timestamp in milliseconds."""
    moment = fields(asked.bytes(field))
    return moment.number(1) * 1000 + moment.number(2) // 1_000_000
