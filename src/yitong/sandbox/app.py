"""The sandbox as one web application of its own, served beside the platform."""

from datetime import timedelta

from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware

from yitong.gateways import sandbox_keys
from yitong.kernel.clock import Clock, OffsetClock, SystemClock
from yitong.kernel.settings import Settings
from yitong.sandbox import alipay, authenticator, faults, oidc, pages, sms, sms_page, wechat, wechat_routes

PAGES = (
    ("/sms", "短信 · Text messages"),
    ("/authenticator", "员工动态口令 · Staff one-time codes"),
    ("/wechat", "微信服务通知 · WeChat notices"),
)


@get("/")
async def overview() -> Response[str]:
    """What can be looked at here."""
    links = "".join(f'<p class=card><a href="{path}">{text}</a></p>' for path, text in PAGES)
    return pages.page("医通沙箱", "Stand-in for the outside world", links)


def create_sandbox(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The other side of every gateway, with keys shared through the data folder of ``settings``."""
    clock = clock or SystemClock()
    troubles = faults.Faults()
    secret = sandbox_keys.shared_secret
    state = State(
        {
            "faults": troubles,
            # Passwords depend on the platform's clock, which a rehearsal moves; everybody else here lives in real time.
            "platform_clock": OffsetClock(timedelta(seconds=settings.clock_offset_seconds)),
            "sms": sms.SmsOperator(settings.sms_secret or secret(settings, "sms"), clock.now),
            "wechat": wechat.Wechat(secret(settings, "wechat")),
            "alipay": alipay.Alipay(
                sandbox_keys.private_key(settings, "alipay-theirs"), sandbox_keys.public_key(settings, "alipay-ours")
            ),
            "oidc": oidc.IdentityProvider(sandbox_keys.private_key(settings, "oidc"), secret(settings, "oidc")),
        }
    )
    rooms = (faults, sms, sms_page, authenticator, wechat_routes, alipay, oidc)
    return Litestar(
        route_handlers=[overview, *(route for room in rooms for route in room.ROUTES)],
        middleware=[DefineMiddleware(faults.FaultMiddleware, faults=troubles)],
        state=state,
        openapi_config=None,
        logging_config=None,
    )
