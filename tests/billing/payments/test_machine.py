"""Payments under every fault there is: whatever happens in whatever order, in the end all money is accounted for."""

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billing.payments.counter import Counter
from billing.payments.outside import connect
from conftest import MORNING, with_name
from worlds import make_world
from yitong.billing.payments import service
from yitong.billing.payments.carrying import Crossings
from yitong.billing.payments.schemas import CashRequest, ChannelChoice, PaymentView
from yitong.billing.payments.service.notices import take_notice, take_refund_notice
from yitong.billing.ports import PaymentFound, RefundFound
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.platform import open_platform
from yitong.kernel.problems import Problem
from yitong.kernel.settings import load_settings

EXAMPLES = int(os.environ.get("YITONG_EXAMPLES", "12"))
FAULT = st.sampled_from(["", "", "before", "after", "refuse"])
WAYS: list[tuple[ChannelChoice, ...]] = [
    (ChannelChoice("wechat", "native"),),
    (ChannelChoice("alipay", "code", None, "2" * 17),),
    (ChannelChoice("alipay", "code", 300, "2" * 17), ChannelChoice("wechat", "native")),
    (ChannelChoice("cash", "window", 200), ChannelChoice("wechat", "jsapi", None, "openid")),
    (ChannelChoice("wechat", "native", 100), ChannelChoice("cash", "window")),
]


class Killed(BaseException):
    """The process is gone."""


class Watch:
    """Kills at a crossing to come."""

    left = 0

    def cross(self, name: str) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                raise Killed(name)


class World:
    """One loop, one database and one outside for all examples."""

    def __init__(self, runner: "asyncio.Runner", url: str, folder: Path) -> None:
        self.runner = runner
        runner.run(self._open(url, folder))

    async def _open(self, url: str, folder: Path) -> None:
        keys = {"token_key": "11" * 32, "master_keys": "k1:" + "22" * 32}
        platform = open_platform(load_settings({}, data_dir=str(folder), **keys), url, SetClock(MORNING))
        town = await make_world(platform, platform.clock)  # type: ignore[arg-type]  # it is the clock set above
        patient = await town.patient()
        self.counter = Counter(town, connect(platform, folder / "outside.db"), patient, town.citizen(patient))
        await self.counter.insure()
        self.watch = Watch()
        platform.connect(Crossings, self.watch)


class Payments(RuleBasedStateMachine):
    """People, channels, faults and time do what they like with a few payments."""

    world: World

    def run(self, work: Awaitable[Any]) -> Any:
        """Do something that may be refused or killed."""

        async def tried() -> Any:
            try:
                return await work
            except (Problem, Killed):
                return None

        return self.world.runner.run(tried())

    @property
    def counter(self) -> Counter:
        return self.world.counter

    @initialize()
    def begin(self) -> None:
        self.payments: list[PaymentView] = []
        self.charges: list[Any] = []
        spent = self.counter.outside.books.at_insurer()[1]
        self.counter.outside.insurer.balance = spent + 4000
        self.counter.outside.cover.limit = self.counter.outside.books.at_cover() + 6000
        self.counter.outside.cover.thinks = False

    @rule(amounts=st.lists(st.integers(1, 9000), min_size=1, max_size=3), way=st.sampled_from(WAYS),
          insured=st.booleans(), covered=st.booleans(), deposit=st.sampled_from([0, 500]),
          pieces=st.sampled_from([1, 3]))  # fmt: skip
    def pay(
        self,
        amounts: list[int],
        way: tuple[ChannelChoice, ...],
        insured: bool,
        covered: bool,
        deposit: int,
        pieces: int,
    ) -> None:
        amounts = [max(amount // pieces, 1) for amount in amounts]
        self.run(self._pay(amounts, way, pieces=pieces, insured=insured, covered=covered, deposit=deposit))

    async def _pay(
        self,
        amounts: list[int],
        way: tuple[ChannelChoice, ...],
        *,
        insured: bool,
        covered: bool,
        deposit: int,
        pieces: int,
    ) -> None:
        bill, charges = await self.counter.bill(*amounts, pieces=pieces)
        faults, self.counter.outside.plan.faults = self.counter.outside.plan.faults, []
        asked = {"use_insurance": insured, "use_commercial": covered, "deposit_fen": deposit}
        request = self.counter.request(bill, await self.counter.own(self.counter.request(bill, 0, *way, **asked)),
                                       *way, **asked)  # fmt: skip
        # person, register, pre_settle and assess ask without effect; the plan is for what follows.
        quiet = [""] * ((3 if insured else 0) + (1 if covered else 0))
        self.counter.outside.plan.faults = [*quiet, *faults]
        key = new_id()
        try:
            payment = await self.counter.pay(request, key)
        except Killed:
            payment = await self.counter.pay(request, key)  # the payer's device sends it again
        self.payments.append(payment)
        self.charges.append(charges)

    @rule(which=st.integers(0, 50), way=st.sampled_from(WAYS[:3]), spent=st.integers(0, 4000))
    def pay_again(self, which: int, way: tuple[ChannelChoice, ...], spent: int) -> None:
        """Whatever a bill still owes, such as what a refund left; the account is used elsewhere meanwhile."""
        self.counter.outside.insurer.balance = max(
            self.counter.outside.insurer.balance - spent, self.counter.outside.books.at_insurer()[1]
        )
        if self.payments:
            self.run(self._pay_again(self.payments[which % len(self.payments)].bill_id, way[-1:]))

    async def _pay_again(self, bill: UUID, way: tuple[ChannelChoice, ...]) -> None:
        faults, self.counter.outside.plan.faults = self.counter.outside.plan.faults, []
        own = await self.counter.own(self.counter.request(bill, 0, *way, use_insurance=False))
        self.counter.outside.plan.faults = faults
        self.payments.append(await self.counter.pay(self.counter.request(bill, own, *way, use_insurance=False)))
        self.charges.append([])

    @rule(amount=st.integers(100, 2000))
    def deposit(self, amount: int) -> None:
        async def put() -> None:
            bill, _ = await self.counter.bill(amount, kind="deposit")
            await self.counter.pay(self.counter.request(bill, amount, WAYS[1][0], use_insurance=False))

        self.run(put())

    @rule(faults=st.lists(FAULT, max_size=8))
    def trouble(self, faults: list[str]) -> None:
        self.counter.outside.plan.faults = faults

    @rule(at=st.integers(1, 8))
    def kill(self, at: int) -> None:
        self.world.watch.left = at

    @rule(minutes=st.sampled_from([0.05, 0.5, 1.1, 5, 16]))
    def time_passes(self, minutes: float) -> None:
        self.run(self.counter.run(minutes))

    @rule(thinks=st.booleans())
    def commercial_insurer_thinks(self, thinks: bool) -> None:
        self.counter.outside.cover.thinks = thinks
        if not thinks:
            self.counter.outside.cover.decide()

    @rule(which=st.integers(0, 50))
    def payer_pays(self, which: int) -> None:
        waiting = self.counter.outside.books.db.execute("SELECT no FROM payment WHERE state = 'waiting'").fetchall()
        if waiting:
            self.counter.outside.books.pay(waiting[which % len(waiting)][0])

    @rule(which=st.integers(0, 50))
    def closed_channel_takes_money_all_the_same(self, which: int) -> None:
        rows = self.counter.outside.books.db.execute(
            "SELECT no FROM payment WHERE state = 'closed' AND amount > 0"
        ).fetchall()
        if rows:
            self.counter.outside.books.db.execute(
                "UPDATE payment SET state = 'paid' WHERE no = ?", rows[which % len(rows)]
            )

    @rule(
        which=st.integers(0, 50), state=st.sampled_from(["paid", "closed", "waiting"]), off=st.sampled_from([0, 0, 1])
    )
    def notice(self, which: int, state: Any, off: int) -> None:
        """Late, doubled, reordered, forged or about another amount: of any payment that ever was."""
        rows = self.counter.outside.books.db.execute("SELECT no, amount, channel FROM payment").fetchall()
        if rows:
            number, amount, channel = rows[which % len(rows)]
            self.run(take_notice(self.counter.town.platform, channel, PaymentFound(number, state, amount + off)))

    @rule(which=st.integers(0, 50))
    def refund_notice(self, which: int) -> None:
        rows = self.counter.outside.books.db.execute("SELECT no, payment_no, amount FROM refund").fetchall()
        if rows:
            number, payment, amount = rows[which % len(rows)]
            found = RefundFound(number, payment, "done", amount)
            self.run(take_refund_notice(self.counter.town.platform, "wechat", found))

    @rule(which=st.integers(0, 50))
    def cancel(self, which: int) -> None:
        if self.payments:
            one = self.payments[which % len(self.payments)]
            self.run(service.cancel(self.counter.town.platform, self.counter.citizen, one.organization_id, one.id))

    @rule(which=st.integers(0, 50), lines=st.integers(0, 7), window=st.sampled_from([None, "5"]))
    def refund(self, which: int, lines: int, window: str | None) -> None:
        if self.payments:
            place = which % len(self.payments)
            chosen = [charge for i, charge in enumerate(self.charges[place]) if lines >> i & 1]
            self.run(self.counter.refund(self.payments[place], *chosen, window=window))

    @rule(which=st.integers(0, 50), line=st.integers(0, 7), pieces=st.integers(1, 2))
    def refund_pieces(self, which: int, line: int, pieces: int) -> None:
        """A part of a line, or of what an earlier refund left of one."""
        if self.payments:
            self.run(self._refund_pieces(self.payments[which % len(self.payments)], line, pieces))

    async def _refund_pieces(self, payment: PaymentView, line: int, pieces: int) -> None:
        seen = await self.counter.see(payment)
        gone = {charge for refund in seen.refunds if refund.state != "failed" for charge in refund.charge_ids}
        paid = [charge for charge in seen.charge_ids if charge not in gone]
        if paid:
            await self.counter.refund(payment, pieces={paid[line % len(paid)]: pieces})

    @rule(which=st.integers(0, 50))
    def cash(self, which: int) -> None:
        if self.payments:
            self.run(self._cash(self.payments[which % len(self.payments)]))

    async def _cash(self, payment: PaymentView) -> None:
        seen = await self.counter.see(payment)
        platform, cashier = self.counter.town.platform, self.counter.cashier
        for part in seen.parts:
            if part.channel == "cash" and part.state == "waiting":
                counted = CashRequest(organization_id=seen.organization_id, amount_fen=part.amount_fen, window="3")
                await service.cash_taken(platform, cashier, seen.id, counted)
        for back in (back for refund in seen.refunds for back in refund.parts):
            if back.channel == "cash" and back.state == "waiting":
                counted = CashRequest(organization_id=seen.organization_id, amount_fen=back.amount_fen, window="3")
                await service.cash_returned(platform, cashier, seen.id, counted)

    @rule(which=st.integers(0, 50))
    def desk_tries_again(self, which: int) -> None:
        if self.payments:
            one = self.payments[which % len(self.payments)]
            self.run(service.retry(self.counter.town.platform, self.counter.cashier, one.organization_id, one.id))

    @invariant()
    def the_journal_balances(self) -> None:
        row = self.world.runner.run(
            self.counter.town.one("SELECT coalesce(sum(amount_fen), 0)::bigint AS sum FROM posting")
        )
        assert row.sum == 0

    def teardown(self) -> None:
        self.world.watch.left = 0
        self.world.runner.run(self._end())

    async def _end(self) -> None:
        """The faults end; channels repeat their notices, the desk does its work; then everything adds up."""
        counter, outside = self.counter, self.counter.outside
        outside.plan.faults.clear()
        outside.cover.thinks = False
        outside.cover.decide()
        for _ in range(3):
            for number, amount, channel in outside.books.db.execute(
                "SELECT no, amount, channel FROM payment WHERE state = 'paid'"
            ).fetchall():
                await take_notice(counter.town.platform, channel, PaymentFound(number, "paid", amount))
            await counter.settle_down()
            for one in self.payments:
                seen = await counter.see(one)
                if seen.stuck:
                    await service.retry(counter.town.platform, counter.cashier, one.organization_id, one.id)
                for refund in seen.refunds:
                    if refund.state not in ("done", "failed"):
                        await self._cash(one)
        await counter.audit()
        left = await counter.town.rows(
            "SELECT state, stuck FROM payment_order WHERE state IN ('pre_settled','settling','compensating')"
        )
        assert left == []
        assert await counter.town.rows("SELECT 1 FROM refund WHERE ended_at IS NULL") == []


def test_money_is_conserved_under_all_faults(server_url: str, template: str, tmp_path: Path) -> None:
    import asyncpg

    name = f"test_{new_id().hex}"

    async def owner(statement: str) -> None:
        connection = await asyncpg.connect(server_url)
        await connection.execute(statement)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(owner(f"CREATE DATABASE {name} TEMPLATE {template}"))
        world = World(runner, with_name(server_url, name), tmp_path)
        machine = type("PaymentsHere", (Payments,), {"world": world})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=[
                        HealthCheck.too_slow,
                        HealthCheck.data_too_large,
                        HealthCheck.filter_too_much,
                    ],
                    derandomize=True,
                    database=None,
                ),
            )
        finally:
            runner.run(world.counter.town.platform.close())
            runner.run(owner(f"DROP DATABASE {name} WITH (FORCE)"))
