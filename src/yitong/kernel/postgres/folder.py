"""The data folder: is it ours, where may it lie, and how a new database is made in it, wholly or not at all."""

import locale as system_locale
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from yitong.kernel.postgres.account import Account, can_enter, is_root, run, write_text
from yitong.kernel.postgres.errors import DiskFull, ForeignDataFolder, PermissionDenied, StartFailed
from yitong.kernel.postgres.programs import STATE_FOLDER, major_version, open_folder

SETTINGS_FILE = "yitong.conf"
"""Included by postgresql.conf; its presence also marks a database as ours."""

SUPERUSER = "yitong"
DATABASE = "yitong"
SPACE_FOR_A_NEW_DATABASE = 192 * 1024 * 1024
"""Bytes: 40 MB of system tables and up to 80 MB of recycled write-ahead log, and room for the first rows."""

_STAGING = ".yitong-initdb"
_VERSION_FILE = "PG_VERSION"
_HARMLESS = {"lost+found", ".gitkeep", ".gitignore", ".DS_Store", _STAGING}


def place(data_dir: Path, account: Account, progress: Callable[[str], None]) -> Path:
    """Make the data folder if need be and return where it really lies, owned by `account` and closed to others.

    When root's folder lies where the account can't go (a project under /root), the data is put under `STATE_FOLDER` and
    `data_dir` becomes a link to it; the rights of the folders above are never changed. Raises `PermissionDenied` for a
    folder of somebody else.
    """
    folder = data_dir.resolve()
    if is_root():
        if not can_enter(account, folder.parent):
            folder = _elsewhere(data_dir, account, progress)
        elif not folder.exists():
            _make(folder, account)
        elif not set(names(folder)) - _HARMLESS:
            _give(folder, account)
    elif not folder.exists():
        _make(folder, account)
    owner = folder.stat().st_uid
    if owner != account.uid:
        raise PermissionDenied(folder, account=account.name, detail=f"owner / 所有者 uid {owner}")
    return folder


def must_be_ours(data_dir: Path) -> None:
    """Raise `ForeignDataFolder` unless `data_dir` is absent, empty, or a database of ours of the installed version."""
    if data_dir.is_symlink() and not data_dir.exists():
        target = data_dir.readlink()
        raise ForeignDataFolder(
            data_dir, why_zh=f"它指向的 {target} 已不存在", why_en=f"it points to {target}, which is gone"
        )
    if data_dir.exists() and not data_dir.is_dir():
        raise ForeignDataFolder(data_dir, why_zh="它不是目录", why_en="it isn't a folder")
    if not data_dir.exists():
        return
    _must_hold_our_database(data_dir.resolve())


def is_new(folder: Path) -> bool:
    """Tell whether there is no complete database in `folder` yet."""
    return not (folder / _VERSION_FILE).exists()


def initialise(folder: Path, account: Account, programs: Path, progress: Callable[[str], None]) -> None:
    """Make a new database in `folder`: UTF-8, ordered by code point, checksums, trust on the socket, scram on TCP.

    Built in a folder inside and moved up when complete, so that a kill at any moment leaves either nothing or something
    that the next start finishes. Raises `DiskFull` or `StartFailed`.
    """
    staging = folder / _STAGING
    finished = (staging / SETTINGS_FILE).exists() or (folder / SETTINGS_FILE).exists()
    if not finished:
        shutil.rmtree(staging, ignore_errors=True)
        free = shutil.disk_usage(folder).free
        if free < SPACE_FOR_A_NEW_DATABASE:
            raise DiskFull(folder, free=free, needed=SPACE_FOR_A_NEW_DATABASE)
        progress("正在创建数据库… Creating the database…")
        try:
            _build(staging, account, programs)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    # The mark goes first and PG_VERSION last: in between, the next start sees a finished database to move.
    entries = sorted(names(staging), key=lambda name: (name == _VERSION_FILE, name != SETTINGS_FILE))
    for name in entries:
        (staging / name).rename(folder / name)
    staging.rmdir()


def names(folder: Path) -> list[str]:
    """Return the names of what lies in `folder`."""
    return [entry.name for entry in folder.iterdir()]


def _must_hold_our_database(folder: Path) -> None:
    version_file = folder / _VERSION_FILE
    if not version_file.exists():
        strangers = sorted(set(names(folder)) - _HARMLESS)
        if strangers and not (folder / _STAGING).exists():
            raise ForeignDataFolder(
                folder,
                why_zh=f"目录不为空，而且不是数据库（例如 {strangers[0]}）",
                why_en=f"it isn't empty and isn't a database (for example {strangers[0]})",
            )
        return
    found, expected = version_file.read_text().strip(), major_version()
    if found != expected:
        raise ForeignDataFolder(
            folder,
            why_zh=f"它是 PostgreSQL {found} 的数据库，而本程序使用 {expected}；请用旧版本导出后再导入",
            why_en=f"it is of PostgreSQL {found}, but {expected} is installed; export it with the old version",
        )
    if not (folder / SETTINGS_FILE).exists():
        raise ForeignDataFolder(folder, why_zh="它是另一个程序的数据库", why_en="it is a database of another program")


def _build(staging: Path, account: Account, programs: Path) -> None:
    # Sorted by code point, as C does, whatever the system's locales are. Trigram search asks the system's LC_CTYPE
    # whether 医 is a letter, so that is C.UTF-8 wherever the system knows it.
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if _system_knows("C.UTF-8"):
        locale.append("--lc-ctype=C.UTF-8")
    rights = ["--auth-local=trust", "--auth-host=scram-sha-256"]
    steps: list[tuple[list[str | Path], str]] = [
        ([programs / "initdb", "-D", staging, "-U", SUPERUSER, *locale, *rights, "--data-checksums"], ""),
        ([programs / "postgres", "--single", "-D", staging, "postgres"], f"CREATE DATABASE {DATABASE}\n"),
    ]
    for command, stdin in steps:
        done = run(account, command, stdin=stdin, timeout=300)
        told = done.stdout + done.stderr
        if "No space left on device" in told:
            raise DiskFull(staging.parent)
        if done.returncode != 0 or "ERROR:" in told:
            program = Path(command[0]).name
            raise StartFailed(
                staging.parent, why_zh=f"{program} 未能创建数据库", why_en=f"{program} failed", log_tail=told[-4000:]
            )
    settings = (staging / "postgresql.conf").read_text()
    write_text(account, staging / "postgresql.conf", f"{settings}\ninclude_if_exists = '{SETTINGS_FILE}'\n")
    write_text(account, staging / SETTINGS_FILE, "")


def _system_knows(name: str) -> bool:
    before = system_locale.setlocale(system_locale.LC_CTYPE)
    try:
        system_locale.setlocale(system_locale.LC_CTYPE, name)
    except system_locale.Error:
        return False
    system_locale.setlocale(system_locale.LC_CTYPE, before)
    return True


def _elsewhere(data_dir: Path, account: Account, progress: Callable[[str], None]) -> Path:
    """Put root's data where the account can reach it and leave a link; randomly named, so a new project starts new."""
    if data_dir.exists() and set(names(data_dir)) - _HARMLESS:
        raise PermissionDenied(data_dir, account=account.name)
    root = STATE_FOLDER / "postgres"
    open_folder(root)
    if not can_enter(account, root):
        raise PermissionDenied(root, account=account.name)
    folder = root / f"{data_dir.name}-{secrets.token_hex(4)}"
    progress(f"数据将存放在 {folder}。The data will lie in {folder}.")
    _make(folder, account)
    if data_dir.exists():
        shutil.rmtree(data_dir)  # at most .gitkeep and its like, seen above under the lock
    data_dir.symlink_to(folder, target_is_directory=True)
    return folder


def _make(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    _give(folder, account)


def _give(folder: Path, account: Account) -> None:
    if is_root():
        shutil.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
