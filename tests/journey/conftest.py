"""What the tests of the journey share."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from journey.scene import Scene, build
from yitong.app import create_app
from yitong.kernel.platform import Platform


@pytest.fixture
async def scene(platform: Platform) -> Scene:
    """A little hospital with a booked appointment at half past nine."""
    return await build(platform)


@pytest.fixture
async def client(platform: Platform) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the web application, in the same event loop as the platform."""
    transport = httpx.ASGITransport(create_app(platform))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened
