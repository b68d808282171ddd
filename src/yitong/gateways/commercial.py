"""Commercial health insurers over HTTP: FHIR R4 Claim out, ClaimResponse in, signed with a shared secret.

``POST {base}/Claim/$submit`` takes claims and predeterminations, ``GET {base}/ClaimResponse?request=NO`` finds an
answer, ``GET {base}/ClaimResponse?created=DAY&payee=provider`` lists a day, ``POST {base}/Claim/NO/$cancel`` takes a
claim back; one that the insurer does not know is answered 404 and will not be taken later either. Each body is signed:
``X-Signature`` is the hex HMAC-SHA256 of the moment, a line break and the body; ``X-Timestamp`` is that moment.
"""

import hashlib
import hmac
import time
from datetime import date

import httpx

from yitong.billing.claims import fhir, statement
from yitong.billing.commercial import CommercialAnswer, CommercialClaim, CoverMovement
from yitong.gateways.http import Caller
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

_JSON = "application/fhir+json"


def signature(secret: str, moment: str, body: bytes) -> str:
    """The signature of a body at a moment (seconds since 1970 as text)."""
    return hmac.new(secret.encode(), moment.encode() + b"\n" + body, hashlib.sha256).hexdigest()


class CommercialClient:
    """One commercial insurer."""

    def __init__(self, name: str, base_url: str, secret: str, party: Bilingual) -> None:
        self.name = name
        self._base = base_url.rstrip("/")
        self._secret = secret
        self._caller = Caller(party)

    async def assess(self, claim: CommercialClaim) -> CommercialAnswer:
        """What it would pay. Raises GatewayRefused and GatewayUnavailable."""
        return self._read(await self._send("POST", "/Claim/$submit", fhir.written(claim, "predetermination")), claim)

    async def submit(self, claim: CommercialClaim) -> CommercialAnswer:
        """Claim it; the same number again is the same claim. Raises GatewayRefused and GatewayUnavailable."""
        return self._read(await self._send("POST", "/Claim/$submit", fhir.written(claim, "claim")), claim)

    async def find(self, claim_no: str) -> CommercialAnswer | None:
        """What became of a claim; None when it never arrived. Raises GatewayUnavailable."""
        answer = await self._send("GET", f"/ClaimResponse?request={claim_no}", b"")
        return None if answer.status_code == 404 else self._read(answer)

    async def cancel(self, claim_no: str) -> CommercialAnswer:
        """Take a claim back, also one that never arrived. Raises GatewayRefused and GatewayUnavailable."""
        answer = await self._send("POST", f"/Claim/{claim_no}/$cancel", b"")
        if answer.status_code == 404:
            return CommercialAnswer(claim_no, "", "complete", 0)
        return self._read(answer)

    async def lines(self, day: date) -> list[CoverMovement]:
        """What it lists of a day. Raises GatewayRefused and GatewayUnavailable."""
        answer = await self._send("GET", f"/ClaimResponse?created={day.isoformat()}&payee=provider", b"")
        if answer.status_code >= 400:
            raise GatewayRefused(self._caller.party, str(answer.status_code), answer.text[:200])
        try:
            return statement.read_movements(answer.content)
        except ValueError as error:
            raise GatewayUnavailable(self._caller.party, f"not a list of ClaimResponses: {error}") from error

    async def close(self) -> None:
        """Let go of the kept connections."""
        await self._caller.close()

    async def _send(self, method: str, path: str, body: bytes) -> httpx.Response:
        def build() -> httpx.Request:
            moment = str(int(time.time()))
            headers = {
                "content-type": _JSON,
                "accept": _JSON,
                "x-timestamp": moment,
                "x-signature": signature(self._secret, moment, body),
            }
            return httpx.Request(method, self._base + path, content=body, headers=headers)

        return await self._caller.call(build, idempotent=True)  # a number means one claim, however often it comes

    def _read(self, answer: httpx.Response, claim: CommercialClaim | None = None) -> CommercialAnswer:
        if answer.status_code >= 400:
            raise GatewayRefused(self._caller.party, str(answer.status_code), answer.text[:200])
        try:
            said = fhir.read_answer(answer.content)
        except ValueError as error:
            raise GatewayUnavailable(self._caller.party, f"not a ClaimResponse: {error}") from error
        if claim is not None and said.claim_no != claim.claim_no:
            raise GatewayUnavailable(self._caller.party, "an answer to another claim")
        return said
