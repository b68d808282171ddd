"""The embedded PostgreSQL for real: start, find, crash, recover, stop; every test has a server of its own."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from yitong.kernel import postgres
from yitong.kernel.postgres.account import account_for, is_root
from yitong.kernel.postgres.configuration import render
from yitong.kernel.postgres.process import postmaster, socket_dir_for

pytestmark = pytest.mark.usefixtures("sockets")

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder for one database, enterable by the service account; server and sockets are gone afterwards."""
    base = Path(mkdtemp(prefix="yitong-test-"))
    base.chmod(0o755)
    folder = base / "data"
    yield folder
    postgres.stop(folder)
    shutil.rmtree(socket_dir_for(folder, account_for(folder, print)), ignore_errors=True)
    shutil.rmtree(base)


def query(server: postgres.EmbeddedServer, sql: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(server.url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def pid_of(server: postgres.EmbeddedServer) -> int:
    found = postmaster(server.data_dir)
    assert found is not None
    return found.pid


def test_start_status_second_start_stop(data_dir: Path) -> None:
    assert postgres.status(data_dir) is None
    assert not postgres.stop(data_dir)
    told: list[str] = []
    server = postgres.start(data_dir, settings=SMALL, progress=told.append)
    assert any("Creating the database" in line for line in told)
    assert postgres.status(data_dir) == server
    pid = pid_of(server)
    told.clear()
    assert postgres.start(data_dir, progress=told.append) == server
    assert pid_of(server) == pid
    assert told == []
    assert postgres.stop(data_dir)
    assert postgres.status(data_dir) is None
    assert not server.socket_dir.exists()
    assert not postgres.stop(data_dir)


def test_both_url_forms_connect_and_the_defaults_hold(data_dir: Path) -> None:
    server = postgres.start(data_dir, settings=SMALL)
    shown = {
        name: query(server, f"SHOW {name}")
        for name in ("fsync", "synchronous_commit", "jit", "data_checksums", "listen_addresses", "shared_buffers")
    }
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "data_checksums": "on",
        "listen_addresses": "",
        "shared_buffers": "16MB",
    }
    assert query(server, "SELECT current_user || '@' || current_database()") == "yitong@yitong"
    assert query(server, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'yitong'") == "UTF8"
    # Ordered by code point, like C.
    assert query(server, "SELECT string_agg(c, '' ORDER BY c) FROM unnest(ARRAY['医', 'b', 'B', 'a']) c") == "Bab医"

    async def by_sqlalchemy() -> object:
        engine = create_async_engine(server.sqlalchemy_url)
        async with engine.connect() as connection:
            answer = (await connection.execute(text("SELECT 6 * 7"))).scalar()
        await engine.dispose()
        return answer

    assert asyncio.run(by_sqlalchemy()) == 42


def test_only_the_account_can_reach_the_socket(data_dir: Path) -> None:
    server = postgres.start(data_dir, settings=SMALL)
    folder = server.socket_dir.lstat()
    assert folder.st_mode & 0o777 == 0o700
    assert folder.st_uid == server.data_dir.stat().st_uid
    assert server.data_dir.stat().st_mode & 0o777 == 0o700
    assert len(str(server.socket_dir / ".s.PGSQL.65535.lock")) < 107


def test_two_processes_start_one_server(data_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from yitong.kernel import postgres\n"
        "print(postgres.start(Path(sys.argv[1]), settings={'shared_buffers': '16MB'}, progress=print).url)"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(data_dir)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(3)
    ]
    outputs = [starter.communicate(timeout=120)[0] for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0, 0]
    assert len({output.splitlines()[-1] for output in outputs}) == 1
    assert sum("Creating the database" in output for output in outputs) == 1
    assert sum("Starting the database" in output for output in outputs) == 1


def test_kill_9_loses_nothing_committed(data_dir: Path) -> None:
    server = postgres.start(data_dir, settings=SMALL)
    query(server, "CREATE TABLE kept AS SELECT 1 AS n")
    for expected in (1, 2, 3):
        os.kill(pid_of(server), signal.SIGKILL)
        server = postgres.start(data_dir, settings=SMALL)
        assert query(server, "SELECT count(*) FROM kept") == expected
        query(server, "INSERT INTO kept VALUES (1)")


def test_a_pid_file_left_by_a_restart_of_the_machine(data_dir: Path) -> None:
    """The number now belongs to another program of the same account, which is what PostgreSQL itself trips over."""
    server = postgres.start(data_dir, settings=SMALL)
    pid_file = server.data_dir / "postmaster.pid"
    socket_lock = server.socket_dir / f".s.PGSQL.{server.port}.lock"
    left = {path: path.read_text() for path in (pid_file, socket_lock)}
    pid = pid_of(server)
    postgres.stop(data_dir)
    owner = server.data_dir.stat()
    server.socket_dir.mkdir(mode=0o700)
    os.chown(server.socket_dir, owner.st_uid, owner.st_gid)
    with subprocess.Popen(["sleep", "600"], user=owner.st_uid if is_root() else None) as other:
        try:
            for path, content in left.items():
                path.write_text(content.replace(str(pid), str(other.pid), 1))
                os.chown(path, owner.st_uid, owner.st_gid)
            assert postgres.status(data_dir) is None
            assert query(postgres.start(data_dir, settings=SMALL), "SELECT 1") == 1
            assert other.poll() is None
        finally:
            other.kill()


def test_a_cleaned_socket_folder_is_made_again(data_dir: Path) -> None:
    server = postgres.start(data_dir, settings=SMALL)
    pid = pid_of(server)
    shutil.rmtree(server.socket_dir)
    again = postgres.start(data_dir, settings=SMALL)
    assert pid_of(again) != pid
    assert query(again, "SELECT 1") == 1


def test_tcp_when_asked_for_demands_a_password(data_dir: Path, unused_tcp_port: int) -> None:
    settings = {**SMALL, "listen_addresses": "127.0.0.1", "port": str(unused_tcp_port)}
    server = postgres.start(data_dir, settings=settings)
    assert server.port == unused_tcp_port
    assert query(server, "SELECT 1") == 1

    async def over_tcp() -> None:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=server.port, user="yitong", database="yitong", password="guess"
        )
        await connection.close()

    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(over_tcp())


def test_personal_data_does_not_reach_the_log(data_dir: Path) -> None:
    server = postgres.start(data_dir, settings=SMALL)
    query(server, "CREATE TABLE person (phone text PRIMARY KEY)")
    query(server, "INSERT INTO person VALUES ('13812345678')")
    with pytest.raises(asyncpg.UniqueViolationError):
        query(server, "INSERT INTO person VALUES ('13812345678')")
    postgres.stop(data_dir)
    logged = "".join(path.read_text() for path in (server.data_dir / "log").iterdir())
    assert "duplicate key" in logged
    assert "13812345678" not in logged


def test_a_setting_that_postgresql_refuses_is_told_with_the_log(data_dir: Path) -> None:
    with pytest.raises(postgres.StartFailed) as caught:
        postgres.start(data_dir, settings={"no_such_setting": "1"})
    assert "no_such_setting" in caught.value.log_tail
    assert query(postgres.start(data_dir, settings=SMALL), "SELECT 1") == 1


@pytest.mark.parametrize(("name", "value"), [("work mem", "1"), ("work_mem", "1\nfsync = off"), ("", "x"), ("a", "\0")])
def test_malformed_settings_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="not a PostgreSQL setting"):
        render({name: value}, socket_dir=Path("/run/x"))


def test_values_are_quoted() -> None:
    assert "search_path = 'a''b\\\\'" in render({"search_path": "a'b\\"}, socket_dir=Path("/run/x"))
