"""One scanner, three credentials, one person."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from identity_cast import HOSPITAL, OTHER_HOSPITAL, Client, Headers, NewCitizen, adult, bearer, code_in, token_for
from yitong.identity.rules.scans import kind_of
from yitong.identity.service.credentials import CredentialKind, CredentialReader, Holder
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.permissions import Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual

VOUCHER = "1234567890123456789012345678"
CARD = "A12345678|" + "0F" * 16
VOUCHER_FORM, CARD_FORM = r"\d{28}", r"([0-9A-Z]{9})\|([0-9A-F]{32})"


@dataclass
class Reader:
    """Plays the insurer: who holds which code."""

    holders: dict[tuple[str, ...], Holder | Exception] = field(
        default_factory=dict[tuple[str, ...], "Holder | Exception"]
    )
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def who(self, institution: str, kind: CredentialKind, parts: tuple[str, ...]) -> Holder:
        self.asked.append((institution, kind))
        said = self.holders[parts]
        if isinstance(said, Exception):
            raise said
        return said


@pytest.fixture
def reader(platform: Platform) -> Reader:
    made = Reader()
    platform.connect(CredentialReader, made)
    return made


async def scan(client: Client, headers: Headers, text: str, organization: Any = HOSPITAL) -> Any:
    body = {"text": text, "organization_id": str(organization)}
    return await client.post("/api/credentials/resolve", json=body, headers=headers)


async def test_each_credential_leads_to_the_same_person(
    client: Client, new_citizen: NewCitizen, registrar: Headers, kiosk: Headers, reader: Reader
) -> None:
    one = await new_citizen()
    holder = Holder(adult()["id_number"], adult()["name"])
    reader.holders = {(VOUCHER,): holder, tuple(CARD.split("|")): holder}
    code = (await client.post(f"/api/patients/{one.patient_id}/card/dynamic-code", headers=one.headers)).json()["text"]
    for text, kind in ((code, "health_card"), (VOUCHER, "insurance_voucher"), (CARD, "social_security_card")):
        found = (await scan(client, registrar, text)).json()
        assert (found["kind"], found["patient_id"], found["name"]) == (kind, one.patient_id, adult()["name"])
    shown = (await scan(client, kiosk, f" {VOUCHER} ")).json()
    assert (shown["patient_id"], "name" in shown) == (one.patient_id, False), "a kiosk shows no full name"
    assert reader.asked == [
        ("H0001", kind) for kind in ("insurance_voucher", "social_security_card", "insurance_voucher")
    ]
    assert code_in(await scan(client, registrar, code)) == "card-code-replayed"
    assert code_in(await scan(client, registrar, f"{code[:64]}:1")) == "card-second-factor"


async def test_a_scan_leaves_a_trace_without_the_code(
    client: Client, new_citizen: NewCitizen, registrar: Headers, reader: Reader, platform: Platform
) -> None:
    one = await new_citizen()
    reader.holders = {(VOUCHER,): Holder(adult()["id_number"], adult()["name"])}
    await scan(client, registrar, VOUCHER)
    owner = await platform.database.connect_as_owner()
    (row,) = await owner.fetch("SELECT * FROM event WHERE type = 'card:credential:resolved'")
    await owner.close()
    assert str(row["patient_id"]) == one.patient_id
    assert VOUCHER not in str(row)
    assert adult()["id_number"] not in str(row)


PARTY = Bilingual("医保", "The insurer")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (GatewayRefused(PARTY, "infcode -2", "已过期"), "credential-refused"),
        (GatewayUnavailable(PARTY, "ReadTimeout"), "gateway-unavailable"),
        (Holder("11010119900307123X", "无人"), "credential-holder-unknown"),
        (Holder(adult()["id_number"], "另一人"), "credential-name-differs"),
    ],
)
async def test_what_can_be_wrong_with_a_code(
    client: Client, new_citizen: NewCitizen, registrar: Headers, reader: Reader, said: Holder | Exception, code: str
) -> None:
    await new_citizen()
    reader.holders = {(VOUCHER,): said}
    assert code_in(await scan(client, registrar, VOUCHER)) == code


async def test_who_may_scan_what(client: Client, registrar: Headers, platform: Platform) -> None:
    assert code_in(await scan(client, registrar, VOUCHER)) == "insurer-not-connected"
    assert code_in(await scan(client, registrar, "http://example.com")) == "credential-unreadable"
    assert code_in(await scan(client, {}, VOUCHER)) == "unauthenticated"
    finance = bearer(token_for(platform, RoleAt(Role.FINANCE, HOSPITAL)))
    for headers, place in ((finance, HOSPITAL), (registrar, OTHER_HOSPITAL)):
        assert code_in(await scan(client, headers, VOUCHER, place)) == "forbidden"


def test_kinds_are_told_by_form() -> None:
    health = "ab" * 32 + ":1"
    assert kind_of(f"{health}\n", VOUCHER_FORM, CARD_FORM) == ("health_card", (health,))
    assert kind_of(VOUCHER, VOUCHER_FORM, CARD_FORM) == ("insurance_voucher", (VOUCHER,))
    assert kind_of(CARD, VOUCHER_FORM, CARD_FORM) == ("social_security_card", tuple(CARD.split("|")))
    assert kind_of(VOUCHER[:-1], VOUCHER_FORM, CARD_FORM) is None
