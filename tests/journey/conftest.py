"""What the tests of the journey share."""

import pytest

from journey.scene import Scene, build
from yitong.kernel.platform import Platform


@pytest.fixture
async def scene(platform: Platform) -> Scene:
    """A little hospital with a booked appointment at half past nine."""
    return await build(platform)
