"""The keys that we share with the sandbox: made once beside the other keys, read by both sides.

Real parties hand out such secrets in their consoles; they come in as settings then and nothing here is used.
"""

import secrets
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from yitong.kernel.crypto import SM2PrivateKey
from yitong.kernel.keys import kept_secret
from yitong.kernel.settings import Settings

APP_ID = "wx00sandbox0yitong"
ALIPAY_APP_ID = "2021000000000001"
TEMPLATE = "YT0001 hospital=thing1,patient=name2,at=time3,place=thing4,note=thing5"
OIDC_CLIENT_ID = "yitong-desk"
WECHAT_MERCHANT_ID = "1900000001"
WECHAT_SERIAL = "5D41402ABC4B2A76B9719D911017C592AA00FF11"  # of the merchant's certificate
WECHAT_PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026010100000000000001"
ALIPAY_SELLER_ID = "2088000000000999"
INSURANCE_PAAS_ID = "yitong"
INSURANCE_ADMVS = "110100"
INSURANCE_PARTNER = "50000001"
INSURANCE_APP_ID = "1F00SANDBOX0YITONG"


def shared_secret(settings: Settings, name: str) -> str:
    """A secret of 64 hexadecimal digits that the platform and the sandbox of one data folder both know."""
    return kept_secret(settings.data_path / "keys" / f"sandbox-{name}.key", secrets.token_hex(32))


def api_v3_key(settings: Settings) -> str:
    """WeChat Pay's APIv3 key: 32 characters that both sides know."""
    return shared_secret(settings, "wechat-pay")[:32]


def private_key(settings: Settings, name: str) -> str:
    """An RSA private key (PKCS#8 PEM, 2048 bits); the platform reads only its own and the sandbox only its own."""
    path = settings.data_path / "keys" / f"sandbox-{name}.pem"
    if path.exists():
        return path.read_text("ascii")
    return kept_secret(path, _new_key())


def public_key(settings: Settings, name: str) -> str:
    """The public half (PEM) of :func:`private_key`, as it would be exchanged in a console."""
    loaded = serialization.load_pem_private_key(private_key(settings, name).encode(), None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return loaded.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def sm2_key(settings: Settings, name: str) -> SM2PrivateKey:
    """An SM2 private key; the platform uses only its own and of the sandbox's only the public half."""
    path = settings.data_path / "keys" / f"sandbox-{name}.sm2"
    made = "" if path.exists() else SM2PrivateKey.generate().to_hex()
    return _loaded(kept_secret(path, made))


@lru_cache(maxsize=8)
def _loaded(secret: str) -> SM2PrivateKey:
    """The key behind its digits; finding the public half takes long enough to do it once."""
    return SM2PrivateKey.from_hex(secret)
