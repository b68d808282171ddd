"""The finance office: planted differences are named on the screen; what one person proposes another signs."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.console_desk import Desk, OpenContext
from browser.money_desk import paid_by_card, payer
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]
MISSING, LOST, AMOUNT, STATE, OTHER_DAY = range(5)


def card_number(payment: dict[str, Any]) -> str:
    return str(payment["parts"][0]["number"])


def ghost(numbers: list[str]) -> str:
    """A number that the channel never heard of."""
    return f"GHOST{numbers[LOST][:10]}"


def plant(desk: Desk, numbers: list[str]) -> None:
    """One difference of each kind in the hospital's rows; the terminals' host lists what really happened."""
    changes: list[tuple[str, tuple[object, ...]]] = [
        # Done, and never booked.
        (
            "UPDATE journal_entry SET source = %s WHERE source = %s",
            (f"planted:{numbers[MISSING]}", f"payment:{numbers[MISSING]}"),
        ),
        # Booked here under a number that the channel never heard of; the channel's own number is unknown here.
        ("UPDATE payment_part SET number = %s WHERE number = %s", (ghost(numbers), numbers[LOST])),
        (
            "UPDATE journal_entry SET source = %s WHERE source = %s",
            (f"payment:{ghost(numbers)}", f"payment:{numbers[LOST]}"),
        ),
        ("UPDATE payment_part SET amount_fen = amount_fen + 500 WHERE number = %s", (numbers[AMOUNT],)),
        ("UPDATE payment_part SET state = 'failed' WHERE number = %s", (numbers[STATE],)),
        (
            "UPDATE journal_entry SET at = at - interval '1 day' WHERE source = %s",
            (f"payment:{numbers[OTHER_DAY]}",),
        ),
    ]
    with desk.database() as database:
        for statement, values in changes:
            assert database.execute(statement.encode(), values).rowcount == 1, statement


def on_day(page: Page, day: str) -> None:
    field = page.locator(".page-head .el-date-editor input")
    field.fill(day)
    field.press("Enter")
    page.keyboard.press("Escape")


def row_of(page: Page, number: str) -> Locator:
    return page.locator("tbody tr.can-pick", has_text=number)


def test_planted_differences_are_named_and_one_is_mended_by_two_people(desk: Desk, open_context: OpenContext) -> None:
    one = payer(desk, "傅听澜")
    payments = [paid_by_card(desk, one.patient_id, "F-01", count) for count in (1000, 2000, 3000, 4000, 5000, 6000)]
    numbers = [card_number(payment) for payment in payments]
    plant(desk, numbers)
    today = str(payments[0]["created_at"])[:10]
    assert desk.stack.now().date().isoformat() == today

    page = desk.page(open_context, "#/reconciliation", "finance")
    expect(page.get_by_role("heading", name="对账", exact=True)).to_be_visible()
    on_day(page, today)
    page.keyboard.press("F2")
    for number, kind in (
        (numbers[MISSING], "本院缺少"),
        (numbers[LOST], "本院缺少"),
        (ghost(numbers), "对方缺少"),
        (numbers[AMOUNT], "金额不符"),
        (numbers[STATE], "状态不符"),
        (numbers[OTHER_DAY], "跨日"),
    ):
        expect(row_of(page, number)).to_contain_text(kind, timeout=30_000)
    expect(row_of(page, numbers[5])).to_have_count(0)
    picture(page, "console-reconciliation")

    # Finance proposes, and cannot sign: neither on the screen nor past it.
    row_of(page, numbers[MISSING]).click()
    drawer = page.get_by_role("dialog").locator("visible=true").last
    expect(drawer).to_contain_text("未记账")
    expect(drawer.locator(".choices button.on")).to_have_count(1)
    drawer.get_by_role("button", name="已与对方核实").click()
    picture(page, "console-reconciliation-difference")
    page.keyboard.press("Control+Enter")
    expect(drawer).to_contain_text("需另一位同事复核")
    expect(drawer.get_by_role("button", name="复核通过")).to_have_count(0)
    difference = found(desk, today, numbers[MISSING])
    assert difference["state"] == "proposed"
    refused = httpx.post(
        f"{desk.stack.url}/api/reconciliation-differences/{difference['id']}/sign",
        json={"organization_id": desk.organization_id, "agreed": True, "note": ""},
        headers=desk.staff("finance").headers,
        timeout=15,
    )
    assert refused.json()["code"] == "second-person-needed"

    other = desk.page(open_context, "#/reconciliation", "hospital_admin")
    on_day(other, today)
    row_of(other, numbers[MISSING]).click()
    drawer = other.get_by_role("dialog").locator("visible=true").last
    expect(drawer).to_contain_text("已与对方核实")
    picture(other, "console-reconciliation-sign")
    other.keyboard.press("Control+Enter")
    expect(row_of(other, numbers[MISSING])).to_contain_text("已处理")
    signed = found(desk, today, numbers[MISSING])
    assert (signed["state"], signed["proposed_by_name"]) == ("signed", "林国栋")
    assert signed["signed_by_name"] == "何立新"
    assert sum(line["fen"] for line in signed["postings"]) == 0
    assert {abs(line["fen"]) for line in signed["postings"]} == {payments[MISSING]["total_fen"]}
    booked = desk.staff("finance").get(
        "/journal", organization_id=desk.organization_id, from_day=today, to_day=today, account="channel:card"
    )["items"]
    assert f"reconciliation:{signed['id']}" in {entry["source"] for entry in booked}

    # Compared once more, what two people signed stays; the others are still open.
    page.reload()
    on_day(page, today)
    page.keyboard.press("F2")
    expect(row_of(page, numbers[MISSING])).to_contain_text("已处理", timeout=30_000)
    expect(row_of(page, numbers[AMOUNT])).to_contain_text("待处理")


def found(desk: Desk, day: str, number: str) -> dict[str, Any]:
    """A difference of the day's report."""
    report = desk.staff("finance").get("/reconciliations/report", organization_id=desk.organization_id, day=day)
    return next(one for one in report["differences"] if one["number"] == number)
