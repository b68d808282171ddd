"""The finance office that tests of the reconciliation work in."""

import pytest

from billing.reconciliation.office import Office
from worlds import World


@pytest.fixture
def office(town: World) -> Office:
    """Two people of the finance office, WeChat and the insurer."""
    return Office(town)
