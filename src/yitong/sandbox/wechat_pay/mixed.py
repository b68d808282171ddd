"""Mixed insurance orders (``/v3/med-ins/orders``) from WeChat's side: sums checked, both parts paid together."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from yitong.gateways.sandbox_keys import APP_ID
from yitong.sandbox.channels import books
from yitong.sandbox.channels.books import BEIJING
from yitong.sandbox.wechat_pay.orders import Orders, Refusal, param_error, typed
from yitong.sandbox.wechat_pay.signing import PlatformKey

TYPES = frozenset(
    {
        *("REG_PAY", "DIAG_PAY", "COVID_EXAM_PAY", "IN_HOSP_PAY", "PHARMACY_PAY", "INSURANCE_PAY", "INT_REG_PAY"),
        *("INT_RE_DIAG_PAY", "INT_RX_PAY", "COVID_ANTIGEN_PAY", "MED_PAY"),
    }
)
_DIGEST = re.compile(r"[0-9a-f]{32}")


class _Person(msgspec.Struct):
    name: str
    id_digest: str
    card_type: str


class MixedBody(msgspec.Struct):
    """What a mixed order has to carry."""

    mix_pay_type: str
    order_type: str
    appid: str
    openid: str
    payer: _Person
    pay_for_relatives: bool
    out_trade_no: str
    serial_no: str
    med_inst_name: str
    med_inst_no: str
    city_id: str
    total_fee: int
    callback_url: str
    relative: _Person | None = None
    pay_order_id: str = ""
    pay_auth_no: str = ""
    geo_location: str = ""
    med_ins_order_create_time: datetime | None = None
    med_ins_gov_fee: int = 0
    med_ins_self_fee: int = 0
    med_ins_other_fee: int = 0
    med_ins_cash_fee: int = 0
    wechat_pay_cash_fee: int = 0
    cash_add_detail: list[dict[str, Any]] = []
    cash_reduce_detail: list[dict[str, Any]] = []
    prepay_id: str = ""
    attach: str = ""
    channel_no: str = ""


class Mixed(msgspec.Struct):
    """One mixed order; the statuses without their prefixes."""

    mix_trade_no: str
    body: MixedBody
    whole: str = "CREATED"
    cash: str = "CREATED"
    insurance: str = "CREATED"
    paid_at: datetime | None = None
    refunds: dict[str, int] = {}  # insurer's refunds by out_refund_no
    page: str = ""  # where a demo person pays it


class RefundTold(msgspec.Struct):
    """What the merchant says of the insurer's refund."""

    med_refund_total_fee: int
    med_refund_gov_fee: int
    med_refund_self_fee: int
    med_refund_other_fee: int
    refund_time: datetime
    out_refund_no: str


class MixedOrders:
    """The mixed orders of the merchant, kept in a file; the newest line of an order holds."""

    def __init__(self, path: Path, orders: Orders) -> None:
        self._path = path
        self._orders = orders
        self._by_number: dict[str, Mixed] = {}
        if path.exists():
            for line in path.read_bytes().splitlines():
                one = msgspec.json.decode(line, type=Mixed)
                self._by_number[one.body.out_trade_no] = one

    def _keep(self, order: Mixed) -> None:
        self._by_number[order.body.out_trade_no] = order
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(order) + b"\n")

    def waiting(self) -> list[Mixed]:
        """The orders that were not paid yet, the newest first."""
        return [one for one in reversed(self._by_number.values()) if one.whole == "CREATED"]

    def open(self, body: str, key: PlatformKey | None, origin: str = "") -> dict[str, Any]:
        """Open an order, sealed for the platform key ``key``; its page is at ``origin``. Raises Refusal."""
        asked: MixedBody = typed(body, MixedBody)
        if asked.out_trade_no in self._by_number:
            raise Refusal(400, "268512536", "订单已存在")
        self._check(asked)
        self._check_people(asked, key)
        number = books.new_number("53010", self._orders.books.clock.now(), 32)
        order = Mixed(number, asked, page=f"{origin}/pay/{number}" if origin else "")
        order.cash = "NONE" if asked.mix_pay_type == "INSURANCE_ONLY" else "CREATED"
        order.insurance = "NONE" if asked.mix_pay_type == "CASH_ONLY" else "CREATED"
        self._keep(order)
        return self.told(order)

    def _check(self, asked: MixedBody) -> None:
        if asked.appid != APP_ID or asked.openid not in self._orders.openids:
            raise param_error("appid or openid")
        if asked.order_type not in TYPES or "?" in asked.callback_url or not asked.callback_url.startswith("http"):
            raise param_error("order_type or callback_url")
        added = sum(one["cash_add_fee"] for one in asked.cash_add_detail)
        reduced = sum(one["cash_reduce_fee"] for one in asked.cash_reduce_detail)
        insured = asked.med_ins_gov_fee + asked.med_ins_self_fee + asked.med_ins_other_fee
        if asked.total_fee != insured + asked.wechat_pay_cash_fee + reduced:
            raise Refusal(400, "268529476", "订单总金额与各部分金额之和不一致")
        if asked.mix_pay_type == "CASH_ONLY":
            if insured or asked.med_ins_cash_fee or asked.pay_order_id or asked.pay_auth_no or asked.geo_location:
                raise param_error("CASH_ONLY")
        else:
            if not (asked.pay_order_id and asked.pay_auth_no and asked.geo_location):
                raise param_error("pay_order_id, pay_auth_no, geo_location")
            if asked.med_ins_order_create_time is None:
                raise param_error("med_ins_order_create_time")
            if asked.wechat_pay_cash_fee != asked.med_ins_cash_fee + added - reduced:
                raise Refusal(400, "268529477", "现金部分金额不一致")
        if asked.mix_pay_type == "INSURANCE_ONLY":
            if asked.prepay_id or asked.wechat_pay_cash_fee:
                raise param_error("INSURANCE_ONLY")
            return
        try:
            trade = self._orders.books.by_token(asked.prepay_id)
        except books.Refused as refused:
            raise param_error("prepay_id") from refused
        if trade.number != asked.out_trade_no or trade.amount != asked.wechat_pay_cash_fee:
            raise Refusal(400, "268529481", "预支付单与混合单的单号或金额不一致")

    def _check_people(self, asked: MixedBody, key: PlatformKey | None) -> None:
        for person, code in ((asked.payer, "268545961"), (asked.relative, "268545964")):
            if person is None:
                if asked.pay_for_relatives and code == "268545964":
                    raise Refusal(400, code, "亲属信息缺失")
                continue
            if key is None:
                raise param_error("Wechatpay-Serial")
            try:
                name, digest = key.decrypted(person.name), key.decrypted(person.id_digest)
            except ValueError as error:
                raise param_error("敏感信息解密失败") from error
            if not name or not _DIGEST.fullmatch(digest):
                raise Refusal(400, code, "实名信息不一致")

    def told(self, order: Mixed) -> dict[str, Any]:
        """An order as the order, the query and the notice tell it."""
        asked = order.body
        said: dict[str, Any] = {
            "mix_trade_no": order.mix_trade_no,
            "mix_pay_status": f"MIX_PAY_{order.whole}",
            "self_pay_status": "NO_SELF_PAY" if order.cash == "NONE" else f"SELF_PAY_{order.cash}",
            "med_ins_pay_status": "NO_MED_INS_PAY" if order.insurance == "NONE" else f"MED_INS_PAY_{order.insurance}",
            **{
                name: getattr(asked, name) for name in ("mix_pay_type", "order_type", "appid", "openid", "out_trade_no")
            },
            **{name: getattr(asked, name) for name in ("serial_no", "pay_order_id", "med_inst_name", "med_inst_no")},
            **{name: getattr(asked, name) for name in ("total_fee", "med_ins_gov_fee", "med_ins_self_fee")},
            **{name: getattr(asked, name) for name in ("med_ins_other_fee", "med_ins_cash_fee", "wechat_pay_cash_fee")},
            "pay_for_relatives": asked.pay_for_relatives,
            "attach": asked.attach,
            "sandbox_page": order.page,  # the real one is paid in the app alone
        }
        if order.paid_at is not None:
            said["paid_time"] = order.paid_at.astimezone(BEIJING).isoformat(timespec="seconds")
        return said

    def find(self, number: str) -> Mixed:
        """An order by the merchant's number or by WeChat's. Raises Refusal."""
        for one in self._by_number.values():
            if number in (one.body.out_trade_no, one.mix_trade_no):
                return one
        raise Refusal(404, "ORDER_NOT_EXIST", "订单不存在")

    def pay(self, order: Mixed, at: datetime) -> None:
        """Both parts are paid."""
        order.cash = "NONE" if order.cash == "NONE" else "SUCCESS"
        order.insurance = "NONE" if order.insurance == "NONE" else "SUCCESS"
        order.whole, order.paid_at = "SUCCESS", at
        self._keep(order)

    def fail(self, order: Mixed) -> None:
        """Neither part is paid; the order is over."""
        order.cash = "NONE" if order.cash == "NONE" else "FAIL"
        order.insurance = "NONE" if order.insurance == "NONE" else "FAIL"
        order.whole = "FAIL"
        self._keep(order)

    def tell_refund(self, number: str, body: str) -> None:
        """The merchant says that the insurer took its part back. Raises Refusal."""
        order, said = self.find(number), typed(body, RefundTold)
        parts = said.med_refund_gov_fee + said.med_refund_self_fee + said.med_refund_other_fee
        insured = order.body.med_ins_gov_fee + order.body.med_ins_self_fee + order.body.med_ins_other_fee
        before = sum(fee for name, fee in order.refunds.items() if name != said.out_refund_no)
        if order.whole == "CREATED" or parts != said.med_refund_total_fee or before + parts > insured:
            raise param_error("退款金额")
        order.refunds = {**order.refunds, said.out_refund_no: parts}
        if before + parts == insured:
            order.insurance, order.whole = "REFUND", "REFUND"
        self._keep(order)
