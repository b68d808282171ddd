"""An insurer and channels for tests: their books lie in a file, so they outlive any process that asks them.

Every call takes the next fault of the plan: ``before`` (no answer, nothing happened), ``after`` (it happened, the
answer was lost), ``refuse`` (understood and refused), or none.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from yitong.billing.commercial import CommercialAnswer, CommercialClaim, CommercialInsurers, CoverMovement
from yitong.billing.ports import (
    ChannelLine,
    ChannelName,
    Credential,
    Insurance,
    InsuranceBill,
    InsuranceSettlement,
    InsuranceSplit,
    InsuredPerson,
    Insurer,
    InsurerTotal,
    PaymentAsk,
    PaymentChannels,
    PaymentFound,
    PaymentOpened,
    RefundFound,
)
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual

T = TypeVar("T")


class BrokenContract(BaseException):
    """The house asked for something that no honest partner may be asked for; no ``except Exception`` hides it."""


def demand(kept: bool, rule: str) -> None:
    """Raises BrokenContract unless the rule was kept."""
    if not kept:
        raise BrokenContract(rule)


THEM = Bilingual("对方", "They")
DEDUCTIBLE = 1000
COVER = "DEMO-IN-02"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@dataclass
class Plan:
    """Faults to come, one a call; none when empty."""

    faults: list[str] = field(default_factory=list[str])
    calls: list[str] = field(default_factory=list[str])
    pause: float = 0.0

    async def __call__(self, name: str, effect: Callable[[], T]) -> T:
        self.calls.append(name)
        fault = self.faults.pop(0) if self.faults else ""
        if self.pause:
            await asyncio.sleep(self.pause)
        if fault == "before":
            raise GatewayUnavailable(THEM, "timeout")
        if fault == "refuse":
            raise GatewayRefused(THEM, "NO")
        answer = effect()
        if fault == "after":
            raise GatewayUnavailable(THEM, "timeout")
        return answer


class Books:
    """What the outside really did."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.executescript(
            "CREATE TABLE IF NOT EXISTS payment (no TEXT PRIMARY KEY, channel TEXT, amount INT, state TEXT);"
            "CREATE TABLE IF NOT EXISTS refund (no TEXT PRIMARY KEY, payment_no TEXT, amount INT, state TEXT);"
            "CREATE TABLE IF NOT EXISTS settlement (no TEXT PRIMARY KEY, fund INT, account INT, deductible INT,"
            " split TEXT, reversed TEXT, msgid TEXT);"
            "CREATE TABLE IF NOT EXISTS undone (msgid TEXT PRIMARY KEY);"
            "CREATE TABLE IF NOT EXISTS claim (no TEXT PRIMARY KEY, asked INT, covered INT, state TEXT);"
        )

    def row(self, statement: str, *values: Any) -> Any:
        return self.db.execute(statement, values).fetchone()

    def at_channel(self, channel: str) -> int:
        """Money that the channel holds for the hospital."""
        paid = self.row("SELECT coalesce(sum(amount), 0) FROM payment WHERE channel = ? AND state = 'paid'", channel)
        back = self.row(
            "SELECT coalesce(sum(r.amount), 0) FROM refund r JOIN payment p ON p.no = r.payment_no"
            " WHERE p.channel = ? AND r.state = 'done'",
            channel,
        )
        return paid[0] - back[0]

    def at_insurer(self) -> tuple[int, int]:
        """What the insurer owes: from funds and from accounts."""
        return self.row(
            "SELECT coalesce(sum(fund), 0), coalesce(sum(account), 0) FROM settlement WHERE reversed IS NULL"
        )

    def at_cover(self) -> int:
        """What the commercial insurer owes."""
        return self.row("SELECT coalesce(sum(covered), 0) FROM claim WHERE state = 'paid'")[0]

    def pay(self, number: str, amount: int | None = None) -> bool:
        """The payer pays, when the payment is open; ``amount``: another one than was asked."""
        found = self.row("SELECT amount, state FROM payment WHERE no = ?", number)
        if found is None or found[1] != "waiting":
            return False
        self.db.execute("UPDATE payment SET state = 'paid', amount = ? WHERE no = ?", (amount or found[0], number))
        return True

    def close(self) -> None:
        self.db.close()


class Channel:
    """A payment channel on the books."""

    def __init__(self, name: ChannelName, books: Books, plan: Plan, *, processing: bool = False) -> None:
        self.name: ChannelName = name
        self.books = books
        self.plan = plan
        self.processing = processing

    async def open(self, ask: PaymentAsk) -> PaymentOpened:
        def effect() -> PaymentOpened:
            known = self.books.row("SELECT amount, state FROM payment WHERE no = ?", ask.payment_no)
            demand(known is None or known[1] == "closed" or known[0] == ask.amount, "one number, two amounts")
            state = "paid" if ask.scene == "code" else "waiting"
            if known is None:
                self.books.db.execute(
                    "INSERT INTO payment VALUES (?, ?, ?, ?)", (ask.payment_no, self.name, ask.amount, state)
                )
            elif known[1] == "closed":
                raise GatewayRefused(THEM, "ORDER_CLOSED")
            return PaymentOpened(
                {} if ask.scene == "code" else {"code_url": f"pay://{ask.payment_no}"}, state == "paid"
            )

        return await self.plan("open", effect)

    def _found(self, number: str) -> PaymentFound | None:
        row = self.books.row("SELECT amount, state FROM payment WHERE no = ?", number)
        if row is None:
            return None
        return PaymentFound(number, row[1], row[0], channel_no=f"C-{number}", paid_at=NOW)

    async def find(self, payment_no: str) -> PaymentFound | None:
        return await self.plan("find", lambda: self._found(payment_no))

    async def close(self, payment_no: str) -> PaymentFound:
        def effect() -> PaymentFound:
            self.books.db.execute(
                "INSERT INTO payment VALUES (?, ?, 0, 'closed') ON CONFLICT DO UPDATE SET state = 'closed'"
                " WHERE state = 'waiting'",
                (payment_no, self.name),
            )
            found = self._found(payment_no)
            assert found is not None
            return found

        return await self.plan("close", effect)

    async def refund(self, payment_no: str, refund_no: str, amount: int, total: int, reason: str) -> RefundFound:
        def effect() -> RefundFound:
            paid = self.books.row("SELECT amount, state FROM payment WHERE no = ?", payment_no)
            demand(paid == (total, "paid"), f"refund of {paid}")
            if self._refund(refund_no) is None:
                back = self.books.row("SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_no = ?", payment_no)
                demand(back[0] + amount <= total, "more back than was paid")
                self.books.db.execute(
                    "INSERT INTO refund VALUES (?, ?, ?, ?)",
                    (refund_no, payment_no, amount, "processing" if self.processing else "done"),
                )
            found = self._refund(refund_no)
            assert found is not None
            demand(found.amount == amount, "one refund number, two amounts")
            return found

        return await self.plan("refund", effect)

    def _refund(self, number: str) -> RefundFound | None:
        row = self.books.row("SELECT payment_no, state, amount FROM refund WHERE no = ?", number)
        return RefundFound(number, row[0], row[1], row[2], channel_no=f"R-{number}", done_at=NOW) if row else None

    async def find_refund(self, payment_no: str, refund_no: str) -> RefundFound | None:
        return await self.plan("find_refund", lambda: self._refund(refund_no))

    async def lines(self, day: date) -> list[ChannelLine]:
        raise NotImplementedError


class TestInsurer:
    """An insurer on the books: a deductible of the year, seven tenths from the fund, the rest from the account."""

    __test__ = False

    def __init__(self, books: Books, plan: Plan, balance: int = 3000) -> None:
        self.books = books
        self.plan = plan
        self.balance = balance
        self.family = 0  # on the account of a relative who shares it
        self.deductible = DEDUCTIBLE
        self.told: list[tuple[str, str]] = []

    async def person(self, fixmedins_code: str, credential: Credential, at: datetime) -> InsuredPerson:
        held = Insurance("310", "11", "1", "110000", self.balance)
        return await self.plan(
            "person",
            lambda: InsuredPerson("P1", credential.certno, credential.psn_name, "1", date(1990, 5, 1), [held]),
        )

    async def register(
        self,
        fixmedins_code: str,
        person: InsuredPerson,
        *_: object,
        visit_no: str,
        diagnoses: list[tuple[str, str]],
        **__: object,
    ) -> str:
        self.told = diagnoses
        return await self.plan("register", lambda: f"M-{visit_no}")

    def split(self, bill: InsuranceBill) -> InsuranceSplit:
        total = sum(line.det_item_fee_sumamt for line in bill.lines)
        scope = sum(line.det_item_fee_sumamt for line in bill.lines if line.med_list_codg)
        used = self.books.row("SELECT coalesce(sum(deductible), 0) FROM settlement WHERE reversed IS NULL")[0]
        spent = self.books.row("SELECT coalesce(sum(account), 0) FROM settlement WHERE reversed IS NULL")[0]
        deductible = min(scope, max(self.deductible - used, 0))
        shared = scope - deductible
        fund = shared * 7 // 10
        person = total - fund
        own = min(self.balance - spent, person) if bill.acct_used_flag else 0
        family = min(self.family, person - own)
        account = own + family
        return InsuranceSplit(
            medfee_sumamt=total,
            fulamt_ownpay_amt=total - scope,
            overlmt_selfpay=0,
            preselfpay_amt=0,
            inscp_scp_amt=scope,
            act_pay_dedc=deductible,
            hifp_pay=fund,
            cvlserv_pay=0,
            hifes_pay=0,
            hifmi_pay=0,
            hifob_pay=0,
            maf_pay=0,
            oth_pay=0,
            fund_pay_sumamt=fund,
            psn_part_amt=person,
            acct_pay=account,
            acct_mulaid_pay=family,
            psn_cash_pay=person - account,
            hosp_part_amt=0,
            balc=self.balance - spent - own,
            pool_prop_selfpay=shared - fund,
        )

    async def pre_settle(self, bill: InsuranceBill) -> InsuranceSplit:
        return await self.plan("pre_settle", lambda: self.split(bill))

    def message_no(self, fixmedins_code: str) -> str:
        return new_id().hex

    async def settle(
        self, bill: InsuranceBill, expected: InsuranceSplit, medins_setl_id: str, msgid: str = ""
    ) -> InsuranceSettlement:
        def effect() -> InsuranceSettlement:
            demand(msgid != "", "a settlement that could not be undone")
            if self.books.row("SELECT 1 FROM undone WHERE msgid = ?", msgid) is not None:
                raise GatewayRefused(THEM, "UNDONE")
            reversed_before = self.books.row(
                "SELECT 1 FROM settlement WHERE no = ? AND reversed IS NOT NULL", medins_setl_id
            )
            demand(reversed_before is None, "a number that was settled and reversed is used again")
            if self._settlement(medins_setl_id) is None:
                split = self.split(bill)
                self.books.db.execute(
                    "INSERT INTO settlement VALUES (?, ?, ?, ?, ?, NULL, ?)",
                    (
                        medins_setl_id,
                        split.fund_pay_sumamt,
                        split.acct_pay,
                        split.act_pay_dedc,
                        msgspec.json.encode(split).decode(),
                        msgid,
                    ),
                )
            found = self._settlement(medins_setl_id)
            assert found is not None
            return found

        return await self.plan("settle", effect)

    def _settlement(self, number: str) -> InsuranceSettlement | None:
        row = self.books.row("SELECT split FROM settlement WHERE no = ? AND reversed IS NULL", number)
        if row is None:
            return None
        return InsuranceSettlement(f"S-{number}", "M", NOW, msgspec.convert(json.loads(row[0]), InsuranceSplit))

    async def settlement(
        self, fixmedins_code: str, psn_no: str, mdtrt_id: str, medins_setl_id: str
    ) -> InsuranceSettlement | None:
        return await self.plan("settlement", lambda: self._settlement(medins_setl_id))

    async def reverse(
        self, fixmedins_code: str, psn_no: str, mdtrt_id: str, setl_id: str, medins_setl_id: str, *, med_type: str = ""
    ) -> str:
        def effect() -> str:
            self.books.db.execute(
                "UPDATE settlement SET reversed = ? WHERE no = ? AND reversed IS NULL",
                (medins_setl_id, setl_id.removeprefix("S-")),
            )
            row = self.books.row("SELECT reversed FROM settlement WHERE no = ?", setl_id.removeprefix("S-"))
            demand(row == (medins_setl_id,), "reversed under two numbers")
            return f"V-{medins_setl_id}"

        return await self.plan("reverse", effect)

    async def undo(self, fixmedins_code: str, psn_no: str, omsgid: str, oinfno: str) -> None:
        def effect() -> None:
            demand(oinfno == "2207A", "only settling is undone")
            self.books.db.execute("INSERT INTO undone VALUES (?) ON CONFLICT DO NOTHING", (omsgid,))
            self.books.db.execute(
                "UPDATE settlement SET reversed = 'undone' WHERE msgid = ? AND reversed IS NULL", (omsgid,)
            )

        await self.plan("undo", effect)

    async def settlements(self, fixmedins_code: str, day: date) -> list[InsurerTotal]:
        raise NotImplementedError


class TestCover:
    """A commercial insurer on the books: a share of what is asked, up to a limit of all its claims.

    ``thinks``: a claim is queued until :meth:`decide`.
    """

    __test__ = False
    name = COVER

    def __init__(self, books: Books, plan: Plan) -> None:
        self.books = books
        self.plan = plan
        self.tenths = 8
        self.limit = 10**9
        self.thinks = False

    def _covers(self, asked: int) -> int:
        return max(0, min(asked * self.tenths // 10, self.limit - self.books.at_cover()))

    async def assess(self, claim: CommercialClaim) -> CommercialAnswer:
        demand(claim.total == sum(line.net for line in claim.lines), "a claim whose lines do not add up")
        covers = self._covers(claim.asked)
        notes = [(f"赔付 {covers} 分。", f"{covers} fen are paid.")]
        return await self.plan(
            "assess", lambda: CommercialAnswer(claim.claim_no, "A", "complete", covers, notes, at=NOW)
        )

    async def submit(self, claim: CommercialClaim) -> CommercialAnswer:
        def effect() -> CommercialAnswer:
            demand(claim.total == sum(line.net for line in claim.lines), "a claim whose lines do not add up")
            known = self.books.row("SELECT asked, state FROM claim WHERE no = ?", claim.claim_no)
            demand(known is None or known[1] == "cancelled" or known[0] == claim.asked, "one number, two claims")
            if known is not None and known[1] == "cancelled":
                raise GatewayRefused(THEM, "CANCELLED")
            if known is None:
                self.books.db.execute(
                    "INSERT INTO claim VALUES (?, ?, ?, ?)",
                    (claim.claim_no, claim.asked, self._covers(claim.asked), "queued" if self.thinks else "paid"),
                )
            found = self._found(claim.claim_no)
            assert found is not None
            return found

        return await self.plan("submit", effect)

    def _found(self, number: str) -> CommercialAnswer | None:
        row = self.books.row("SELECT covered, state FROM claim WHERE no = ?", number)
        if row is None:
            return None
        covered = row[0] if row[1] == "paid" else 0
        return CommercialAnswer(number, f"K-{number}", "queued" if row[1] == "queued" else "complete", covered, at=NOW)

    async def find(self, claim_no: str) -> CommercialAnswer | None:
        return await self.plan("find_claim", lambda: self._found(claim_no))

    async def cancel(self, claim_no: str) -> CommercialAnswer:
        def effect() -> CommercialAnswer:
            self.books.db.execute(
                "INSERT INTO claim VALUES (?, 0, 0, 'cancelled') ON CONFLICT DO UPDATE SET state = 'cancelled'",
                (claim_no,),
            )
            found = self._found(claim_no)
            assert found is not None
            return found

        return await self.plan("cancel_claim", effect)

    def decide(self) -> None:
        """Everything that was thought about is paid."""
        self.books.db.execute("UPDATE claim SET state = 'paid' WHERE state = 'queued'")

    async def lines(self, day: date) -> list[CoverMovement]:
        raise NotImplementedError


@dataclass
class Outside:
    """Everybody outside, on one set of books and one plan of faults."""

    books: Books
    plan: Plan
    insurer: TestInsurer
    channels: PaymentChannels
    cover: TestCover


def connect(platform: Platform, path: Path, *, processing: bool = False) -> Outside:
    """Connect a test insurer and two channels to a platform; ``processing``: refunds take their time."""
    books, plan = Books(path), Plan()
    insurer, channels = TestInsurer(books, plan), PaymentChannels()
    channels.connect(Channel("wechat", books, plan, processing=processing))
    channels.connect(Channel("alipay", books, plan, processing=processing))
    cover, covers = TestCover(books, plan), CommercialInsurers()
    covers.connect(cover)
    platform.connect(CommercialInsurers, covers)
    platform.connect(Insurer, insurer)
    platform.connect(PaymentChannels, channels)

    async def farewell() -> None:
        books.close()

    platform.closing.append(farewell)
    return Outside(books, plan, insurer, channels, cover)
