"""The finance office of the tiny region's hospital, and the parties that it compares its books with."""

from datetime import date, timedelta

from billing.reconciliation.books import Books, ListedChannel, ListedCover, ListedInsurer
from worlds import World
from yitong.billing.commercial import CommercialInsurers
from yitong.billing.ports import Insurer, PaymentChannels
from yitong.billing.reconciliation import queries
from yitong.billing.reconciliation.running import compare_day
from yitong.billing.reconciliation.schemas import DayReconciliation, MoneyDifference, ProposeRequest, SignRequest
from yitong.billing.reconciliation.signing import propose, sign
from yitong.kernel.permissions import Actor, Role

DAY = date(2026, 11, 23)
YESTERDAY = DAY - timedelta(days=1)


class Office:
    """The finance office of the tiny region's hospital with two people, and the parties it compares with."""

    def __init__(self, town: World) -> None:
        self.town = town
        self.books = Books(town)
        self.wechat = ListedChannel("wechat")
        self.insurer = ListedInsurer()
        self.first = town.staff(Role.FINANCE)
        self.second = town.staff(Role.FINANCE)
        channels = PaymentChannels()
        channels.connect(self.wechat)
        town.platform.connect(PaymentChannels, channels)
        town.platform.connect(Insurer, self.insurer)  # type: ignore[arg-type]  # the part that is asked

    def with_cover(self) -> ListedCover:
        """Connect a commercial insurer."""
        cover, covers = ListedCover(), CommercialInsurers()
        covers.connect(cover)  # type: ignore[arg-type]  # the part that is asked
        self.town.platform.connect(CommercialInsurers, covers)
        return cover

    async def compared(self, day: date = DAY) -> DayReconciliation:
        await compare_day(self.town.platform, self.first, self.town.hospital_id, day)
        return await self.report(day)

    async def report(self, day: date = DAY) -> DayReconciliation:
        async with self.town.platform.transaction(self.first) as tx:
            return await queries.day_report(tx, self.town.hospital_id, day)

    async def propose(self, one: MoneyDifference, correction: str, by: Actor | None = None) -> MoneyDifference:
        async with self.town.platform.transaction(by or self.first) as tx:
            request = ProposeRequest(self.town.hospital_id, correction, "已与渠道核对")  # type: ignore[arg-type]
            return await propose(tx, one.id, request)

    async def sign(
        self, one: MoneyDifference, by: Actor | None = None, *, agreed: bool = True, note: str = ""
    ) -> MoneyDifference:
        async with self.town.platform.transaction(by or self.second) as tx:
            return await sign(tx, one.id, SignRequest(self.town.hospital_id, agreed, note))
