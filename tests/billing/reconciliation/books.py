"""Payments, refunds and journal entries as they stand in the database, and channels that list what a test says."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from worlds import ZONE, World
from yitong.billing.commercial import CommercialAnswer, CoverMovement
from yitong.billing.journal import accounts
from yitong.billing.journal.service import Posting, post
from yitong.billing.payments.model import PaymentOrder, PaymentPart
from yitong.billing.ports import (
    ChannelLine,
    ChannelName,
    InsurerTotal,
    PaymentAsk,
    PaymentFound,
    PaymentOpened,
    RefundFound,
)
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.permissions import SYSTEM_ACTOR, Role, Scope, action
from yitong.kernel.text import Bilingual

BOOKING = action("test:reconciliation:write", "测试记账", "Book in a test", {Role.SYSTEM: Scope.REGION})


@dataclass
class ListedChannel:
    """A channel that lists the lines it was given; ``silent`` days get no answer."""

    name: ChannelName
    all_lines: list[ChannelLine] = field(default_factory=list[ChannelLine])
    silent: set[date] = field(default_factory=set[date])
    found: dict[str, PaymentFound] = field(default_factory=dict[str, PaymentFound])

    async def lines(self, day: date) -> list[ChannelLine]:
        if day in self.silent:
            raise GatewayUnavailable(Bilingual("渠道", "The channel"), "timeout")
        return [line for line in self.all_lines if day_of(line.at, ZONE) == day]

    async def find(self, payment_no: str) -> PaymentFound | None:
        return self.found.get(payment_no)

    async def find_refund(self, payment_no: str, refund_no: str) -> RefundFound | None:
        return None

    async def open(self, ask: PaymentAsk) -> PaymentOpened:
        raise NotImplementedError

    async def close(self, payment_no: str) -> PaymentFound:
        raise NotImplementedError

    async def refund(self, payment_no: str, refund_no: str, amount: int, total: int, reason: str) -> RefundFound:
        raise NotImplementedError


class ListedInsurer:
    """The part of an insurer that reconciliation asks."""

    def __init__(self, totals: list[InsurerTotal] | None = None) -> None:
        self.totals = totals or []

    async def settlements(self, fixmedins_code: str, day: date) -> list[InsurerTotal]:
        return [one for one in self.totals if day_of(one.setl_time, ZONE) == day]


@dataclass
class Books:
    """Writes what the hospital has of payments."""

    town: World

    async def paid(
        self,
        number: str,
        fen: int = 1000,
        *,
        channel: str = "wechat",
        kind: str = "channel",
        state: str = "done",
        booked: int | None = -1,
        at: datetime | None = None,
        fund: int = 0,
        medfee: int = 0,
        setl_id: str | None = None,
        organization_id: UUID | None = None,
    ) -> UUID:
        """A payment's part with its order and journal entry; ``booked`` None leaves the journal without it."""
        organization, patient = organization_id or self.town.hospital_id, await self.town.patient()
        at = at or self.town.clock.now()
        order_id, part_id = new_id(), new_id()
        insured = kind == "insurance"
        async with self.town.platform.transaction() as tx:
            tx.now = at
            await tx.session.execute(
                insert(PaymentOrder).values(
                    organization_id=organization,
                    id=order_id,
                    bill_id=new_id(),
                    patient_id=patient,
                    payer_id=patient,
                    total_fen=max(fen, 1),
                    refunded_fen=0,
                    state="settled",
                    version=1,
                    idempotency_key=new_id(),
                    fingerprint="",
                    created_at=at,
                    expires_at=at + timedelta(hours=1),
                )
            )
            values: dict[str, Any] = {
                "organization_id": organization,
                "id": part_id,
                "order_id": order_id,
                "patient_id": patient,
                "seq": 1,
                "kind": kind,
                "channel": channel,
                "number": number,
                "amount_fen": fen,
                "fund_fen": fund,
                "account_fen": fen - fund if insured else 0,
                "hospital_fen": 0,
                "refunded_fen": 0,
                "split": {"medfee_sumamt": medfee} if insured else None,
                "outside_no": setl_id,
                "state": state,
                "version": 1,
                "attempts": 0,
                "asked_at": at,
                "done_at": at if state == "done" else None,
            }
            await tx.session.execute(insert(PaymentPart).values(values))
            if booked is not None and (amount := fen if booked < 0 else booked):
                holder = [Posting(accounts.insurer(channel), fund), Posting(accounts.personal(channel), amount - fund)]
                if kind == "commercial":
                    holder = [Posting(accounts.commercial(channel), amount)]
                elif not insured:
                    holder = [Posting(accounts.channel(channel), amount)]
                await post(
                    tx,
                    BOOKING.check(SYSTEM_ACTOR),
                    "payment",
                    f"payment:{number}",
                    [*holder, Posting(accounts.patient(patient), -amount)],
                    organization_id=organization,
                    event_id=new_id(),
                    patient_id=patient,
                )
        return part_id

    async def cash(self, window: str, fen: int, at: datetime | None = None) -> None:
        """Cash that was taken at a window, or handed back when it is negative."""
        patient = await self.town.patient()
        async with self.town.platform.transaction() as tx:
            tx.now = at or self.town.clock.now()
            await post(
                tx,
                BOOKING.check(SYSTEM_ACTOR),
                "payment",
                f"payment:{new_id().hex}",
                [Posting(accounts.cash(window), fen), Posting(accounts.patient(patient), -fen)],
                organization_id=self.town.hospital_id,
                event_id=new_id(),
                patient_id=patient,
            )

    async def balance(self, account: str) -> int:
        """What an account comes to."""
        async with self.town.platform.transaction() as tx:
            found = await tx.session.execute(
                text("SELECT coalesce(sum(amount_fen), 0)::bigint FROM posting WHERE account = :account"),
                {"account": account},
            )
            return found.scalar_one()


class ListedCover:
    """The part of a commercial insurer that reconciliation asks."""

    name = "DEMO-IN-02"

    def __init__(self) -> None:
        self.movements: list[CoverMovement] = []
        self.answers: dict[str, CommercialAnswer] = {}

    async def lines(self, day: date) -> list[CoverMovement]:
        return [one for one in self.movements if day_of(one.at, ZONE) == day]

    async def find(self, claim_no: str) -> CommercialAnswer | None:
        return self.answers.get(claim_no)


def line(number: str, fen: int, at: datetime, kind: Any = "payment", of: str = "", fee: int = 0) -> ChannelLine:
    """A line of a channel's bill."""
    return ChannelLine(kind, number, of or number, f"T{number}", fen, at, fee)
