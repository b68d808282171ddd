"""A pharmacy settles what it hands out with the insurer: 2101 asks for the split, 2102 settles, 2103 takes it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from yitong.billing.ports import InsuranceBill, InsuranceSettlement, InsuranceSplit
from yitong.gateways.insurance import wire
from yitong.gateways.insurance.amounts import quantity, read, written, yuan
from yitong.gateways.insurance.client import agreed
from yitong.gateways.insurance.courier import PARTY, Courier
from yitong.gateways.insurance.messages import wrapped
from yitong.gateways.insurance.splits import Unsound, split_of
from yitong.gateways.insurance.wire_pharmacies import DrugInfo, Sale, SoldDrug
from yitong.kernel.outside import GatewayRefused

PHARMACY = "41"
"""med_type of a sale at a pharmacy."""


class FsiPharmacies:
    """Every method raises GatewayRefused or InsurerSilent. ``invono`` is the pharmacy's own number of the sale."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    async def pre_settle(
        self, bill: InsuranceBill, invono: str, rxno: str, traces: Mapping[str, Sequence[str]] | None = None
    ) -> InsuranceSplit:
        """How a sale would be divided now (2101); nothing is paid. An answer that does not add up is refused."""
        asked = _sale(bill, invono, rxno, traces or {}, None)
        answer = await self._courier.ask(
            "2101", bill.fixmedins_code, asked, wire.SettlingOutput, insuplc=bill.insuplc_admdvs
        )
        try:
            return _checked(bill, answer)
        except Unsound as error:
            raise GatewayRefused(PARTY, "answer-unsound", str(error)) from error

    def message_no(self, fixmedins_code: str) -> str:
        """A number for a message that is written down before it is sent."""
        return self._courier.message_no(fixmedins_code)

    async def settle(
        self,
        bill: InsuranceBill,
        expected: InsuranceSplit,
        invono: str,
        rxno: str,
        traces: Mapping[str, Sequence[str]] | None = None,
        *,
        msgid: str = "",
    ) -> InsuranceSettlement:
        """Settle a sale (2102); the same ``invono`` answers the same settlement.

        A settlement other than ``expected`` is taken back at once and refused with reason ``split-changed``: the
        person agreed to other amounts.
        """
        asked = _sale(bill, invono, rxno, traces or {}, expected)
        answer = await self._courier.ask(
            "2102", bill.fixmedins_code, asked, wire.SettlingOutput, insuplc=bill.insuplc_admdvs, msgid=msgid
        )
        info = answer.setlinfo
        try:
            split, at = _checked(bill, answer), _moment(info.setl_time)
        except Unsound as error:
            reason = str(error)
        else:
            if agreed(split) == agreed(expected):
                return InsuranceSettlement(info.setl_id, info.mdtrt_id, at, split)
            reason = "the year's sums have moved since the split was asked for"
        await self.reverse(bill.fixmedins_code, bill.psn_no, info.mdtrt_id, info.setl_id, invono)
        raise GatewayRefused(PARTY, "split-changed", reason)

    async def reverse(self, fixmedins_code: str, psn_no: str, mdtrt_id: str, setl_id: str, invono: str) -> str:
        """Take a settlement back as a whole (2103); asking again answers the same reversal."""
        asked = wrapped(wire.Reversal(setl_id, mdtrt_id, psn_no, invono))
        answer = await self._courier.ask("2103", fixmedins_code, asked, wire.WrappedReversal)
        return answer.setlinfo.setl_id


def _sale(
    bill: InsuranceBill,
    invono: str,
    rxno: str,
    traces: Mapping[str, Sequence[str]],
    expected: InsuranceSplit | None,
) -> Sale:
    amounts = {
        name: yuan(getattr(expected, name))
        for name in ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        if expected is not None
    }
    info = DrugInfo(
        psn_no=bill.psn_no,
        mdtrt_cert_type=bill.credential.mdtrt_cert_type,
        mdtrt_cert_no=bill.credential.mdtrt_cert_no,
        begntime=written(bill.lines[0].fee_ocur_time),
        medfee_sumamt=yuan(sum(line.det_item_fee_sumamt for line in bill.lines)),
        invono=invono,
        insutype=bill.insutype,
        acct_used_flag="1" if bill.acct_used_flag else "0",
        **amounts,
    )
    drugs = [
        SoldDrug(
            feedetl_sn=line.feedetl_sn,
            rxno=rxno,
            rx_circ_flag="1" if rxno else "0",
            fee_ocur_time=written(line.fee_ocur_time),
            med_list_codg=line.med_list_codg,
            medins_list_codg=line.medins_list_codg,
            medins_list_name=line.name,
            med_chrgitm_type=line.med_chrgitm_type,
            det_item_fee_sumamt=yuan(line.det_item_fee_sumamt),
            cnt=quantity(line.cnt_milli),
            pric=yuan(line.pric),
            drug_trac_info=list(traces.get(line.feedetl_sn, ())),
        )
        for line in bill.lines
    ]
    return Sale(info, drugs)


def _checked(bill: InsuranceBill, answer: wire.SettlingOutput) -> InsuranceSplit:
    """The split of an answer that is about this person and total. Raises Unsound."""
    split = split_of(answer.setlinfo, answer.setldetail)
    if answer.setlinfo.psn_no != bill.psn_no:
        raise Unsound("the answer is about somebody else")
    if split.medfee_sumamt != sum(line.det_item_fee_sumamt for line in bill.lines):
        raise Unsound("medfee_sumamt = the sum of det_item_fee_sumamt")
    return split


def _moment(text: str) -> datetime:
    try:
        return read(text)
    except ValueError as error:
        raise Unsound(f"setl_time {text}") from error
