"""The routes of the pool."""

from litestar.types import ControllerRouterHandler

from yitong.booking.api import appointments, finding, schedules
from yitong.booking.api.hot import HOT, PAGES

__all__ = ["HOT", "PAGES", "ROUTES"]
ROUTES: list[ControllerRouterHandler] = [*appointments.ROUTES, *finding.ROUTES, *schedules.ROUTES]
