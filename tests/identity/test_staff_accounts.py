"""An administrator's staff accounts: opened, looked at, disabled, and what somebody lost is reset."""

from typing import Any

import pytest
from pyotp.totp import TOTP

from identity_cast import HOSPITAL, OTHER_HOSPITAL, Client, Headers, bearer, code_in, token_for
from yitong.identity.service.staff import NewStaff, create_staff
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role, RoleAt
from yitong.kernel.platform import Platform

PASSWORD = "correct horse 2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
Answer = dict[str, Any]


@pytest.fixture
def admin(platform: Platform, region: UUID) -> Headers:
    """Headers of the first hospital's administrator."""
    return bearer(token_for(platform, RoleAt(Role.HOSPITAL_ADMIN, HOSPITAL)))


def new(**more: Any) -> Answer:
    given = {"organization_id": str(HOSPITAL), "username": "li.na", "name": "李娜", "password": PASSWORD}
    return {**given, "roles": ["registrar"], **more}


async def made(platform: Platform, username: str, *roles: RoleAt) -> UUID:
    account = NewStaff(username=username, name="陈明远", password=PASSWORD, roles=list(roles), totp_secret=SECRET)
    async with platform.transaction() as tx:
        return await create_staff(tx, account)


async def listed(client: Client, headers: Headers, organization: UUID = HOSPITAL) -> list[Answer]:
    answer = await client.get("/api/staff-accounts", params={"organization_id": str(organization)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def change(client: Client, headers: Headers, staff_id: UUID | str, verb: str, **more: Any) -> Any:
    body = {"organization_id": str(HOSPITAL), "reason": "岗位调整", **more}
    return await client.post(f"/api/staff-accounts/{staff_id}/{verb}", json=body, headers=headers)


async def signed_in(client: Client, clock: SetClock, username: str = "doctor") -> Any:
    step = await client.post("/api/staff/sign-in", json={"username": username, "password": PASSWORD})
    if step.status_code != 200:
        return step
    code = TOTP(SECRET).at(clock.now())
    return await client.post("/api/staff/sign-in/totp", json={"challenge": step.json()["challenge"], "code": code})


async def test_a_new_account_is_listed_and_binds_its_device_at_the_first_sign_in(
    client: Client, admin: Headers
) -> None:
    opened = await client.post("/api/staff-accounts", json=new(), headers=admin)
    assert opened.status_code == 201, opened.text
    (one,) = await listed(client, admin)
    assert one == opened.json()
    assert (one["username"], one["active"], one["enrolled"], one["last_sign_in_at"]) == ("li.na", True, False, None)
    assert [role["role"] for role in one["roles"]] == ["registrar"]
    again = await client.post("/api/staff-accounts", json=new(), headers=admin)
    assert code_in(again) == "username-exists"
    step = (await client.post("/api/staff/sign-in", json={"username": "li.na", "password": PASSWORD})).json()
    assert step["step"] == "enrol"


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"username": "李娜"}, {"roles": []}, {"roles": ["system"]}, {"name": ""}],
    ids=["password", "username", "no role", "role of a machine", "name"],
)
async def test_what_an_account_cannot_be(client: Client, admin: Headers, wrong: Answer) -> None:
    answer = await client.post("/api/staff-accounts", json=new(**wrong), headers=admin)
    assert code_in(answer) == "validation-failed"


async def test_nobody_gives_more_than_they_have(client: Client, admin: Headers, registrar: Headers) -> None:
    regional = await client.post("/api/staff-accounts", json=new(roles=["regulator"]), headers=admin)
    assert code_in(regional) == "forbidden"
    elsewhere = new(organization_id=str(OTHER_HOSPITAL))
    assert (await client.post("/api/staff-accounts", json=elsewhere, headers=admin)).status_code == 403
    assert (await client.post("/api/staff-accounts", json=new(), headers=registrar)).status_code == 403
    foreign = new(department_id=str(new_id()))
    assert code_in(await client.post("/api/staff-accounts", json=foreign, headers=admin)) == "not-found"
    assert await listed(client, admin) == []


async def test_a_disabled_account_is_out_at_once_and_comes_back(
    client: Client, platform: Platform, admin: Headers, clock: SetClock
) -> None:
    doctor = await made(platform, "doctor", RoleAt(Role.DOCTOR, HOSPITAL))
    session = bearer((await signed_in(client, clock)).json()["token"])
    assert (await client.get("/api/me", headers=session)).status_code == 200
    (before,) = await listed(client, admin)
    assert before["last_sign_in_at"] is not None
    disabled = (await change(client, admin, doctor, "disable")).json()
    assert disabled["active"] is False
    assert (await client.get("/api/me", headers=session)).status_code == 401
    clock.advance(minutes=1)
    assert code_in(await signed_in(client, clock)) == "password-wrong"
    assert (await change(client, admin, doctor, "enable")).json()["active"] is True
    assert (await signed_in(client, clock)).status_code == 200
    async with platform.transaction() as tx:
        from sqlalchemy import text

        told = await tx.session.execute(
            text("SELECT type, payload->>'reason' AS reason FROM event WHERE type LIKE 'sign-in:staff:%abled'")
        )
        assert [tuple(row) for row in told] == [
            ("sign-in:staff:disabled", "岗位调整"),
            ("sign-in:staff:enabled", "岗位调整"),
        ]


async def test_a_lost_device_and_a_lost_password(
    client: Client, platform: Platform, admin: Headers, clock: SetClock
) -> None:
    doctor = await made(platform, "doctor", RoleAt(Role.DOCTOR, HOSPITAL))
    session = bearer((await signed_in(client, clock)).json()["token"])
    reset = (await change(client, admin, doctor, "reset-second-factor")).json()
    assert reset["enrolled"] is False
    assert (await client.get("/api/me", headers=session)).status_code == 401
    step = (await client.post("/api/staff/sign-in", json={"username": "doctor", "password": PASSWORD})).json()
    assert step["step"] == "enrol"
    fresh = "another long one 9"
    assert (await change(client, admin, doctor, "set-password", password=fresh)).status_code == 200
    old = await client.post("/api/staff/sign-in", json={"username": "doctor", "password": PASSWORD})
    assert code_in(old) == "password-wrong"
    assert (await client.post("/api/staff/sign-in", json={"username": "doctor", "password": fresh})).status_code == 200


async def test_whose_account_may_not_be_touched(client: Client, platform: Platform, admin: Headers) -> None:
    stranger = await made(platform, "stranger", RoleAt(Role.DOCTOR, OTHER_HOSPITAL))
    both = await made(platform, "both", RoleAt(Role.DOCTOR, HOSPITAL), RoleAt(Role.DOCTOR, OTHER_HOSPITAL))
    regional = await made(platform, "regional", RoleAt(Role.PLATFORM_ADMIN, HOSPITAL))
    own = await made(platform, "own", RoleAt(Role.HOSPITAL_ADMIN, HOSPITAL))
    assert code_in(await change(client, admin, stranger, "disable")) == "not-found"
    assert code_in(await change(client, admin, new_id(), "disable")) == "not-found"
    assert (await change(client, admin, both, "disable")).status_code == 403
    assert code_in(await change(client, admin, regional, "disable")) == "forbidden"
    self = bearer(token_for(platform, RoleAt(Role.HOSPITAL_ADMIN, HOSPITAL), id=own))
    for verb in ("disable", "reset-second-factor"):
        assert code_in(await change(client, self, own, verb)) == "own-staff-account"
    assert {one["username"] for one in await listed(client, admin)} == {"both", "regional", "own"}
    assert all(one["active"] for one in await listed(client, admin))
