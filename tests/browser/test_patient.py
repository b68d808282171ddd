"""The patient app against the running platform: registering, the card, booking and what can go wrong with it."""

import json
import re
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Request, Route, expect

from browser.conftest import OpenContext
from browser.patient_app import PatientApp, day_ahead, id_number, new_phone, newcomer
from stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest.fixture
def context(open_context: OpenContext) -> BrowserContext:
    return open_context()


@pytest.fixture
def app(context: BrowserContext, stack: Stack) -> PatientApp:
    """A phone on which nobody has signed in."""
    return PatientApp(context.new_page(), stack)


@pytest.fixture
def others(stack: Stack) -> Iterator[httpx.Client]:
    """Somebody else's phone, newly signed in."""
    with httpx.Client(base_url=f"{stack.url}/api", timeout=15) as client:
        phone = new_phone()
        asked = client.post("/sign-in/phone-codes", json={"phone": phone, "purpose": "sign_in"}).json()
        code = httpx.get(f"{stack.sandbox_url}/sms/inbox", params={"phone": phone}).json()[0]["code"]
        body = {"challenge_id": asked["challenge_id"], "phone": phone, "code": code}
        carry(client, client.post("/sign-in/phone", json=body).json()["token"])
        yield client


def carry(client: httpx.Client, token: str) -> None:
    client.headers["authorization"] = f"Bearer {token}"


def open_clinic(app: PatientApp, days: int) -> None:
    """The free places of cardiology on a day."""
    app.open("find/offers?specialty=03.04&name=%E5%BF%83%E8%A1%80%E7%AE%A1%E5%86%85%E7%A7%91")
    app.choose_day(days)


def take(app: PatientApp, days: int) -> None:
    """Take the first free place of that day."""
    open_clinic(app, days)
    app.tap(app.shown.locator(".yt-time:not(.yt-time--off)").first)
    app.says("都对吗？")
    app.tap("确认预约")
    app.says("约好了")


def test_a_wrong_check_character_is_refused_and_the_right_one_goes_through(app: PatientApp) -> None:
    number = id_number(date(1979, 12, 3))
    app.sign_in(new_phone())
    app.fill("周文静")
    app.tap("下一步")
    app.fill(number[:17] + ("1" if number[17] != "1" else "2"))
    app.says("号码有一位不对，请逐位核对")
    expect(app.shown.locator(".yt-foot uni-button").last).to_have_class(re.compile("is-disabled"))
    app.fill(number)
    app.says(re.compile("号码正确：1979-12-03 出生"))
    app.tap("下一步")
    app.tap("都对，办卡")
    app.says("周文静")
    expect(app.shown.locator(".ecard__img")).to_be_visible()


def test_the_cards_code_is_new_after_a_refresh(app: PatientApp) -> None:
    newcomer(app, "何志远")
    picture = app.shown.locator(".ecard__img img").first
    before = picture.get_attribute("src")
    assert before
    assert before.startswith("data:image/")
    app.tap(app.shown.get_by_label("立即换码"))
    expect(picture).not_to_have_attribute("src", before)
    app.tap("静态码")
    app.says(re.compile("静态码不会变化"))


def test_a_child_is_added_by_its_guardian_and_leaves_again(app: PatientApp) -> None:
    newcomer(app, "许丽华")
    app.open("family/index")
    app.tap("添加家人")
    app.tap("子女")
    app.register("许小满", id_number(date(2020, 5, 20)))
    send = app.shown.locator(".yt-foot uni-button").last
    expect(send).to_have_class(re.compile("is-disabled"))
    app.tap(app.shown.get_by_role("checkbox"))
    app.tap("都对，办卡")
    app.says("我的家人")
    app.says("我是监护人")
    app.says("许小满")
    app.tap("移除")
    app.tap(app.shown.locator(".yt-sheet__in uni-button").first)
    app.says("已登记 1 人，最多 6 人")
    app.open("card/index")
    expect(app.shown.locator(".ecard__img")).to_be_visible()


def test_a_taken_place_is_answered_with_others(app: PatientApp, others: httpx.Client) -> None:
    newcomer(app, "高文杰")
    open_clinic(app, 2)
    time = app.shown.locator(".card", has_text="陈明远").first.locator(".yt-time:not(.yt-time--off)").first
    expect(time).to_be_visible()

    def taken_meanwhile(route: Route, request: Request) -> None:
        """The page shows a place until it asks again; here others are quicker by a moment."""
        fill_up(others, json.loads(request.post_data or ""), day_ahead(app.stack, 2))
        route.continue_()

    app.page.route("**/api/holds", taken_meanwhile, times=1)
    app.tap(time)
    app.says("这个号没有约上")
    app.tap(app.shown.locator(".card", has_text="改约这个").first)
    app.says("都对吗？")
    app.tap("确认预约")
    app.says("约好了")


def fill_up(client: httpx.Client, wanted: dict[str, str], day: str) -> None:
    """A family takes all that is left of a place of the heart clinic that somebody else is about to hold."""
    asked = {"specialty": "03.04", "organization_id": wanted["organization_id"], "from": day, "to": day, "limit": 100}
    offers = client.get("/slots/search", params=asked).json()["items"]
    offer = next(one for one in offers if one["slot_id"] == wanted["slot_id"])
    for nth in range(offer["remaining"]):
        person = {
            "relation": "other" if nth else "self",
            "name": "一二三四五六"[nth] * 2,
            "id_kind": "01",
            "id_number": id_number(date(1980, 1, 1 + nth)),
            "guardian": False,
        }
        made = client.post("/patients", json=person).raise_for_status().json()
        carry(client, made["session"]["token"])
        body = {key: offer[key] for key in ("organization_id", "slot_id")}
        key = {"idempotency-key": str(uuid4())}
        client.post("/holds", json={**body, "patient_id": made["member"]["patient_id"]}, headers=key).raise_for_status()


def test_a_visit_is_moved_and_cancelled(app: PatientApp) -> None:
    newcomer(app, "马建军")
    take(app, 3)
    app.open("appointments/index")
    app.tap(app.shown.locator(".card", has_text="心血管内科").first)
    app.tap("改时间")
    app.says("请选新的时间。新时间约上之前，原来的预约一直保留。")
    app.tap(app.shown.get_by_label(day_ahead(app.stack, 4)))
    app.tap(app.shown.locator(".card", has_text="陈明远").or_(app.shown.locator(".card", has_text="余")).first)
    app.tap(app.shown.locator(".yt-time:not(.yt-time--off)").first)
    app.says("改到这个时间？")
    app.tap("确认改时间")
    app.says("约好了")
    app.open(f"appointments/detail?id={app.opened_with('id')}&organization_id={app.opened_with('organization_id')}")
    app.tap("取消预约")
    app.tap("约错了")
    app.tap("确认取消")
    app.says("已取消")
    app.open("appointments/index")
    app.tap(app.shown.get_by_role("tab").nth(1))
    expect(app.shown.locator(".card", has_text="已取消")).to_have_count(2)


def test_language_and_large_type_are_kept(app: PatientApp) -> None:
    app.open("settings/index")
    app.says("大字版（长辈模式）")
    size = "getComputedStyle(document.querySelector('.yt-page')).fontSize"
    normal = app.page.evaluate(f"parseFloat({size})")
    app.tap(app.shown.locator(".wd-switch"))
    expect(app.shown.locator(".yt-elder")).to_be_visible()
    app.tap("English")
    app.page.reload()
    app.says("Language")
    assert app.page.evaluate("document.documentElement.lang") == "en"
    assert app.page.evaluate(f"parseFloat({size})") > normal
    app.open("home/index")
    app.says("Health card")
    assert not re.search("[\u4e00-\u9fff]", app.shown.locator(".grid").inner_text())


def test_without_a_network_the_page_says_so_and_tries_again(app: PatientApp, context: BrowserContext) -> None:
    app.open("find/index")
    app.says("内科")
    context.set_offline(True)
    app.tap("按医院")
    app.says("连接不上网络")
    context.set_offline(False)
    app.tap("重试")
    app.says(re.compile("医院"))
    expect(app.shown.locator(".yt-offline")).to_have_count(0)


def test_a_title_from_the_address_is_read(app: PatientApp) -> None:
    app.open("find/offers?specialty=03.04&name=%E5%BF%83%E8%A1%80%E7%AE%A1%E5%86%85%E7%A7%91")
    expect(app.shown.locator(".yt-head__title")).to_have_text("心血管内科")


def test_sign_in_by_wechat_binds_the_phone_once(app: PatientApp) -> None:
    page = app.page
    app.open("sign-in/index")
    app.tap("微信登录")
    page.get_by_role("button", name=re.compile("允许")).click()
    app.says("第一次用这种方式登录，请验证一次手机号。")
    app.fill("13900000005")
    app.tap("获取验证码")
    app.says("请输入验证码")
    app.fill(app.code("13900000005"))
    app.tap("登录")
    page.wait_for_url(lambda url: "sign-in" not in url)
    app.open("home/index")
    app.says("赵志明")
