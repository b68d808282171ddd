"""Pages of a list: the items and an opaque cursor that says where the next page begins."""

import base64
from typing import Any, Generic, TypeVar

import msgspec

from yitong.kernel.problems import VALIDATION_FAILED, FieldError
from yitong.kernel.text import Bilingual

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items of a list; ``next`` is the cursor of the following page or None at the end."""

    items: list[T]
    next: str | None = None


def cursor_of(*keys: Any) -> str:
    """The cursor for a page that continues after a row with these sort keys."""
    return base64.urlsafe_b64encode(msgspec.json.encode(keys)).rstrip(b"=").decode()


def keys_of(cursor: str | None, types: type[T]) -> T | None:
    """The sort keys in a cursor as ``types`` (a tuple type); None without cursor.

    Raises Problem ``validation-failed`` for a cursor that is not ours.
    """
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=types)
    except (ValueError, msgspec.MsgspecError) as error:
        wrong = FieldError("cursor", "invalid", Bilingual("翻页标记无效。", "This cursor is not valid."))
        raise VALIDATION_FAILED(errors=[wrong]) from error
