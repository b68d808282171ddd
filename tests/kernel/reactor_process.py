"""A worker in a process of its own, to be killed: runs one reactor in small batches and says when each is done."""

import asyncio
import sys

from sqlalchemy import text

from yitong.kernel.events import Recorded
from yitong.kernel.platform import open_platform
from yitong.kernel.reactors import Reactor, run_once
from yitong.kernel.settings import load_settings
from yitong.kernel.transaction import Transaction

NAME, TYPE = "test.killed", "test-reactor:thing:happened"


async def note(tx: Transaction, event: Recorded) -> None:
    """The reactor's effect: a row for each event. Nothing forbids a second one, so doing it twice would show."""
    await tx.session.execute(text("INSERT INTO effect (event_id) VALUES (:id)"), {"id": event.id})


async def main(database_url: str, data_dir: str) -> None:
    """Work until nothing is left."""
    settings = load_settings({}, data_dir=data_dir, token_key="11" * 32, master_keys="k1:" + "22" * 32)
    platform = open_platform(settings, database_url)
    while await run_once(platform, Reactor(NAME, frozenset({TYPE}), note), limit=7):
        print("batch", flush=True)  # noqa: T201
    print("done", flush=True)  # noqa: T201
    await platform.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
