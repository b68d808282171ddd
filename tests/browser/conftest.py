"""One running platform and one Chromium for all browser tests; every page is watched for faults and outside calls."""

import re
import shutil
from collections.abc import Callable, Generator, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from browser.console_desk import Desk
from browser.patient_app import PatientApp, newcomer
from stack import Stack

expect.set_options(timeout=30_000)
PHONE = {"width": 390, "height": 844}
# A refusal is part of a test; the browser logs each as an error of its own.
REFUSAL = re.compile(r"Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_INTERNET)")

# The phone's clock goes with the platform's, which tests move to the morning.
CLOCK = """(() => {
  const shift = %d, Real = Date
  globalThis.Date = class Date extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + shift) }
    static now() { return Real.now() + shift }
  }
})()"""

OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """The Chromium of the machine, without a window."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def open_context(browser: Browser, stack: Stack) -> Iterator[OpenContext]:
    """Opens browser contexts in the region's zone; at the end none of their pages may have logged an error or called
    an address that is neither the platform nor its sandbox."""
    faults: list[str] = []
    contexts: list[BrowserContext] = []
    own = {urlsplit(stack.url).netloc, urlsplit(stack.sandbox_url).netloc}

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not REFUSAL.search(message.text):
            faults.append(f"{message.type}: {message.text}")

    def asked(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc not in own:
            faults.append(f"outside call: {request.url}")

    def watch(page: Page) -> None:
        page.on("console", heard)
        page.on("pageerror", lambda error: faults.append(f"thrown: {error}"))

    def open_one(
        *, width: int = PHONE["width"], height: int = PHONE["height"], locale: str = "zh-CN"
    ) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(30_000)
        context.add_init_script(CLOCK % round(stack.offset.total_seconds() * 1000))
        context.on("page", watch)
        context.on("request", asked)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture(scope="session")
def desk(stack: Stack) -> Desk:
    """The platform as the staff sees it; each of them signs in once, as a one-time code is good for one session."""
    return Desk(stack)


@pytest.fixture
def phone(open_context: OpenContext, stack: Stack) -> Callable[[str], PatientApp]:
    """A phone of its own for each newcomer of this name."""

    def of(name: str) -> PatientApp:
        app = PatientApp(open_context().new_page(), stack)
        newcomer(app, name)
        return app

    return of


@pytest.fixture
def phone_page(open_context: OpenContext) -> Page:
    """A page of the size of a phone."""
    return open_context().new_page()


@pytest.fixture
def desk_page(open_context: OpenContext) -> Page:
    """A page of the size of a desk's screen."""
    return open_context(width=1440, height=900).new_page()
