"""The envelope around every message of the interface: who asks, the signature (SM2 with SM3), the content under SM4.

``cainfo`` is Base64 of the 64-byte signature r‖s over the content's JSON, with the default user id. With encryption the
content travels as Base64 of SM4-ECB with PKCS #7 padding under the first 16 bytes of the client's id.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import msgspec

from yitong.gateways.insurance.amounts import BEIJING
from yitong.kernel.crypto import CryptoError, SM2PrivateKey, SM2PublicKey, sm4_ecb_decrypt, sm4_ecb_encrypt

ENCRYPTED = "SM4"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to the insurer."""

    infno: str
    msgid: str  # 30 characters: institution (12), yyyyMMddHHmmss, sequence (4)
    mdtrtarea_admvs: str
    insuplc_admdvs: str
    recer_sys_code: str
    dev_no: str = ""
    dev_safe_info: str = ""
    cainfo: str
    signtype: str = "SM2"
    infver: str = "V1.0"
    opter_type: str = "1"
    opter: str
    opter_name: str
    inf_time: str
    fixmedins_code: str
    fixmedins_name: str = ""
    sign_no: str = ""
    encType: str = ""  # noqa: N815 - the interface's name
    input: msgspec.Raw


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What comes back; ``infcode`` 0 done, -1 the system failed (reverse it), -2 refused."""

    infcode: int
    inf_refmsgid: str = ""
    refmsg_time: str = ""
    respond_time: str = ""
    err_msg: str = ""
    cainfo: str = ""
    signtype: str = ""
    encType: str = ""  # noqa: N815
    output: msgspec.Raw = msgspec.Raw(b"null")


class Forged(Exception):
    """Content that is not what its sender signed, or cannot be opened."""


class Seals:
    """One side's keys: its own private one, the other's public one, and the shared SM4 key (none: no encryption)."""

    def __init__(self, ours: SM2PrivateKey, theirs: SM2PublicKey, client_id: str, *, encrypt: bool = True) -> None:
        self._ours = ours
        self._theirs = theirs
        self._key = client_id.encode()[:16] if encrypt else None

    @property
    def enc_type(self) -> str:
        """What stands in ``encType``."""
        return ENCRYPTED if self._key else ""

    def close(self, content: bytes) -> tuple[str, msgspec.Raw]:
        """``cainfo`` and the content as it travels, from its JSON."""
        signature = base64.b64encode(self._ours.sign(content)).decode()
        if self._key is None:
            return signature, msgspec.Raw(content)
        sealed = base64.b64encode(sm4_ecb_encrypt(self._key, content))
        return signature, msgspec.Raw(b'"' + sealed + b'"')

    def open(self, cainfo: str, enc_type: str, content: msgspec.Raw) -> bytes:
        """The content's JSON, when the other side signed it. Raises Forged."""
        try:
            plain = self._plain(enc_type, content)
            signed = self._theirs.verify(plain, base64.b64decode(cainfo, validate=True))
        except (CryptoError, binascii.Error, msgspec.MsgspecError, ValueError) as error:
            raise Forged(type(error).__name__) from error
        if not signed:
            raise Forged("signature")
        return plain

    def _plain(self, enc_type: str, content: msgspec.Raw) -> bytes:
        if enc_type != self.enc_type:
            raise ValueError("encryption differs from what was agreed")
        if self._key is None:
            return bytes(content)
        return sm4_ecb_decrypt(self._key, base64.b64decode(msgspec.json.decode(content, type=str), validate=True))


def message_id(fixmedins_code: str, moment: datetime, sequence: int) -> str:
    """The 30 characters that name a message. Raises ValueError for an institution's code of more than 12."""
    if len(fixmedins_code) > 12 or not 0 <= sequence <= 9999:
        raise ValueError("an institution has at most 12 characters, a sequence four digits")
    return f"{fixmedins_code:0>12}{moment.astimezone(BEIJING):%Y%m%d%H%M%S}{sequence:04d}"


def tif_headers(paas_id: str, token: str, moment: datetime, nonce: str) -> dict[str, str]:
    """The headers that most provinces' gateways ask for; the signature is SHA-256 in hexadecimal."""
    timestamp = str(int(moment.timestamp()))
    return {
        "x-tif-paasid": paas_id,
        "x-tif-timestamp": timestamp,
        "x-tif-nonce": nonce,
        "x-tif-signature": tif_signature(token, timestamp, nonce),
    }


def tif_signature(token: str, timestamp: str, nonce: str) -> str:
    """SHA-256 over timestamp, token, nonce and timestamp again, in hexadecimal."""
    return sha256(f"{timestamp}{token}{nonce}{timestamp}".encode()).hexdigest()


def tif_fits(headers: Mapping[str, str], paas_id: str, token: str, moment: datetime, window_s: int = 300) -> bool:
    """Whether the headers (lower-case names) are signed with the token and not older than the window."""
    timestamp, nonce = headers.get("x-tif-timestamp", ""), headers.get("x-tif-nonce", "")
    fresh = timestamp.isdigit() and abs(moment.timestamp() - int(timestamp)) <= window_s
    signed = headers.get("x-tif-signature") == tif_signature(token, timestamp, nonce)
    return fresh and signed and bool(nonce) and headers.get("x-tif-paasid") == paas_id
