"""The client of commercial insurers against the sandbox's over HTTP: claims, lost answers, forged signatures."""

from datetime import UTC, date, datetime

import httpx
import pytest
from msgspec.structs import replace

from yitong.billing.commercial import CommercialClaim, CommercialLine
from yitong.gateways import sandbox_keys
from yitong.gateways.commercial import CommercialClient
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.settings import Settings
from yitong.kernel.text import Bilingual

PARTY = Bilingual("保险", "Insurer")


def a_claim(number: str = "CL1", asked: int = 1000) -> CommercialClaim:
    line = CommercialLine(1, new_id(), "L100", "血常规", "lab", 1000, 3000, 3000)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return CommercialClaim(number, "H1", "MZ000001", "subscriber", "B1", at, [line], 3000, 3000 - asked, asked)


@pytest.fixture
async def insurer(sandbox_url: str, settings: Settings) -> CommercialClient:
    secret = sandbox_keys.shared_secret(settings, "commercial")
    return CommercialClient("DEMO-IN-02", f"{sandbox_url}/commercial", secret, PARTY)


async def test_a_claim_goes_through(insurer: CommercialClient) -> None:
    try:
        assert await insurer.find("CL1") is None
        assessed = await insurer.assess(a_claim())
        assert (assessed.outcome, assessed.covered) == ("complete", 900)
        assert await insurer.find("CL1") is None, "a predetermination is no claim"
        made = await insurer.submit(a_claim())
        assert (made.covered, made.lines) == (900, [(1, 900)])
        assert await insurer.submit(a_claim()) == made
        assert await insurer.find("CL1") == made
        assert (await insurer.cancel("CL1")).covered == 0
        assert await insurer.lines(date(2026, 11, 23)) == [], "these claims pay the patient, not the hospital"
    finally:
        await insurer.close()


async def test_the_day_lists_what_hospitals_get(insurer: CommercialClient) -> None:
    try:
        direct = replace(a_claim("CL3"), payee="provider")
        await insurer.submit(direct)
        await insurer.cancel("CL3")
        assert (await insurer.cancel("CL4")).covered == 0
        with pytest.raises(GatewayRefused, match="422"):
            await insurer.submit(replace(direct, claim_no="CL4"))
        rows = await insurer.lines(date(2026, 11, 23))
        assert [(row.kind, row.claim_no, row.amount) for row in rows] == [
            ("claim", "CL3", 900), ("cancellation", "CL3", 900)
        ]  # fmt: skip
        assert await insurer.lines(date(2026, 11, 22)) == []
    finally:
        await insurer.close()


async def test_a_lost_answer_had_its_effect(insurer: CommercialClient, sandbox_url: str) -> None:
    try:
        async with httpx.AsyncClient() as hands:
            fault = {"path": "/commercial/Claim", "kind": "lost", "times": 3}
            assert (await hands.put(f"{sandbox_url}/faults", json=fault)).status_code < 300
        with pytest.raises(GatewayUnavailable):
            await insurer.submit(a_claim("CL2"))
        found = await insurer.find("CL2")
        assert found is not None
        assert found.covered == 900
    finally:
        await insurer.close()


async def test_who_does_not_know_the_secret_is_refused(insurer: CommercialClient, sandbox_url: str) -> None:
    stranger = CommercialClient("DEMO-IN-02", f"{sandbox_url}/commercial", "guessed", PARTY)
    try:
        with pytest.raises(GatewayRefused, match="401"):
            await stranger.submit(a_claim())
        assert await insurer.find("CL1") is None
    finally:
        await stranger.close()
        await insurer.close()


async def test_lines_that_do_not_come_to_the_total_are_refused(insurer: CommercialClient) -> None:
    try:
        with pytest.raises(GatewayRefused, match="422"):
            await insurer.submit(replace(a_claim(), total=2999))
    finally:
        await insurer.close()
