"""What one server process knows about limits and risk, read from the database about once a second.

The hot path asks this memory and never the database. Only what is out of the ordinary is in it: subjects at a limit,
accounts under suspicion, places given up in the last half hour. What the process itself notices (refusals, signals) is
kept here and written with the next reading.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from time import monotonic
from typing import Any

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from yitong.booking.limits import reading
from yitong.booking.limits.known import Caps, Closed, GivenUp, Refused, Suspect
from yitong.booking.limits.rules import DECLARED, Rule
from yitong.booking.limits.signals import Signal
from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem

log = structlog.get_logger(__name__)
_FRESH_S, _STALE_S, _RULES_S = 1.0, 5.0, 5.0
_MOST_NOTES = 20_000


class RiskMemory:
    """The memory of one process; see the module."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.zone = "Asia/Shanghai"
        self.commission_id: UUID | None = None
        self.rules: dict[str, Rule] = {code: one.default for code, one in DECLARED.items()}
        self.own_rules: dict[tuple[UUID, str], Rule] = {}
        self.caps: dict[UUID | None, Caps] = {}  # by hospital, as asked for; begun anew when rules are read
        self.people: dict[UUID, Closed] = {}  # patients and accounts that may not hold
        self.changers: dict[UUID, Closed] = {}  # patients that may not move a visit
        self.hashes: dict[bytes, Closed] = {}  # devices and blocks
        self.departments: dict[UUID, dict[UUID, Closed]] = {}  # patient → department
        self.suspects: dict[UUID, Suspect] = {}
        self.given_up: dict[UUID, list[GivenUp]] = {}  # by slot
        self.pairs: frozenset[tuple[UUID, UUID]] = frozenset()
        self.barred: dict[UUID, str] = {}
        self.outcomes: Counter[tuple[UUID | None, str, str]] = Counter()
        self.signals: list[Signal] = []
        self.handovers: list[Refused] = []
        self.warned: set[UUID] = set()
        self._read_at = self._rules_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def rule(self, code: str, organization_id: UUID | None = None) -> Rule:
        """The rule in force, a hospital's own where it has one."""
        if organization_id is not None and self.own_rules:
            own = self.own_rules.get((organization_id, code))
            if own is not None:
                return own
        return self.rules[code]

    def is_fresh(self) -> bool:
        """Whether everything here was read within the last second."""
        return monotonic() - self._read_at < _FRESH_S

    async def fresh(self) -> None:
        """Make sure that nothing here is older than five seconds; what is older than one is read in the background."""
        age = monotonic() - self._read_at
        if age < _FRESH_S:
            return
        self.poke()
        if age > _STALE_S and self._task is not None:
            await asyncio.shield(self._task)

    def poke(self) -> None:
        """Start a reading unless one is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._guarded(), name="limits and risk")

    async def refresh(self) -> None:
        """Write what was noticed and read everything now, the rules too."""
        if self._task is not None:
            await asyncio.wait([self._task])
        self._rules_at = float("-inf")
        await self._read()

    async def close(self) -> None:
        """Write what is left."""
        if self._task is not None and not self._task.done() and self._task.get_loop() is asyncio.get_running_loop():
            await asyncio.wait([self._task])
        if self.outcomes or self.signals or self.handovers:
            await self._guarded()

    def note(self, rule: str, outcome: str, organization_id: UUID | None = None) -> None:
        """Count for the risk board that a rule spoke; without an organization it counts for the region."""
        self.outcomes[organization_id, rule, outcome] += 1

    def suspect(self, signal: Signal) -> None:
        """Keep a signal for the next writing; a flood of them is cut off, the counters go on."""
        if len(self.signals) < _MOST_NOTES:
            self.signals.append(signal)

    def hand_over(self, refused: Refused) -> None:
        """Keep a refused hand-over for the next writing."""
        if len(self.handovers) < _MOST_NOTES:
            self.handovers.append(refused)

    async def _guarded(self) -> None:
        try:
            await self._read()
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("limits.not_read", error=type(error).__name__)
            self._read_at = monotonic()  # a database that is away is not asked again for each request
        except Problem:  # the directory is empty: there is nothing to book either
            self._read_at = monotonic()

    async def _read(self) -> None:
        async with self.platform.transaction() as tx:
            now = tx.now
            if monotonic() - self._rules_at > _RULES_S:
                await reading.read_rules(tx, self)
                self._rules_at = monotonic()
            await reading.write_notes(tx, self)
            await reading.read_closed(tx, self)
            await reading.read_suspects(tx, self)
            await reading.read_given_up(tx, self)
        if len(self.warned) > _MOST_NOTES:
            self.warned.clear()
        span = timedelta(seconds=max(self.rules[code].window for code in ("transfer", "transfer-block")))
        self.given_up = {
            slot: left
            for slot, known in self.given_up.items()
            if (left := [one for one in known if one.at > now - span])
        }
        self._read_at = monotonic()


def memory_of(platform: Platform) -> RiskMemory:
    """The process's memory; made when first asked for."""
    known: Any = platform.ports.get(RiskMemory)
    if known is None:
        known = RiskMemory(platform)
        platform.connect(RiskMemory, known)
        platform.closing.append(known.close)
    return known
