"""Commercial cover on the phone: a policy is kept, and what the patient paid is claimed from it."""

from typing import Any

import pytest

from browser.conftest import OpenContext
from browser.console_desk import Api, Desk
from browser.patient_app import PatientApp
from browser.pictures import picture
from browser.test_paying import SCAN, charge, insured_number, newcomer, pay_at_channel, window
from stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]
__all__ = ["window"]  # the fixture


def keep_policy(app: PatientApp, number: str) -> None:
    """Type a policy's number once; only its end is shown afterwards."""
    app.open("bills/policies")
    app.tap("添加保单")
    app.shown.locator(".yt-sheet__in [role=radio]").first.wait_for()
    app.tap(app.shown.locator(".yt-sheet__in [role=radio]", has_text="京安普惠"))
    app.fill(number)
    app.tap("登记保单")
    app.says(f"保单尾号 {number[-4:]}")
    assert not app.shown.get_by_text(number).count()


def test_what_was_paid_is_claimed_from_a_policy(
    open_context: OpenContext, stack: Stack, desk: Desk, window: Api
) -> None:
    app = PatientApp(open_context().new_page(), stack)
    patient = newcomer(app, "叶知秋", insured_number(stack))
    keep_policy(app, "MZ20260006621")
    bill = charge(window, desk, patient, [(SCAN, 1000)])
    app.open(f"bills/pay?id={bill['id']}&organization_id={bill['organization_id']}")
    app.tap(app.shown.locator(".yt-foot uni-button"))
    pay_at_channel(app.page, stack)
    app.says("支付成功")
    app.tap("查看账单")
    app.tap("向商业保险理赔")
    app.tap("保单尾号 6621")
    app.says("理赔记录")
    claim: dict[str, Any] = {"state": None}
    for _ in range(150):  # a job sends it within half a minute
        [claim] = app.read("/claims", patient_id=patient)["items"]
        if claim["state"] == "approved":
            break
        desk.pause(1)
    assert (claim["state"], claim["covered_fen"] > 0) == ("approved", True), claim
    app.open("bills/policies")
    app.says("已赔付")
    picture(app.page, "patient-policies")
