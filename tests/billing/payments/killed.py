"""A process that pays, refunds or cancels and is killed without warning at one crossing after the other.

Started with a database, the outside's books and ids; forks a child for every crossing, and says what each one left.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from billing.payments.counter import Counter
from billing.payments.outside import connect
from worlds import World
from yitong.app import ROUTES
from yitong.billing.payments import service
from yitong.billing.payments.carrying import Crossings
from yitong.billing.payments.schemas import ChannelChoice
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID
from yitong.kernel.platform import open_platform
from yitong.kernel.settings import load_settings

assert ROUTES  # the rooms of the whole application are known
CODE = ChannelChoice("wechat", "code", None, "134567890123456789")
FIRST = ChannelChoice("alipay", "code", 100, "28763443825664394")
OPEN = ChannelChoice("wechat", "native")


@dataclass
class KillAt:
    """Ends this process at the n-th crossing, as the power does."""

    left: int

    def cross(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def act(given: dict[str, str], scenario: str, crossing: int) -> None:
    """Play a scenario and die at a crossing; of a refund or a cancellation, not before it begins."""
    clock = SetClock(datetime.fromtimestamp(float(given["now"]), UTC))
    settings = load_settings({}, data_dir=given["data"], token_key="11" * 32, master_keys="k1:" + "22" * 32)
    platform = open_platform(settings, given["url"], clock)
    patient = UUID(given["patient"])
    town = World(platform, clock, hospital_id=UUID(given["hospital"]))
    outside = connect(platform, Path(given["books"]))
    outside.insurer.balance = outside.insurer.deductible = 0  # so that no payment depends on another one
    covered = scenario.startswith("covered")
    counter = Counter(town, outside, patient, town.citizen(patient))
    bill, charges = await counter.bill(8000, 2000)
    scenario = scenario.removeprefix("covered-")
    channels = (FIRST, OPEN) if scenario == "cancel" else (FIRST, CODE)
    own = await counter.own(counter.request(bill, 0, *channels, use_commercial=covered))
    request = counter.request(bill, own, *channels, use_commercial=covered)
    killer = KillAt(crossing)
    if scenario == "pay":
        platform.connect(Crossings, killer)
    payment = await counter.pay(request)
    platform.connect(Crossings, killer)
    if scenario == "cancel":
        await service.cancel(platform, counter.citizen, payment.organization_id, payment.id)
    elif scenario == "refund":
        await counter.refund(payment, charges[1])
    await platform.close()


def main() -> None:
    """Fork a child a crossing until one lives to the end; print how many died."""
    given = json.loads(sys.argv[1])
    for scenario in given["scenarios"].split():
        died = 0
        while True:
            child = os.fork()
            if child == 0:
                asyncio.run(act(given, scenario, died + 1))
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                break
            died += 1
        sys.stdout.write(json.dumps({"scenario": scenario, "died": died, "status": status}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
