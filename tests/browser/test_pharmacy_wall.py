"""Two pharmacies at their own windows reach for one request: one gets it and hands it out, the other is told."""

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from browser.console_desk import Api, Desk, OpenContext
from browser.pictures import picture
from browser.test_prescribing import in_the_room
from yitong.directory import facts

pytestmark = [pytest.mark.browser, pytest.mark.stack]

AMLODIPINE = next(one for one in facts.drugs() if one.name == "苯磺酸氨氯地平片")
CODES = sorted(one.code for one in facts.drugs())
FIRST_PREFIX = 8_100_000
STOCK = 20 * AMLODIPINE.units_per_package
_serial = count(1)


def trace(drug_code: str) -> str:
    """The code of a new package of a drug, as the demo region's dictionary of identification codes has it."""
    return f"{FIRST_PREFIX + CODES.index(drug_code)}{next(_serial):013d}"


@dataclass
class Meeting(Desk):
    """A desk that remembers whom it met: the patients of this test go on with their own phone."""

    met: list[tuple[Api, str]] = field(default_factory=list[tuple[Api, str]])

    def newcomer(self, name: str, born: date, device: str = "", number: str = "") -> tuple[Api, str]:
        self.met.append(super().newcomer(name, born, device, number))
        return self.met[-1]


def shop_of(desk: Desk, username: str) -> str:
    """The pharmacy where somebody works, with enough on its shelf."""
    staff = desk.staff(username)
    pharmacy: str = staff.get("/me")["staff"]["roles"][0]["organization_id"]
    staff.post(f"/pharmacies/{pharmacy}/shelf", {"rows": [{"drug_code": AMLODIPINE.code, "units": STOCK}]})
    return pharmacy


def prescribed(desk: Desk, name: str) -> tuple[Api, dict[str, Any]]:
    """Somebody new with an approved prescription of two packages: their own interface, and its part."""
    meeting = Meeting(desk.stack, desk.tokens)
    encounter = in_the_room(meeting, name)
    here = {"organization_id": desk.organization_id}
    line = {"drug_code": AMLODIPINE.code, "dose_milli": 1000, "dose_unit": AMLODIPINE.unit, "frequency": "bid"}
    sheet = here | {
        "encounter_id": encounter["id"],
        "diagnoses": [{"code": "I10.x00", "name": "高血压"}],
        "lines": [line | {"route": "po", "days": AMLODIPINE.units_per_package, "quantity": 2}],
        "supply_reason": "慢性病长期用药",
    }
    doctor, pharmacist = desk.staff("doctor"), desk.staff("pharmacist")
    made = doctor.post("/prescriptions", sheet)
    signed = doctor.post(f"/prescriptions/{made['id']}/sign", here | {"version": made["version"]})
    decision = here | {"version": signed["version"], "decision": "approve"}
    pharmacist.post(f"/prescriptions/{made['id']}/review", decision)
    citizen = meeting.met[-1][0]
    part: dict[str, Any] = citizen.get(f"/prescriptions/{made['id']}/parts", **here)["items"][0]
    return citizen, part


def publish(desk: Desk, citizen: Api, part: dict[str, Any], pharmacy: str) -> None:
    """A purchase request near a pharmacy, for whoever comes first."""
    near = desk.staff("doctor").get(f"/pharmacies/{pharmacy}")
    citizen.post(
        "/purchase-requests",
        {
            "organization_id": part["organization_id"],
            "part_id": part["id"],
            "mode": "first",
            "handover": "pickup",
            "latitude": near["latitude"],
            "longitude": near["longitude"],
            "radius_m": 50_000,
        },
    )


def scan(page: Page, code: str) -> None:
    """A package under the scanner, which types and presses Enter."""
    page.get_by_label("扫描药品追溯码").fill(code)
    page.keyboard.press("Enter")


def race(one: Page, other: Page) -> tuple[Page, Page]:
    """Both windows grab the same request at the same moment; answers who got it and who did not."""
    held: list[Route] = []
    for page in (one, other):
        page.route(re.compile("/grab$"), lambda route: held.append(route))
        with page.expect_request(re.compile("/grab$")):
            page.keyboard.press("F9")
    while len(held) < 2:  # both asks were seen above, so both are on their way here
        other.wait_for_timeout(20)
    for route in held:
        route.continue_()
    for page in (one, other):
        expect(page.locator(".told, .head .name")).to_be_visible()
    won = [page for page in (one, other) if page.locator(".head .name").count()]
    assert len(won) == 1, "exactly one of them has it"
    return won[0], other if won[0] is one else one


def test_two_pharmacies_race_and_the_first_hands_it_out(desk: Desk, open_context: OpenContext) -> None:
    shops = {name: shop_of(desk, name) for name in ("pharmacy1", "pharmacy2")}
    pages = {name: desk.page(open_context, "#/pharmacy", name) for name in shops}
    for page in pages.values():
        expect(page.get_by_text("附近暂无购药请求")).to_be_visible()
    citizen, part = prescribed(desk, "蒋玉兰")
    publish(desk, citizen, part, shops["pharmacy1"])
    for page in pages.values():
        expect(page.locator("article.card")).to_contain_text(AMLODIPINE.name)
        expect(page.locator("article.card")).to_contain_text("有货")
    picture(pages["pharmacy1"], "console-pharmacy-wall")

    winner, loser = race(*pages.values())
    expect(loser.get_by_role("status").filter(has_text="由其他药房先接单")).to_be_visible()
    expect(loser.locator("article.card")).to_have_count(0)
    expect(winner.locator(".strip button")).to_contain_text("蒋*兰")
    picture(loser, "console-pharmacy-lost")

    # A package of another drug is said at the line and taken off; the right one goes out.
    line = winner.locator("section.line")
    foreign, first, second = trace(CODES[0]), trace(AMLODIPINE.code), trace(AMLODIPINE.code)
    scan(winner, foreign)
    expect(line).to_contain_text(foreign)
    winner.get_by_label(f"批号 {AMLODIPINE.name}").fill("B2411")
    winner.keyboard.press("F7")
    expect(line.get_by_role("alert")).to_contain_text(foreign)
    expect(line.locator("li")).to_have_count(0)
    picture(winner, "console-pharmacy-wrong-drug")
    scan(winner, first)
    expect(line.locator("li")).to_contain_text(first)
    winner.keyboard.press("F7")
    expect(winner.locator(".head .chip").first).to_have_text("部分发药")

    # A package that is out already is refused as it is scanned; the second one ends the custody.
    scan(winner, first)
    expect(line.get_by_role("alert")).to_contain_text("请停发这一盒")
    scan(winner, second)
    expect(line.locator("li")).to_contain_text(second)
    winner.get_by_label(f"批号 {AMLODIPINE.name}").fill("B2412")
    picture(winner, "console-pharmacy-counter")
    winner.keyboard.press("F8")
    expect(winner.locator(".head .chip").first).to_have_text("已发药")
    picture(winner, "console-pharmacy-done")
    seen = citizen.get(f"/prescription-parts/{part['id']}", organization_id=part["organization_id"])
    assert seen["part"]["state"] == "dispensed"
    assert sum(line["dispensed"] for line in seen["lines"]) == 2 * AMLODIPINE.units_per_package

    # What went out is off the shelf, and a recall finds who has it.
    winner.goto(winner.url.replace("#/pharmacy", "#/shelf"))
    winner.get_by_label("拼音首字母或药名").fill(AMLODIPINE.name)
    left = winner.get_by_label(f"数量 {AMLODIPINE.name}")
    expect(left).to_have_value(str(STOCK - 2 * AMLODIPINE.units_per_package))
    picture(winner, "console-pharmacy-shelf")
    winner.goto(winner.url.replace("#/shelf", "#/recalls"))
    winner.get_by_role("tab", name="按追溯码").click()
    winner.get_by_label("追溯码").last.fill(second)
    winner.keyboard.press("Enter")
    expect(winner.locator("tbody tr")).to_contain_text("蒋*兰")
    picture(winner, "console-pharmacy-recall")


def test_a_shop_keeps_its_shelf_and_its_hours(desk: Desk, open_context: OpenContext) -> None:
    shop_of(desk, "pharmacy2")
    page = desk.page(open_context, "#/shelf", "pharmacy2")
    page.get_by_label("拼音首字母或药名").fill(AMLODIPINE.name)
    page.get_by_label(f"数量 {AMLODIPINE.name}").fill(str(STOCK + 28))
    page.keyboard.press("F9")
    expect(page.get_by_text("已保存 1 行")).to_be_visible()
    page.keyboard.press("F2")
    table = f"drug_code,units,price_fen\n{AMLODIPINE.code},560,1999\nNOBODY,1,1\n{CODES[1]},many,1\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "stock.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    expect(page.get_by_text("3 行", exact=True)).to_be_visible()  # the file has been read
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已采用 1 行")).to_be_visible()
    expect(page.locator(".refusals tbody tr")).to_have_count(2)
    picture(page, "console-pharmacy-upload")
    page.get_by_role("dialog").get_by_role("button", name="关闭", exact=True).last.click()
    expect(page.get_by_label(f"售价（元/盒） {AMLODIPINE.name}")).to_have_value("19.99")
    page.get_by_role("tab", name="营业设置").click()
    page.get_by_label("周日").fill("09:00-12:00 13:00-18:00")
    page.keyboard.press("F9")
    expect(page.get_by_text("营业设置已保存")).to_be_visible()
    picture(page, "console-pharmacy-shop")

    # Who works at a hospital is told why the wall is not for them.
    hospital = desk.page(open_context, "#/pharmacy", "pharmacist")
    expect(hospital.get_by_text("不是参加处方流转的药房")).to_be_visible()
    picture(hospital, "console-pharmacy-hospital")
