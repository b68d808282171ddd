"""What was said of payments and not taken, as the desk sees it."""

from httpx import AsyncClient as Client

from billing.payments.counter import Counter
from yitong.billing.payments.schemas import ChannelChoice
from yitong.billing.payments.service.differing import explained
from yitong.billing.payments.service.notices import take_notice
from yitong.billing.ports import PaymentFound
from yitong.kernel.permissions import Role
from yitong.kernel.text import Bilingual

WECHAT = ChannelChoice("wechat", "native")


async def test_wrong_amounts_are_listed_with_what_they_mean(counter: Counter, client: Client) -> None:
    town = counter.town
    bill, _ = await counter.bill(5000)
    payment = await counter.pay(counter.request(bill, 5000, WECHAT, use_insurance=False))
    number = payment.parts[0].number
    await take_notice(town.platform, "wechat", PaymentFound(number, "paid", 1))
    counter.outside.books.pay(number, amount=4999)
    await counter.run(minutes=1)
    here = {"organization_id": str(town.hospital_id)}
    listed = await client.get("/api/payment-differences", params=here, headers=town.headers(counter.cashier))
    answer, notice = listed.json()["items"]
    assert (answer["source"], answer["expected_fen"], answer["found_fen"]) == ("answer", 5000, 4999)
    assert (answer["payment_id"], answer["of"]) == (str(payment.id), "payment")
    assert (answer["bill_no"], answer["part_state"]) == (payment.bill_no, "unknown")
    assert (notice["source"], notice["found_fen"]) == ("notice", 1)
    assert "49.99" in answer["explanation"]["zh"]
    assert "not believed" in notice["explanation"]["en"]
    again = await client.get(
        "/api/payment-differences", params=here | {"cursor": "!"}, headers=town.headers(counter.cashier)
    )
    assert again.json()["code"] == "validation-failed"


async def test_who_may_see_them(counter: Counter, client: Client) -> None:
    town = counter.town
    here = {"organization_id": str(town.hospital_id)}
    for role, status in ((Role.FINANCE, 200), (Role.HOSPITAL_ADMIN, 200), (Role.DOCTOR, 403)):
        answer = await client.get("/api/payment-differences", params=here, headers=town.headers(town.staff(role)))
        assert answer.status_code == status
    foreign = town.headers(town.staff(Role.CASHIER, town.other_hospital_id))
    assert (await client.get("/api/payment-differences", params=here, headers=foreign)).status_code == 403
    mine = await client.get("/api/payment-differences", params=here, headers=town.headers(counter.citizen))
    assert mine.status_code == 403


def test_each_kind_is_explained() -> None:
    party = Bilingual("支付宝", "Alipay")
    said = {
        explained(party, of, source, kind, 100, 200).zh
        for of in ("payment", "refund")
        for source, kind in (("notice", "amount"), ("answer", "amount"), ("answer", "state"))
    }
    assert len(said) == 6
    assert all("支付宝" in words for words in said)
