"""What the tests of booking share: a small hospital on a fresh database."""

from collections.abc import AsyncGenerator

import pytest

from booking.world import World, lay_out
from yitong.kernel.platform import Platform


@pytest.fixture
async def world(platform: Platform) -> AsyncGenerator[World]:
    """A hospital with one clinic; sessions and people are added by the test."""
    owner = await platform.database.connect_as_owner()
    yield await lay_out(platform, owner)
    await owner.close()
