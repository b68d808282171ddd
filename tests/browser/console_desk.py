"""What the console's browser tests stand on: staff signed in over HTTP, patients with codes, pages of the desk."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import psycopg
from playwright.sync_api import BrowserContext, Page
from pyotp.totp import TOTP

from browser.patient_app import id_number, new_phone
from stack import Stack
from yitong.directory.demo.cast import DEMO_PASSWORD, demo_totp_secret
from yitong.kernel import postgres

OpenContext = Callable[..., BrowserContext]
SEEN = {"chief_complaint": "复诊", "diagnosis_text": "复诊", "advice": "随诊", "follow_up": "none"}


@dataclass
class Api:
    """The interface as one person or device sees it."""

    base: str
    headers: dict[str, str]

    def get(self, path: str, **query: Any) -> Any:
        answer = httpx.get(self.base + path, params=query, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._sent("POST", path, body or {})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._sent("PUT", path, body)

    def _sent(self, method: str, path: str, body: dict[str, Any]) -> Any:
        headers = self.headers | {"Idempotency-Key": str(uuid.uuid4())}
        answer = httpx.request(method, self.base + path, json=body, headers=headers, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json()


@dataclass
class Desk:
    """The running platform from the staff's side."""

    stack: Stack
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def devices(self) -> dict[str, str]:
        """Tokens of the demo's kiosk and hall screen, and where they hang."""
        return json.loads((self.stack.folder / "demo.json").read_text("utf-8"))

    @property
    def organization_id(self) -> str:
        return self.devices["organization_id"]

    def database(self) -> psycopg.Connection:
        """The database of the running platform, as its owner: its server is found by its folder."""
        found = postgres.status(self.stack.folder / "postgres")
        assert found is not None
        return psycopg.connect(found.url)

    def pause(self, seconds: float) -> None:
        """Let the platform's own work go on for a while; nobody's page is looked at meanwhile."""
        time.sleep(seconds)

    def api(self, token: str = "") -> Api:
        return Api(f"{self.stack.url}/api", {"Authorization": f"Bearer {token}"} if token else {})

    def code(self, username: str) -> str:
        """The one-time code that the person's telephone shows now; the server takes each only once."""
        return TOTP(demo_totp_secret(username)).at(self.stack.now())

    def token(self, username: str) -> str:
        """A session of one of the demo staff, opened over HTTP at first asking."""
        while username not in self.tokens:
            begun = self.api().post("/staff/sign-in", {"username": username, "password": DEMO_PASSWORD})
            body = {"challenge": begun["challenge"], "code": self.code(username)}
            answer = httpx.post(f"{self.stack.url}/api/staff/sign-in/totp", json=body, timeout=30)
            if answer.status_code == 200:
                self.tokens[username] = answer.json()["token"]
            else:  # somebody signed in with this half minute's code at a page
                assert answer.json()["code"] == "totp-wrong", answer.text
                self.pause(31)
        return self.tokens[username]

    def staff(self, username: str) -> Api:
        return self.api(self.token(username))

    def clear_room(self, practitioner: str) -> None:
        """Whoever an earlier test left in that doctor's room is seen to the end, so that the next one may be called."""
        doctor, here = self.staff("doctor"), {"organization_id": self.organization_id}
        for one in doctor.get("/encounters", **here)["items"]:
            if one["state"] == "in_progress" and one["practitioner_name"] == practitioner:
                doctor.post(f"/encounters/{one['id']}/finish", here | SEEN)

    def citizen(self, phone: str) -> tuple[Api, str]:
        """A demo patient signed in by the code on the telephone: the interface, and the person's id."""
        sent = self.api().post("/sign-in/phone-codes", {"phone": phone, "purpose": "sign_in"})
        inbox = httpx.get(f"{self.stack.sandbox_url}/sms/inbox", params={"phone": phone}).json()
        body = {"challenge_id": sent["challenge_id"], "phone": phone, "code": inbox[0]["code"]}
        session = self.api().post("/sign-in/phone", body)
        return self.api(session["token"]), session["account"]["self_patient_id"]

    def newcomer(self, name: str, born: date, device: str = "", number: str = "") -> tuple[Api, str]:
        """Somebody new with a phone of their own, registered over HTTP: the interface, and the person's id."""
        phone = new_phone()
        sent = self.api().post("/sign-in/phone-codes", {"phone": phone, "purpose": "sign_in"})
        inbox = httpx.get(f"{self.stack.sandbox_url}/sms/inbox", params={"phone": phone}).json()
        body = {"challenge_id": sent["challenge_id"], "phone": phone, "code": inbox[0]["code"]}
        known = {"X-Device-Id": device or str(uuid.uuid4())}
        session = Api(f"{self.stack.url}/api", known).post("/sign-in/phone", body)
        number = number or id_number(born)
        person = {"relation": "self", "name": name, "id_kind": "01", "id_number": number, "guardian": False}
        signed_in = self.api(session["token"])
        signed_in.headers |= known
        made = signed_in.post("/patients", person)
        signed_in.headers["Authorization"] = f"Bearer {made['session']['token']}"
        return signed_in, made["member"]["patient_id"]

    def page(
        self, open_context: OpenContext, path: str, username: str = "", *, width: int = 1440, height: int = 900
    ) -> Page:
        """A page of the console, where that person is signed in already."""
        context = open_context(width=width, height=height)
        if username:
            keep = f"sessionStorage.setItem('yitong.staff-token', '{self.token(username)}')"
            context.add_init_script(f"if (location.protocol === 'http:') {keep}")  # a blank page has no storage
        page = context.new_page()
        page.goto(f"{self.stack.url}/console/{path}")
        return page

    def device(self, open_context: OpenContext, path: str, kind: str, *, width: int, height: int) -> Page:
        """A page of a public device, opened by the address that the hospital was given for it."""
        mark = "&" if "?" in path else "?"
        return self.page(open_context, f"{path}{mark}device={self.devices[kind]}", width=width, height=height)
