"""Where things stand that were to be put on the chain: for the rows and pages of other rooms."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.ledger.words import ACTION_WORDS, outcome_words


class OnChain(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a thing's way on the chain; ``transaction`` is its digest (hex), None while it waits."""

    action: str
    action_text: Bilingual
    state: Literal["waiting", "done", "refused"]
    code: str | None
    code_text: Bilingual | None
    transaction: str | None
    height: int | None
    at: datetime


async def standings(tx: Transaction, about: Sequence[UUID]) -> dict[UUID, list[OnChain]]:
    """The steps of each of these things that the actor may see, in their order."""
    found: defaultdict[UUID, list[OnChain]] = defaultdict(list)
    rows = await tx.session.execute(
        text(
            "SELECT about, name, state, code, digest, height, coalesce(done_at, made_at) AS at FROM ledger_task"
            " WHERE about = ANY(:about) ORDER BY about, id"
        ),
        {"about": list(about)},
    )
    for row in rows:
        found[row.about].append(
            OnChain(
                action=row.name,
                action_text=ACTION_WORDS[row.name],
                state=row.state,
                code=row.code,
                code_text=None if row.code is None else outcome_words(row.code),
                transaction=None if row.digest is None else row.digest.hex(),
                height=row.height,
                at=row.at,
            )
        )
    return found
