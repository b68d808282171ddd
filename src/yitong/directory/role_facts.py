"""What a doctor's entry says that the directory does not know itself; a higher floor says where it comes from.

The directory stands below booking and reviews. So it asks whoever has registered with :func:`role_facts`, and without
anybody the fields stay empty.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import Struct, structs

from yitong.directory.schemas import PractitionerRole
from yitong.kernel.ids import UUID
from yitong.kernel.transaction import Transaction


class RoleFacts(Struct, frozen=True):
    """When somebody is free next, at which fee in fen, and how their patients think of them."""

    next_free_at: datetime | None = None
    fee_fen: int | None = None
    review_count: int = 0
    review_mean: float | None = None


RoleKey = tuple[UUID, UUID]  # organization and role
Source = Callable[[Transaction, Sequence[RoleKey]], Awaitable[dict[RoleKey, RoleFacts]]]
SOURCES: list[Source] = []


def role_facts(source: Source) -> Source:
    """Register where the facts come from."""
    SOURCES.append(source)
    return source


async def with_facts(tx: Transaction, roles: Sequence[PractitionerRole]) -> list[PractitionerRole]:
    """The same roles with what is known of them."""
    known: dict[RoleKey, RoleFacts] = {}
    if roles:
        for source in SOURCES:
            known |= await source(tx, [(one.organization_id, one.id) for one in roles])
    nothing = RoleFacts()
    return [structs.replace(one, **structs.asdict(known.get((one.organization_id, one.id), nothing))) for one in roles]
