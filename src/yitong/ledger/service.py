"""What other rooms ask of the evidence chain: admit a member, put something on the chain, look something up.

Nothing here belongs into a database transaction: what goes on the chain is a reaction to an event, done by a job or a
reactor, and may be done twice. The contract refuses the second time (``exists``, ``illegal-move``), which then is no
failure.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import lru_cache

from yitong.kernel.crypto import SM2PrivateKey
from yitong.kernel.ids import UUID
from yitong.kernel.keys import kept_secret
from yitong.kernel.platform import Platform
from yitong.ledger import embedded
from yitong.ledger.contract import actions
from yitong.ledger.contract.actions import Action, Admit, Enrol, KeyRole, Kind, Propose
from yitong.ledger.contract.machine import Genesis
from yitong.ledger.contract.members import ROLES_OF
from yitong.ledger.contract.records import key_key, organization_key
from yitong.ledger.contract.refusals import Refusal
from yitong.ledger.embedded import EmbeddedLedger
from yitong.ledger.encoding import key_id
from yitong.ledger.engine import Inadmissible, LedgerEngine, Proven, Receipt
from yitong.ledger.hosted import HostedKey, hosted_key, made_key

_TRIES = 8
Keep = Callable[[bytes], Awaitable[None]]


class NoKey(Exception):
    """The member has no key for this role here: it signs elsewhere, or was never admitted."""


def sealer_key(platform: Platform) -> SM2PrivateKey:
    """The key that seals blocks: given as a setting, or made once and kept beside the other secrets."""
    settings = platform.settings
    path = settings.data_path / "keys" / "ledger.key"
    return _read_key(settings.ledger_key or kept_secret(path, SM2PrivateKey.generate().to_hex()))


@lru_cache(maxsize=4)
def _read_key(text: str) -> SM2PrivateKey:
    """Read once a process: a process that waits for its chain asks every two seconds, and reading takes 80 ms."""
    return SM2PrivateKey.from_hex(text)


async def open_engine(platform: Platform, *, writes: bool = True) -> EmbeddedLedger:
    """The embedded engine on this platform's database. Raises NotFounded, or Broken.

    ``writes``: whether this process may write blocks while no other does; else it reads and hands in.
    """
    key = await asyncio.to_thread(sealer_key, platform)
    processes = platform.settings.ledger_processes if writes else 0
    return await embedded.open_ledger(platform.database, platform.clock, key, processes=processes, writes=writes)


async def open_ledger(platform: Platform, commission: UUID, chain: str, *, writes: bool = True) -> "Ledger":
    """The chain of a region, founded by its commission when there is none; closed with the platform.

    ``chain`` is its name, of lower-case letters, digits and hyphens: transactions of one chain are worth nothing on
    another. A process that never writes blocks founds none either. Raises NotFounded, or Broken.
    """
    if writes:
        await _found(platform, commission, chain)
    engine = await open_engine(platform, writes=writes)
    platform.closing.append(engine.close)
    ledger = Ledger(platform, engine, commission)
    if engine.writing:
        await ledger.enrol(commission, Kind.COMMISSION)
    return ledger


async def _found(platform: Platform, commission: UUID, chain: str) -> None:
    key = await asyncio.to_thread(sealer_key, platform)
    admin = await made_key(platform, commission, KeyRole.ADMIN)
    founder = Admit(commission.bytes, Kind.COMMISSION, "commission", True, admin.key.public_key.raw)
    genesis = Genesis(
        chain,
        int(platform.clock.now().timestamp() * 1000),
        int(timedelta(hours=platform.settings.custody_hours).total_seconds() * 1000),
        [founder],
        [],
        key.public_key.raw,
    )
    await embedded.found_ledger(platform.database, genesis, key)


class Ledger:
    """An engine together with the keys of the members that are hosted here."""

    def __init__(self, platform: Platform, engine: LedgerEngine, commission: UUID) -> None:
        self._platform = platform
        self.engine = engine
        self.commission = commission
        self.anchored: int | None = None  # the newest seal that this process knows to be on the chain
        self._keys: dict[tuple[UUID, KeyRole], HostedKey] = {}
        self._sequences: dict[bytes, int] = {}
        self._handing_in: defaultdict[bytes, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def put(self, organization_id: UUID, role: KeyRole, action: Action, keep: Keep | None = None) -> Receipt:
        """Sign with the member's key for this role, hand in, and wait until it stands in a block.

        ``keep`` gets the signed bytes before they are handed in. The receipt says whether the contract did it (``ok``)
        or why not. Raises NoKey, or Inadmissible.
        """
        key = await self._key(organization_id, role)
        for _ in range(_TRIES):
            digest = await self._hand_in(key, action, keep)
            try:
                return await self.engine.wait(digest)
            except Inadmissible as error:
                # Another process used the number, or an earlier one of ours got lost: ask for the number again.
                if error.code != Refusal.WRONG_SEQUENCE:
                    raise
                async with self._handing_in[key.name]:
                    self._sequences.pop(key.name, None)
        raise Inadmissible(Refusal.WRONG_SEQUENCE)

    async def put_again(self, raw: bytes) -> Receipt:
        """Hand in what was signed before; answers the receipt it has or gets. Raises Inadmissible."""
        return await self.engine.wait(await self.engine.submit(raw))

    async def _hand_in(self, key: HostedKey, action: Action, keep: Keep | None) -> bytes:
        async with self._handing_in[key.name]:
            before = self._sequences.get(key.name)
            sequence = (await self.engine.sequence(key.name) if before is None else before) + 1
            payload = actions.payload_of(self.engine.chain, key.name, sequence, action)
            raw = actions.signed_bytes(payload, key.key.sign(payload))
            if keep is not None:
                await keep(raw)
            self._sequences[key.name] = sequence
            return await self.engine.submit(raw)

    async def _key(self, organization_id: UUID, role: KeyRole) -> HostedKey:
        kept = self._keys.get((organization_id, role))
        if kept is None:
            kept = await hosted_key(self._platform, organization_id, role)
            if kept is None:
                raise NoKey(f"{organization_id} has no key for {role.value} here")
            self._keys[organization_id, role] = kept
        return kept

    async def admit(self, organization_id: UUID, kind: Kind, code: str) -> None:
        """Make an organization a member with a key for every role of its kind; harmless when it is one already.

        The commission proposes; while it alone governs, its vote decides. With more governing members the others vote
        from their own desks, and the keys are enrolled when this is called again afterwards.
        """
        if (await self.engine.query(organization_key(organization_id.bytes))).value is None:
            admin = await made_key(self._platform, organization_id, KeyRole.ADMIN)
            decision = Admit(organization_id.bytes, kind, code, False, admin.key.public_key.raw)
            until = int((self._platform.clock.now() + timedelta(days=30)).timestamp() * 1000)
            proposal = Propose(secrets.token_bytes(16), decision, until)
            await self.put(self.commission, KeyRole.ADMIN, proposal)
            if (await self.engine.query(organization_key(organization_id.bytes))).value is None:
                return
        await self.enrol(organization_id, kind)

    async def enrol(self, organization_id: UUID, kind: Kind) -> None:
        """Enrol the member's hosted key for each role of its kind that is not on the chain yet."""
        for role in sorted(ROLES_OF[kind] - {KeyRole.ADMIN, KeyRole.GOVERN}):
            key = await made_key(self._platform, organization_id, role)
            raw = key.key.public_key.raw
            if (await self.engine.query(key_key(key_id(raw)))).value is None:
                await self.put(organization_id, KeyRole.ADMIN, Enrol(raw, [role], 0))

    async def look_up(self, key: bytes) -> Proven:
        """An entry of the state with its proof; keys are made by the functions of ``contract.records``."""
        return await self.engine.query(key)


def connected(platform: Platform) -> Ledger | None:
    """The chain that this process knows; None while there is none, or while it cannot be opened."""
    found = platform.ports.get(Ledger)
    return found if isinstance(found, Ledger) else None
