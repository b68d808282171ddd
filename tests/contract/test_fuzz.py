"""Every route under thousands of made-up requests: never a server error, every refusal a problem document."""

from typing import Any

import httpx
import pyotp
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from stack import Stack
from yitong.directory.demo.cast import DEMO_PASSWORD, demo_totp_secret

pytestmark = [pytest.mark.stack]
STREAMS = "/stream"


def staff_token(stack: Stack, username: str) -> str:
    """Sign a demo staff member in, with the code that the platform's clock asks for."""
    with httpx.Client(base_url=stack.url) as client:
        asked = client.post("/api/staff/sign-in", json={"username": username, "password": DEMO_PASSWORD}).json()
        code = pyotp.TOTP(demo_totp_secret(username)).at(stack.now())
        given = client.post("/api/staff/sign-in/totp", json={"challenge": asked["challenge"], "code": code})
        return given.json()["token"]


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> list[str]:
    """Somebody of the hospital and somebody of the platform: between them nearly every action is allowed."""
    return [staff_token(stack, "hospital_admin"), staff_token(stack, "platform_admin")]


@pytest.fixture(scope="module")
def api_schema(stack: Stack) -> Any:
    """The served interface description; streams never end and are tested on their own."""
    schema = schemathesis.openapi.from_url(f"{stack.url}/api/schema/openapi.json")
    return schema.exclude(path_regex=f"{STREAMS}$").exclude(path="/api/session")


schema: Any = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
def test_no_request_breaks_the_server(case: Case, tokens: list[str]) -> None:
    for headers in ({}, *({"Authorization": f"Bearer {token}"} for token in tokens)):
        answer = case.call(headers=headers)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            problem = answer.json()
            assert answer.headers["content-type"][0].startswith("application/problem+json")
            assert problem["status"] == answer.status_code
            assert problem["message"]["zh"]
            assert problem["message"]["en"]
            assert problem["next"]["zh"]
