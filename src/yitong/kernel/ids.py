"""Identifiers are UUIDv7, made here and never by the database, so that a retry can carry the same one."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["UUID", "new_id", "parse_id"]


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): ordered by time, so that index pages fill from one side."""
    return uuid7()


def parse_id(text: str) -> UUID | None:
    """The identifier written in ``text``, or None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
