"""Shortened display of personal identifiers (脱敏): enough to recognise oneself, too little to be misused."""

from enum import StrEnum

STAR = "*"


class Masked(StrEnum):
    """What kind of identifier is shown."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    NAME = "name"


def mask(kind: Masked, value: str) -> str:
    """Return `value` with its middle starred: 110101********1234, 138****5678, 张*丰.

    At least half of an identifier of unusual length is hidden, and one of up to four characters wholly.
    """
    match kind:
        case Masked.NAME:
            return _name(value)
        case Masked.PHONE:
            return _keep(value, 3, 4) if len(value) == 11 else _half(value)
        case Masked.ID_NUMBER:
            if len(value) == 18:
                return _keep(value, 6, 4)
            # A 15-digit card of the first generation ends with a three-digit serial after the birth date.
            return _keep(value, 6, 3) if len(value) == 15 and value.isdigit() else _half(value)


def _name(value: str) -> str:
    if len(value) <= 1:
        return STAR * len(value)
    if len(value) == 2:
        return value[0] + STAR
    return value[0] + STAR * (len(value) - 2) + value[-1]


def _half(value: str) -> str:
    """Show a quarter at either end of a value of unknown form."""
    shown = len(value) // 4 if len(value) > 4 else 0
    return _keep(value, shown, shown)


def _keep(value: str, head: int, tail: int) -> str:
    return value[:head] + STAR * (len(value) - head - tail) + value[len(value) - tail :]
