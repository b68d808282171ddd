"""Carries messages to the insurer: signs in, numbers, seals, sends, and reads what comes back."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import TypeVar

import httpx
import msgspec

from yitong.billing.ports import InsurerSilent
from yitong.gateways.http import Caller
from yitong.gateways.insurance import wire
from yitong.gateways.insurance.amounts import BEIJING, ENCODER, written
from yitong.gateways.insurance.envelope import Answer, Forged, Message, Seals, message_id, tif_headers
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.text import Bilingual

PARTY = Bilingual("医保平台", "The medical-insurance platform")
PATH = "/mbs/fmi/fsi/api/callFsiService/callService"
SIGN_IN_AGAIN = "签到"
"""What the refusal of a sign-in number that ran out says."""
# Nothing is lost when one of these reaches the insurer twice.
_HARMLESS = frozenset({"9001", "1101", "2101", "2205", "2206A", "2302", "2303", "2601", "3201", "3202", "5203"})
_CLOCK = SystemClock()
Output = TypeVar("Output")


@dataclass(frozen=True, slots=True)
class Sender:
    """How we introduce ourselves; ``paas_id`` and ``paas_token`` are empty where no gateway asks for x-tif headers."""

    url: str  # the platform's address, without the path of its one service
    admvs: str  # administrative division of the place of treatment
    recer_sys_code: str
    operator: str
    operator_name: str
    paas_id: str = ""
    paas_token: str = ""


class Courier:
    """One process's connection to the insurer.

    ``now`` is the real time even when the platform's own clock is moved: the other side checks it.
    """

    def __init__(
        self,
        sender: Sender,
        seals: Seals,
        *,
        now: Callable[[], datetime] = _CLOCK.now,
        timeout_s: float = 10.0,
        pause_s: float = 0.2,
    ) -> None:
        self._sender = sender
        self._seals = seals
        self._now = now
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)
        self._sequence = count(secrets.randbelow(10_000))  # processes start apart, so that their numbers seldom meet
        self._signed_in: dict[str, tuple[str, str]] = {}  # institution: (day, sign_no)

    async def ask(
        self,
        infno: str,
        institution: str,
        content: msgspec.Struct,
        output: type[Output],
        *,
        insuplc: str = "",
        msgid: str = "",
    ) -> Output:
        """The output of one message, sent under ``msgid`` when it is given.

        Raises GatewayRefused, or InsurerSilent with the message's number.
        """
        sign_no = await self._sign_in(institution)
        try:
            return await self._send(infno, institution, content, output, insuplc, sign_no, msgid)
        except GatewayRefused as refused:
            if SIGN_IN_AGAIN not in refused.detail:
                raise
        self._signed_in.pop(institution, None)
        sign_no = await self._sign_in(institution)
        return await self._send(infno, institution, content, output, insuplc, sign_no, msgid)

    def message_no(self, institution: str) -> str:
        """A number for one message of an institution."""
        return message_id(institution, self._now(), next(self._sequence) % 10_000)

    async def _sign_in(self, institution: str) -> str:
        today = f"{self._now().astimezone(BEIJING):%Y%m%d}"
        day, sign_no = self._signed_in.get(institution, ("", ""))
        if day != today:
            asked = wire.SignInInput(wire.SignIn(self._sender.operator))
            answer = await self._send("9001", institution, asked, wire.SignInOutput, "", "")
            sign_no = answer.signinoutb.sign_no
            self._signed_in[institution] = (today, sign_no)
        return sign_no

    async def _send(
        self,
        infno: str,
        institution: str,
        content: msgspec.Struct,
        output: type[Output],
        insuplc: str,
        sign_no: str,
        msgid: str = "",
    ) -> Output:
        moment = self._now()
        cainfo, sealed = self._seals.close(ENCODER.encode(content))
        message = Message(
            infno=infno,
            msgid=msgid or self.message_no(institution),
            mdtrtarea_admvs=self._sender.admvs,
            insuplc_admdvs=insuplc,
            recer_sys_code=self._sender.recer_sys_code,
            cainfo=cainfo,
            opter=self._sender.operator,
            opter_name=self._sender.operator_name,
            inf_time=written(moment),
            fixmedins_code=institution,
            sign_no=sign_no,
            encType=self._seals.enc_type,
            input=sealed,
        )
        body = ENCODER.encode(message)

        def silent(reason: str) -> InsurerSilent:
            return InsurerSilent(PARTY, reason, message.msgid, infno)

        try:
            came = await self._caller.call(lambda: self._request(body), idempotent=infno in _HARMLESS)
        except GatewayUnavailable as error:
            raise silent(error.reason) from error
        try:
            answer = msgspec.json.decode(came.content, type=Answer)
        except msgspec.MsgspecError as error:
            raise silent(f"status {came.status_code} without a readable answer") from error
        if answer.infcode == -1:
            raise silent(f"infcode -1 {answer.err_msg}".rstrip())
        if answer.infcode != 0:
            raise GatewayRefused(PARTY, f"infcode {answer.infcode}", answer.err_msg)
        try:
            plain = self._seals.open(answer.cainfo, answer.encType, answer.output)
            return msgspec.json.decode(plain, type=output)
        except (Forged, msgspec.MsgspecError) as error:
            raise silent(f"an answer that cannot be trusted: {error}") from error

    def _request(self, body: bytes) -> httpx.Request:
        headers = {"content-type": "application/json"}
        if self._sender.paas_id:
            nonce = secrets.token_hex(16)
            headers |= tif_headers(self._sender.paas_id, self._sender.paas_token, self._now(), nonce)
        return httpx.Request("POST", self._sender.url.rstrip("/") + PATH, headers=headers, content=body)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()
