"""The server's settings: safe and measured for two cores, overridable one by one."""

import re
from collections.abc import Mapping
from pathlib import Path

PORT = 5432
"""Names the socket file; every database has a socket folder of its own, so the number needn't be free."""

DEFAULTS: Mapping[str, str] = {
    # Reached through the socket folder alone, which only the account and root can enter. Who opens TCP by
    # listen_addresses meets scram-sha-256.
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # What was committed survives a power failure. Stated although PostgreSQL's defaults, because all rests on it.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Sized for two cores and a few GB shared with the application.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",  # short transactions never earn back the compilation
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    # Hot rows (slots, counters) leave dead versions behind faster than the defaults expect.
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A week of logs in seven files. DETAIL and STATEMENT lines would carry patients' data, so they are left out.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] ",
    "lc_messages": "C",
}

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


def render(settings: Mapping[str, str], *, socket_dir: Path) -> str:
    """Return the text of the settings file: `DEFAULTS`, then `settings` over them, and always our socket folder.

    Raises `ValueError` for a name that is no setting's name or a value with a line break or NUL.
    """
    merged = {**DEFAULTS, **settings, "unix_socket_directories": str(socket_dir)}
    lines = ["# Written by Yitong at every start; changes here are lost. ALTER SYSTEM overrides it."]
    for name, value in merged.items():
        if not _NAME.fullmatch(name) or any(character in value for character in "\r\n\0"):
            raise ValueError(f"not a PostgreSQL setting: {name!r} = {value!r}")
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    return "\n".join(lines) + "\n"
