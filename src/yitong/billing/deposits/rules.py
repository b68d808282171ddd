"""Pure rules of stays: which bed-days are due, and how a deposit stands against the running bill."""

from datetime import date, timedelta

import msgspec


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit against a running bill; fen. ``short_fen`` is what should be paid in now."""

    charged_fen: int
    outstanding_fen: int
    deposit_fen: int
    left_fen: int
    short_fen: int


def standing(charged: int, outstanding: int, deposit: int, warn_below: int, asked: int) -> Standing:
    """How it stands: when less than ``warn_below`` is left, what brings it up to what was asked at the beginning."""
    left = deposit - outstanding
    short = max(asked, warn_below) - left if left < warn_below else 0
    return Standing(
        charged_fen=charged, outstanding_fen=outstanding, deposit_fen=deposit, left_fen=left, short_fen=max(0, short)
    )


def bed_days(admitted: date, until: date, discharged: date | None) -> list[date]:
    """The days a bed is charged for up to and with ``until``: the day of admission counts, the day of leaving doesn't,
    and who comes and goes on one day pays for one."""
    last = until
    if discharged is not None:
        last = min(until, max(admitted, discharged - timedelta(days=1)))
    return [admitted + timedelta(days=number) for number in range((last - admitted).days + 1)]
