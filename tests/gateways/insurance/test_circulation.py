"""Circulated prescriptions at the national platform, and a pharmacy's settlement of one, over a real socket."""

import base64
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from insurance_cast import ELDER, HOSPITAL, Trouble
from prescriptions.pharmacy import AMLODIPINE, CODES
from yitong.gateways.insurance.amounts import written
from yitong.gateways.insurance.circulation import wire
from yitong.gateways.insurance.circulation.client import PrescriptionPlatform
from yitong.gateways.insurance.connecting import sandbox_mobile_seals
from yitong.kernel.ids import new_id
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings
from yitong.prescriptions.dispensing.ports import PharmacyInsurer, Sale, SaleLine

pytestmark = pytest.mark.usefixtures("sockets")
NOW = datetime.now(UTC).replace(microsecond=0)
DIAGNOSIS = wire.DiagnosisDetail(diag_type="1", maindiag_flag="1", diag_srt_no=1, diag_code="I10", diag_name="高血压")
FILE = base64.b64encode(b"%PDF-1.7 prescription").decode()


@pytest.fixture
async def centre(settings: Settings, sandbox_url: str) -> AsyncGenerator[PrescriptionPlatform]:
    """The prescription platform as the sandbox plays it."""
    client = PrescriptionPlatform(f"{sandbox_url}/insurer", sandbox_mobile_seals(settings), pause_s=0.01)
    yield client
    await client.close()


def prescription(number: str = "", drug: str = AMLODIPINE, *, days: int = 1, ends: int = 1) -> wire.PrescriptionUpload:
    """A prescription of one drug as D001 takes it."""
    return wire.PrescriptionUpload(
        mdtrt_cert_type="02",
        mdtrt_cert_no=ELDER.id_number,
        hosp_rxno=number or new_id().hex,
        prsc_time=written(NOW),
        rx_drug_cnt=1,
        vali_days=days,
        vali_end_time=written(NOW + timedelta(days=ends)),
        rxdrugdetail=[
            wire.DrugDetail(
                med_list_codg="XC08CAA028A001010104201",
                fixmedins_hilist_id=CODES[drug],
                rx_item_type_code="11",
                drug_genname=drug,
                drug_spec="5mg*28片",
                medc_way_codg="po",
                medc_way_dscr="口服",
                medc_days=28,
                sin_dosunt="片",
                sin_doscnt="1",
                used_frqu_codg="qd",
                used_frqu_name="每日一次",
                drug_dosunt="盒",
                drug_cnt=1,
            )
        ],
        mdtrtinfo=wire.VisitDetail(
            fixmedins_code=HOSPITAL,
            fixmedins_name="演示医院",
            mdtrt_id="V1",
            med_type="11",
            ipt_otp_no="V1",
            patn_name=ELDER.name,
            certno=ELDER.id_number,
            patn_age=70,
            gend="1",
            prsc_dept_name="心血管内科",
            dr_code="D110000000000001",
            prsc_dr_name="陈明远",
            mdtrt_time=written(NOW),
            maindiag_code="I10",
            maindiag_name="高血压",
        ),
        diseinfo=[DIAGNOSIS],
    )


def undoing(hi_rxno: str) -> wire.Undoing:
    return wire.Undoing(
        hi_rxno=hi_rxno,
        fixmedins_code=HOSPITAL,
        dr_code="D110000000000001",
        undo_dr_name="陈明远",
        undo_dr_certno="110101198001010011",
        undo_rea="治疗方案变更",
        undo_time=written(NOW),
    )


def naming(hi_rxno: str) -> wire.Naming:
    return wire.Naming(fixmedins_code=HOSPITAL, hi_rxno=hi_rxno)


async def in_effect(centre: PrescriptionPlatform, number: str = "") -> wire.Checked:
    """A prescription that was checked, signed and uploaded."""
    checked = await centre.check(prescription(number))
    value = base64.b64encode(msgspec.json.encode({"hiRxno": checked.hi_rxno})).decode()
    signed = await centre.sign(wire.SigningAsked(HOSPITAL, value, FILE))
    uploaded = await centre.upload(
        wire.FileUpload(
            rx_trace_code=checked.rx_trace_code,
            hi_rxno=checked.hi_rxno,
            mdtrt_id="V1",
            fixmedins_code=HOSPITAL,
            phar_dept_name="药学部",
            phar_code="HY110000000001",
            phar_name="唐素芬",
            phar_prac_cert_no="P110000000000001",
            phar_chk_time=written(NOW),
            rx_file=signed.rx_file,
            sign_digest=signed.sign_digest,
        )
    )
    assert (uploaded.rx_stas_codg, uploaded.rx_stas_name) == (wire.VALID, "有效")
    return checked


def sale(hi_rxno: str, *, invono: str = "", amount: int = 2_800) -> Sale:
    """A package of amlodipine at a pharmacy."""
    line = SaleLine(
        number="1",
        drug_code=CODES[AMLODIPINE],
        national_code="XC08CAA028A001010104201",
        name=AMLODIPINE,
        kind="western",
        units=28,
        amount_fen=amount,
        trace_codes=["81234560000000000001"],
    )
    return Sale(
        fixmedins_code="DEMO-PH-01",
        invono=invono or new_id().hex,
        rxno=hi_rxno,
        patient_name=ELDER.name,
        credential_type="02",
        credential=ELDER.id_number,
        at=NOW,
        lines=[line],
    )


async def test_a_prescription_is_checked_signed_uploaded_and_undone(centre: PrescriptionPlatform) -> None:
    number = new_id().hex
    checked = await in_effect(centre, number)
    assert (len(checked.rx_trace_code), len(checked.hi_rxno)) == (20, 30)
    assert await centre.check(prescription(number)) == checked, "the same number, the same answer"
    with pytest.raises(GatewayRefused):
        await centre.check(msgspec.structs.replace(prescription(number), rx_type_code="2"))
    found = await centre.detail(naming(checked.hi_rxno))
    assert (found.rx_stas_codg, found.rx_used_stas_codg, found.hosp_rxno) == (wire.VALID, wire.UNUSED, number)
    assert (await centre.review_result(naming(checked.hi_rxno))).rx_chk_stas_codg == wire.PASSED
    assert (await centre.fetched(naming(checked.hi_rxno))).seltdelts == []
    assert (await centre.undo(undoing(checked.hi_rxno))).rx_stas_codg == wire.UNDONE
    with pytest.raises(GatewayRefused):
        await centre.detail(naming("0" * 30))


async def test_what_may_not_circulate_is_refused(centre: PrescriptionPlatform) -> None:
    for wrong in (prescription(ends=3), prescription(drug="艾司唑仑片"), prescription(days=0)):
        with pytest.raises(GatewayRefused):
            await centre.check(wrong)
    page = await centre.catalogue(wire.CatalogueAsked(1, 10, "氨氯地平"))
    assert page.total == len(page.list_) > 0
    assert {AMLODIPINE} <= {one.drug_genname for one in page.list_}


async def test_a_forged_answer_is_not_believed(centre: PrescriptionPlatform, trouble: Trouble) -> None:
    await trouble("D008", "forged")
    with pytest.raises(GatewayUnavailable):
        await centre.catalogue(wire.CatalogueAsked())


async def test_a_pharmacy_settles_what_was_fetched(centre: PrescriptionPlatform, connected: Platform) -> None:
    counter = connected.port(PharmacyInsurer)
    checked = await in_effect(centre)
    asked = sale(checked.hi_rxno)
    split = await counter.ask(asked)
    assert split.total_fen == 2_800 == split.fund_fen + split.account_fen + split.cash_fen
    settled = await counter.settle(asked, split)
    assert await counter.settle(asked, split) == settled, "the same number, the same settlement"
    found = await centre.fetched(naming(checked.hi_rxno))
    assert (found.rx_used_stas_codg, [one.drug_genname for one in found.seltdelts]) == (wire.USED, [AMLODIPINE])
    with pytest.raises(GatewayRefused):
        await centre.undo(undoing(checked.hi_rxno))
    reversal = await counter.reverse(asked, settled)
    assert await counter.reverse(asked, settled) == reversal
    assert (await centre.fetched(naming(checked.hi_rxno))).rx_used_stas_codg == wire.UNUSED
    assert (await centre.undo(undoing(checked.hi_rxno))).rx_stas_codg == wire.UNDONE
    with pytest.raises(GatewayRefused):
        await counter.ask(sale(checked.hi_rxno))
    with pytest.raises(GatewayRefused):
        await counter.ask(msgspec.structs.replace(sale(""), patient_name="别人"))
    with pytest.raises(GatewayRefused):
        await counter.settle(sale("", amount=5_000), split)
