"""Alipay's RSA2 signatures from its side (SHA-256 with RSA, PKCS #1 v1.5), written on ``cryptography`` alone.

What is signed of a request or a notice: all parameters but ``sign`` (of a notice also but ``sign_type``), without empty
ones, sorted, joined as a query without escapes. What is signed of an answer: the bytes of its node.
"""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey


def signed_text(params: Mapping[str, str], without: tuple[str, ...] = ("sign",)) -> str:
    """What is signed of parameters."""
    return "&".join(f"{key}={value}" for key, value in sorted(params.items()) if key not in without and value)


def private_key_of(pem: str) -> RSAPrivateKey:
    """A private key from PEM. Raises ValueError."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def public_key_of(pem: str) -> RSAPublicKey:
    """A public key from PEM. Raises ValueError."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def sign(key: RSAPrivateKey, content: bytes) -> str:
    """The signature, Base64."""
    return base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def verified(key: RSAPublicKey, content: bytes, signature: str) -> bool:
    """Whether a signature fits."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
