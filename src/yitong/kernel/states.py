"""State machines as data: one table of legal moves, one function that moves, one history row a move.

The legal moves are also rows of the table ``legal_move``, and every history row refers to one of them: a move that is
not in the table cannot be recorded by anybody, whichever way it comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from yitong.kernel.events import Subject
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Grant
from yitong.kernel.problems import WRONG_STATE
from yitong.kernel.tables import Base, hospital, reference
from yitong.kernel.transaction import Transaction

S = TypeVar("S", bound=StrEnum)
BEGIN = "new"  # what a subject "was" before its first state


@dataclass(frozen=True)
class Machine(Generic[S]):
    """The legal life of one kind of subject: where it may begin and which states may follow which."""

    name: str
    begins: frozenset[S]
    moves: Mapping[S, frozenset[S]]
    words: Mapping[S, tuple[str, str]]

    def permits(self, before: S | None, after: S) -> bool:
        """Whether ``after`` may follow ``before`` (None: the subject is new)."""
        return after in (self.begins if before is None else self.moves.get(before, frozenset()))

    def check(self, before: S | None, after: S) -> None:
        """Raises Problem ``wrong-state`` when the move is not in the table."""
        if not self.permits(before, after):
            zh, en = self.words[before] if before is not None else ("新建", "new")
            raise WRONG_STATE(state=en, state_zh=zh)

    def pairs(self) -> list[tuple[str, str, str]]:
        """All legal moves as (machine, from, to)."""
        opening = [(self.name, BEGIN, state.value) for state in sorted(self.begins)]
        return opening + [
            (self.name, before.value, after.value) for before, row in self.moves.items() for after in sorted(row)
        ]

    def final_states(self) -> set[S]:
        """States that nothing follows."""
        return {state for state in self.words if not self.moves.get(state)}


MACHINES: dict[str, Machine[Any]] = {}


def machine(
    name: str,
    *,
    begins: Sequence[S],
    moves: Mapping[S, Sequence[S]],
    words: Mapping[S, tuple[str, str]],
) -> Machine[S]:
    """Declare a state machine; ``words`` gives each state's name in Chinese and English.

    Raises ValueError when the name is taken or a state has no words.
    """
    made = Machine(name, frozenset(begins), {k: frozenset(v) for k, v in moves.items()}, dict(words))
    named = set(begins) | set(moves) | {after for row in moves.values() for after in row}
    if name in MACHINES or not named <= set(words):
        raise ValueError(f"machine {name} is declared twice or has states without words")
    MACHINES[name] = made
    return made


class LegalMove(Base):
    """One legal move; the content comes from the machines declared in code."""

    __tablename__ = "legal_move"
    machine: Mapped[str] = mapped_column(primary_key=True)
    from_state: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (reference(),)


class Transition(Base):
    """One move of one subject; the sequence under the primary key lets only one of two simultaneous moves win."""

    __tablename__ = "transition"
    organization_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    sequence: Mapped[int]
    machine: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    event_id: Mapped[UUID]
    reason: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "subject_id", "sequence"),
        ForeignKeyConstraint(
            ["machine", "from_state", "to_state"],
            ["legal_move.machine", "legal_move.from_state", "legal_move.to_state"],
        ),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        hospital(append_only=True),
    )


async def record_move(
    tx: Transaction,
    grant: Grant,
    machine: Machine[S],
    subject: Subject,
    before: S | None,
    after: S,
    *,
    sequence: int,
    event_id: UUID,
    reason: str | None = None,
) -> None:
    """Check one move against the table and write its history row; ``sequence`` counts the subject's moves from 1.

    Raises Problem ``wrong-state``. A simultaneous move of the same subject fails on the primary key.
    """
    machine.check(before, after)
    await tx.session.execute(
        insert(Transition).values(
            organization_id=subject.organization_id,
            subject_id=subject.id,
            sequence=sequence,
            machine=machine.name,
            from_state=before.value if before is not None else BEGIN,
            to_state=after.value,
            event_id=event_id,
            reason=reason,
        )
    )


async def publish_legal_moves(connection: Any) -> None:
    """Bring the table ``legal_move`` up to the machines declared in code; moves once legal stay, for old history."""
    rows = [pair for one in MACHINES.values() for pair in one.pairs()]
    for pair in rows:
        await connection.execute(
            text("INSERT INTO legal_move (machine, from_state, to_state) VALUES (:m, :f, :t) ON CONFLICT DO NOTHING"),
            {"m": pair[0], "f": pair[1], "t": pair[2]},
        )
