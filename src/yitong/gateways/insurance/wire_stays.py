"""Inputs and outputs of the messages about stays (2301-2305, 2401-2405), with the interface's field names."""

from decimal import Decimal

import msgspec

from yitong.gateways.insurance.wire import SetlInfo


class StayDiagnosis(msgspec.Struct, frozen=True):
    """One diagnosis of a stay; ``diag_type`` 1 at admission, 3 at discharge."""

    psn_no: str
    diag_type: str
    maindiag_flag: str
    diag_srt_no: str
    diag_code: str
    diag_name: str
    diag_dept: str
    dise_dor_no: str
    dise_dor_name: str
    diag_time: str
    adm_cond: str = ""


class AdmissionInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """2401: who is admitted where, in which bed; 2403 with ``mdtrt_id``: what changed of it."""

    psn_no: str
    insutype: str
    begntime: str
    mdtrt_cert_type: str
    mdtrt_cert_no: str
    med_type: str
    ipt_no: str
    atddr_no: str
    chfpdr_name: str
    adm_diag_dscr: str
    adm_dept_codg: str
    adm_dept_name: str
    adm_bed: str
    dise_codg: str
    dise_name: str
    mdtrt_id: str = ""
    coner_name: str = ""
    tel: str = ""


class AdmissionInput(msgspec.Struct, frozen=True):
    """2401's input."""

    mdtrtinfo: AdmissionInfo
    diseinfo: list[StayDiagnosis]


class Admitted(msgspec.Struct, frozen=True):
    """2401: the number of the stay."""

    mdtrt_id: str
    psn_no: str


class AdmissionOutput(msgspec.Struct, frozen=True):
    """2401's output."""

    result: Admitted


class ChangeInput(msgspec.Struct, frozen=True):
    """2403's input."""

    adminfo: AdmissionInfo
    diseinfo: list[StayDiagnosis]


class DischargeInfo(msgspec.Struct, frozen=True):
    """2402: when and how somebody left; ``dscg_way`` 1: on the doctor's order."""

    mdtrt_id: str
    psn_no: str
    insutype: str
    endtime: str
    dise_codg: str
    dise_name: str
    dscg_dept_codg: str
    dscg_dept_name: str
    dscg_bed: str
    dscg_way: str


class DischargeInput(msgspec.Struct, frozen=True):
    """2402's input."""

    dscginfo: DischargeInfo
    diseinfo: list[StayDiagnosis]


class Withdrawal(msgspec.Struct, frozen=True):
    """2404 (the admission) and 2405 (the discharge)."""

    mdtrt_id: str
    psn_no: str


class StayFee(msgspec.Struct, frozen=True):
    """2301: one line; a stay has no batches."""

    feedetl_sn: str
    mdtrt_id: str
    psn_no: str
    med_type: str
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
    hosp_appr_flag: str = "1"


class StayFeeInput(msgspec.Struct, frozen=True):
    """2301's input, at most a hundred lines."""

    feedetail: list[StayFee]


class StayFeeRemoval(msgspec.Struct, frozen=True):
    """2302; ``feedetl_sn`` 0000 means all."""

    feedetl_sn: str
    mdtrt_id: str
    psn_no: str


class StayFeeRemovals(msgspec.Struct, frozen=True):
    """2302's input."""

    data: list[StayFeeRemoval]


class StaySettling(msgspec.Struct, frozen=True, omit_defaults=True):
    """2303, and with the checked amounts 2304; ``mid_setl_flag`` 0: the stay is over."""

    psn_no: str
    mdtrt_cert_type: str
    mdtrt_cert_no: str
    medfee_sumamt: Decimal
    psn_setlway: str
    mdtrt_id: str
    insutype: str
    acct_used_flag: str
    mid_setl_flag: str = "0"
    invono: str = ""
    fulamt_ownpay_amt: Decimal | None = None
    overlmt_selfpay: Decimal | None = None
    preselfpay_amt: Decimal | None = None
    inscp_scp_amt: Decimal | None = None
    acct_mulaid_psn_no: str = ""


class StayReversal(msgspec.Struct, frozen=True):
    """2305."""

    mdtrt_id: str
    setl_id: str
    psn_no: str
    invono: str = ""


class StayReversalOutput(msgspec.Struct, frozen=True):
    """2305's output."""

    setlinfo: SetlInfo
