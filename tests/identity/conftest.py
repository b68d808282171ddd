"""A small region, an inbox for text messages, and people to act as, for the tests of identity."""

from typing import Any

import pytest

from identity_cast import (
    COMMISSION,
    HOSPITAL,
    OTHER_HOSPITAL,
    PHONE,
    Citizen,
    Client,
    Headers,
    Inbox,
    NewCitizen,
    SignIn,
    adult,
    bearer,
    token_for,
)
from yitong.identity.service.phone_codes import PhoneCodeSender
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform


@pytest.fixture
def inbox(platform: Platform) -> Inbox:
    """Text messages of this test."""
    made = Inbox()
    platform.connect(PhoneCodeSender, made)
    return made


@pytest.fixture
async def region(platform: Platform) -> UUID:
    """A region with its commission and two hospitals; answers the first hospital's id."""
    owner = await platform.database.connect_as_owner()
    await owner.execute(
        "INSERT INTO region (code, name, name_en, zone, commission_id) VALUES ('110000', '北京市', 'Beijing',"
        " 'Asia/Shanghai', $1)",
        COMMISSION,
    )
    for number, (key, kind, name) in enumerate(
        [
            (COMMISSION, "commission", "北京市卫生健康委员会"),
            (HOSPITAL, "hospital", "北京协和医院"),
            (OTHER_HOSPITAL, "hospital", "首都医科大学附属北京同仁医院"),
        ]
    ):
        await owner.execute(
            "INSERT INTO organization (id, region_code, kind, code, name, name_en, short_name, pinyin, grade, district,"
            " address, phone, latitude, longitude, zone, active) VALUES ($1, '110000', $2, $3, $4, 'EN', $4, $5,"
            " '三级甲等', '东城区', '', '', 39.91, $6, 'Asia/Shanghai', true)",
            key,
            kind,
            f"H{number:04d}",
            name,
            ["BJSWSJKWYH", "BJXHYY", "SDYKDXFSBJTRYY"][number],
            116.41 + number / 10,
        )
    await owner.close()
    return HOSPITAL


@pytest.fixture
def registrar(platform: Platform, region: UUID) -> Headers:
    """Headers of somebody at the first hospital's front desk."""
    return bearer(token_for(platform, RoleAt(Role.REGISTRAR, region)))


@pytest.fixture
def kiosk(platform: Platform, region: UUID) -> Headers:
    """Headers of a kiosk at the first hospital."""
    return bearer(token_for(platform, RoleAt(Role.KIOSK, region), kind=ActorKind.TERMINAL))


@pytest.fixture
def sign_in(client: Client, inbox: Inbox, region: UUID) -> SignIn:
    """Sign in by phone code; answers the session."""

    async def by_phone(phone: str) -> dict[str, Any]:
        asked = await client.post("/api/sign-in/phone-codes", json={"phone": phone, "purpose": "sign_in"})
        assert asked.status_code == 202, asked.text
        answer = await client.post(
            "/api/sign-in/phone",
            json={"challenge_id": asked.json()["challenge_id"], "phone": phone, "code": inbox.code_of(phone)},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return by_phone


@pytest.fixture
def new_citizen(client: Client, sign_in: SignIn) -> NewCitizen:
    """Sign in and register oneself."""

    async def make(phone: str = PHONE, **given: Any) -> Citizen:
        first = await sign_in(phone)
        answer = await client.post("/api/patients", json=adult(**given), headers=bearer(first["token"]))
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return Citizen(bearer(body["session"]["token"]), body["member"]["patient_id"], phone, body["session"])

    return make
