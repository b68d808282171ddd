"""The evidence of one prescription: its transactions, the seals over them, the state they led to, each with its proof.

The sealed state also holds who signed: every key with its organization and roles is proven the same way, which is the
certificate of that key. The file is checked without the rest of the chain; that nothing is missing at its end follows
from the proven state, where every part's last receipt and quantities stand.
"""

from collections.abc import Callable, Mapping, Sequence

from yitong.kernel.crypto import SM2PublicKey, sm3
from yitong.kernel.crypto.sm2_batch import BatchVerifier, Check
from yitong.kernel.text import Bilingual
from yitong.ledger import tree
from yitong.ledger.blocks import Block, Entered, Header
from yitong.ledger.contract.actions import Arrived, read, subject_of
from yitong.ledger.contract.machine import Genesis
from yitong.ledger.contract.records import (
    PARAMETERS,
    Key,
    Prescription,
    decode,
    key_key,
    organization_key,
    part_key,
    prescription_key,
)
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.encoding import key_id, pack
from yitong.ledger.engine import Proven
from yitong.ledger.evidence.chain_file import Holds, Summary, begin, read_seal, read_transaction
from yitong.ledger.evidence.lines import (
    Document,
    End,
    Entry,
    Fault,
    Found,
    Head,
    Reader,
    Seal,
    Transaction,
    Writer,
    named,
)
from yitong.ledger.listing import list_path, path_root


class Gathered:
    """What is known of one prescription, as it is written and printed."""

    def __init__(
        self, genesis: Genesis, prescription: bytes, blocks: Sequence[Block], entries: Sequence[Proven]
    ) -> None:
        self.genesis = genesis
        self.prescription = prescription
        self.blocks = blocks
        self.entries = entries

    def transactions(self) -> list[tuple[Block, int, Arrived, str]]:
        """Every transaction about the prescription: block, position, content, outcome."""
        return [
            (block, position, arrived, one.code)
            for block in self.blocks
            for position, one in enumerate(block.transactions)
            if subject_of((arrived := read(one.raw)).transaction.action) == self.prescription
        ]


async def gathered(engine: EmbeddedLedger, prescription: bytes) -> Gathered:
    """Everything about a prescription, all of it at one height. Raises KeyError when there is none."""
    while True:
        heights = await engine.history(prescription)
        blocks = [await engine.block(height) for height in sorted({0, *heights})]
        entries = await engine.query_all(_keys(prescription, blocks))
        if entries[0].value is None:
            raise KeyError(prescription.hex())
        newest = entries[0].header.height
        if await engine.history(prescription) == heights:  # else it moved on meanwhile
            if newest not in heights and newest > 0:
                blocks.append(await engine.block(newest))
            return Gathered(engine.genesis, prescription, blocks, entries)


def _keys(prescription: bytes, blocks: Sequence[Block]) -> Callable[[Mapping[bytes, bytes]], list[bytes]]:
    """The entries that belong to a prescription: its own, and those of everybody who signed. Its own comes first."""

    def keys(state: Mapping[bytes, bytes]) -> list[bytes]:
        own = prescription_key(prescription)
        value = state.get(own)
        parts = 0 if value is None else decode(Prescription, value).parts
        # One part more than there is: its absence is proven too.
        wanted = {PARAMETERS} | {part_key(prescription, number) for number in range(1, parts + 2)}
        for arrived in (read(one.raw) for block in blocks for one in block.transactions):
            if subject_of(arrived.transaction.action) == prescription:
                key = key_key(arrived.transaction.key)
                wanted |= {key, organization_key(decode(Key, state[key]).organization)}
        return [own, *sorted(wanted)]

    return keys


def written(what: Gathered, document: tuple[str, bytes] | None) -> bytes:
    """The file. ``document`` is the readable file beside it: name and content."""
    writer = Writer()
    lines = [writer.line(Head.of("prescription", pack(what.genesis), what.prescription))]
    lines += [writer.line(Seal(one.header.height, pack(one.header), one.signature)) for one in what.blocks]
    for block, position, arrived, code in what.transactions():
        path = list_path([one.item() for one in block.transactions], position)
        lines.append(writer.line(Transaction(block.header.height, position, arrived.raw, code, path)))
    for one in what.entries:
        lines.append(writer.line(Entry(one.key, one.value, one.proof.siblings, one.proof.found)))
    if document is not None:
        lines.append(writer.line(Document.of(document[0], sm3(document[1]))))
    return b"".join([*lines, writer.end()])


class PackageCheck:
    """Checks the evidence of one prescription."""

    def __init__(self, content: bytes, document: bytes | None, holds: Holds | None = None) -> None:
        self._reader = Reader(content)
        self._document = document
        self._holds = holds or BatchVerifier().verify
        self._headers: dict[int, Header] = {}
        self._arrived: list[tuple[int, Transaction, Arrived]] = []
        self._entries: dict[bytes, bytes | None] = {}
        self._expected: Document | None = None

    def run(self) -> Summary:
        """Everything in the file. Raises Found at the first thing that does not agree."""
        reader = self._reader
        head, genesis = begin(reader, "prescription")
        sealer = SM2PublicKey(genesis.sealer)
        while not isinstance(line := reader.next(), End):
            match line:
                case Seal() if not self._arrived and not self._entries:
                    self._seal(genesis, sealer, line)
                case Transaction() if not self._entries:
                    self._transaction(head, line)
                case Entry() if self._headers:
                    self._entry(line)
                case Document() if self._expected is None:
                    if not line.intact():
                        raise reader.fault(named(line), "文件说明被改动", "the line's check does not agree")
                    self._expected = line
                case _:
                    raise reader.fault(named(line), "位置不对", "the line does not belong here")
        reader.finish(line)
        self._signatures()
        self._complete(head)
        self._beside()
        newest = self._headers[max(self._headers)]
        return Summary("prescription", genesis.chain, genesis.digest(), len(self._headers), len(self._arrived), newest)

    def _seal(self, genesis: Genesis, sealer: SM2PublicKey, line: Seal) -> None:
        header = read_seal(self._reader, line, sealer, self._holds)
        if header.chain != genesis.chain or header.height <= max(self._headers, default=-1):
            raise self._reader.fault(named(line), "区块顺序不对", "the blocks are not in their order")
        if not self._headers and (header.height != 0 or header.previous != genesis.digest()):
            raise self._reader.fault(named(line), "与创世内容不符", "the first header does not name the genesis")
        self._headers[header.height] = header

    def _transaction(self, head: Head, line: Transaction) -> None:
        arrived = read_transaction(self._reader, line)
        header = self._headers.get(line.height)
        item = Entered(line.raw, line.code).item()
        if header is None or path_root(item, line.position, header.count, line.path) != header.transactions:
            raise self._reader.fault(named(line), "不在该区块中", "the proof does not lead to the block's root")
        place = (line.height, line.position)
        if self._arrived and place <= (self._arrived[-1][1].height, self._arrived[-1][1].position):
            raise self._reader.fault(named(line), "交易顺序不对", "the transactions are not in their order")
        if subject_of(arrived.transaction.action) != head.subject:
            raise self._reader.fault(named(line), "属于另一张处方", "the transaction is about something else")
        self._arrived.append((self._reader.number, line, arrived))

    def _entry(self, line: Entry) -> None:
        newest = self._headers[max(self._headers)]
        if line.key in self._entries or not tree.proves(line.proof(), newest.state, line.key, line.value):
            raise self._reader.fault(named(line), "状态证明无效", "the proof does not lead to the state's root")
        self._entries[line.key] = line.value

    def _signatures(self) -> None:
        """Every transaction was signed by a key that the sealed state knows."""
        for number, line, arrived in self._arrived:
            value = self._entries.get(key_key(arrived.transaction.key))
            key = None if value is None else decode(Key, value)
            signed = arrived.signed
            if (
                key is None
                or key_id(key.public_key) != arrived.transaction.key
                or organization_key(key.organization) not in self._entries
                or not self._holds([Check(SM2PublicKey(key.public_key), signed.payload, signed.signature)])[0]
            ):
                self._reader.number = number
                raise self._reader.fault(named(line), "交易签名无效", "no proven key made this signature")

    def _complete(self, head: Head) -> None:
        value = self._entries.get(prescription_key(head.subject))
        wanted: set[bytes] = set()
        if value is not None:
            wanted = {part_key(head.subject, number + 1) for number in range(decode(Prescription, value).parts)}
        proven = {key for key, entry in self._entries.items() if entry is not None}
        if not wanted or not wanted <= proven or not self._arrived:
            raise self._reader.fault("the state of the prescription", "处方状态不全", "a part's state is not proven")

    def _beside(self) -> None:
        """The lines agreed, their digest included; so when the document does not, it is the document that changed."""
        if self._expected is None or self._document is None:
            return
        if sm3(self._document) != self._expected.digest:
            reason = Bilingual("可读文件被改动", "the readable file was changed")
            raise Found(Fault(0, f"the document {self._expected.name}", reason))


def verify_package(content: bytes, document: bytes | None, holds: Holds | None = None) -> Summary:
    """Check a prescription's evidence. Raises Found at the first thing that does not agree."""
    return PackageCheck(content, document, holds).run()
