"""Where test servers keep their data."""

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - made there by mkdtemp, with a name nobody can guess
ENOUGH_BYTES = 4 << 30


def room(prefix: str) -> Path:
    """A fresh folder that other users may enter: in memory where there is room, as copying a database of hundreds of
    small files takes thirty times as long on a disk."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else None))
    folder.chmod(0o755)
    return folder
