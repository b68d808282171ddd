"""Commercial claims at the desk: registered from a shown policy, sent by itself, answered; taken back, made anew."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.console_desk import Desk, OpenContext
from browser.money_desk import Payer, charge, payer
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def settled_in_cash(desk: Desk, one: Payer) -> dict[str, object]:
    """A bill that was paid in cash, without insurance."""
    cashier, here = desk.staff("cashier"), {"organization_id": desk.organization_id}
    bill = charge(desk, one.patient_id)
    wish = {**here, "bill_id": bill["id"], "channels": [{"channel": "cash", "scene": "window"}]}
    made = cashier.post("/payments", wish | {"confirmed_fen": bill["outstanding_fen"]})
    cashier.post(f"/payments/{made['id']}/cash", here | {"amount_fen": bill["outstanding_fen"], "window": "1"})
    return bill


def register(page: Page, one: Payer, insurer: str, policy: str) -> None:
    """At the counter: who, a policy that is shown, the settled bill; then submit."""
    expect(page.get_by_role("button", name=re.compile("新理赔"))).to_be_visible()
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog").locator("visible=true").last
    dialog.get_by_label("选择患者").fill(one.number)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text(one.name)
    dialog.get_by_role("button", name="登记保单").click()
    dialog.get_by_role("combobox", name="保险公司").click(force=True)
    page.get_by_role("option").filter(has_text=insurer).locator("visible=true").first.click()
    dialog.get_by_label("保单号").fill(policy)
    dialog.get_by_role("button", name="新增").click()
    expect(dialog.locator(".choices button.on", has_text=policy[-4:])).to_be_visible()
    expect(dialog.locator(".list button.on")).to_be_visible()


def test_a_claim_is_made_at_the_desk_and_answered(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "钟鼎文")
    bill = settled_in_cash(desk, one)
    page = desk.page(open_context, "#/claims", "cashier")
    register(page, one, "京安", "MZ20268899")
    picture(page, "console-claims-new")
    page.keyboard.press("Control+Enter")
    panel = page.locator(".claim")
    expect(panel).to_contain_text(str(bill["bill_no"]))
    # A job sends it within half a minute; the answer moves it to another list.
    page.get_by_role("tab", name=re.compile("全部")).click()
    row = page.locator("tbody tr", has_text=one.name)
    expect(row).to_contain_text("已赔付", timeout=150_000)
    row.click()
    expect(panel.locator(".notes")).to_contain_text("赔付比例 90%")
    expect(panel.locator("table tbody tr")).to_have_count(2)
    expect(panel).to_contain_text("患者自付")
    picture(page, "console-claims")


def test_a_claim_is_taken_back_before_it_was_sent_and_made_again(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "尤念安")
    settled_in_cash(desk, one)
    page = desk.page(open_context, "#/claims", "cashier")
    # This insurer is not connected: nothing is sent to it.
    register(page, one, "燕园人寿", "XX20261234")
    page.keyboard.press("Control+Enter")
    panel = page.locator(".claim")
    expect(panel).to_contain_text("待提交")
    page.keyboard.press("F4")
    expect(panel).to_contain_text("已撤回")
    page.keyboard.press("F8")
    expect(panel).to_contain_text("待提交")
    page.get_by_role("tab", name=re.compile("全部")).click()
    expect(page.locator("tbody tr", has_text=one.name)).to_have_count(2)
