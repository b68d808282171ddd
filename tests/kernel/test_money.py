"""Money is whole fen: amounts in and out, and splits that lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.kernel.money import Fen, fen_from_yuan, split_by_weight, yuan_text

pytestmark = pytest.mark.unit


@given(st.integers(-(10**12), 10**12))
def test_there_and_back(fen: int) -> None:
    assert fen_from_yuan(yuan_text(fen)) == fen


@pytest.mark.parametrize(("text", "fen"), [("12.30", 1230), (" 0.01 ", 1), ("-5", -500), ("1e2", 10000), ("0.10", 10)])
def test_amounts_in_yuan(text: str, fen: int) -> None:
    assert fen_from_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "12,30", "0.001", "NaN", "Infinity", "十元"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount|finer than"):
        fen_from_yuan(text)


@given(
    st.integers(0, 10**9),
    st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(lambda weights: sum(weights) > 0),
)
def test_a_split_adds_up_and_is_fair(total: int, weights: list[int]) -> None:
    parts = split_by_weight(Fen(total), weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1, "nobody is a fen away from the exact share"


@pytest.mark.parametrize("weights", [[0, 0], [-1, 2]])
def test_weights_that_divide_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_by_weight(Fen(100), weights)
