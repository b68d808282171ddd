"""The insurer as billing knows it, over the national interface."""

import contextlib
from datetime import date, datetime, timedelta

import msgspec

from yitong.billing.ports import (
    Credential,
    Insurance,
    InsuranceBill,
    InsuranceSettlement,
    InsuranceSplit,
    InsuredPerson,
    InsurerSilent,
    InsurerTotal,
)
from yitong.gateways.insurance import messages, wire
from yitong.gateways.insurance.amounts import fen, read, written, yuan
from yitong.gateways.insurance.courier import PARTY, Courier, Output
from yitong.gateways.insurance.messages import wrapped
from yitong.gateways.insurance.splits import Unsound, split_of
from yitong.kernel.outside import GatewayRefused


class FsiInsurer:
    """Plays ``billing.ports.Insurer``. Every method raises GatewayRefused or InsurerSilent."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    async def person(self, fixmedins_code: str, credential: Credential, at: datetime) -> InsuredPerson:
        """Who shows this credential (1101). An identity card that nobody is insured with is refused."""
        asked = wire.PersonQuery(
            mdtrt_cert_type=credential.mdtrt_cert_type,
            mdtrt_cert_no=credential.mdtrt_cert_no,
            card_sn=credential.card_sn,
            begntime=written(at),
            psn_cert_type="01" if credential.certno else "",
            certno=credential.certno,
            psn_name=credential.psn_name,
        )
        found = await self._courier.ask("1101", fixmedins_code, wrapped(asked), wire.PersonOutput)
        base = found.baseinfo
        if credential.certno and base.certno != credential.certno:
            raise GatewayRefused(PARTY, "another-person", "the answer is about somebody else")
        try:
            insurances = [
                Insurance(
                    insutype=one.insutype,
                    psn_type=one.psn_type,
                    psn_insu_stas=one.psn_insu_stas,
                    insuplc_admdvs=one.insuplc_admdvs,
                    balc=fen(one.balc),
                    cvlserv_flag=one.cvlserv_flag,
                    emp_name=one.emp_name,
                )
                for one in found.insuinfo
            ]
            return InsuredPerson(
                base.psn_no, base.certno, base.psn_name, base.gend, date.fromisoformat(base.brdy), insurances
            )
        except ValueError as error:
            raise GatewayRefused(PARTY, "answer-unsound", str(error)) from error

    async def register(
        self,
        fixmedins_code: str,
        person: InsuredPerson,
        insurance: Insurance,
        credential: Credential,
        *,
        visit_no: str,
        doctor_no: str,
        doctor_name: str,
        department_code: str,
        department_name: str,
        med_type: str,
        diagnoses: list[tuple[str, str]],
        at: datetime,
    ) -> str:
        """Open a visit (2201) and tell its diagnoses (2203A); the same ``visit_no`` answers the same mdtrt_id."""
        moment = written(at)
        asked = wire.Registration(
            psn_no=person.psn_no,
            insutype=insurance.insutype,
            begntime=moment,
            mdtrt_cert_type=credential.mdtrt_cert_type,
            mdtrt_cert_no=credential.mdtrt_cert_no,
            ipt_otp_no=visit_no,
            atddr_no=doctor_no,
            dr_name=doctor_name,
            dept_code=department_code,
            dept_name=department_name,
            caty=department_code,
        )
        place = insurance.insuplc_admdvs
        made = await self._courier.ask("2201", fixmedins_code, wrapped(asked), wire.WrappedRegistered, insuplc=place)
        visit = made.data.mdtrt_id
        first = diagnoses[0] if diagnoses else ("", "")
        told = wire.VisitInput(
            wire.VisitInfo(visit, person.psn_no, med_type, moment, dise_codg=first[0], dise_name=first[1]),
            [
                wire.Diagnosis("1", str(number), code, name, department_name, doctor_no, doctor_name, moment)
                for number, (code, name) in enumerate(diagnoses, 1)
            ],
        )
        await self._courier.ask("2203A", fixmedins_code, told, wire.Nothing, insuplc=place)
        return visit

    async def pre_settle(self, bill: InsuranceBill) -> InsuranceSplit:
        """Send the lines anew (2205, 2204; of a stay 2302, 2301) and ask for the split (2206A, 2303); nothing is paid.

        An answer whose amounts do not add up is refused.
        """
        numbers = messages.numbers_of(bill.med_type)
        with contextlib.suppress(GatewayRefused):  # some platforms refuse to remove where nothing was sent yet
            await self._ask(numbers.remove, bill, messages.removal(bill), wire.Nothing)
        sent: list[wire.FeeResult] = []
        for content in messages.fees(bill):
            sent += (await self._ask(numbers.send, bill, content, wire.FeeOutput)).result
        answer = await self._ask(numbers.ask, bill, messages.settling(bill), wire.SettlingOutput)
        try:
            split = split_of(answer.setlinfo, answer.setldetail)
            check_answer(bill, answer.setlinfo, split)
            _check_lines(bill, sent, split)
        except Unsound as error:
            raise GatewayRefused(PARTY, "answer-unsound", str(error)) from error
        return split

    def message_no(self, fixmedins_code: str) -> str:
        """A number for a message that is written down before it is sent."""
        return self._courier.message_no(fixmedins_code)

    async def settle(
        self, bill: InsuranceBill, expected: InsuranceSplit, medins_setl_id: str, msgid: str = ""
    ) -> InsuranceSettlement:
        """Settle (2207A, of a stay 2304) under our number, which the insurer keeps as ``invono``.

        A settlement that turns out unsound or other than ``expected`` is taken back at once and refused with reason
        ``split-changed``: the person agreed to other amounts.
        """
        asked = messages.settling(bill, expected, medins_setl_id)
        answer = await self._ask(messages.numbers_of(bill.med_type).settle, bill, asked, wire.SettlingOutput, msgid)
        try:
            made = _settlement(answer.setlinfo, answer.setldetail)
            check_answer(bill, answer.setlinfo, made.split)
        except Unsound as error:
            reason = str(error)
        else:
            if agreed(made.split) == agreed(expected):
                return made
            reason = "the year's sums have moved since the split was asked for"
        made_there = answer.setlinfo.setl_id
        where = (bill.fixmedins_code, bill.psn_no, bill.mdtrt_id)
        await self.reverse(*where, made_there, medins_setl_id, med_type=bill.med_type)
        raise GatewayRefused(PARTY, "split-changed", reason)

    async def settlement(
        self, fixmedins_code: str, psn_no: str, mdtrt_id: str, medins_setl_id: str
    ) -> InsuranceSettlement | None:
        """What became of a settlement (5203 by our number); None when it was not made or was taken back."""
        asked = wrapped(wire.SettlementQuery(psn_no, mdtrt_id, medins_setl_id))
        answer = await self._courier.ask("5203", fixmedins_code, asked, wire.SettlementOutput)
        for info in answer.setlinfo:
            if info.invono == medins_setl_id and info.mdtrt_id == mdtrt_id and info.refd_setl_flag == "0":
                try:
                    return _settlement(info, answer.setldetail.get(info.setl_id, []))
                except Unsound as error:
                    raise InsurerSilent(PARTY, f"unsound: {error}", "", "5203") from error
        return None

    async def reverse(
        self, fixmedins_code: str, psn_no: str, mdtrt_id: str, setl_id: str, medins_setl_id: str, *, med_type: str = ""
    ) -> str:
        """Take a settlement back as a whole (2208A, of a stay 2305); asking again answers the same reversal."""
        asked = messages.reversal(mdtrt_id, psn_no, setl_id, medins_setl_id, med_type)
        infno = messages.numbers_of(med_type).reverse
        answer = await self._courier.ask(infno, fixmedins_code, asked, wire.WrappedReversal)
        return answer.setlinfo.setl_id

    async def undo(self, fixmedins_code: str, psn_no: str, omsgid: str, oinfno: str) -> None:
        """Reverse a message whose answer was lost (2601); one that never arrived will have no effect later either."""
        await self._courier.ask("2601", fixmedins_code, wrapped(wire.Undoing(psn_no, omsgid, oinfno)), wire.Nothing)

    async def settlements(self, fixmedins_code: str, day: date) -> list[InsurerTotal]:
        """The insurer's settlements and reversals of a day (3202); its totals must agree with them (3201)."""
        span = (f"{day:%Y-%m-%d}", f"{day + timedelta(days=1):%Y-%m-%d}")
        empty = wire.Totals(*span, yuan(0), yuan(0), yuan(0), 0)
        found = (await self._courier.ask("3202", fixmedins_code, wrapped(empty), wire.DetailOutput)).stmtinfo
        sums = wire.Totals(
            *span,
            sum((one.medfee_sumamt for one in found), yuan(0)),
            sum((one.fund_pay_sumamt for one in found), yuan(0)),
            sum((one.acct_pay for one in found), yuan(0)),
            len(found),
        )
        checked = await self._courier.ask("3201", fixmedins_code, wrapped(sums), wire.TotalsOutput)
        if checked.stmt_rslt != "0":
            raise InsurerSilent(PARTY, f"totals and details differ: {checked.stmt_rslt_dscr}", "", "3202")
        return [
            InsurerTotal(
                setl_id=one.setl_id,
                medins_setl_id=one.invono,
                reverses=one.init_setl_id,
                setl_time=read(one.setl_time),
                medfee_sumamt=fen(one.medfee_sumamt),
                fund_pay_sumamt=fen(one.fund_pay_sumamt),
                acct_pay=fen(one.acct_pay),
            )
            for one in found
        ]

    async def _ask(
        self, infno: str, bill: InsuranceBill, content: msgspec.Struct, output: type[Output], msgid: str = ""
    ) -> Output:
        return await self._courier.ask(
            infno, bill.fixmedins_code, content, output, insuplc=bill.insuplc_admdvs, msgid=msgid
        )

    async def close(self) -> None:
        """Close the kept connections."""
        await self._courier.close()


def agreed(split: InsuranceSplit) -> tuple[int, int, int]:
    """What a person agrees to: how much the funds, the accounts and they themselves pay."""
    return split.fund_pay_sumamt, split.acct_pay, split.psn_cash_pay


def check_answer(bill: InsuranceBill, info: wire.SetlInfo, split: InsuranceSplit) -> None:
    """That an answer is about this bill. Raises Unsound."""
    if (info.psn_no, info.mdtrt_id) != (bill.psn_no, bill.mdtrt_id):
        raise Unsound("the answer is about another visit")
    if split.medfee_sumamt != sum(line.det_item_fee_sumamt for line in bill.lines):
        raise Unsound("medfee_sumamt = the sum of det_item_fee_sumamt")


def _check_lines(bill: InsuranceBill, results: list[wire.FeeResult], split: InsuranceSplit) -> None:
    """That every line came back, each adding up, and all together make the split. Raises Unsound."""
    sent = {line.feedetl_sn: line.det_item_fee_sumamt for line in bill.lines}
    if {one.feedetl_sn: fen(one.det_item_fee_sumamt) for one in results} != sent:
        raise Unsound("the lines of the answer = the lines sent")
    for one in results:
        parts = one.fulamt_ownpay_amt + one.overlmt_amt + one.preselfpay_amt + one.inscp_scp_amt
        if parts != one.det_item_fee_sumamt:
            raise Unsound(f"the parts of line {one.feedetl_sn} = det_item_fee_sumamt")
    if fen(sum((one.inscp_scp_amt for one in results), yuan(0))) != split.inscp_scp_amt:
        raise Unsound("the sum of inscp_scp_amt of the lines = inscp_scp_amt")


def _settlement(info: wire.SetlInfo, details: list[wire.SetlDetail]) -> InsuranceSettlement:
    split = split_of(info, details)
    try:
        return InsuranceSettlement(info.setl_id, info.mdtrt_id, read(info.setl_time), split)
    except ValueError as error:
        raise Unsound(f"setl_time {info.setl_time}") from error
