"""What people show: the voucher's code, good for half an hour, and the social-security card, good for ever."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from yitong.kernel.crypto import CryptoError, SM4Block

VOUCHER_MINUTES = 30
VOUCHER_DIGITS = 28


class Credentials:
    """Makes and reads credentials. A card's serial is the citizen number under a key, so that none has to be kept."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._block = SM4Block(sha256(f"cards {secret}".encode()).digest()[:16])
        self._now = now
        self._vouchers: dict[str, tuple[str, datetime]] = {}

    def voucher(self, certno: str) -> str:
        """A new code of the electronic insurance voucher: 28 digits."""
        code = "".join(secrets.choice("0123456789") for _ in range(VOUCHER_DIGITS))
        self._vouchers[code] = (certno, self._now() + timedelta(minutes=VOUCHER_MINUTES))
        return code

    def behind_voucher(self, code: str) -> str | None:
        """The citizen number behind a voucher's code that has not run out."""
        certno, until = self._vouchers.get(code, ("", self._now()))
        return certno if certno and self._now() < until else None

    def card(self, certno: str) -> tuple[str, str]:
        """The social-security card's number (9 characters) and serial (32 hexadecimal digits)."""
        value = int(certno[:17]) * 11 + (10 if certno[17] == "X" else int(certno[17]))
        plain = value.to_bytes(8, "big") + sha256(certno.encode()).digest()[:8]
        return self._number(certno), self._block.encrypt(plain).hex().upper()

    def behind_card(self, number: str, serial: str) -> str | None:
        """The citizen number behind a card, when number and serial belong together."""
        try:
            plain = self._block.decrypt(bytes.fromhex(serial))
        except (ValueError, CryptoError):
            return None
        body, check = divmod(int.from_bytes(plain[:8], "big"), 11)
        certno = f"{body:017d}{'X' if check == 10 else check}"
        fits = sha256(certno.encode()).digest()[:8] == plain[8:] and self._number(certno) == number
        return certno if fits else None

    @staticmethod
    def _number(certno: str) -> str:
        return f"A{int(sha256(f'card {certno}'.encode()).hexdigest(), 16) % 10**8:08d}"
