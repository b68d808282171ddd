"""Mobile insurance payment as billing knows it: lines sent, an order made, asked for, taken back; amounts whole fen."""

from datetime import datetime
from typing import Literal, Protocol

import msgspec

from yitong.billing.ports import FeeLine

MobileState = Literal["processing", "settled", "taken_back", "failed", "unknown"]
RefundKind = Literal["ALL", "CASH", "HI"]


def mobile_state(ord_stas: str) -> MobileState:
    """What an order's status means; one that is not known is held until a person has looked.

    0–2 are under way, 3–6 settled in part or whole, 7–13 taken back or refunded, 14–16 failed.
    """
    number = int(ord_stas) if ord_stas.isdigit() else -1
    if 0 <= number <= 2:
        return "processing"
    if 3 <= number <= 6:
        return "settled"
    if 7 <= number <= 13:
        return "taken_back"
    return "failed" if 14 <= number <= 16 else "unknown"


class MobileBill(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid by phone; ``med_org_ord`` is our number, ``pay_auth_no`` the payer's permission."""

    fixmedins_code: str
    psn_no: str
    insutype: str
    insuplc_admdvs: str
    med_org_ord: str
    visit_no: str
    chrg_bchno: str
    id_no: str
    user_name: str
    med_type: str
    begins: datetime
    lines: list[FeeLine]
    department_code: str = ""
    department_name: str = ""
    ec_token: str = ""  # a voucher's code, or
    pay_auth_no: str = ""  # the permission that the payer gave in the app
    mdtrt_id: str = ""


class MobileOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order at the insurer (6201)."""

    fixmedins_code: str
    pay_ord_id: str
    pay_token: str
    mdtrt_id: str
    chrg_bchno: str
    med_org_ord: str
    id_no: str
    user_name: str


class MobileSplit(msgspec.Struct, frozen=True, kw_only=True):
    """How an order is divided (6202, 6301); own, account's and fund's part make the whole."""

    ord_stas: str
    fee_sumamt: int
    own_pay_amt: int
    psn_acct_pay: int
    fund_pay: int
    acct_mulaid_pay: int = 0
    hosp_part_amt: int = 0
    oth_fee_amt: int = 0
    setl_type: str = ""

    @property
    def state(self) -> MobileState:
        return mobile_state(self.ord_stas)


class MobileRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund to ask for (6203); ``ALL`` must equal every part of the order."""

    app_refd_sn: str
    kind: RefundKind
    cash: int
    account: int
    fund: int
    at: datetime
    ec_token: str = ""
    pay_auth_no: str = ""


class MobileInsurer(Protocol):
    """The insurance platform's mobile payment. Methods raise GatewayRefused or GatewayUnavailable."""

    async def upload(self, bill: MobileBill) -> MobileOrder:
        """Send the lines (6201); the same ``med_org_ord`` answers the same order."""
        ...

    async def order(self, order: MobileOrder, pay_auth_no: str, *, use_account: bool) -> MobileSplit:
        """Make the order (6202): what each side will pay. It is settled when the payer confirms."""
        ...

    async def find(self, order: MobileOrder) -> MobileSplit:
        """What became of an order (6301)."""
        ...

    async def revoke(self, order: MobileOrder) -> None:
        """Take back the lines of an order that was not settled (6401)."""
        ...

    async def refund(self, order: MobileOrder, refund: MobileRefund) -> Literal["SUCC", "FAIL", "EXP"]:
        """Give back (6203); the same ``app_refd_sn`` answers the same."""
        ...
