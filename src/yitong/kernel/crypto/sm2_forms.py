"""The two written forms of SM2 signatures and ciphertexts: plain bytes (r‖s, C1‖C3‖C2) and DER (GM/T 0009-2012)."""

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from yitong.kernel.crypto.errors import DecryptionFailed, MalformedSignature

_FIELD_BYTES = 32
_SIGNATURE_BYTES = 2 * _FIELD_BYTES
_OVERHEAD = 1 + 2 * _FIELD_BYTES + 32  # 04, x, y, C3


@asn1.sequence
class _Ciphertext:
    """SM2Cipher ::= SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, ciphertext OCTET STRING }."""

    x: int
    y: int
    digest: bytes
    body: bytes


def signature_numbers(signature: bytes) -> tuple[int, int]:
    """Split r‖s into its two numbers; raises `MalformedSignature` unless it has 64 bytes."""
    if len(signature) != _SIGNATURE_BYTES:
        raise MalformedSignature(f"r‖s has {_SIGNATURE_BYTES} bytes, got {len(signature)}")
    return int.from_bytes(signature[:_FIELD_BYTES], "big"), int.from_bytes(signature[_FIELD_BYTES:], "big")


def signature_to_der(signature: bytes) -> bytes:
    """Turn r‖s into DER; raises `MalformedSignature`."""
    return encode_dss_signature(*signature_numbers(signature))


def signature_from_der(signature: bytes) -> bytes:
    """Turn a DER signature into r‖s; raises `MalformedSignature` for anything but strict DER of two 256-bit numbers."""
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(_FIELD_BYTES, "big") + s.to_bytes(_FIELD_BYTES, "big")
    except (ValueError, OverflowError):
        raise MalformedSignature("not a DER sequence of two numbers") from None


def ciphertext_to_der(ciphertext: bytes) -> bytes:
    """Turn C1‖C3‖C2 (C1 = 04‖x‖y) into DER; raises `DecryptionFailed` when it is too short or C1 is compressed."""
    if len(ciphertext) <= _OVERHEAD or ciphertext[0] != 4:
        raise DecryptionFailed("not 04‖x‖y‖C3‖C2")
    x, y = ciphertext[1:33], ciphertext[33:65]
    return asn1.encode_der(
        _Ciphertext(
            x=int.from_bytes(x, "big"),
            y=int.from_bytes(y, "big"),
            digest=ciphertext[65:_OVERHEAD],
            body=ciphertext[_OVERHEAD:],
        )
    )


def ciphertext_from_der(ciphertext: bytes) -> bytes:
    """Turn a DER ciphertext into C1‖C3‖C2; raises `DecryptionFailed` when it can't be read."""
    try:
        parts = asn1.decode_der(_Ciphertext, ciphertext)
        point = parts.x.to_bytes(_FIELD_BYTES, "big") + parts.y.to_bytes(_FIELD_BYTES, "big")
    except (ValueError, OverflowError):
        raise DecryptionFailed("not an SM2 ciphertext in DER") from None
    if len(parts.digest) != _FIELD_BYTES or not parts.body:
        raise DecryptionFailed("not an SM2 ciphertext in DER")
    return b"\x04" + point + parts.digest + parts.body
