"""The ground a measurement stands on: a database and server processes of its own, and what CPU each of them spends."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from yitong.kernel import postgres
from yitong.kernel.migrate import migrate
from yitong.kernel.settings import Settings

Say = Callable[[str], None]
KEYS = {"YITONG_TOKEN_KEY": "5a" * 32, "YITONG_MASTER_KEYS": "bench:" + "a5" * 32}
START_SECONDS = 180


@dataclass(frozen=True)
class Ground:
    """A running database of a measurement's own."""

    folder: Path
    server: postgres.EmbeddedServer

    @property
    def url(self) -> str:
        return self.server.url

    def database_cpu(self) -> float:
        """CPU seconds spent so far by the database and all of its processes."""
        return cpu_of(postmaster_pid(self.server.data_dir))


@contextmanager
def ground(say: Say, settings: dict[str, str] | None = None) -> Generator[Ground]:
    """An empty migrated database in a temporary folder, with fsync and synchronous_commit on; gone afterwards."""
    import asyncio

    folder = Path(tempfile.mkdtemp(prefix="yitong-bench-"))
    folder.chmod(0o755)
    say("starting a database of its own")
    server = postgres.start(folder / "postgres", settings=settings)
    try:
        asyncio.run(migrate(server.url))
        yield Ground(folder, server)
    finally:
        postgres.stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def postmaster_pid(data_dir: Path) -> int:
    """The process id of the database server. Raises RuntimeError when none is found."""
    for process in psutil.process_iter(["name", "cmdline"]):
        line: list[str] = process.info["cmdline"] or []
        if "-D" in line and str(data_dir) in line:
            return process.pid
    raise RuntimeError(f"no database server runs on {data_dir}")


def cpu_of(pid: int) -> float:
    """CPU seconds of a process, its running descendants and the children it has waited for."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@dataclass(frozen=True)
class WebServer:
    """Running server processes."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """CPU seconds spent so far."""
        return cpu_of(self.process.pid)


_SERVE = (
    "import sys, uvicorn; from yitong.kernel.process import WEB_SERVER; _, application, port, workers = sys.argv;"
    " uvicorn.run(application, factory=True, port=int(port), workers=int(workers), **WEB_SERVER)"
)


@contextmanager
def web_server(ground: Ground, application: str, processes: int, settings: Settings) -> Generator[WebServer]:
    """The web application as an operator runs it, over real sockets."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("YITONG_")},
        **KEYS,
        "YITONG_DATABASE_URL": ground.url,
        "YITONG_DATA_DIR": str(ground.folder / "data"),
        "YITONG_WORKER_IN_WEB": "false",
        "YITONG_LOG_LEVEL": "warning",
        "YITONG_HOLD_SECONDS": str(settings.hold_seconds),
        "YITONG_BATCH_SIZE": str(settings.batch_size),
    }
    command = [sys.executable, "-c", _SERVE, application, str(port), str(processes)]
    process = subprocess.Popen(command, env=environment)
    try:
        _until_up(port, process)
        yield WebServer(port, process)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("the web server did not come up")
