"""The chain behind a request: the one this process knows, with the refusal that fits when there is none."""

from collections.abc import Callable, Mapping, Sequence

from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.ledger.actions import CHAIN_BROKEN, NO_CHAIN
from yitong.ledger.chain import Broken
from yitong.ledger.contract.records import prescription_key
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.encoding import Malformed
from yitong.ledger.engine import Proven
from yitong.ledger.evidence import package
from yitong.ledger.evidence.package import Gathered
from yitong.ledger.service import connected


def breach_of(platform: Platform) -> Broken | None:
    """Where the stored chain was changed, as far as this process has found out."""
    engine = engine_of(platform)
    if engine is not None and engine.broken is not None:
        return engine.broken
    found = platform.ports.get(Broken)
    return found if isinstance(found, Broken) else None


def engine_of(platform: Platform) -> EmbeddedLedger | None:
    """The embedded engine of this process; None without a chain, or on a consensus engine."""
    ledger = connected(platform)
    return ledger.engine if ledger is not None and isinstance(ledger.engine, EmbeddedLedger) else None


def opened(platform: Platform) -> EmbeddedLedger:
    """The engine. Raises Problem ``no-chain`` or ``chain-broken``."""
    broken = breach_of(platform)
    if broken is not None:
        raise refusal(broken)
    engine = engine_of(platform)
    if engine is None:
        raise NO_CHAIN()
    return engine


def refusal(broken: Broken) -> Problem:
    """The problem that names what was changed."""
    return CHAIN_BROKEN(height=broken.height, reason=broken.reason)


async def gathered(platform: Platform, subject: UUID) -> Gathered | None:
    """The evidence of a prescription in one round of review; None while that is not on the chain.

    Raises Broken when the state knows it and the stored transactions do not, or cannot be read.
    """
    engine = opened(platform)
    if (await engine.query(prescription_key(subject.bytes))).value is None:
        return None
    try:
        return await package.gathered(engine, subject.bytes)
    except (KeyError, Malformed) as error:
        heights = await engine.history(subject.bytes)
        raise Broken("a transaction about this prescription was changed", min(heights, default=0)) from error


async def entries(
    platform: Platform, keys: Callable[[Mapping[bytes, bytes]], Sequence[bytes]]
) -> dict[bytes, bytes | None]:
    """The entries of the state that ``keys`` chooses. Raises Problem ``no-chain`` or ``chain-broken``."""
    try:
        found: list[Proven] = await opened(platform).query_all(keys)
    except Broken as error:
        raise refusal(error) from error
    return {one.key: one.value for one in found}
