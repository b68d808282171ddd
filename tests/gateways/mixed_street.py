"""A payer with a phone, WeChat, the insurer and the hospital: bills paid with insurance inside WeChat, over sockets."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import insert

from billing.payments.counter import Counter
from billing.payments.outside import Outside
from insurance_cast import MOTHER
from worlds import World
from yitong.billing.payments import service
from yitong.billing.payments.schemas import ChannelChoice, MixedWish, PaymentView, PayRequest, Preview
from yitong.billing.ports import MixedOrderFound, MixedOrders, PaymentChannels
from yitong.identity.model import Account, FamilyMember, OAuthIdentity, PatientIdentifier
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor

OPENID = "oYTu001sandbox0000000000000"
SCAN = "0021020000100"
IN_WECHAT = ChannelChoice("wechat", "jsapi")


async def with_card(town: World, person: Any) -> UUID:
    """A patient of the demo's names with an identity card on file."""
    patient = await town.patient(person.name)
    sealer = town.platform.sealer
    async with town.platform.transaction() as tx:
        await tx.session.execute(
            insert(PatientIdentifier).values(
                kind="01",
                value_hash=sealer.lookup_hash("identifier", person.id_number),
                patient_id=patient,
                value_sealed=sealer.seal(person.id_number, f"patient_identifier.value:{patient}:01"),
                created_at=tx.now,
            )
        )
    return patient


async def signed_in_by_wechat(town: World, account_id: UUID, self_id: UUID) -> None:
    """An account whose person is known, and which WeChat knows."""
    async with town.platform.transaction() as tx:
        row = {"id": account_id, "phone_sealed": "s", "phone_hash": account_id.bytes, "created_at": tx.now}
        await tx.session.execute(insert(Account).values(row))
        await tx.session.execute(
            insert(OAuthIdentity).values(provider="wechat", subject=OPENID, account_id=account_id, created_at=tx.now)
        )
        await tx.session.execute(
            insert(FamilyMember).values(
                account_id=account_id, patient_id=self_id, relation="self", guardian=False, since=tx.now
            )
        )


@dataclass
class MixedStreet:
    """The hospital's counter, the payer's phone, and the sandbox where everybody else is."""

    counter: Counter
    browser: httpx.AsyncClient

    async def account(self, fen: int) -> None:
        """Set what stands on the patient's personal account."""
        changed = {"name": MOTHER.name, "account_fen": fen}
        answer = await self.browser.put(f"/insurer/people/{MOTHER.id_number}", json=changed)
        assert answer.status_code == 204

    async def bill(self, *amounts: int) -> tuple[UUID, list[UUID]]:
        return await self.counter.bill(*amounts, code=SCAN)

    def request(self, bill: UUID, own: int, code: str = "") -> PayRequest:
        """What the phone sends; no credential: the patient's card is on file."""
        return PayRequest(
            organization_id=self.counter.town.hospital_id,
            bill_id=bill,
            channels=[IN_WECHAT] if own else [],
            confirmed_fen=own,
            use_insurance=True,
            mixed=MixedWish(code) if code else None,
        )

    async def preview(self, bill: UUID) -> Preview:
        return await service.preview(self.counter.town.platform, self.counter.citizen, self.request(bill, 1))

    async def allow(self, shown: Preview, certno: str = MOTHER.id_number) -> str:
        """The payer allows it on the insurer's page, and comes back with a code."""
        assert shown.mixed is not None
        assert shown.mixed.authorize_url is not None
        back = "http://phone.example/patient/"
        address = urlsplit(shown.mixed.authorize_url)
        page = await self.browser.get(f"{address.path}?{address.query}", params={"redirectUrl": back})
        assert (page.status_code, certno in page.text) == (200, True)
        allowed = {"certno": certno, "action": "allow", "back": back}
        answer = await self.browser.post(address.path, data=allowed)
        assert answer.status_code == 303
        return parse_qs(urlsplit(answer.headers["location"]).query)["authCode"][0]

    async def begin(self, *amounts: int) -> tuple[PaymentView, list[UUID]]:
        """A bill that is confirmed and waits for its payer, unless something went wrong on the way."""
        bill, lines = await self.bill(*amounts)
        shown = await self.preview(bill)
        code = await self.allow(shown)
        return await self.counter.pay(self.request(bill, shown.own_fen, code)), lines

    async def paid(self, *amounts: int) -> tuple[PaymentView, list[UUID]]:
        payment, lines = await self.begin(*amounts)
        await self.act(payment)
        return await self.becomes(payment, "settled"), lines

    async def act(self, payment: PaymentView, action: str = "pay", status: int = 200) -> None:
        """The payer does it on WeChat's page."""
        assert payment.mixed is not None
        page = f"/pay/{payment.mixed.mix_trade_no}"
        answer = await self.browser.post(page, data={"user": "u001", "action": action})
        assert answer.status_code == status, answer.text

    async def becomes(self, payment: PaymentView, state: str) -> PaymentView:
        """The payment once a notice has brought it so far."""
        async with asyncio.timeout(30):
            while True:
                seen = await self.counter.see(payment)
                if seen.state == state:
                    return seen
                await asyncio.sleep(0.05)

    async def runs_until(self, payment: PaymentView, state: str, *, part: bool = False) -> PaymentView:
        """The payment once the clock's work has brought it, or its mixed order, so far."""
        states: list[str] = []
        seen = payment
        while len(states) < 12:
            await self.counter.run(minutes=1)
            seen = await self.counter.see(payment)
            reached = seen.mixed.state if part and seen.mixed is not None else seen.state
            states.append(reached)
            if reached == state:
                return seen
        raise AssertionError(f"{states} {seen.stuck}")

    async def in_wechat(self, payment: PaymentView) -> MixedOrderFound:
        """The mixed order as WeChat tells it."""
        found = await self.counter.town.platform.port(MixedOrders).find(payment.parts[-1].number)
        assert found is not None
        return found

    async def at_insurer(self) -> tuple[int, int]:
        """What the insurer's own books say it owes: from the funds, from accounts."""
        made = (await self.browser.get("/insurer/settlements")).json()
        back = {one["of"] for one in (await self.browser.get("/insurer/reversals")).json()}
        standing = [one["split"] for one in made if one["setl_id"] not in back]
        return sum(one["fund_pay_sumamt"] for one in standing), sum(one["acct_pay"] for one in standing)

    async def audit(self) -> None:
        """The journal says of everybody what their own books say, and of every order what its state says."""
        town = self.counter.town
        channel = town.platform.port(PaymentChannels).get("wechat")
        assert channel is not None
        lines = await channel.lines(day_of(town.clock.now(), "Asia/Shanghai"))
        there = sum(one.amount if one.kind == "payment" else -one.amount for one in lines)
        assert await self.counter.balance("channel:wechat") == there
        booked = await self.counter.balance("insurer:310"), await self.counter.balance("account:310")
        assert booked == await self.at_insurer()
        assert (await town.one("SELECT coalesce(sum(amount_fen), 0) AS sum FROM posting")).sum == 0
        await self.counter.audit_orders()


async def mother_in_wechat(town: World) -> Counter:
    """The counter, with a patient who pays for herself: an employee who has paid the year's deductible."""
    patient = await with_card(town, MOTHER)
    citizen = town.citizen(patient)
    await signed_in_by_wechat(town, citizen.id, patient)
    return counter_without(town, patient, citizen)


def counter_without(town: World, patient: UUID, citizen: Actor) -> Counter:
    """A counter with nobody outside in the process: they are all at the sandbox."""
    return Counter(town, cast("Outside", None), patient, citizen)
