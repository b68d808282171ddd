"""A running sandbox on a real socket, and clients of it."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from serving import serving
from yitong.gateways import sandbox_keys
from yitong.kernel.clock import SetClock
from yitong.kernel.settings import Settings, load_settings
from yitong.sandbox.app import create_sandbox


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys made once for all tests: making them anew for each would take most of the time."""
    made = load_settings({}, data_dir=str(tmp_path_factory.mktemp("keys")))
    for name in ("alipay-ours", "alipay-theirs", "oidc", "wechat-merchant", "wechat-platform", "stranger"):
        sandbox_keys.private_key(made, name)
    for name in ("insurer-ours", "insurer-theirs"):
        sandbox_keys.sm2_key(made, name)
    return made.data_path / "keys"


@pytest.fixture
async def sandbox_url(settings: Settings, clock: SetClock, sockets: None, made_keys: Path) -> AsyncGenerator[str]:
    """The address of a fresh sandbox."""
    shutil.copytree(made_keys, settings.data_path / "keys", dirs_exist_ok=True)
    async with serving(create_sandbox(settings, platform_clock=clock)) as url:
        yield url


@pytest.fixture
async def browser(sandbox_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody who looks at the sandbox's pages and switches its faults."""
    async with httpx.AsyncClient(base_url=sandbox_url) as client:
        yield client
