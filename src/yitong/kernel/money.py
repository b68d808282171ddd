"""Money is whole fen (1/100 yuan) and never a float."""

from decimal import Decimal, InvalidOperation
from typing import NewType

Fen = NewType("Fen", int)


def fen_from_yuan(text: str) -> Fen:
    """Whole fen for an amount written in yuan such as ``"12.30"``.

    Raises ValueError when the text is not a number or is finer than one fen.
    """
    try:
        amount = Decimal(text.strip()) * 100
    except InvalidOperation as error:
        raise ValueError(f"not an amount in yuan: {text!r}") from error
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise ValueError(f"finer than one fen: {text!r}")
    return Fen(int(amount))


def yuan_text(fen: int) -> str:
    """The amount in yuan with two decimals, e.g. ``-1230`` → ``"-12.30"``."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def split_by_weight(total: Fen, weights: list[int]) -> list[Fen]:
    """Parts of ``total`` in proportion to ``weights`` that add up to it exactly (largest remainder; ties to the first).

    Raises ValueError when no weight is positive or one is negative.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative and must not all be zero")
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:rest]:
        parts[i] += 1
    return [Fen(part) for part in parts]
