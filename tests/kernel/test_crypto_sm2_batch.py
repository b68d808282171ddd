"""Many signatures at once give the same verdicts as one at a time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitong.kernel.crypto import SM2PrivateKey, sm2_curve
from yitong.kernel.crypto.sm2_batch import BatchVerifier, Check

pytestmark = pytest.mark.unit
KEYS = [SM2PrivateKey.generate() for _ in range(3)]
SIGNED = [(key, message, key.sign(message)) for key in KEYS for message in (b"", b"one", b"two" * 100)]
VERIFIER = BatchVerifier(tables=2)


def _warm(verifier: BatchVerifier) -> None:
    """Show every key often enough that it gets a table."""
    for key, message, signature in SIGNED * 12:
        assert verifier.verify([Check(key.public_key, message, signature)]) == [True]


_warm(VERIFIER)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_verdicts_agree_with_the_native_library(data: st.DataObject) -> None:
    checks: list[Check] = []
    for _ in range(data.draw(st.integers(1, 6))):
        key, message, signature = data.draw(st.sampled_from(SIGNED))
        at = data.draw(st.one_of(st.none(), st.integers(0, 63)))
        if at is not None:
            signature = (
                signature[:at] + bytes([signature[at] ^ 1 << data.draw(st.integers(0, 7))]) + signature[at + 1 :]
            )
        if data.draw(st.booleans()):
            message += b"!"
        checks.append(Check(key.public_key, message, signature))
    expected = [one.key.verify(one.message, one.signature) for one in checks]
    assert VERIFIER.verify(checks) == expected


@pytest.mark.parametrize("r", [0, 1, sm2_curve.N - 1, sm2_curve.N, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, sm2_curve.N - 1, sm2_curve.N, 2**256 - 1])
def test_numbers_at_the_edges(r: int, s: int) -> None:
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    check = Check(KEYS[2].public_key, b"one", signature)
    assert VERIFIER.verify([check]) == [check.key.verify(b"one", signature)] == [False]


def test_a_signature_of_another_length_does_not_hold() -> None:
    key, message, signature = SIGNED[-1]
    assert VERIFIER.verify([Check(key.public_key, message, signature[:-1])]) == [False]
    assert VERIFIER.verify([]) == []


def test_points_that_a_plain_sum_cannot_add_are_left_to_the_native_library() -> None:
    # With the generator itself as key and s = t the two halves of the sum are equal points.
    one = SM2PrivateKey.from_hex("01".rjust(64, "0"))
    verifier = BatchVerifier()
    for n in range(30):
        message = n.to_bytes(2, "big")
        assert verifier.verify([Check(one.public_key, message, one.sign(message))]) == [True]
    r, s = sm2_curve.N, 5  # r ≡ 0 would make t = s, which the range check already refuses
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert verifier.verify([Check(one.public_key, b"", signature)]) == [False]
    doubled = (sm2_curve.N - 5).to_bytes(32, "big") + (10).to_bytes(32, "big")  # s = 10, t = 5: fine, but wrong
    assert verifier.verify([Check(one.public_key, b"", doubled)]) == [False]
