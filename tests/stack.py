"""The whole platform in processes of its own, as an operator starts it, on free ports and a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from room import room

START_SECONDS = 600


@dataclass(frozen=True)
class Stack:
    """A running platform: addresses of its two servers and the folder of its data."""

    url: str
    sandbox_url: str
    folder: Path
    offset: timedelta

    def now(self) -> datetime:
        """What the platform's clock shows."""
        return datetime.now(UTC) + self.offset


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def to_morning(hour: int = 9) -> timedelta:
    """How far the clock must move to show ``hour`` o'clock today in the demo region."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return timedelta(seconds=round((now.replace(hour=hour, minute=0, second=0, microsecond=0) - now).total_seconds()))


@contextmanager
def running(*, hospitals: int = 2, practitioners: int = 60, people: int = 60) -> Generator[Stack]:
    """A platform with a small demo region at nine in the morning; everything is gone afterwards."""
    folder = room("yitong-stack-")
    port, sandbox_port, offset = free_port(), free_port(), to_morning()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("YITONG_")},
        "YITONG_DATA_DIR": str(folder),
        "YITONG_PORT": str(port),
        "YITONG_SANDBOX_PORT": str(sandbox_port),
        "YITONG_CLOCK_OFFSET_SECONDS": str(int(offset.total_seconds())),
        "YITONG_PHONE_CODE_RESEND_SECONDS": "0",
    }
    size = ["--hospitals", str(hospitals), "--practitioners", str(practitioners), "--people", str(people)]
    log = (folder / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "yitong.cli", "serve", "--demo", *size], env=environment, stdout=log, stderr=log
    )
    stack = Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", folder, offset)
    try:
        _until_up(stack, process)
        yield stack
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()
        subprocess.run([sys.executable, "-m", "yitong.cli", "stop"], env=environment, check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _until_up(stack: Stack, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{stack.url}/api/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise AssertionError("the platform did not come up:\n" + (stack.folder / "serve.log").read_text("utf-8")[-4000:])
