"""Reading the server's log files: what was written since a moment, and the last lines."""

from pathlib import Path

_TAIL = 4000


class Logs:
    """The log files of one data folder, with their sizes at the time this was made."""

    def __init__(self, folder: Path) -> None:
        """Remember how much each log file holds now."""
        self._folder = folder
        self._sizes = {path: path.stat().st_size for path in self._files()}

    def since(self) -> str:
        """Return what has been written since, file after file."""
        parts: list[str] = []
        for path in self._files():
            before = self._sizes.get(path, 0)
            with path.open("rb") as log:
                # A file shorter than before was begun anew.
                log.seek(before if path.stat().st_size >= before else 0)
                parts.append(log.read().decode(errors="replace"))
        return "".join(parts)

    def tail(self) -> str:
        """Return the last lines of the file written last."""
        files = sorted(self._files(), key=lambda path: path.stat().st_mtime)
        return files[-1].read_text(errors="replace")[-_TAIL:] if files else ""

    def _files(self) -> list[Path]:
        return [path for path in (self._folder / "start.log", *(self._folder / "log").glob("*.log")) if path.is_file()]
