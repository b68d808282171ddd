"""A pharmacy's settlement whose answer the insurer's platform loses, over a real socket."""

import httpx
import msgspec

from insurance_cast import Trouble
from prescriptions.pharmacy import open_pharmacy
from prescriptions.shops import open_street, out, trace
from worlds import World
from yitong.gateways.insurance.connecting import connect_insurer
from yitong.kernel.settings import Settings
from yitong.prescriptions.dispensing.resuming import resume

SHOWN = {"credential_type": "02", "credential": "110101199005010011"}


async def test_the_answer_is_asked_again_by_the_clock_and_is_the_same_settlement(
    client: httpx.AsyncClient,
    town: World,
    settings: Settings,
    sandbox_url: str,
    browser: httpx.AsyncClient,
    trouble: Trouble,
) -> None:
    connect_insurer(town.platform, msgspec.structs.replace(settings, sandbox_url=sandbox_url))
    street = await open_street(await open_pharmacy(client, town))
    held = await street.held()
    lines = [out(28, trace())]
    done = (await street.act(street.near, held, "dispense", lines=lines, last=True, secret=held["secret"])).json()
    await trouble("2102", "lost")
    lost = await street.act(street.near, done, "settlement", **SHOWN)
    assert lost.json()["code"] == "gateway-unavailable", lost.text
    made = (await browser.get("/insurer/settlements")).json()
    assert len(made) == 1, "the insurer has settled it"
    town.clock.advance(minutes=2)
    assert await resume(town.platform) == 1
    row = await town.one("SELECT state, setl_id FROM drug_settlement")
    assert (row.state, row.setl_id) == ("settled", made[0]["setl_id"])
    assert len((await browser.get("/insurer/settlements")).json()) == 1
    assert (await town.one("SELECT state FROM prescription_part")).state == "settled"
