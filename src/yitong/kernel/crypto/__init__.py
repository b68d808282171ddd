"""Chinese national cryptography (SM2, SM3, SM4), sealed personal identifiers and their masked display."""

from yitong.kernel.crypto.errors import (
    CryptoError,
    DecryptionFailed,
    InvalidInput,
    InvalidKey,
    MalformedSignature,
    UnknownKeyId,
)
from yitong.kernel.crypto.masking import Masked, mask
from yitong.kernel.crypto.sealed import Sealer
from yitong.kernel.crypto.sm2 import DEFAULT_USER_ID, SM2PrivateKey, SM2PublicKey
from yitong.kernel.crypto.sm2_forms import (
    ciphertext_from_der,
    ciphertext_to_der,
    signature_from_der,
    signature_to_der,
)
from yitong.kernel.crypto.sm3 import hkdf_sm3, hmac_sm3, sm3
from yitong.kernel.crypto.sm4 import (
    SM4Block,
    sm4_cbc_decrypt,
    sm4_cbc_encrypt,
    sm4_ecb_decrypt,
    sm4_ecb_encrypt,
    sm4_gcm_decrypt,
    sm4_gcm_encrypt,
)

__all__ = [
    "DEFAULT_USER_ID",
    "CryptoError",
    "DecryptionFailed",
    "InvalidInput",
    "InvalidKey",
    "MalformedSignature",
    "Masked",
    "SM2PrivateKey",
    "SM2PublicKey",
    "SM4Block",
    "Sealer",
    "UnknownKeyId",
    "ciphertext_from_der",
    "ciphertext_to_der",
    "hkdf_sm3",
    "hmac_sm3",
    "mask",
    "signature_from_der",
    "signature_to_der",
    "sm3",
    "sm4_cbc_decrypt",
    "sm4_cbc_encrypt",
    "sm4_ecb_decrypt",
    "sm4_ecb_encrypt",
    "sm4_gcm_decrypt",
    "sm4_gcm_encrypt",
]
