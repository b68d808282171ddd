"""Phone codes and sessions: every refusal has its code, a code works once, an ended session is over."""

import asyncio

from identity_cast import PHONE, Client, Inbox, NewCitizen, SignIn, bearer, code_in
from yitong.identity.service.citizens import WeChatOAuth
from yitong.identity.service.sessions import read_revocations
from yitong.kernel.clock import SetClock
from yitong.kernel.platform import Platform


async def ask(client: Client, phone: str = PHONE) -> str:
    answer = await client.post("/api/sign-in/phone-codes", json={"phone": phone, "purpose": "sign_in"})
    assert answer.status_code == 202, answer.text
    return answer.json()["challenge_id"]


async def try_code(client: Client, challenge: str, code: str, phone: str = PHONE) -> str:
    answer = await client.post("/api/sign-in/phone", json={"challenge_id": challenge, "phone": phone, "code": code})
    return "ok" if answer.status_code == 200 else code_in(answer)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_works_once(client: Client, inbox: Inbox, region: object) -> None:
    challenge = await ask(client)
    code = inbox.code_of(PHONE)
    assert await try_code(client, challenge, code) == "ok"
    assert await try_code(client, challenge, code) == "code-used"


async def test_two_uses_of_one_code_at_once_have_one_winner(client: Client, inbox: Inbox, region: object) -> None:
    challenge = await ask(client)
    outcomes = await asyncio.gather(*(try_code(client, challenge, inbox.code_of(PHONE)) for _ in range(6)))
    assert sorted(outcomes) == ["code-used"] * 5 + ["ok"]


async def test_a_code_runs_out(client: Client, inbox: Inbox, region: object, clock: SetClock) -> None:
    challenge = await ask(client)
    clock.advance(seconds=300)
    assert await try_code(client, challenge, inbox.code_of(PHONE)) == "code-expired"


async def test_wrong_tries_are_counted_and_burn_the_code(client: Client, inbox: Inbox, region: object) -> None:
    challenge = await ask(client)
    code = inbox.code_of(PHONE)
    for _ in range(5):
        assert await try_code(client, challenge, another(code)) == "code-wrong"
    assert await try_code(client, challenge, code) == "code-too-many-tries"


async def test_a_code_belongs_to_its_phone_and_purpose(
    client: Client, inbox: Inbox, region: object, clock: SetClock
) -> None:
    challenge = await ask(client)
    assert await try_code(client, challenge, inbox.code_of(PHONE), "13900139000") == "code-wrong"
    clock.advance(minutes=2)
    card = await client.post("/api/sign-in/phone-codes", json={"phone": PHONE, "purpose": "card"})
    assert await try_code(client, card.json()["challenge_id"], inbox.code_of(PHONE)) == "code-wrong"


async def test_codes_are_rationed(client: Client, inbox: Inbox, region: object, clock: SetClock) -> None:
    await ask(client)
    answer = await client.post("/api/sign-in/phone-codes", json={"phone": PHONE, "purpose": "sign_in"})
    assert code_in(answer) == "rate-limited"
    assert 0 < answer.json()["retry_after"] <= 61
    for _ in range(9):
        clock.advance(seconds=61)
        await ask(client)
    clock.advance(seconds=61)
    answer = await client.post("/api/sign-in/phone-codes", json={"phone": PHONE, "purpose": "sign_in"})
    assert code_in(answer) == "rate-limited"
    assert answer.json()["retry_after"] > 3600
    clock.advance(days=1)
    await ask(client)


async def test_requests_at_once_send_one_code(client: Client, inbox: Inbox, region: object) -> None:
    body = {"phone": PHONE, "purpose": "sign_in"}
    answers = await asyncio.gather(*(client.post("/api/sign-in/phone-codes", json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 429, 429, 429, 429]
    assert len(inbox.sent) == 1


async def test_a_gateway_that_refuses_is_told_and_the_next_try_is_free(
    client: Client, inbox: Inbox, region: object
) -> None:
    inbox.broken = True
    answer = await client.post("/api/sign-in/phone-codes", json={"phone": PHONE, "purpose": "sign_in"})
    assert code_in(answer) == "sms-unavailable"
    assert answer.json()["retry"] is True
    inbox.broken = False
    await ask(client)


async def test_without_a_gateway_no_code_is_promised(client: Client, region: object) -> None:
    answer = await client.post("/api/sign-in/phone-codes", json={"phone": PHONE, "purpose": "sign_in"})
    assert code_in(answer) == "sms-unavailable"


async def test_a_wrong_phone_is_refused(client: Client, inbox: Inbox, region: object) -> None:
    answer = await client.post("/api/sign-in/phone-codes", json={"phone": "12", "purpose": "sign_in"})
    assert code_in(answer) == "phone-invalid"


async def test_signing_out_ends_the_token_everywhere(client: Client, sign_in: SignIn, platform: Platform) -> None:
    headers = bearer((await sign_in(PHONE))["token"])
    assert (await client.get("/api/me", headers=headers)).json()["kind"] == "patient"
    assert (await client.delete("/api/session", headers=headers)).status_code == 204
    assert code_in(await client.get("/api/me", headers=headers)) == "unauthenticated"
    assert len(await read_revocations(platform)) == 1


async def test_a_refreshed_session_replaces_the_old(client: Client, new_citizen: NewCitizen) -> None:
    one = await new_citizen()
    fresh = await client.post("/api/session/refresh", headers=one.headers)
    assert fresh.json()["account"]["self_patient_id"] == one.patient_id
    assert code_in(await client.get("/api/family", headers=one.headers)) == "unauthenticated"
    assert (await client.get("/api/family", headers=bearer(fresh.json()["token"]))).status_code == 200


class WeChat:
    """Plays WeChat: the code names the subject."""

    def authorize_url(self, state: str, return_to: str) -> str:
        return f"https://wechat.test/authorize?state={state}&redirect_uri={return_to}"

    async def exchange(self, code: str) -> str:
        if code == "refused":
            raise ConnectionError(code)
        return f"openid-{code}"


async def test_wechat_is_bound_to_a_phone_once(
    client: Client, inbox: Inbox, region: object, platform: Platform
) -> None:
    off = await client.get("/api/sign-in/oauth/wechat/start")
    assert code_in(off) == "sign-in-provider-off"
    platform.connect(WeChatOAuth, WeChat())
    start = (await client.get("/api/sign-in/oauth/wechat/start?return_to=//evil.test")).json()
    assert "evil" not in start["authorize_url"]
    back = {"code": "1", "state": start["state"]}
    first = await client.post("/api/sign-in/oauth/wechat", json=back)
    assert code_in(first) == "phone-binding-needed"
    challenge = await ask(client)
    body = {"challenge_id": challenge, "phone": PHONE, "code": inbox.code_of(PHONE), "binding": first.json()["binding"]}
    account = (await client.post("/api/sign-in/phone", json=body)).json()["account"]["id"]
    second = await client.post("/api/sign-in/oauth/wechat", json=back)
    assert second.json()["account"]["id"] == account
    forged = await client.post("/api/sign-in/oauth/wechat", json={"code": "1", "state": "x"})
    assert code_in(forged) == "challenge-over"
    refused = await client.post("/api/sign-in/oauth/wechat", json=back | {"code": "refused"})
    assert code_in(refused) == "sign-in-provider-refused"


async def test_public_settings_say_what_is_on(client: Client, region: object) -> None:
    told = (await client.get("/api/public-settings")).json()
    assert told["region"] == {"code": "110000", "name": "北京市", "name_en": "Beijing", "timezone": "Asia/Shanghai"}
    assert told["sign_in"] == {"wechat": False, "alipay": False, "oidc": False}
