"""Amounts, quantities and times as the insurance interface writes them: yuan with decimals, Beijing's wall clock."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

BEIJING = ZoneInfo("Asia/Shanghai")
_TIME = "%Y-%m-%d %H:%M:%S"
ENCODER = msgspec.json.Encoder(decimal_format="number")


def yuan(fen: int) -> Decimal:
    """Whole fen as yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def fen(amount: Decimal) -> int:
    """Yuan as whole fen. Raises ValueError for an amount finer than one fen or none at all."""
    exact = amount * 100
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError(f"not whole fen: {amount}")
    return int(exact)


def quantity(milli: int) -> Decimal:
    """Thousandths as a number."""
    return Decimal(milli).scaleb(-3)


def milli(number: Decimal) -> int:
    """A number as whole thousandths; finer parts are cut off."""
    return int(number * 1000)


def written(moment: datetime) -> str:
    """A moment as ``yyyy-MM-dd HH:mm:ss`` in Beijing."""
    return moment.astimezone(BEIJING).strftime(_TIME)


def read(text: str) -> datetime:
    """The moment behind :func:`written`. Raises ValueError."""
    return datetime.strptime(text, _TIME).replace(tzinfo=BEIJING)
