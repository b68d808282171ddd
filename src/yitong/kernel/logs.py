"""Structured logs that never carry personal data: whatever looks like an identifier is cut out before it is written."""

import logging
import re
import sys
from collections.abc import Collection, Mapping, MutableMapping
from typing import Any, cast

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# An 18-digit identity number, a mainland mobile number, a long token: none of them belongs into a log.
_PERSONAL = re.compile(r"\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)|v1\.[\w-]{20,}\.[\w-]{20,}|[0-9A-Fa-f]{64}(:[\w:]+)?")
_FORBIDDEN_KEYS = frozenset(
    {"name", "phone", "id_number", "address", "password", "token", "code", "body", "authorization"}
)


def without_personal_data(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop forbidden keys and cut identifiers out of every text of a log entry."""
    for key in list(entry):
        entry[key] = "[removed]" if key in _FORBIDDEN_KEYS else _without(entry[key])
    return entry


def _without(value: Any) -> Any:
    """The value without identifiers, also inside of lists and dictionaries."""
    match value:
        case str():
            return _PERSONAL.sub("[removed]", value)
        case Mapping():
            inner = cast("Mapping[Any, Any]", value)
            return {k: "[removed]" if k in _FORBIDDEN_KEYS else _without(v) for k, v in inner.items()}
        case list() | tuple() | set() | frozenset():
            return [_without(one) for one in cast("Collection[Any]", value)]
        case _:
            return value


def configure_logs(level: str = "info", form: str = "json") -> None:
    """Send structlog to standard error as JSON lines or, for people, as coloured lines."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if form == "console" else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(),
        without_personal_data,
        renderer,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS.get(level, 20)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
