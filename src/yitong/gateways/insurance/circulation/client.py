"""The national prescription platform over HTTP: D001–D008 in the envelope of mobile payment (SM4 in it, SM2 on it)."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import httpx
import msgspec

from yitong.gateways.http import Caller
from yitong.gateways.insurance.circulation import wire
from yitong.gateways.insurance.envelope import Forged
from yitong.gateways.insurance.mobile_envelope import Envelope, MobileSeals
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("医保电子处方中心", "The national prescription platform")
PATH = "/epc/api"
# Under the hospital's own number (hospRxno) D001 answers the same again; a signed file is the same file.
_HARMLESS = frozenset({"D001", "D002", "D005", "D006", "D007", "D008"})
_CLOCK = SystemClock()
Output = TypeVar("Output", bound=msgspec.Struct)


class PrescriptionPlatform:
    """Every method raises GatewayRefused (understood and refused) or GatewayUnavailable (nothing usable came back)."""

    def __init__(
        self,
        url: str,
        seals: MobileSeals,
        *,
        now: Callable[[], datetime] = _CLOCK.now,
        timeout_s: float = 10.0,
        pause_s: float = 0.2,
    ) -> None:
        self._url = url.rstrip("/")
        self._seals = seals
        self._now = now
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)

    async def check(self, prescription: wire.PrescriptionUpload) -> wire.Checked:
        """Have a prescription checked before it is uploaded (D001); answers its trace code and number there."""
        return await self._ask(wire.UPLOAD_CHECK, prescription, wire.Checked)

    async def sign(self, asked: wire.SigningAsked) -> wire.SignedFile:
        """Have the institution's signature put on the file (D002)."""
        return await self._ask(wire.SIGN, asked, wire.SignedFile)

    async def upload(self, file: wire.FileUpload) -> wire.Uploaded:
        """Upload the reviewed and signed prescription (D003); it is in effect there from now on."""
        return await self._ask(wire.UPLOAD, file, wire.Uploaded)

    async def undo(self, asked: wire.Undoing) -> wire.Uploaded:
        """Take a prescription back (D004); refused once it was fetched."""
        return await self._ask(wire.UNDO, asked, wire.Uploaded)

    async def detail(self, asked: wire.Naming) -> wire.RxDetail:
        """Where a prescription stands (D005)."""
        return await self._ask(wire.DETAIL, asked, wire.RxDetail)

    async def review_result(self, asked: wire.Naming) -> wire.ReviewResult:
        """The pharmacist's verdict as it stands there (D006)."""
        return await self._ask(wire.REVIEW_RESULT, asked, wire.ReviewResult)

    async def fetched(self, asked: wire.Naming) -> wire.Fetched:
        """What was fetched of a prescription (D007)."""
        return await self._ask(wire.SETTLED, asked, wire.Fetched)

    async def catalogue(self, asked: wire.CatalogueAsked) -> wire.Catalogue:
        """Drugs that may be circulated (D008)."""
        return await self._ask(wire.CATALOGUE, asked, wire.Catalogue)

    async def _ask(self, path: str, content: msgspec.Struct, output: type[Output]) -> Output:
        number = wire.NUMBERS[path]
        data = msgspec.to_builtins(content)
        timestamp = str(int(self._now().timestamp() * 1000))
        body = msgspec.json.encode(self._seals.close(data, timestamp, transType=number))

        def request() -> httpx.Request:
            headers = {"content-type": "application/json"}
            return httpx.Request("POST", self._url + PATH + path, headers=headers, content=body)

        came = await self._caller.call(request, idempotent=number in _HARMLESS)
        try:
            answer = msgspec.json.decode(came.content, type=Envelope)
        except msgspec.MsgspecError as error:
            raise GatewayUnavailable(PARTY, f"status {came.status_code} without a readable answer") from error
        if answer.success is False:
            raise GatewayRefused(PARTY, f"code {answer.code}", answer.message)
        try:
            return msgspec.convert(self._seals.open(answer), output)
        except (Forged, msgspec.MsgspecError) as error:
            raise GatewayUnavailable(PARTY, f"an answer that cannot be trusted: {error}") from error

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()
