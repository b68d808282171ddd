"""Invoices: one valid a bill, numbers without gaps, red ones for what changed, capitals, the page, and verifying."""

import asyncio
import re
import zlib
from base64 import a85decode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from httpx import AsyncClient as Client
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from billing.clinic import get, list_prices, send
from worlds import World
from yitong.billing.charges import queries
from yitong.billing.charges import service as bills
from yitong.billing.charges.actions import ORDER
from yitong.billing.invoices.rules import capitals, series_code
from yitong.billing.journal.service import Posting, post
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Role
from yitong.kernel.platform import Platform

LINES = [{"kind": "item", "code": "L100"}, {"kind": "drug", "code": "A1", "cnt_milli": 2000}]


async def settled(client: Client, town: World, patient: UUID, **paid: int) -> Any:
    """A bill of 42.68 yuan that was paid by these accounts."""
    body: dict[str, Any] = {"patient_id": str(patient), "kind": "outpatient", "lines": LINES}
    bill = (await send(client, town, town.registrar, "/bills", **body)).json()
    await book(town, UUID(bill["id"]), patient, paid or {"channel:wechat": 4268})
    return bill


async def book(town: World, bill: UUID, patient: UUID, paid: dict[str, int]) -> None:
    """Money for a bill, as payments book it."""
    async with town.platform.transaction() as tx:
        grant = ORDER.check(SYSTEM_ACTOR)
        sides = [Posting(account, fen) for account, fen in paid.items()]
        sides.append(Posting(f"patient:{patient}", -sum(paid.values())))
        said = {"organization_id": town.hospital_id, "event_id": new_id()}
        await post(tx, grant, "payment", f"test:{new_id()}", sides, bill, **said)


async def test_a_settled_bill_has_one_invoice(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient("王小明")
    body: dict[str, Any] = {"patient_id": str(patient), "kind": "outpatient", "lines": LINES}
    bill = (await send(client, town, town.registrar, "/bills", **body)).json()
    path, citizen = f"/bills/{bill['id']}/invoice", town.citizen(patient)
    early = await send(client, town, citizen, path)
    assert (early.status_code, early.json()["code"]) == (409, "bill-not-settled")
    paid = {"insurer:310": 2000, "account:310": 500, "channel:wechat": 1768}
    await book(town, UUID(bill["id"]), patient, paid)
    first = (await send(client, town, citizen, path)).json()
    assert (first["amount_fen"], first["amount_capitals"], first["state"]) == (4268, "肆拾贰元陆角捌分", "valid")
    assert (first["code"], first["number"]) == ("11060126", "0010000001")
    facts = first["facts"]
    assert (facts["fund_fen"], facts["account_fen"], facts["cash_fen"], facts["payer_name"]) == (
        2000,
        500,
        1768,
        "王小明",
    )
    assert (await send(client, town, town.staff(Role.CASHIER), path)).json() == first, "asking again issues none"
    other = await town.patient("李四")
    assert (await send(client, town, town.citizen(other), path)).status_code == 404
    second = await settled(client, town, other)
    given = (await send(client, town, town.citizen(other), f"/bills/{second['id']}/invoice")).json()
    assert given["number"] == "0010000002"


async def test_a_bill_that_changed_gets_a_red_one_and_a_new_one(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient()
    bill = await settled(client, town, patient)
    path = f"/bills/{bill['id']}/invoice"
    first = (await send(client, town, town.citizen(patient), path)).json()
    lab = UUID(bill["items"][0]["id"])
    async with town.platform.transaction() as tx:
        grant = ORDER.check(SYSTEM_ACTOR)
        await bills.counter(tx, grant, town.hospital_id, [lab], "退费", refunding=True)
    await book(town, UUID(bill["id"]), patient, {"channel:wechat": -1800})
    second = (await send(client, town, town.citizen(patient), path)).json()
    listed = (await get(client, town, town.citizen(patient), f"/bills/{bill['id']}/invoices")).json()["items"]
    assert [(i["amount_fen"], i["state"]) for i in listed] == [(4268, "taken_back"), (-4268, "red"), (2468, "valid")]
    assert (listed[1]["reverses_id"], listed[2]["id"]) == (first["id"], second["id"])
    assert [i["number"][-1] for i in listed] == ["1", "2", "3"]
    async with town.platform.transaction() as tx:
        rest = await queries.standing_lines(tx, town.hospital_id, UUID(bill["id"]))
        await bills.counter(tx, grant, town.hospital_id, [one.id for one in rest], "退费", refunding=True)
    await book(town, UUID(bill["id"]), patient, {"channel:wechat": -2468})
    gone = await send(client, town, town.citizen(patient), path)
    assert gone.json()["code"] == "bill-not-settled"


async def test_anybody_verifies_an_invoice_by_its_three_codes(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient("王小明")
    bill = await settled(client, town, patient)
    made = (await send(client, town, town.citizen(patient), f"/bills/{bill['id']}/invoice")).json()
    asked: str = made["verify_url"]
    codes = dict(parse_qsl(urlsplit(asked).query))
    seen = (await client.get("/api/invoices/verify", params=codes)).json()
    assert (seen["amount_fen"], seen["state"], seen["issued_on"]) == (4268, "valid", "2026-11-23")
    assert "王小明" not in str(seen)
    wrong = codes | {"check_code": "00000000" if codes["check_code"] != "00000000" else "11111111"}
    assert (await client.get("/api/invoices/verify", params=wrong)).status_code == 404


async def test_many_at_once_leave_no_number_out(client: Client, town: World, platform: Platform) -> None:
    await list_prices(town)
    patient = await town.patient()
    made = [await settled(client, town, patient) for _ in range(6)]
    asked = [send(client, town, town.citizen(patient), f"/bills/{bill['id']}/invoice") for bill in made + made]
    answers = [answer.json() for answer in await asyncio.gather(*asked)]
    assert sorted({answer["number"] for answer in answers}) == [f"001{n:07d}" for n in range(1, 7)]
    assert len(answers) == 12
    async with platform.transaction() as tx:
        assert (await tx.session.execute(text("SELECT count(*) FROM invoice"))).scalar_one() == 6


async def test_the_page_says_what_the_invoice_says(client: Client, town: World) -> None:
    await list_prices(town)
    patient = await town.patient("王小明")
    bill = await settled(client, town, patient)
    made = (await send(client, town, town.citizen(patient), f"/bills/{bill['id']}/invoice")).json()
    page = await get(client, town, town.citizen(patient), f"/invoices/{made['id']}/pdf")
    assert page.headers["content-type"] == "application/pdf"
    assert page.content.startswith(b"%PDF-")
    said = written(page.content)
    for expected in (
        "演示第一医院",
        "门诊收费票据（电子）",
        made["number"],
        "王小明",
        "血常规",
        "肆拾贰元陆角捌分",
        "￥42.68",
    ):
        assert expected in said
    stranger = town.citizen(await town.patient("李四"))
    assert (await get(client, town, stranger, f"/invoices/{made['id']}/pdf")).status_code == 404


def written(page: bytes) -> str:
    """The text of a PDF whose fonts carry only the signs that are used, by the tables that say which those are."""
    things = dict(re.findall(rb"(\d+) 0 obj(.*?)endobj", page, re.S))
    signs: dict[bytes, dict[int, str]] = {}
    for name, number in re.findall(rb"/(F\d+\+\d+) (\d+) 0 R", page):
        (table,) = re.findall(rb"/ToUnicode (\d+) 0 R", things[number])
        pairs = re.findall(rb"<([0-9A-F]{2})> <([0-9A-F]{4})>", unpacked(inside(things[table])))
        signs[name] = {int(code, 16): chr(int(sign, 16)) for code, sign in pairs}
        assert re.search(rb"/FontFile2 \d+ 0 R", things[re.findall(rb"/FontDescriptor (\d+) 0 R", things[number])[0]])
    said, font = "", b""
    for thing in things.values():
        content = unpacked(inside(thing)) if b"stream" in thing and b"/Length1" not in thing else b""
        for name, found in re.findall(rb"/(F\d+\+\d+) [\d.]+ Tf|\((.*?)(?<!\\)\) Tj", content, re.S):
            font = name or font
            raw = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m.group(1), 8)]), found)
            said += "".join(signs[font][one] for one in re.sub(rb"\\(.)", rb"\1", raw, flags=re.S))
    return said


def inside(thing: bytes) -> bytes:
    """The stream of a PDF's object."""
    return re.findall(rb"stream\r?\n(.*?)endstream", thing, re.S)[0].strip()


def unpacked(stream: bytes) -> bytes:
    """A stream as reportlab writes it: deflated, and its pages in ASCII base 85 around that."""
    return zlib.decompress(a85decode(stream[:-2]) if stream.endswith(b"~>") else stream)


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (10, "壹角整"),
        (100_00, "壹佰元整"),
        (1409_50, "壹仟肆佰零玖元伍角整"),
        (6007_14, "陆仟零柒元壹角肆分"),
        (107_000_53, "壹拾万柒仟元零伍角叁分".replace("元零伍", "元伍")),
        (16409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (100_000_001_00, "壹亿零壹元整"),
        (10_010_000_00, "壹仟零壹万元整"),
        (-42_68, "负肆拾贰元陆角捌分"),
    ],
)
def test_capitals(fen: int, said: str) -> None:
    assert capitals(fen) == said


@given(st.integers(0, 10**14 - 1))
def test_capitals_can_be_read_back(fen: int) -> None:
    digits = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    yuan_said, _, rest = capitals(fen).partition("元") if "元" in capitals(fen) else ("", "", capitals(fen))
    total = group = digit = 0
    for char in yuan_said:
        if char in digits:
            digit = digits[char]
        elif char in units:
            group, digit = group + digit * units[char], 0
        elif char == "万":
            total, group, digit = total + (group + digit) * 10_000, 0, 0
        else:
            total, group, digit = (total + group + digit) * 10**8, 0, 0
    yuan = total + group + digit
    jiao = re.search(r"([壹贰叁肆伍陆柒捌玖])角", rest)
    cents = re.search(r"([壹贰叁肆伍陆柒捌玖])分", rest)
    read = yuan * 100 + (digits[jiao[1]] * 10 if jiao else 0) + (digits[cents[1]] if cents else 0)
    assert read == fen


def test_codes_of_series() -> None:
    assert series_code("110105", "outpatient", 2026) == "11060126"
    assert series_code("440300", "inpatient", 2031) == "44060231"
