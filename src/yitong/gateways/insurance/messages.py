"""Which messages a bill is settled with, and their contents: of a visit, or of a stay in hospital."""

from dataclasses import dataclass

import msgspec

from yitong.billing.insurance.policy import setting_of
from yitong.billing.ports import FeeLine, InsuranceBill, InsuranceSplit
from yitong.gateways.insurance import wire, wire_stays
from yitong.gateways.insurance.amounts import ENCODER, quantity, written, yuan

BY_ITEM = "01"  # psn_setlway: 按项目结算
MOST_LINES = 100  # of one 2301
ALL = "0000"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of the messages that remove lines, send them, ask for the split, settle and take back."""

    remove: str
    send: str
    ask: str
    settle: str
    reverse: str


VISIT = Numbers("2205", "2204", "2206A", "2207A", "2208A")
STAY = Numbers("2302", "2301", "2303", "2304", "2305")


def wrapped(content: msgspec.Struct) -> wire.Wrapped:
    """An input inside its ``data``."""
    return wire.Wrapped(msgspec.Raw(ENCODER.encode(content)))


def is_stay(med_type: str) -> bool:
    """Whether a kind of visit is settled as a stay."""
    return setting_of(med_type) == "inpatient"


def numbers_of(med_type: str) -> Numbers:
    """The messages for a kind of visit."""
    return STAY if is_stay(med_type) else VISIT


def removal(bill: InsuranceBill) -> msgspec.Struct:
    """The input of 2205 or 2302."""
    if is_stay(bill.med_type):
        return wire_stays.StayFeeRemovals([wire_stays.StayFeeRemoval(ALL, bill.mdtrt_id, bill.psn_no)])
    return wrapped(wire.FeeRemoval(bill.mdtrt_id, bill.chrg_bchno, bill.psn_no))


def fees(bill: InsuranceBill) -> list[msgspec.Struct]:
    """The inputs of 2204 (one) or of 2301 (a hundred lines each)."""
    if not is_stay(bill.med_type):
        return [wire.FeeInput([fee_of(bill, line) for line in bill.lines])]
    lines = [_stay_fee(bill, line) for line in bill.lines]
    return [wire_stays.StayFeeInput(lines[at : at + MOST_LINES]) for at in range(0, len(lines), MOST_LINES)]


def fee_of(bill: InsuranceBill, line: FeeLine) -> wire.Fee:
    """A line as it is sent."""
    return wire.Fee(
        feedetl_sn=line.feedetl_sn,
        mdtrt_id=bill.mdtrt_id,
        psn_no=bill.psn_no,
        chrg_bchno=bill.chrg_bchno,
        fee_ocur_time=written(line.fee_ocur_time),
        med_list_codg=line.med_list_codg,
        medins_list_codg=line.medins_list_codg,
        det_item_fee_sumamt=yuan(line.det_item_fee_sumamt),
        cnt=quantity(line.cnt_milli),
        pric=yuan(line.pric),
        med_chrgitm_type=line.med_chrgitm_type,
        medins_list_name=line.name,
        bilg_dept_codg=line.bilg_dept_codg,
        bilg_dr_codg=line.bilg_dr_codg,
    )


def _stay_fee(bill: InsuranceBill, line: FeeLine) -> wire_stays.StayFee:
    return wire_stays.StayFee(
        feedetl_sn=line.feedetl_sn,
        mdtrt_id=bill.mdtrt_id,
        psn_no=bill.psn_no,
        med_type=bill.med_type,
        fee_ocur_time=written(line.fee_ocur_time),
        med_list_codg=line.med_list_codg,
        medins_list_codg=line.medins_list_codg,
        det_item_fee_sumamt=yuan(line.det_item_fee_sumamt),
        cnt=quantity(line.cnt_milli),
        pric=yuan(line.pric),
        med_chrgitm_type=line.med_chrgitm_type,
        medins_list_name=line.name,
        bilg_dept_codg=line.bilg_dept_codg,
        bilg_dr_codg=line.bilg_dr_codg,
    )


def settling(bill: InsuranceBill, expected: InsuranceSplit | None = None, number: str = "") -> wire.Wrapped:
    """The input of 2206A or 2303; with an expected split that of 2207A or 2304."""
    return wrapped(_settling(bill, expected, number))


def _settling(bill: InsuranceBill, expected: InsuranceSplit | None, number: str) -> msgspec.Struct:
    total = yuan(sum(line.det_item_fee_sumamt for line in bill.lines))
    account = "1" if bill.acct_used_flag else "0"
    own = yuan(expected.fulamt_ownpay_amt) if expected else None
    over = yuan(expected.overlmt_selfpay) if expected else None
    first = yuan(expected.preselfpay_amt) if expected else None
    scope = yuan(expected.inscp_scp_amt) if expected else None
    if is_stay(bill.med_type):
        return wire_stays.StaySettling(
            psn_no=bill.psn_no,
            mdtrt_cert_type=bill.credential.mdtrt_cert_type,
            mdtrt_cert_no=bill.credential.mdtrt_cert_no,
            medfee_sumamt=total,
            psn_setlway=BY_ITEM,
            mdtrt_id=bill.mdtrt_id,
            insutype=bill.insutype,
            acct_used_flag=account,
            invono=number,
            fulamt_ownpay_amt=own,
            overlmt_selfpay=over,
            preselfpay_amt=first,
            inscp_scp_amt=scope,
            acct_mulaid_psn_no=bill.acct_mulaid_psn_no,
        )
    return wire.Settling(
        psn_no=bill.psn_no,
        mdtrt_cert_type=bill.credential.mdtrt_cert_type,
        mdtrt_cert_no=bill.credential.mdtrt_cert_no,
        med_type=bill.med_type,
        medfee_sumamt=total,
        psn_setlway=BY_ITEM,
        mdtrt_id=bill.mdtrt_id,
        chrg_bchno=bill.chrg_bchno,
        insutype=bill.insutype,
        acct_used_flag=account,
        invono=number,
        fulamt_ownpay_amt=own,
        overlmt_selfpay=over,
        preselfpay_amt=first,
        inscp_scp_amt=scope,
        acct_mulaid_psn_no=bill.acct_mulaid_psn_no,
    )


def reversal(mdtrt_id: str, psn_no: str, setl_id: str, number: str, med_type: str) -> wire.Wrapped:
    """The input of 2208A or 2305."""
    if is_stay(med_type):
        return wrapped(wire_stays.StayReversal(mdtrt_id, setl_id, psn_no, number))
    return wrapped(wire.Reversal(setl_id, mdtrt_id, psn_no, number))
