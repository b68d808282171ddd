"""The published test vectors of SM2, SM3 and SM4, and HMAC/HKDF by their definitions."""

import pytest

from yitong.kernel.crypto import (
    SM2PrivateKey,
    SM2PublicKey,
    SM4Block,
    ciphertext_to_der,
    hkdf_sm3,
    hmac_sm3,
    signature_to_der,
    sm3,
    sm4_gcm_decrypt,
    sm4_gcm_encrypt,
)
from yitong.kernel.crypto.sm2 import message_digest

SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")

# GB/T 32918.5-2017 (GM/T 0003.5-2012), annexes A and C: the recommended curve.
SECRET = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
PUBLIC = (
    "04"
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
CIPHERTEXT = bytes.fromhex(
    "0404ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73"
    "e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0"
    "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766"
    "21886ca989ca9c7d58087307ca93092d651efa"
)


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_of_gbt_32905(data: bytes, digest: str) -> None:
    assert sm3(data).hex() == digest


def test_hmac_sm3_follows_its_definition() -> None:
    key, data = b"k" * 20, b"data"
    padded = key.ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in padded) + data)
    assert hmac_sm3(key, data) == sm3(bytes(b ^ 0x5C for b in padded) + inner)


def test_hkdf_sm3_follows_rfc_5869() -> None:
    extracted = hmac_sm3(b"salt", b"secret")
    first = hmac_sm3(extracted, b"purpose\x01")
    second = hmac_sm3(extracted, first + b"purpose\x02")
    assert hkdf_sm3(b"secret", salt=b"salt", info=b"purpose", length=40) == (first + second)[:40]


def test_sm4_example_1_of_gbt_32907() -> None:
    block = SM4Block(SM4_KEY)
    ciphertext = bytes.fromhex("681edf34d206965e86b3e94f536e4246")
    assert block.encrypt(SM4_KEY) == ciphertext
    assert block.decrypt(ciphertext) == SM4_KEY


def test_sm4_example_2_of_gbt_32907_a_million_rounds() -> None:
    encrypt = SM4Block(SM4_KEY).encrypt
    data = SM4_KEY
    for _ in range(1_000_000):
        data = encrypt(data)
    assert data.hex() == "595298c7c6fd271f0402f804c33d3f66"


def test_sm4_gcm_of_rfc_8998() -> None:
    nonce = bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plaintext = bytes.fromhex("".join(digit * 16 for digit in "abcdefea"))
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert sm4_gcm_encrypt(SM4_KEY, nonce, plaintext, associated) == sealed
    assert sm4_gcm_decrypt(SM4_KEY, nonce, sealed, associated) == plaintext


def test_sm2_public_key_of_the_published_secret() -> None:
    assert SM2PrivateKey.from_hex(SECRET).public_key.to_hex() == PUBLIC


def test_sm2_published_digest_and_signature() -> None:
    key = SM2PublicKey.from_hex(PUBLIC)
    digest = message_digest(key, b"message digest")
    assert digest.hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    assert key.verify(b"message digest", SIGNATURE)
    assert key.verify_der(b"message digest", signature_to_der(SIGNATURE))


def test_sm2_published_ciphertext() -> None:
    key = SM2PrivateKey.from_hex(SECRET)
    assert key.decrypt(CIPHERTEXT) == b"encryption standard"
    assert key.decrypt_der(ciphertext_to_der(CIPHERTEXT)) == b"encryption standard"
