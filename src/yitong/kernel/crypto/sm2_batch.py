"""Checks many SM2 signatures at once: tables of multiples for keys seen often, one inversion for a whole level of sums.

Public numbers only. A signature (r, s) over digest e holds when x(sG + tP) + e ≡ r (mod n) with t = r + s; both
products are sums of points that a table has for each byte of s and of t. Affine sums of many signatures share one
inversion (Montgomery's trick), which halves the work; what a plain sum cannot add goes to the native library.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from gmpy2 import invert, mpz

from yitong.kernel.crypto import sm2_curve
from yitong.kernel.crypto.sm2 import SM2PublicKey, signer_digest
from yitong.kernel.crypto.sm2_forms import signature_numbers
from yitong.kernel.crypto.sm3 import sm3

_P, _N = mpz(sm2_curve.P), mpz(sm2_curve.N)
_WINDOWS, _SIZE = 32, 256  # a byte of the scalar each
_WORTH_A_TABLE = 24  # single checks that cost as much as making the table

Point = tuple[mpz, mpz]
_Table = list[list[Point | None]]


class Check(NamedTuple):
    """A signature r‖s (64 bytes) that ``key`` is said to have put on ``message`` under the default user id."""

    key: SM2PublicKey
    message: bytes
    signature: bytes


class BatchVerifier:
    """Keeps tables (about 2 MB each) of the keys used most lately; not for several threads at a time."""

    def __init__(self, tables: int = 128) -> None:
        """``tables``: how many keys may have one."""
        self._most = tables
        self._base = _table_of((mpz(sm2_curve.G[0]), mpz(sm2_curve.G[1])))
        self._tables: OrderedDict[bytes, tuple[bytes, _Table]] = OrderedDict()
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def verify(self, checks: Sequence[Check]) -> list[bool]:
        """Whether each signature holds; a malformed one does not."""
        verdicts = [False] * len(checks)
        rows: list[list[Point]] = []
        wanted: list[tuple[int, int, mpz]] = []
        for number, one in enumerate(checks):
            if len(one.signature) != 64:
                continue
            kept = self._table(one.key)
            if kept is None:
                verdicts[number] = one.key.verify(one.message, one.signature)
                continue
            r, s = signature_numbers(one.signature)
            total = (r + s) % sm2_curve.N
            if not (0 < r < sm2_curve.N and 0 < s < sm2_curve.N) or total == 0:
                continue
            rows.append(_picked(self._base, s) + _picked(kept[1], total))
            wanted.append((number, r, mpz(int.from_bytes(sm3(kept[0] + one.message), "big"))))
        for (number, r, e), point in zip(wanted, _sums(rows), strict=True):
            one = checks[number]
            verdicts[number] = one.key.verify(one.message, one.signature) if point is None else (e + point[0]) % _N == r
        return verdicts

    def _table(self, key: SM2PublicKey) -> tuple[bytes, _Table] | None:
        """The key's Z value and table; None while it is not used often enough to be worth one."""
        kept = self._tables.get(key.raw)
        if kept is not None:
            self._tables.move_to_end(key.raw)
            return kept
        seen = self._seen.pop(key.raw, 0) + 1
        if seen < _WORTH_A_TABLE:
            self._seen[key.raw] = seen
            if len(self._seen) > 8 * self._most:
                self._seen.popitem(last=False)
            return None
        x, y = int.from_bytes(key.raw[:32], "big"), int.from_bytes(key.raw[32:], "big")
        made = (signer_digest(key), _table_of((mpz(x), mpz(y))))
        self._tables[key.raw] = made
        if len(self._tables) > self._most:
            self._tables.popitem(last=False)
        return made


def _picked(table: _Table, scalar: int) -> list[Point]:
    """The points whose sum is scalar · point."""
    digits = scalar.to_bytes(_WINDOWS, "little")
    return [point for row, digit in zip(table, digits, strict=True) if (point := row[digit]) is not None]


def _table_of(point: Point) -> _Table:
    """Row i holds j · 256^i · point for j = 1 … 255; j = 0 is None."""
    powers = [point]
    for _ in range(8 * _WINDOWS - 1):
        powers.append(_doubled(powers[-1]))
    table: _Table = [[None] * _SIZE for _ in range(_WINDOWS)]
    for bit in range(8):
        k = 1 << bit
        pairs: list[tuple[Point, Point]] = []
        for window, row in enumerate(table):
            row[k] = high = powers[8 * window + bit]
            pairs += [(high, low) for low in row[1:k] if low is not None]
        sums = iter(_added(pairs))
        for row in table:
            row[k + 1 : 2 * k] = [next(sums) for _ in range(k - 1)]
    return table


def _doubled(point: Point) -> Point:
    x, y = point
    slope = (x * x * 3 + sm2_curve.A) * invert(y * 2, _P) % _P
    x3 = (slope * slope - x * 2) % _P
    return x3, (slope * (x - x3) - y) % _P


def _added(pairs: list[tuple[Point, Point]]) -> list[Point]:
    """The sum of each pair of points with different x, all by one inversion."""
    before: list[mpz] = []
    product = mpz(1)
    for (x1, _), (x2, _) in pairs:
        before.append(product)
        product = product * (x2 - x1) % _P
    inverse = invert(product, _P)
    sums: list[Point] = []
    for (one, other), ahead in zip(reversed(pairs), reversed(before), strict=True):
        x1, y1 = one
        x2, y2 = other
        slope = (y2 - y1) * (inverse * ahead % _P) % _P
        inverse = inverse * (x2 - x1) % _P
        x3 = (slope * slope - x1 - x2) % _P
        sums.append((x3, (slope * (x1 - x3) - y1) % _P))
    sums.reverse()
    return sums


def _sums(rows: list[list[Point]]) -> list[Point | None]:
    """The sum of every row; None where two equal or opposite points met, which honest signatures never bring about."""
    lost: set[int] = set()
    while True:
        pairs: list[tuple[Point, Point]] = []
        for number, row in enumerate(rows):
            if number in lost:
                continue
            mine = list(zip(row[::2], row[1::2], strict=False))
            if any(one[0] == other[0] for one, other in mine):
                lost.add(number)
                continue
            pairs += mine
        if not pairs:
            return [None if number in lost or not row else row[0] for number, row in enumerate(rows)]
        sums = iter(_added(pairs))
        for number, row in enumerate(rows):
            if number not in lost:
                rest = row[-1:] if len(row) % 2 else []
                rows[number] = [next(sums) for _ in range(len(row) // 2)] + rest
