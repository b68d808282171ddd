"""The running server as the system sees it: its pid file, whether that process really is it, and its socket folder."""

import hashlib
import os
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from yitong.kernel.postgres.account import Account, is_root
from yitong.kernel.postgres.errors import PermissionDenied

_PID_FILE = "postmaster.pid"
_PROC = Path("/proc")


@dataclass(frozen=True)
class Postmaster:
    """What postmaster.pid says; `port` and `socket_dir` are empty during the first moments of a start."""

    pid: int
    port: int
    socket_dir: str
    state: str

    @property
    def socket(self) -> Path:
        """The socket file that clients connect to."""
        return Path(self.socket_dir) / f".s.PGSQL.{self.port}"


def postmaster(folder: Path) -> Postmaster | None:
    """Return the live server of `folder`, or None. A leftover pid file, even of a reused number, is not a server."""
    found = _read(folder)
    return found if found is not None and _is_server(found.pid, folder) else None


def remove_leftovers(folder: Path, socket_dir: Path) -> None:
    """Remove lock files that only seem to belong to somebody: call it only when `postmaster` answered None.

    PostgreSQL clears a lock file whose process is gone by itself, after checking that no orphan still writes; that is
    left to it. It gives up when the number is alive – taken by another program after a restart, or a zombie that nobody
    collects – and then we clear it, provided that no process is left in the data folder.
    """
    found = _read(folder)
    if found is not None and _exists(found.pid) and _PROC.is_dir() and not _processes_in(folder):
        (folder / _PID_FILE).unlink(missing_ok=True)
    if found is None or not (folder / _PID_FILE).exists():
        for leftover in socket_dir.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)


def socket_dir_for(folder: Path, account: Account) -> Path:
    """Return the socket folder: short (a socket's path has at most 107 bytes), the same for everybody, one a database.

    Root's lies under /run, where nobody else can prepare a trap; others' under /tmp.
    """
    digest = hashlib.sha256(f"{account.uid}:{folder}".encode()).hexdigest()[:16]
    base = Path("/run") if is_root() and os.access("/run", os.W_OK) else Path("/tmp")  # noqa: S108 - checked in make_socket_dir
    return base / f"yitong-{digest}"


def make_socket_dir(socket_dir: Path, account: Account) -> None:
    """Make the socket folder for `account` alone; raises `PermissionDenied` when somebody else got there first."""
    with suppress(FileExistsError):
        socket_dir.mkdir(mode=0o700)
    found = socket_dir.lstat()
    if is_root() and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        os.chown(socket_dir, account.uid, account.gid, follow_symlinks=False)
        found = socket_dir.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise PermissionDenied(socket_dir, account=account.name, detail=f"owner / 所有者 uid {found.st_uid}")
    if stat.S_IMODE(found.st_mode) != 0o700:
        socket_dir.chmod(0o700)


def _read(folder: Path) -> Postmaster | None:
    try:
        lines = (folder / _PID_FILE).read_text().splitlines()
        # Lines: pid, folder, start time, port, socket folder, listen address, shared memory key, state.
        lines += [""] * (8 - len(lines))
        return Postmaster(abs(int(lines[0])), int(lines[3] or 0), lines[4], lines[7].strip())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server(pid: int, folder: Path) -> bool:
    if not _exists(pid):
        return False
    command = _command(pid)
    return bool(command) and Path(command[0]).name == "postgres" and str(folder) in command


def _command(pid: int) -> list[str]:
    """Return a process's command line; empty for a zombie."""
    if _PROC.is_dir():
        try:
            return (_PROC / str(pid) / "cmdline").read_text(errors="surrogateescape").rstrip("\0").split("\0")
        except OSError:
            return []
    done = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.split()


def _processes_in(folder: Path) -> list[int]:
    """Return the processes whose working folder is `folder`: a server and its children all live there."""
    found: list[int] = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
            except OSError:
                continue  # gone meanwhile, a zombie, or another account's
    return found
