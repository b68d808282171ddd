"""SM2 keys, signatures and encryption beyond the published vectors: round trips, tampering and bad input."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitong.kernel.crypto import (
    DecryptionFailed,
    InvalidInput,
    InvalidKey,
    MalformedSignature,
    SM2PrivateKey,
    SM2PublicKey,
    ciphertext_from_der,
    ciphertext_to_der,
    signature_from_der,
    signature_to_der,
)
from yitong.kernel.crypto.sm2_curve import N, P

KEY = SM2PrivateKey.generate()
MESSAGE = "处方 2026-0001".encode()


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=40))
@settings(deadline=None)
def test_a_signature_verifies_only_for_its_message_and_user(message: bytes, user_id: bytes) -> None:
    signature = KEY.sign(message, user_id)
    assert len(signature) == 64
    assert KEY.public_key.verify(message, signature, user_id)
    assert not KEY.public_key.verify(message + b"\0", signature, user_id)
    assert not KEY.public_key.verify(message, signature, user_id + b"\0")


def test_every_flipped_byte_of_a_signature_is_noticed() -> None:
    signature = KEY.sign(MESSAGE)
    for position in range(64):
        changed = bytearray(signature)
        changed[position] ^= 0x01
        assert not KEY.public_key.verify(MESSAGE, bytes(changed)), position


def test_another_key_does_not_verify() -> None:
    assert not SM2PrivateKey.generate().public_key.verify(MESSAGE, KEY.sign(MESSAGE))


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (2**256 - 1, 2**256 - 1)])
def test_numbers_outside_the_group_are_no_signature(r: int, s: int) -> None:
    assert not KEY.public_key.verify(MESSAGE, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@pytest.mark.parametrize("signature", [b"", b"x" * 63, b"x" * 65])
def test_a_signature_of_wrong_length_is_malformed(signature: bytes) -> None:
    with pytest.raises(MalformedSignature):
        KEY.public_key.verify(MESSAGE, signature)


def test_der_signatures_round_trip_and_refuse_trailing_bytes() -> None:
    der = KEY.sign_der(MESSAGE)
    assert signature_to_der(signature_from_der(der)) == der
    assert KEY.public_key.verify_der(MESSAGE, der)
    for bad in (b"", der[:-1], der + b"\0", bytes.fromhex("3006020101020181"), b"\x30\x00"):
        with pytest.raises(MalformedSignature):
            KEY.public_key.verify_der(MESSAGE, bad)


@given(st.binary(min_size=1, max_size=255))
@settings(deadline=None)
def test_encryption_round_trips(plaintext: bytes) -> None:
    ciphertext = KEY.public_key.encrypt(plaintext)
    assert len(ciphertext) == len(plaintext) + 97
    assert KEY.decrypt(ciphertext) == plaintext
    assert KEY.decrypt_der(ciphertext_to_der(ciphertext)) == plaintext
    assert ciphertext_from_der(ciphertext_to_der(ciphertext)) == ciphertext


def test_every_flipped_byte_of_a_ciphertext_is_noticed() -> None:
    ciphertext = KEY.public_key.encrypt(b"110101199003071234")
    for position in range(len(ciphertext)):
        changed = bytearray(ciphertext)
        changed[position] ^= 0x01
        with pytest.raises(DecryptionFailed):
            KEY.decrypt(bytes(changed))


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_rubbish_is_no_ciphertext(data: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        KEY.decrypt(data)
    with pytest.raises(DecryptionFailed):
        KEY.decrypt_der(data)


@pytest.mark.parametrize("size", [0, 256])
def test_plaintext_has_1_to_255_bytes(size: int) -> None:
    with pytest.raises(InvalidInput):
        KEY.public_key.encrypt(b"x" * size)


@pytest.mark.parametrize("user_id", [b"", b"x" * 8192])
def test_user_id_has_1_to_8191_bytes(user_id: bytes) -> None:
    with pytest.raises(InvalidInput):
        KEY.sign(MESSAGE, user_id)


@given(st.integers(min_value=1, max_value=N - 2))
@settings(max_examples=20, deadline=None)
def test_a_key_read_from_its_secret_has_the_right_public_key(number: int) -> None:
    key = SM2PrivateKey.from_hex(f"{number:064x}")
    assert key.public_key.verify(MESSAGE, key.sign(MESSAGE))


def test_keys_survive_export_and_import() -> None:
    assert SM2PrivateKey.from_hex(KEY.to_hex()) == KEY
    public = KEY.public_key
    assert SM2PublicKey.from_hex(public.to_hex()) == public
    assert SM2PublicKey.from_hex(public.raw.hex().upper()) == public
    compressed = ("03" if public.raw[63] & 1 else "02") + public.raw[:32].hex()
    assert SM2PublicKey.from_hex(compressed) == public


@pytest.mark.parametrize("text", ["", "zz", "00" * 32, f"{N - 1:064x}", f"{N:064x}", "01" * 31, "01" * 33])
def test_impossible_private_keys_are_refused(text: str) -> None:
    with pytest.raises(InvalidKey):
        SM2PrivateKey.from_hex(text)


@pytest.mark.parametrize(
    "text", ["", "zz", "04" + "00" * 64, "01" * 64, "05" + "00" * 64, f"{P:064x}" + "00" * 32, "02" + f"{P:064x}"]
)
def test_points_off_the_curve_are_refused(text: str) -> None:
    with pytest.raises(InvalidKey):
        SM2PublicKey.from_hex(text)


def test_the_secret_is_not_shown() -> None:
    assert KEY.to_hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)


def test_a_wrong_signature_does_not_end_the_process() -> None:
    """GmSSL writes its own remarks to stderr; they must be no more than remarks."""
    code = (
        "from yitong.kernel.crypto import SM2PrivateKey\n"
        "key = SM2PrivateKey.generate()\n"
        "print(key.public_key.verify(b'm', bytes(63) + b'\\x01'), key.public_key.verify(b'm', key.sign(b'n')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "False"]
