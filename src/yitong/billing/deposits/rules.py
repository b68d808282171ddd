"""Pure rules of stays: which bed-days are due, how a deposit stands against the bill, what the insurer is told."""

from datetime import date, timedelta
from enum import StrEnum

import msgspec

from yitong.billing.deposits.states import CoverState


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


class Tell(StrEnum):
    """A message to the insurer about a stay, by its number."""

    ADMIT = "2401"
    DISCHARGE = "2402"
    CHANGE = "2403"
    WITHDRAW_ADMISSION = "2404"
    WITHDRAW_DISCHARGE = "2405"
    NOBODY = ""  # nothing was ever asked: taking it back needs nobody


def next_message(state: CoverState, wanted: str, *, outdated: bool, asked: bool) -> Tell | None:
    """What the insurer is to be told next, one step at a time; None when it knows what it is to know.

    An admission that was asked for and never answered may have had its effect: it is asked for again, which answers the
    same one, before it is taken back.
    """
    match state:
        case CoverState.DUE if wanted == "withdrawn" and not asked:
            return Tell.NOBODY
        case CoverState.DUE:
            return Tell.ADMIT
        case CoverState.ADMITTED if wanted == "withdrawn":
            return Tell.WITHDRAW_ADMISSION
        case CoverState.ADMITTED if outdated:
            return Tell.CHANGE
        case CoverState.ADMITTED:
            return Tell.DISCHARGE if wanted == "discharged" else None
        case CoverState.DISCHARGED:
            return None if wanted == "discharged" else Tell.WITHDRAW_DISCHARGE
        case _:
            return None
