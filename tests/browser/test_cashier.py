"""The cashier's day in a real browser: who stands there, mixed payments, a partial refund, and what waits aside."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.console_desk import Desk, OpenContext
from browser.money_desk import (
    BLOOD,
    SCAN,
    Payer,
    at_terminal,
    charge,
    health_card,
    newest_payment,
    pay_at,
    payer,
    shares,
    shown,
    token_of,
)
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def scan(page: Page, text: str) -> None:
    """A scanner types what it reads and presses Enter; F2 makes the window free first."""
    page.keyboard.press("F2")
    field = page.get_by_label(re.compile("扫码或输"))
    expect(field).to_be_focused()
    field.fill(text)
    page.keyboard.press("Enter")


def counter(desk: Desk, open_context: OpenContext) -> Page:
    page = desk.page(open_context, "#/cashier", "cashier")
    expect(page.get_by_role("heading", name="收费处")).to_be_visible()
    return page


def own_part(page: Page) -> int:
    """What the payer is asked for, as the panel shows it; fen."""
    shown_sum = page.locator(".pay footer .own b")
    expect(shown_sum).to_have_text(re.compile(r"[1-9]|0\.\d*[1-9]"))
    return round(float(shown_sum.inner_text()) * 100)


def insured(page: Page) -> None:
    """Wait until the insurer has said what it pays."""
    expect(page.locator(".pay .part", has_text="医保基金支付")).to_be_visible()


def way(page: Page, name: str) -> None:
    page.locator(".pay .ways").get_by_role("button", name=name, exact=True).click()


def finished(page: Page, words: str = "收费完成") -> None:
    expect(page.locator(".progress .result")).to_contain_text(words, timeout=30_000)


def invoke_of(desk: Desk, one: Payer) -> dict[str, Any]:
    """What the waiting part hands to the payer's device."""
    parts = newest_payment(desk, one.patient_id)["parts"]
    return next(part["invoke"] for part in parts if part["invoke"])


def test_three_credentials_and_a_bill_lead_to_the_same_person(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "柳如烟")
    older = charge(desk, one.patient_id, [(BLOOD, 1000)])
    charge(desk, one.patient_id, [(SCAN, 1000)])
    page = counter(desk, open_context)
    person = page.locator(".scan .person")
    card = health_card(one)
    for text, said in (
        (card, "电子健康卡"),
        (shown(desk, one, "social-cards"), "社会保障卡"),
        (shown(desk, one, "vouchers"), "医保电子凭证"),
    ):
        scan(page, text)
        expect(person.locator(".chip")).to_have_text(said)
        expect(person).to_contain_text(one.name)
        expect(page.locator(".bills .item")).to_have_count(2)
    picture(page, "console-cashier-scan")
    # A bill's code opens that bill, not the newest.
    scan(page, older["pay_url"])
    expect(person.locator(".chip")).to_have_text("账单码")
    expect(person).to_contain_text(one.name)
    expect(page.locator(".bills .item.on")).to_contain_text(older["bill_no"])
    # Refusals say why, and the field is ready for the next scan.
    scan(page, card)
    expect(page.locator(".scan [role=alert]")).to_contain_text(re.compile("使用|重复"))
    scan(page, "9" * 28)
    expect(page.locator(".scan [role=alert]")).to_contain_text("医保平台不认可这个码")
    scan(page, one.number)
    expect(person.locator(".chip")).to_have_text("查找到本人")
    expect(person).to_contain_text(one.name)


def test_insurance_and_cash_then_a_partial_refund(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "孟知远")
    bill = charge(desk, one.patient_id)
    page = counter(desk, open_context)
    scan(page, shown(desk, one, "vouchers"))
    insured(page)
    own = own_part(page)
    assert 0 < own < bill["outstanding_fen"]
    picture(page, "console-cashier")
    page.keyboard.press("F9")
    got = page.get_by_label("实收")
    expect(got).to_be_visible()
    got.fill(f"{own // 100 - 1}")
    expect(page.locator(".progress footer")).to_contain_text("实收不足")
    got.fill(f"{own // 100 + 50}")
    page.keyboard.press("Enter")
    finished(page)
    change = (own // 100 + 50) * 100 - own
    expect(page.locator(".progress .result")).to_contain_text(f"找零 {change // 100}.{change % 100:02d}")
    picture(page, "console-cashier-paid")
    paid = newest_payment(desk, one.patient_id)
    assert shares(paid) == {"insurance": ("done", bill["outstanding_fen"] - own), "cash": ("done", own)}

    # One examination goes back: the insurer settles the rest anew, the cash lies ready until it is handed over.
    page.get_by_role("tab", name=re.compile("支付记录")).click()
    page.get_by_role("button", name="退费", exact=True).click()
    dialog = page.get_by_role("dialog").locator("visible=true").last
    confirm = dialog.get_by_role("button", name=re.compile("确认退费"))
    dialog.get_by_role("button", name="未做检查").click()
    expect(confirm).to_be_disabled()
    line = next(item for item in bill["items"] if item["price_code"] == SCAN)
    dialog.locator("li", has_text=line["name"]).locator(".el-checkbox").click()
    expect(confirm).to_contain_text("1600.00")
    picture(page, "console-cashier-refund")
    page.keyboard.press("Control+Enter")
    hand_over = page.get_by_role("button", name=re.compile("已退现金"))
    expect(hand_over).to_be_visible(timeout=30_000)
    page.keyboard.press("F9")
    finished(page, "退费完成")
    after = newest_payment(desk, one.patient_id)
    back = next(each for each in after["refunds"] if each["kind"] == "refund")
    assert (after["state"], back["state"], back["amount_fen"]) == ("part_refunded", "done", line["amount_fen"])
    # What the insurer and the drawer kept together is what the lines that stay cost.
    kept = sum(part["amount_fen"] - part["refunded_fen"] for part in after["parts"] if part["state"] == "done")
    assert kept == bill["outstanding_fen"] - line["amount_fen"]
    expect(page.locator(".scroll .back").filter(has_text="现金")).to_be_visible()


def test_insurance_and_a_wechat_code_on_the_screen(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "穆清扬")
    bill = charge(desk, one.patient_id)
    page = counter(desk, open_context)
    scan(page, shown(desk, one, "social-cards"))
    insured(page)
    own = own_part(page)
    way(page, "微信")
    page.keyboard.press("F9")
    expect(page.locator(".progress svg[aria-label=QR]")).to_be_visible()
    expect(page.locator(".progress")).to_contain_text("请患者扫码支付")
    picture(page, "console-cashier-code")
    pay_at(desk, token_of(invoke_of(desk, one)["code_url"]))
    finished(page)
    paid = newest_payment(desk, one.patient_id)
    assert shares(paid) == {"insurance": ("done", bill["outstanding_fen"] - own), "wechat": ("done", own)}
    page.keyboard.press("F9")
    expect(page.locator(".pay")).to_contain_text("已经付清")


def test_a_shown_code_and_both_terminals_without_insurance(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "尹照临")
    page = counter(desk, open_context)

    def opened(count: int) -> dict[str, Any]:
        bill = charge(desk, one.patient_id, [(BLOOD, count)])
        scan(page, bill["pay_url"])
        assert own_part(page) == bill["outstanding_fen"]
        return bill

    # An Alipay code is known by its first digits, whichever channel was chosen.
    opened(1000)
    way(page, "微信")
    page.get_by_role("tab", name="扫付款码").click()
    page.get_by_label("扫患者付款码").fill("28" + "7" * 16)
    page.keyboard.press("Enter")
    finished(page)
    assert [*shares(newest_payment(desk, one.patient_id))] == ["alipay"]

    for channel, name, words in (("card", "银行卡", "刷卡"), ("face", "刷脸", "刷脸确认")):
        bill = opened(2000)
        way(page, name)
        page.get_by_label("终端号").fill("W-31")
        page.keyboard.press("F9")
        expect(page.locator(".progress")).to_contain_text(words)
        if channel == "card":
            picture(page, "console-cashier-terminal")
        pay_at(desk, at_terminal(desk, "W-31"))
        finished(page)
        assert shares(newest_payment(desk, one.patient_id)) == {channel: ("done", bill["outstanding_fen"])}


def test_wrong_amounts_are_kept_aside_and_a_stuck_payment_is_tried_again(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "温如玉")
    bill = charge(desk, one.patient_id, [(BLOOD, 1000)])
    page = counter(desk, open_context)
    scan(page, bill["pay_url"])
    way(page, "微信")
    own_part(page)
    page.keyboard.press("F9")
    expect(page.locator(".progress svg[aria-label=QR]")).to_be_visible()
    waiting = newest_payment(desk, one.patient_id)
    with desk.database() as database:
        database.execute("UPDATE payment_order SET stuck = 'no-answer' WHERE id = %s", (waiting["id"],))
    page.keyboard.press("F2")
    row = page.locator(".stuck tbody tr", has_text=bill["bill_no"])
    expect(row).to_contain_text("仍在查询")
    picture(page, "console-cashier-stuck")
    row.get_by_role("button", name="再试一次").click()
    expect(row).to_have_count(0)

    # The channel's notice is over one fen more: it is not believed, but looked up; the desk sees both.
    pay_at(desk, token_of(invoke_of(desk, one)["code_url"]), trouble="wrong-amount")
    page.get_by_role("tab", name=re.compile("搁置的差异")).click()
    kept = page.locator(".stuck tbody tr", has_text=bill["bill_no"])
    for _ in range(20):
        if kept.count():
            break
        page.reload()
        page.get_by_role("tab", name=re.compile("搁置的差异")).click()
        desk.pause(1)
    fen = bill["outstanding_fen"]
    expect(kept).to_contain_text("通知未被采信")
    expect(kept).to_contain_text(f"{fen // 100}.{fen % 100:02d}")
    expect(kept).to_contain_text(f"{(fen + 1) // 100}.{(fen + 1) % 100:02d}")
    picture(page, "console-cashier-aside")
    kept.get_by_role("button", name="打开").click()
    expect(page.locator(".progress")).to_be_visible()
    desk.staff("cashier").post(f"/payments/{waiting['id']}/retry", {"organization_id": desk.organization_id})
    finished(page)
    assert shares(newest_payment(desk, one.patient_id)) == {"wechat": ("done", fen)}
