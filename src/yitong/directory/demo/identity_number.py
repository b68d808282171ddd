"""Chinese resident identity numbers for invented people: 18 characters after GB 11643 with a right check digit."""

from datetime import date

# GB 11643: weights of the first 17 digits and the check character for each remainder modulo 11 (ISO 7064 MOD 11-2).
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

# Sequence numbers the demo keeps for itself, so an invented number is recognised by its 15th and 16th digit (98 or 99).
DEMO_SEQUENCES = range(980, 1000)


def check_digit(first_17: str) -> str:
    """The 18th character ('0'–'9' or 'X') for 17 digits."""
    if len(first_17) != 17 or not (first_17.isascii() and first_17.isdigit()):
        raise ValueError("need 17 digits")
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def identity_number(area: str, birth_date: date, *, male: bool, ordinal: int) -> str:
    """The demo's number `ordinal` (0–9) of an area (6 digits), birth date and sex; ValueError beyond that."""
    if not 0 <= ordinal < len(DEMO_SEQUENCES) // 2:
        raise ValueError("the demo has ten numbers for an area, day and sex")
    sequence = DEMO_SEQUENCES[0] + 2 * ordinal + int(male)  # odd is male
    first = f"{area}{birth_date:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def is_identity_number(text: str) -> bool:
    """Whether 18 characters carry a real calendar date and the right check digit."""
    if len(text) != 18 or not (text[:17].isascii() and text[:17].isdigit()):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return check_digit(text[:17]) == text[17]
