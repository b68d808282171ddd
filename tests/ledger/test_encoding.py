"""One spelling for everything that is signed: whatever reads is written again as the same bytes."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.members import START, some_digest, some_id
from yitong.ledger.contract import actions as a
from yitong.ledger.encoding import Malformed, Purpose, digest, pack, salted

pytestmark = pytest.mark.unit
ISSUE = a.Issue(some_id(1), some_digest("s"), some_digest("c"), [a.PartTerms(START, START + 1, [1, 300])])
PAYLOAD = a.payload_of("test", some_id(2), 7, ISSUE)
RAW = a.signed_bytes(PAYLOAD, bytes(64))


def test_what_was_written_is_read() -> None:
    arrived = a.read(RAW)
    assert arrived.transaction == a.Transaction(1, "test", some_id(2), 7, ISSUE)
    assert arrived.signed.payload == PAYLOAD


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_another_transaction(at: int, flip: int) -> None:
    changed = RAW[:at] + bytes([RAW[at] ^ flip]) + RAW[at + 1 :]
    try:
        arrived = a.read(changed)
    except Malformed:
        return
    assert arrived.raw != RAW
    assert arrived.digest != a.read(RAW).digest


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Malformed):
        assert pack(a.read(data).signed) == data


@pytest.mark.parametrize(
    "payload",
    [
        b"\x95\xcc\x01" + PAYLOAD[2:],  # a small number in a longer form
        PAYLOAD + b"\x00",
        PAYLOAD[:1] + b"\xca\x3f\x80\x00\x00" + PAYLOAD[2:],  # 1.0
        PAYLOAD[:1] + b"\x02" + PAYLOAD[2:],  # another version
    ],
)
def test_another_spelling_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        a.read(a.signed_bytes(payload, bytes(64)))


def test_limits_of_fields() -> None:
    for wrong in (
        a.Accept(some_id(1), 0, bytes(32), bytes(32)),
        a.Accept(some_id(1), 13, bytes(32), bytes(32)),
        a.Accept(some_id(1)[:-1], 1, bytes(32), bytes(32)),
        a.Revoke(some_id(1), 1, "张三"),
        a.Dispense(some_id(1), 1, [-1], bytes(32)),
        a.Dispense(some_id(1), 1, [], bytes(32)),
    ):
        with pytest.raises(Malformed):
            a.read(a.signed_bytes(a.payload_of("test", some_id(2), 1, wrong), bytes(64)))


def test_every_action_has_a_rule_and_a_subject() -> None:
    from yitong.ledger.contract.machine import ACTIONS

    assert {kind.__struct_config__.tag for kind in ACTIONS} == {
        kind.__struct_config__.tag for kind in a.Action.__args__
    }
    for purpose in Purpose:
        assert digest(purpose, b"x") not in {digest(other, b"x") for other in Purpose if other is not purpose}


def test_a_salt_is_long_enough() -> None:
    assert salted(bytes(32), b"x") != salted(bytes([1]) * 32, b"x")
    with pytest.raises(ValueError, match="32 bytes"):
        salted(bytes(16), b"x")
    assert msgspec.msgpack.decode(pack([1, "a", b"b"])) == [1, "a", b"b"]
