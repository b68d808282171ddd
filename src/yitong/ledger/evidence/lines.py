"""The written form of evidence: one JSON object a line, in one spelling only, closed by a digest over all lines before.

Byte strings are Base64. A reader writes every line again and compares, so a change that means nothing is found too.
"""

from typing import Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives import hashes

from yitong.kernel.text import Bilingual
from yitong.ledger.encoding import Purpose, digest
from yitong.ledger.tree import Proof

FORMAT = "yitong-evidence-1"


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag=str.lower):
    """Fields are written in their order, the kind of line first."""


class Head(_Line, frozen=True):
    """What the file is, and the genesis that everything in it goes back to. ``subject`` is empty for a whole chain."""

    format: str
    what: Literal["chain", "prescription"]
    genesis: bytes
    subject: bytes
    check: bytes

    @classmethod
    def of(cls, what: Literal["chain", "prescription"], genesis: bytes, subject: bytes = b"") -> "Head":
        """A head with its check: so a change in it is told from one in the blocks."""
        return cls(FORMAT, what, genesis, subject, digest(Purpose.FILE, what.encode(), genesis, subject))

    def intact(self) -> bool:
        """Whether the check agrees."""
        return self == Head.of(self.what, self.genesis, self.subject)


class Seal(_Line, frozen=True):
    """A block's header in canonical bytes, with the sealer's signature."""

    height: int
    header: bytes
    signature: bytes


class Transaction(_Line, frozen=True):
    """A signed transaction with its outcome; ``path`` leads to the header's root and is empty in a whole chain."""

    height: int
    position: int
    raw: bytes
    code: str
    path: list[bytes] = []


class Entry(_Line, frozen=True):
    """An entry of the state (``value`` None: there is none), proven under the newest header of the file."""

    key: bytes
    value: bytes | None
    siblings: list[bytes]
    found: bytes

    def proof(self) -> Proof:
        """The proof as the tree checks it."""
        return Proof(self.siblings, self.found)


class Document(_Line, frozen=True):
    """A readable file that goes with this one, by its SM3 digest."""

    name: str
    digest: bytes
    check: bytes

    @classmethod
    def of(cls, name: str, content_digest: bytes) -> "Document":
        """A line with its check: so a change in it is told from one in the document."""
        return cls(name, content_digest, digest(Purpose.FILE, name.encode(), content_digest))

    def intact(self) -> bool:
        """Whether the check agrees."""
        return self == Document.of(self.name, self.digest)


class End(_Line, frozen=True):
    """How many lines there are before this one, and the SM3 digest of their bytes."""

    lines: int
    digest: bytes


Line = Head | Seal | Transaction | Entry | Document | End
_DECODER = msgspec.json.Decoder(Line)


class Fault(NamedTuple):
    """The first thing that does not agree: the line (from 1; 0 for the document beside), what it is, and why."""

    line: int
    entry: str
    reason: Bilingual


class Found(Exception):
    """Raised by a check with the fault it found."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.entry)
        self.fault = fault


def encode(line: Line) -> bytes:
    """The one spelling of a line, with its line feed."""
    return msgspec.json.encode(line) + b"\n"


class Writer:
    """Writes lines and knows their digest."""

    def __init__(self) -> None:
        self._digest = hashes.Hash(hashes.SM3())
        self._lines = 0

    def line(self, line: Line) -> bytes:
        """The bytes of the next line."""
        written = encode(line)
        self._digest.update(written)
        self._lines += 1
        return written

    def end(self) -> bytes:
        """The closing line."""
        return encode(End(self._lines, self._digest.finalize()))


class Reader:
    """Reads lines in their order and names what cannot be read."""

    def __init__(self, content: bytes) -> None:
        self._raw = content.split(b"\n")
        self._digest = hashes.Hash(hashes.SM3())
        self._ahead: Line | None = None
        self.number = 0

    def next(self) -> Line:
        """The next line. Raises Found where it cannot be read, is not in its one spelling, or is missing."""
        if self._ahead is not None:
            line, self._ahead = self._ahead, None
            return line
        number = self.number
        self.number += 1
        if number >= len(self._raw) - 1:
            # What follows the last line feed is no line; an intact file has nothing there.
            raise self.fault("the end of the file", "文件不完整", "the file ends before its closing line")
        raw = self._raw[number]
        try:
            line = _DECODER.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self.fault("an unreadable line", "无法读取", f"the line cannot be read: {error}") from error
        if encode(line) != raw + b"\n":
            raise self.fault(named(line), "书写形式被改动", "the line is not in its one spelling")
        if not isinstance(line, End):
            self._digest.update(raw + b"\n")
        return line

    def peek(self) -> Line:
        """The next line without going past it."""
        if self._ahead is None:
            self._ahead = self.next()
        return self._ahead

    def finish(self, line: End) -> None:
        """Check the closing line. Raises Found."""
        if line.lines != self.number - 1 or line.digest != self._digest.finalize():
            raise self.fault("the closing line", "结尾摘要不符", "the digest of all lines is another one")
        if self.number != len(self._raw) - 1 or self._raw[-1]:
            self.number += 1
            raise self.fault("after the closing line", "结尾之后还有内容", "something follows the closing line")

    def fault(self, entry: str, zh: str, en: str) -> Found:
        """What to raise about the line read last."""
        return Found(Fault(self.number, entry, Bilingual(zh, en)))


def named(line: Line) -> str:
    """What a reader calls a line."""
    match line:
        case Seal(height=height):
            return f"block {height}"
        case Transaction(height=height, position=position):
            return f"block {height}, transaction {position}"
        case Entry(key=key):
            return f"state entry {key.hex()}"
        case Head():
            return "the head"
        case Document(name=name):
            return f"the document {name}"
        case End():
            return "the closing line"
