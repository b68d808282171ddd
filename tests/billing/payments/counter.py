"""What tests of payments do at the hospital: make bills, pay, run the clock's work, and count all the money."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert

from billing.payments.outside import COVER, Outside
from worlds import World
from yitong.billing.charges.actions import DESK
from yitong.billing.charges.schemas import PricedLine
from yitong.billing.charges.service import charge, open_bill
from yitong.billing.claims.model import Coverage
from yitong.billing.payments import service
from yitong.billing.payments.jobs import resume
from yitong.billing.payments.schemas import ChannelChoice, LineQuantity, PaymentView, PayRequest, RefundRequest
from yitong.billing.ports import Credential
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Actor, Role

CARD = Credential("02", "110101199005010011", certno="110101199005010011", psn_name="王小明")
WECHAT = ChannelChoice("wechat", "native")


@dataclass
class Counter:
    """The hospital's counter in the tiny region."""

    town: World
    outside: Outside
    patient: UUID
    citizen: Actor

    @property
    def cashier(self) -> Actor:
        return self.town.staff(Role.CASHIER)

    async def bill(
        self, *amounts: int, insured: bool = True, kind: Any = "outpatient", code: str = "0021", pieces: int = 1
    ) -> tuple[UUID, list[UUID]]:
        """A bill with lines of these amounts, each for so many pieces, and the lines."""
        town = self.town
        async with town.platform.transaction() as tx:
            grant = DESK.check(SYSTEM_ACTOR, organization_id=town.hospital_id)
            header = await open_bill(tx, grant, town.hospital_id, self.patient, kind)
            lines = [
                PricedLine(
                    source_type="desk",
                    source_id=new_id(),
                    price_code=f"X{i}",
                    price_version=date(2026, 1, 1),
                    name="检查",
                    category="deposit" if kind == "deposit" else "lab",
                    med_list_codg=code if insured else "",
                    unit_price_fen=amount,
                    cnt_milli=pieces * 1000,
                )
                for i, amount in enumerate(amounts)
            ]
            made = await charge(tx, grant, header, lines)
        return header.id, [line.id for line in sorted(made, key=lambda one: one.price_code)]

    async def insure(self, number: str = "MZ20260001") -> UUID:
        """A commercial policy of the patient's."""
        coverage_id = new_id()
        async with self.town.platform.transaction() as tx:
            await tx.session.execute(
                insert(Coverage).values(
                    patient_id=self.patient,
                    id=coverage_id,
                    insurer_code=COVER,
                    policy_sealed=tx.platform.sealer.seal(number, f"coverage.policy:{coverage_id}"),
                    policy_tail=number[-4:],
                    added_at=tx.now,
                )
            )
        return coverage_id

    def request(self, bill: UUID, own: int, *channels: ChannelChoice, **more: Any) -> PayRequest:
        asked: dict[str, Any] = {"use_insurance": True, "credential": CARD, **more}
        return PayRequest(
            organization_id=self.town.hospital_id, bill_id=bill, channels=list(channels), confirmed_fen=own, **asked
        )

    async def pay(self, request: PayRequest, key: UUID | None = None, actor: Actor | None = None) -> PaymentView:
        return await service.pay(self.town.platform, actor or self.citizen, request, key or new_id())

    async def own(self, request: PayRequest) -> int:
        """The payer's own part as the confirmation page shows it."""
        return (await service.preview(self.town.platform, self.citizen, request)).own_fen

    async def refund(
        self,
        payment: PaymentView,
        *charges: UUID,
        actor: Actor | None = None,
        pieces: dict[UUID, int] | None = None,
        **more: Any,
    ) -> PaymentView:
        """Give lines back, or so many pieces of some."""
        asked = RefundRequest(
            organization_id=self.town.hospital_id,
            charge_ids=list(charges) or None,
            quantities=[LineQuantity(charge, number * 1000) for charge, number in (pieces or {}).items()],
            reason="未做",
            **more,
        )
        return await service.refund(self.town.platform, actor or self.cashier, payment.id, asked, new_id())

    async def see(self, payment: PaymentView) -> PaymentView:
        return await service.show(self.town.platform, self.citizen, self.town.hospital_id, payment.id)

    async def run(self, minutes: float = 0) -> None:
        """Let the clock's work be done, after so many minutes."""
        self.town.clock.advance(minutes=minutes)
        due = await self.town.rows(
            "SELECT organization_id, id FROM payment_order WHERE next_at <= :now", now=self.town.clock.now()
        )
        done: Any = await resume(self.town.platform)
        if done < len(due):
            for row in due:  # what the job only wrote into its log is raised here
                await service.carry(self.town.platform, row.organization_id, row.id)

    async def settle_down(self) -> None:
        """No more faults: let time pass until nothing is due by itself."""
        self.outside.plan.faults.clear()
        for _ in range(40):
            await self.run(minutes=6)
            if not await self.town.rows("SELECT 1 FROM payment_order WHERE next_at IS NOT NULL"):
                return
        raise AssertionError("payments never come to rest")

    async def balance(self, account: str) -> int:
        row = await self.town.one(
            "SELECT coalesce(sum(amount_fen), 0)::bigint AS sum FROM posting WHERE account = :account", account=account
        )
        return row.sum

    async def audit(self) -> None:
        """The journal says of everybody outside what their own books say, and of every order what its state says."""
        books = self.outside.books
        for channel in ("wechat", "alipay"):
            assert await self.balance(f"channel:{channel}") == books.at_channel(channel), channel
        assert await self.balance(f"commercial:{COVER}") == books.at_cover()
        fund, account = books.at_insurer()
        assert (await self.balance("insurer:310"), await self.balance("account:310")) == (fund, account)
        assert (await self.town.one("SELECT coalesce(sum(amount_fen), 0) AS sum FROM posting")).sum == 0
        await self.audit_orders()

    async def audit_orders(self) -> None:
        """What is paid of every order is what its state says."""
        rows = await self.town.rows(
            "SELECT o.id, o.state, o.total_fen - o.refunded_fen AS worth,"
            " (SELECT coalesce(sum(p.amount_fen + p.hospital_fen - CASE WHEN p.state = 'reversed' THEN p.amount_fen"
            "    + p.hospital_fen ELSE p.refunded_fen END), 0) FROM payment_part p"
            "   WHERE p.organization_id = o.organization_id AND p.order_id = o.id"
            "     AND p.state IN ('done','reversing','reversed'))::bigint AS paid,"
            " coalesce((SELECT r.owed_fen FROM refund r WHERE r.order_id = o.id AND r.organization_id ="
            "   o.organization_id AND r.state = 'done' ORDER BY r.asked_at DESC, r.id DESC LIMIT 1), 0) AS owed,"
            " (SELECT coalesce(sum(t.total_fen - t.refunded_fen), 0) FROM payment_order t WHERE t.rest_of_id = o.id"
            "   AND t.state IN ('settled','part_refunded') AND NOT EXISTS (SELECT FROM refund u"
            "     WHERE u.order_id = t.id AND u.ended_at IS NULL))::bigint AS rests,"
            " (SELECT coalesce(sum(l.amount_fen), 0) FROM payment_line l WHERE l.order_id = o.id AND l.held AND NOT"
            "   EXISTS (SELECT FROM refund_line g JOIN refund r ON r.id = g.refund_id WHERE g.charge_id = l.charge_id"
            "     AND g.held AND r.state = 'done') AND NOT EXISTS (SELECT FROM refund_line g JOIN refund r"
            "     ON r.id = g.refund_id WHERE g.kept_id = l.charge_id AND r.ended_at IS NULL))::bigint AS lines,"
            " o.rest_of_id FROM payment_order o"
        )
        for row in rows:
            expected = row.worth - row.owed if row.state in ("settled", "part_refunded") else 0
            assert row.paid == expected, f"{row.id} {row.state}: {row.paid} paid, {expected} expected"
            assert row.rests <= row.owed, f"{row.id}: rests of {row.rests} for {row.owed} owed"
            if row.rest_of_id is None and row.state in ("settled", "part_refunded"):
                assert row.lines == row.worth, f"{row.id}: lines of {row.lines} stay, {row.worth} are paid"
        await self.audit_bills()

    async def audit_bills(self) -> None:
        """What stands on every bill is what its charges and its counterings come to, and nothing is countered twice."""
        rows = await self.town.rows(
            "SELECT b.id, s.charged_fen, (SELECT coalesce(sum(c.amount_fen), 0) FROM charge c WHERE c.bill_id = b.id"
            "   AND c.counters_id IS NULL AND NOT EXISTS (SELECT FROM charge k WHERE k.counters_id = c.id))::bigint"
            "   AS standing FROM bill b JOIN bill_sum s ON s.bill_id = b.id WHERE b.kind <> 'deposit'"
        )
        for row in rows:
            assert row.charged_fen == row.standing, f"{row.id}: {row.standing} stand of {row.charged_fen}"
