"""The three credentials against the sandbox's insurer: one scanner at a desk, one person."""

from typing import Any

import httpx
import pytest

from identity_cast import bearer, token_for
from insurance_cast import ELDER
from worlds import World
from yitong.billing.ports import Insurer
from yitong.gateways.insurance.credentials import InsurerCredentials
from yitong.identity.service.credentials import CredentialReader
from yitong.kernel.permissions import Role, RoleAt
from yitong.kernel.platform import Platform


@pytest.fixture
async def desk(
    client: httpx.AsyncClient, town: World, platform: Platform, insurer: Insurer
) -> tuple[dict[str, str], str]:
    """The front desk's headers, and a person of the demo who was registered there."""
    platform.connect(CredentialReader, InsurerCredentials(insurer, platform.clock.now))
    headers = bearer(token_for(platform, RoleAt(Role.REGISTRAR, town.hospital_id)))
    given = {
        "organization_id": str(town.hospital_id),
        "name": ELDER.name,
        "id_kind": "01",
        "id_number": ELDER.id_number,
        "phone": "13800138000",
    }
    made = await client.post("/api/patients/at-desk", json=given, headers=headers)
    assert made.status_code == 201, made.text
    return headers, made.json()["patient"]["patient_id"]


async def test_a_voucher_and_a_card_from_the_phone_are_recognised_at_the_desk(
    client: httpx.AsyncClient, town: World, browser: httpx.AsyncClient, desk: tuple[dict[str, str], str]
) -> None:
    headers, patient_id = desk

    async def scan(text: str) -> Any:
        body = {"text": text, "organization_id": str(town.hospital_id), "scene": "010105"}
        return (await client.post("/api/credentials/resolve", json=body, headers=headers)).json()

    for path, kind in (("vouchers", "insurance_voucher"), ("social-cards", "social_security_card")):
        text = (await browser.post(f"/insurer/{path}", json={"certno": ELDER.id_number})).json()["text"]
        found = await scan(text)
        assert (found["kind"], found["patient_id"], found["name"]) == (kind, patient_id, ELDER.name)
    assert (await scan("9" * 28))["code"] == "credential-refused"
    stranger = (await browser.post("/insurer/vouchers", json={"certno": "110101199003074477", "name": "路人"})).json()
    assert (await scan(stranger["text"]))["code"] == "credential-holder-unknown"
