"""A stay at the desk: admitted with insurance, a deposit taken, discharged, settled and the rest given back."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.console_desk import Desk, OpenContext
from browser.money_desk import payer
from browser.pictures import picture
from browser.test_cashier import finished, own_part

pytestmark = [pytest.mark.browser, pytest.mark.stack]
PRICED = "普通病房床位费（三人间）"


def choose(page: Page, field: str, words: str, option: str) -> None:
    """Type into a searching list and take what it finds."""
    box = page.get_by_role("dialog").get_by_role("combobox", name=field)
    box.click(force=True)
    box.press_sequentially(words)
    page.get_by_role("option").filter(has_text=option).locator("visible=true").first.click()


def pay_in_cash(page: Page) -> None:
    """At the cashier, where the bill is open already: all of it in cash."""
    expect(page.get_by_role("heading", name="收费处")).to_be_visible()
    expect(page.locator(".scan .person .name strong")).to_have_text("康复安")
    own = own_part(page)
    page.keyboard.press("F9")
    page.get_by_label("实收").fill(f"{own // 100 + 1}")
    page.keyboard.press("Enter")
    finished(page)


def test_a_stay_from_admission_to_the_rest_of_its_deposit(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "康复安")
    page = desk.page(open_context, "#/stays", "cashier")
    expect(page.get_by_role("heading", name="住院账户")).to_be_visible()
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("选择患者").fill(one.number)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text(one.name)
    choose(page, "入院科室", "呼吸", "呼吸")
    dialog.get_by_label("床号").fill("3-12")
    choose(page, "床位费", "三人间", PRICED)
    dialog.get_by_role("tab", name="职工医保").click()
    expect(dialog).to_contain_text("医保住院须先有入院诊断")
    choose(page, "入院诊断", "J18.000", "支气管肺炎")
    dialog.get_by_text("首次预交金").click()  # the list of diagnoses closes
    picture(page, "console-stays-admit")
    dialog.get_by_role("button", name=re.compile("办理入院")).click()
    panel = page.locator(".stay")
    expect(panel).to_contain_text(one.name)
    expect(panel.locator(".cover")).to_contain_text("已登记入院", timeout=60_000)
    picture(page, "console-stays")

    panel.locator("a", has_text="去收费").click()
    pay_in_cash(page)
    page.goto(f"{desk.stack.url}/console/#/stays")
    row = page.locator("tbody tr", has_text=one.name)
    row.click()
    expect(panel.locator(".amounts")).to_contain_text("1000.00")
    panel.get_by_role("button", name=re.compile("出院结算")).click()
    expect(panel.locator(".chip.push")).to_have_text("出院结算中")
    expect(panel.locator(".cover")).to_contain_text("已登记出院", timeout=60_000)
    panel.get_by_role("button", name=re.compile("去收费")).click()
    expect(page.get_by_role("heading", name="收费处")).to_be_visible()
    # A single day in bed is below the insurer's deductible: the deposit pays it, not the account.
    page.locator(".pay label", has_text="使用个人账户").locator(".el-switch").click()
    page.locator(".pay label", has_text="使用预交金").locator(".el-switch").click()
    expect(page.locator(".pay .part", has_text="预交金")).to_be_visible()
    picture(page, "console-stays-settle")
    page.keyboard.press("F9")
    finished(page)

    # What is left is handed over in cash; a settled stay is found by its patient.
    page.goto(f"{desk.stack.url}/console/#/stays")
    expect(page.get_by_role("heading", name="住院账户")).to_be_visible()
    page.keyboard.press("F4")
    page.get_by_label("选择患者").fill(one.number)
    page.keyboard.press("Enter")
    expect(panel.locator(".chip.push")).to_have_text("已结算", timeout=60_000)
    panel.get_by_role("button", name=re.compile("退还余额")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("退还余额")).click()
    expect(panel.locator(".amounts p").last).to_contain_text("余额0.00")
    kept = desk.staff("cashier").get("/stays", organization_id=desk.organization_id, patient_id=one.patient_id)["items"]
    assert [(stay["state"], stay["account"]["left_fen"]) for stay in kept] == [("settled", 0)]
