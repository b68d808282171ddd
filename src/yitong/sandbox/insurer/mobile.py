"""Mobile insurance payment at the insurer: permissions, orders, the payer's confirmation, refunds."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import msgspec

from yitong.billing.ports import FeeLine
from yitong.gateways.insurance import mobile as op
from yitong.gateways.insurance import wire
from yitong.gateways.insurance.amounts import fen, milli, read, yuan
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.books import MobileOrder
from yitong.sandbox.insurer.desk import InsuranceDesk
from yitong.sandbox.insurer.refusal import Refusal
from yitong.sandbox.wechat_pay.mixed import MixedBody

PERMISSION_MINUTES = 10
DIVIDED, SETTLED, REFUNDED, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK, REVOKED = "1", "6", "7", "8", "9", "10", "12"
Data = dict[str, Any]


class MobileDesk:
    """What each operation does; contents were opened already."""

    def __init__(self, desk: InsuranceDesk) -> None:
        self._desk = desk
        self._books = desk.books
        self._permissions: dict[str, tuple[str, datetime]] = {}
        self._tasks: dict[str, Callable[[Data], Data]] = {
            op.UPLOAD: self._upload,
            op.ORDER: self._order,
            op.FIND: self._find,
            op.REVOKE: self._revoke,
            op.REFUND: self._refund,
        }

    def take(self, operation: str, data: Data) -> Data:
        """The content of the answer. Raises Refusal."""
        task = self._tasks.get(operation)
        if task is None:
            raise Refusal("接口不存在")
        try:
            return task(data)
        except (KeyError, ValueError, InvalidOperation) as error:
            raise Refusal(f"入参有误：{error}") from error

    def permit(self, certno: str) -> str:
        """The permission (payAuthNo) that a person gives in the app."""
        number = f"AUTH{secrets.randbelow(10**28):028d}"
        self._permissions[number] = (certno, self._books.now() + timedelta(minutes=PERMISSION_MINUTES))
        return number

    def _permitted(self, data: Data, certno: str) -> None:
        """That exactly one of voucher and permission is there, and of this person. Raises Refusal."""
        token, number = str(data.get("ecToken", "")), str(data.get("payAuthNo", ""))
        if bool(token) == bool(number):
            raise Refusal("ecToken 与 payAuthNo 须且只能填一项")
        if token:
            holder = self._desk.credentials.behind_voucher(token)
        else:
            holder, until = self._permissions.get(number, ("", self._books.now()))
            holder = holder if self._books.now() < until else ""
        if holder != certno:
            raise Refusal("授权无效或已过期")

    def _upload(self, data: Data) -> Data:
        person = self._desk.seen(str(data["idNo"]), str(data["userName"]))
        self._permitted(data, person.certno)
        if person.psn_no != data["psnNo"]:
            raise Refusal("人员编号与证件不符")
        self._desk.insured(person.psn_no, str(data["insutype"]))
        lines = [_line(one) for one in cast("list[Data]", data["feedetailList"])]
        total = sum(line.det_item_fee_sumamt for line in lines)
        if total != _fen(data["medfeeSumamt"]) or not lines:
            raise Refusal("medfeeSumamt 与明细合计不符")
        institution, number = str(data["orgCodg"]), str(data["medOrgOrd"])
        known = self._known(institution, number)
        if known is None:
            known = self._new(data, institution, number, person.psn_no, lines, total)
        elif known.ordered.total != total:
            raise Refusal("medOrgOrd 已用于其他订单")
        one = known.ordered
        return {"payOrdId": one.pay_ord_id, "payToken": one.pay_token, "extData": {"mdtrtId": one.mdtrt_id}}

    def _known(self, institution: str, number: str) -> MobileOrder | None:
        same = (
            one
            for one in self._books.orders.values()
            if (one.ordered.institution, one.ordered.med_org_ord) == (institution, number)
        )
        return next(same, None)

    def _new(
        self, data: Data, institution: str, number: str, psn_no: str, lines: list[FeeLine], total: int
    ) -> MobileOrder:
        person = self._books.people[psn_no]
        mdtrt_id = self._desk.open_visit(person, person.insutype, institution, str(data["iptOtpNo"]))
        batch = str(data["chrgBchno"])
        self._books.write(e.Told(mdtrt_id=mdtrt_id, med_type=str(data["medType"])))
        self._books.write(e.Removed(mdtrt_id=mdtrt_id, batch=batch))
        self._books.write(e.Sent(mdtrt_id=mdtrt_id, batch=batch, lines=lines))
        made = e.Ordered(
            pay_ord_id=self._books.number("ORD"),
            pay_token=secrets.token_hex(16),
            med_org_ord=number,
            institution=institution,
            mdtrt_id=mdtrt_id,
            psn_no=psn_no,
            batch=batch,
            total=total,
        )
        self._books.write(made)
        return self._books.orders[made.pay_ord_id]

    def _named(self, data: Data) -> MobileOrder:
        """The order that is meant. Raises Refusal."""
        order = self._books.orders.get(str(data["payOrdId"]))
        if order is None or data.get("payToken") != order.ordered.pay_token:
            raise Refusal("支付订单不存在")
        person = self._books.people[order.ordered.psn_no]
        if data.get("idNo", person.certno) != person.certno or data.get("orgCodg") != order.ordered.institution:
            raise Refusal("支付订单与参保人不符")
        return order

    def _order(self, data: Data) -> Data:
        order = self._named(data)
        person = self._desk.insured(order.ordered.psn_no, self._books.people[order.ordered.psn_no].insutype)
        if order.status in ("0", DIVIDED):
            self._permitted(data, person.certno)
            use_account = data.get("acctUsedFlag") == "1"
            visit = self._books.visits[order.ordered.mdtrt_id]
            lines = list(visit.batches.get(order.ordered.batch, {}).values())
            split = self._desk.divided(visit, person, lines, use_account=use_account).split
            moved = e.OrderMoved(
                pay_ord_id=order.ordered.pay_ord_id,
                ord_stas=DIVIDED,
                split=split,
                use_account=use_account,
                pay_auth_no=str(data.get("payAuthNo", "")),
            )
            self._books.write(moved)
        return self._told(order)

    def confirm(self, pay_ord_id: str) -> Data:
        """The payer confirms in the app, or has paid their own part: the order is settled. Raises Refusal."""
        order = self._books.orders.get(pay_ord_id)
        if order is None or order.moved is None or order.moved.split is None:
            raise Refusal("支付订单不存在或未下单")
        if order.status == DIVIDED:
            one, moved = order.ordered, order.moved
            person, visit = self._books.people[one.psn_no], self._books.visits[one.mdtrt_id]
            asked = wire.Settling(
                psn_no=one.psn_no,
                mdtrt_cert_type="02",
                mdtrt_cert_no=person.certno,
                med_type=visit.med_type,
                medfee_sumamt=yuan(one.total),
                psn_setlway="01",
                mdtrt_id=one.mdtrt_id,
                chrg_bchno=one.batch,
                insutype=person.insutype,
                acct_used_flag="1" if moved.use_account else "0",
                invono=one.med_org_ord,
            )
            lines = list(visit.batches[one.batch].values())
            made = self._desk.settle(one.pay_ord_id, asked, visit, person, lines)
            if made.split.psn_cash_pay != order.moved.split.psn_cash_pay:
                self._desk.reverse(made, one.pay_ord_id)
                raise Refusal("待遇已变化，请重新下单")
            settled = msgspec.structs.replace(moved, ord_stas=SETTLED, split=made.split, setl_id=made.setl_id)
            self._books.write(settled)
        return self._told(order)

    def settle_for(self, body: MixedBody) -> bool:
        """The insured part of an order that is paid inside WeChat: settled when the parts agree with the order's.

        An order that the insurer never heard of is taken as settled: then WeChat alone is rehearsed.
        """
        order = self._books.orders.get(body.pay_order_id)
        if order is None:
            return True
        split = order.moved.split if order.moved else None
        if split is None or body.serial_no != order.ordered.med_org_ord:
            return False
        told = (body.med_ins_gov_fee, body.med_ins_self_fee, body.med_ins_cash_fee)
        if told != (split.fund_pay_sumamt, split.acct_pay, split.psn_cash_pay):
            return False
        try:
            self.confirm(body.pay_order_id)
        except Refusal:
            return False
        return order.status == SETTLED

    def _find(self, data: Data) -> Data:
        order = self._named(data)
        more = {"setlType": "ALL", "medOrgOrd": order.ordered.med_org_ord} if order.status == SETTLED else {}
        return self._told(order) | more

    def _told(self, order: MobileOrder) -> Data:
        split = order.moved.split if order.moved else None
        own = split.psn_cash_pay if split else order.ordered.total
        return {
            "payOrdId": order.ordered.pay_ord_id,
            "ordStas": order.status,
            "feeSumamt": _yuan(order.ordered.total),
            "ownPayAmt": _yuan(own),
            "psnAcctPay": _yuan(split.acct_pay if split else 0),
            "fundPay": _yuan(split.fund_pay_sumamt if split else 0),
            "acctMulaidPay": _yuan(split.acct_mulaid_pay if split else 0),
            "hospPartAmt": _yuan(0),
            "othFeeAmt": _yuan(0),
            "deposit": _yuan(0),
        }

    def _revoke(self, data: Data) -> Data:
        order = self._named(data)
        if order.status in ("0", DIVIDED):
            self._books.write(e.OrderMoved(pay_ord_id=order.ordered.pay_ord_id, ord_stas=REVOKED))
            self._books.write(e.Removed(mdtrt_id=order.ordered.mdtrt_id, batch=order.ordered.batch))
        elif order.status != REVOKED:
            raise Refusal("订单已结算，不能撤销")
        return {"payOrdId": order.ordered.pay_ord_id, "ordStas": REVOKED}

    def _refund(self, data: Data) -> Data:
        order = self._books.orders.get(str(data["payOrdId"]))
        if order is None or order.moved is None or order.moved.split is None:
            raise Refusal("支付订单不存在")
        # What was paid under a permission may go back under it, long after it ran out for anything else.
        if not order.moved.pay_auth_no or data.get("payAuthNo") != order.moved.pay_auth_no:
            self._permitted(data, self._books.people[order.ordered.psn_no].certno)
        if str(data["appRefdSn"]) not in order.refunds:
            self._give_back(order, order.moved, data)
        return {"payOrdId": order.ordered.pay_ord_id, "refStatus": "SUCC"}

    def _give_back(self, order: MobileOrder, moved: e.OrderMoved, data: Data) -> None:
        cash, account, fund = (_fen(data[name]) for name in ("cashRefdAmt", "psnAcctRefdAmt", "fundRefdAmt"))
        split, kind = moved.split, str(data["refdType"])
        if split is None or order.status not in (SETTLED, INSURANCE_BACK, CASH_BACK, CASH_PART_BACK):
            raise Refusal("订单未结算，不能退款")
        if cash + account + fund != _fen(data["totlRefdAmt"]) or cash < 0:
            raise Refusal("退款金额合计不符")
        cash_before = sum(one.cash for one in order.refunds.values())
        insured = (account, fund)
        whole = (split.acct_pay, split.fund_pay_sumamt)
        insurance_done = any(one.kind in ("ALL", "HI") for one in order.refunds.values())
        fits = {
            "ALL": cash == split.psn_cash_pay and insured == whole and not order.refunds,
            "HI": cash == 0 and insured == whole and not insurance_done,
            "CASH": insured == (0, 0) and 0 < cash <= split.psn_cash_pay - cash_before,
        }
        if not fits.get(kind):
            raise Refusal("退款金额与原订单不符")
        if kind in ("ALL", "HI"):
            self._desk.reverse(self._books.settlements[moved.setl_id], str(data["appRefdSn"]))
        self._books.write(
            e.OrderRefunded(
                pay_ord_id=order.ordered.pay_ord_id, app_refd_sn=str(data["appRefdSn"]), kind=kind, cash=cash
            )
        )
        cash_done = cash_before + cash == split.psn_cash_pay
        insurance_done = insurance_done or kind in ("ALL", "HI")
        status = (REFUNDED if cash_done else INSURANCE_BACK) if insurance_done else CASH_BACK
        if not insurance_done and not cash_done:
            status = CASH_PART_BACK
        self._books.write(msgspec.structs.replace(moved, ord_stas=status))


def _line(one: Data) -> FeeLine:
    return FeeLine(
        feedetl_sn=str(one["feedetlSn"]),
        med_list_codg=str(one.get("medListCodg", "")),
        medins_list_codg=str(one["medinsListCodg"]),
        name=str(one.get("medinsListName", "")),
        med_chrgitm_type=str(one.get("medChrgitmType", "")),
        cnt_milli=milli(Decimal(str(one["cnt"]))),
        pric=_fen(one["pric"]),
        det_item_fee_sumamt=_fen(one["detItemFeeSumamt"]),
        fee_ocur_time=read(str(one["feeOcurTime"])),
    )


def _fen(value: Any) -> int:
    return fen(Decimal(str(value)))


def _yuan(value: int) -> str:
    return str(yuan(value))
