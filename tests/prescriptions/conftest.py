"""What the tests of prescriptions share."""

import httpx
import pytest

from prescriptions.pharmacy import Pharmacy, open_pharmacy
from prescriptions.shops import Street, open_street
from worlds import World


@pytest.fixture
async def pharmacy(client: httpx.AsyncClient, town: World) -> Pharmacy:
    """A hospital with drugs, pharmacists and a patient at the doctor's."""
    return await open_pharmacy(client, town)


@pytest.fixture
async def street(pharmacy: Pharmacy) -> Street:
    """The same with pharmacies outside."""
    return await open_street(pharmacy)
