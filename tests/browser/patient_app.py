"""The patient app as a person uses it: what is tapped and typed on a phone, by the words on the screen."""

import re
import secrets
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Locator, Page, Request, expect

from stack import Stack
from yitong.directory.demo import check_digit

AREAS = ("110101", "110102", "110105", "110106", "110107", "110108", "110109", "110111", "110112", "110113")
REGION = ZoneInfo("Asia/Shanghai")


def new_phone() -> str:
    """A mobile number that nobody in the demo region has."""
    return f"137{secrets.randbelow(10**8):08d}"


def id_number(born: date) -> str:
    """A resident identity number with a right check digit that nobody in the demo region has."""
    first = f"{secrets.choice(AREAS)}{born:%Y%m%d}{secrets.randbelow(900):03d}"
    return first + check_digit(first)


def day_ahead(stack: Stack, days: int) -> str:
    """The day so many days from today, as the interface writes it."""
    return f"{stack.now().astimezone(REGION).date() + timedelta(days=days):%Y-%m-%d}"


class PatientApp:
    """One phone with the app open."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self.stack = stack
        self.taps = 0
        self._asked: set[Request] = set()
        page.on("request", self._asks)
        page.on("requestfinished", self._is_answered)
        page.on("requestfailed", self._is_answered)

    def _asks(self, request: Request) -> None:
        if request.resource_type in ("xhr", "fetch"):
            self._asked.add(request)

    def _is_answered(self, request: Request) -> None:
        self._asked.discard(request)

    def _rests(self) -> None:
        """Wait, as a person does, until what the page asked for is there: what comes in late moves what is below it."""
        quiet = 0
        for _ in range(100):
            self.page.wait_for_timeout(40)
            quiet = 0 if self._asked else quiet + 1
            if quiet == 3:
                return

    @property
    def shown(self) -> Locator:
        """The page on top; those below stay in the document, hidden."""
        return self.page.locator("uni-page:visible").last

    def open(self, path: str = "home/index") -> None:
        """Open a page by its address."""
        self.page.goto("about:blank")
        self._asked.clear()  # an abandoned page's answers never come
        self.page.goto(f"{self.stack.url}/patient/#/pages/{path}")

    def tap(self, words: str | Locator) -> None:
        """Tap on what carries these very words."""
        found = self._carrying(words) if isinstance(words, str) else words
        expect(found).to_be_visible()
        self._rests()
        # What is hit is decided by the place, as with a finger: a button's text lies under the button's own glass.
        handle = found.element_handle()
        assert handle is not None
        # To the middle, as a thumb would: at the edge the bar at the bottom of the page lies over it.
        handle.evaluate("element => element.scrollIntoView({ block: 'center' })")
        handle.wait_for_element_state("stable")
        found.click(force=True)
        self.taps += 1

    def _carrying(self, words: str) -> Locator:
        text = self.shown.get_by_text(words, exact=True)
        ready = self.shown.locator("uni-button:not(.is-disabled):not(.is-loading)").filter(
            has=self.page.get_by_text(words, exact=True)
        )
        return ready.or_(text.and_(self.page.locator(":not(uni-button *):not(.yt-head *)"))).first

    def choose_day(self, days: int) -> None:
        """Choose a day of the strip, counted from today, and wait for its free places."""
        day = (self.stack.now().astimezone(REGION) + timedelta(days=days)).date()
        self.tap(self.shown.get_by_label(day.isoformat()).first)
        expect(self.shown.locator(".yt-date--on")).to_have_attribute("aria-label", day.isoformat())
        expect(self.shown.locator(".card").first).to_contain_text(f"{day.month}月{day.day}日")

    def fill(self, text: str, nth: int = 0) -> None:
        self.shown.locator("input:visible").nth(nth).fill(text)

    def says(self, words: str | re.Pattern[str]) -> None:
        """Wait until the page shows the words."""
        expect(self.shown.get_by_text(words).first).to_be_visible()

    def sign_in(self, phone: str) -> None:
        """Sign in by phone with the code of the text message."""
        self.open("sign-in/index")
        self.fill(phone)
        self.tap("获取验证码")
        self.says("请输入验证码")
        self.fill(self.code(phone))
        self.tap("登录")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def code(self, phone: str) -> str:
        """The newest code that was sent to a phone."""
        messages = httpx.get(f"{self.stack.sandbox_url}/sms/inbox", params={"phone": phone}, timeout=10).json()
        return str(messages[0]["code"])

    def register(self, name: str, number: str) -> None:
        """Answer the questions of real-name registration, from the first one on."""
        self.says(re.compile("叫什么名字"))
        self.fill(name)
        self.tap("下一步")
        self.says("证件号码是多少？")
        self.fill(number)
        self.says(re.compile("号码正确"))
        self.tap("下一步")
        self.says("核对一下，都对吗？")

    def token(self) -> str:
        """The session's token, as the app keeps it."""
        return str(self.page.evaluate("JSON.parse(localStorage.getItem('yitong.session')).data.token"))

    def api(self) -> httpx.Client:
        """The same person, from another device."""
        return httpx.Client(
            base_url=f"{self.stack.url}/api", headers={"authorization": f"Bearer {self.token()}"}, timeout=15
        )

    def read(self, path: str, **query: Any) -> Any:
        """What the platform says to this person."""
        with self.api() as client:
            return client.get(path, params=query).raise_for_status().json()

    def send(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A request from another device of the same person."""
        with self.api() as client:
            answer = client.post(path, json=body, headers={"idempotency-key": str(uuid4())})
        assert answer.status_code < 300, answer.text
        return answer.json()

    def self_id(self) -> str:
        """The person who signed in, as a patient."""
        return str(self.read("/me")["account"]["self_patient_id"])

    def opened_with(self, name: str) -> str:
        """A value in the address of the page."""
        return parse_qs(urlsplit(urlsplit(self.page.url).fragment).query)[name][0]


def newcomer(app: PatientApp, name: str, born: date = date(1986, 7, 15)) -> None:
    """Somebody new signs in, registers and sees the card."""
    app.sign_in(new_phone())
    app.register(name, id_number(born))
    app.tap("都对，办卡")
    expect(app.shown.locator(".ecard__img")).to_be_visible()
