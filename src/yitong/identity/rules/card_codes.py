"""The text of a health-card code: made, read and checked without a database.

A static code is ``<ecard id>:1``. A dynamic one is ``<ecard id>:0:<block>:<issuer>``:

- *ecard id*: 64 upper-case hexadecimal digits, SM3 over area key, document kind, document number and name;
- *block*: 32 hexadecimal digits, one SM4 block of time (8 bytes, whole Unix seconds), nonce (4) and tag (4), where the
  tag is the first four bytes of SM3 over ecard id and issuer, so that a block fits no other card;
- *issuer*: 18 characters: GB/T 2260 region (6), issuing application (4), UTC day of the key (8). The day chooses the
  key; it is not trusted for anything else.

**Keys and the trade-off of checking offline.** SM4 is symmetric: whoever can check a code can also make one. Therefore
a key lives for one UTC day only and is derived (HKDF-SM3) from a secret of the region that never leaves the servers. A
terminal that must work without a network gets the key of the day, later that of the next one, with ``not_after``.
Somebody who takes a terminal apart can make codes for card ids seen before until that moment, and never sees a later
key or a person's data. A code is accepted once by each offline terminal (its own memory) and once by everybody who
checks online (the database); the same code shown at two offline terminals within its few minutes is noticed only when
their records meet. Steps that cost money or open a record should therefore check online.
"""

import re
import secrets
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from yitong.identity import problems as p
from yitong.kernel.crypto import SM4Block, hkdf_sm3, sm3

APP = "YT01"
_TEXT = re.compile(r"([0-9A-Fa-f]{64}):(?:(1)|0:([0-9A-Fa-f]{32}):([0-9A-Za-z]{18}))")
_BLOCK = struct.Struct(">QI4s")
_SALT = b"yitong card codes 1"
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class CardCode:
    """A code as it was read; a static one has neither block nor issuer."""

    ecard_id: str
    block: bytes | None = None
    issuer: str = ""

    @property
    def dynamic(self) -> bool:
        return self.block is not None

    @property
    def key_day(self) -> str:
        """The UTC day of the key, ``yyyymmdd``."""
        return self.issuer[10:]

    @property
    def nonce_hash(self) -> bytes:
        """What the used-codes table keeps of a dynamic code."""
        return sm3(self.block or b"")


def ecard_id(area_key: bytes, id_kind: str, id_number: str, name: str) -> str:
    """The regional card number: the same person, document and region give the same 64 digits, and nobody can go back.

    The document kind is the one a document is filed under; number and name are in their normal forms.
    """
    return sm3(b"\0".join((area_key, id_kind.encode(), id_number.encode(), name.encode()))).hex().upper()


def static_text(card: str) -> str:
    """The text of a static code, for paper."""
    return f"{card}:1"


def parse(text: str) -> CardCode:
    """Read a scanned text. Raises Problem ``card-code-malformed``."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise p.CARD_MALFORMED()
    card, static, block, issuer = match.groups()
    if static:
        return CardCode(card.upper())
    issuer = issuer.upper()
    if not issuer[10:].isdigit():
        raise p.CARD_MALFORMED()
    return CardCode(card.upper(), bytes.fromhex(block), issuer)


def key_day_of(moment: datetime) -> str:
    """The UTC day whose key makes codes at this moment."""
    return f"{moment.astimezone(UTC):%Y%m%d}"


def end_of_key_day(key_day: str) -> datetime:
    """The first moment at which no more codes are made with a day's key."""
    return datetime.strptime(key_day, "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)


def issuer_code(region_code: str, key_day: str) -> str:
    """Field 4 of a dynamic code."""
    return f"{region_code[:6]:0<6}{APP}{key_day}"


def day_key(secret: bytes, issuer: str) -> bytes:
    """The 16-byte SM4 key for one issuer and day, from the region's 32-byte card secret."""
    return hkdf_sm3(secret, salt=_SALT, info=issuer.encode(), length=16)


def _tag(card: str, issuer: str) -> bytes:
    return sm3(f"{card}:{issuer}".encode())[:4]


def dynamic_text(cipher: SM4Block, card: str, issuer: str, now_s: int) -> str:
    """A fresh dynamic code; ``cipher`` holds the key of ``issuer``."""
    block = cipher.encrypt(_BLOCK.pack(now_s, secrets.randbits(32), _tag(card, issuer)))
    return f"{card}:0:{block.hex().upper()}:{issuer}"


def issued_at(cipher: SM4Block, code: CardCode, now_s: float, window_s: int, skew_s: int) -> int:
    """When a dynamic code was made (Unix seconds), if it is genuine and neither too old nor from too far ahead.

    Raises Problem ``card-code-forged`` or ``card-code-expired``.
    """
    made_s, _, tag = _BLOCK.unpack(cipher.decrypt(code.block or bytes(16)))
    if tag != _tag(code.ecard_id, code.issuer):
        raise p.CARD_FORGED()
    if now_s > made_s + window_s or made_s > now_s + skew_s:
        raise p.CARD_EXPIRED()
    return made_s


class CodeKeys:
    """The region's card keys on a server: the key of any day, set up once."""

    def __init__(self, secret: bytes, region_code: str, window_s: int, skew_s: int) -> None:
        self._secret = secret
        self.region_code = region_code
        self.window_s = window_s
        self.skew_s = skew_s
        self._ciphers: dict[str, SM4Block] = {}

    def key(self, key_day: str) -> bytes:
        """The SM4 key of a UTC day, ``yyyymmdd``."""
        return day_key(self._secret, issuer_code(self.region_code, key_day))

    def make(self, card: str, now: datetime) -> str:
        """A fresh dynamic code for a card."""
        day = key_day_of(now)
        return dynamic_text(self._cipher(day), card, issuer_code(self.region_code, day), int(now.timestamp()))

    def check(self, code: CardCode, now: datetime) -> datetime:
        """When a dynamic code was made. Raises Problem ``card-code-forged`` or ``card-code-expired``."""
        if code.issuer[:10] != issuer_code(self.region_code, "")[:10]:
            raise p.CARD_FORGED()
        made = issued_at(self._cipher(code.key_day), code, now.timestamp(), self.window_s, self.skew_s)
        return datetime.fromtimestamp(made, UTC)

    def _cipher(self, key_day: str) -> SM4Block:
        cipher = self._ciphers.get(key_day)
        if cipher is None:
            if len(self._ciphers) > 8:  # the day in a code is anybody's to choose; don't let it fill the memory
                self._ciphers.clear()
            cipher = self._ciphers[key_day] = SM4Block(self.key(key_day))
        return cipher


class OfflineVerifier:
    """A terminal without a network: checks dynamic codes with the keys it was given, each code once.

    Keep one object for the life of the terminal: its memory is what refuses a second use.
    """

    def __init__(self, keys: Mapping[str, bytes], *, window_s: int, skew_s: int, not_after: datetime) -> None:
        """``keys`` by UTC day ``yyyymmdd``, 16 bytes each; after ``not_after`` every code is refused."""
        self._ciphers = {day: SM4Block(key) for day, key in keys.items()}
        self._window_s = window_s
        self._skew_s = skew_s
        self._end_s = not_after.timestamp()
        self._used: set[bytes] = set()
        self._forget: deque[tuple[float, bytes]] = deque()

    def verify(self, text: str, now_s: float) -> str:
        """The ecard id of a genuine, fresh, unused dynamic code.

        Raises Problem ``card-code-malformed``, ``card-second-factor`` (a static code needs the network),
        ``card-code-expired`` (also: no key for its day), ``card-code-forged`` or ``card-code-replayed``.
        """
        code = parse(text)
        if code.block is None:
            raise p.CARD_SECOND_FACTOR()
        cipher = self._ciphers.get(code.key_day)
        if cipher is None or now_s > self._end_s:
            raise p.CARD_EXPIRED()
        made_s = issued_at(cipher, code, now_s, self._window_s, self._skew_s)
        while self._forget and self._forget[0][0] < now_s:
            self._used.discard(self._forget.popleft()[1])
        if code.block in self._used:
            raise p.CARD_REPLAYED()
        self._used.add(code.block)
        # Until the code is over by its own clock, wherever in the window it was used; order of use is near enough.
        self._forget.append((max(made_s, now_s) + self._window_s + self._skew_s, code.block))
        return code.ecard_id
