"""Every route under made-up requests: never a server error, every refusal a problem document."""

import json
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pyotp.totp import TOTP

from stack import Stack
from yitong.directory.demo.cast import DEMO_PASSWORD, demo_totp_secret

pytestmark = [pytest.mark.stack]
STREAMS = "/stream"  # they never end, and are tested on their own
ROOT = Path(__file__).resolve().parents[2]


def staff_token(stack: Stack, username: str) -> str:
    """Sign a demo staff member in, with the code that the platform's clock asks for."""
    with httpx.Client(base_url=stack.url) as client:
        asked = client.post("/api/staff/sign-in", json={"username": username, "password": DEMO_PASSWORD}).json()
        code = TOTP(demo_totp_secret(username)).at(stack.now())
        given = client.post("/api/staff/sign-in/totp", json={"challenge": asked["challenge"], "code": code})
        return given.json()["token"]


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> list[str]:
    """Somebody of the hospital and somebody of the platform: between them nearly every action is allowed."""
    return [staff_token(stack, "hospital_admin"), staff_token(stack, "platform_admin")]


def operations() -> dict[str, Any]:
    """Every operation of the written interface description by its label."""
    description = cast("Any", schemathesis.openapi).from_path(ROOT / "web" / "openapi.json")
    found: list[Any] = [one.ok() for one in description.get_all_operations()]
    return {one.label: one for one in found if not one.path.endswith(STREAMS) and one.path != "/api/session"}


OPERATIONS = operations()
CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_breaks_the_server(label: str, stack: Stack, tokens: list[str]) -> None:
    @given(case=OPERATIONS[label].as_strategy())
    @settings(max_examples=3, deadline=None, suppress_health_check=CHECKS, database=None, derandomize=True)
    def check(case: Any) -> None:
        for headers in ({}, *({"Authorization": f"Bearer {token}"} for token in tokens)):
            answer = case.call(base_url=stack.url, headers=headers)
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                problem = answer.json()
                assert problem["status"] == answer.status_code
                assert problem["message"]["zh"]
                assert problem["message"]["en"]
                assert problem["next"]["zh"]

    check()


def test_the_written_description_is_the_served_one(stack: Stack) -> None:
    served = httpx.get(f"{stack.url}/api/schema/openapi.json").json()
    assert served["paths"] == json.loads((ROOT / "web" / "openapi.json").read_text("utf-8"))["paths"]
