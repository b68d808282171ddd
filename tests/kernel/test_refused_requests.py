"""A request that one dependency refuses has not opened a transaction in another, which nobody would close."""

from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import event

from yitong.kernel.platform import Platform


async def test_a_request_without_its_key_takes_no_connection(client: httpx.AsyncClient, platform: Platform) -> None:
    taken: list[Any] = []
    event.listen(platform.database.engine.sync_engine, "checkout", lambda *seen: taken.append(seen))
    well_formed = {"patient_id": str(uuid4()), "insurer_code": "DEMO-IN-02", "policy_no": "HM1"}
    with_key = await client.post("/api/coverages", json=well_formed, headers={"idempotency-key": str(uuid4())})
    assert with_key.status_code >= 400
    assert taken, "what is counted here is what a request takes"
    taken.clear()
    for _ in range(20):
        answer = await client.post("/api/coverages", json=well_formed)
        assert answer.json()["code"] == "idempotency-key-missing"
    assert taken == []
