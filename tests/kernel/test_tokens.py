"""Session tokens: nobody but us can make one, change one or use one after its time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yitong.kernel.ids import new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.tokens import Revocations, TokenSigner

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SIGNER = TokenSigner(b"k" * 32)
ACTOR = Actor(
    ActorKind.STAFF,
    new_id(),
    (RoleAt(Role.NURSE, new_id()),),
    (new_id(),),
    session_id=new_id(),
    practitioner_id=new_id(),
)
TOKEN = SIGNER.sign(ACTOR, NOW + timedelta(hours=1))


def test_a_token_says_who_it_is() -> None:
    assert SIGNER.read(TOKEN, NOW) == ACTOR


def test_a_token_ends() -> None:
    assert SIGNER.read(TOKEN, NOW + timedelta(hours=1)) is None
    assert SIGNER.read(TOKEN, NOW + timedelta(minutes=59)) == ACTOR


def test_another_key_does_not_read_it() -> None:
    assert TokenSigner(b"x" * 32).read(TOKEN, NOW) is None


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_no_letter_can_be_changed_for_another_actor(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    assert SIGNER.read(changed, NOW) in (None, ACTOR)  # base64's unused bits may differ, what it says may not


def test_a_payload_cannot_be_exchanged() -> None:
    other = SIGNER.sign(Actor(ActorKind.SYSTEM, new_id(), (RoleAt(Role.PLATFORM_ADMIN),)), NOW + timedelta(days=9))
    version, _, tag = TOKEN.split(".")
    assert SIGNER.read(".".join((version, other.split(".")[1], tag)), NOW) is None
    assert SIGNER.read("v2." + TOKEN[3:], NOW) is None


@given(st.text())
def test_anything_else_is_nobody(text: str) -> None:
    assert SIGNER.read(text, NOW) is None


def test_ended_sessions() -> None:
    ended = Revocations()
    assert ACTOR.session_id is not None
    assert ACTOR.session_id not in ended
    ended.add(ACTOR.session_id)
    assert ACTOR.session_id in ended
    ended.replace(frozenset())
    assert ACTOR.session_id not in ended
    assert None not in ended
