"""A prescription on its patient's phone: prices are compared, a pharmacy is asked, and what it hands out is seen."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browser.console_desk import Api, Desk
from browser.patient_app import PatientApp
from browser.pictures import picture
from browser.test_prescribing import in_the_room
from yitong.directory import facts

pytestmark = [pytest.mark.browser, pytest.mark.stack]

AMLODIPINE = next(one for one in facts.drugs() if one.name == "苯磺酸氨氯地平片")
CODES = sorted(one.code for one in facts.drugs())
FIRST_PREFIX = 8_100_000
WANTED = AMLODIPINE.units_per_package
_serial = count(700_001)


@dataclass
class WithPhone(Desk):
    """A desk to which the person comes whose phone it is."""

    app: PatientApp | None = None

    def newcomer(self, name: str, born: date, device: str = "", number: str = "") -> tuple[Api, str]:
        assert self.app is not None
        return self.api(self.app.token()), self.app.self_id()


def approved(desk: Desk, app: PatientApp, name: str) -> dict[str, Any]:
    """An approved prescription of one package for whose phone it is."""
    encounter = in_the_room(WithPhone(desk.stack, desk.tokens, app), name)
    here = {"organization_id": desk.organization_id}
    line = {"drug_code": AMLODIPINE.code, "dose_milli": 1000, "dose_unit": AMLODIPINE.unit, "frequency": "qd"}
    sheet = here | {
        "encounter_id": encounter["id"],
        "diagnoses": [{"code": "I10.x00", "name": "高血压"}],
        "lines": [line | {"route": "po", "days": WANTED, "quantity": 1}],
        "supply_reason": "慢性病长期用药",
    }
    doctor = desk.staff("doctor")
    made = doctor.post("/prescriptions", sheet)
    signed = doctor.post(f"/prescriptions/{made['id']}/sign", here | {"version": made["version"]})
    decision: dict[str, Any] = {**here, "version": signed["version"], "decision": "approve", "reasons": []}
    desk.staff("pharmacist").post(f"/prescriptions/{made['id']}/review", decision)
    found: dict[str, Any] = doctor.get(f"/prescriptions/{made['id']}", **here)
    return found


def shop_of(desk: Desk, username: str) -> dict[str, Any]:
    """The pharmacy where somebody works, with enough on its shelf."""
    staff = desk.staff(username)
    pharmacy = staff.get("/me")["staff"]["roles"][0]["organization_id"]
    staff.post(f"/pharmacies/{pharmacy}/shelf", {"rows": [{"drug_code": AMLODIPINE.code, "units": 20 * WANTED}]})
    found: dict[str, Any] = staff.get(f"/pharmacies/{pharmacy}")
    return found


def hand_out(desk: Desk, held: dict[str, Any], code: str) -> None:
    """The pharmacist hands the package out, and with it everything."""
    package = {"code": code, "units": WANTED}
    line = {"number": 1, "units": WANTED, "packages": [package], "batch": "B2411", "expires_on": "2030-01-01"}
    body = {name: held[name] for name in ("organization_id", "pharmacy_id", "version", "secret")}
    desk.staff("pharmacy1").post(f"/custodies/{held['part_id']}/dispense", body | {"lines": [line], "last": True})


def test_a_prescription_is_asked_for_and_fetched(desk: Desk, phone: Callable[[str], PatientApp]) -> None:
    app = phone("周晓兰")
    shop = shop_of(desk, "pharmacy1")
    sheet = approved(desk, app, "周晓兰")
    app.open()
    app.says("有处方待取药")
    app.says(re.compile(AMLODIPINE.name))
    picture(app.page, "phone-prescription-home")
    app.tap("去取药")
    app.says("审核通过了，选一种方式取药。")
    picture(app.page, "phone-prescription")
    app.tap("到店出示二维码")
    code = app.shown.locator(".takecode__img")
    expect(code).to_be_visible()
    picture(app.page, "phone-prescription-code")

    # Without the phone's place, distances are counted from the hospital.
    app.tap("比价选药房")
    app.tap("30 公里内")
    app.tap("价格低")
    row = app.shown.locator(".card", has=app.page.locator(".phrow__n")).filter(has_text=shop["name"])
    expect(row).to_contain_text("药品齐全")
    expect(app.shown.locator(".map__spot").first).to_be_visible()
    app.tap(row)
    expect(row).to_contain_text(AMLODIPINE.name)
    picture(app.page, "phone-pharmacies")
    app.tap("选这家")
    app.says("指定药房")
    app.says(shop["name"])
    app.tap("送药上门")
    app.says("请填写送药地址。")
    app.tap("到店自取")
    picture(app.page, "phone-purchase-request")
    app.tap("发布")
    app.says("正在等药房接单")
    picture(app.page, "phone-purchase-waiting")

    # The pharmacy takes it: the phone, back at the prescription, hears of it by itself.
    app.tap("回到处方")
    app.says("正在等药房接单")
    expect(code).to_have_count(0)
    pharmacist, here = desk.staff("pharmacy1"), {"pharmacy_id": shop["organization_id"]}
    wall = pharmacist.get(f"/pharmacies/{shop['organization_id']}/wall")
    asked = next(one for one in wall["requests"] if one["for_us"])
    hospital = {"organization_id": desk.organization_id}
    held = pharmacist.post(f"/purchase-requests/{asked['id']}/grab", here | hospital)
    app.says("药房正在为您配药。")
    app.says(shop["name"])

    trace = f"{FIRST_PREFIX + CODES.index(AMLODIPINE.code)}{next(_serial):013d}"
    hand_out(desk, held, trace)
    app.says("药已发出，请按用法服用。")
    app.says(re.sub(r"(\d{4})(?=\d)", r"\1 ", trace))
    app.says(re.compile("B2411"))
    picture(app.page, "phone-prescription-dispensed")

    app.open("prescriptions/medications")
    app.says("正在用的药")
    app.says(AMLODIPINE.name)
    switch = app.shown.get_by_role("switch")
    on = switch.get_attribute("aria-checked") == "true"
    app.tap(switch)
    expect(switch).to_have_attribute("aria-checked", "false" if on else "true")
    picture(app.page, "phone-medications")

    # The code on the printed sheet leads anybody to what it is worth.
    app.open(urlsplit(str(sheet["verify_url"])).fragment.removeprefix("/pages/"))
    app.says("处方真实，签名有效")
    app.says("已取药")
    picture(app.page, "phone-prescription-verified")
