"""WeChat Pay's addresses."""

from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.datastructures import State
from litestar.params import FromPath

from yitong.sandbox.wechat_pay.merchant import PREFIX, WechatPayDesk


@route(f"{PREFIX}/v3/{{rest:path}}", http_method=[HttpMethod.GET, HttpMethod.POST])
async def interface(request: Request[Any, Any, Any], rest: FromPath[str], state: State) -> Response[bytes]:
    """Every address of the merchant's interface."""
    desk: WechatPayDesk = state.wechat_pay
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = (await request.body()).decode("utf-8", "replace")
    query = request.scope["query_string"].decode("latin-1")
    origin = str(request.base_url).rstrip("/")
    answer = desk.answer(request.method, request.scope["path"].removeprefix(PREFIX), query, headers, body, origin)
    kind = answer.headers.get("content-type", "application/json; charset=utf-8")
    return Response(answer.body, status_code=answer.status, headers=answer.headers, media_type=kind)


@post(f"{PREFIX}/rotate", status_code=200)
async def rotate(state: State) -> dict[str, str]:
    """Sign with a new platform certificate from now on."""
    return {"serial_no": state.wechat_pay.signing.rotate()}


@post(f"{PREFIX}/forge", status_code=204)
async def forge(state: State) -> None:
    """Let the next answer carry somebody else's signature."""
    state.wechat_pay.forge = True


ROUTES = [interface, rotate, forge]
