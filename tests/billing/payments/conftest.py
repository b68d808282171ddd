"""A counter with everybody outside connected."""

from pathlib import Path

import pytest

from billing.payments.counter import Counter
from billing.payments.outside import connect
from worlds import World


@pytest.fixture
async def counter(town: World, tmp_path: Path) -> Counter:
    """The hospital's counter, a patient and everybody outside."""
    patient = await town.patient()
    return Counter(town, connect(town.platform, tmp_path / "outside.db"), patient, town.citizen(patient))
