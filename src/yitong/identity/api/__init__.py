"""Routes of identity."""

from litestar.types import ControllerRouterHandler

from yitong.identity.api import cards, desk, family, sign_in, staff

ROUTES: list[ControllerRouterHandler] = [*sign_in.ROUTES, *family.ROUTES, *cards.ROUTES, *staff.ROUTES, *desk.ROUTES]
HOT_ROUTES = cards.HOT_ROUTES
