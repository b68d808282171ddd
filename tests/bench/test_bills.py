"""The measurement of bills: it finds nothing in sound bills and each lost fen in spoiled ones."""

import pytest

from yitong.simulation.bench.bills import some_bills

pytestmark = pytest.mark.unit


def test_sound_bills_balance_in_every_state() -> None:
    tally = some_bills(400, seed=1)
    assert (tally.bills, tally.unbalanced, tally.first) == (400, 0, "")
    assert all(tally.states.values()), "every state was reached"
    assert min(tally.insured, tally.refunded, tally.reversed) > 50


def test_a_lost_fen_is_found_in_every_bill_that_loses_one() -> None:
    tally = some_bills(400, seed=2, spoil=True)
    assert tally.spoiled > 350
    assert tally.unbalanced == tally.spoiled
