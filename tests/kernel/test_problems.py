"""Every refusal is complete in both languages, has a next step, and leaves the house in one shape."""

import string
from typing import Any

import asyncpg
import msgspec
import pytest
from litestar.exceptions import HTTPException, NotFoundException, SerializationException, ValidationException
from sqlalchemy.exc import DBAPIError, OperationalError

from yitong import app
from yitong.kernel import problems
from yitong.kernel.problems import KINDS, Conflict, FieldError, ProblemKind, problem_kind
from yitong.kernel.text import Bilingual, Language
from yitong.kernel.web import field_error, problem_bytes, to_problem

pytestmark = pytest.mark.unit
assert app.ROUTES, "importing the application declares every kind of problem"
CHINESE = range(0x4E00, 0x9FFF)


def has_chinese(text: str) -> bool:
    return any(ord(letter) in CHINESE for letter in text)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_kind_is_complete(kind: ProblemKind) -> None:
    assert 400 <= kind.status < 600
    assert set(kind.code) <= set(string.ascii_lowercase + string.digits + "-")
    for words in (kind.message, kind.next):
        assert has_chinese(words.zh)
        assert words.en
        assert not has_chinese(words.en)
    assert {name.removesuffix("_zh") for name in places(kind.message.zh)} == places(kind.message.en)
    if kind.status == 503:
        assert kind.retry, "waiting helps here, so the document says so"


CODES = [
    "unauthenticated", "forbidden", "not-found", "validation-failed", "malformed-json", "body-too-large",
    "rate-limited", "unavailable", "id-checksum", "id-birth-date", "id-sex", "birth-date-future", "phone-invalid",
    "code-wrong", "code-expired", "code-used", "code-too-many-tries", "patient-exists", "family-cap",
    "guardian-needed", "card-code-malformed", "card-code-expired", "card-code-replayed", "card-code-forged",
    "card-second-factor", "card-frozen", "card-unknown", "slot-taken", "slot-past", "slot-stopped",
    "slot-not-found", "duplicate-booking", "hold-expired", "wrong-state", "foreign-patient", "not-today",
    "too-early", "nothing-to-call", "password-wrong", "totp-wrong", "account-locked", "idempotency-key-reused",
    "idempotency-key-missing",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_codes_that_screens_know_exist(code: str) -> None:
    assert code in KINDS


def test_a_code_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        problem_kind("not-found", 404, Bilingual("无", "none"), Bilingual("无", "none"))


def test_the_document() -> None:
    refused = problems.BODY_TOO_LARGE(
        limit_kb=256,
        errors=[FieldError("a.b", "invalid", Bilingual("误", "wrong"))],
        conflict=Conflict("slot", "1", Bilingual("满", "full")),
        alternatives=None,
        retry_after=3,
        extra={"binding": "x"},
    )
    document: dict[str, Any] = msgspec.json.decode(problem_bytes(refused, Language.EN, "r-1"))
    assert document == {
        "type": "/problems/body-too-large",
        "code": "body-too-large",
        "status": 413,
        "title": "The request body is too large; at most 256 KB are taken.",
        "message": {
            "zh": "提交的内容过大，上限为 256 KB。",
            "en": "The request body is too large; at most 256 KB are taken.",
        },
        "next": {"zh": "请减少内容后再提交。", "en": "Send less at once."},
        "retry": False,
        "request_id": "r-1",
        "errors": [{"field": "a.b", "code": "invalid", "message": {"zh": "误", "en": "wrong"}}],
        "conflict": {"kind": "slot", "id": "1", "text": {"zh": "满", "en": "full"}},
        "retry_after": 3,
        "binding": "x",
    }
    assert msgspec.json.decode(problem_bytes(refused, Language.ZH, "r-1"))["title"].startswith("提交的内容过大")


class Deadlock(Exception):
    sqlstate = "40P01"


SECRET = "SELECT phone FROM patient WHERE name = '王小明'"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (problems.NOT_FOUND(), "not-found"),
        (ExceptionGroup("clean-up", [problems.NOT_FOUND()]), "not-found"),
        (ValidationException(extra=[{"key": "phone", "message": "Expected `str`"}]), "validation-failed"),
        (SerializationException("x"), "malformed-json"),
        (NotFoundException("x"), "not-found"),
        (HTTPException(status_code=413), "body-too-large"),
        (HTTPException(status_code=415), "unsupported-media-type"),
        (OperationalError(SECRET, None, Exception("gone")), "unavailable"),
        (asyncpg.ConnectionDoesNotExistError("gone"), "unavailable"),
        (ConnectionRefusedError(), "unavailable"),
        (DBAPIError(SECRET, None, Deadlock()), "unavailable"),
        (DBAPIError(SECRET, None, Exception("else")), "internal"),
        (RuntimeError(SECRET), "internal"),
    ],
)
def test_whatever_goes_wrong_leaves_as_a_problem_without_its_own_words(error: Exception, code: str) -> None:
    refused = to_problem(error)
    assert refused.code == code
    said = problem_bytes(refused, Language.ZH, "r").decode()
    assert "王小明" not in said
    assert "SELECT" not in said


def test_field_errors_name_their_field() -> None:
    given = to_problem(ValidationException(extra=[{"key": "phone", "message": "Expected `str`"}]))
    assert [error.field for error in given.members["errors"]] == ["phone"]
    assert [error.field for error in to_problem(ValidationException()).members["errors"]] == ["body"]
    assert field_error("Expected `int`, got `str` - at `$.guardian.age`").field == "guardian.age"
    assert field_error("Object missing required field `x`").field == "body"
