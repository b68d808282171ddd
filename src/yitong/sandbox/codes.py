"""One-time codes that an authorize page hands out: good once, for a few minutes."""

import secrets
import time
from typing import Generic, TypeVar

T = TypeVar("T")
VALID_S = 300.0


class CodeUnknown(Exception):
    """No such code, or it is too old."""


class CodeUsed(Exception):
    """The code was exchanged before."""


class Codes(Generic[T]):
    """Codes and what each stands for."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[float, T]] = {}
        self._used: set[str] = set()

    def make(self, meaning: T) -> str:
        """A new code."""
        code = secrets.token_urlsafe(24)
        self._made[code] = (time.monotonic() + VALID_S, meaning)
        return code

    def take(self, code: str) -> T:
        """What a code stands for. Raises CodeUsed the second time, CodeUnknown for any other."""
        if code in self._used:
            raise CodeUsed
        until, meaning = self._made.pop(code, (0.0, None))
        if meaning is None or time.monotonic() > until:
            raise CodeUnknown
        self._used.add(code)
        return meaning
