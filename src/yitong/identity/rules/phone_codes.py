"""One-time phone codes: when another may be sent, and whether a given one counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yitong.identity import problems as p
from yitong.kernel.problems import RATE_LIMITED, Problem

CODES_A_DAY = 10
"""Most codes to one phone within 24 hours, whatever they are for."""
DIGITS = 6


class Purpose(StrEnum):
    """What a code is good for; it is refused for anything else."""

    SIGN_IN = "sign_in"
    CARD = "card"
    FAMILY = "family"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code as it is stored; ``matches`` says whether the given digits hash to it and it was made for this."""

    expires_at: datetime
    tries: int
    used_at: datetime | None
    matches: bool


def may_send(sent: list[datetime], now: datetime, resend_seconds: int) -> None:
    """Raises Problem ``rate-limited`` when the moments of the last 24 hours' codes forbid another one now."""
    if sent and (wait := max(sent) + timedelta(seconds=resend_seconds) - now) > timedelta():
        raise RATE_LIMITED(retry_after=int(wait.total_seconds()) + 1)
    if len(sent) >= CODES_A_DAY:
        free_at = sorted(sent)[-CODES_A_DAY] + timedelta(days=1)
        raise RATE_LIMITED(retry_after=int((free_at - now).total_seconds()) + 1)


def refusal(code: IssuedCode | None, now: datetime, most_tries: int) -> Problem | None:
    """Why a code does not count, or None when it does; a used or burnt one never tells if the digits were right."""
    if code is None:
        return p.CODE_WRONG()
    if code.used_at is not None:
        return p.CODE_USED()
    if code.tries >= most_tries:
        return p.CODE_TRIES()
    if now >= code.expires_at:
        return p.CODE_EXPIRED()
    return None if code.matches else p.CODE_WRONG()
