"""A prescription as parts: how much of each line in smallest units, and when each part can be taken up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from yitong.kernel.clock import at, day_of
from yitong.prescriptions import facts
from yitong.prescriptions.schemas import PartTerms, SheetLine

EARLY_DAYS = 3
"""A repeat can be fetched a little before the drugs of the part before it are used up."""


class PartLine(msgspec.Struct, frozen=True):
    """A line with its count of smallest units, and how many of them a whole package holds."""

    number: int
    line: SheetLine
    units: int
    units_per_package: int


def part_lines(lines: Sequence[SheetLine]) -> list[PartLine]:
    """The lines of one part, numbered from 1."""
    found: list[PartLine] = []
    for number, line in enumerate(lines, start=1):
        size = max(1, facts.units().get(line.drug_code, (line.unit, 1))[1])
        found.append(PartLine(number, line, line.quantity if line.split else line.quantity * size, size))
    return found


def terms_of(
    lines: Sequence[SheetLine],
    signed_at: datetime,
    valid_until: datetime,
    *,
    repeats: int,
    every_days: int,
    zone: str,
) -> list[PartTerms]:
    """The parts of a sheet: the first runs as long as the sheet is valid, each repeat until the next one opens.

    ``every_days`` counts from the day of the signature, in the hospital's ``zone``.
    """
    quantities = [one.units for one in part_lines(lines)]
    first = PartTerms(1, signed_at, valid_until, quantities)
    today = day_of(signed_at, zone)
    edges = [at(today + timedelta(days=every_days * turn), datetime.min.time(), zone) for turn in range(repeats + 2)]
    early = timedelta(days=min(EARLY_DAYS, every_days // 4))
    later = [PartTerms(turn + 1, edges[turn] - early, edges[turn + 1], quantities) for turn in range(1, repeats + 1)]
    return [first, *later]
