"""What goes in and out of payments; money is whole fen."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.billing.ports import ChannelName, Credential, Scene
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual

Fen = Annotated[int, Meta(ge=0, le=10**12)]
Word = Annotated[str, Meta(max_length=200)]


class ChannelChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to pay. The last one without an amount takes what remains.

    ``payer``: openid or buyer id for jsapi, the shown code for scene ``code``, the terminal for ``terminal``.
    """

    channel: ChannelName
    scene: Scene
    amount_fen: Annotated[int, Meta(gt=0, le=10**12)] | None = None
    payer: Word = ""


class PayWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody wants to pay a bill; the same for the preview and the payment.

    ``charge_ids``: the lines to pay, all that are open when left out. ``pay_token``: from the bill's code, when the
    payer is not the patient's family. ``credential``: what was shown; the patient's identity card when left out.
    ``coverage_id``: the commercial policy that pays directly with ``use_commercial``, the first when left out.
    """

    organization_id: UUID
    bill_id: UUID
    charge_ids: Annotated[list[UUID], Meta(max_length=500)] | None = None
    pay_token: Word | None = None
    use_insurance: bool = False
    use_account: bool = True
    insutype: Word | None = None
    credential: Credential | None = None
    use_commercial: bool = False
    coverage_id: UUID | None = None
    deposit_fen: Fen = 0
    channels: Annotated[list[ChannelChoice], Meta(max_length=4)] = []


class MixedWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay with insurance inside WeChat; ``auth_code`` is what the payer brought back from the insurer's page."""

    auth_code: Annotated[str, Meta(min_length=1, max_length=200)]


class PayRequest(PayWish, frozen=True, kw_only=True):
    """A confirmed payment: ``confirmed_fen`` is the payer's own part as the confirmation page showed it.

    ``mixed``: insurance and cash in one order of WeChat; ``channels`` then is ``wechat`` by ``jsapi`` alone, or empty
    when nothing is left to the payer.
    """

    confirmed_fen: Fen
    mixed: MixedWish | None = None


class LineQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a line goes back, in thousandths; a line in whole pieces goes back in whole pieces."""

    charge_id: UUID
    cnt_milli: Annotated[int, Meta(gt=0, le=10**9)]


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines to give back whole, and lines of which a part goes back; all that are still paid when neither is named.

    ``window``: where cash is handed over at once.
    """

    organization_id: UUID
    charge_ids: Annotated[list[UUID], Meta(max_length=500)] | None = None
    quantities: Annotated[list[LineQuantity], Meta(max_length=500)] = []
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    window: Word | None = None


class CashRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cash counted at a window."""

    organization_id: UUID
    amount_fen: Fen
    window: Annotated[str, Meta(min_length=1, max_length=40)]


class AtOrganization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hospital it is about."""

    organization_id: UUID


class PreviewPart(msgspec.Struct, frozen=True):
    """What one payer would pay, and who that is; ``family``: the account of a relative who shares it (家庭共济)."""

    kind: Literal["fund", "hospital", "account", "family", "commercial", "deposit", "own"]
    name: str
    amount_fen: int
    text: Bilingual


class MixedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the bill can be paid with insurance inside WeChat, and why not.

    ``authorize_url`` is the insurer's page for the permission; its ``redirectUrl`` is added by whoever goes there.
    """

    offered: bool
    reason: str | None
    text: Bilingual | None
    authorize_url: str | None


class PolicyChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A commercial policy of the patient's that can pay directly."""

    coverage_id: UUID
    insurer_code: str
    insurer_name: Bilingual
    policy_tail: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The confirmation page: who pays what of the lines, and why."""

    organization_id: UUID
    bill_id: UUID
    charge_ids: list[UUID]
    total_fen: int
    owed_fen: int  # owed since an earlier refund: then it is all that is to be paid, and there are no lines
    own_fen: int  # what the payer confirms
    parts: list[PreviewPart]
    insutype: str | None
    insurance_problem: Bilingual | None  # why insurance cannot be used now
    policies: list[PolicyChoice]  # what ``use_commercial`` can be asked with
    coverage_id: UUID | None  # the commercial policy that was asked
    commercial_problem: Bilingual | None  # why commercial cover cannot be used now
    commercial_notes: list[Bilingual]  # why the commercial insurer pays what it pays; also in the explanation
    account_balance_fen: int | None  # after this payment
    deposit_balance_fen: int
    channels: list[str]
    explanation: list[Bilingual]
    mixed: MixedOffer | None = None  # none when it is not connected, or no insurance is wanted


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a payment; ``invoke`` is what the payer's device needs while it waits."""

    id: UUID
    kind: str
    channel: str
    scene: str | None
    number: str
    outside_no: str | None
    amount_fen: int
    fund_fen: int
    account_fen: int
    hospital_fen: int
    refunded_fen: int
    state: str
    text: Bilingual
    state_text: Bilingual
    invoke: dict[str, str] | None
    done_at: datetime | None


class MixedView(msgspec.Struct, frozen=True, kw_only=True):
    """Insurance and cash in one order of WeChat; ``invoke`` is for the payer's device while it waits."""

    state: str
    state_text: Bilingual
    mix_trade_no: str | None
    invoke: dict[str, str] | None


class BackView(msgspec.Struct, frozen=True, kw_only=True):
    """One amount on its way back."""

    id: UUID
    part_id: UUID
    kind: str
    channel: str
    number: str
    outside_no: str | None
    amount_fen: int
    state: str
    text: Bilingual
    state_text: Bilingual
    done_at: datetime | None


class RefundLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line that a refund gives back: ``cnt_milli`` of it, or whole; what remains becomes the line ``kept_id``."""

    charge_id: UUID
    amount_fen: int
    cnt_milli: int | None
    kept_id: UUID | None


class RefundView(msgspec.Struct, frozen=True, kw_only=True):
    """A refund, or what was taken back because a part failed (``compensation``)."""

    id: UUID
    kind: str
    amount_fen: int
    owed_fen: int
    reason: str
    state: str
    state_text: Bilingual
    charge_ids: list[UUID]
    lines: list[RefundLineView]
    parts: list[BackView]
    asked_at: datetime
    ended_at: datetime | None


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel said of a payment or refund and was not taken: ``found_*`` is its word, ``expected_fen`` ours.

    ``of``: whether it was said of the payment itself or of money on its way back. ``part_state``: where the payment's
    part stands by now.
    """

    id: UUID
    organization_id: UUID
    payment_id: UUID | None
    bill_id: UUID | None
    bill_no: str | None
    number: str
    outside_no: str
    channel: str
    channel_text: Bilingual
    of: Literal["payment", "refund"]
    source: Literal["notice", "answer"]
    kind: Literal["amount", "state"]
    expected_fen: int
    found_fen: int
    found_state: str
    part_state: str | None
    part_state_text: Bilingual | None
    explanation: Bilingual
    found_at: datetime


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as screens poll it. ``final``: nothing more happens by itself."""

    id: UUID
    organization_id: UUID
    bill_id: UUID
    bill_no: str
    patient_id: UUID
    total_fen: int
    refunded_fen: int
    state: str
    state_text: Bilingual
    final: bool
    failure: str | None
    failure_text: Bilingual | None
    stuck: str | None
    stuck_text: Bilingual | None
    charge_ids: list[UUID]
    parts: list[PartView]
    refunds: list[RefundView]
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    mixed: MixedView | None = None
