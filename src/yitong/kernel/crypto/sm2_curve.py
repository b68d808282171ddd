"""The SM2 recommended curve (GB/T 32918.5-2017) and the little public-value arithmetic that the native library lacks.

Only public numbers pass through here: Python integers don't run in constant time, so a private key never may.
"""

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

Point = tuple[int, int]


def on_curve(point: Point) -> bool:
    """Tell whether `point` has coordinates below P and satisfies y² = x³ + ax + b."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def lift_x(x: int, odd: bool) -> Point | None:
    """Return the curve point with this x and a y of the wanted parity, or None when there is none."""
    if not 0 <= x < P:
        return None
    y = pow(x * x * x + A * x + B, (P + 1) // 4, P)  # a square root, because P ≡ 3 (mod 4)
    if (y & 1) != odd:
        y = P - y
    return (x, y) if on_curve((x, y)) else None


def add(left: Point | None, right: Point | None) -> Point | None:
    """Add two points; None is the point at infinity."""
    if left is None:
        return right
    if right is None:
        return left
    (x1, y1), (x2, y2) = left, right
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def multiply(scalar: int, point: Point | None) -> Point | None:
    """Return scalar · point by doubling and adding. Not constant time: public numbers only."""
    total: Point | None = None
    for bit in bin(scalar % N)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def signer_candidates(r: int, s: int, digest: int) -> list[Point]:
    """Return the public keys (at most four) under which (r, s) is a valid SM2 signature of `digest`.

    Signing publishes kG = sG + (r+s)P_A with x(kG) = r - e (mod N), hence P_A = (r+s)⁻¹ (±kG - sG).
    """
    t = (r + s) % N
    if t == 0:
        return []
    inverse, minus_sg = pow(t, -1, N), multiply(N - s, G)
    found: list[Point] = []
    start = (r - digest) % N
    for x in (start, start + N):  # x is known modulo N, and N < P
        for odd in (False, True):
            nonce_point = lift_x(x, odd)
            if nonce_point is None:
                continue
            candidate = multiply(inverse, add(nonce_point, minus_sg))
            if candidate is not None:
                found.append(candidate)
    return found
