"""Long-running commands: the web server with everything around it, the worker, the sandbox."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

import structlog
import typer
import uvicorn
from litestar.types import ASGIApp
from rich.panel import Panel

from yitong.app import create_app
from yitong.cli import opening
from yitong.cli.opening import console
from yitong.cli.seeding import invitation, seed_when_empty
from yitong.gateways.connect import connect_gateways
from yitong.kernel import postgres
from yitong.kernel.logs import configure_logs
from yitong.kernel.migrate import migrate
from yitong.kernel.platform import open_platform
from yitong.kernel.process import WEB_SERVER, settle
from yitong.kernel.settings import Settings, load_settings
from yitong.kernel.worker import work
from yitong.ledger.opening import chain_opened
from yitong.sandbox.app import create_sandbox
from yitong.simulation.seeding.region import SeedPlan

log = structlog.get_logger(__name__)


def application() -> ASGIApp:
    """The web application of one server process, from settings in the environment; uvicorn's workers call this."""
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    platform = open_platform(settings, settings.database_url)
    connect_gateways(platform)
    app = create_app(platform, with_worker=settings.worker_in_web and settings.workers == 1)
    settle()
    return app


def serve(
    demo: Annotated[bool, typer.Option(help="Seed the demo region when empty and run the sandbox beside it.")] = False,
    seed: Annotated[int, typer.Option(help="Seed number of the demo region.")] = 1,
    hospitals: Annotated[int, typer.Option(help="Hospitals of the demo region.", min=1, max=46)] = 36,
    practitioners: Annotated[int, typer.Option(help="People who work there.", min=20)] = 1600,
    people: Annotated[int, typer.Option(help="Citizens of the demo region.", min=0)] = 5000,
) -> None:
    """Serve the platform: database, migrations, web server, reactors and jobs; with --demo a seeded region."""
    settings = opening.settings_or_exit()
    configure_logs(settings.log_level, "console" if sys.stderr.isatty() else settings.log_format)
    url = opening.database_url(settings)
    # uvicorn ends by sending the signal again that ended it; as an exit it lets the database stop in order.
    signal.signal(signal.SIGTERM, _leave)
    try:
        asyncio.run(migrate(url))
        os.environ["YITONG_DATABASE_URL"] = url
        with _beside(settings, demo=demo):
            if demo:
                _seed_if_empty(load_settings(), SeedPlan(seed, hospitals, practitioners, people))
            _serve_web(load_settings())
    finally:
        if not settings.database_url:
            postgres.stop(opening.postgres_folder(settings))


def _leave(_number: int, _frame: object) -> None:
    sys.exit(0)


def _seed_if_empty(settings: Settings, plan: SeedPlan) -> None:
    opening.run(lambda: seed_when_empty(settings, plan))
    console.print(Panel(invitation(settings), title="Yitong 医通", border_style="green", expand=False))


@contextmanager
def _beside(settings: Settings, *, demo: bool) -> Generator[None]:
    """The processes that run beside the web server: the sandbox in a demo, the worker when the server has many."""
    children: list[subprocess.Popen[bytes]] = []
    command = [sys.executable, "-m", "yitong.cli"]
    try:
        if demo and not settings.sandbox_url:
            os.environ["YITONG_SANDBOX_URL"] = f"http://127.0.0.1:{settings.sandbox_port}"
            children.append(subprocess.Popen([*command, "sandbox"]))
        if settings.workers > 1 or not settings.worker_in_web:
            children.append(subprocess.Popen([*command, "worker"]))
        yield
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(timeout=15)


def _serve_web(settings: Settings) -> None:
    where: dict[str, Any] = {"host": settings.host, "port": settings.port, "workers": settings.workers}
    uvicorn.run("yitong.cli.serving:application", factory=True, **where, **WEB_SERVER)


def worker() -> None:
    """Run reactors and jobs in a process of their own."""
    settings = opening.settings_or_exit()
    configure_logs(settings.log_level, settings.log_format)

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with opening.platform_of(settings) as platform:
            connect_gateways(platform)
            async with chain_opened(platform):
                await work(platform, stop)

    opening.run(until_told)


def sandbox() -> None:
    """Serve the stand-in of the outside world: text messages, WeChat, Alipay, staff sign-in."""
    settings = opening.settings_or_exit()
    uvicorn.run(
        create_sandbox(settings), host="127.0.0.1", port=settings.sandbox_port, access_log=False, log_level="warning"
    )


def stop() -> None:
    """Stop the embedded database when it runs."""
    settings = opening.settings_or_exit()
    if not settings.database_url:
        postgres.stop(opening.postgres_folder(settings))
