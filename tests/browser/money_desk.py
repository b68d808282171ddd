"""What the tests of the cashier and the finance office stand on: insured people, bills, payers at the window."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from browser.console_desk import Api, Desk
from browser.patient_app import id_number
from yitong.sandbox.insurer.people import person_of

SCAN, BLOOD = "21020000100", "21030000200"
ITEMS = [(SCAN, 2000), (BLOOD, 1000)]
BORN = date(1986, 7, 15)


@dataclass(frozen=True)
class Payer:
    """Somebody who comes to the window: the person, their own interface, and what their document says."""

    api: Api
    patient_id: str
    name: str
    number: str


def insured_number(desk: Desk) -> str:
    """A citizen number whose holder has met this year's deductible and has little on the personal account."""
    while True:
        number = id_number(BORN)
        person = person_of(number, "", desk.stack.now().date())
        assert person is not None
        if person.insutype == "310" and person.before.deducted and person.account_fen < 40_000 and not person.rights:
            return number


def payer(desk: Desk, name: str) -> Payer:
    """Somebody new and insured, registered on their own phone."""
    number = insured_number(desk)
    api, patient_id = desk.newcomer(name, BORN, number=number)
    return Payer(api, patient_id, name, number)


def charge(desk: Desk, patient_id: str, items: list[tuple[str, int]] = ITEMS) -> dict[str, Any]:
    """A bill for examinations, made at the front desk."""
    lines = [{"kind": "item", "code": code, "cnt_milli": count} for code, count in items]
    body = {"organization_id": desk.organization_id, "patient_id": patient_id, "kind": "outpatient", "lines": lines}
    bill: dict[str, Any] = desk.staff("registrar").post("/bills", body)
    return bill


def newest_payment(desk: Desk, patient_id: str) -> dict[str, Any]:
    """The patient's newest payment, as the cashier sees it."""
    found = desk.staff("cashier").get("/payments", organization_id=desk.organization_id, patient_id=patient_id)
    newest: dict[str, Any] = found["items"][0]
    return newest


def shares(payment: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Who pays: state and amount by channel, insurance by its kind."""
    return {
        part["kind"] if part["kind"] == "insurance" else part["channel"]: (part["state"], part["amount_fen"])
        for part in payment["parts"]
    }


def health_card(one: Payer) -> str:
    """A code of the health card, as the phone shows it for a minute."""
    return str(one.api.post(f"/patients/{one.patient_id}/card/dynamic-code")["text"])


def shown(desk: Desk, one: Payer, what: str) -> str:
    """The code of ``vouchers`` or ``social-cards``, as the insurer's own app shows it."""
    asked = httpx.post(
        f"{desk.stack.sandbox_url}/insurer/{what}", json={"certno": one.number, "name": one.name}, timeout=15
    )
    return str(asked.raise_for_status().json()["text"])


def pay_at(desk: Desk, token: str, trouble: str = "") -> None:
    """The payer pays by what the channel's page or the terminal shows."""
    form = {"user": "u001", "action": "pay"} | ({"trouble": trouble} if trouble else {})
    httpx.post(f"{desk.stack.sandbox_url}/pay/{token}", data=form, timeout=15).raise_for_status()


def token_of(address: str) -> str:
    """What a code on the screen opens at the channel."""
    return address.rsplit("/", 1)[1].partition("?")[0]


def at_terminal(desk: Desk, terminal: str) -> str:
    """The token of the sale that a terminal shows."""
    page = httpx.get(f"{desk.stack.sandbox_url}/terminals", timeout=15).text
    found = re.search(rf"<span>{re.escape(terminal)}</span>.*?action=\"/pay/([^\"]+)\"", page, re.DOTALL)
    assert found, page
    return found[1]


def paid_by_card(desk: Desk, patient_id: str, terminal: str, count: int = 1000) -> dict[str, Any]:
    """A bill that was paid by a bank card at the window, over HTTP."""
    cashier, here = desk.staff("cashier"), {"organization_id": desk.organization_id}
    bill = charge(desk, patient_id, [(BLOOD, count)])
    wish = {
        **here,
        "bill_id": bill["id"],
        "channels": [{"channel": "card", "scene": "terminal", "payer": terminal}],
        "confirmed_fen": bill["outstanding_fen"],
    }
    made = cashier.post("/payments", wish)
    pay_at(desk, at_terminal(desk, terminal))
    seen: dict[str, Any] = made
    for _ in range(60):
        seen = cashier.post(f"/payments/{made['id']}/retry", here)
        if seen["final"]:
            assert seen["state"] == "settled", seen
            return seen
        desk.pause(0.5)
    raise AssertionError(seen)
