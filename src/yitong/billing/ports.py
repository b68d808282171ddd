"""What billing asks of the outside world: an insurer and channels that move money; gateways play these parts.

All amounts are whole fen. Every method may raise ``GatewayRefused`` (understood and refused: nothing happened) or
``GatewayUnavailable`` (no usable answer: it may or may not have happened), both of ``kernel.outside``; the caller
then asks what became of it, under the same number, before it does anything else.
"""

from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.text import Bilingual

CredentialKind = Literal[
    "01", "02", "03"
]  # mdtrt_cert_type: insurance voucher token, identity card, social-security card
ChannelName = Literal["wechat", "alipay", "card", "face", "cash"]


class Credential(msgspec.Struct, frozen=True):
    """What a person shows at a counter (national interface: mdtrt_cert_type, mdtrt_cert_no, card_sn)."""

    mdtrt_cert_type: CredentialKind
    mdtrt_cert_no: str
    card_sn: str = ""
    certno: str = ""
    psn_name: str = ""


class Insurance(msgspec.Struct, frozen=True):
    """One insurance that a person holds (1101 insuinfo)."""

    insutype: str
    psn_type: str
    psn_insu_stas: str
    insuplc_admdvs: str
    balc: int  # balance of the personal account
    cvlserv_flag: str = "0"
    emp_name: str = ""


class InsuredPerson(msgspec.Struct, frozen=True):
    """Who the insurer knows behind a credential (1101)."""

    psn_no: str
    certno: str
    psn_name: str
    gend: str
    brdy: date
    insurances: list[Insurance]


class FeeLine(msgspec.Struct, frozen=True):
    """One line of a bill as the insurer sees it (2204 feedetail)."""

    feedetl_sn: str  # the charge line's id
    med_list_codg: str  # the national catalogue's code; empty when the item has none: self-paid in full
    medins_list_codg: str  # the hospital's own code
    name: str
    med_chrgitm_type: str  # category of the charge
    cnt_milli: int  # quantity in thousandths
    pric: int
    det_item_fee_sumamt: int
    fee_ocur_time: datetime
    bilg_dept_codg: str = ""
    bilg_dr_codg: str = ""


class InsuranceBill(msgspec.Struct, frozen=True):
    """What is to be settled in one go: the person, the visit and its lines."""

    fixmedins_code: str  # the hospital's code at the insurer
    psn_no: str
    insutype: str
    insuplc_admdvs: str
    credential: Credential
    med_type: str
    mdtrt_id: str
    chrg_bchno: str  # our batch number: the same for pre-settling and settling
    acct_used_flag: bool
    lines: list[FeeLine]
    acct_mulaid_psn_no: str = ""  # the family account that helps, when one does


class InsuranceSplit(msgspec.Struct, frozen=True):
    """How the insurer divides a bill (2206/2207 setlinfo); ``billing.rules`` asserts the invariants on every answer."""

    medfee_sumamt: int
    fulamt_ownpay_amt: int
    overlmt_selfpay: int
    preselfpay_amt: int
    inscp_scp_amt: int
    act_pay_dedc: int
    hifp_pay: int
    cvlserv_pay: int
    hifes_pay: int
    hifmi_pay: int
    hifob_pay: int
    maf_pay: int
    oth_pay: int
    fund_pay_sumamt: int
    psn_part_amt: int
    acct_pay: int
    acct_mulaid_pay: int  # inside acct_pay
    psn_cash_pay: int
    hosp_part_amt: int
    balc: int  # the personal account after it
    pool_prop_selfpay: int  # what the ratio leaves to the person
    notes: list[str] = []  # setl_proc_info, one a step


class InsuranceSettlement(msgspec.Struct, frozen=True):
    """A settlement that the insurer made (2207)."""

    setl_id: str
    mdtrt_id: str
    setl_time: datetime
    split: InsuranceSplit


class InsurerTotal(msgspec.Struct, frozen=True):
    """One line of the insurer's own account of a day (3202)."""

    setl_id: str
    medins_setl_id: str
    reverses: str  # the setl_id it reverses, or empty
    setl_time: datetime
    medfee_sumamt: int
    fund_pay_sumamt: int
    acct_pay: int


class InsurerSilent(GatewayUnavailable):
    """The insurer gave no usable answer to a message; ``Insurer.undo`` takes its number and kind to reverse it."""

    def __init__(self, party: Bilingual, reason: str, omsgid: str, oinfno: str) -> None:
        super().__init__(party, reason)
        self.omsgid = omsgid
        self.oinfno = oinfno


class Insurer(Protocol):
    """The insurance platform; a message whose answer was lost raises InsurerSilent."""

    async def person(self, fixmedins_code: str, credential: Credential, at: datetime) -> InsuredPerson:
        """Who shows this credential (1101)."""
        ...

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
        """Open a visit (2201, then 2203A with its diagnoses as (code, name)); answers mdtrt_id.

        The same ``visit_no`` answers the same.
        """
        ...

    async def pre_settle(self, bill: InsuranceBill) -> InsuranceSplit:
        """Send the lines (2204) and ask for the split (2206A); nothing is paid."""
        ...

    def message_no(self, fixmedins_code: str) -> str:
        """A number for a message that is written down before it is sent (msgid); never given twice. Asks nobody."""
        ...

    async def settle(
        self, bill: InsuranceBill, expected: InsuranceSplit, medins_setl_id: str, msgid: str = ""
    ) -> InsuranceSettlement:
        """Settle (2207A). ``medins_setl_id`` is our number of it: asking again with it answers the same settlement.

        ``msgid`` is the message's own number, from :meth:`message_no`, under which it can be undone whatever happens.
        """
        ...

    async def settlement(
        self, fixmedins_code: str, psn_no: str, mdtrt_id: str, medins_setl_id: str
    ) -> InsuranceSettlement | None:
        """What became of a settlement whose answer was lost; None when it was not made."""
        ...

    async def reverse(
        self, fixmedins_code: str, psn_no: str, mdtrt_id: str, setl_id: str, medins_setl_id: str, *, med_type: str = ""
    ) -> str:
        """Take a settlement back as a whole (2208A, of a stay 2305); answers the reversal's setl_id.

        Asking again answers the same. ``med_type`` is the bill's.
        """
        ...

    async def undo(self, fixmedins_code: str, psn_no: str, omsgid: str, oinfno: str) -> None:
        """Reverse a message whose answer was lost (2601), whether or not it had its effect."""
        ...

    async def settlements(self, fixmedins_code: str, day: date) -> list[InsurerTotal]:
        """The insurer's settlements and reversals of a day (3201 totals checked, then 3202 details)."""
        ...


PaymentState = Literal["waiting", "paid", "closed", "refunded", "unknown"]
Scene = Literal["jsapi", "native", "h5", "code", "terminal", "window"]


class PaymentAsk(msgspec.Struct, frozen=True):
    """A payment to open at a channel."""

    payment_no: str  # out_trade_no: ours, never used twice for different payments
    organization_id: UUID
    amount: int
    subject: str  # what the payer reads; no names, no diseases
    scene: Scene
    expires_at: datetime
    payer: str = ""  # openid or buyer id for jsapi; the payer's own code for scene "code"; terminal id for "terminal"
    attach: str = ""


class PaymentOpened(msgspec.Struct, frozen=True):
    """What the payer's device needs to pay."""

    invoke: dict[
        str, str
    ]  # JSAPI parameters, {"code_url": …}, {"h5_url": …}, {"form": …}; empty for a terminal or a window
    paid: bool = False  # the channel took the money at once (cash, a shown code)


class PaymentFound(msgspec.Struct, frozen=True):
    """What the channel says of a payment, by answer or by notice."""

    payment_no: str
    state: PaymentState
    amount: int
    refunded: int = 0
    channel_no: str = ""  # the channel's own number (transaction_id, trade_no)
    paid_at: datetime | None = None
    payer: str = ""


class RefundFound(msgspec.Struct, frozen=True):
    """What the channel says of a refund."""

    refund_no: str
    payment_no: str
    state: Literal["processing", "done", "failed", "unknown"]
    amount: int
    channel_no: str = ""
    done_at: datetime | None = None


class ChannelLine(msgspec.Struct, frozen=True):
    """One line of a channel's bill of a day; a refund has its own number and a positive amount."""

    kind: Literal["payment", "refund"]
    number: str  # our payment_no or refund_no
    payment_no: str
    channel_no: str
    amount: int
    at: datetime
    fee: int = 0


class PaymentChannel(Protocol):
    """One way to move money. Every call with the same number means the same thing, however often it is made."""

    name: ChannelName

    async def open(self, ask: PaymentAsk) -> PaymentOpened:
        """Open a payment."""
        ...

    async def find(self, payment_no: str) -> PaymentFound | None:
        """What became of a payment; None when the channel never heard of it."""
        ...

    async def close(self, payment_no: str) -> PaymentFound:
        """End a payment that was not made; one that was paid meanwhile is answered as paid."""
        ...

    async def refund(self, payment_no: str, refund_no: str, amount: int, total: int, reason: str) -> RefundFound:
        """Give back a part of a payment of ``total``."""
        ...

    async def find_refund(self, payment_no: str, refund_no: str) -> RefundFound | None:
        """What became of a refund; None when the channel never heard of it."""
        ...

    async def lines(self, day: date) -> list[ChannelLine]:
        """The channel's own bill of a day."""
        ...


class PaymentChannels:
    """The channels that are connected, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, PaymentChannel] = {}

    def connect(self, channel: PaymentChannel) -> None:
        """Take a channel in; a second one of the same name replaces the first."""
        self._by_name[channel.name] = channel

    def get(self, name: str) -> PaymentChannel | None:
        """The channel of that name, if connected."""
        return self._by_name.get(name)

    def names(self) -> list[str]:
        """The connected channels' names."""
        return sorted(self._by_name)


NoticeVerdict = Literal["taken", "unknown", "wrong-amount"]


class NoticeTaker(Protocol):
    """Who learns from a channel's notices what became of a payment; a notice may come late, twice and in any order.

    Only notices whose sender, age and merchant were found good are handed over. ``unknown``: the number is none of
    ours. ``wrong-amount``: it is ours, but not over that amount; nothing was accepted.
    """

    async def payment(self, channel: ChannelName, found: PaymentFound) -> NoticeVerdict:
        """What a notice says of a payment."""
        ...

    async def refund(self, channel: ChannelName, found: RefundFound) -> NoticeVerdict:
        """What a notice says of a refund."""
        ...


MixPayType = Literal["CASH_ONLY", "INSURANCE_ONLY", "CASH_AND_INSURANCE"]
MixedPartState = Literal["none", "created", "paid", "refunded", "failed", "unknown"]


class MixedPerson(msgspec.Struct, frozen=True):
    """The payer of a mixed order, or the relative it is for: name and identity-card number, sealed on their way."""

    name: str
    id_number: str


class MixedOrderAsk(msgspec.Struct, frozen=True):
    """An insured bill paid in WeChat: the insurer's order (6201/6202) and, for its cash part, an opened payment.

    total_fee = gov + self + other + wechat_cash + all reductions; wechat_cash = ins_cash + additions - reductions.
    """

    payment_no: str  # out_trade_no, the same as the cash part's
    mix_pay_type: MixPayType
    order_type: str  # REG_PAY, DIAG_PAY, …
    payer_openid: str
    payer: MixedPerson
    serial_no: str  # medOrgOrd of 6201
    med_inst_name: str
    med_inst_no: str
    city_id: str
    created_at: datetime
    total_fee: int
    pay_order_id: str = ""  # payOrdId of 6201
    pay_auth_no: str = ""
    geo_location: str = ""  # "longitude,latitude"
    med_ins_gov_fee: int = 0
    med_ins_self_fee: int = 0
    med_ins_other_fee: int = 0
    med_ins_cash_fee: int = 0
    wechat_pay_cash_fee: int = 0
    cash_add: dict[str, int] = {}  # cash_add_type to fen
    cash_reduce: dict[str, int] = {}  # cash_reduce_type to fen
    prepay_id: str = ""
    relative: MixedPerson | None = None
    attach: str = ""


class MixedOrderFound(msgspec.Struct, frozen=True):
    """What WeChat says of a mixed order: the whole and its two parts."""

    mix_trade_no: str
    payment_no: str
    whole: MixedPartState
    cash: MixedPartState
    insurance: MixedPartState
    total_fee: int = 0
    paid_at: datetime | None = None
    fail_reason: str = ""
    page: str = ""  # where a browser pays it; only the sandbox has such a page


class MixedOrders(Protocol):
    """Insured bills that are paid inside WeChat; asking again under the same number answers the same order."""

    async def open(self, ask: MixedOrderAsk) -> MixedOrderFound:
        """Open a mixed order. Raises ValueError when its amounts do not add up."""
        ...

    async def find(self, payment_no: str) -> MixedOrderFound | None:
        """What became of it; to be asked until it is final, as its notice is sent for about half a minute only."""
        ...

    async def tell_refund(
        self, mix_trade_no: str, refund_no: str, gov_fee: int, self_fee: int, other_fee: int, at: datetime
    ) -> None:
        """Say that the insurer took its part back; the cash part goes back by a refund with the same number."""
        ...


class MixedNoticeTaker(Protocol):
    """Who learns from notices what became of a mixed order."""

    async def mixed(self, found: MixedOrderFound) -> NoticeVerdict:
        """What a notice says of a mixed order."""
        ...
