"""Checks many SM2 signatures at once: tables of multiples for keys seen often, one inversion for a whole level of sums.

Public numbers only. A signature (r, s) over digest e holds when x(sG + tP) + e ≡ r (mod n) with t = r + s; both
products are sums of points that a table has for each window of s and of t, 50 in all. Affine sums of many signatures
share one inversion (Montgomery's trick), which halves the work; what a plain sum cannot add goes to the native library.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from gmpy2 import invert, mpz

from yitong.kernel.crypto import sm2_curve
from yitong.kernel.crypto.sm2 import SM2PublicKey, signer_digest
from yitong.kernel.crypto.sm2_forms import signature_numbers
from yitong.kernel.crypto.sm3 import sm3

_P, _N = mpz(sm2_curve.P), mpz(sm2_curve.N)
_BASE_BITS, _KEY_BITS = 11, 10  # bits of the scalar that one addition takes care of
_WORTH_A_TABLE = 32  # single checks that cost as much as making a key's table

Point = tuple[mpz, mpz]
_Table = tuple[int, list[list[Point]]]
"""Bits of a window, and its points."""


class Check(NamedTuple):
    """A signature r‖s (64 bytes) that ``key`` is said to have put on ``message`` under the default user id."""

    key: SM2PublicKey
    message: bytes
    signature: bytes


class BatchVerifier:
    """Keeps tables (about 3 MB each) of the keys used most lately; not for several threads at a time."""

    def __init__(self, tables: int = 128) -> None:
        """``tables``: how many keys may have one."""
        self._most = tables
        self._base = _base()
        self._tables: OrderedDict[bytes, tuple[bytes, _Table]] = OrderedDict()
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def verify(self, checks: Sequence[Check]) -> list[bool]:
        """Whether each signature holds; a malformed one does not."""
        verdicts = [False] * len(checks)
        rows: list[tuple[list[mpz], list[mpz]]] = []
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
            xs: list[mpz] = []
            ys: list[mpz] = []
            _picked(self._base, s, xs, ys)
            _picked(kept[1], total, xs, ys)
            rows.append((xs, ys))
            wanted.append((number, r, mpz(int.from_bytes(sm3(kept[0] + one.message), "big"))))
        for (number, r, e), x in zip(wanted, _sums(rows), strict=True):
            one = checks[number]
            verdicts[number] = one.key.verify(one.message, one.signature) if x is None else (e + x) % _N == r
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
        made = (signer_digest(key), _table_of((mpz(x), mpz(y)), _KEY_BITS))
        self._tables[key.raw] = made
        if len(self._tables) > self._most:
            self._tables.popitem(last=False)
        return made


@cache
def _base() -> _Table:
    """The generator's table: one for all verifiers of a process, for it takes a tenth of a second to make."""
    return _table_of((mpz(sm2_curve.G[0]), mpz(sm2_curve.G[1])), _BASE_BITS)


def _picked(table: _Table, scalar: int, xs: list[mpz], ys: list[mpz]) -> None:
    """Append the points whose sum is scalar · point, one a window, except where a digit is 0.

    Digits are signed: a window of ``bits`` bits needs half as many points, because −(x, y) is (x, −y).
    """
    bits, rows = table
    half, mask = 1 << (bits - 1), (1 << bits) - 1
    for row in rows:
        digit = scalar & mask
        scalar >>= bits
        if digit > half:
            scalar += 1
            x, y = row[mask + 1 - digit]
            xs.append(x)
            ys.append(_P - y)
        elif digit:
            x, y = row[digit]
            xs.append(x)
            ys.append(y)


def _table_of(point: Point, bits: int) -> _Table:
    """Row i holds j · 2^(bits · i) · point for j = 1 … 2^(bits − 1); its place 0 is never asked for."""
    windows = -(-257 // bits)  # one bit more than a scalar has: the carry of the last signed digit
    powers = [point]
    for _ in range(bits * windows - 1):
        powers.append(_doubled(powers[-1]))
    rows: list[list[Point]] = [[powers[bits * window]] * 2 for window in range(windows)]
    for bit in range(1, bits - 1):
        pairs = [(powers[bits * window + bit], low) for window, row in enumerate(rows) for low in row[1:]]
        highs, lows = zip(*(one for one, _ in pairs), strict=True), zip(*(low for _, low in pairs), strict=True)
        (x1, y1), (x2, y2) = map(list, highs), map(list, lows)
        sums = _added(x1, y1, x2, y2)
        if sums is None:
            raise ValueError("a point of small order has no table")
        points, count = list(zip(*sums, strict=True)), (1 << bit) - 1
        for window, row in enumerate(rows):
            row.append(powers[bits * window + bit])
            row += points[window * count : (window + 1) * count]
    for window, row in enumerate(rows):
        row.append(powers[bits * window + bits - 1])
    return bits, rows


def _doubled(point: Point) -> Point:
    x, y = point
    slope = (x * x * 3 + sm2_curve.A) * invert(y * 2, _P) % _P
    x3 = (slope * slope - x * 2) % _P
    return x3, (slope * (x - x3) - y) % _P


def _added(x1: list[mpz], y1: list[mpz], x2: list[mpz], y2: list[mpz]) -> tuple[list[mpz], list[mpz]] | None:
    """The sums of pairs of points, all by one inversion; None when two of a pair have the same x."""
    differences = [b - a for a, b in zip(x1, x2, strict=True)]
    product = mpz(1)
    before: list[mpz] = []
    keep = before.append
    for one in differences:
        keep(product)
        product = product * one % _P
    if not product:
        return None
    inverse = invert(product, _P)
    xs, ys = [product] * len(x1), [product] * len(x1)
    for n in range(len(x1) - 1, -1, -1):
        a, b = x1[n], y1[n]
        slope = inverse * before[n] % _P * (y2[n] - b) % _P
        inverse = inverse * differences[n] % _P
        xs[n] = x = (slope * slope - a - x2[n]) % _P
        ys[n] = (slope * (a - x) - b) % _P
    return xs, ys


def _sums(rows: list[tuple[list[mpz], list[mpz]]]) -> list[mpz | None]:
    """The x of the sum of every row's points; None where two equal or opposite points met.

    Honest signatures never bring that about; when somebody does, the rows are summed one by one and only theirs fail.
    """
    done: list[mpz | None] = [None] * len(rows)
    left = [number for number, (xs, _) in enumerate(rows) if xs]
    while left:
        x1: list[mpz] = []
        y1: list[mpz] = []
        x2: list[mpz] = []
        y2: list[mpz] = []
        for number in left:
            xs, ys = rows[number]
            even = len(xs) & ~1
            x1 += xs[0:even:2]
            y1 += ys[0:even:2]
            x2 += xs[1:even:2]
            y2 += ys[1:even:2]
        sums = _added(x1, y1, x2, y2)
        if sums is None:
            return done if len(left) == 1 else _sums_apart(rows, left, done)
        start, longer = 0, list[int]()
        for number in left:
            xs, ys = rows[number]
            end = start + len(xs) // 2
            odd = len(xs) & 1
            rows[number] = sums[0][start:end] + xs[len(xs) - odd :], sums[1][start:end] + ys[len(ys) - odd :]
            start = end
            if len(rows[number][0]) > 1:
                longer.append(number)
            else:
                done[number] = rows[number][0][0]
        left = longer
    return done


def _sums_apart(rows: list[tuple[list[mpz], list[mpz]]], left: list[int], done: list[mpz | None]) -> list[mpz | None]:
    for number in left:
        done[number] = _sums([rows[number]])[0]
    return done
