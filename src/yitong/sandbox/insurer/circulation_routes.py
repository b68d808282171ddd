"""The national prescription platform over HTTP."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.params import FromPath

from yitong.gateways.insurance.circulation import wire
from yitong.gateways.insurance.circulation.client import PATH
from yitong.gateways.insurance.envelope import Forged
from yitong.gateways.insurance.mobile_envelope import Envelope
from yitong.sandbox.faults import FaultKind
from yitong.sandbox.insurer.refusal import Refusal
from yitong.sandbox.insurer.routes import BASE, Insurer


@post(BASE + PATH + "/fixmedins/{operation:str}", status_code=200)
async def call(operation: FromPath[str], request: Request[Any, Any, Any], state: State) -> Response[bytes]:
    """Every operation of circulated prescriptions."""
    insurer: Insurer = state.insurer
    number = wire.NUMBERS.get(f"/fixmedins/{operation}", "")
    fault = state.faults.take(f"insurer/{number}")
    kind = fault.kind if fault else None
    if kind is FaultKind.REFUSE:
        return Response(b"sandbox fault", status_code=503)
    answer = _answer(insurer, number, await request.body())
    if kind in (FaultKind.LOST, FaultKind.FAILED):
        return Response(b"sandbox fault", status_code=504)
    if kind is FaultKind.LATE:
        await asyncio.sleep(fault.seconds if fault else 0)
    if kind is FaultKind.FORGED:
        answer = msgspec.structs.replace(answer, timestamp="0")
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _answer(insurer: Insurer, number: str, body: bytes) -> Envelope:
    now = str(int(datetime.now(UTC).timestamp() * 1000))
    try:
        asked = msgspec.json.decode(body, type=Envelope)
        if asked.transType != number:
            raise Forged("transType")
        output = insurer.desk.circulation.take(number, insurer.mobile_seals.open(asked))
    except (msgspec.MsgspecError, Forged) as error:
        return Envelope(code=40001, message=f"报文无法识别或签名有误：{error}", success=False)
    except Refusal as refusal:
        return Envelope(code=50001, message=str(refusal), success=False)
    return insurer.mobile_seals.close(output, now, code=0, message="成功", success=True, type="success")


ROUTES = [call]
