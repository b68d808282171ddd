"""Logs carry no personal data, whichever way it comes in."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from yitong.kernel.logs import configure_logs, without_personal_data

pytestmark = pytest.mark.unit


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the logs say, as JSON lines."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    before = structlog.get_config()
    configure_logs("info", "json")
    yield out
    structlog.configure(**before)


def cut(**entry: object) -> dict[str, object]:
    return dict(without_personal_data(None, "info", dict(entry)))


@pytest.mark.parametrize(
    "personal",
    [
        "11010119900307461X",
        "110101199003074610",
        "13812345678",
        "A" * 64,
        "A" * 64 + ":0:xyz",
        "v1." + "a" * 40 + "." + "b" * 40,
    ],
)
@pytest.mark.parametrize("around", ["{}", "for {} now", "id={},", "号码{}。"])
def test_identifiers_are_cut_out_of_any_text(personal: str, around: str) -> None:
    said = str(cut(event="x", message=around.format(personal)))
    assert personal not in said
    assert "[removed]" in said


@pytest.mark.parametrize("key", ["name", "phone", "id_number", "address", "password", "token", "code", "authorization"])
def test_forbidden_keys_are_dropped(key: str) -> None:
    assert cut(**{key: "王小明"})[key] == "[removed]"


def test_ordinary_facts_stay() -> None:
    entry = {"event": "reactor.parked", "count": 12345678901, "at": "2026-11-23T08:30:00Z", "id": "01a2016a-0421"}
    assert cut(**entry) == entry


@given(st.from_regex(r"\A1[3-9]\d{9}\Z"))
def test_no_mobile_number_gets_through(phone: str) -> None:
    assert phone not in str(cut(event=f"call {phone}"))


def test_personal_data_inside_of_lists_and_dicts_is_cut_too() -> None:
    said = str(
        cut(values=["13812345678"], nested={"phone": "x13812345678x", "name": "王小明"}, pair=("11010119900307461X",))
    )
    for personal in ("13812345678", "11010119900307461X", "王小明"):
        assert personal not in said


def test_an_exception_in_the_log_tells_no_identifier(written: io.StringIO) -> None:
    try:
        raise ValueError("no patient with 11010119900307461X")
    except ValueError as error:
        structlog.get_logger("t").error("request.failed", exc_info=error)
    line = json.loads(written.getvalue())
    assert line["event"] == "request.failed"
    assert "11010119900307461X" not in written.getvalue()
    assert "ValueError" in written.getvalue()
