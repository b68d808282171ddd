"""The envelope of mobile insurance payment: SM4 under a key made from id and secret, SM2 over the sorted fields.

The content's key is the first 16 characters of the capital hexadecimal SM4-ECB ciphertext of the secret under the first
16 bytes of the app id. What is signed: ``name=value&`` of all fields in order of their names, without empty ones, the
content as ``data`` with its own fields in order, then ``key=`` and the secret.
"""

import base64
import binascii
from typing import Any, cast

import msgspec

from yitong.gateways.insurance.envelope import Forged
from yitong.kernel.crypto import CryptoError, SM2PrivateKey, SM2PublicKey, sm4_ecb_decrypt, sm4_ecb_encrypt

_UNSIGNED = frozenset({"signData", "encData", "extra"})


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request or, with ``code``, ``message`` and ``success``, an answer."""

    appId: str = ""  # noqa: N815 - the interface's names
    version: str = ""
    timestamp: str = ""
    encType: str = ""  # noqa: N815
    signType: str = ""  # noqa: N815
    encData: str = ""  # noqa: N815
    signData: str = ""  # noqa: N815
    transType: str = ""  # noqa: N815
    code: int | None = None
    message: str = ""
    success: bool | None = None
    type: str = ""


def signed_text(fields: dict[str, Any], secret: str) -> str:
    """What is signed of fields, ``data`` among them."""
    parts = [f"{name}={_written(value)}&" for name, value in sorted(fields.items()) if name not in _UNSIGNED]
    return "".join(part for part in parts if not part.endswith("=&")) + f"key={secret}"


def _written(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case dict() | list():
            return msgspec.json.encode(_sorted(value)).decode() if value else ""
        case _:
            return str(value)


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            fields = cast("dict[str, Any]", value)
            return {name: _sorted(fields[name]) for name in sorted(fields) if fields[name] not in (None, "")}
        case list():
            return [_sorted(one) for one in cast("list[Any]", value)]
        case _:
            return value


class MobileSeals:
    """One side's keys for mobile payment."""

    def __init__(self, app_id: str, secret: str, ours: SM2PrivateKey, theirs: SM2PublicKey) -> None:
        self.app_id = app_id
        self._secret = secret
        self._ours = ours
        self._theirs = theirs
        self._key = sm4_ecb_encrypt(app_id.encode()[:16], secret.encode()).hex().upper()[:16].encode()

    def close(self, data: dict[str, Any], timestamp: str, **more: Any) -> Envelope:
        """An envelope around content."""
        fields: dict[str, Any] = {
            "appId": self.app_id,
            "version": "1.0.0",
            "timestamp": timestamp,
            "encType": "SM4",
            "signType": "SM2",
            **more,
        }
        text = signed_text({**fields, "data": data}, self._secret)
        return Envelope(
            **fields,
            encData=sm4_ecb_encrypt(self._key, msgspec.json.encode(data)).hex().upper(),
            signData=base64.b64encode(self._ours.sign(text.encode())).decode(),
        )

    def open(self, envelope: Envelope) -> dict[str, Any]:
        """The content, when the other side signed it. Raises Forged."""
        fields = {name: getattr(envelope, name) for name in envelope.__struct_fields__}
        try:
            plain = sm4_ecb_decrypt(self._key, bytes.fromhex(envelope.encData))
            data = msgspec.json.decode(plain, type=dict[str, Any])
            text = signed_text({**fields, "data": data}, self._secret)
            signed = self._theirs.verify(text.encode(), base64.b64decode(envelope.signData, validate=True))
        except (CryptoError, binascii.Error, msgspec.MsgspecError, ValueError) as error:
            raise Forged(type(error).__name__) from error
        if not signed or envelope.appId != self.app_id:
            raise Forged("signature")
        return data
