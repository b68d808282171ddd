"""Asking channels and the insurer for their lists of a day; outside of any transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import msgspec
import structlog

from yitong.billing.commercial import CommercialInsurer, CommercialInsurers
from yitong.billing.ports import Insurer, PaymentChannel, PaymentChannels
from yitong.billing.reconciliation.sides import INSURER, There, channel_side, cover_party, cover_side, insurer_side
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform

log = structlog.get_logger(__name__)
Ask = Callable[[date], Awaitable[list[There]]]


class Listing(msgspec.Struct, frozen=True):
    """What one party lists of a day and the days around it. Without an answer for the day itself, ``refused`` says why.

    ``whole`` is false while a neighbouring day is missing: a movement around midnight may then look as if it were
    missing there.
    """

    party: str
    lines: list[There]
    whole: bool
    refused: str | None = None


async def listings(platform: Platform, fixmedins_code: str, day: date, today: date) -> list[Listing]:
    """Every connected party's list of ``day``, with the neighbours that there can be by ``today``."""
    asks: dict[str, Ask] = {}
    if PaymentChannels in platform.ports:
        channels = platform.port(PaymentChannels)
        connected = [channels.get(name) for name in channels.names()]
        asks = {one.name: _channel(one) for one in connected if one is not None}
    if Insurer in platform.ports:
        asks[INSURER] = _insurer(platform.port(Insurer), fixmedins_code)
    if CommercialInsurers in platform.ports:
        insurers = platform.port(CommercialInsurers)
        for name in insurers.names():
            cover = insurers.get(name)
            if cover is not None:
                asks[cover_party(name)] = _cover(cover)
    return list(await asyncio.gather(*(_listing(party, ask, day, today) for party, ask in asks.items())))


def _channel(channel: PaymentChannel) -> Ask:
    async def ask(day: date) -> list[There]:
        return channel_side(channel.name, await channel.lines(day))

    return ask


def _insurer(insurer: Insurer, fixmedins_code: str) -> Ask:
    async def ask(day: date) -> list[There]:
        return insurer_side(await insurer.settlements(fixmedins_code, day))

    return ask


def _cover(insurer: CommercialInsurer) -> Ask:
    async def ask(day: date) -> list[There]:
        return cover_side(insurer.name, await insurer.lines(day))

    return ask


async def _listing(party: str, ask: Ask, day: date, today: date) -> Listing:
    try:
        lines = await ask(day)
    except (GatewayRefused, GatewayUnavailable) as error:
        log.warning("reconciliation.unanswered", party=party, day=day.isoformat(), error=error.code)
        return Listing(party, [], whole=False, refused=error.reason)
    whole = day < today
    for neighbour in (day - timedelta(days=1), day + timedelta(days=1)):
        if neighbour > today:
            continue
        try:
            lines = lines + await ask(neighbour)
        except (GatewayRefused, GatewayUnavailable) as error:
            whole = False  # its bill is not made yet, or no longer kept
            log.info("reconciliation.neighbour", party=party, day=neighbour.isoformat(), error=error.code)
    return Listing(party, lines, whole)
