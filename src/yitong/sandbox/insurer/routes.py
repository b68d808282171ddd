"""The insurer over HTTP: the one address of all messages, credentials and people for demonstrations, its troubles."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from yitong.gateways.insurance.amounts import ENCODER, written
from yitong.gateways.insurance.courier import PATH
from yitong.gateways.insurance.envelope import Answer, Forged, Message, Seals, tif_fits
from yitong.gateways.insurance.mobile_envelope import MobileSeals
from yitong.sandbox.faults import FaultKind, Faults
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.authorization_codes import AuthorizationCodes
from yitong.sandbox.insurer.desk import InsuranceDesk
from yitong.sandbox.insurer.mobile import MobileDesk
from yitong.sandbox.insurer.refusal import Refusal

AnyRequest = Request[Any, Any, Any]
BASE = "/insurer"


class Insurer:
    """The insurer with its keys; ``tif`` is the gateway's paas id and token."""

    def __init__(self, desk: InsuranceDesk, seals: Seals, tif: tuple[str, str], mobile_seals: MobileSeals) -> None:
        self.desk = desk
        self.mobile = MobileDesk(desk)
        self.codes = AuthorizationCodes(desk)
        self.mobile_seals = mobile_seals
        self.seals = seals
        self.tif = tif

    def answer(self, body: bytes) -> Answer:
        """The answer to one message: opened, done, sealed."""
        try:
            message = msgspec.json.decode(body, type=Message)
            content = self.seals.open(message.cainfo, message.encType, message.input)
        except (msgspec.MsgspecError, Forged) as error:
            return self.said(-2, f"报文无法识别或签名有误：{error}")
        try:
            return self.said(0, "", self.desk.take(message, content))
        except Refusal as refusal:
            return self.said(-2, str(refusal))

    def said(self, infcode: int, text: str, output: bytes = b"{}") -> Answer:
        """An answer with signed content."""
        cainfo, sealed = self.seals.close(output)
        now = written(datetime.now(UTC))
        return Answer(
            infcode=infcode,
            inf_refmsgid=self.desk.books.number("RM"),
            refmsg_time=now,
            respond_time=now,
            err_msg=text,
            cainfo=cainfo,
            signtype="SM2",
            encType=self.seals.enc_type,
            output=sealed,
        )


@post(BASE + PATH, status_code=200)
async def call_service(request: AnyRequest, state: State) -> Response[bytes]:
    """Every message of the national interface."""
    insurer: Insurer = state.insurer
    troubles: Faults = state.faults
    body = await request.body()
    headers = {key.lower(): value for key, value in request.headers.items()}
    if not tif_fits(headers, *insurer.tif, datetime.now(UTC)):
        return Response(b'{"code":"401","message":"x-tif"}', status_code=401, media_type="application/json")
    fault = troubles.take(f"insurer/{_infno(body)}")
    kind = fault.kind if fault else None
    if kind is FaultKind.REFUSE:
        return Response(b"sandbox fault", status_code=503)
    answer = insurer.answer(body)
    match kind:
        case FaultKind.LOST:
            return Response(b"sandbox fault", status_code=504)
        case FaultKind.LATE:
            await asyncio.sleep(fault.seconds if fault else 0)
        case FaultKind.FAILED:
            answer = insurer.said(-1, "系统异常")
        case FaultKind.FORGED:
            other, _ = insurer.seals.close(b"other content")
            answer = msgspec.structs.replace(answer, cainfo=other)
        case _:
            pass
    return Response(ENCODER.encode(answer), media_type="application/json")


def _infno(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Numbered).infno
    except msgspec.MsgspecError:
        return ""


class _Numbered(msgspec.Struct):
    infno: str = ""


class Holder(msgspec.Struct, frozen=True):
    """Somebody who shows a credential."""

    certno: str
    name: str = ""


class Shown(msgspec.Struct, frozen=True):
    """What a scanner reads."""

    text: str


@post(f"{BASE}/vouchers", status_code=200)
async def voucher(data: JSONBody[Holder], state: State) -> Shown:
    """A new code of somebody's electronic insurance voucher, as their phone shows it."""
    return Shown(voucher_text(state.insurer.desk, data))


@post(f"{BASE}/social-cards", status_code=200)
async def social_card(data: JSONBody[Holder], state: State) -> Shown:
    """The code of somebody's electronic social-security card: number and serial."""
    return Shown(card_text(state.insurer.desk, data))


def voucher_text(desk: InsuranceDesk, holder: Holder) -> str:
    """A voucher's code."""
    desk.seen(holder.certno, holder.name)
    return desk.credentials.voucher(holder.certno)


def card_text(desk: InsuranceDesk, holder: Holder) -> str:
    """A card's code."""
    desk.seen(holder.certno, holder.name)
    return "|".join(desk.credentials.card(holder.certno))


class PersonChange(msgspec.Struct, frozen=True):
    """What to change of a person's insurance; what is left out stays."""

    name: str = ""
    status: str | None = None
    account_fen: int | None = None
    rights: list[str] | None = None
    helpers: list[str] | None = None


@put(f"{BASE}/people/{{certno:str}}", status_code=204)
async def change_person(certno: FromPath[str], data: JSONBody[PersonChange], state: State) -> None:
    """Change somebody's insurance: paused, another balance, other rights, a family account that helps."""
    desk: InsuranceDesk = state.insurer.desk
    desk.seen(certno, data.name)
    desk.books.write(
        e.Changed(
            certno=certno, status=data.status, account_fen=data.account_fen, rights=data.rights, helpers=data.helpers
        )
    )


@get(f"{BASE}/settlements")
async def settlements(state: State) -> list[e.Settled]:
    """Every settlement ever made, newest first."""
    return list(reversed(state.insurer.desk.books.settlements.values()))


@get(f"{BASE}/reversals")
async def reversals(state: State) -> list[e.Reversed]:
    """The reversals that stand."""
    return list(state.insurer.desk.books.reversals.values())


@post(f"{BASE}/sign-outs", status_code=204)
async def sign_out(state: State) -> None:
    """Let every institution's sign-in run out now."""
    state.insurer.desk.sign_out()


ROUTES = [sign_out, call_service, voucher, social_card, change_person, settlements, reversals]
