"""The prescribing part of a visit that is played: written, signed, reviewed, published, and won by a pharmacy."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from yitong.cli.play_paying import DIAGNOSIS, Asking
from yitong.kernel.money import yuan_text

DRUG = "清宣止咳颗粒"
DAYS = 3
MOST_POLLS = 200
SHOPS = ("pharmacy1", "pharmacy2")
_HOME = (39.9239, 116.3726)  # between the two shops that may be signed in to
_LINE = {"dose_milli": 1000, "dose_unit": "袋", "frequency": "tid", "route": "po", "days": DAYS}
_DISCOUNT_FEN = 50


class Prescribing:
    """A prescription up to the moment that a pharmacy holds it; each method is one step and answers the state after it.

    ``staff`` answers the session of a demo account. Raises ``fault`` when an answer does not let it go on.
    """

    def __init__(
        self, ask: Asking, staff: Callable[[str], Awaitable[dict[str, Any]]], fault: Callable[[str], Exception]
    ) -> None:
        self._ask = ask
        self._staff = staff
        self._fault = fault
        self._shops: dict[str, str] = {}
        self._request: dict[str, Any] = {}
        self.written: dict[str, Any] = {}
        self.part = self.shop = self.shop_token = ""

    async def write(self, doctor: str, encounter: str, here: dict[str, str]) -> str:
        """The doctor finds the drug, asks the rules, writes with the coded diagnosis of the visit, and signs."""
        codes = await self._ask("GET", "/diagnosis-codes", doctor, params={"q": DIAGNOSIS})
        diagnoses = [{"code": one["code"], "name": one["name"]} for one in codes["items"][:1]]
        found = (await self._ask("GET", "/drugs", doctor, params={**here, "q": DRUG}))["items"]
        line = {**_LINE, "drug_code": found[0]["code"], "quantity": 1}
        sheet = {**here, "encounter_id": encounter, "diagnoses": diagnoses, "lines": [line], "insured": True}
        checked = await self._ask("POST", "/prescriptions/check", doctor, json=sheet)
        stops = [one["code"] for one in checked["verdicts"] if one["level"] == "stop"]
        if stops:
            raise self._fault(f"the rules stop it: {stops}")
        asked = [one["code"] for one in checked["verdicts"] if one["level"] == "pharmacist"]
        sheet["reasons"] = [{"code": one, "text": "已核对适应证与用法"} for one in asked]
        draft = await self._ask("POST", "/prescriptions", doctor, 201, json=sheet)
        self.written = await self._act(doctor, draft, "sign", here)
        rules = f"a reason for {', '.join(asked)}" if asked else f"rules: {checked['level']}"
        now = f"{self.written['state']}, {diagnoses[0]['code']}, {DRUG}"
        return f"{now}, {rules}, number {self.written['number']}"

    async def _act(
        self, who: str, seen: dict[str, Any], verb: str, here: dict[str, str], **more: Any
    ) -> dict[str, Any]:
        body = {**here, "version": seen["version"], **more}
        return await self._ask("POST", f"/prescriptions/{seen['id']}/{verb}", who, json=body)

    async def review(self, here: dict[str, str]) -> str:
        """The hospital's pharmacist finds it among what waits, approves and signs."""
        pharmacist = (await self._staff("pharmacist"))["token"]
        waiting = (await self._ask("GET", "/prescription-reviews", pharmacist, params=here))["items"]
        mine = next(one for one in waiting if one["id"] == self.written["id"])
        self.written = await self._act(pharmacist, mine, "review", here, decision="approve")
        signed = [one["kind"] for one in self.written["signatures"]]
        return f"{self.written['state']}, signed by {' and '.join(signed)}"

    async def publish(self, citizen: str, here: dict[str, str]) -> str:
        """The patient publishes a purchase request to the pharmacies nearby, who may offer; that releases it."""
        path = f"/prescriptions/{self.written['id']}/parts"
        self.part = (await self._ask("GET", path, citizen, params=here))["items"][0]["id"]
        wish = {
            **here,
            "part_id": self.part,
            "mode": "best_price",
            "handover": "pickup",
            "latitude": _HOME[0],
            "longitude": _HOME[1],
            "insured": True,
        }
        self._request = await self._ask("POST", "/purchase-requests", citizen, 201, json=wish)
        part = await self._ask("GET", f"/prescription-parts/{self.part}", citizen, params=here)
        return f"part {part['part']['state']}, request {self._request['state']}, {self._request['mode']}"

    async def offer(self, here: dict[str, str]) -> str:
        """Two pharmacies see it on their walls and offer; the second one below its shelf."""
        offers: list[str] = []
        for discount, username in zip((0, _DISCOUNT_FEN), SHOPS, strict=True):
            session = await self._staff(username)
            place = session["staff"]["roles"][0]["organization_id"]
            self._shops[place] = session["token"]
            wall = await self._ask("GET", f"/pharmacies/{place}/wall", session["token"])
            seen = next(one for one in wall["requests"] if one["id"] == self._request["id"])
            body = {**here, "pharmacy_id": place, "ready_minutes": 20, "total_fen": seen["total_fen"] - discount}
            made = await self._ask("POST", f"/purchase-requests/{seen['id']}/offers", session["token"], json=body)
            offers.append(f"{made['pharmacy_name']} {yuan_text(made['total_fen'])}")
        return f"{len(offers)} offers: {', '.join(offers)}"

    async def choose(self, citizen: str, here: dict[str, str]) -> str:
        """The patient compares and takes the cheapest; the other one is told that it is gone."""
        path = f"/purchase-requests/{self._request['id']}"
        offers = (await self._ask("GET", path, citizen, params=here))["offers"]
        best = offers[0]
        chosen = await self._ask("POST", f"{path}/choose", citizen, json={**here, "offer_id": best["id"]})
        self.shop = best["pharmacy_id"]
        self.shop_token = self._shops[self.shop]
        loser, token = next((one, token) for one, token in self._shops.items() if one != self.shop)
        late = {**here, "pharmacy_id": loser}
        refused = await self._ask("POST", f"{path}/grab", token, 409, json=late)
        part = await self._ask("GET", f"/prescription-parts/{self.part}", citizen, params=here)
        now = f"request {chosen['state']}, part {part['part']['state']}"
        return f"{now} by {best['pharmacy_name']}; other: {refused['code']}"

    async def national(self, doctor: str, here: dict[str, str], *, fetched: bool) -> str:
        """The national platform has it under its own number; later it reports that it was fetched. A job asks."""
        path = f"/prescriptions/{self.written['id']}/national"
        answer: dict[str, Any] = {"state": "unknown"}
        for _ in range(MOST_POLLS):
            answer = await self._ask("GET", path, doctor, params=here)
            if answer["state"] == "refused":
                raise self._fault(f"the national platform refused it: {answer['reason']}")
            if answer["state"] == "uploaded" and (answer["fetched_at"] or not fetched):
                when = f", fetched at {answer['fetched_at'][:16]}" if fetched else ""
                return f"{answer['state']} as {answer['rxno']}{when}"
            await asyncio.sleep(0.3)
        raise self._fault(f"the national platform has it as {answer}")
