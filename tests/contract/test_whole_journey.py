"""The whole journey over HTTP as ``yitong journey`` plays it: to the doctor, to a pharmacy, and back."""

import pytest

from stack import Stack
from yitong.cli.journey import play
from yitong.cli.own_server import OwnServer
from yitong.cli.play_pharmacy import HANDS

pytestmark = [pytest.mark.stack]


async def test_every_step_works_and_says_the_state_after_it(stack: Stack) -> None:
    server = OwnServer(stack.url, stack.sandbox_url, stack.folder, stack.offset)
    steps = await play(server)
    told = {one["name"]: one["state"] for one in steps}
    assert all(one["ok"] for one in steps), steps[-1]
    assert len(told) == len(steps) >= 34
    assert told["the doctor writes and signs a prescription"].startswith("signed, J06.900")
    assert told["the pharmacist reviews and signs"] == "approved, signed by prescriber and pharmacist"
    assert told["the national platform has it"].startswith("uploaded as ")
    assert ", fetched at " in told["the national platform reports it fetched"]
    assert told["the patient takes the best offer"].endswith("other: part-taken")
    assert told["the pharmacy hands out with trace codes"].startswith("dispensed, ")
    assert told["insurance settles at the pharmacy"].startswith("settled ")
    assert told["a settlement taken back and made again"].startswith("reversed, then settled ")
    assert "MedicationDispense completed" in told["the result is back at the hospital"]
    assert f"{len(HANDS)} hands: {', '.join(HANDS)}; " in told["the evidence chain shows every hand"]
