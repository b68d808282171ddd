"""A running sandbox on a real socket, and clients of it."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import httpx
import msgspec
import pytest

from applications import application
from billing.payments.counter import Counter
from billing.payments.outside import Outside
from gateways.street import Street
from serving import serving
from worlds import World
from yitong.gateways import sandbox_keys
from yitong.gateways.connect import connect_gateways
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


@pytest.fixture
async def street(town: World, sandbox_url: str, browser: httpx.AsyncClient) -> AsyncGenerator[Street]:
    """The counter at the sandbox; notices reach the application over a socket of its own."""
    platform = town.platform
    async with serving(application(platform), lifespan="off") as app_url:
        platform.settings = msgspec.structs.replace(platform.settings, sandbox_url=sandbox_url, public_url=app_url)
        connect_gateways(platform)
        patient = await town.patient()
        nobody = cast("Outside", None)  # everybody outside is at the sandbox here
        yield Street(Counter(town, nobody, patient, town.citizen(patient)), browser)
        for farewell in platform.closing:
            await farewell()
        platform.closing.clear()
