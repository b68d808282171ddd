"""A process that pays inside WeChat, refunds or cancels, and is killed without warning at one crossing after the other.

Started with a database, the sandbox's address and ids; forks a child for every crossing, and says how many died.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime

import httpx
import msgspec

from billing.payments.killed import KillAt
from gateways.mixed_street import MixedStreet, counter_without
from worlds import World
from yitong.app import ROUTES
from yitong.billing.payments import service
from yitong.billing.payments.carrying import Crossings
from yitong.gateways.connect import connect_gateways
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID
from yitong.kernel.platform import open_platform
from yitong.kernel.settings import load_settings

assert ROUTES  # the rooms of the whole application are known
AMOUNTS = (30_000, 10_000)


async def act(given: dict[str, str], crossing: int) -> None:
    """Play the scenario and die at a crossing; of a refund or a cancellation, not before it begins."""
    clock = SetClock(datetime.fromtimestamp(float(given["now"]), UTC))
    settings = load_settings(
        {}, data_dir=given["data"], token_key="11" * 32, master_keys="k1:" + "22" * 32,
        sandbox_url=given["sandbox"].rstrip("/"), public_url=given["public"],
    )  # fmt: skip
    platform = open_platform(settings, given["url"], clock)
    connect_gateways(platform)
    patient = UUID(given["patient"])
    town = World(platform, clock, hospital_id=UUID(given["hospital"]))
    citizen = msgspec.structs.replace(town.citizen(patient), id=UUID(given["citizen"]))
    async with httpx.AsyncClient(base_url=given["sandbox"]) as browser:
        street = MixedStreet(counter_without(town, patient, citizen), browser)
        killer = KillAt(crossing)
        if given["scenario"] == "pay":
            platform.connect(Crossings, killer)
        payment, lines = await street.begin(*AMOUNTS)
        if given["scenario"] == "refund":
            told = await _notices(browser)
            await street.act(payment)
            payment = await street.becomes(payment, "settled")  # the parent process takes the notice
            while await _notices(browser) == told:  # noqa: ASYNC110 - the parent carries on until it has answered
                await asyncio.sleep(0.02)
        platform.connect(Crossings, killer)
        if given["scenario"] == "cancel":
            await service.cancel(platform, citizen, payment.organization_id, payment.id)
        elif given["scenario"] == "refund":
            await street.counter.refund(payment, lines[1])
    await platform.close()


async def _notices(browser: httpx.AsyncClient) -> int:
    """How many notices were answered by now."""
    return len((await browser.get("/pay/notices")).json())


def main() -> None:
    """Fork a child a crossing until one lives to the end; print how many died."""
    given = json.loads(sys.argv[1])
    died = 0
    while True:
        child = os.fork()
        if child == 0:
            asyncio.run(act(given, died + 1))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.stdout.write(json.dumps({"died": died, "status": os.waitstatus_to_exitcode(status)}))
            return
        died += 1


if __name__ == "__main__":
    main()
