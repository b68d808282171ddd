"""A real process is killed between any two steps of a payment; whoever comes next brings it to its end."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from billing.payments.counter import Counter

ROOT = Path(__file__).parents[3]
ENDS = {"pay": "settled", "refund": "part_refunded", "cancel": "failed"}


CROSSINGS = {"pay": 9, "refund": 11, "cancel": 9, "covered-pay": 12, "covered-refund": 17, "covered-cancel": 12}


@pytest.mark.parametrize("scenario", CROSSINGS)
async def test_kill_9_between_any_two_steps_is_resumed(
    counter: Counter, tmp_path: Path, database_url: str, sockets: None, scenario: str
) -> None:
    given = {
        "url": database_url,
        "data": str(tmp_path),
        "books": str(tmp_path / "outside.db"),
        "patient": str(counter.patient),
        "hospital": str(counter.town.hospital_id),
        "now": str(counter.town.clock.now().timestamp()),
        "scenarios": scenario,
    }
    counter.outside.insurer.balance = counter.outside.insurer.deductible = 0
    await counter.insure()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "billing.payments.killed", json.dumps(given), stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"},
    )  # fmt: skip
    said, _ = await process.communicate()
    told = json.loads(said)
    assert told["status"] == 0
    assert told["died"] >= CROSSINGS[scenario]
    orders = await counter.town.rows("SELECT state FROM payment_order")
    assert len(orders) == told["died"] + 1
    for _ in range(3):  # the leases of the dead run out; a payer's time does not
        await counter.run(minutes=2)
    rows = await counter.town.rows("SELECT state, count(*) AS n FROM payment_order GROUP BY 1")
    assert {row.state: row.n for row in rows} == {ENDS[scenario.removeprefix("covered-")]: len(orders)}
    assert await counter.town.rows("SELECT 1 FROM payment_order WHERE stuck IS NOT NULL OR next_at IS NOT NULL") == []
    await counter.audit()
