"""State machines: an illegal move is refused in code and, whoever tries it past the code, by the database."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from yitong import app
from yitong.booking.states import APPOINTMENT, AppointmentState
from yitong.kernel.events import Subject
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.states import BEGIN, MACHINES, Transition, machine, record_move

assert app.ROUTES, "importing the application declares every machine"
A = AppointmentState
GRANT = Grant("test:it:move", SYSTEM_ACTOR, None, None)


# What an insurer knows of a stay may be taken back as long as the stay is not settled.
ENDS_WITH = {"stay_cover": "stay"}


@pytest.mark.parametrize("name", MACHINES)
def test_every_machine_is_whole(name: str) -> None:
    one = MACHINES[name]
    assert one.begins
    reached, waiting = set(one.begins), list(one.begins)
    while waiting:
        for after in one.moves.get(waiting.pop(), frozenset()):
            if after not in reached:
                reached.add(after)
                waiting.append(after)
    assert reached == set(one.words), "every state can be reached from a beginning"
    assert MACHINES[ENDS_WITH.get(name, name)].final_states(), "every life ends somewhere"
    assert all(zh and en for zh, en in one.words.values())


def test_a_machine_needs_words_and_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match="declared twice or has states without words"):
        machine("appointment", begins=[A.HELD], moves={}, words={A.HELD: ("持", "held")})
    with pytest.raises(ValueError, match="declared twice or has states without words"):
        machine("test", begins=[A.HELD], moves={A.HELD: [A.BOOKED]}, words={A.HELD: ("持", "held")})
    assert "test" not in MACHINES


@pytest.mark.parametrize("before", [None, *A])
@pytest.mark.parametrize("after", A)
def test_moves_are_legal_exactly_when_the_table_says_so(
    before: AppointmentState | None, after: AppointmentState
) -> None:
    legal = (APPOINTMENT.name, before.value if before else BEGIN, after.value) in APPOINTMENT.pairs()
    assert APPOINTMENT.permits(before, after) is legal
    if not legal:
        with pytest.raises(Problem) as caught:
            APPOINTMENT.check(before, after)
        assert caught.value.code == "wrong-state"


async def test_the_database_knows_exactly_the_legal_moves(platform: Platform) -> None:
    async with platform.transaction() as tx:
        rows = await tx.session.execute(text("SELECT machine, from_state, to_state FROM legal_move"))
        assert {tuple(row) for row in rows} == {pair for one in MACHINES.values() for pair in one.pairs()}


async def test_a_move_leaves_one_row_of_history(platform: Platform) -> None:
    subject = Subject("appointment", new_id(), new_id())
    async with platform.transaction() as tx:
        await record_move(tx, GRANT, APPOINTMENT, subject, None, A.HELD, sequence=1, event_id=new_id())
        await record_move(tx, GRANT, APPOINTMENT, subject, A.HELD, A.BOOKED, sequence=2, event_id=new_id(), reason="ok")
        with pytest.raises(Problem):
            await record_move(tx, GRANT, APPOINTMENT, subject, A.BOOKED, A.HELD, sequence=3, event_id=new_id())
    async with platform.transaction() as tx:
        rows = await tx.session.execute(
            text("SELECT sequence, from_state, to_state, reason FROM transition WHERE subject_id = :s ORDER BY 1"),
            {"s": subject.id},
        )
        assert [tuple(r) for r in rows] == [(1, "new", "held", None), (2, "held", "booked", "ok")]


async def test_an_illegal_move_past_the_code_is_refused_by_the_database(platform: Platform) -> None:
    row = {"organization_id": new_id(), "subject_id": new_id(), "machine": "appointment", "event_id": new_id()}
    with pytest.raises(IntegrityError, match="fk_transition"):
        async with platform.transaction() as tx:
            await tx.session.execute(
                insert(Transition).values(**row, sequence=1, from_state="cancelled", to_state="booked")
            )


async def test_of_two_moves_at_once_one_wins(platform: Platform) -> None:
    subject = Subject("appointment", new_id(), new_id())
    async with platform.transaction() as tx:
        await record_move(tx, GRANT, APPOINTMENT, subject, A.BOOKED, A.CHECKED_IN, sequence=5, event_id=new_id())
    with pytest.raises(IntegrityError, match="pk_transition"):
        async with platform.transaction() as tx:
            await record_move(tx, GRANT, APPOINTMENT, subject, A.BOOKED, A.CANCELLED, sequence=5, event_id=new_id())


@pytest.mark.parametrize("statement", ["UPDATE transition SET to_state = 'held'", "DELETE FROM transition"])
async def test_history_is_not_rewritten(platform: Platform, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with platform.transaction() as tx:
            await tx.session.execute(text(statement))
