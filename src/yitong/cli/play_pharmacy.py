"""What a pharmacy does with the prescription of a visit that is played, and what comes back of it."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import httpx

from yitong.cli.play_paying import Asking
from yitong.cli.play_prescribing import Prescribing
from yitong.kernel.money import yuan_text
from yitong.simulation.seeding.pharmacies import identifier_rows

MOST_POLLS = 200
HANDS = ["issue", "review", "release", "accept", "dispense", "settle", "reverse", "settle"]
"""What the chain has to show of it, in this order."""


class Dispensing:
    """The held prescription at the counter and back; each method is one step and answers the state after it.

    Raises ``fault`` when an answer does not let it go on.
    """

    def __init__(
        self,
        ask: Asking,
        prescribing: Prescribing,
        sandbox: str,
        client: httpx.AsyncClient,
        fault: Callable[[str], Exception],
    ) -> None:
        self._ask = ask
        self._rx = prescribing
        self._sandbox = sandbox
        self._client = client
        self._fault = fault
        self._shown: dict[str, str] = {}
        self._package = ""

    def _there(self, here: dict[str, str]) -> dict[str, str]:
        return {**here, "pharmacy_id": self._rx.shop}

    async def dispense(self, here: dict[str, str]) -> str:
        """The pharmacist scans each package and hands everything out; the secret ends the custody."""
        path, token = f"/custodies/{self._rx.part}", self._rx.shop_token
        held = await self._ask("GET", path, token, params=self._there(here))
        line = held["lines"][0]["line"]
        prefix = next(one["prefix"] for one in identifier_rows() if one["drug_code"] == line["drug_code"])
        self._package = prefix + f"{secrets.randbelow(10**13):013d}"
        out = {
            "number": line["number"],
            "units": line["units"],
            "packages": [{"code": self._package, "units": line["units"]}],
            "batch": "B2601",
        }
        body = {
            **self._there(here),
            "version": held["version"],
            "lines": [out],
            "last": True,
            "secret": held["secret"],
        }
        done = await self._ask("POST", f"{path}/dispense", token, json=body)
        again = await self._ask("GET", f"/trace-codes/{self._package}", token)
        receipt = done["dispenses"][0]
        paid = yuan_text(receipt["amount_fen"])
        return f"{done['state']}, {line['units']} {line['unit']} for {paid} yuan, trace code of {again['drug_name']}"

    async def settle(self, certno: str, name: str, here: dict[str, str]) -> str:
        """At the counter with the insurance voucher: 2101, then 2102."""
        code = await self._client.post(f"{self._sandbox}/insurer/vouchers", json={"certno": certno, "name": name})
        code.raise_for_status()
        self._shown = {"credential_type": "01", "credential": code.json()["text"]}
        asked = await self._settlement("/preview", here, **self._shown)
        made = await self._settlement("", here, **self._shown)
        if asked["cash_fen"] != made["cash_fen"]:
            raise self._fault(f"asked {asked}, settled {made}")
        return self._told(made)

    async def settle_again(self, here: dict[str, str]) -> str:
        """Taken back as a whole (2103), and settled anew under another number."""
        undone = await self._settlement("/reverse", here)
        anew = await self._settlement("", here, **self._shown)
        return f"{undone['state']}, then {self._told(anew)}"

    async def _settlement(self, verb: str, here: dict[str, str], **shown: str) -> dict[str, Any]:
        path = f"/custodies/{self._rx.part}/settlement{verb}"
        return await self._ask("POST", path, self._rx.shop_token, json={**self._there(here), **shown})

    def _told(self, made: dict[str, Any]) -> str:
        parts = ", ".join(f"{name} {yuan_text(made[f'{name}_fen'])}" for name in ("fund", "account", "cash"))
        return f"{made['state']} {yuan_text(made['total_fen'])}: {parts}"

    async def result(self, doctor: str, here: dict[str, str]) -> str:
        """The issuing hospital sees what was handed out, as FHIR, with the package's trace code."""
        path = f"/prescriptions/{self._rx.written['id']}"
        bundle = await self._ask("GET", f"{path}/dispenses", doctor, params=here)
        resources = [one["resource"] for one in bundle["entry"]]
        codes = [one["value"] for each in resources for one in each["contained"][0]["identifier"]]
        if codes != [self._package]:
            raise self._fault(f"the hospital sees the packages {codes}")
        seen = await self._ask("GET", path, doctor, params=here)
        return f"prescription {seen['state']}, {len(resources)} {resources[0]['resourceType']} {resources[0]['status']}"

    async def medication(self, citizen: str, patient: str) -> str:
        """It is in the patient's list, and they want to be reminded."""
        listed = (await self._ask("GET", f"/patients/{patient}/medications", citizen))["items"]
        one = listed[0]
        path = f"/patients/{patient}/medications/{one['dispense_id']}/{one['line']}/reminder"
        wish = {"pharmacy_id": one["pharmacy_id"], "remind": True}
        kept = await self._ask("PUT", path, citizen, json=wish)
        return f"{kept['name']} until {kept['until_day']}, reminded at {', '.join(kept['times'])}"

    async def chain(self, regulator: str) -> str:
        """The evidence chain shows every hand; a job puts them on it, which takes a moment. Then all is checked."""
        number, hands = {"q": self._rx.written["number"]}, list[str]()
        for _ in range(MOST_POLLS):
            followed = await self._ask("GET", "/ledger/prescriptions", regulator, params=number)
            hands = [one["action"] for each in followed["rounds"] for one in each["hands"]]
            if hands == HANDS:
                break
            await asyncio.sleep(0.3)
        else:
            raise self._fault(f"the chain shows {hands}")
        wish = {"prescription": self._rx.written["number"]}
        check = await self._ask("POST", "/ledger/checks", regulator, json=wish)
        if not check["ok"]:
            raise self._fault(f"the check says {check['checks']}")
        return f"{len(hands)} hands: {', '.join(hands)}; {len(check['checks'])} checks hold at block {check['height']}"
