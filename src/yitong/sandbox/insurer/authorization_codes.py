"""Codes that payers bring from the page where they allow payment from their insurance."""

import secrets
from datetime import datetime, timedelta

from yitong.sandbox.insurer.desk import InsuranceDesk

CODE_MINUTES = 30


class AuthorizationCodes:
    """Codes that payers bring from the page; good once, for half an hour."""

    def __init__(self, desk: InsuranceDesk) -> None:
        self._desk = desk
        self._given: dict[str, tuple[str, datetime]] = {}

    def give(self, certno: str) -> str:
        """A new code of somebody."""
        code = secrets.token_hex(16)
        self._given[code] = certno, self._desk.books.now() + timedelta(minutes=CODE_MINUTES)
        return code

    def redeem(self, code: str) -> str | None:
        """Whose code it is; it is no longer good afterwards."""
        certno, until = self._given.pop(code, ("", self._desk.books.now()))
        return certno if certno and self._desk.books.now() < until else None
