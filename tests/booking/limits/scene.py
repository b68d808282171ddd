"""Accounts on devices, holds, and a memory that has seen everything: what the tests of limits share."""

import asyncio
from datetime import timedelta
from typing import Any

from booking.world import World
from yitong.booking.limits.counting import NAME, count_all
from yitong.booking.limits.memory import RiskMemory, memory_of
from yitong.booking.limits.rules import DECLARED
from yitong.booking.schemas import Appointment, CancelRequest, HoldRequest
from yitong.booking.service import cancel, confirm, hold
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.problems import Problem

HEADERS: dict[bytes, bytes] = {}


async def account(
    world: World,
    *patients: UUID,
    device: bytes | None = None,
    block: bytes | None = None,
    datacentre: bool = False,
    phone: str | None = None,
    age: timedelta = timedelta(days=400),
) -> Actor:
    """A citizen with an account of this age and a session on this device."""
    account_id, session_id, now = new_id(), new_id(), world.platform.clock.now()
    phone = phone or f"139{account_id.int % 10**8:08d}"
    await world.insert(
        "account",
        id=account_id,
        phone_sealed=world.platform.sealer.seal(phone, f"account.phone:{account_id}"),
        phone_hash=world.platform.sealer.lookup_hash("phone", phone),
        created_at=now - age,
    )
    await world.insert(
        "sign_in_session",
        id=session_id,
        actor_kind="citizen",
        actor_id=account_id,
        created_at=now - timedelta(minutes=1),
        expires_at=now + timedelta(days=30),
        device_hash=device,
        block_hash=block,
        datacentre=datacentre,
    )
    return Actor(ActorKind.CITIZEN, account_id, (RoleAt(Role.PATIENT),), patients, session_id)


async def rule(world: World, code: str, **numbers: Any) -> None:
    """Set a rule for the region."""
    default = DECLARED[code].default
    commission = await world.owner.fetchval("SELECT commission_id FROM region")
    if not await world.count("organization", "id = $1", commission):
        await world.hospital(commission, "卫生健康委", kind="commission")
    await world.insert(
        "limit_rule",
        organization_id=commission,
        code=code,
        enabled=numbers.get("enabled", default.enabled),
        window_seconds=numbers.get("window", default.window),
        value=numbers.get("value", default.value),
        weight=numbers.get("weight", default.weight),
        changed_at=world.platform.clock.now(),
        changed_by=new_id(),
    )


_BEHIND = """
SELECT count(*) FROM event AS e WHERE NOT EXISTS (SELECT 1 FROM reactor_position AS p
    WHERE p.name = $1 AND (e.xid, e.position) <= (CAST(p.xid AS xid8), p.position))
"""


async def counted(world: World) -> None:
    """Count until nothing is left: an event is not read while an older transaction of the server still runs."""
    for _ in range(200):
        await count_all(world.platform)
        if not await world.owner.fetchval(_BEHIND, NAME):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("some transaction of the server never ends")


async def known(world: World) -> RiskMemory:
    """Count everything and read it: what a process knows a second later."""
    await counted(world)
    memory = memory_of(world.platform)
    await memory.refresh()
    return memory


async def take(world: World, actor: Actor, slot: UUID, patient: UUID) -> Appointment:
    """A hold as the hot path makes it."""
    request = HoldRequest(world.organization_id, slot, patient)
    return await hold(world.platform, actor, request, new_id(), HEADERS)


async def book(
    world: World, actor: Actor, appointment_id: UUID, headers: dict[bytes, bytes] | None = None
) -> Appointment:
    """A confirmation as the hot path makes it."""
    return await confirm(world.platform, actor, world.organization_id, appointment_id, headers or HEADERS)


async def give_up(world: World, actor: Actor, appointment_id: UUID) -> None:
    """A visit given up by its owner."""
    async with world.platform.transaction(actor) as tx:
        await cancel(tx, appointment_id, CancelRequest(world.organization_id, "有事"))


async def refusal(doing: Any) -> Problem:
    """The problem that something awaited ends with."""
    try:
        await doing
    except Problem as problem:
        return problem
    raise AssertionError("it was allowed")
