"""Where the public benchmark files are, when they are there: other people made them, so they are not kept here."""

import os
from pathlib import Path

PLANNING_DATA = Path(
    os.environ.get("YITONG_PLANNING_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data" / "planning"
)
