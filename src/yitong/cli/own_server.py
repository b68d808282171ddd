"""A fresh platform in processes and a folder of its own, for commands that play against one and leave nothing."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

START_SECONDS = 240
_COMMAND = [sys.executable, "-m", "yitong.cli"]


class NotUp(Exception):
    """The server did not come up; the text is the end of its log."""


@dataclass(frozen=True)
class OwnServer:
    """A running platform with a small demo region."""

    url: str
    sandbox_url: str
    folder: Path
    offset: timedelta

    def now(self) -> datetime:
        """What the platform's clock shows."""
        return datetime.now(UTC) + self.offset

    def last_words(self, most: int = 3000) -> str:
        """The end of the server's log."""
        return (self.folder / "serve.log").read_text("utf-8", errors="replace")[-most:]


def _free_ports(count: int) -> list[int]:
    """Free ports below the range that outgoing connections take theirs from, so that none is taken meanwhile."""
    found: list[int] = []
    while len(found) < count:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


def to_nine_o_clock(zone: str = "Asia/Shanghai") -> timedelta:
    """How far a clock must move to show nine in the morning of today in ``zone``: clinics are open then."""
    now = datetime.now(ZoneInfo(zone))
    return timedelta(seconds=round((now.replace(hour=9, minute=0, second=0, microsecond=0) - now).total_seconds()))


@contextmanager
def own_server(*, hospitals: int = 2, practitioners: int = 60, people: int = 60) -> Generator[OwnServer]:
    """A platform on an embedded database of its own at nine in the morning; everything is gone afterwards.

    Raises NotUp with the end of the server's log.
    """
    folder = Path(tempfile.mkdtemp(prefix="yitong-journey-"))
    folder.chmod(0o755)
    port, sandbox_port = _free_ports(2)
    offset = to_nine_o_clock()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("YITONG_")},
        "YITONG_DATA_DIR": str(folder),
        "YITONG_PORT": str(port),
        "YITONG_SANDBOX_PORT": str(sandbox_port),
        "YITONG_CLOCK_OFFSET_SECONDS": str(int(offset.total_seconds())),
        "YITONG_PHONE_CODE_RESEND_SECONDS": "0",
    }
    size = ["--hospitals", str(hospitals), "--practitioners", str(practitioners), "--people", str(people)]
    server = OwnServer(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", folder, offset)
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen([*_COMMAND, "serve", "--demo", *size], env=environment, stdout=log, stderr=log)
        try:
            _wait(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            subprocess.run([*_COMMAND, "stop"], env=environment, check=False, capture_output=True)
            shutil.rmtree(folder, ignore_errors=True)


def _wait(server: OwnServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            pages = (f"{server.url}/api/health", f"{server.sandbox_url}/sms")
            if all(httpx.get(page, timeout=2).status_code == 200 for page in pages):
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise NotUp(server.last_words())
