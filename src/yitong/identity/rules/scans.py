"""Which credential a scanned text is, by its form alone."""

import re
from typing import Literal

ScanKind = Literal["health_card", "social_security_card", "insurance_voucher"]
_HEALTH_CARD = re.compile(r"[0-9A-Fa-f]{64}:.*", re.DOTALL)


def kind_of(text: str, voucher_form: str, social_card_form: str) -> tuple[ScanKind, tuple[str, ...]] | None:
    """The kind and its parts (a card's number and serial); None for a text that is none of them.

    The two forms are regular expressions that the region decides on; groups are the parts, else the whole text is.
    """
    stripped = text.strip()
    if _HEALTH_CARD.fullmatch(stripped):
        return "health_card", (stripped,)
    forms: tuple[tuple[ScanKind, str], ...] = (
        ("insurance_voucher", voucher_form),
        ("social_security_card", social_card_form),
    )
    for kind, form in forms:
        found = re.fullmatch(form, stripped)
        if found is not None:
            return kind, found.groups() or (stripped,)
    return None
