"""One block of the embedded engine: what waits for it, how it is carried out, what everybody is told; and block 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from yitong.kernel.crypto import SM2PrivateKey
from yitong.kernel.database import Database
from yitong.ledger import inbox, stored
from yitong.ledger.blocks import first_header, sealed
from yitong.ledger.contract.actions import Arrived
from yitong.ledger.contract.machine import Execution, Genesis, Outcome
from yitong.ledger.contract.refusals import Refusal
from yitong.ledger.engine import Inadmissible, Receipt
from yitong.ledger.state import State
from yitong.ledger.stored import Connection

LOCK = 0x6C_65_64_67_65_72  # "ledger": one block at a time, whoever writes it


@dataclass
class Waiting:
    """A transaction on its way: whether its signature holds (None: its key was not on the chain when looked at)."""

    arrived: Arrived
    holds: bool | None = None
    handed_in: bool = False  # by another process, which reads the answer in the inbox


class Placed(NamedTuple):
    """What became of a transaction in the block being made; its position is None when it does not belong there."""

    outcome: Outcome
    position: int | None


def carried_out(execution: Execution, batch: Sequence[Waiting]) -> list[Placed]:
    """Carry a batch out on a block that begins; answers each one's outcome and place."""
    placed: list[Placed] = []
    position = 0
    for one in batch:
        holds = execution.signature_holds(one.arrived) if one.holds is None else one.holds
        outcome = execution.carry_out(one.arrived, holds)
        placed.append(Placed(outcome, position if outcome.admissible else None))
        position += outcome.admissible
    return placed


async def answer_of(connection: Connection, arrived: Arrived, placed: Placed, height: int) -> "Receipt | Exception":
    """What whoever handed it in is told."""
    if placed.position is not None:
        return Receipt(arrived.digest, height, placed.position, placed.outcome.code)
    if placed.outcome.code == Refusal.WRONG_SEQUENCE:
        # Handed in a second time, after an answer was lost: the first one's receipt is the answer.
        found = await stored.receipt(connection, arrived.digest)
        if found is not None:
            return found
    return Inadmissible(placed.outcome.code)


async def answer_handed_in(
    connection: Connection, batch: Sequence[Waiting], answers: "Sequence[Receipt | Exception]"
) -> None:
    """Leave the answers for other processes where they look for them."""
    both = [(one.arrived.digest, answer) for one, answer in zip(batch, answers, strict=True) if one.handed_in]
    written = [name for name, answer in both if isinstance(answer, Receipt)]
    refused = {name: answer.code for name, answer in both if isinstance(answer, Inadmissible)}
    await inbox.answer(connection, written, refused)


async def found_ledger(database: Database, genesis: Genesis, key: SM2PrivateKey) -> None:
    """Write block 0 unless there is one. Raises ValueError when the genesis names another sealer than ``key``."""
    if genesis.sealer != key.public_key.raw:
        raise ValueError("the genesis names another sealer")
    header = first_header(genesis.chain, genesis.at, genesis.digest(), State.founded(genesis).root)
    async with (await database.raw()).acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        if await stored.newest_height(connection) < 0:
            await stored.write_genesis(connection, genesis, sealed(header, [], key))
