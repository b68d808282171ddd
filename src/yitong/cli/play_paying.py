"""The paying part of a visit that is played: the registration, what the doctor ordered, and a line given back."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import httpx

from yitong.kernel.money import yuan_text

MOST_POLLS = 200
DIAGNOSIS = "J06.900"
_TESTS = ("计算机体层", "常规心电图", "血细胞分析")


class Asking(Protocol):
    """How the visit asks the platform."""

    async def __call__(self, method: str, path: str, token: str = "", expect: int = 200, **more: Any) -> Any: ...


class Paying:
    """Bills and payments of one visit; each method is one step and answers what came of it.

    Raises ``fault`` (an exception the visit names) when an answer does not let it go on.
    """

    def __init__(self, ask: Asking, sandbox: str, client: httpx.AsyncClient, fault: Callable[[str], Exception]) -> None:
        self._ask = ask
        self._sandbox = sandbox
        self._client = client
        self._fault = fault
        self._bill: dict[str, Any] = {}
        self._payment: dict[str, Any] = {}

    async def registration(self, citizen: str, patient: str, here: dict[str, str]) -> str:
        """The fee of the appointment: its bill, the confirmation page, insurance and WeChat."""
        bill = await self._found(citizen, patient, "registration")
        payment = await self._pay(citizen, here, bill)
        return self._told(payment)

    async def order(self, doctor: str, encounter: str, here: dict[str, str]) -> str:
        """The doctor names the diagnosis and orders two examinations from the price list."""
        codes = (await self._ask("GET", "/diagnosis-codes", doctor, params={"q": DIAGNOSIS}))["items"]
        diagnoses = {**here, "items": [{"code": one["code"]} for one in codes[:1]]}
        await self._ask("PUT", f"/encounters/{encounter}/diagnoses", doctor, json=diagnoses)
        lines: list[dict[str, Any]] = []
        for words in _TESTS:
            found = (await self._ask("GET", "/prices", doctor, params={"q": words, "kind": "item"}))["items"]
            lines += [{"kind": "item", "code": one["code"]} for one in found[:1]]
        if len(lines) < 2:
            raise self._fault("the price list has no examinations")
        body = {**here, "lines": lines}
        self._bill = await self._ask("POST", f"/encounters/{encounter}/charges", doctor, 201, json=body)
        return f"{codes[0]['code']}, {len(lines)} examinations, {yuan_text(self._bill['outstanding_fen'])} yuan"

    async def treatment(self, citizen: str, patient: str, here: dict[str, str]) -> str:
        """What was ordered, in one confirmation."""
        bill = await self._found(citizen, patient, "outpatient")
        self._payment = await self._pay(citizen, here, bill)
        return self._told(self._payment)

    async def give_back(self, cashier: str, here: dict[str, str]) -> str:
        """One examination was not done: the insurer settles the others anew, the difference goes back."""
        payment = self._payment
        body = {**here, "charge_ids": payment["charge_ids"][:1], "reason": "检查未做"}
        path = f"/payments/{payment['id']}"
        await self._ask("POST", f"{path}/refunds", cashier, 201, json=body)
        done = await self._until(cashier, here, path, lambda one: one["state"] == "part_refunded")
        returned = [f"{one['text']['en']} {yuan_text(one['amount_fen'])}" for one in done["refunds"][0]["parts"]]
        return f"{yuan_text(done['refunded_fen'])} yuan of lines; back: {', '.join(returned)}"

    async def _found(self, citizen: str, patient: str, kind: str) -> dict[str, Any]:
        """The bill of that kind; a registration's is written by a reactor, which takes a moment."""
        for _ in range(MOST_POLLS):
            bills = (await self._ask("GET", "/bills", citizen, params={"patient_id": patient}))["items"]
            found = next((one for one in bills if one["kind"] == kind and one["outstanding_fen"]), None)
            if found is not None:
                return found
            await asyncio.sleep(0.3)
        raise self._fault(f"no bill for {kind}")

    async def _pay(self, citizen: str, here: dict[str, str], bill: dict[str, Any]) -> dict[str, Any]:
        wish = {
            **here,
            "bill_id": bill["id"],
            "use_insurance": True,
            "channels": [{"channel": "wechat", "scene": "native"}],
        }
        shown = await self._ask("POST", "/payments/preview", citizen, json=wish)
        if (
            shown["insurance_problem"] is not None
            or sum(one["amount_fen"] for one in shown["parts"]) != bill["outstanding_fen"]
        ):
            raise self._fault(f"the confirmation page does not add up: {shown}")
        payment = await self._ask("POST", "/payments", citizen, 201, json={**wish, "confirmed_fen": shown["own_fen"]})
        path = f"/payments/{payment['id']}"
        waiting = next((one for one in payment["parts"] if one["state"] == "waiting"), None)
        if waiting is not None:
            page = waiting["invoke"]["code_url"].rsplit("/", 1)[-1]
            paid = await self._client.post(f"{self._sandbox}/pay/{page}", data={"action": "pay"})
            paid.raise_for_status()
        return await self._until(citizen, here, path, lambda one: one["state"] == "settled")

    async def _until(
        self, who: str, here: dict[str, str], path: str, wanted: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for _ in range(MOST_POLLS):
            seen = await self._ask("GET", path, who, params=here)
            if wanted(seen):
                return seen
            if seen["state"] == "failed" or seen["stuck"]:
                break
            await asyncio.sleep(0.3)
        raise self._fault(f"{path} is {seen['state']}, {seen['failure']}, {seen['stuck']}")

    def _told(self, payment: dict[str, Any]) -> str:
        parts = [f"{one['text']['en']} {yuan_text(one['amount_fen'])}" for one in payment["parts"]]
        return f"paid {yuan_text(payment['total_fen'])}: {', '.join(parts)}"
