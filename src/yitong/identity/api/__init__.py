"""Routes of identity."""

from litestar.types import ControllerRouterHandler

from yitong.identity.api import cards, credentials, desk, family, index, sign_in, staff

ROUTES: list[ControllerRouterHandler] = [
    *sign_in.ROUTES,
    *family.ROUTES,
    *cards.ROUTES,
    *credentials.ROUTES,
    *staff.ROUTES,
    *desk.ROUTES,
    *index.ROUTES,
]
HOT_ROUTES = cards.HOT_ROUTES
