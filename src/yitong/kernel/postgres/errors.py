"""Why the embedded PostgreSQL can't be started or stopped; each error says what happened and what to do, zh and en."""

from pathlib import Path
from typing import ClassVar

_MEGABYTE = 1024 * 1024


class PostgresError(Exception):
    """Base of the launcher's errors. `str()` is a whole message for a person, Chinese first."""

    code: ClassVar[str] = "postgres_failed"

    def __init__(self, *, zh: str, en: str, todo_zh: str, todo_en: str) -> None:
        """Keep what happened (`zh`, `en`) and what to do next (`todo_zh`, `todo_en`)."""
        super().__init__(f"{zh}{todo_zh}\n{en} {todo_en}")
        self.zh = zh
        self.en = en
        self.todo_zh = todo_zh
        self.todo_en = todo_en


class ProgramsMissing(PostgresError):
    """The PostgreSQL programs aren't installed, or there are none for this system."""

    code = "postgres_programs_missing"

    def __init__(self, detail: str) -> None:
        """Take what was looked for."""
        super().__init__(
            zh=f"找不到内置的 PostgreSQL 程序（{detail}）。",
            en=f"The embedded PostgreSQL programs can't be found ({detail}).",
            todo_zh="请重新执行 make setup，或设置 YITONG_DATABASE_URL 使用已有的数据库。",
            todo_en="Run `make setup` again, or point YITONG_DATABASE_URL to a database of your own.",
        )


class ForeignDataFolder(PostgresError):
    """The data folder holds something that isn't a database of ours, or one of another major version."""

    code = "postgres_foreign_data_folder"

    def __init__(self, folder: Path, *, why_zh: str, why_en: str) -> None:
        """Take the folder and the reason. Nothing in the folder has been touched."""
        super().__init__(
            zh=f"不能使用数据目录 {folder}：{why_zh}。目录中的内容没有被改动。",
            en=f"The data folder {folder} can't be used: {why_en}. Nothing in it was changed.",
            todo_zh="请换一个空目录，或先把其中的内容移走。",
            todo_en="Choose an empty folder, or move its contents away first.",
        )


class DiskFull(PostgresError):
    """There isn't enough room on the disk of the data folder."""

    code = "postgres_disk_full"

    def __init__(self, folder: Path, *, free: int | None = None, needed: int | None = None) -> None:
        """Take the folder and, where known, the free and the needed bytes."""
        known = free is not None and needed is not None
        sizes_zh = f"（剩余 {(free or 0) // _MEGABYTE} MB，需要 {(needed or 0) // _MEGABYTE} MB）" if known else ""
        sizes_en = f" ({(free or 0) // _MEGABYTE} MB free, {(needed or 0) // _MEGABYTE} MB needed)" if known else ""
        super().__init__(
            zh=f"数据目录 {folder} 所在磁盘空间不足{sizes_zh}。",
            en=f"The disk of the data folder {folder} is full{sizes_en}.",
            todo_zh="请清理磁盘，或把数据目录放到更大的磁盘上，然后重试；已提交的数据没有丢失。",
            todo_en="Free some space or put the data folder on a larger disk, then try again; committed data is kept.",
        )


class PermissionDenied(PostgresError):
    """A file or folder may not be entered, read, written or given to the database's account."""

    code = "postgres_permission_denied"

    def __init__(self, what: Path | str, *, account: str, detail: str = "") -> None:
        """Take the file or folder, the account that needs it, and the system's own words."""
        remark = f" ({detail})" if detail else ""
        super().__init__(
            zh=f"数据库账户 {account} 无权使用 {what}{remark}。",
            en=f"The database's account {account} may not use {what}{remark}.",
            todo_zh="请检查该路径及其上级目录的所有者与权限，或换一个数据目录。",
            todo_en="Check the owner and rights of this path and the folders above it, or choose another data folder.",
        )


class StartFailed(PostgresError):
    """PostgreSQL didn't come up; `log_tail` holds the end of its log."""

    code = "postgres_start_failed"

    def __init__(self, folder: Path, *, why_zh: str, why_en: str, log_tail: str = "") -> None:
        """Take the data folder, the reason, and the end of the server's log."""
        tail = f"\n{log_tail}" if log_tail else ""
        super().__init__(
            zh=f"数据库未能启动（数据目录 {folder}）：{why_zh}。",
            en=f"The database didn't start (data folder {folder}): {why_en}.",
            todo_zh="请查看下面的日志，排除原因后重试。",
            todo_en=f"See the log below, remove the cause and try again.{tail}",
        )
        self.log_tail = log_tail


class StopFailed(PostgresError):
    """PostgreSQL didn't end in time."""

    code = "postgres_stop_failed"

    def __init__(self, folder: Path, *, pid: int, seconds: float) -> None:
        """Take the data folder, the process and how long was waited."""
        super().__init__(
            zh=f"数据库（数据目录 {folder}，进程 {pid}）在 {seconds:.0f} 秒内没有停止。",
            en=f"The database (data folder {folder}, process {pid}) didn't stop within {seconds:.0f} seconds.",
            todo_zh="它可能仍在写入数据，请稍候再试；不要强行结束进程。",
            todo_en="It may still be writing; wait and try again rather than killing it.",
        )
