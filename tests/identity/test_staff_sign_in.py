"""Staff sign in: password, then a one-time password that counts once; locks; OpenID Connect."""

import asyncio
from typing import Any

import pytest
from pyotp.totp import TOTP

from identity_cast import HOSPITAL, Client, bearer, code_in, token_for
from yitong.identity.service.staff import NewStaff, StaffOidc, create_staff
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse 2026"


@pytest.fixture
async def doctor(platform: Platform, region: UUID) -> UUID:
    """A doctor with a password and an enrolled device."""
    return await made(platform, "doctor", totp_secret=SECRET, oidc_subject="oidc-doctor")


async def made(platform: Platform, username: str, **more: Any) -> UUID:
    roles = [RoleAt(Role.DOCTOR, HOSPITAL)]
    async with platform.transaction() as tx:
        return await create_staff(
            tx, NewStaff(username=username, name="陈明远", password=PASSWORD, roles=roles, **more)
        )


async def first_step(client: Client, password: str = PASSWORD, username: str = "doctor") -> Any:
    return await client.post("/api/staff/sign-in", json={"username": username, "password": password})


async def second_step(client: Client, challenge: str, code: str) -> Any:
    return await client.post("/api/staff/sign-in/totp", json={"challenge": challenge, "code": code})


def present(clock: SetClock, secret: str = SECRET) -> str:
    return TOTP(secret).at(clock.now())


async def test_password_and_one_time_password_open_a_session(client: Client, doctor: UUID, clock: SetClock) -> None:
    step = (await first_step(client)).json()
    assert (step["step"], step["enrol"]) == ("totp", None)
    opened = (await second_step(client, step["challenge"], present(clock))).json()
    held = opened["staff"]["roles"][0]
    assert (held["organization_name"], held["organization_kind"]) == ("北京协和医院", "hospital")
    assert "card:code:verify" in opened["staff"]["permissions"]
    told = (await client.get("/api/me", headers=bearer(opened["token"]))).json()
    assert (told["kind"], told["staff"]["username"]) == ("staff", "doctor")


async def test_a_time_step_counts_once(client: Client, doctor: UUID, clock: SetClock) -> None:
    challenge = (await first_step(client)).json()["challenge"]
    code = present(clock)
    answers = await asyncio.gather(*(second_step(client, challenge, code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    assert code_in(await second_step(client, challenge, code)) == "totp-wrong"
    clock.advance(seconds=30)
    assert (await second_step(client, challenge, present(clock))).status_code == 200


async def test_the_first_sign_in_enrols_a_device(
    client: Client, platform: Platform, region: UUID, clock: SetClock
) -> None:
    await made(platform, "nurse")
    step = (await first_step(client, username="nurse")).json()
    assert step["step"] == "enrol"
    assert step["enrol"]["otpauth_uri"].startswith("otpauth://totp/Yitong")
    secret = step["enrol"]["secret"]
    assert code_in(await second_step(client, step["challenge"], "000000")) == "totp-wrong"
    assert (await second_step(client, step["challenge"], present(clock, secret))).status_code == 200
    again = (await first_step(client, username="nurse")).json()
    assert (again["step"], again["enrol"]) == ("totp", None)


async def test_wrong_and_unknown_look_alike(client: Client, doctor: UUID) -> None:
    wrong, unknown = await first_step(client, "wrong"), await first_step(client, username="nobody")
    assert code_in(wrong) == code_in(unknown) == "password-wrong"
    assert {k: v for k, v in wrong.json().items() if k != "request_id"} == {
        k: v for k, v in unknown.json().items() if k != "request_id"
    }


async def test_failures_lock_the_account_for_a_while(client: Client, doctor: UUID, clock: SetClock) -> None:
    for _ in range(5):
        assert code_in(await first_step(client, "wrong")) == "password-wrong"
    locked = await first_step(client)
    assert code_in(locked) == "account-locked"
    assert 0 < locked.json()["retry_after"] <= 15 * 60 + 1
    clock.advance(minutes=15, seconds=1)
    assert (await first_step(client)).status_code == 200


async def test_many_tries_at_once_do_not_pass_the_lock(client: Client, doctor: UUID) -> None:
    answers = await asyncio.gather(*(first_step(client, f"wrong {n}") for n in range(9)))
    codes = [code_in(answer) for answer in answers]
    assert codes.count("password-wrong") == 5
    assert codes.count("account-locked") == 4


async def test_the_second_step_is_counted_too(client: Client, doctor: UUID, clock: SetClock) -> None:
    challenge = (await first_step(client)).json()["challenge"]
    wrong = f"{(int(present(clock)) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert code_in(await second_step(client, challenge, wrong)) == "totp-wrong"
    assert code_in(await second_step(client, challenge, present(clock))) == "account-locked"


async def test_a_challenge_runs_out_and_cannot_be_made_up(client: Client, doctor: UUID, clock: SetClock) -> None:
    challenge = (await first_step(client)).json()["challenge"]
    assert code_in(await second_step(client, "made-up", present(clock))) == "challenge-over"
    clock.advance(minutes=5)
    assert code_in(await second_step(client, challenge, present(clock))) == "challenge-over"


class Issuer:
    """Plays the OpenID Connect issuer."""

    async def authorize_url(self, state: str, return_to: str) -> str:
        return f"https://issuer.test/authorize?state={state}"

    async def exchange(self, code: str, state: str, return_to: str) -> str:
        if code == "refused":
            raise ConnectionError(code)
        return code


async def test_openid_connect(client: Client, doctor: UUID, platform: Platform) -> None:
    assert code_in(await client.get("/api/staff/oidc/start")) == "sign-in-provider-off"
    platform.connect(StaffOidc, Issuer())
    state = (await client.get("/api/staff/oidc/start")).json()["state"]
    opened = await client.post("/api/staff/oidc", json={"code": "oidc-doctor", "state": state})
    assert opened.json()["staff"]["username"] == "doctor"
    unknown = await client.post("/api/staff/oidc", json={"code": "somebody", "state": state})
    assert code_in(unknown) == "staff-unknown"
    refused = await client.post("/api/staff/oidc", json={"code": "refused", "state": state})
    assert code_in(refused) == "sign-in-provider-refused"


async def test_who_may_create_accounts(platform: Platform, doctor: UUID) -> None:
    admin = Actor(ActorKind.STAFF, doctor, (RoleAt(Role.HOSPITAL_ADMIN, HOSPITAL),))
    new = NewStaff(username="n", name="n", password="n", roles=[RoleAt(Role.NURSE, HOSPITAL)])
    wide = NewStaff(username="w", name="w", password="w", roles=[RoleAt(Role.PLATFORM_ADMIN, HOSPITAL)])
    async with platform.transaction(admin) as tx:
        await create_staff(tx, new)
        with pytest.raises(Problem, match="forbidden"):
            await create_staff(tx, wide)
        with pytest.raises(Problem, match="username-exists"):
            await create_staff(tx, new)
    nurse = Actor(ActorKind.STAFF, doctor, (RoleAt(Role.NURSE, HOSPITAL),))
    async with platform.transaction(nurse) as tx:
        with pytest.raises(Problem, match="forbidden"):
            await create_staff(tx, new)


async def test_a_token_for_another_hospital_opens_nothing_here(
    client: Client, platform: Platform, region: UUID
) -> None:
    foreign = bearer(token_for(platform, RoleAt(Role.HOSPITAL_ADMIN, UUID(int=0xA2))))
    answer = await client.get(f"/api/terminals?organization_id={HOSPITAL}", headers=foreign)
    assert code_in(answer) == "forbidden"
