"""The installation's secret keys: given as settings, or made once and kept in files only the service can read."""

import contextlib
import os
import secrets
from pathlib import Path

from yitong.kernel.crypto import Sealer
from yitong.kernel.settings import Settings, SettingsError
from yitong.kernel.text import Bilingual


def kept_secret(path: Path, make: str) -> str:
    """The content of a secret file; made with ``make`` when new, exactly once even if two processes start together."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and linked into place: nobody ever reads a file that is still being written.
        beside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make)
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
        beside.unlink()
    return path.read_text("ascii").strip()


def _bytes(text: str, name: str, length: int) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != length:
        raise SettingsError(
            Bilingual(f"设置 {name} 应为 {length} 字节的十六进制密钥。", f"{name} must be a hex key of {length} bytes.")
        )
    return key


def token_key(settings: Settings) -> bytes:
    """The 32-byte key that signs session tokens. Raises SettingsError when the setting is not one."""
    text = settings.token_key or kept_secret(settings.data_path / "keys" / "token.key", secrets.token_hex(32))
    return _bytes(text, "token_key", 32)


def sealer_of(settings: Settings) -> Sealer:
    """The sealer of personal identifiers: the last listed key seals, every listed key opens, the first one hashes.

    Raises SettingsError when ``master_keys`` is not of the form ``id:hex,id:hex``.
    """
    made = f"k1:{secrets.token_hex(32)}"
    text = settings.master_keys or kept_secret(settings.data_path / "keys" / "master.key", made)
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, _, value = part.strip().partition(":")
        if not key_id or key_id in keys:
            raise SettingsError(Bilingual("设置 master_keys 的格式应为 编号:十六进制。", "master_keys reads id:hex,…"))
        keys[key_id] = _bytes(value, "master_keys", 32)
    first, newest = next(iter(keys)), list(keys)[-1]
    older = {key_id: key for key_id, key in keys.items() if key_id != newest}
    return Sealer(keys[newest], key_id=newest, older=older, lookup_key_id=first)
