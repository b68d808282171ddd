"""The sandbox as one web application of its own, served beside the platform."""

import html
import json
from datetime import timedelta

from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware

from yitong.gateways import sandbox_keys
from yitong.gateways.insurance import connecting
from yitong.kernel.clock import Clock, OffsetClock, SystemClock
from yitong.kernel.settings import Settings
from yitong.sandbox import (
    alipay,
    authenticator,
    commercial,
    faults,
    oidc,
    pages,
    sms,
    sms_page,
    terminals,
    wechat,
    wechat_routes,
)
from yitong.sandbox.channels import notices, pay_page
from yitong.sandbox.channels.opening import open_channels
from yitong.sandbox.insurer import circulation_routes as insurer_circulation
from yitong.sandbox.insurer import mobile_routes as insurer_mobile
from yitong.sandbox.insurer import page as insurer_page
from yitong.sandbox.insurer import permits as insurer_permits
from yitong.sandbox.insurer import routes as insurer_routes
from yitong.sandbox.insurer.books import Books
from yitong.sandbox.insurer.credentials import Credentials
from yitong.sandbox.insurer.desk import InsuranceDesk
from yitong.sandbox.wechat_pay import routes as wechat_pay_routes

PAGES = (
    ("/sms", "短信 · Text messages"),
    ("/authenticator", "员工动态口令 · Staff one-time codes"),
    ("/insurer", "医保参保人 · The insured"),
    ("/wechat", "微信服务通知 · WeChat notices"),
    ("/pay", "付款 · Payments"),
    ("/terminals", "支付终端 · Payment terminals"),
)


@get("/")
async def overview(state: State) -> Response[str]:
    """What can be looked at here, and the demo's devices, whose addresses are too long to type."""
    shown = [*PAGES, *device_pages(state["settings"])]
    links = "".join(f'<p class=card><a href="{html.escape(path)}">{text}</a></p>' for path, text in shown)
    return pages.page("医通沙箱", "Stand-in for the outside world", links)


def device_pages(settings: Settings) -> list[tuple[str, str]]:
    """The demo's kiosk and hall screen with their tokens, as the seeding kept them; none without a seeded demo."""
    kept = settings.data_path / "demo.json"
    if not kept.exists():
        return []
    devices: dict[str, str] = json.loads(kept.read_text("utf-8"))
    hall = f"hall/{devices['hall_id']}?organization_id={devices['organization_id']}&device={devices['hall']}"
    return [
        (f"{settings.origin}/console/#/kiosk?device={devices['kiosk']}", "自助机 · Check-in kiosk"),
        (f"{settings.origin}/console/#/{hall}", "候诊大屏 · Waiting-hall screen"),
    ]


def insurer_of(settings: Settings, clock: Clock) -> insurer_routes.Insurer:
    """The insurer with its books in the data folder."""
    books = Books(settings.data_path / "sandbox" / "insurer.jsonl", clock.now)
    credentials = Credentials(sandbox_keys.shared_secret(settings, "insurer"), clock.now)
    seals = connecting.sandbox_seals(settings, theirs=True)
    mobile = connecting.sandbox_mobile_seals(settings, theirs=True)
    desk = InsuranceDesk(books, credentials)
    return insurer_routes.Insurer(desk, seals, connecting.sandbox_tif(settings), mobile)


def create_sandbox(settings: Settings, clock: Clock | None = None, platform_clock: Clock | None = None) -> Litestar:
    """The other side of every gateway, with keys shared through the data folder of ``settings``."""
    # Passwords, the insurer's days and the days on which money moves depend on the platform's clock, which a rehearsal
    # moves; everybody else here lives in real time.
    platform_clock = platform_clock or clock or OffsetClock(timedelta(seconds=settings.clock_offset_seconds))
    clock = clock or SystemClock()
    troubles, secret = faults.Faults(), sandbox_keys.shared_secret
    wechat_users = wechat.Wechat(secret(settings, "wechat"))
    channels = open_channels(settings, platform_clock, wechat_users)
    insurer = insurer_of(settings, platform_clock)
    channels["wallet"].insurer = insurer.mobile
    state = State(
        {
            "settings": settings,
            "faults": troubles,
            "platform_clock": platform_clock,
            "sms": sms.SmsOperator(settings.sms_secret or secret(settings, "sms"), clock.now),
            "wechat": wechat_users,
            "insurer": insurer,
            "commercial": commercial.Insurer(secret(settings, "commercial"), clock.now, platform_clock.now),
            "oidc": oidc.IdentityProvider(sandbox_keys.private_key(settings, "oidc"), secret(settings, "oidc")),
            **channels,
        }
    )
    rooms = (
        *(faults, sms, sms_page, authenticator, wechat_routes, alipay, oidc),
        *(insurer_routes, insurer_mobile, insurer_page, insurer_permits, insurer_circulation),
        *(commercial, notices, pay_page, wechat_pay_routes, terminals),
    )
    return Litestar(
        route_handlers=[overview, *(route for room in rooms for route in room.ROUTES)],
        middleware=[DefineMiddleware(faults.FaultMiddleware, faults=troubles)],
        state=state,
        on_shutdown=[channels["notifier"].stop],
        openapi_config=None,
        logging_config=None,
    )
