"""The page on which a demo person pays: what it shows, where it leads, and books that a restart does not forget."""

from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from yitong.kernel.clock import SetClock, day_of
from yitong.kernel.settings import Settings
from yitong.sandbox.app import create_sandbox
from yitong.sandbox.channels.books import Books, Channel, Refund, Refused, Trade


def trade(clock: SetClock, channel: Channel = "wechat", number: str = "n00001", **more: str) -> Trade:
    return Trade(
        channel=channel,
        number=number,
        amount=12_345,
        subject="<b>医疗费用</b>",
        kind="NATIVE",
        opened_at=clock.now(),
        token=f"token-{number}",
        channel_no=f"42{number}",
        expires_at=clock.now() + timedelta(minutes=15),
        return_url=more.get("return_url", ""),
        terminal_id=more.get("terminal_id", ""),
    )


@pytest.fixture
def sandbox(settings: Settings, clock: SetClock) -> Litestar:
    return create_sandbox(settings, platform_clock=clock)


@pytest.fixture
def books(sandbox: Litestar) -> Books:
    return sandbox.state.books


@pytest.fixture
def phone(sandbox: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(sandbox)  # type: ignore[arg-type]  # the same protocol, typed twice
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox")


async def test_a_payment_is_shown_and_paid_once(phone: httpx.AsyncClient, books: Books, clock: SetClock) -> None:
    one = books.open(trade(clock, return_url="http://127.0.0.1:8000/patient/"))
    assert "/pay/token-n00001" in (await phone.get("/pay")).text
    page = (await phone.get("/pay/token-n00001", headers={"accept-language": "en"})).text
    assert "123.45" in page
    assert "Order number" in page
    assert "<b>医疗费用" not in page
    assert "&lt;b&gt;医疗费用" in page
    done = await phone.post("/pay/token-n00001", data={"user": "u003", "action": "pay", "back": one.return_url})
    assert 'href="http://127.0.0.1:8000/patient/"' in done.text
    assert (one.state, one.paid_at) == ("paid", clock.now())
    again = await phone.post("/pay/token-n00001", data={"user": "u003", "action": "pay"})
    assert (again.status_code, "没有重复扣款" in again.text) == (409, True)
    assert "没有待支付的订单" in (await phone.get("/pay")).text


async def test_saying_no_leaves_a_phones_payment_open_and_ends_a_terminals(
    phone: httpx.AsyncClient, books: Books, clock: SetClock
) -> None:
    on_phone = books.open(trade(clock))
    at_terminal = books.open(trade(clock, "card", "n00002", terminal_id="POS-01"))
    for token in ("token-n00001", "token-n00002"):
        assert "没有支付" in (await phone.post(f"/pay/{token}", data={"action": "refuse"})).text
    assert (on_phone.state, at_terminal.state) == ("waiting", "closed")
    assert "您刚才没有支付" in (await phone.get("/pay/token-n00001")).text
    assert "空闲" in (await phone.get("/terminals")).text


async def test_unknown_payments_and_addresses_that_are_none(
    phone: httpx.AsyncClient, books: Books, clock: SetClock
) -> None:
    assert (await phone.get("/pay/nothing")).status_code == 404
    assert (await phone.post("/pay/nothing", data={"action": "pay"})).status_code == 409
    books.open(trade(clock))
    page = await phone.get("/pay/token-n00001", params={"redirect_url": "javascript:alert(1)"})
    assert "javascript" not in page.text
    back = {"action": "pay", "user": "nobody", "trouble": "none", "back": "javascript:alert(1)"}
    assert "javascript" not in (await phone.post("/pay/token-n00001", data=back)).text


@pytest.mark.unit
def test_a_restart_forgets_nothing(settings: Settings, clock: SetClock) -> None:
    path = settings.data_path / "sandbox" / "books.jsonl"
    before = Books(path, clock)
    paid = before.pay(before.open(trade(clock)), "payer")
    before.open(trade(clock, number="n00002"))
    back = Refund(
        channel="wechat", number="r1", payment_no="n00001", amount=45, channel_no="50r1", asked_at=clock.now()
    )
    before.settle(before.refund(back))
    after = Books(path, clock)
    assert after.trade("wechat", "n00001") == paid
    assert after.by_token("token-n00002").state == "waiting"
    assert after.refunded(after.trade("wechat", "n00001")) == 45
    today = day_of(clock.now(), "Asia/Shanghai")
    assert len(after.paid_on("wechat", today)) == len(after.refunded_on("wechat", today)) == 1
    with pytest.raises(Refused, match="too-much"):
        after.refund(
            Refund(
                channel="wechat", number="r2", payment_no="n00001", amount=12_301, channel_no="", asked_at=clock.now()
            )
        )
    clock.advance(minutes=20)
    assert after.trade("wechat", "n00002").state == "closed"
