"""Pictures for the documentation, taken where a test has a screen worth showing: set YITONG_PICTURES to a folder."""

import os
from pathlib import Path

from playwright.sync_api import Page


def picture(page: Page, name: str) -> None:
    """Save what the page shows as ``name``.png when pictures are wanted."""
    folder = os.environ.get("YITONG_PICTURES")
    if folder:
        page.wait_for_timeout(700)
        page.screenshot(path=Path(folder) / f"{name}.png")
