"""A running sandbox on a real socket, and clients of it."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from litestar import Litestar

from yitong.gateways import sandbox_keys
from yitong.kernel.settings import Settings, load_settings
from yitong.sandbox.app import create_sandbox


@asynccontextmanager
async def serving(app: Litestar) -> AsyncGenerator[str]:
    """Serve an application on a free port; answers its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys made once for all tests: making them anew for each would take most of the time."""
    made = load_settings({}, data_dir=str(tmp_path_factory.mktemp("keys")))
    for name in ("alipay-ours", "alipay-theirs", "oidc"):
        sandbox_keys.private_key(made, name)
    for name in ("insurer-ours", "insurer-theirs"):
        sandbox_keys.sm2_key(made, name)
    return made.data_path / "keys"


@pytest.fixture
async def sandbox_url(settings: Settings, sockets: None, made_keys: Path) -> AsyncGenerator[str]:
    """The address of a fresh sandbox."""
    shutil.copytree(made_keys, settings.data_path / "keys", dirs_exist_ok=True)
    async with serving(create_sandbox(settings)) as url:
        yield url


@pytest.fixture
async def browser(sandbox_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody who looks at the sandbox's pages and switches its faults."""
    async with httpx.AsyncClient(base_url=sandbox_url) as client:
        yield client
