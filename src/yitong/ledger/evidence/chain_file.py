"""The whole chain in one file, and its verification from nothing but that file: seals, signatures, rules."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import NamedTuple

from yitong.kernel.crypto import CryptoError, SM2PublicKey
from yitong.kernel.crypto.sm2_batch import BatchVerifier, Check
from yitong.ledger import tree
from yitong.ledger.blocks import Block, Entered, Header, first_header, read_header, transactions_root
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.machine import Execution, Genesis, read_genesis
from yitong.ledger.contract.records import Key, decode, key_key
from yitong.ledger.contract.refusals import Refused
from yitong.ledger.encoding import Malformed, pack
from yitong.ledger.evidence.lines import FORMAT, End, Head, Reader, Seal, Transaction, Writer, named
from yitong.ledger.state import State

Holds = Callable[[Sequence[Check]], list[bool]]
"""Checks signatures; a verifier's ``verify``."""


class Summary(NamedTuple):
    """What an intact file holds. ``genesis`` is the digest to compare with one that was noted elsewhere."""

    what: str
    chain: str
    genesis: bytes
    blocks: int
    transactions: int
    newest: Header


async def written(genesis: Genesis, blocks: AsyncIterator[Block]) -> AsyncIterator[bytes]:
    """The lines of an export, block after block."""
    writer = Writer()
    yield writer.line(Head.of("chain", pack(genesis)))
    async for block in blocks:
        for line in block_lines(writer, block):
            yield line
    yield writer.end()


def block_lines(writer: Writer, block: Block) -> Iterable[bytes]:
    """A block's lines: its seal, then its transactions."""
    height = block.header.height
    yield writer.line(Seal(height, pack(block.header), block.signature))
    for position, one in enumerate(block.transactions):
        yield writer.line(Transaction(height, position, one.raw, one.code))


def begin(reader: Reader, what: str) -> tuple[Head, Genesis]:
    """The head of a file of this sort and its genesis. Raises Found."""
    head = reader.next()
    if not isinstance(head, Head) or head.format != FORMAT or head.what != what:
        raise reader.fault("the head", "不是本格式的文件", f"the file does not begin as {FORMAT} with {what}")
    if not head.intact():
        raise reader.fault("the head", "文件头被改动", "the head's check does not agree")
    try:
        genesis = read_genesis(head.genesis)
        SM2PublicKey(genesis.sealer)
    except (Malformed, CryptoError) as error:
        raise reader.fault("the head", "创世内容无法读取", f"the genesis cannot be read: {error}") from error
    return head, genesis


def read_seal(reader: Reader, line: Seal, sealer: SM2PublicKey, holds: Holds) -> Header:
    """A header whose seal holds. Raises Found."""
    try:
        header = read_header(line.header)
    except Malformed as error:
        raise reader.fault(named(line), "区块头无法读取", f"the header cannot be read: {error}") from error
    if header.height != line.height:
        raise reader.fault(named(line), "区块高度不符", "the header is of another height")
    if not holds([Check(sealer, line.header, line.signature)])[0]:
        raise reader.fault(named(line), "区块签名无效", "the seal does not hold")
    return header


def read_transaction(reader: Reader, line: Transaction) -> Arrived:
    """The transaction in a line. Raises Found."""
    try:
        return actions.read(line.raw)
    except Malformed as error:
        raise reader.fault(named(line), "交易无法读取", f"the transaction cannot be read: {error}") from error


class ChainCheck:
    """Plays a chain from its genesis, block by block."""

    def __init__(self, content: bytes, holds: Holds | None = None) -> None:
        self._reader = Reader(content)
        self._holds = holds or BatchVerifier().verify

    def run(self) -> Summary:
        """Everything in the file. Raises Found at the first thing that does not agree."""
        reader = self._reader
        _, genesis = begin(reader, "chain")
        try:
            state = State.founded(genesis)
        except Refused as error:
            raise reader.fault("the head", "创世内容自相矛盾", f"the genesis is refused: {error}") from error
        sealer = SM2PublicKey(genesis.sealer)
        expected = first_header(genesis.chain, genesis.at, genesis.digest(), state.root)
        before: Header | None = None
        blocks = transactions = 0
        while not isinstance(line := reader.next(), End):
            if not isinstance(line, Seal):
                raise reader.fault(named(line), "此处应为区块", "a block should stand here")
            header = read_seal(reader, line, sealer, self._holds)
            if before is None:
                if header != expected:
                    raise reader.fault("block 0", "与创世内容不符", "the genesis does not lead to this header")
            else:
                self._block(state, before, header, reader.number)
                transactions += header.count
            before, blocks = header, blocks + 1
        if before is None:
            raise reader.fault("the closing line", "没有区块", "there is no block")
        reader.finish(line)
        return Summary("chain", genesis.chain, genesis.digest(), blocks, transactions, before)

    def _block(self, state: State, before: Header, header: Header, at: int) -> None:
        height = header.height
        if (
            header.previous != before.digest()
            or height != before.height + 1
            or header.chain != before.chain
            or header.time < before.time
        ):
            raise self._reader.fault(f"block {height}", "与前一区块不相连", "the block does not follow the one before")
        lines, arrived = self._transactions(height, header.count)
        execution = state.execution(header.time)
        verdicts = self._verdicts(state, arrived)
        for position, (line, one, verdict) in enumerate(zip(lines, arrived, verdicts, strict=True)):
            self._carry_out(execution, line, one, verdict, at + 1 + position)
        if transactions_root([Entered(line.raw, line.code) for line in lines]) != header.transactions:
            raise self._reader.fault(f"block {height}", "交易清单不符", "the transactions are not those of the header")
        node = state.after(execution.changes)
        if tree.root_of(node) != header.state:
            raise self._reader.fault(f"block {height}", "状态根不符", "the state after the block is another one")
        state.take(execution.changes, node)

    def _transactions(self, height: int, count: int) -> tuple[list[Transaction], list[Arrived]]:
        lines: list[Transaction] = []
        arrived: list[Arrived] = []
        for position in range(count):
            line = self._reader.next()
            if not isinstance(line, Transaction) or (line.height, line.position) != (height, position) or line.path:
                entry = f"block {height}, transaction {position}"
                raise self._reader.fault(entry, "此处应为该交易", "this transaction should stand here")
            lines.append(line)
            arrived.append(read_transaction(self._reader, line))
        return lines, arrived

    def _verdicts(self, state: State, arrived: list[Arrived]) -> list[bool | None]:
        """Whether each signature holds; None where the key is enrolled only in this block."""
        verdicts: list[bool | None] = [None] * len(arrived)
        checks: list[tuple[int, Check]] = []
        for number, one in enumerate(arrived):
            value = state.entries.get(key_key(one.transaction.key))
            if value is not None:
                key = SM2PublicKey(decode(Key, value).public_key)
                checks.append((number, Check(key, one.signed.payload, one.signed.signature)))
        for (number, _), holds in zip(checks, self._holds([check for _, check in checks]), strict=True):
            verdicts[number] = holds
        return verdicts

    def _carry_out(
        self, execution: Execution, line: Transaction, one: Arrived, verdict: bool | None, number: int
    ) -> None:
        holds = execution.signature_holds(one) if verdict is None else verdict
        outcome = execution.carry_out(one, holds)
        if outcome.code == line.code and outcome.admissible:
            return
        self._reader.number = number  # the block's lines were all read ahead
        zh, en = ("交易签名无效", "the signature does not hold")
        if holds:
            zh, en = "交易结果不符", f"the outcome is {outcome.code}, written down as {line.code}"
        raise self._reader.fault(named(line), zh, en)


def verify_chain(content: bytes, holds: Holds | None = None) -> Summary:
    """Check a whole-chain export. Raises Found at the first thing that does not agree."""
    return ChainCheck(content, holds).run()
