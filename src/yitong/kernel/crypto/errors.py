"""What can go wrong with keys, ciphertexts and signatures: stable codes, sentences in Chinese and English."""

from typing import ClassVar


class CryptoError(Exception):
    """Base of every cryptographic failure. Messages never contain keys or plaintext, so they may be logged."""

    code: ClassVar[str] = "crypto_failed"
    zh: ClassVar[str] = "密码运算失败。"
    en: ClassVar[str] = "A cryptographic operation failed."

    def __init__(self, detail: str = "") -> None:
        """Keep `detail`, a technical remark for the operator (no secrets)."""
        super().__init__(f"{self.en} {detail}".rstrip())
        self.detail = detail


class InvalidKey(CryptoError):
    """A key has the wrong length, isn't a number of the group or isn't a point of the curve."""

    code = "invalid_key"
    zh = "密钥格式不正确，请检查密钥的长度和编码。"
    en = "The key is malformed; check its length and encoding."


class InvalidInput(CryptoError):
    """A value handed in can't be processed: wrong length, wrong nonce, empty text, forbidden character."""

    code = "invalid_crypto_input"
    zh = "输入内容的长度或格式不符合算法要求。"
    en = "The input doesn't have the length or form that the algorithm needs."


class DecryptionFailed(CryptoError):
    """The ciphertext was changed, was cut, belongs to another context or was made with another key."""

    code = "decryption_failed"
    zh = "解密失败：内容被改动，或密钥、用途不匹配。"
    en = "Decryption failed: the content was changed, or the key or purpose doesn't match."


class MalformedSignature(CryptoError):
    """A signature can't be read as r‖s or DER. A readable but wrong signature is no error: `verify` answers False."""

    code = "malformed_signature"
    zh = "签名格式不正确。"
    en = "The signature is malformed."


class UnknownKeyId(CryptoError):
    """A sealed value names a master key that isn't configured."""

    code = "unknown_key_id"
    zh = "找不到封存该内容所用的主密钥，请把旧密钥加回配置。"
    en = "The master key that sealed this value isn't configured; add the old key back to the settings."
