"""Random numbers for compiled loops: xorshift64* (Marsaglia 2003, Vigna 2016), whose state is one array element."""

import numpy as np
import numpy.typing as npt
from numba import njit

Chance = npt.NDArray[np.uint64]


def start(seed: int) -> Chance:
    """A state from a seed; the same seed gives the same numbers."""
    return np.array([(seed * 0x9E3779B97F4A7C15 + 0x1234567) % (1 << 64) or 1], np.uint64)


@njit(cache=True)
def _step(state: Chance) -> int:
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)


@njit(cache=True)
def below(state: Chance, limit: int) -> int:
    """A whole number from 0 to limit - 1; limits under a million are even to within a thousandth."""
    return int(_step(state)) % limit


@njit(cache=True)
def share(state: Chance) -> float:
    """A number above 0 and at most 1."""
    return (np.float64(_step(state)) + 1.0) / 2147483648.0
