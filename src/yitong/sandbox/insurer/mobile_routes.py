"""Mobile insurance payment over HTTP, and the payer's part of it for demonstrations and for the payment platforms."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from yitong.gateways.insurance import mobile as op
from yitong.gateways.insurance.envelope import Forged
from yitong.gateways.insurance.mobile_envelope import Envelope
from yitong.sandbox.faults import FaultKind
from yitong.sandbox.insurer.mobile import MobileDesk
from yitong.sandbox.insurer.refusal import Refusal
from yitong.sandbox.insurer.routes import BASE, Holder, Insurer, Shown

NUMBERS = {op.UPLOAD: "6201", op.ORDER: "6202", op.REFUND: "6203", op.FIND: "6301", op.REVOKE: "6401"}


@post(BASE + op.PATH + "{operation:str}", status_code=200)
async def call(operation: FromPath[str], request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """Every operation of mobile payment."""
    insurer: Insurer = state.insurer
    fault = state.faults.take(f"insurer/{NUMBERS.get(operation, operation)}")
    if fault and fault.kind is FaultKind.REFUSE:
        return Response(b"sandbox fault", status_code=503)
    answer = _answer(insurer, insurer.mobile, operation, await request.body())
    if fault and fault.kind in (FaultKind.LOST, FaultKind.FAILED):
        return Response(b"sandbox fault", status_code=504)
    if fault and fault.kind is FaultKind.LATE:
        await asyncio.sleep(fault.seconds)
    if fault and fault.kind is FaultKind.FORGED:
        answer = msgspec.structs.replace(answer, timestamp="0")
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _answer(insurer: Insurer, desk: MobileDesk, operation: str, body: bytes) -> Envelope:
    now = str(int(datetime.now(UTC).timestamp() * 1000))
    try:
        asked = msgspec.json.decode(body, type=Envelope)
        output = desk.take(operation, insurer.mobile_seals.open(asked))
    except (msgspec.MsgspecError, Forged) as error:
        return Envelope(code=40001, message=f"报文无法识别或签名有误：{error}", success=False)
    except Refusal as refusal:
        return Envelope(code=50001, message=str(refusal), success=False)
    return insurer.mobile_seals.close(output, now, code=0, message="成功", success=True, type="success")


@post(f"{BASE}/mobile/permissions", status_code=200)
async def permit(data: JSONBody[Holder], state: State) -> Shown:
    """Somebody allows payment from their insurance in the app: a payAuthNo, good for ten minutes."""
    insurer: Insurer = state.insurer
    insurer.desk.seen(data.certno, data.name)
    return Shown(insurer.mobile.permit(data.certno))


@post(f"{BASE}/mobile/orders/{{pay_ord_id:str}}/confirm", status_code=200)
async def confirm(pay_ord_id: FromPath[str], state: State) -> Response[dict[str, Any]]:
    """The payer confirms; 409 with the reason when the insurer refuses."""
    try:
        return Response(state.insurer.mobile.confirm(pay_ord_id))
    except Refusal as refusal:
        return Response({"message": str(refusal)}, status_code=409)


ROUTES = [call, permit, confirm]
