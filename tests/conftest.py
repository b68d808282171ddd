"""What all tests share: one embedded server, a migrated template, and a fresh database for whoever asks."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest
import pytest_socket

from applications import application
from room import room
from stack import Stack, running
from worlds import World, make_world
from yitong.kernel import postgres
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.migrate import migrate
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.settings import Settings, load_settings

# A Monday morning in the demo region, well inside opening hours.
MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


# What a server may do without when nobody minds losing its data.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser tests come last: Playwright's synchronous side keeps an event loop running until the session ends."""
    items.sort(key=lambda item: "browser" in item.path.parts)


# Whoever asks for one of these talks to a server on purpose; every other test is a unit test and has its sockets off.
TALKATIVE = {"server_url", "sockets", "stack"}


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> Generator[None]:
    """Sockets are off in unit tests; a Unix pair stays, because the event loop itself needs one."""
    talks = TALKATIVE & set(request.fixturenames) or request.node.get_closest_marker("stack")
    if not talks:
        pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def stack() -> Generator[Stack]:
    """The whole platform with a small demo region, shared by all tests that talk to it from outside."""
    with running(hospitals=3, practitioners=120, people=200) as started:
        yield started


@pytest.fixture
def sockets() -> None:
    """Asked for by tests that open sockets of their own on the loopback address."""


@pytest.fixture(scope="session")
def server_url() -> Generator[str]:
    """The address of a running PostgreSQL: the one in YITONG_TEST_DATABASE_URL or an embedded one of our own."""
    given = os.environ.get("YITONG_TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = room("yitong-test-")
    server = postgres.start(folder / "postgres", settings=CARELESS)
    yield server.url
    postgres.stop(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


def with_name(url: str, name: str) -> str:
    """The same server's address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _admin(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a database that is migrated and empty; fresh ones are copied from it."""
    name = f"template_{new_id().hex}"

    async def build() -> None:
        await _admin(server_url, f"CREATE DATABASE {name}")
        await migrate(with_name(server_url, name))

    asyncio.run(build())
    return name


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncGenerator[str]:
    """A fresh migrated database for one test."""
    name = f"test_{new_id().hex}"
    await _admin(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield with_name(server_url, name)
    await _admin(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> SetClock:
    """The platform's clock in a test; stands until moved."""
    return SetClock(MORNING)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test installation with keys of its own."""
    return load_settings({}, data_dir=str(tmp_path), token_key="11" * 32, master_keys="k1:" + "22" * 32)


@pytest.fixture
async def platform(database_url: str, settings: Settings, clock: SetClock) -> AsyncGenerator[Platform]:
    """A platform on a fresh database."""
    opened = open_platform(settings, database_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def client(platform: Platform) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the web application on a fresh database: in this very event loop, so that tests and application
    may use the same connections, and without sockets."""
    transport = httpx.ASGITransport(application(platform))  # type: ignore[arg-type]  # the same protocol, typed twice
    async with httpx.AsyncClient(transport=transport, base_url="http://yitong.test") as opened:
        yield opened


@pytest.fixture
async def town(platform: Platform, clock: SetClock) -> World:
    """A tiny region on the fresh database: see tests/worlds.py."""
    return await make_world(platform, clock)
