"""The insurer's desk for pharmacies: 2101, 2102 and 2103, divided by the same rules as a visit at a hospital."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from yitong.billing.ports import FeeLine
from yitong.gateways.insurance import wire
from yitong.gateways.insurance.amounts import fen, milli, read
from yitong.gateways.insurance.envelope import Message
from yitong.gateways.insurance.wire_pharmacies import Sale
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.refusal import Refusal

if TYPE_CHECKING:
    from yitong.sandbox.insurer.desk import InsuranceDesk

PHARMACY = "41"


class PharmacyDesk:
    """A sale is a visit of its own, named by the pharmacy's number of it; its lines are sent with the question."""

    def __init__(self, desk: "InsuranceDesk") -> None:
        self._desk = desk
        self.tasks: dict[str, Callable[[Message, bytes], msgspec.Struct]] = {
            "2101": self._pre_settle,
            "2102": self._settle,
            "2103": self._reverse,
        }

    def _pre_settle(self, message: Message, content: bytes) -> wire.SettlingOutput:
        return self._desk.pre_settle(self._taken(message, content))

    def _settle(self, message: Message, content: bytes) -> wire.SettlingOutput:
        sale = msgspec.json.decode(content, type=Sale)
        asked = self._taken(message, content)
        made = self._desk.settle_numbered(message, asked)
        for rxno in sorted({one.rxno for one in sale.drugdetail if one.rx_circ_flag == "1" and one.rxno}):
            self._fetched(rxno, made.setlinfo, sale)
        return made

    def _fetched(self, rxno: str, made: wire.SetlInfo, sale: Sale) -> None:
        """Tell the prescription platform what was fetched, once a settlement."""
        if rxno not in self._desk.books.prescriptions:
            raise Refusal(f"流转处方 {rxno} 不存在")
        known = self._desk.books.prescriptions[rxno].fetched
        if any(one.setl_id == made.setl_id for one in known):
            return
        drugs = [
            (one.med_list_codg or one.medins_list_codg, one.medins_list_name, int(one.cnt))
            for one in sale.drugdetail
            if one.rxno == rxno
        ]
        self._desk.books.write(e.RxFetched(hi_rxno=rxno, setl_id=made.setl_id, at=self._desk.books.now(), drugs=drugs))

    def _taken(self, message: Message, content: bytes) -> wire.Settling:
        """Open the sale's visit and take its lines; answers what a hospital would ask with. Raises Refusal."""
        sale = msgspec.json.decode(content, type=Sale)
        info, books = sale.druginfo, self._desk.books
        if info.med_type != PHARMACY or not sale.drugdetail or not info.invono:
            raise Refusal("药店购药须填写医疗类别 41、单据号和药品明细")
        for one in sale.drugdetail:
            if one.rx_circ_flag == "1" and not self._desk.circulation.in_effect(one.rxno):
                raise Refusal(f"流转处方 {one.rxno} 未生效或已失效")
        person = self._desk.insured(info.psn_no, info.insutype)
        visit = self._desk.open_visit(person, info.insutype, message.fixmedins_code, info.invono)
        if books.visits[visit].med_type != PHARMACY:
            books.write(e.Told(mdtrt_id=visit, med_type=PHARMACY))
        lines = [
            FeeLine(
                feedetl_sn=one.feedetl_sn,
                med_list_codg=one.med_list_codg,
                medins_list_codg=one.medins_list_codg,
                name=one.medins_list_name,
                med_chrgitm_type=one.med_chrgitm_type,
                cnt_milli=milli(one.cnt),
                pric=fen(one.pric),
                det_item_fee_sumamt=fen(one.det_item_fee_sumamt),
                fee_ocur_time=read(one.fee_ocur_time),
            )
            for one in sale.drugdetail
        ]
        known = books.visits[visit].batches.get(info.invono, {})
        if known != {line.feedetl_sn: line for line in lines}:
            if books.live_settlement(visit, info.invono) is not None:
                raise Refusal("该单据已结算，明细不能更改")
            books.write(e.Removed(mdtrt_id=visit, batch=info.invono))
            books.write(e.Sent(mdtrt_id=visit, batch=info.invono, lines=lines))
        return wire.Settling(
            psn_no=info.psn_no,
            mdtrt_cert_type=info.mdtrt_cert_type,
            mdtrt_cert_no=info.mdtrt_cert_no,
            med_type=info.med_type,
            medfee_sumamt=info.medfee_sumamt,
            psn_setlway="01",
            mdtrt_id=visit,
            chrg_bchno=info.invono,
            insutype=info.insutype,
            acct_used_flag=info.acct_used_flag,
            invono=info.invono,
            fulamt_ownpay_amt=info.fulamt_ownpay_amt,
            overlmt_selfpay=info.overlmt_selfpay,
            preselfpay_amt=info.preselfpay_amt,
            inscp_scp_amt=info.inscp_scp_amt,
        )

    def _reverse(self, message: Message, content: bytes) -> wire.WrappedReversal:
        asked = msgspec.json.decode(msgspec.json.decode(content, type=wire.Wrapped).data, type=wire.Reversal)
        answer = self._desk.reverse_asked(message, asked)
        for one in self._desk.books.prescriptions.values():
            if any(sale.setl_id == asked.setl_id for sale in one.fetched):
                self._desk.books.write(e.RxBroughtBack(hi_rxno=one.checked.hi_rxno, setl_id=asked.setl_id))
        return answer
