"""The sandbox as one web application of its own, served beside the platform."""

from litestar import Litestar
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware

from yitong.gateways import sandbox_keys
from yitong.kernel.clock import Clock, SystemClock
from yitong.kernel.settings import Settings
from yitong.sandbox import faults, sms, sms_page


def create_sandbox(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The other side of every gateway, with keys shared through the data folder of ``settings``."""
    clock = clock or SystemClock()
    troubles = faults.Faults()
    secret = settings.sms_secret or sandbox_keys.shared_secret(settings, "sms")
    state = State({"faults": troubles, "sms": sms.SmsOperator(secret, clock.now)})
    return Litestar(
        route_handlers=[*faults.ROUTES, *sms.ROUTES, *sms_page.ROUTES],
        middleware=[DefineMiddleware(faults.FaultMiddleware, faults=troubles)],
        state=state,
        openapi_config=None,
        logging_config=None,
    )
