"""Mobile insurance payment over HTTP: 6201, 6202, 6203, 6301 and 6401."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast

import httpx
import msgspec

from yitong.billing.insurance.mobile import MobileBill, MobileOrder, MobileRefund, MobileSplit
from yitong.gateways.http import Caller
from yitong.gateways.insurance.amounts import BEIJING, fen, quantity, written, yuan
from yitong.gateways.insurance.courier import PARTY
from yitong.gateways.insurance.envelope import Forged
from yitong.gateways.insurance.mobile_envelope import Envelope, MobileSeals
from yitong.kernel.clock import SystemClock
from yitong.kernel.outside import GatewayRefused, GatewayUnavailable

PATH = "/org/local/api/hos/"
UPLOAD, ORDER, REFUND, FIND, REVOKE = "uldFeeInfo", "pay_order", "refund_Order", "query_order_info", "revoke_order"
OUTPATIENT_FEE = "01"
_CLOCK = SystemClock()


class MobileClient:
    """Plays ``billing.insurance.mobile.MobileInsurer``; every message is safe to repeat under the same numbers."""

    def __init__(
        self,
        url: str,
        seals: MobileSeals,
        *,
        now: Callable[[], datetime] = _CLOCK.now,
        timeout_s: float = 10.0,
        pause_s: float = 0.2,
    ) -> None:
        self._url = url.rstrip("/")
        self._seals = seals
        self._now = now
        self._caller = Caller(PARTY, timeout_s=timeout_s, pause_s=pause_s)

    async def upload(self, bill: MobileBill) -> MobileOrder:
        """Send the lines (6201)."""
        answer = await self._ask(UPLOAD, fee_info(bill))
        more = cast("dict[str, Any]", answer.get("extData") or {})
        made = MobileOrder(
            fixmedins_code=bill.fixmedins_code,
            pay_ord_id=str(answer.get("payOrdId", "")),
            pay_token=str(answer.get("payToken", "")),
            mdtrt_id=str(more.get("mdtrtId", bill.mdtrt_id)),
            chrg_bchno=bill.chrg_bchno,
            med_org_ord=bill.med_org_ord,
            id_no=bill.id_no,
            user_name=bill.user_name,
        )
        if not made.pay_ord_id or not made.pay_token:
            raise GatewayRefused(PARTY, "answer-unsound", "the answer names no order")
        return made

    async def order(self, order: MobileOrder, pay_auth_no: str, *, use_account: bool) -> MobileSplit:
        """Make the order (6202)."""
        asked = {
            "payAuthNo": pay_auth_no,
            "payOrdId": order.pay_ord_id,
            "payToken": order.pay_token,
            "orgCodg": order.fixmedins_code,
            "orgBizSer": order.med_org_ord,
            "chrgBchno": order.chrg_bchno,
            "feeType": OUTPATIENT_FEE,
            "mdtrtId": order.mdtrt_id,
            "acctUsedFlag": "1" if use_account else "0",
        }
        return _split(await self._ask(ORDER, asked))

    async def find(self, order: MobileOrder) -> MobileSplit:
        """What became of an order (6301)."""
        return _split(await self._ask(FIND, _naming(order)))

    async def revoke(self, order: MobileOrder) -> None:
        """Take back the lines of an order (6401)."""
        await self._ask(REVOKE, _naming(order))

    async def refund(self, order: MobileOrder, refund: MobileRefund) -> Literal["SUCC", "FAIL", "EXP"]:
        """Give back (6203); an unknown outcome counts as ``EXP``."""
        asked = {
            "payOrdId": order.pay_ord_id,
            "appRefdSn": refund.app_refd_sn,
            "appRefdTime": f"{refund.at.astimezone(BEIJING):%Y%m%d%H%M%S}",
            "refdType": refund.kind,
            "totlRefdAmt": _amount(refund.cash + refund.account + refund.fund),
            "cashRefdAmt": _amount(refund.cash),
            "psnAcctRefdAmt": _amount(refund.account),
            "fundRefdAmt": _amount(refund.fund),
            "ecToken": refund.ec_token,
            "payAuthNo": refund.pay_auth_no,
        }
        said = (await self._ask(REFUND, asked)).get("refStatus")
        return said if said in ("SUCC", "FAIL") else "EXP"

    async def _ask(self, operation: str, data: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in data.items() if value not in ("", None)}
        answer = await self._caller.call(lambda: self._request(operation, given), idempotent=True)
        try:
            envelope = msgspec.json.decode(answer.content, type=Envelope)
        except msgspec.MsgspecError as error:
            raise GatewayUnavailable(PARTY, f"status {answer.status_code} without a readable answer") from error
        if envelope.code != 0 or envelope.success is not True:
            raise GatewayRefused(PARTY, f"code {envelope.code}", envelope.message)
        try:
            return self._seals.open(envelope)
        except Forged as error:
            raise GatewayUnavailable(PARTY, f"an answer that cannot be trusted: {error}") from error

    def _request(self, operation: str, data: dict[str, Any]) -> httpx.Request:
        timestamp = str(int(self._now().timestamp() * 1000))
        content = msgspec.json.encode(self._seals.close(data, timestamp))
        headers = {"content-type": "application/json"}
        return httpx.Request("POST", self._url + PATH + operation, headers=headers, content=content)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


def fee_info(bill: MobileBill) -> dict[str, Any]:
    """6201's content. Raises ValueError when neither or both of voucher and permission are given."""
    if bool(bill.ec_token) == bool(bill.pay_auth_no):
        raise ValueError("either a voucher's code or a permission")
    return {
        "ecToken": bill.ec_token,
        "payAuthNo": bill.pay_auth_no,
        "mdtrtId": bill.mdtrt_id,
        "orgCodg": bill.fixmedins_code,
        "psnNo": bill.psn_no,
        "insutype": bill.insutype,
        "medOrgOrd": bill.med_org_ord,
        "begntime": written(bill.begins),
        "idNo": bill.id_no,
        "userName": bill.user_name,
        "idType": "01",
        "insuCode": bill.insuplc_admdvs,
        "iptOtpNo": bill.visit_no,
        "deptName": bill.department_name,
        "deptCode": bill.department_code,
        "caty": bill.department_code,
        "medType": bill.med_type,
        "feeType": OUTPATIENT_FEE,
        "psnSetlway": "01",
        "chrgBchno": bill.chrg_bchno,
        "pubHospRfomFlag": "0",
        "medfeeSumamt": _amount(sum(line.det_item_fee_sumamt for line in bill.lines)),
        "feedetailList": [
            {
                "feedetlSn": line.feedetl_sn,
                "feeOcurTime": written(line.fee_ocur_time),
                "medListCodg": line.med_list_codg,
                "medinsListCodg": line.medins_list_codg,
                "medinsListName": line.name,
                "medChrgitmType": line.med_chrgitm_type,
                "detItemFeeSumamt": _amount(line.det_item_fee_sumamt),
                "cnt": str(quantity(line.cnt_milli)),
                "pric": _amount(line.pric),
            }
            for line in bill.lines
        ],
    }


def _naming(order: MobileOrder) -> dict[str, Any]:
    return {
        "payOrdId": order.pay_ord_id,
        "payToken": order.pay_token,
        "orgCodg": order.fixmedins_code,
        "idNo": order.id_no,
        "userName": order.user_name,
        "idType": "01",
    }


def _amount(value: int) -> str:
    return str(yuan(value))


def _split(answer: dict[str, Any]) -> MobileSplit:
    """The parts an answer tells. Raises GatewayUnavailable when they do not add up."""
    try:
        made = MobileSplit(
            ord_stas=str(answer["ordStas"]),
            fee_sumamt=_fen(answer, "feeSumamt"),
            own_pay_amt=_fen(answer, "ownPayAmt"),
            psn_acct_pay=_fen(answer, "psnAcctPay"),
            fund_pay=_fen(answer, "fundPay"),
            acct_mulaid_pay=_fen(answer, "acctMulaidPay"),
            hosp_part_amt=_fen(answer, "hospPartAmt"),
            oth_fee_amt=_fen(answer, "othFeeAmt"),
            setl_type=str(answer.get("setlType", "")),
        )
    except (KeyError, ValueError, InvalidOperation) as error:
        raise GatewayUnavailable(PARTY, f"an unreadable amount: {error}") from error
    parts = (made.own_pay_amt, made.psn_acct_pay, made.fund_pay)
    if sum(parts) != made.fee_sumamt or min(parts) < 0:
        raise GatewayUnavailable(PARTY, "ownPayAmt + psnAcctPay + fundPay = feeSumamt does not hold")
    return made


def _fen(answer: dict[str, Any], name: str) -> int:
    return fen(Decimal(str(answer.get(name, "0"))))
