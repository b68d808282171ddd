"""The system account that PostgreSQL runs under, and running programs as that account.

PostgreSQL refuses to run as root. Started by root it runs under an unprivileged account of its own; started by anybody
else it runs as that person.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yitong.kernel.postgres.errors import PermissionDenied

SERVICE_ACCOUNT = "yitong"
"""Created when root starts the database for the first time."""

_FALLBACK_ACCOUNT = "nobody"
_SHELL = "/bin/sh"


@dataclass(frozen=True)
class Account:
    """A user and group of the operating system."""

    uid: int
    gid: int
    name: str


def is_root() -> bool:
    """Tell whether this process may change to another account."""
    return os.geteuid() == 0


def account_for(folder: Path, progress: Callable[[str], None]) -> Account:
    """Return the account for the database in `folder` (which need not exist).

    As root: the owner of a database that is already there, else the service account, made on first use.
    Raises `PermissionDenied` when root owns the database, which PostgreSQL wouldn't open.
    """
    if not is_root():
        return _by_uid(os.geteuid(), os.getegid())
    version_file = folder / "PG_VERSION"
    if version_file.exists():
        owner = version_file.stat()
        if owner.st_uid == 0:
            raise PermissionDenied(folder, account=SERVICE_ACCOUNT, detail="owned by root / 所有者是 root")
        return _by_uid(owner.st_uid, owner.st_gid)
    return named(SERVICE_ACCOUNT) or _create(progress) or _nobody(folder)


def named(name: str) -> Account | None:
    """Return the account called `name`, or None when there is none or it is root's."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    # PostgreSQL refuses root by number, whatever the account is called.
    return Account(entry.pw_uid, entry.pw_gid, name) if entry.pw_uid != 0 else None


def run(
    account: Account, arguments: Sequence[str | Path], *, stdin: str = "", timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a program as `account` with a clean environment and the file mask 077; `timeout` in seconds.

    Settings such as PGDATA, PGPORT or LC_MESSAGES of the caller don't reach the program. Answers whatever its exit
    status; raises `PermissionDenied` when the account can't be taken on and `subprocess.TimeoutExpired`.
    """
    try:
        return subprocess.run(
            [str(argument) for argument in arguments],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            cwd="/",  # the caller's folder may be closed to the account
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
            umask=0o077,
            user=account.uid if is_root() else None,
            group=account.gid if is_root() else None,
            extra_groups=[] if is_root() else None,
        )
    except PermissionError as refused:
        raise PermissionDenied(arguments[0], account=account.name, detail=str(refused)) from refused


def can_enter(account: Account, folder: Path) -> bool:
    """Tell whether `account` can change into `folder`; asked of the system, because ACLs and mounts decide too."""
    return run(account, [_SHELL, "-c", 'cd -- "$1"', _SHELL, folder], timeout=10).returncode == 0


def can_read(account: Account, file: Path) -> bool:
    """Tell whether `account` can read `file`."""
    return run(account, [_SHELL, "-c", 'test -r "$1"', _SHELL, file], timeout=10).returncode == 0


def write_text(account: Account, file: Path, text: str) -> None:
    """Replace `file` in one step, as `account`: root writing into another's folder could be led astray by a link.

    Raises `OSError` with the system's words when it fails.
    """
    script = 'cat > "$1.new" && sync "$1.new" && mv -f "$1.new" "$1"'
    done = run(account, [_SHELL, "-c", script, _SHELL, file], stdin=text, timeout=30)
    if done.returncode != 0:
        raise OSError(done.stderr.strip() or f"{file} could not be written")


def _create(progress: Callable[[str], None]) -> Account | None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        return None
    progress(f"正在创建系统账户 {SERVICE_ACCOUNT}… Creating the system account {SERVICE_ACCOUNT}…")
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run(
        [useradd, *options, "--shell", "/usr/sbin/nologin", SERVICE_ACCOUNT],
        capture_output=True,
        timeout=30,
        check=False,  # a second starter may have been faster; what counts is whether the account exists now
    )
    return named(SERVICE_ACCOUNT)


def _nobody(folder: Path) -> Account:
    account = named(_FALLBACK_ACCOUNT)
    if account is None:
        raise PermissionDenied(folder, account=SERVICE_ACCOUNT, detail="no such account / 没有这个账户")
    return account


def _by_uid(uid: int, gid: int) -> Account:
    try:
        return Account(uid, gid, pwd.getpwuid(uid).pw_name)
    except KeyError:
        return Account(uid, gid, str(uid))
