"""The embedded PostgreSQL: a real server from the installed wheel, in a data folder, reached through a Unix socket."""

from yitong.kernel.postgres.errors import (
    DiskFull,
    ForeignDataFolder,
    PermissionDenied,
    PostgresError,
    ProgramsMissing,
    StartFailed,
    StopFailed,
)
from yitong.kernel.postgres.programs import bin_dir
from yitong.kernel.postgres.server import EmbeddedServer, start, status, stop

__all__ = [
    "DiskFull",
    "EmbeddedServer",
    "ForeignDataFolder",
    "PermissionDenied",
    "PostgresError",
    "ProgramsMissing",
    "StartFailed",
    "StopFailed",
    "bin_dir",
    "start",
    "status",
    "stop",
]
