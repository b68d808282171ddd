"""Stays at the insurer's desk (2301-2305, 2401-2405): what each message does, and when it is refused.

Lines of a stay are one lot: they are divided and settled together, by the rules of stays, once the patient has left.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import msgspec

from yitong.gateways.insurance import wire, wire_stays
from yitong.gateways.insurance.amounts import read
from yitong.gateways.insurance.envelope import Message
from yitong.gateways.insurance.messages import is_stay
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.books import OpenVisit
from yitong.sandbox.insurer.refusal import Refusal

if TYPE_CHECKING:
    from yitong.sandbox.insurer.desk import InsuranceDesk

LOT = "STAY"  # the one batch of a stay's lines
Task = Callable[[Message, bytes], msgspec.Struct]
T = TypeVar("T", bound=msgspec.Struct)


class StayDesk:
    """The part of the desk that deals with stays."""

    def __init__(self, desk: "InsuranceDesk") -> None:
        self._desk = desk
        self._books = desk.books
        self.tasks: dict[str, Task] = {
            "2301": self._take_fees,
            "2302": self._remove_fees,
            "2303": self._pre_settle,
            "2304": self._settle,
            "2305": self._reverse,
            "2401": self._admit,
            "2402": self._discharge,
            "2403": self._change,
            "2404": self._withdraw_admission,
            "2405": self._withdraw_discharge,
        }

    def _admit(self, message: Message, content: bytes) -> wire_stays.AdmissionOutput:
        told = msgspec.json.decode(content, type=wire_stays.AdmissionInput)
        info = told.mdtrtinfo
        person = self._desk.insured(info.psn_no, info.insutype)
        if not is_stay(info.med_type):
            raise Refusal("医疗类别不是住院")
        known = self._books.visit_numbers.get((message.fixmedins_code, info.psn_no, info.insutype, info.ipt_no))
        stay = self._books.visits.get(known or "")
        if known is not None and stay is not None and stay.admitted is not None and not stay.withdrawn:
            return wire_stays.AdmissionOutput(wire_stays.Admitted(known, person.psn_no))
        if any(self._lies(one) for one in self._books.visits.values() if one.opened.psn_no == person.psn_no):
            raise Refusal("参保人已有在院登记，不能重复入院")
        read(info.begntime)
        diagnoses = _codes(told.diseinfo)
        mdtrt_id = self._books.number("ZY")
        self._books.write(
            e.Opened(
                mdtrt_id=mdtrt_id,
                psn_no=person.psn_no,
                insutype=info.insutype,
                institution=message.fixmedins_code,
                ipt_otp_no=info.ipt_no,
            )
        )
        self._books.write(_admitted(mdtrt_id, message.msgid, info, diagnoses))
        return wire_stays.AdmissionOutput(wire_stays.Admitted(mdtrt_id, person.psn_no))

    def _lies(self, visit: OpenVisit) -> bool:
        return visit.admitted is not None and not visit.withdrawn and not visit.ended

    def stay(self, mdtrt_id: str, psn_no: str) -> OpenVisit:
        """A stay that stands. Raises Refusal."""
        visit = self._books.visits.get(mdtrt_id)
        if visit is None or visit.opened.psn_no != psn_no or visit.admitted is None or visit.withdrawn:
            raise Refusal("住院登记不存在或已撤销")
        return visit

    def _unsettled(self, mdtrt_id: str) -> None:
        if self._books.live_settlement(mdtrt_id, LOT) is not None:
            raise Refusal("该次住院已结算，请先撤销结算")

    def _change(self, message: Message, content: bytes) -> wire.Nothing:
        told = msgspec.json.decode(content, type=wire_stays.ChangeInput)
        info = told.adminfo
        stay = self.stay(info.mdtrt_id, info.psn_no)
        self._unsettled(info.mdtrt_id)
        if info.ipt_no != stay.opened.ipt_otp_no:
            raise Refusal("住院号与入院登记不符")
        self._books.write(_admitted(info.mdtrt_id, message.msgid, info, _codes(told.diseinfo)))
        return wire.Nothing()

    def _discharge(self, message: Message, content: bytes) -> wire.Nothing:
        told = msgspec.json.decode(content, type=wire_stays.DischargeInput)
        info = told.dscginfo
        stay = self.stay(info.mdtrt_id, info.psn_no)
        if stay.admitted is None or read(info.endtime) < read(stay.admitted.began):
            raise Refusal("出院时间早于入院时间")
        diagnoses = _codes(told.diseinfo)
        if not stay.ended:
            self._books.write(e.Discharged(mdtrt_id=info.mdtrt_id, ended=info.endtime, diagnoses=diagnoses))
        return wire.Nothing()

    def _withdraw_discharge(self, message: Message, content: bytes) -> wire.Nothing:
        asked = _data(content, wire_stays.Withdrawal)
        stay = self.stay(asked.mdtrt_id, asked.psn_no)
        self._unsettled(asked.mdtrt_id)
        if stay.ended:
            self._books.write(e.Discharged(mdtrt_id=asked.mdtrt_id, ended=""))
        return wire.Nothing()

    def _withdraw_admission(self, message: Message, content: bytes) -> wire.Nothing:
        asked = _data(content, wire_stays.Withdrawal)
        known = self._books.visits.get(asked.mdtrt_id)
        if known is not None and known.opened.psn_no == asked.psn_no and known.withdrawn:
            return wire.Nothing()
        stay = self.stay(asked.mdtrt_id, asked.psn_no)
        self._unsettled(asked.mdtrt_id)
        if stay.ended or stay.batches.get(LOT):
            raise Refusal("已出院或已上传费用，不能撤销入院登记")
        self._books.write(e.Withdrawn(mdtrt_id=asked.mdtrt_id))
        return wire.Nothing()

    def undo_admission(self, msgid: str) -> None:
        """What 2601 does to a 2401 whose answer was lost."""
        for mdtrt_id, visit in self._books.visits.items():
            if self._lies(visit) and visit.admitted is not None and visit.admitted.msgid == msgid:
                self._books.write(e.Withdrawn(mdtrt_id=mdtrt_id))
                return

    def _take_fees(self, message: Message, content: bytes) -> wire.FeeOutput:
        sent = msgspec.json.decode(content, type=wire_stays.StayFeeInput).feedetail
        if not sent or len(sent) > 100:
            raise Refusal("费用明细为空或超过一百条")
        for fee in sent:
            self.stay(fee.mdtrt_id, fee.psn_no)
        fees = [
            wire.Fee(
                chrg_bchno=LOT,
                **{name: getattr(fee, name) for name in wire_stays.StayFee.__struct_fields__ if name != "med_type"},
            )
            for fee in sent
        ]
        return self._desk.take_fees(fees)

    def _remove_fees(self, message: Message, content: bytes) -> wire.Nothing:
        for asked in msgspec.json.decode(content, type=wire_stays.StayFeeRemovals).data:
            self.stay(asked.mdtrt_id, asked.psn_no)
            self._unsettled(asked.mdtrt_id)
            if asked.feedetl_sn != "0000":
                raise Refusal("只支持撤销全部明细")
            self._books.write(e.Removed(mdtrt_id=asked.mdtrt_id, batch=LOT))
        return wire.Nothing()

    def _asked(self, content: bytes) -> wire.Settling:
        asked = _data(content, wire_stays.StaySettling)
        visit = self.stay(asked.mdtrt_id, asked.psn_no)
        if asked.mid_setl_flag != "0":
            raise Refusal("不支持中途结算")
        same = {name: getattr(asked, name) for name in wire_stays.StaySettling.__struct_fields__}
        same.pop("mid_setl_flag")
        return wire.Settling(med_type=visit.med_type, chrg_bchno=LOT, **same)

    def _pre_settle(self, message: Message, content: bytes) -> wire.SettlingOutput:
        return self._desk.pre_settle(self._asked(content))

    def _settle(self, message: Message, content: bytes) -> wire.SettlingOutput:
        asked = self._asked(content)
        if not self.stay(asked.mdtrt_id, asked.psn_no).ended:
            raise Refusal("请先办理出院登记")
        return self._desk.settle_numbered(message, asked)

    def _reverse(self, message: Message, content: bytes) -> wire.WrappedReversal:
        asked = _data(content, wire_stays.StayReversal)
        self.stay(asked.mdtrt_id, asked.psn_no)
        return self._desk.reverse_asked(
            message, wire.Reversal(asked.setl_id, asked.mdtrt_id, asked.psn_no, asked.invono)
        )


def _admitted(mdtrt_id: str, msgid: str, info: wire_stays.AdmissionInfo, diagnoses: list[str]) -> e.Admitted:
    return e.Admitted(
        mdtrt_id=mdtrt_id,
        msgid=msgid,
        med_type=info.med_type,
        began=info.begntime,
        department=info.adm_dept_name,
        bed=info.adm_bed,
        diagnoses=diagnoses,
    )


def _codes(told: list[wire_stays.StayDiagnosis]) -> list[str]:
    """The codes, the main one first. Raises Refusal unless there is just one main diagnosis."""
    if sum(one.maindiag_flag == "1" for one in told) != 1:
        raise Refusal("须有且只有一个主要诊断")
    return [one.diag_code for one in sorted(told, key=lambda one: one.maindiag_flag != "1")]


def _data(content: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(msgspec.json.decode(content, type=wire.Wrapped).data, type=kind)
