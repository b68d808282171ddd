"""The health card: codes that are fresh, genuine and used once; everything else is refused with a code of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_cast import HOSPITAL, OTHER_HOSPITAL, Client, Headers, Inbox, NewCitizen, bearer, code_in, token_for
from yitong.identity.rules.card_codes import CodeKeys, OfflineVerifier, ecard_id, key_day_of, parse, static_text
from yitong.identity.schemas.cards import Verification, Verified
from yitong.identity.service.card_checks import verify_at_once, verify_fast
from yitong.identity.service.card_keys import code_keys
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.problems import Problem

Way = Callable[[Platform, Actor, Verification], Awaitable[Verified]]
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
CARD = ecard_id(b"area", "01", "110101199003071234", "张伟")
KEYS = CodeKeys(bytes(32), "110000", 300, 30)


def offline(now: datetime = NOW, *days: datetime) -> OfflineVerifier:
    held = {key_day_of(day): KEYS.key(key_day_of(day)) for day in days or (now,)}
    return OfflineVerifier(held, window_s=300, skew_s=30, not_after=now + timedelta(days=1))


def refusal(verifier: OfflineVerifier, text: str, now: datetime) -> str:
    with pytest.raises(Problem) as caught:
        verifier.verify(text, now.timestamp())
    return caught.value.code


@pytest.mark.unit
def test_a_dynamic_code_has_four_fields() -> None:
    fields = KEYS.make(CARD, NOW).split(":")
    assert [len(field) for field in fields] == [64, 1, 32, 18]
    assert fields[3] == "110000YT0120261123"
    assert (CARD, CARD.upper()) == (fields[0], CARD)


@pytest.mark.unit
def test_offline_a_code_counts_once_and_for_its_window_only() -> None:
    verifier = offline()
    text = KEYS.make(CARD, NOW)
    assert verifier.verify(text, NOW.timestamp() + 299) == CARD
    assert refusal(verifier, text, NOW + timedelta(seconds=299)) == "card-code-replayed"
    assert refusal(verifier, KEYS.make(CARD, NOW), NOW + timedelta(seconds=301)) == "card-code-expired"
    assert refusal(verifier, KEYS.make(CARD, NOW + timedelta(seconds=31)), NOW) == "card-code-expired"
    assert verifier.verify(KEYS.make(CARD, NOW + timedelta(seconds=29)), NOW.timestamp()) == CARD


@pytest.mark.unit
def test_offline_a_used_code_stays_refused_until_it_is_over() -> None:
    verifier = offline()
    ahead = KEYS.make(CARD, NOW + timedelta(seconds=30))
    verifier.verify(ahead, NOW.timestamp())
    for later in range(0, 331, 10):
        assert refusal(verifier, ahead, NOW + timedelta(seconds=later)) == "card-code-replayed"
    assert refusal(verifier, ahead, NOW + timedelta(seconds=331)) == "card-code-expired"


@pytest.mark.unit
def test_offline_keys_end() -> None:
    tomorrow = NOW + timedelta(days=1)
    assert refusal(offline(), KEYS.make(CARD, tomorrow), tomorrow) == "card-code-expired"
    verifier = offline(NOW, NOW, tomorrow)
    assert refusal(verifier, KEYS.make(CARD, NOW), NOW + timedelta(days=1, seconds=1)) == "card-code-expired"
    assert refusal(offline(), static_text(CARD), NOW) == "card-second-factor"


@pytest.mark.unit
@given(st.integers(0, 31), st.integers(1, 15))
def test_any_changed_digit_of_the_block_is_forged(place: int, change: int) -> None:
    card, kind, block, issuer = KEYS.make(CARD, NOW).split(":")
    digit = f"{(int(block[place], 16) + change) % 16:X}"
    forged = ":".join((card, kind, block[:place] + digit + block[place + 1 :], issuer))
    assert refusal(offline(), forged, NOW) == "card-code-forged"


@pytest.mark.unit
def test_a_block_fits_no_other_card_and_no_other_key() -> None:
    other = ecard_id(b"area", "01", "110101199003071234", "张玮")
    moved = KEYS.make(CARD, NOW).replace(CARD, other)
    assert refusal(offline(), moved, NOW) == "card-code-forged"
    foreign = CodeKeys(b"x" * 32, "110000", 300, 30).make(CARD, NOW)
    assert refusal(offline(), foreign, NOW) == "card-code-forged"
    with pytest.raises(Problem, match="card-code-forged"):
        KEYS.check(parse(CodeKeys(bytes(32), "310000", 300, 30).make(CARD, NOW)), NOW)


@pytest.mark.unit
@pytest.mark.parametrize(
    "text", ["", "hello", f"{CARD}:2", f"{CARD}:0", CARD, f"{CARD}:1:2", "x" * 200, f"{CARD[:-1]}:1"]
)
def test_other_texts_are_no_codes(text: str) -> None:
    with pytest.raises(Problem, match="card-code-malformed"):
        parse(text)


@pytest.mark.unit
@given(st.text(max_size=150))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(Problem, match="card-code-malformed"):
        parse(text)


async def show(client: Client, headers: Headers, patient_id: str) -> str:
    answer = await client.post(f"/api/patients/{patient_id}/card/dynamic-code", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["text"]


def scan(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "scene": "010101", "organization_id": str(HOSPITAL), **more}


async def verify(client: Client, headers: Headers, body: dict[str, Any]) -> Any:
    return await client.post("/api/cards/verify", json=body, headers=headers)


@pytest.fixture(params=[True, False], ids=["hot", "ordinary"])
def hot(request: pytest.FixtureRequest) -> bool:
    """Whether the hot routes are on."""
    return request.param


@pytest.fixture
def settings(settings: Any, hot: bool) -> Any:
    """Settings with the hot routes on or off: both must answer alike."""
    import msgspec

    return msgspec.structs.replace(settings, hot_routes=hot)


async def test_a_code_is_verified_once_and_leaves_an_event(
    client: Client, new_citizen: NewCitizen, registrar: Headers, kiosk: Headers, platform: Platform
) -> None:
    one = await new_citizen()
    text = await show(client, one.headers, one.patient_id)
    seen = await verify(client, registrar, scan(text, department="内科"))
    assert seen.status_code == 200, seen.text
    assert seen.json() | {"verified_at": ""} == {
        "patient_id": one.patient_id,
        "name": "张伟",
        "name_masked": "张*",
        "sex": "male",
        "age_years": 36,
        "id_number_masked": one.session["account"]["members"][0]["id_number_masked"],
        "code_kind": "dynamic",
        "ecard_id_short": f"{text[:4]}…{text[60:64]}",
        "verified_at": "",
    }
    assert code_in(await verify(client, registrar, scan(text))) == "card-code-replayed"
    at_kiosk = await verify(client, kiosk, scan(await show(client, one.headers, one.patient_id)))
    assert "name" not in at_kiosk.json()
    owner = await platform.database.connect_as_owner()
    rows = await owner.fetch("SELECT payload::text, patient_id::text FROM event WHERE type = 'card:code:verified'")
    await owner.close()
    assert len(rows) == 2
    assert '"scene": "010101"' in rows[0]["payload"]
    assert '"channel": "window"' in rows[0]["payload"]
    assert text not in str(rows)


async def test_each_bad_code_has_its_own_refusal(
    client: Client, new_citizen: NewCitizen, registrar: Headers, clock: SetClock, platform: Platform
) -> None:
    one = await new_citizen()
    text = await show(client, one.headers, one.patient_id)
    card = text[:64]
    assert code_in(await verify(client, registrar, scan("nothing"))) == "card-code-malformed"
    assert code_in(await verify(client, registrar, scan(text[:70] + "0000" + text[74:]))) == "card-code-forged"
    assert code_in(await verify(client, registrar, scan(f"{card}:1"))) == "card-second-factor"
    stranger = code_keys(platform.sealer, platform.settings).make("AB" * 32, clock.now())
    assert code_in(await verify(client, registrar, scan(stranger))) == "card-unknown"
    clock.advance(seconds=301)
    assert code_in(await verify(client, registrar, scan(text))) == "card-code-expired"
    clock.advance(days=3)
    assert code_in(await verify(client, registrar, scan(text))) == "card-code-expired"
    assert code_in(await verify(client, registrar, {"text": text})) == "validation-failed"


async def test_a_frozen_card_neither_shows_nor_counts(
    client: Client, new_citizen: NewCitizen, registrar: Headers
) -> None:
    one = await new_citizen()
    text = await show(client, one.headers, one.patient_id)
    path = f"/api/patients/{one.patient_id}/card"
    assert (await client.post(f"{path}/freeze", headers=one.headers)).json()["status"] == "frozen"
    assert code_in(await client.post(f"{path}/freeze", headers=one.headers)) == "wrong-state"
    assert code_in(await verify(client, registrar, scan(text))) == "card-frozen"
    assert code_in(await client.post(f"{path}/dynamic-code", headers=one.headers)) == "card-frozen"
    assert (await client.post(f"{path}/unfreeze", headers=one.headers)).json()["status"] == "active"
    assert (await verify(client, registrar, scan(text))).status_code == 200


async def test_who_may_verify(client: Client, new_citizen: NewCitizen, platform: Platform) -> None:
    one = await new_citizen()
    body = scan(await show(client, one.headers, one.patient_id))
    assert code_in(await verify(client, {}, body)) == "unauthenticated"
    assert code_in(await verify(client, one.headers, body)) == "forbidden"
    elsewhere = bearer(token_for(platform, RoleAt(Role.REGISTRAR, OTHER_HOSPITAL)))
    assert code_in(await verify(client, elsewhere, body)) == "forbidden"
    hall = bearer(token_for(platform, RoleAt(Role.HALL, HOSPITAL), kind=ActorKind.TERMINAL))
    assert code_in(await verify(client, hall, body)) == "forbidden"


async def test_a_static_code_needs_the_code_on_the_holders_phone(
    client: Client, new_citizen: NewCitizen, registrar: Headers, inbox: Inbox, clock: SetClock
) -> None:
    one = await new_citizen()
    clock.advance(minutes=2)
    printed = await client.get(f"/api/patients/{one.patient_id}/card/static-code", headers=registrar)
    text = printed.json()["text"]
    assert text.endswith(":1")
    sent = await client.post(
        "/api/cards/static-challenge", json={"text": text, "organization_id": str(HOSPITAL)}, headers=registrar
    )
    assert sent.status_code == 202, sent.text
    assert sent.json()["phone_masked"] == "138****8000"
    factor = {"challenge_id": sent.json()["challenge_id"], "code": "000000"}
    assert code_in(await verify(client, registrar, scan(text, second_factor=factor))) == "code-wrong"
    factor["code"] = inbox.code_of(one.phone)
    seen = await verify(client, registrar, scan(text, second_factor=factor))
    assert seen.json()["code_kind"] == "static"
    assert code_in(await verify(client, registrar, scan(text, second_factor=factor))) == "code-used"


async def test_another_persons_phone_is_no_second_factor(
    client: Client, new_citizen: NewCitizen, registrar: Headers, inbox: Inbox, clock: SetClock
) -> None:
    one = await new_citizen()
    other = await new_citizen("13900139000", name="李芳", sequence=124)
    clock.advance(minutes=2)
    asked = await client.post("/api/sign-in/phone-codes", json={"phone": other.phone, "purpose": "card"})
    card = (await client.get(f"/api/patients/{one.patient_id}/card", headers=one.headers)).json()
    factor = {"challenge_id": asked.json()["challenge_id"], "code": inbox.code_of(other.phone)}
    answer = await verify(client, registrar, scan(f"{card['ecard_id']}:1", second_factor=factor))
    assert code_in(answer) == "code-wrong"


async def verify_at_the_door(platform: Platform, actor: Actor, given: Verification) -> Verified:
    """Through the form that a connection's door uses, which replies instead of being waited for."""
    answer: asyncio.Future[Verified] = asyncio.get_running_loop().create_future()

    def reply(came: Verified | Exception) -> None:
        if isinstance(came, Exception):
            answer.set_exception(came)
        else:
            answer.set_result(came)

    assert verify_at_once(platform, actor, given, reply)
    return await answer


@pytest.fixture(params=[verify_fast, verify_at_the_door], ids=["task", "door"])
def way(request: pytest.FixtureRequest) -> Way:
    """How a server process hands a code in."""
    return request.param


async def race(platform: Platform, database_url: str, text: str, way: Way) -> list[str]:
    """The same code at two server processes' turnstiles, ten times each at once; answers what became of each."""
    kiosk = Actor(ActorKind.TERMINAL, new_id(), (RoleAt(Role.KIOSK, HOSPITAL),))
    given = Verification(text, "010101", HOSPITAL)
    second = open_platform(platform.settings, database_url, platform.clock)

    async def once(server: Platform) -> str:
        try:
            await way(server, kiosk, given)
        except Problem as refused:
            return refused.code
        return "verified"

    try:
        return sorted(await asyncio.gather(*(once(server) for _ in range(10) for server in (platform, second))))
    finally:
        await second.close()


async def test_a_replay_race_has_one_winner(
    client: Client, new_citizen: NewCitizen, platform: Platform, database_url: str, way: Way
) -> None:
    one = await new_citizen()
    outcomes = await race(platform, database_url, await show(client, one.headers, one.patient_id), way)
    assert outcomes == ["card-code-replayed"] * 19 + ["verified"]
    owner = await platform.database.connect_as_owner()
    assert await owner.fetchval("SELECT count(*) FROM event WHERE type = 'card:code:verified'") == 1
    await owner.close()


async def test_the_replay_race_is_real_without_the_used_codes(
    client: Client, new_citizen: NewCitizen, platform: Platform, database_url: str, way: Way
) -> None:
    """The control: with the primary key of the used codes gone, the same race lets more than one through."""
    one = await new_citizen()
    owner = await platform.database.connect_as_owner()
    await owner.execute("ALTER TABLE used_card_code DROP CONSTRAINT pk_used_card_code")
    await owner.close()
    outcomes = await race(platform, database_url, await show(client, one.headers, one.patient_id), way)
    assert outcomes.count("verified") > 1


async def test_a_terminal_gets_its_own_offline_keys_only(
    client: Client, new_citizen: NewCitizen, platform: Platform, clock: SetClock
) -> None:
    one = await new_citizen()
    admin = bearer(token_for(platform, RoleAt(Role.HOSPITAL_ADMIN, HOSPITAL)))
    body = {"organization_id": str(HOSPITAL), "kind": "gate", "name": "东门闸机"}
    made = (await client.post("/api/terminals", json=body, headers=admin)).json()
    terminal, headers = made["terminal"]["id"], bearer(made["token"])
    keys = (await client.get(f"/api/terminals/{terminal}/offline-key", headers=headers)).json()
    verifier = OfflineVerifier(
        {keys["key_id"]: bytes.fromhex(keys["key_hex"])},
        window_s=keys["window_s"],
        skew_s=keys["skew_s"],
        not_after=datetime.fromisoformat(keys["not_after"]),
    )
    text = await show(client, one.headers, one.patient_id)
    assert verifier.verify(text, clock.now().timestamp()) == text[:64]
    assert keys["next_key"] is None
    clock.advance(hours=18)
    later = (await client.get(f"/api/terminals/{terminal}/offline-key", headers=headers)).json()
    assert later["next_key"]["key_id"] == "20261124"
    for other in (admin, bearer(token_for(platform, RoleAt(Role.KIOSK, HOSPITAL), kind=ActorKind.TERMINAL))):
        assert code_in(await client.get(f"/api/terminals/{terminal}/offline-key", headers=other)) == "forbidden"
    told = (await client.get("/api/me", headers=headers)).json()
    assert told["terminal"]["name"] == "东门闸机"
    assert [
        one["id"]
        for one in (await client.get(f"/api/terminals?organization_id={HOSPITAL}", headers=admin)).json()["items"]
    ] == [terminal]
    assert code_in(await client.post("/api/terminals", json=body, headers=one.headers)) == "forbidden"
