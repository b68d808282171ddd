"""Where the public benchmark files are, when they are there: they are other people's work and not in this repository."""

import os
from pathlib import Path

PLANNING_DATA = Path(
    os.environ.get("YITONG_PLANNING_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data" / "planning"
)
