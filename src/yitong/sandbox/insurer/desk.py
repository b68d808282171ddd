"""The insurer's desk: what each message of the national interface does, and when it is refused."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

import msgspec

from yitong.billing.insurance.facts import published_policy
from yitong.billing.insurance.policy import Grade, grade_of, setting_of
from yitong.billing.insurance.splitting import Insured, Outcome, Visit, divide
from yitong.billing.ports import FeeLine
from yitong.directory import facts
from yitong.gateways.insurance import wire
from yitong.gateways.insurance.amounts import ENCODER, fen, milli, read, written, yuan
from yitong.gateways.insurance.courier import SIGN_IN_AGAIN
from yitong.gateways.insurance.envelope import Message
from yitong.sandbox.insurer import answers
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.books import Books, OpenVisit
from yitong.sandbox.insurer.circulation import CirculationDesk
from yitong.sandbox.insurer.credentials import Credentials
from yitong.sandbox.insurer.people import Person, person_of
from yitong.sandbox.insurer.pharmacies import PharmacyDesk
from yitong.sandbox.insurer.refusal import Refusal
from yitong.sandbox.insurer.stays import StayDesk

T = TypeVar("T", bound=msgspec.Struct)
ALL_BATCHES = "0000"


class InsuranceDesk:
    """Takes messages whose envelope was opened already. Inputs and outputs are the content's JSON."""

    def __init__(self, books: Books, credentials: Credentials) -> None:
        self.books = books
        self.credentials = credentials
        self.policy = published_policy()
        self._grades: dict[str, Grade] = {one.code: grade_of(one.grade) for one in facts.hospitals()}
        self._signed_in: dict[str, str] = {}
        self._tasks: dict[str, Callable[[Message, bytes], msgspec.Struct]] = {
            "9001": self._sign_in,
            "1101": self._person,
            "2201": self._register,
            "2203A": self._tell,
            "2204": self._take_fees,
            "2205": self._remove_fees,
            "2206A": self._pre_settle,
            "2207A": self._settle,
            "2208A": self._reverse,
            "2601": self._undo,
            "3201": self._totals,
            "3202": self._details,
            "5203": self._settlement,
        }
        self.stays = StayDesk(self)
        self.circulation = CirculationDesk(self)
        self.pharmacies = PharmacyDesk(self)
        self._tasks |= self.stays.tasks | self.pharmacies.tasks

    def take(self, message: Message, content: bytes) -> bytes:
        """The output of one message. Raises Refusal."""
        task = self._tasks.get(message.infno)
        if task is None:
            raise Refusal(f"交易编号 {message.infno} 不存在")
        if message.infno != "9001" and self._signed_in.get(message.fixmedins_code) != message.sign_no:
            raise Refusal(f"{SIGN_IN_AGAIN}编号无效，请重新{SIGN_IN_AGAIN}")
        if message.msgid in self.books.blocked:
            raise Refusal("该报文已被冲正")
        try:
            return ENCODER.encode(task(message, content))
        except (msgspec.MsgspecError, ValueError) as error:
            raise Refusal(f"入参有误：{error}") from error

    def _sign_in(self, message: Message, content: bytes) -> wire.SignInOutput:
        msgspec.json.decode(content, type=wire.SignInInput)
        # The same number all day: several servers of one hospital sign in beside each other.
        sign_no = f"{message.fixmedins_code}{self.books.today():%Y%m%d}"
        self._signed_in[message.fixmedins_code] = sign_no
        return wire.SignInOutput(wire.SignedIn(sign_no, written(self.books.now())))

    def sign_out(self) -> None:
        """Let every sign-in number run out."""
        self._signed_in.clear()

    def _person(self, message: Message, content: bytes) -> wire.PersonOutput:
        asked = _data(content, wire.PersonQuery)
        certno = self._certno(asked.mdtrt_cert_type, asked.mdtrt_cert_no, asked.card_sn)
        return answers.person(self.books, self.seen(certno, asked.psn_name))

    def _certno(self, kind: str, number: str, serial: str = "") -> str:
        match kind:
            case "01":
                found = self.credentials.behind_voucher(number)
            case "02":
                found = number
            case "03":
                found = self.credentials.behind_card(number, serial)
            case _:
                raise Refusal("就诊凭证类型不存在")
        if not found:
            raise Refusal("就诊凭证无效或已过期")
        return found

    def seen(self, certno: str, name: str) -> Person:
        """The person behind a citizen number. Raises Refusal for a number that is none, or for another name."""
        known = self.books.by_certno(certno)
        if known is None:
            if person_of(certno, name, self.books.today()) is None:
                raise Refusal("未查询到参保信息")
            self.books.write(e.Seen(certno=certno, name=name))
            known = self.books.by_certno(certno)
        if known is None:
            raise Refusal("未查询到参保信息")
        if name and not known.name:
            self.books.write(e.Seen(certno=certno, name=name))
        elif name and name != known.name:
            raise Refusal("姓名与证件号码不符")
        return self.books.people[known.psn_no]

    def _register(self, message: Message, content: bytes) -> wire.WrappedRegistered:
        asked = _data(content, wire.Registration)
        person = self.insured(asked.psn_no, asked.insutype)
        mdtrt_id = self.open_visit(person, asked.insutype, message.fixmedins_code, asked.ipt_otp_no)
        return wire.WrappedRegistered(wire.Registered(mdtrt_id, person.psn_no, asked.ipt_otp_no))

    def open_visit(self, person: Person, insutype: str, institution: str, visit_no: str) -> str:
        """A visit's number; the same visit of an institution answers the same."""
        known = self.books.visit_numbers.get((institution, person.psn_no, insutype, visit_no))
        if known is not None:
            return known
        mdtrt_id = self.books.number("JZ")
        self.books.write(
            e.Opened(
                mdtrt_id=mdtrt_id,
                psn_no=person.psn_no,
                insutype=insutype,
                institution=institution,
                ipt_otp_no=visit_no,
            )
        )
        return mdtrt_id

    def insured(self, psn_no: str, insutype: str) -> Person:
        """Somebody who may use this insurance now. Raises Refusal."""
        person = self.books.people.get(psn_no)
        if person is None or person.insutype != insutype:
            raise Refusal("人员编号或险种不存在")
        if person.status != "1":
            raise Refusal("参保状态为暂停，不能享受待遇")
        return person

    def _visit(self, mdtrt_id: str, psn_no: str) -> OpenVisit:
        visit = self.books.visits.get(mdtrt_id)
        if visit is None or visit.opened.psn_no != psn_no:
            raise Refusal("就诊信息不存在")
        return visit

    def _tell(self, message: Message, content: bytes) -> wire.Nothing:
        told = msgspec.json.decode(content, type=wire.VisitInput)
        self._visit(told.mdtrtinfo.mdtrt_id, told.mdtrtinfo.psn_no)
        if setting_of(told.mdtrtinfo.med_type) == "inpatient":
            raise Refusal("住院请办理入院登记")
        self.books.write(e.Told(mdtrt_id=told.mdtrtinfo.mdtrt_id, med_type=told.mdtrtinfo.med_type))
        return wire.Nothing()

    def _take_fees(self, message: Message, content: bytes) -> wire.FeeOutput:
        sent = msgspec.json.decode(content, type=wire.FeeInput).feedetail
        if not sent:
            raise Refusal("费用明细为空")
        return self.take_fees(sent)

    def take_fees(self, sent: Sequence[wire.Fee]) -> wire.FeeOutput:
        """Keep lines and answer how each counts. Raises Refusal."""
        by_batch: dict[tuple[str, str], list[wire.Fee]] = {}
        for fee in sent:
            by_batch.setdefault((fee.mdtrt_id, fee.chrg_bchno), []).append(fee)
        results: list[wire.FeeResult] = []
        for (mdtrt_id, batch), fees in by_batch.items():
            visit = self._visit(mdtrt_id, fees[0].psn_no)
            person = self.books.people[fees[0].psn_no]
            lines = [_line(fee) for fee in fees]
            known = visit.batches.get(batch, {})
            changed = any(line.feedetl_sn in known and known[line.feedetl_sn] != line for line in lines)
            new = any(line.feedetl_sn not in known for line in lines)
            if changed or (new and self.books.live_settlement(mdtrt_id, batch) is not None):
                raise Refusal("费用明细流水号重复，或该批次已结算")
            if new:
                self.books.write(e.Sent(mdtrt_id=mdtrt_id, batch=batch, lines=lines))
            outcome = self.divided(visit, person, lines, use_account=False)
            results += [answers.fee(one) for one in outcome.lines]
        return wire.FeeOutput(results)

    def _remove_fees(self, message: Message, content: bytes) -> wire.Nothing:
        asked = _data(content, wire.FeeRemoval)
        self._visit(asked.mdtrt_id, asked.psn_no)
        batch = "" if asked.chrg_bchno == ALL_BATCHES else asked.chrg_bchno
        if batch and self.books.live_settlement(asked.mdtrt_id, batch) is not None:
            raise Refusal("该批次已结算，不能撤销明细")
        self.books.write(e.Removed(mdtrt_id=asked.mdtrt_id, batch=batch))
        return wire.Nothing()

    def divided(
        self, visit: OpenVisit, person: Person, lines: Sequence[FeeLine], *, use_account: bool, helper: str = ""
    ) -> Outcome:
        """How the rules divide lines of a visit now. Raises Refusal."""
        today = self.books.today()
        institution = visit.opened.institution
        where = Visit(
            setting=setting_of(visit.med_type),
            grade=self._grades.get(institution, "tertiary"),
            day=today,
            account_fen=self.books.account(person.psn_no) if use_account else 0,
            family_fen=self._family(person, helper) if use_account and helper else 0,
        )
        insured = Insured(
            insutype=person.insutype,
            psn_type=person.psn_type,
            sex=person.sex,
            birth_date=person.birth_date,
            rights=person.rights,
        )
        year = self.books.year_of(person, today.year, person.insutype)
        outcome = divide(lines, insured, where, year, self.policy)
        if not use_account:  # the balance is told even when nothing is taken from it
            told = msgspec.structs.replace(outcome.split, balc=self.books.account(person.psn_no))
            return msgspec.structs.replace(outcome, split=told)
        return outcome

    def _family(self, person: Person, helper: str) -> int:
        other = self.books.people.get(helper)
        if other is None or other.certno not in person.helpers:
            raise Refusal("未绑定家庭共济关系")
        return self.books.account(helper)

    def _batch(self, asked: wire.Settling) -> tuple[OpenVisit, Person, list[FeeLine]]:
        """The visit, person and lines that are to be settled. Raises Refusal."""
        visit = self._visit(asked.mdtrt_id, asked.psn_no)
        person = self.insured(asked.psn_no, asked.insutype)
        serial = ""
        shown = asked.mdtrt_cert_no
        if asked.mdtrt_cert_type == "03":
            shown, serial = self.credentials.card(person.certno)
            if shown != asked.mdtrt_cert_no:
                raise Refusal("就诊凭证与参保人不符")
        if self._certno(asked.mdtrt_cert_type, shown, serial) != person.certno:
            raise Refusal("就诊凭证与参保人不符")
        lines = list(visit.batches.get(asked.chrg_bchno, {}).values())
        if not visit.med_type or not lines:
            raise Refusal("就诊信息或费用明细未上传")
        if sum(line.det_item_fee_sumamt for line in lines) != fen(asked.medfee_sumamt):
            raise Refusal("费用总额与明细合计不符")
        return visit, person, lines

    def _pre_settle(self, message: Message, content: bytes) -> wire.SettlingOutput:
        return self.pre_settle(_data(content, wire.Settling))

    def pre_settle(self, asked: wire.Settling) -> wire.SettlingOutput:
        """How lines that were sent would be settled now. Raises Refusal."""
        visit, person, lines = self._batch(asked)
        outcome = self.divided(
            visit, person, lines, use_account=asked.acct_used_flag == "1", helper=asked.acct_mulaid_psn_no
        )
        return answers.settling(asked.mdtrt_id, person.psn_no, outcome.split, self.books.now())

    def _settle(self, message: Message, content: bytes) -> wire.SettlingOutput:
        return self.settle_numbered(message, _data(content, wire.Settling))

    def settle_numbered(self, message: Message, asked: wire.Settling) -> wire.SettlingOutput:
        """Settle under the hospital's number; the same number answers the same settlement. Raises Refusal."""
        made = self._made(message.fixmedins_code, asked)
        if made is None:
            made = self.settle(message.msgid, asked, *self._batch(asked))
        return answers.settled(made)

    def _made(self, institution: str, asked: wire.Settling) -> e.Settled | None:
        """What was settled under the same number before. Raises Refusal when that was for something else."""
        made = self.books.numbered.get((institution, asked.invono))
        if made is None:
            return None
        if made.setl_id in self.books.reversals:
            raise Refusal("该结算编号已使用并已撤销")
        if (made.mdtrt_id, made.batch) != (asked.mdtrt_id, asked.chrg_bchno):
            raise Refusal("该结算编号已用于其他结算")
        return made

    def settle(
        self, msgid: str, asked: wire.Settling, visit: OpenVisit, person: Person, lines: list[FeeLine]
    ) -> e.Settled:
        """Make a settlement. Raises Refusal when the batch is settled, or other parts were expected."""
        if self.books.live_settlement(asked.mdtrt_id, asked.chrg_bchno) is not None:
            raise Refusal("该批次已结算")
        use_account = asked.acct_used_flag == "1"
        outcome = self.divided(visit, person, lines, use_account=use_account, helper=asked.acct_mulaid_psn_no)
        for name in ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"):
            told = getattr(asked, name)
            if told is not None and fen(told) != getattr(outcome.split, name):
                raise Refusal(f"{name} 与中心计算结果不符")
        made = e.Settled(
            setl_id=self.books.number("JS"),
            msgid=msgid,
            invono=asked.invono,
            mdtrt_id=asked.mdtrt_id,
            psn_no=person.psn_no,
            institution=visit.opened.institution,
            batch=asked.chrg_bchno,
            insutype=person.insutype,
            med_type=visit.med_type,
            at=self.books.now(),
            year=self.books.today().year,
            split=outcome.split,
            lines=outcome.lines,
            gain=outcome.gain,
            helper=asked.acct_mulaid_psn_no if outcome.split.acct_mulaid_pay else "",
        )
        self.books.write(made)
        return made

    def _reverse(self, message: Message, content: bytes) -> wire.WrappedReversal:
        return self.reverse_asked(message, _data(content, wire.Reversal))

    def reverse_asked(self, message: Message, asked: wire.Reversal) -> wire.WrappedReversal:
        """Take a settlement back; again answers the same reversal. Raises Refusal."""
        made = self.books.settlements.get(asked.setl_id)
        if made is None or (made.mdtrt_id, made.psn_no) != (asked.mdtrt_id, asked.psn_no):
            raise Refusal("结算信息不存在")
        return wire.WrappedReversal(answers.reversal(made, self.reverse(made, message.msgid)))

    def reverse(self, made: e.Settled, msgid: str) -> e.Reversed:
        """Take a settlement back; a second time answers the first reversal."""
        standing = self.books.reversals.get(made.setl_id)
        if standing is None:
            standing = e.Reversed(setl_id=self.books.number("CX"), of=made.setl_id, msgid=msgid, at=self.books.now())
            self.books.write(standing)
        return standing

    def _undo(self, message: Message, content: bytes) -> wire.Nothing:
        asked = _data(content, wire.Undoing)
        if asked.omsgid in self.books.blocked:
            return wire.Nothing()
        if asked.oinfno not in ("2207A", "2208A", "2304", "2305", "2401", "2102", "2103"):
            raise Refusal(f"交易 {asked.oinfno} 不支持冲正")
        if asked.oinfno == "2401":
            self.stays.undo_admission(asked.omsgid)
        for made in self.books.live(asked.psn_no):
            if made.msgid == asked.omsgid:
                self.reverse(made, message.msgid)
        for standing in list(self.books.reversals.values()):
            if standing.msgid == asked.omsgid:
                self.books.write(e.Restored(of=standing.of))
        self.books.write(e.Blocked(msgid=asked.omsgid))
        return wire.Nothing()

    def _settlement(self, message: Message, content: bytes) -> wire.SettlementOutput:
        asked = _data(content, wire.SettlementQuery)
        found = [
            one
            for one in self.books.settlements.values()
            if (one.psn_no, one.mdtrt_id, one.institution) == (asked.psn_no, asked.mdtrt_id, message.fixmedins_code)
            and asked.invono in ("", one.invono)
            and asked.setl_id in ("", one.setl_id)
        ]
        full = {one.setl_id: answers.settled(one) for one in found}
        infos = [
            msgspec.structs.replace(full[one.setl_id].setlinfo, refd_setl_flag="1")
            if one.setl_id in self.books.reversals
            else full[one.setl_id].setlinfo
            for one in found
        ]
        return wire.SettlementOutput(infos, {setl_id: one.setldetail for setl_id, one in full.items()})

    def _rows(self, institution: str, begin: date, end: date) -> list[wire.Detail]:
        """Settlements and reversals of an institution from ``begin`` to the day before ``end``."""

        def within(moment: datetime) -> bool:
            return f"{begin:%Y-%m-%d}" <= written(moment) < f"{end:%Y-%m-%d}"

        rows: list[wire.Detail] = []
        for one in self.books.settlements.values():
            if one.institution != institution:
                continue
            if within(one.at):
                rows.append(answers.detail(one))
            standing = self.books.reversals.get(one.setl_id)
            if standing is not None and within(standing.at):
                rows.append(answers.detail(one, standing))
        return sorted(rows, key=lambda row: (row.setl_time, row.setl_id))

    def _details(self, message: Message, content: bytes) -> wire.DetailOutput:
        asked = _data(content, wire.Totals)
        span = date.fromisoformat(asked.stmt_begndate), date.fromisoformat(asked.stmt_enddate)
        return wire.DetailOutput(self._rows(message.fixmedins_code, *span))

    def _totals(self, message: Message, content: bytes) -> wire.TotalsOutput:
        asked = _data(content, wire.Totals)
        span = date.fromisoformat(asked.stmt_begndate), date.fromisoformat(asked.stmt_enddate)
        rows = self._rows(message.fixmedins_code, *span)
        ours = (
            sum((one.medfee_sumamt for one in rows), yuan(0)),
            sum((one.fund_pay_sumamt for one in rows), yuan(0)),
            sum((one.acct_pay for one in rows), yuan(0)),
            len(rows),
        )
        theirs = (asked.medfee_sumamt, asked.fund_pay_sumamt, asked.acct_pay, asked.fixmedins_setl_cnt)
        return wire.TotalsOutput("0") if ours == theirs else wire.TotalsOutput("1", f"中心 {ours}，机构 {theirs}")


def _data(content: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(msgspec.json.decode(content, type=wire.Wrapped).data, type=kind)


def _line(fee: wire.Fee) -> FeeLine:
    return FeeLine(
        feedetl_sn=fee.feedetl_sn,
        med_list_codg=fee.med_list_codg,
        medins_list_codg=fee.medins_list_codg,
        name=fee.medins_list_name,
        med_chrgitm_type=fee.med_chrgitm_type,
        cnt_milli=milli(fee.cnt),
        pric=fen(fee.pric),
        det_item_fee_sumamt=fen(fee.det_item_fee_sumamt),
        fee_ocur_time=read(fee.fee_ocur_time),
        bilg_dept_codg=fee.bilg_dept_codg,
        bilg_dr_codg=fee.bilg_dr_codg,
    )
