"""One whole outpatient visit over HTTP, step by step: citizen, kiosk and doctor, each with their own token."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from yitong.cli.own_server import OwnServer
from yitong.cli.play_paying import Paying
from yitong.cli.play_pharmacy import Dispensing
from yitong.cli.play_prescribing import Prescribing
from yitong.directory.demo import DEMO_STAFF
from yitong.directory.demo.cast import DEMO_PASSWORD
from yitong.directory.demo.identity_number import identity_number
from yitong.sandbox.authenticator import one_time_password

PHONE, NAME, BORN = "13700001234", "林晓雨", date(1988, 6, 15)
MOST_BEFORE_US = 60
MOST_POLLS = 300
Act = Callable[[], Awaitable[str]]


class Unexpected(Exception):
    """An answer that a visit does not go on from."""


class Visit:
    """The state of the visit that is played; each method is one step and answers the state after it."""

    def __init__(self, server: OwnServer, client: httpx.AsyncClient) -> None:
        self._server = server
        self._client = client
        self._devices: dict[str, str] = json.loads((server.folder / "demo.json").read_text("utf-8"))
        self._citizen = self._doctor = ""
        self._patient = self._slot = self._appointment = self._schedule = ""
        self._entry: dict[str, Any] = {}
        self._encounter = self._code = self._challenge = ""
        self._here = {"organization_id": self._devices["organization_id"]}
        self._certno = ""
        self._paying = Paying(self._ask, server.sandbox_url, client, Unexpected)
        self._rx = Prescribing(self._ask, self._session, Unexpected)
        self._shop = Dispensing(self._ask, self._rx, server.sandbox_url, client, Unexpected)

    def steps(self) -> list[tuple[str, Act]]:
        """All steps in their order."""
        return [
            ("ask for a phone code", self.ask_code),
            ("sign in with the code from the phone", self.sign_in),
            ("register with an identity number", self.register),
            ("get the health card", self.card),
            ("verify the dynamic code at the kiosk", self.verify_card),
            ("refuse the same code again", self.refuse_replay),
            ("doctor signs in with password and one-time code", self.doctor_signs_in),
            ("search a place", self.search),
            ("hold a place", self.hold),
            ("confirm the booking", self.confirm),
            ("pay the registration with insurance and WeChat", self.pay_registration),
            ("check in by scanning the card at the kiosk", self.check_in),
            ("see the place in the queue", self.queue_place),
            ("called by the doctor, seen live on the phone", self.call),
            ("consultation begins", self.start),
            ("the doctor orders examinations", self.order),
            ("the doctor writes and signs a prescription", self.prescribe),
            ("consultation ends", self.finish),
            ("pay insurance, account and own part in one confirmation", self.pay_treatment),
            ("the desk gives one examination back", self.give_back),
            *self._outside(),
            ("the journey says that all is done", self.journey),
            ("the messages have arrived", self.messages),
        ]

    def _outside(self) -> list[tuple[str, Act]]:
        """The prescription's way to a pharmacy and back."""
        rx, shop, here = self._rx, self._shop, self._here
        return [
            ("the pharmacist reviews and signs", lambda: rx.review(here)),
            ("the patient publishes a purchase request", lambda: rx.publish(self._citizen, here)),
            ("the national platform has it", lambda: rx.national(self._doctor, here, fetched=False)),
            ("pharmacies nearby offer", lambda: rx.offer(here)),
            ("the patient takes the best offer", lambda: rx.choose(self._citizen, here)),
            ("the pharmacy hands out with trace codes", lambda: shop.dispense(here)),
            ("insurance settles at the pharmacy", lambda: shop.settle(self._certno, NAME, here)),
            ("a settlement taken back and made again", lambda: shop.settle_again(here)),
            ("the national platform reports it fetched", lambda: rx.national(self._doctor, here, fetched=True)),
            ("the result is back at the hospital", lambda: shop.result(self._doctor, here)),
            ("the drug is in the patient's list", lambda: shop.medication(self._citizen, self._patient)),
            ("the evidence chain shows every hand", self.chain),
        ]

    async def _ask(self, method: str, path: str, token: str = "", expect: int = 200, **more: Any) -> Any:
        headers = {"idempotency-key": str(uuid4())} | ({"authorization": f"Bearer {token}"} if token else {})
        answer = await self._client.request(method, f"{self._server.url}/api{path}", headers=headers, **more)
        if answer.status_code != expect:
            raise Unexpected(f"{method} {path}: {answer.status_code} instead of {expect}: {answer.text[:400]}")
        return answer.json() if answer.content else None

    async def ask_code(self) -> str:
        wish = {"phone": PHONE, "purpose": "sign_in"}
        self._challenge = (await self._ask("POST", "/sign-in/phone-codes", expect=202, json=wish))["challenge_id"]
        return "code sent"

    async def sign_in(self) -> str:
        inbox = await self._client.get(f"{self._server.sandbox_url}/sms/inbox", params={"phone": PHONE})
        given = {"challenge_id": self._challenge, "phone": PHONE, "code": inbox.json()[0]["code"]}
        session = await self._ask("POST", "/sign-in/phone", json=given)
        self._citizen = session["token"]
        return f"signed in as {session['account']['phone_masked']}"

    async def register(self) -> str:
        number = identity_number("110105", BORN, male=False, ordinal=7)
        self._certno = number
        person = {"relation": "self", "name": NAME, "id_kind": "01", "id_number": number}
        made = await self._ask("POST", "/patients", self._citizen, 201, json=person)
        self._citizen = made["session"]["token"]
        self._patient = made["member"]["patient_id"]
        return f"registered {made['member']['name_masked']}"

    async def card(self) -> str:
        card = await self._ask("GET", f"/patients/{self._patient}/card", self._citizen)
        return f"card {card['status']}"

    async def _dynamic_code(self) -> str:
        shown = await self._ask("POST", f"/patients/{self._patient}/card/dynamic-code", self._citizen)
        return shown["text"]

    async def verify_card(self) -> str:
        self._code = await self._dynamic_code()
        scan = {"text": self._code, "scene": "010101", **self._here}
        verified = await self._ask("POST", "/cards/verify", self._devices["kiosk"], json=scan)
        if verified["patient_id"] != self._patient:
            raise Unexpected("the kiosk recognised somebody else")
        return f"verified, {verified['code_kind']}"

    async def refuse_replay(self) -> str:
        scan = {"text": self._code, "scene": "010101", **self._here}
        refused = await self._ask("POST", "/cards/verify", self._devices["kiosk"], 409, json=scan)
        return f"refused: {refused['code']}"

    async def doctor_signs_in(self) -> str:
        self._doctor = await self._staff("doctor")
        return "doctor signed in"

    async def _staff(self, role: str) -> str:
        """The token of the demo's first staff member with this role."""
        return (await self._session(next(one.username for one in DEMO_STAFF if one.role == role)))["token"]

    async def _session(self, username: str) -> dict[str, Any]:
        """A fresh session of a demo account."""
        first = {"username": username, "password": DEMO_PASSWORD}
        step = await self._ask("POST", "/staff/sign-in", json=first)
        second = {"challenge": step["challenge"], "code": one_time_password(username, self._server.now())}
        return await self._ask("POST", "/staff/sign-in/totp", json=second)

    async def pay_registration(self) -> str:
        return await self._paying.registration(self._citizen, self._patient, self._here)

    async def order(self) -> str:
        return await self._paying.order(self._doctor, self._encounter, self._here)

    async def prescribe(self) -> str:
        return await self._rx.write(self._doctor, self._encounter, self._here)

    async def chain(self) -> str:
        return await self._shop.chain(await self._staff("regulator"))

    async def pay_treatment(self) -> str:
        return await self._paying.treatment(self._citizen, self._patient, self._here)

    async def give_back(self) -> str:
        return await self._paying.give_back(await self._staff("registrar"), self._here)

    async def search(self) -> str:
        queues = await self._ask("GET", "/queues", self._doctor, params=self._here)
        mine = {one["schedule_id"]: one for one in queues["items"] if one["mine"]}
        if not mine:
            raise Unexpected("the doctor has no session today")
        department = next(iter(mine.values()))["department_id"]
        wish = {**self._here, "department_id": department, "sort": "time", "limit": 50}
        offers = (await self._ask("GET", "/slots/search", params=wish))["items"]
        offer = next((one for one in offers if one["schedule_id"] in mine), None)
        if offer is None:
            raise Unexpected(f"none of {len(offers)} offers is with the doctor")
        self._slot, self._schedule = offer["slot_id"], offer["schedule_id"]
        return f"{len(offers)} offers, {offer['remaining']} places at {offer['start_at'][11:16]}"

    async def hold(self) -> str:
        wish = {**self._here, "slot_id": self._slot, "patient_id": self._patient, "channel": "h5"}
        held = await self._ask("POST", "/holds", self._citizen, 201, json=wish)
        self._appointment = held["id"]
        return held["state"]

    async def confirm(self) -> str:
        path = f"/appointments/{self._appointment}/confirm"
        booked = await self._ask("POST", path, self._citizen, json=self._here)
        return f"{booked['state']}, number {booked['number']}"

    async def check_in(self) -> str:
        scan = {"text": await self._dynamic_code()}
        answer = await self._ask("POST", "/check-ins", self._devices["kiosk"], 201, json=scan)
        if not any(one["appointment_id"] == self._appointment for one in answer["results"]):
            raise Unexpected(f"the kiosk did not check the visit in: {answer}")
        return "checked_in"

    async def queue_place(self) -> str:
        path = f"/appointments/{self._appointment}/queue-place"
        place = await self._ask("GET", path, self._citizen, params=self._here)
        return f"{place['state']} {place['number_text']}, {place['ahead']} ahead"

    async def call(self) -> str:
        """The phone listens while the doctor calls; whoever was there before is seen first."""
        path = f"/appointments/{self._appointment}/queue-place/stream"
        async with asyncio.timeout(60), self._listening(path) as places:
            await anext(places)
            for _ in range(MOST_BEFORE_US):
                called = await self._ask("POST", f"/queues/{self._schedule}/call-next", self._doctor, json=self._here)
                if called["entry"]["appointment_id"] == self._appointment:
                    break
                await self._see(called["entry"]["id"], called["encounter"]["id"])
            else:
                raise Unexpected(f"not called after {MOST_BEFORE_US} people")
            self._entry, self._encounter = called["entry"], called["encounter"]["id"]
            async for place in places:
                if place["state"] == "called":
                    return f"called {place['number_text']} to {place['room']}"
        raise Unexpected("the stream ended before the call")

    @asynccontextmanager
    async def _listening(self, path: str) -> AsyncGenerator[AsyncGenerator[dict[str, Any]]]:
        headers = {"authorization": f"Bearer {self._citizen}"}
        request = self._client.stream("GET", f"{self._server.url}/api{path}", params=self._here, headers=headers)
        async with request as stream:
            if stream.status_code != 200:
                raise Unexpected(f"GET {path}: {stream.status_code}")

            async def places() -> AsyncGenerator[dict[str, Any]]:
                async for line in stream.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield places()

    async def _see(self, entry: str, encounter: str) -> None:
        await self._ask("POST", f"/queue-entries/{entry}/start", self._doctor, json=self._here)
        await self._end(encounter, "随诊")

    async def _end(self, encounter: str, advice: str) -> dict[str, Any]:
        notes = {"chief_complaint": "咳嗽三天", "diagnosis_text": "急性上呼吸道感染", "advice": advice}
        body = {**self._here, **notes, "follow_up": "none"}
        return await self._ask("POST", f"/encounters/{encounter}/finish", self._doctor, json=body)

    async def start(self) -> str:
        path = f"/queue-entries/{self._entry['id']}/start"
        return (await self._ask("POST", path, self._doctor, json=self._here))["entry"]["state"]

    async def finish(self) -> str:
        return (await self._end(self._encounter, "多饮水，三天后仍发热请复诊"))["state"]

    async def journey(self) -> str:
        seen = await self._ask("GET", "/journey", self._citizen, params={"patient_id": self._patient})
        visit = next(one for one in seen["visits"] if one["appointment_id"] == self._appointment)
        states = [step["state"] for step in visit["steps"]]
        if set(states) != {"done"}:
            raise Unexpected(f"the steps are {states}")
        return f"{len(states)} steps done"

    async def messages(self) -> str:
        """Messages are written by a reactor after the event; behind a fresh region's backlog that takes a while."""
        wanted = {"booked", "checked_in", "called", "finished"}
        kinds: set[str] = set()
        for _ in range(MOST_POLLS):
            inbox = await self._ask("GET", "/messages", self._citizen)
            kinds = {one["kind"] for one in inbox["items"]}
            if wanted <= kinds:
                return f"{len(inbox['items'])} messages, {inbox['unread']} unread"
            await asyncio.sleep(0.3)
        raise Unexpected(f"missing: {sorted(wanted - kinds)}")
