"""The envelopes as the interface describes them, worked out a second time here, and what is refused."""

import base64
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest

from insurance_cast import HOSPITAL
from yitong.billing.ports import InsuranceSplit
from yitong.gateways.insurance.amounts import ENCODER, fen, read, written, yuan
from yitong.gateways.insurance.courier import PATH
from yitong.gateways.insurance.envelope import Forged, Message, Seals, message_id, tif_fits, tif_headers
from yitong.gateways.insurance.mobile_envelope import Envelope, MobileSeals, signed_text
from yitong.gateways.insurance.splits import Unsound, fields_of, split_of
from yitong.gateways.insurance.wire import SetlDetail, SetlInfo
from yitong.kernel.crypto import SM2PrivateKey, sm4_ecb_decrypt, sm4_ecb_encrypt

OURS, THEIRS = SM2PrivateKey.generate(), SM2PrivateKey.generate()
CLIENT = "0123456789abcdefXYZ"
NOW = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def test_a_message_number_has_thirty_characters() -> None:
    assert message_id("H11010100001", NOW, 7) == "H11010100001202611230902030007"
    assert len(message_id("01110003", NOW, 9999)) == 30
    for code, sequence in (("H110101000012", 1), ("H1", 10_000)):
        with pytest.raises(ValueError, match="12 characters"):
            message_id(code, NOW, sequence)


def test_content_is_signed_and_encrypted_as_described() -> None:
    content = b'{"data":{"psn_no":"1"}}'
    cainfo, sealed = Seals(OURS, THEIRS.public_key, CLIENT).close(content)
    signature = base64.b64decode(cainfo)
    assert len(signature) == 64
    assert OURS.public_key.verify(content, signature, b"1234567812345678")
    opened = sm4_ecb_decrypt(CLIENT.encode()[:16], base64.b64decode(msgspec.json.decode(sealed, type=str)))
    assert opened == content
    theirs = Seals(THEIRS, OURS.public_key, CLIENT)
    assert theirs.open(cainfo, "SM4", sealed) == content
    other, _ = Seals(THEIRS, OURS.public_key, CLIENT).close(content)
    for wrong in (other, "", "!", cainfo[:-8]):
        with pytest.raises(Forged):
            theirs.open(wrong, "SM4", sealed)
    for enc_type, body in (("", sealed), ("SM4", msgspec.Raw(content)), ("SM4", msgspec.Raw(b'"AAAA"'))):
        with pytest.raises(Forged):
            theirs.open(cainfo, enc_type, body)


def test_without_encryption_the_content_stays_readable_and_signed() -> None:
    content = b'{"data":{"psn_no":"1"}}'
    ours, theirs = (Seals(own, other.public_key, "", encrypt=False) for own, other in ((OURS, THEIRS), (THEIRS, OURS)))
    cainfo, sealed = ours.close(content)
    assert bytes(sealed) == content
    assert theirs.open(cainfo, "", sealed) == content


def test_the_gateways_headers_are_signed_and_grow_old() -> None:
    headers = tif_headers("paas", "token", NOW, "nonce")
    at = str(int(NOW.timestamp()))
    assert headers["x-tif-signature"] == sha256(f"{at}tokennonce{at}".encode()).hexdigest()
    assert tif_fits(headers, "paas", "token", NOW)
    assert not tif_fits(headers, "paas", "other", NOW)
    assert not tif_fits(headers, "other", "token", NOW)
    assert not tif_fits(headers, "paas", "token", NOW.replace(minute=8))
    assert not tif_fits({}, "paas", "token", NOW)


def test_amounts_and_times() -> None:
    assert ENCODER.encode({"a": yuan(1230)}) == b'{"a":12.30}'
    assert [fen(Decimal(text)) for text in ("12.3", "0", "-0.01")] == [1230, 0, -1]
    for wrong in ("0.001", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="not whole fen"):
            fen(Decimal(wrong))
    assert written(NOW) == "2026-11-23 09:02:03"
    assert read(written(NOW)) == NOW


def test_mobile_fields_are_signed_in_order() -> None:
    data = {"b": 1, "a": {"z": True, "c": "", "b": "x"}, "n": None}
    text = signed_text({"version": "1.0.0", "appId": "A", "encData": "no", "transType": "", "data": data}, "S")
    assert text == 'appId=A&data={"a":{"b":"x","z":true},"b":1}&version=1.0.0&key=S'


def test_mobile_content_is_encrypted_under_the_made_key() -> None:
    app_id, secret = "1F00SANDBOX0YITONG", "secret-of-the-app"
    ours = MobileSeals(app_id, secret, OURS, THEIRS.public_key)
    theirs = MobileSeals(app_id, secret, THEIRS, OURS.public_key)
    sealed = ours.close({"payOrdId": "1"}, "1700000000000")
    key = sm4_ecb_encrypt(app_id.encode()[:16], secret.encode()).hex().upper()[:16].encode()
    assert sm4_ecb_decrypt(key, bytes.fromhex(sealed.encData)) == b'{"payOrdId":"1"}'
    assert sealed.encData == sealed.encData.upper()
    assert theirs.open(sealed) == {"payOrdId": "1"}
    changed = [
        msgspec.structs.replace(sealed, timestamp="1700000000001"),
        msgspec.structs.replace(sealed, encData=theirs.close({"payOrdId": "2"}, "1").encData),
        msgspec.structs.replace(sealed, signData=""),
        Envelope(),
    ]
    for one in changed:
        with pytest.raises(Forged):
            theirs.open(one)


ZERO: dict[str, Any] = dict.fromkeys((name for name in InsuranceSplit.__struct_fields__ if name != "notes"), 0)
AMOUNTS: dict[str, Any] = {
    **ZERO,
    "medfee_sumamt": 10_000,
    "preselfpay_amt": 1_000,
    "inscp_scp_amt": 9_000,
    "act_pay_dedc": 2_000,
    "hifp_pay": 4_900,
    "pool_prop_selfpay": 2_100,
    "fund_pay_sumamt": 4_900,
    "psn_part_amt": 5_100,
    "acct_pay": 5_000,
    "psn_cash_pay": 100,
    "balc": 70,
}
SOUND = InsuranceSplit(**AMOUNTS)


def info(**changed: Decimal) -> SetlInfo:
    made = SetlInfo(setl_id="1", mdtrt_id="2", psn_no="3", setl_time="2026-11-23 09:00:00", **fields_of(SOUND))
    return msgspec.structs.replace(made, **changed)


def detail(amount: int) -> SetlDetail:
    return SetlDetail("310100", yuan(9_000), yuan(7_000), yuan(amount), "统筹基金", "甲；乙")


def test_a_split_goes_over_the_wire_and_back() -> None:
    assert info().pool_prop_selfpay == Decimal("0.7000")
    assert split_of(info(), [detail(4_900)]) == msgspec.structs.replace(SOUND, notes=["甲", "乙"])


@pytest.mark.parametrize(
    "field",
    [
        "medfee_sumamt",
        "fulamt_ownpay_amt",
        "overlmt_selfpay",
        "preselfpay_amt",
        "inscp_scp_amt",
        "hifp_pay",
        "maf_pay",
        "hifdm_pay",
        "fund_pay_sumamt",
        "psn_part_amt",
        "acct_pay",
        "psn_cash_pay",
        "hosp_part_amt",
    ],
)
def test_every_published_rule_is_checked(field: str) -> None:
    with pytest.raises(Unsound):
        split_of(info(**{field: getattr(info(), field) + yuan(1)}), [])


def test_funds_must_add_up_to_their_sum() -> None:
    with pytest.raises(Unsound, match="fund_payamt"):
        split_of(info(), [detail(4_800)])
    with pytest.raises(Unsound, match="not whole fen"):
        split_of(info(balc=Decimal("0.001")), [])


async def test_the_insurer_refuses_what_is_not_ours(browser: httpx.AsyncClient) -> None:
    cainfo, sealed = Seals(OURS, THEIRS.public_key, CLIENT).close(b"{}")
    message = Message(
        infno="1101",
        msgid=message_id(HOSPITAL, NOW, 1),
        mdtrtarea_admvs="110100",
        insuplc_admdvs="",
        recer_sys_code="X",
        cainfo=cainfo,
        opter="1",
        opter_name="1",
        inf_time="",
        fixmedins_code=HOSPITAL,
        encType="SM4",
        input=sealed,
    )
    body = ENCODER.encode(message)
    assert (await browser.post(f"/insurer{PATH}", content=body)).status_code == 401
    mobile = await browser.post("/insurer/org/local/api/hos/pay_order", content=b'{"appId":"x"}')
    assert (mobile.json()["code"], mobile.json()["success"]) == (40001, False)
