"""Starting, finding and stopping the embedded PostgreSQL; safe when several processes do so at once."""

import errno
import fcntl
import os
import signal
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from yitong.kernel.postgres import folder as folders
from yitong.kernel.postgres.account import Account, account_for, run, write_text
from yitong.kernel.postgres.configuration import render
from yitong.kernel.postgres.errors import DiskFull, PermissionDenied, StartFailed, StopFailed
from yitong.kernel.postgres.logs import Logs
from yitong.kernel.postgres.process import (
    Postmaster,
    make_socket_dir,
    postmaster,
    remove_leftovers,
    socket_dir_for,
)
from yitong.kernel.postgres.programs import bin_dir, reachable_bin_dir

START_SECONDS = 600.0
"""How long a start may take, recovery after a crash included."""

STOP_SECONDS = 60.0
_ORPHAN_SECONDS = 30.0
_PAUSE = 0.05


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server. `url` is for asyncpg and psycopg, `sqlalchemy_url` for SQLAlchemy's asyncpg dialect."""

    data_dir: Path
    socket_dir: Path
    port: int
    url: str
    bin_dir: Path

    @property
    def sqlalchemy_url(self) -> str:
        """The same address in SQLAlchemy's form."""
        return self.url.replace("postgresql://", "postgresql+asyncpg://", 1)


def start(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> EmbeddedServer:
    """Return the running server of `data_dir`, starting it, and before that creating it, if need be. Blocks.

    `settings` override the defaults at a start; a server that already runs keeps its own. `progress` gets a sentence
    (zh and en) before each step that takes time. The server outlives this process; end it with `stop`.

    Raises `ForeignDataFolder`, `DiskFull`, `PermissionDenied`, `ProgramsMissing` or `StartFailed`, and `ValueError` for
    a malformed setting. None of them leaves a half-made database behind.
    """
    told = progress or _silent
    given = data_dir.absolute()
    with _plain_errors(given), _locked(given, told):
        folders.must_be_ours(given)
        account = account_for(given, told)
        folder = folders.place(given, account, told)
        running = _settled(folder, told)
        if running is not None:
            return _described(folder, running)
        socket_dir = socket_dir_for(folder, account)
        configuration = render(settings or {}, socket_dir=socket_dir)
        programs = reachable_bin_dir(account, told)
        if folders.is_new(folder):
            folders.initialise(folder, account, programs, told)
        make_socket_dir(socket_dir, account)
        write_text(account, folder / folders.SETTINGS_FILE, configuration)
        remove_leftovers(folder, socket_dir)
        told("正在启动数据库… Starting the database…")
        return _described(folder, _launch(folder, account, programs, told))


def status(data_dir: Path) -> EmbeddedServer | None:
    """Return the server of `data_dir` if it runs and accepts connections, else None. Changes nothing.

    Raises `PermissionDenied` when the folder may not be read.
    """
    with _plain_errors(data_dir):
        folder = data_dir.resolve()
        found = postmaster(folder)
    return _described(folder, found) if found is not None and found.state == "ready" else None


def stop(data_dir: Path) -> bool:
    """End the server of `data_dir`: open transactions are rolled back, everything committed is on disk. Blocks.

    Returns False when none was running. Raises `StopFailed` after 60 s, `PermissionDenied` for another's server.
    """
    given = data_dir.absolute()
    with _plain_errors(given):
        if not given.exists():
            return False
    with _plain_errors(given), _locked(given, _silent):
        folder = given.resolve()
        found = postmaster(folder)
        if found is None:
            return False
        os.kill(found.pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        _wait_for_end(folder, found.pid)
        with suppress(OSError):
            Path(found.socket_dir).rmdir()  # empty unless somebody keeps other things there
        return True


def _launch(folder: Path, account: Account, programs: Path, told: Callable[[str], None]) -> Postmaster:
    orphans_until = time.monotonic() + _ORPHAN_SECONDS
    command = [programs / "pg_ctl", "start", "-s", "-w", "-t", "30", "-D", folder, "-l", folder / "start.log"]
    while True:
        logs = Logs(folder)
        done = run(account, command, timeout=90)
        running = _settled(folder, told)  # waits on when pg_ctl gave up during a long recovery
        if running is not None:
            return running
        text = logs.since() + done.stderr
        # After a kill -9 of the postmaster its children need a moment to notice and leave.
        if "shared memory block" not in text or time.monotonic() > orphans_until:
            raise _reason(folder, account, text)
        time.sleep(10 * _PAUSE)


def _settled(folder: Path, told: Callable[[str], None]) -> Postmaster | None:
    """Wait while the server of `folder` is starting or stopping; return it when it is ready, None when gone."""
    deadline = time.monotonic() + START_SECONDS
    patient = time.monotonic() + 5
    while (found := postmaster(folder)) is not None:
        if found.state == "ready":
            if found.socket.exists():
                return found
            os.kill(found.pid, signal.SIGINT)  # /tmp was cleaned under it: nobody can reach it any more
            _wait_for_end(folder, found.pid)
            return None
        now = time.monotonic()
        if now > deadline:
            raise StartFailed(
                folder,
                why_zh=f"{START_SECONDS:.0f} 秒后仍未就绪（状态 {found.state}）",
                why_en=f"not ready after {START_SECONDS:.0f} seconds (state {found.state})",
                log_tail=Logs(folder).tail(),
            )
        if now > patient:
            told("数据库正在恢复，请稍候… The database is recovering, please wait…")
            patient = now + 10
        time.sleep(_PAUSE)
    return None


def _wait_for_end(folder: Path, pid: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while postmaster(folder) is not None:
        if time.monotonic() > deadline:
            raise StopFailed(folder, pid=pid, seconds=STOP_SECONDS)
        time.sleep(_PAUSE)


def _reason(folder: Path, account: Account, text: str) -> DiskFull | PermissionDenied | StartFailed:
    if "No space left on device" in text:
        return DiskFull(folder)
    tail = text[-4000:].strip()
    if "Permission denied" in text:
        return PermissionDenied(folder, account=account.name, detail=tail)
    return StartFailed(folder, why_zh="PostgreSQL 退出了", why_en="PostgreSQL ended at once", log_tail=tail)


def _described(folder: Path, found: Postmaster) -> EmbeddedServer:
    where = f"host={quote(found.socket_dir, safe='/')}&port={found.port}"
    return EmbeddedServer(
        data_dir=folder,
        socket_dir=Path(found.socket_dir),
        port=found.port,
        url=f"postgresql://{folders.SUPERUSER}@/{folders.DATABASE}?{where}",
        bin_dir=bin_dir(),
    )


@contextmanager
def _locked(data_dir: Path, told: Callable[[str], None]) -> Generator[None]:
    """Let one process at a time work on `data_dir`, by a lock on the folder above: it leaves no file behind.

    The data folder itself may still be missing or be replaced by a link, so it can't carry the lock.
    """
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(data_dir.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + START_SECONDS
        waiting = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StartFailed(
                        data_dir, why_zh="另一个进程一直在启动它", why_en="another process keeps starting it"
                    ) from None
            if not waiting:
                told("另一个进程正在启动数据库，请稍候… Another process is starting the database, please wait…")
                waiting = True
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)  # gives the lock back; children never inherit the handle


@contextmanager
def _plain_errors(data_dir: Path) -> Generator[None]:
    """Turn the system's refusals into our errors."""
    try:
        yield
    except OSError as refused:
        where = Path(str(refused.filename)) if refused.filename else data_dir
        if refused.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in str(refused):
            raise DiskFull(data_dir) from refused
        if refused.errno in (errno.EACCES, errno.EPERM, errno.EROFS) or "Permission denied" in str(refused):
            raise PermissionDenied(where, account=str(os.geteuid()), detail=str(refused)) from refused
        raise StartFailed(data_dir, why_zh=str(refused), why_en=str(refused)) from refused


def _silent(_: str) -> None:
    return None
