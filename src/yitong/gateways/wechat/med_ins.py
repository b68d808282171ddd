"""Insured bills paid inside WeChat (``/v3/med-ins/orders``): the insurer's order and the cash part in one.

wechatpayv3 does not know these addresses; its core signs, encrypts and verifies for them all the same.
"""

from datetime import datetime
from hashlib import md5
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from wechatpayv3.async_.type import RequestType

from yitong.billing.ports import MixedOrderAsk, MixedOrderFound, MixedPartState, MixedPerson
from yitong.gateways.wechat.pay import WechatPay
from yitong.kernel.outside import GatewayRefused

_BEIJING = ZoneInfo("Asia/Shanghai")
_PATH = "/v3/med-ins/orders"
_EXISTS = frozenset({"268512536", "ORDER_EXIST", "ALREADY_EXISTS", "OUT_TRADE_NO_USED"})
_NEVER_HEARD = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"})
_STATES: dict[str, MixedPartState] = {
    "CREATED": "created",
    "SUCCESS": "paid",
    "REFUND": "refunded",
    "FAIL": "failed",
}


class MixedOrder(msgspec.Struct, frozen=True):
    """A mixed order, as the order, the query and the notice tell it; a notice leaves out the two parts."""

    mix_trade_no: str
    mix_pay_status: str
    out_trade_no: str
    self_pay_status: str = ""
    med_ins_pay_status: str = ""
    appid: str = ""
    total_fee: int = 0
    paid_time: datetime | None = None
    med_ins_fail_reason: str = ""
    sandbox_page: str = ""  # the sandbox alone has a page


class Nothing(msgspec.Struct, frozen=True):
    """An answer without content (204)."""


def id_digest(id_number: str) -> str:
    """What WeChat compares an identity card by: MD5 of the 18 characters with a capital X, lower-case hexadecimal."""
    return md5(id_number.strip().upper().encode(), usedforsecurity=False).hexdigest()


def check_amounts(ask: MixedOrderAsk) -> None:
    """Raises ValueError when the order breaks one of WeChat's sums, or lacks or carries what its kind must (not)."""
    added, reduced = sum(ask.cash_add.values()), sum(ask.cash_reduce.values())
    insured = ask.med_ins_gov_fee + ask.med_ins_self_fee + ask.med_ins_other_fee
    amounts = (insured, ask.med_ins_cash_fee, ask.wechat_pay_cash_fee, *ask.cash_add.values())
    if min(*amounts, *ask.cash_reduce.values()) < 0:
        raise ValueError("no amount is negative")
    if ask.mix_pay_type == "CASH_ONLY":
        if insured or ask.med_ins_cash_fee or ask.pay_order_id or ask.pay_auth_no or ask.geo_location:
            raise ValueError("CASH_ONLY knows nothing of an insurer")
        if ask.total_fee != ask.wechat_pay_cash_fee + reduced:
            raise ValueError("total_fee = wechat_pay_cash_fee + reductions")
    else:
        if not ask.pay_order_id or not ask.pay_auth_no or not ask.geo_location:
            raise ValueError("an insured order names pay_order_id, pay_auth_no and geo_location")
        if ask.wechat_pay_cash_fee != ask.med_ins_cash_fee + added - reduced:
            raise ValueError("wechat_pay_cash_fee = med_ins_cash_fee + additions - reductions")
        if ask.total_fee != insured + ask.wechat_pay_cash_fee + reduced:
            raise ValueError("total_fee = insured parts + wechat_pay_cash_fee + reductions")
    if ask.mix_pay_type == "INSURANCE_ONLY":
        if ask.prepay_id or ask.wechat_pay_cash_fee:
            raise ValueError("INSURANCE_ONLY has no cash part")
    elif not ask.prepay_id or not ask.wechat_pay_cash_fee:
        raise ValueError("a cash part needs its prepay_id and an amount")


class WechatMedIns:
    """Plays billing's part of mixed orders. ``channel_no`` is the number that Tencent gave the hospital.

    ``pass_through`` says whether the insurer's own content repeats the order's numbers: the published documents
    disagree, so it is a setting.
    """

    def __init__(
        self,
        pay: WechatPay,
        callback_url: str,
        *,
        channel_no: str = "",
        pass_through: bool = False,
        test_env: bool = False,
    ) -> None:
        self._pay = pay
        self._callback_url = callback_url
        self._channel_no = channel_no
        self._pass_through = pass_through
        self._test_env = test_env

    async def open(self, ask: MixedOrderAsk) -> MixedOrderFound:
        """Open an order; one that exists already under the number is answered as it stands.

        Raises ValueError (amounts), GatewayRefused, GatewayUnavailable.
        """
        check_amounts(ask)
        body = await self._body(ask)
        try:
            said = await self._pay.ask(
                lambda: self._pay.core.request(_PATH, RequestType.POST, body, cipher_data=True), MixedOrder
            )
        except GatewayRefused as refused:
            found = await self.find(ask.payment_no) if refused.reason in _EXISTS else None
            if found is None or found.total_fee != ask.total_fee:
                raise
            return found
        return mixed_found(said)

    async def find(self, payment_no: str) -> MixedOrderFound | None:
        """What became of an order; None when WeChat never heard of it."""
        path = f"{_PATH}/out-trade-no/{quote(payment_no, safe='')}"
        try:
            return mixed_found(await self._pay.ask(lambda: self._pay.core.request(path), MixedOrder))
        except GatewayRefused as refused:
            if refused.reason in _NEVER_HEARD:
                return None
            raise

    async def tell_refund(
        self, mix_trade_no: str, refund_no: str, gov_fee: int, self_fee: int, other_fee: int, at: datetime
    ) -> None:
        """Say that the insurer took its part back; comes before the refund of the cash part, with the same number."""
        path = f"/v3/med-ins/refunds/notify?mix_trade_no={quote(mix_trade_no, safe='')}"
        body = {
            "med_refund_total_fee": gov_fee + self_fee + other_fee,
            "med_refund_gov_fee": gov_fee,
            "med_refund_self_fee": self_fee,
            "med_refund_other_fee": other_fee,
            "refund_time": _time(at),
            "out_refund_no": refund_no,
        }
        await self._pay.ask(lambda: self._pay.core.request(path, RequestType.POST, body), Nothing)

    async def _body(self, ask: MixedOrderAsk) -> dict[str, Any]:
        body: dict[str, Any] = {
            "mix_pay_type": ask.mix_pay_type,
            "order_type": ask.order_type,
            "appid": self._pay.merchant.app_id,
            "openid": ask.payer_openid,
            "payer": await self._person(ask.payer),
            "pay_for_relatives": ask.relative is not None,
            "out_trade_no": ask.payment_no,
            "serial_no": ask.serial_no,
            "med_inst_name": ask.med_inst_name,
            "med_inst_no": ask.med_inst_no,
            "city_id": ask.city_id,
            "total_fee": ask.total_fee,
            "callback_url": self._callback_url,
            "med_ins_test_env": self._test_env,
        }
        if ask.relative is not None:
            body["relative"] = await self._person(ask.relative)
        if ask.mix_pay_type != "CASH_ONLY":
            body |= self._insured(ask)
        if ask.mix_pay_type != "INSURANCE_ONLY":
            body |= {"wechat_pay_cash_fee": ask.wechat_pay_cash_fee, "prepay_id": ask.prepay_id}
        if ask.cash_add:
            body["cash_add_detail"] = [_detail("cash_add", kind, fee) for kind, fee in ask.cash_add.items()]
        if ask.cash_reduce:
            body["cash_reduce_detail"] = [_detail("cash_reduce", kind, fee) for kind, fee in ask.cash_reduce.items()]
        optional = {"attach": ask.attach, "channel_no": self._channel_no}
        return body | {name: value for name, value in optional.items() if value}

    def _insured(self, ask: MixedOrderAsk) -> dict[str, Any]:
        said: dict[str, Any] = {
            "pay_order_id": ask.pay_order_id,
            "pay_auth_no": ask.pay_auth_no,
            "geo_location": ask.geo_location,
            "med_ins_order_create_time": _time(ask.created_at),
            "med_ins_gov_fee": ask.med_ins_gov_fee,
            "med_ins_self_fee": ask.med_ins_self_fee,
            "med_ins_other_fee": ask.med_ins_other_fee,
            "med_ins_cash_fee": ask.med_ins_cash_fee,
        }
        if self._pass_through:
            content = {"payAuthNo": ask.pay_auth_no, "payOrdId": ask.pay_order_id, "setlLatlnt": ask.geo_location}
            said["passthrough_request_content"] = msgspec.json.encode(content).decode()
        return said

    async def _person(self, person: MixedPerson) -> dict[str, str]:
        """A person as WeChat takes one: name and digest each encrypted for WeChat alone."""
        return {
            "name": await self._pay.encrypted(person.name),
            "id_digest": await self._pay.encrypted(id_digest(person.id_number)),
            "card_type": "ID_CARD",
        }


def _detail(kind: str, name: str, fee: int) -> dict[str, Any]:
    return {f"{kind}_fee": fee, f"{kind}_type": name}


def _time(moment: datetime) -> str:
    return moment.astimezone(_BEIJING).isoformat(timespec="seconds")


def mixed_found(said: MixedOrder) -> MixedOrderFound:
    """A mixed order in billing's words."""
    return MixedOrderFound(
        mix_trade_no=said.mix_trade_no,
        payment_no=said.out_trade_no,
        whole=_state(said.mix_pay_status, "MIX_PAY_"),
        cash=_state(said.self_pay_status, "SELF_PAY_"),
        insurance=_state(said.med_ins_pay_status, "MED_INS_PAY_"),
        total_fee=said.total_fee,
        paid_at=said.paid_time,
        fail_reason=said.med_ins_fail_reason,
        page=said.sandbox_page,
    )


def _state(status: str, prefix: str) -> MixedPartState:
    if status in ("NO_SELF_PAY", "NO_MED_INS_PAY"):
        return "none"
    return _STATES.get(status.removeprefix(prefix), "unknown")
