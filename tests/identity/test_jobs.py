"""What is over is forgotten, and nothing that was refused becomes possible by it."""

from datetime import timedelta

from identity_cast import PHONE, Client, Inbox, code_in
from yitong.identity.jobs import forget
from yitong.kernel.clock import SetClock
from yitong.kernel.platform import Platform


async def test_only_what_is_over_is_forgotten(
    client: Client, inbox: Inbox, region: object, platform: Platform, clock: SetClock
) -> None:
    owner = await platform.database.connect_as_owner()
    for nonce, minutes in ((b"over", -1), (b"not yet", 1)):
        await owner.execute(
            "INSERT INTO used_card_code (nonce_hash, expires_at) VALUES ($1, $2)",
            nonce,
            clock.now() + timedelta(minutes=minutes),
        )
    body = {"phone": PHONE, "purpose": "sign_in"}
    await client.post("/api/sign-in/phone-codes", json=body)
    await forget(platform)
    assert await owner.fetchval("SELECT nonce_hash FROM used_card_code") == b"not yet"
    assert code_in(await client.post("/api/sign-in/phone-codes", json=body)) == "rate-limited"
    clock.advance(days=3)
    await forget(platform)
    assert await owner.fetchval("SELECT count(*) FROM one_time_code") == 0
    await owner.close()
