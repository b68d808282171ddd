"""Inputs and outputs of the interface's messages, with its own field names; amounts are yuan, times Beijing's."""

from decimal import Decimal

import msgspec

ZERO = Decimal(0)


class SignIn(msgspec.Struct, frozen=True):
    """9001."""

    opter_no: str
    mac: str = ""
    ip: str = ""


class SignInInput(msgspec.Struct, frozen=True):
    """9001's input."""

    signIn: SignIn  # noqa: N815


class SignedIn(msgspec.Struct, frozen=True):
    """9001's answer."""

    sign_no: str
    sign_time: str = ""


class SignInOutput(msgspec.Struct, frozen=True):
    """9001's output."""

    signinoutb: SignedIn


class PersonQuery(msgspec.Struct, frozen=True, omit_defaults=True):
    """1101."""

    mdtrt_cert_type: str
    mdtrt_cert_no: str
    card_sn: str = ""
    begntime: str = ""
    psn_cert_type: str = ""
    certno: str = ""
    psn_name: str = ""


class BaseInfo(msgspec.Struct, frozen=True):
    """1101: who it is."""

    psn_no: str
    psn_cert_type: str
    certno: str
    psn_name: str
    gend: str
    brdy: str
    naty: str = ""
    age: Decimal = ZERO


class InsuInfo(msgspec.Struct, frozen=True):
    """1101: one insurance."""

    insutype: str
    psn_type: str
    psn_insu_stas: str
    insuplc_admdvs: str
    balc: Decimal = ZERO
    cvlserv_flag: str = "0"
    emp_name: str = ""
    psn_insu_date: str = ""


class IdetInfo(msgspec.Struct, frozen=True):
    """1101: an identity that gives further rights, such as medical aid."""

    psn_idet_type: str
    psn_type_lv: str = ""
    begntime: str = ""


class PersonOutput(msgspec.Struct, frozen=True):
    """1101's output."""

    baseinfo: BaseInfo
    insuinfo: list[InsuInfo] = []
    idetinfo: list[IdetInfo] = []


class Registration(msgspec.Struct, frozen=True):
    """2201."""

    psn_no: str
    insutype: str
    begntime: str
    mdtrt_cert_type: str
    mdtrt_cert_no: str
    ipt_otp_no: str
    atddr_no: str
    dr_name: str
    dept_code: str
    dept_name: str
    caty: str


class Registered(msgspec.Struct, frozen=True):
    """2201's answer."""

    mdtrt_id: str
    psn_no: str
    ipt_otp_no: str = ""


class VisitInfo(msgspec.Struct, frozen=True):
    """2203A: the visit."""

    mdtrt_id: str
    psn_no: str
    med_type: str
    begntime: str
    main_cond_dscr: str = ""
    dise_codg: str = ""
    dise_name: str = ""
    birctrl_type: str = ""
    birctrl_matn_date: str = ""


class Diagnosis(msgspec.Struct, frozen=True):
    """2203A: one diagnosis."""

    diag_type: str
    diag_srt_no: str
    diag_code: str
    diag_name: str
    diag_dept: str
    dise_dor_no: str
    dise_dor_name: str
    diag_time: str
    vali_flag: str = "1"


class VisitInput(msgspec.Struct, frozen=True):
    """2203A's input."""

    mdtrtinfo: VisitInfo
    diseinfo: list[Diagnosis]


class Fee(msgspec.Struct, frozen=True):
    """2204: one line."""

    feedetl_sn: str
    mdtrt_id: str
    psn_no: str
    chrg_bchno: str
    fee_ocur_time: str
    med_list_codg: str
    medins_list_codg: str
    det_item_fee_sumamt: Decimal
    cnt: Decimal
    pric: Decimal
    med_chrgitm_type: str = ""
    medins_list_name: str = ""
    bilg_dept_codg: str = ""
    bilg_dr_codg: str = ""
    rxno: str = ""
    rx_circ_flag: str = "0"
    hosp_appr_flag: str = "1"


class FeeInput(msgspec.Struct, frozen=True):
    """2204's input."""

    feedetail: list[Fee]


class FeeResult(msgspec.Struct, frozen=True):
    """2204: how one line counts."""

    feedetl_sn: str
    det_item_fee_sumamt: Decimal
    pric_uplmt_amt: Decimal
    selfpay_prop: Decimal
    fulamt_ownpay_amt: Decimal
    overlmt_amt: Decimal
    preselfpay_amt: Decimal
    inscp_scp_amt: Decimal
    chrgitm_lv: str
    med_chrgitm_type: str
    lmt_used_flag: str = "0"


class FeeOutput(msgspec.Struct, frozen=True):
    """2204's output."""

    result: list[FeeResult]


class FeeRemoval(msgspec.Struct, frozen=True):
    """2205; ``chrg_bchno`` 0000 means all."""

    mdtrt_id: str
    chrg_bchno: str
    psn_no: str


class Settling(msgspec.Struct, frozen=True, omit_defaults=True):
    """2206A, and with the checked amounts 2207A."""

    psn_no: str
    mdtrt_cert_type: str
    mdtrt_cert_no: str
    med_type: str
    medfee_sumamt: Decimal
    psn_setlway: str
    mdtrt_id: str
    chrg_bchno: str
    insutype: str
    acct_used_flag: str
    invono: str = ""
    fulamt_ownpay_amt: Decimal | None = None
    overlmt_selfpay: Decimal | None = None
    preselfpay_amt: Decimal | None = None
    inscp_scp_amt: Decimal | None = None
    acct_mulaid_psn_no: str = ""


class SetlInfo(msgspec.Struct, frozen=True):
    """2206A, 2207A and 5203: how the bill is divided; ``pool_prop_selfpay`` is the pool's ratio."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    setl_time: str
    medfee_sumamt: Decimal
    fulamt_ownpay_amt: Decimal
    overlmt_selfpay: Decimal
    preselfpay_amt: Decimal
    inscp_scp_amt: Decimal
    act_pay_dedc: Decimal
    hifp_pay: Decimal
    pool_prop_selfpay: Decimal
    cvlserv_pay: Decimal
    hifes_pay: Decimal
    hifmi_pay: Decimal
    hifob_pay: Decimal
    maf_pay: Decimal
    oth_pay: Decimal
    fund_pay_sumamt: Decimal
    psn_part_amt: Decimal
    acct_pay: Decimal
    psn_cash_pay: Decimal
    hosp_part_amt: Decimal
    balc: Decimal
    acct_mulaid_pay: Decimal
    hifdm_pay: Decimal = ZERO
    medins_setl_id: str = ""
    invono: str = ""
    insutype: str = ""
    med_type: str = ""
    clr_optins: str = ""
    clr_way: str = ""
    clr_type: str = ""
    refd_setl_flag: str = "0"


class SetlDetail(msgspec.Struct, frozen=True):
    """One fund's part."""

    fund_pay_type: str
    inscp_scp_amt: Decimal
    crt_payb_lmt_amt: Decimal
    fund_payamt: Decimal
    fund_pay_type_name: str
    setl_proc_info: str = ""


class SettlingOutput(msgspec.Struct, frozen=True):
    """2206A's and 2207A's output."""

    setlinfo: SetlInfo
    setldetail: list[SetlDetail] = []


class Reversal(msgspec.Struct, frozen=True):
    """2208A."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    invono: str = ""


class SettlementQuery(msgspec.Struct, frozen=True):
    """5203, by our own number within a visit."""

    psn_no: str
    mdtrt_id: str
    invono: str = ""
    setl_id: str = ""


class SettlementOutput(msgspec.Struct, frozen=True):
    """5203's output: every settlement of the visit that fits, taken-back ones marked."""

    setlinfo: list[SetlInfo]
    setldetail: dict[str, list[SetlDetail]] = {}


class Undoing(msgspec.Struct, frozen=True):
    """2601: the message that got no answer."""

    psn_no: str
    omsgid: str
    oinfno: str


class Totals(msgspec.Struct, frozen=True):
    """3201: what we count for a span of days; 3202 takes the same."""

    stmt_begndate: str
    stmt_enddate: str
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal
    acct_pay: Decimal
    fixmedins_setl_cnt: int
    setl_optins: str = ""
    clr_type: str = ""
    insutype: str = ""


class TotalsOutput(msgspec.Struct, frozen=True):
    """3201's answer: ``stmt_rslt`` 0 agrees, 1 does not."""

    stmt_rslt: str
    stmt_rslt_dscr: str = ""


class Detail(msgspec.Struct, frozen=True):
    """3202: one settlement or reversal as the insurer holds it; a reversal's amounts are negative."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    invono: str
    refd_setl_flag: str
    setl_time: str
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal
    acct_pay: Decimal
    init_setl_id: str = ""
    stmt_rslt: str = ""


class DetailOutput(msgspec.Struct, frozen=True):
    """3202's answer, its details inside instead of in a file."""

    stmtinfo: list[Detail]


class Nothing(msgspec.Struct, frozen=True):
    """An empty output."""


class Wrapped(msgspec.Struct, frozen=True):
    """How most inputs are wrapped."""

    data: msgspec.Raw


class WrappedRegistered(msgspec.Struct, frozen=True):
    """2201's output."""

    data: Registered


class WrappedReversal(msgspec.Struct, frozen=True):
    """2208A's output."""

    setlinfo: SetlInfo
