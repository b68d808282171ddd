"""SM4 modes: round trips, tampering and bad input."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitong.kernel.crypto import (
    DecryptionFailed,
    InvalidInput,
    InvalidKey,
    SM4Block,
    hkdf_sm3,
    sm4_cbc_decrypt,
    sm4_cbc_encrypt,
    sm4_ecb_decrypt,
    sm4_ecb_encrypt,
    sm4_gcm_decrypt,
    sm4_gcm_encrypt,
)

keys = st.binary(min_size=16, max_size=16)
KEY = bytes(range(16))
NONCE = bytes(12)


@given(keys, st.binary(max_size=100))
@settings(deadline=None)
def test_padded_modes_round_trip(key: bytes, plaintext: bytes) -> None:
    ecb = sm4_ecb_encrypt(key, plaintext)
    assert len(ecb) == (len(plaintext) // 16 + 1) * 16
    assert sm4_ecb_decrypt(key, ecb) == plaintext
    assert sm4_cbc_decrypt(key, KEY, sm4_cbc_encrypt(key, KEY, plaintext)) == plaintext


@given(keys, st.lists(keys, max_size=8))
@settings(deadline=None)
def test_blocks_are_independent_of_each_other(key: bytes, blocks: list[bytes]) -> None:
    kept = SM4Block(key)
    for block in blocks:
        assert kept.encrypt(block) == SM4Block(key).encrypt(block)
        assert kept.decrypt(kept.encrypt(block)) == block


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_block_has_16_bytes(size: int) -> None:
    with pytest.raises(InvalidInput):
        SM4Block(KEY).encrypt(bytes(size))
    with pytest.raises(InvalidInput):
        SM4Block(KEY).decrypt(bytes(size))


@given(keys, st.binary(max_size=100), st.binary(max_size=40))
@settings(deadline=None)
def test_gcm_round_trips(key: bytes, plaintext: bytes, associated: bytes) -> None:
    sealed = sm4_gcm_encrypt(key, NONCE, plaintext, associated)
    assert len(sealed) == len(plaintext) + 16
    assert sm4_gcm_decrypt(key, NONCE, sealed, associated) == plaintext


def test_every_flipped_bit_of_gcm_is_noticed() -> None:
    sealed = sm4_gcm_encrypt(KEY, NONCE, b"13812345678", b"place")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DecryptionFailed):
            sm4_gcm_decrypt(KEY, NONCE, bytes(changed), b"place")
    with pytest.raises(DecryptionFailed):
        sm4_gcm_decrypt(KEY, NONCE, sealed, b"another place")
    with pytest.raises(DecryptionFailed):
        sm4_gcm_decrypt(KEY, bytes(11) + b"\1", sealed, b"place")
    with pytest.raises(DecryptionFailed):
        sm4_gcm_decrypt(KEY, NONCE, sealed[:15], b"place")


@pytest.mark.parametrize("ciphertext", [b"", b"x" * 15, b"x" * 17, SM4Block(KEY).encrypt(bytes(16))])
def test_wrong_length_or_padding_fails(ciphertext: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        sm4_ecb_decrypt(KEY, ciphertext)
    with pytest.raises(DecryptionFailed):
        sm4_cbc_decrypt(KEY, bytes(16), ciphertext)


@pytest.mark.parametrize("size", [0, 8, 15, 17, 32])
def test_a_key_has_16_bytes(size: int) -> None:
    with pytest.raises(InvalidKey):
        SM4Block(bytes(size))
    with pytest.raises(InvalidKey):
        sm4_ecb_encrypt(bytes(size), b"")
    with pytest.raises(InvalidKey):
        sm4_gcm_decrypt(bytes(size), NONCE, bytes(16))


def test_nonce_iv_and_derived_lengths_are_checked() -> None:
    with pytest.raises(InvalidInput):
        sm4_gcm_encrypt(KEY, bytes(16), b"")
    with pytest.raises(InvalidInput):
        sm4_cbc_encrypt(KEY, bytes(12), b"")
    for length in (0, 255 * 32 + 1):
        with pytest.raises(InvalidInput):
            hkdf_sm3(b"secret", salt=b"", info=b"", length=length)
