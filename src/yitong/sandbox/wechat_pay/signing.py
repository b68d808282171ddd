"""WeChat Pay's signatures from its side: checking the merchant's requests, signing answers and notices, its keys.

Written on ``cryptography`` alone, so that the library our client uses meets another hand's work.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from yitong.gateways import sandbox_keys
from yitong.kernel.settings import Settings

ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
_OLDEST = timedelta(minutes=5)
_PART = re.compile(r'(\w+)="([^"]*)"')


class NotSigned(Exception):
    """A request without a good signature of the merchant."""


class PlatformKey:
    """One key of WeChat Pay with the number it goes by: a certificate's, or a PUB_KEY_ID."""

    def __init__(self, key: rsa.RSAPrivateKey, serial: str = "") -> None:
        self.key = key
        self.certificate = "" if serial else _certificate(key)
        self.serial = serial or f"{x509.load_pem_x509_certificate(self.certificate.encode()).serial_number:X}"

    def sign(self, text: str) -> str:
        """The signature of a text, Base64."""
        return base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()

    def decrypted(self, sealed: str) -> str:
        """What was encrypted for WeChat alone. Raises ValueError."""
        oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - as published
        return self.key.decrypt(base64.b64decode(sealed, validate=True), oaep).decode()


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sandbox")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * 5))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def _private(settings: Settings, name: str) -> rsa.RSAPrivateKey:
    loaded = serialization.load_pem_private_key(sandbox_keys.private_key(settings, name).encode(), None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError(name)
    return loaded


class Signing:
    """The keys of both sides as WeChat Pay holds them."""

    def __init__(self, settings: Settings) -> None:
        self._merchant = _private(settings, "wechat-merchant").public_key()
        self._v3_key = sandbox_keys.api_v3_key(settings).encode()
        platform = _private(settings, "wechat-platform")
        self.certificates = [PlatformKey(platform)]
        self.public_key = PlatformKey(platform, sandbox_keys.WECHAT_PUBLIC_KEY_ID)
        self._settings = settings
        self.wanted = ""  # the PUB_KEY_ID that the merchant last asked to be answered with

    def rotate(self) -> str:
        """Sign with a new certificate from now on; the older ones stay listed. Answers its serial number."""
        self.certificates.insert(0, PlatformKey(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
        return self.certificates[0].serial

    @property
    def current(self) -> PlatformKey:
        """The key that answers and notices are signed with."""
        return self.public_key if self.wanted == self.public_key.serial else self.certificates[0]

    @cached_property
    def _stranger(self) -> PlatformKey:
        """Somebody who is not WeChat Pay."""
        return PlatformKey(_private(self._settings, "stranger"), "0")

    def key_of(self, serial: str) -> PlatformKey | None:
        """The platform key that goes by a number."""
        return next((one for one in (self.public_key, *self.certificates) if one.serial == serial.upper()), None)

    def check(self, authorization: str, method: str, path: str, body: str) -> None:
        """Whether the merchant signed a request just now. Raises NotSigned."""
        scheme, _, rest = authorization.partition(" ")
        said = dict(_PART.findall(rest))
        ours = (sandbox_keys.WECHAT_MERCHANT_ID, sandbox_keys.WECHAT_SERIAL)
        if scheme != ALGORITHM or (said.get("mchid"), said.get("serial_no")) != ours:
            raise NotSigned("merchant or serial number")
        stamp = said.get("timestamp", "")
        if not stamp.isdigit() or abs(datetime.now(UTC).timestamp() - int(stamp)) > _OLDEST.total_seconds():
            raise NotSigned("timestamp")
        text = f"{method}\n{path}\n{stamp}\n{said.get('nonce_str', '')}\n{body}\n"
        try:
            signature = base64.b64decode(said.get("signature", ""), validate=True)
            self._merchant.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error) as error:
            raise NotSigned("signature") from error

    def headers(
        self, body: str, *, age_s: int = 0, serial: str = "", forged: bool = False, prefix: str = ""
    ) -> dict[str, str]:
        """The headers that sign an answer or a notice; the keywords let it go wrong."""
        stamp, nonce = str(int(datetime.now(UTC).timestamp()) - age_s), secrets.token_hex(16)
        signer = self._stranger if forged else self.current
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": prefix + signer.sign(f"{stamp}\n{nonce}\n{body}\n"),
            "Wechatpay-Serial": serial or self.current.serial,
            "Wechatpay-Signature-Type": ALGORITHM,
        }

    def sealed(self, text: str, associated_data: str) -> dict[str, str]:
        """A text encrypted with the APIv3 key, in the shape of a notice's resource."""
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self._v3_key).encrypt(nonce.encode(), text.encode(), associated_data.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": associated_data,
            "ciphertext": base64.b64encode(sealed).decode(),
        }

    def listed(self) -> list[dict[str, Any]]:
        """The answer of ``/v3/certificates``: every certificate, encrypted."""
        found: list[dict[str, Any]] = []
        for one in self.certificates:
            valid = x509.load_pem_x509_certificate(one.certificate.encode())
            span: Mapping[str, str] = {
                "effective_time": valid.not_valid_before_utc.isoformat(),
                "expire_time": valid.not_valid_after_utc.isoformat(),
            }
            sealed = self.sealed(one.certificate, "certificate")
            found.append({"serial_no": one.serial, **span, "encrypt_certificate": sealed})
        return found
