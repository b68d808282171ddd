"""The web application for tests: made once, then given the platform of each test, as registering its hundreds of routes
takes longer than most tests."""

from litestar import Litestar
from litestar.types import ASGIApp

from yitong.app import create_web, guarded
from yitong.kernel.platform import Platform

_made: dict[tuple[int, str], Litestar] = {}


def application(platform: Platform) -> ASGIApp:
    """The whole application on this platform. It serves one platform at a time and its lifespan is that of the first
    one: for clients that do not start it."""
    settings = platform.settings
    key = (settings.body_limit_kb, str(settings.web_path))
    if key not in _made:
        _made[key] = create_web(platform)
    return guarded(_made[key], platform)
