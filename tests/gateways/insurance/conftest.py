"""A client of the sandbox's insurer over a real socket, and a bill to settle with it."""

from collections.abc import AsyncGenerator

import httpx
import msgspec
import pytest

from insurance_cast import ELDER, HOSPITAL, LINES, NOW, MakeBill, Trouble, identity_card
from yitong.billing.ports import FeeLine, InsuranceBill, Insurer
from yitong.billing.stay_ports import InpatientInsurer
from yitong.gateways.connect import connect_gateways
from yitong.kernel.ids import new_id
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.settings import Settings

NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


@pytest.fixture
async def connected(settings: Settings, sandbox_url: str) -> AsyncGenerator[Platform]:
    """A platform whose gateways lead to the sandbox; it has no database."""
    platform = open_platform(msgspec.structs.replace(settings, sandbox_url=sandbox_url), NOWHERE)
    connect_gateways(platform)
    yield platform
    await platform.close()


@pytest.fixture
def insurer(connected: Platform) -> Insurer:
    """The insurer as the platform connects it."""
    return connected.port(Insurer)


@pytest.fixture
def stays(connected: Platform) -> InpatientInsurer:
    """The insurer's desk for stays."""
    return connected.port(InpatientInsurer)


@pytest.fixture
def make_bill(insurer: Insurer) -> MakeBill:
    """A registered visit with its lines, as billing would hand it over."""

    async def make(
        *lines: FeeLine, number: str = ELDER.id_number, name: str = ELDER.name, use_account: bool = True
    ) -> InsuranceBill:
        shown = identity_card(number, name)
        person = await insurer.person(HOSPITAL, shown, NOW)
        insurance = person.insurances[0]
        visit = await insurer.register(
            HOSPITAL,
            person,
            insurance,
            shown,
            visit_no=new_id().hex,
            doctor_no="D110000000000001",
            doctor_name="陈明远",
            department_code="120101",
            department_name="呼吸内科",
            med_type="11",
            diagnoses=[("J06.900", "急性上呼吸道感染")],
            at=NOW,
        )
        return InsuranceBill(
            HOSPITAL,
            person.psn_no,
            insurance.insutype,
            insurance.insuplc_admdvs,
            shown,
            "11",
            visit,
            new_id().hex,
            use_account,
            list(lines or LINES),
        )

    return make


@pytest.fixture
def trouble(browser: httpx.AsyncClient) -> Trouble:
    """Let the next messages of a kind go wrong."""

    async def switch(infno: str, kind: str, times: int = 1, seconds: float = 1.0) -> None:
        fault = {"path": f"insurer/{infno}", "kind": kind, "times": times, "seconds": seconds}
        assert (await browser.put("/faults", json=fault)).status_code == 204

    return switch
