"""The regulator at the evidence chain: who takes part, what was sealed, a block, and everything verified anew."""

import re

import pytest
from playwright.sync_api import expect

from browser.console_desk import Desk, OpenContext
from browser.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_the_regulator_looks_into_the_chain_and_verifies_it(desk: Desk, open_context: OpenContext) -> None:
    page = desk.page(open_context, "#/chain", "regulator")
    expect(page.get_by_role("heading", name="存证链")).to_be_visible()
    expect(page.locator(".strip")).to_contain_text("内置")
    # Members were admitted with the region; each has keys.
    page.get_by_role("tab", name="成员与节点").click()
    expect(page.locator("tbody tr", has_text="治理成员")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("出块签名者")
    # Signing in was an event: within seconds it is sealed, and the seal stands on the chain.
    page.get_by_role("tab", name="日志封存").click()
    expect(page.locator("tbody tr", has_text="已锚定").first).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="区块").click()
    page.locator("tbody tr").first.click()
    block = page.locator("section.side")
    expect(block).to_contain_text(re.compile("区块 [0-9]+"))
    expect(block.locator("ul li").first).to_be_visible()
    page.keyboard.press("F8")
    verdict = page.locator("[data-check]")
    expect(verdict).to_contain_text("全部验证通过", timeout=60_000)
    expect(verdict.locator("li")).to_have_count(4)
    picture(page, "console-chain")
    page.get_by_label("处方号、处方编号或链上编号").fill("20200101999")
    page.keyboard.press("Enter")
    expect(page.locator("[data-follow]")).to_contain_text("链上没有这张处方")


def test_whoever_does_not_oversee_finds_no_chain(desk: Desk, open_context: OpenContext) -> None:
    page = desk.page(open_context, "#/chain", "doctor")
    expect(page.locator("nav")).not_to_contain_text("存证链")
    expect(page.get_by_text("当前身份不能使用此页面")).to_be_visible()
