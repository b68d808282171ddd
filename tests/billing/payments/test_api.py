"""Payments over HTTP, as screens ask for them; and the fee of an appointment that is given up."""

from httpx import AsyncClient as Client
from sqlalchemy import text

from billing.payments.counter import Counter
from yitong.billing.payments.schemas import ChannelChoice
from yitong.booking.schemas import CancelRequest
from yitong.booking.service import cancel
from yitong.kernel.reactors import REACTORS, run_once

CARD = {"mdtrt_cert_type": "02", "mdtrt_cert_no": "110101199005010011", "certno": "110101199005010011"}


async def test_a_bill_is_paid_and_given_back_over_http(counter: Counter, client: Client) -> None:
    town = counter.town
    bill, charges = await counter.bill(8000, 2000)
    here = {"organization_id": str(town.hospital_id)}
    wish = {
        **here, "bill_id": str(bill), "use_insurance": True, "credential": CARD,
        "channels": [{"channel": "wechat", "scene": "native"}],
    }  # fmt: skip
    me, cashier = town.headers(counter.citizen), town.headers(counter.cashier)
    shown = (await client.post("/api/payments/preview", json=wish, headers=me)).json()
    assert [(one["kind"], one["amount_fen"]) for one in shown["parts"]] == [
        ("fund", 6300), ("account", 3000), ("own", 700)
    ]  # fmt: skip
    changed = await client.post("/api/payments", json={**wish, "confirmed_fen": 1}, headers=me)
    assert (changed.status_code, changed.json()["code"]) == (409, "amounts-changed")
    assert changed.json()["preview"]["own_fen"] == 700
    made = await client.post("/api/payments", json={**wish, "confirmed_fen": 700}, headers=me)
    assert made.status_code == 201
    payment = made.json()
    again = await client.post("/api/payments", json={**wish, "confirmed_fen": 700}, headers=me)
    assert again.json()["id"] == payment["id"]
    counter.outside.books.pay(payment["parts"][1]["number"])
    await counter.run(minutes=1)
    path = f"/api/payments/{payment['id']}"
    seen = (await client.get(path, params=here, headers=me)).json()
    assert (seen["state"], seen["final"], seen["state_text"]["zh"]) == ("settled", True, "已支付")
    refused = await client.post(f"{path}/refunds", json={**here, "reason": "未做"}, headers=me)
    assert refused.json()["code"] == "forbidden"
    asked = {**here, "reason": "未做", "charge_ids": [str(charges[1])]}
    back = await client.post(f"{path}/refunds", json=asked, headers=cashier)
    assert (back.status_code, back.json()["state"]) == (201, "part_refunded")
    listed = await client.get("/api/payments", params={**here, "state": "all"}, headers=cashier)
    assert [one["id"] for one in listed.json()["items"]] == [payment["id"]]
    assert (await client.get("/api/payments", params={**here, "state": "stuck"}, headers=cashier)).json()["items"] == []
    assert (await client.get("/api/payments", params=here, headers=me)).status_code == 403
    mine = await client.get("/api/payments", params={"patient_id": str(counter.patient)}, headers=me)
    assert len(mine.json()["items"]) == 1


async def test_a_foreign_hospital_sees_nothing(counter: Counter, client: Client) -> None:
    town = counter.town
    bill, _ = await counter.bill(5000)
    asked = {
        "organization_id": str(town.hospital_id), "bill_id": str(bill), "confirmed_fen": 5000,
        "channels": [{"channel": "wechat", "scene": "native"}],
    }  # fmt: skip
    payment = (await client.post("/api/payments", json=asked, headers=town.headers(counter.citizen))).json()
    foreign = town.headers(town.staff(counter.cashier.roles[0].role, town.other_hospital_id))
    here = {"organization_id": str(town.hospital_id)}
    assert (await client.get(f"/api/payments/{payment['id']}", params=here, headers=foreign)).status_code == 403
    there = {"organization_id": str(town.other_hospital_id)}
    assert (await client.get("/api/payments", params=there, headers=foreign)).json()["items"] == []
    assert (await client.get(f"/api/payments/{payment['id']}", params=there, headers=foreign)).status_code == 404
    nobody = await client.get("/api/payments", params=here)
    assert nobody.status_code == 401
    bad = await client.post("/api/payments", json={**asked, "confirmed_fen": -1}, headers=town.headers(counter.citizen))
    assert bad.status_code == 400


async def test_the_fee_of_a_cancelled_appointment_goes_back(counter: Counter) -> None:
    town = counter.town
    session = await town.open_session(day=town.clock.now().date().replace(day=28))
    appointment = await town.book(counter.patient, session=session)
    bill, _ = await counter.bill(5000, kind="registration")
    async with town.platform.transaction() as tx:
        at = {"appointment": appointment, "bill": bill}
        await tx.session.execute(text("UPDATE bill SET appointment_id = :appointment WHERE id = :bill"), at)
    shown = ChannelChoice("wechat", "code", None, "1" * 18)
    payment = await counter.pay(counter.request(bill, 5000, shown, use_insurance=False))
    assert payment.state == "settled"
    async with town.platform.transaction(counter.citizen) as tx:
        await cancel(tx, appointment, CancelRequest(town.hospital_id, "计划有变"))
    for name in ("billing.payments.registration", "billing.payments.paid_too_late"):
        await run_once(town.platform, REACTORS[name])
    assert await town.rows("SELECT error FROM parked_event") == []
    await counter.run()
    assert (await counter.see(payment)).state == "refunded"
    assert counter.outside.books.at_channel("wechat") == 0
    await counter.audit()
