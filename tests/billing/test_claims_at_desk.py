"""Claims as the desk sees them: by where they stand, with the patient's name, from a policy that was shown there."""

from typing import Any

from httpx import AsyncClient as Client

from billing.clinic import get, send
from billing.test_claims import INSURER, Played, claimed, insurer, settled
from worlds import World
from yitong.billing.claims.jobs import carry_claims
from yitong.kernel.permissions import Role

__all__ = ["insurer"]


async def test_claims_are_listed_by_where_they_stand(client: Client, town: World, insurer: Played) -> None:
    cashier = town.staff(Role.CASHIER)
    first = await claimed(client, town, await town.patient("王小明"))
    await carry_claims(town.platform)
    second = await claimed(client, town, await town.patient("李四"), "MZ00000009")

    async def standing(state: str) -> list[tuple[str, str]]:
        found = (await get(client, town, cashier, "/claims", state=state)).json()["items"]
        return [(one["id"], one["patient_name"]) for one in found]

    assert await standing("open") == [(second["id"], "李四")]
    assert await standing("approved") == [(first["id"], "王小明")]
    assert await standing("rejected") == []
    assert len(await standing("all")) == 2
    assert (await get(client, town, cashier, "/claims", state="lost")).status_code == 400


async def test_a_policy_that_is_shown_at_the_desk(client: Client, town: World, insurer: Played) -> None:
    patient = await town.patient()
    cashier = town.staff(Role.CASHIER)
    policy: dict[str, Any] = {"patient_id": str(patient), "insurer_code": INSURER, "policy_no": "HM20260077"}
    made = await send(client, town, cashier, "/coverages", **policy)
    assert (made.status_code, made.json()["policy_tail"]) == (201, "0077")
    listed = await get(client, town, cashier, "/coverages", patient_id=str(patient))
    assert listed.json()["items"] == [], "nobody's policies are shown where they have no bill"
    bill = await settled(client, town, patient, **{"channel:wechat": 4268})
    listed = await get(client, town, cashier, "/coverages", patient_id=str(patient))
    assert [one["id"] for one in listed.json()["items"]] == [made.json()["id"]]
    claim = await send(client, town, cashier, f"/bills/{bill['id']}/claims", coverage_id=made.json()["id"])
    assert (claim.status_code, claim.json()["coverage_id"]) == (201, made.json()["id"])

    foreign = town.headers(town.staff(Role.CASHIER, town.other_hospital_id))
    asked = {"patient_id": str(patient), "organization_id": str(town.hospital_id)}
    assert (await client.get("/api/coverages", params=asked, headers=foreign)).status_code == 403
    nobody = await send(client, town, town.staff(Role.DOCTOR), "/coverages", **policy)
    assert nobody.status_code == 403
