"""SM4 block cipher (GB/T 32907-2016) in the modes of Chinese health and insurance interfaces: ECB, CBC and GCM."""

import gmssl_pyx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from yitong.kernel.crypto.errors import DecryptionFailed, InvalidInput, InvalidKey

BLOCK_SIZE = 16
"""Bytes in an SM4 block and in an SM4 key."""

GCM_NONCE_SIZE = 12
GCM_TAG_SIZE = 16
_SHORT = 512  # bytes up to which one call into GmSSL is faster than setting up an OpenSSL context


class SM4Block:
    """One SM4 key, set up once, for single 16-byte blocks without padding: the offline check of dynamic card codes.

    Setting up a key costs several times as much as a block, so keep the object. Blocks are independent (ECB), so
    the order of calls doesn't matter; use one object a thread.
    """

    __slots__ = ("_decrypt", "_encrypt")

    def __init__(self, key: bytes) -> None:
        """Expand the 16-byte `key`; raises `InvalidKey` for any other length."""
        cipher = Cipher(_algorithm(key), modes.ECB())  # noqa: S305 - single random-looking blocks, as the card's format asks
        self._encrypt = cipher.encryptor().update
        self._decrypt = cipher.decryptor().update

    def encrypt(self, block: bytes) -> bytes:
        """Encrypt exactly 16 bytes; raises `InvalidInput` otherwise (a part would be kept for the next call)."""
        if len(block) != BLOCK_SIZE:
            raise InvalidInput(f"an SM4 block has 16 bytes, got {len(block)}")
        return self._encrypt(block)

    def decrypt(self, block: bytes) -> bytes:
        """Decrypt exactly 16 bytes; raises `InvalidInput` otherwise."""
        if len(block) != BLOCK_SIZE:
            raise InvalidInput(f"an SM4 block has 16 bytes, got {len(block)}")
        return self._decrypt(block)


def sm4_ecb_encrypt(key: bytes, plaintext: bytes) -> bytes:
    """Encrypt with PKCS#7 padding in ECB mode. Only for protocols that demand it: equal blocks stay visible."""
    return _padded_encrypt(key, modes.ECB(), plaintext)  # noqa: S305 - the insurance platform's envelope is ECB


def sm4_ecb_decrypt(key: bytes, ciphertext: bytes) -> bytes:
    """Reverse `sm4_ecb_encrypt`; raises `DecryptionFailed` on a wrong length or padding."""
    return _padded_decrypt(key, modes.ECB(), ciphertext)  # noqa: S305 - the insurance platform's envelope is ECB


def sm4_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """Encrypt with PKCS#7 padding in CBC mode under a 16-byte `iv` that must be unpredictable."""
    return _padded_encrypt(key, modes.CBC(_sized(iv, BLOCK_SIZE, "iv")), plaintext)


def sm4_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """Reverse `sm4_cbc_encrypt`; raises `DecryptionFailed` on a wrong length or padding.

    CBC does not authenticate: never tell an outside caller how decryption failed, and check a signature first.
    """
    return _padded_decrypt(key, modes.CBC(_sized(iv, BLOCK_SIZE, "iv")), ciphertext)


def sm4_gcm_encrypt(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes = b"") -> bytes:
    """Encrypt and authenticate (RFC 8998); returns ciphertext ‖ 16-byte tag.

    The 12-byte `nonce` must never repeat under one key. `associated` is authenticated but not encrypted.
    """
    encryptor = Cipher(_algorithm(key), modes.GCM(_sized(nonce, GCM_NONCE_SIZE, "nonce"))).encryptor()
    encryptor.authenticate_additional_data(associated)
    return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def sm4_gcm_decrypt(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes = b"") -> bytes:
    """Reverse `sm4_gcm_encrypt`; raises `DecryptionFailed` when anything was changed."""
    key, nonce = _sized_key(key), _sized(nonce, GCM_NONCE_SIZE, "nonce")
    body, tag = ciphertext[:-GCM_TAG_SIZE], ciphertext[-GCM_TAG_SIZE:]
    if len(tag) != GCM_TAG_SIZE:
        raise DecryptionFailed("shorter than the authentication tag")
    try:
        if 0 < len(body) <= _SHORT:  # GmSSL takes no empty text
            return gmssl_pyx.sm4_gcm_decrypt(key, nonce, associated, body, tag)
        decryptor = Cipher(SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated)
        return decryptor.update(body) + decryptor.finalize()
    except (InvalidTag, gmssl_pyx.GmsslInnerError):
        raise DecryptionFailed("authentication tag doesn't match") from None


def _algorithm(key: bytes) -> SM4:
    return SM4(_sized_key(key))


def _sized_key(key: bytes) -> bytes:
    if len(key) != BLOCK_SIZE:
        raise InvalidKey(f"an SM4 key has 16 bytes, got {len(key)}")
    return key


def _sized(value: bytes, size: int, name: str) -> bytes:
    if len(value) != size:
        raise InvalidInput(f"{name} must have {size} bytes, got {len(value)}")
    return value


def _padded_encrypt(key: bytes, mode: modes.ECB | modes.CBC, plaintext: bytes) -> bytes:
    padder = PKCS7(BLOCK_SIZE * 8).padder()
    encryptor = Cipher(_algorithm(key), mode).encryptor()
    return encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()


def _padded_decrypt(key: bytes, mode: modes.ECB | modes.CBC, ciphertext: bytes) -> bytes:
    decryptor = Cipher(_algorithm(key), mode).decryptor()
    if not ciphertext or len(ciphertext) % BLOCK_SIZE:
        raise DecryptionFailed("length isn't a positive multiple of 16")
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    unpadder = PKCS7(BLOCK_SIZE * 8).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise DecryptionFailed("padding is wrong") from None
