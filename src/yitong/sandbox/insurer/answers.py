"""The insurer's answers in the interface's field names, from what its books hold."""

from datetime import datetime
from decimal import Decimal

from yitong.billing.insurance.splitting import LineSplit
from yitong.billing.ports import InsuranceSplit
from yitong.gateways.insurance import wire
from yitong.gateways.insurance.amounts import written, yuan
from yitong.gateways.insurance.splits import BETWEEN_NOTES, fields_of
from yitong.kernel.clock import age_in_years
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.books import Books
from yitong.sandbox.insurer.people import PLACE, Person

_FUNDS = {
    "hifp_pay": ("310100", "390100", "基本医疗保险统筹基金"),
    "hifob_pay": ("330100", "330100", "大额医疗费用补助基金"),
    "hifmi_pay": ("390200", "390200", "大病保险基金"),
    "hifes_pay": ("370100", "370100", "企业补充医疗保险基金"),
    "cvlserv_pay": ("320100", "320100", "公务员医疗补助基金"),
    "maf_pay": ("610100", "610100", "医疗救助基金"),
    "oth_pay": ("999900", "999900", "其他基金"),
}


def person(books: Books, one: Person) -> wire.PersonOutput:
    """1101's answer."""
    base = wire.BaseInfo(
        psn_no=one.psn_no,
        psn_cert_type="01",
        certno=one.certno,
        psn_name=one.name,
        gend="1" if one.sex == "male" else "2",
        brdy=f"{one.birth_date:%Y-%m-%d}",
        naty="01",
        age=Decimal(age_in_years(one.birth_date, books.today())),
    )
    insurance = wire.InsuInfo(
        insutype=one.insutype,
        psn_type=one.psn_type,
        psn_insu_stas=one.status,
        insuplc_admdvs=PLACE,
        balc=yuan(books.account(one.psn_no)),
        cvlserv_flag="1" if "civil_servant" in one.rights else "0",
        emp_name=one.employer,
    )
    identities = [wire.IdetInfo("1101")] if "aid" in one.rights else []
    return wire.PersonOutput(base, [insurance], identities)


def fee(one: LineSplit) -> wire.FeeResult:
    """2204's answer for one line."""
    return wire.FeeResult(
        feedetl_sn=one.feedetl_sn,
        det_item_fee_sumamt=yuan(one.det_item_fee_sumamt),
        pric_uplmt_amt=yuan(one.pric_uplmt_amt),
        selfpay_prop=Decimal(one.selfpay_bp).scaleb(-4),
        fulamt_ownpay_amt=yuan(one.fulamt_ownpay_amt),
        overlmt_amt=yuan(one.overlmt_amt),
        preselfpay_amt=yuan(one.preselfpay_amt),
        inscp_scp_amt=yuan(one.inscp_scp_amt),
        chrgitm_lv=one.chrgitm_lv,
        med_chrgitm_type=one.med_chrgitm_type,
        lmt_used_flag="1" if one.lmt_used_flag else "0",
    )


def settling(
    mdtrt_id: str,
    psn_no: str,
    split: InsuranceSplit,
    at: datetime,
    *,
    setl_id: str = "",
    medins_setl_id: str = "",
    invono: str = "",
    insutype: str = "",
    med_type: str = "",
) -> wire.SettlingOutput:
    """2206A's answer; with the numbers of a settlement, 2207A's."""
    info = wire.SetlInfo(
        setl_id=setl_id,
        mdtrt_id=mdtrt_id,
        psn_no=psn_no,
        setl_time=written(at),
        medins_setl_id=medins_setl_id,
        invono=invono,
        insutype=insutype,
        med_type=med_type,
        clr_type="21" if med_type.startswith("2") else "11",
        **fields_of(split),
    )
    return wire.SettlingOutput(info, _details(split, insutype))


def settled(one: e.Settled) -> wire.SettlingOutput:
    """2207A's answer; its ``medins_setl_id`` is the number of the message that settled."""
    return settling(
        one.mdtrt_id,
        one.psn_no,
        one.split,
        one.at,
        setl_id=one.setl_id,
        medins_setl_id=one.msgid,
        invono=one.invono,
        insutype=one.insutype,
        med_type=one.med_type,
    )


def reversal(made: e.Settled, standing: e.Reversed) -> wire.SetlInfo:
    """2208A's answer."""
    back = settling(
        made.mdtrt_id,
        made.psn_no,
        made.split,
        standing.at,
        setl_id=standing.setl_id,
        medins_setl_id=standing.msgid,
        invono=made.invono,
    )
    return back.setlinfo


def detail(made: e.Settled, standing: e.Reversed | None = None) -> wire.Detail:
    """3202: a settlement, or its reversal with negative amounts."""
    sign = 1 if standing is None else -1
    return wire.Detail(
        setl_id=standing.setl_id if standing else made.setl_id,
        mdtrt_id=made.mdtrt_id,
        psn_no=made.psn_no,
        msgid=standing.msgid if standing else made.msgid,
        invono=made.invono,
        refd_setl_flag="1" if standing else "0",
        setl_time=written(standing.at if standing else made.at),
        medfee_sumamt=yuan(sign * made.split.medfee_sumamt),
        fund_pay_sumamt=yuan(sign * made.split.fund_pay_sumamt),
        acct_pay=yuan(sign * made.split.acct_pay),
        init_setl_id=made.setl_id if standing else "",
        stmt_rslt="",
    )


def _details(split: InsuranceSplit, insutype: str) -> list[wire.SetlDetail]:
    """A part for each fund that pays; the first carries how it was worked out."""
    paying = [name for name in _FUNDS if getattr(split, name)] or ["hifp_pay"]
    told = BETWEEN_NOTES.join(split.notes)
    return [
        wire.SetlDetail(
            fund_pay_type=_FUNDS[name][0 if insutype == "310" else 1],
            inscp_scp_amt=yuan(split.inscp_scp_amt),
            crt_payb_lmt_amt=yuan(split.inscp_scp_amt - split.act_pay_dedc),
            fund_payamt=yuan(getattr(split, name)),
            fund_pay_type_name=_FUNDS[name][2],
            setl_proc_info=told if number == 0 else "",
        )
        for number, name in enumerate(paying)
    ]
