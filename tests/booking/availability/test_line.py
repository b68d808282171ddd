"""The waiting room keeps order, whichever server process somebody comes back to."""

import pytest

from yitong.booking.availability.line import Line
from yitong.kernel.problems import Problem

KEY = b"k" * 32
pytestmark = pytest.mark.unit


def sent_to_line(line: Line, inside: int, ticket: str | None = None) -> dict[str, object]:
    with pytest.raises(Problem) as caught:
        line.enter(ticket.encode() if ticket else None, inside)
    assert caught.value.code == "waiting-room"
    return caught.value.members["extra"]


def test_an_empty_house_lets_everybody_in() -> None:
    line = Line(KEY, 2, 1)
    line.enter(None, 0)
    line.enter(None, 1)
    assert sent_to_line(line, 2)["ahead"] == 0


def test_nobody_passes_somebody_who_waits() -> None:
    line = Line(KEY, 2, 1)
    first, second = sent_to_line(line, 2), sent_to_line(line, 2)
    assert (first["place"], second["place"]) == (1, 2)
    # One has room: the first in line is called; a newcomer and the second are not.
    newcomer = sent_to_line(line, 1)
    assert newcomer["ahead"] == 1
    assert sent_to_line(line, 2, str(second["ticket"]))["ahead"] == 0
    line.enter(str(first["ticket"]).encode(), 2)
    line.enter(str(second["ticket"]).encode(), 0)


def test_a_ticket_is_good_at_every_server_and_a_forged_one_at_none() -> None:
    here, there = Line(KEY, 1, 2), Line(KEY, 1, 2)
    early = sent_to_line(here, 1)
    sent_to_line(there, 1)
    here_late = sent_to_line(here, 1)
    assert here_late["ahead"] == 2, "each server has half of the crowd"
    there.enter(None, 0)  # room again: everybody who waited there is called, and with them all who came before
    there.enter(str(early["ticket"]).encode(), 1)
    forged = str(early["ticket"])[:-1] + ("A" if str(early["ticket"])[-1] != "A" else "B")
    assert sent_to_line(here, 1, forged)["place"] == 5, "a new ticket, at the end"
    assert sent_to_line(here, 1, "nonsense")["ticket"]
