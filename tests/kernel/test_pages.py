"""The built pages are served beside the interface, to a browser's GET and to a monitor's HEAD alike."""

from pathlib import Path

import httpx
import pytest

from applications import application
from yitong.kernel.clock import SetClock
from yitong.kernel.platform import open_platform
from yitong.kernel.settings import load_settings

PAGES = {"patient": Path("dist/build/h5"), "console": Path("dist")}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_pages_answer(tmp_path: Path, clock: SetClock, database_url: str, name: str, method: str) -> None:
    for page, under in PAGES.items():
        folder = tmp_path / page / under
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(f"<title>{page}</title>", "utf-8")
        (folder / "app.js").write_text("1", "utf-8")
    keys = {"token_key": "11" * 32, "master_keys": "k1:" + "22" * 32}
    settings = load_settings({}, data_dir=str(tmp_path), web_dir=str(tmp_path), **keys)
    platform = open_platform(settings, database_url, clock)
    transport = httpx.ASGITransport(application(platform))  # type: ignore[arg-type]  # the same protocol, typed twice
    async with httpx.AsyncClient(transport=transport, base_url="http://yitong.test") as client:
        for path, size in (("/", len(f"<title>{name}</title>")), ("/index.html", None), ("/app.js", 1)):
            answer = await client.request(method, f"/{name}{path}")
            assert answer.status_code == 200, (path, answer.text)
            if size is not None:
                assert answer.headers["content-length"] == str(size)
            assert bool(answer.content) is (method == "GET")
        assert (await client.request(method, f"/{name}/nothing.js")).status_code == 404
    await platform.close()
