"""Whether a bill can be paid with insurance inside WeChat, and the permission that it takes."""

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import text

from yitong.billing.insurance.mobile import MobileInsurer
from yitong.billing.payments.facts import Facts
from yitong.billing.payments.mixed.model import CONTEXT, MixedPayment
from yitong.billing.payments.mixed.permits import MixedFacts, PayPermits
from yitong.billing.payments.mixed.rules import ORDER_TYPES
from yitong.billing.payments.mixed.states import MIXED, MixedState
from yitong.billing.payments.preparing import Insured
from yitong.billing.payments.problems import MIXED_NOT_OFFERED
from yitong.billing.payments.schemas import MixedOffer, PayRequest, PayWish
from yitong.billing.payments.sheet import Change
from yitong.billing.ports import MixedOrders, MixedPerson, PaymentChannels
from yitong.billing.rules import Division
from yitong.identity.service.citizens import subject_at
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind
from yitong.kernel.platform import Platform
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

if TYPE_CHECKING:
    from yitong.billing.payments.service.paying import Prepared

CHANNEL = "wechat"
_WHY = {
    "insurance-missing": Bilingual("这张账单没有医保支付的部分。", "Insurance pays nothing of this bill."),
    "another-family": Bilingual("只能为本人或家人使用医保支付。", "Insurance is used for one's own family only."),
    "wechat-missing": Bilingual("请先用微信登录。", "Sign in with WeChat first."),
    "identity-missing": Bilingual("付款人和患者都需要登记身份证。", "Payer and patient need an identity card on file."),
    "parts": Bilingual(
        "预交金、商业保险或医院承担的部分不能与微信医保支付合用。",
        "A deposit, commercial cover or a share of the hospital cannot be combined with it.",
    ),
}
_NOT_OPEN = Bilingual("未开通", "it is not connected")
_SELF = text(
    "SELECT patient_id FROM family_member WHERE account_id = :account AND relation = 'self' AND ended_at IS NULL"
)
_PERSON = text("""
SELECT p.name_sealed, i.value_sealed FROM patient p JOIN patient_identifier i ON i.patient_id = p.id AND i.kind = '01'
 WHERE p.id = :patient""")


class Payers(msgspec.Struct, frozen=True):
    """Who pays for whom, by name and card, and under which id WeChat knows the payer."""

    openid: str
    payer: MixedPerson
    patient: MixedPerson
    same: bool


def connected(platform: Platform) -> bool:
    """Whether everybody who takes part is connected: WeChat, the insurer's mobile payment, its permissions."""
    channels = platform.ports.get(PaymentChannels)
    parties = (MixedOrders, MobileInsurer, PayPermits)
    return channels is not None and CHANNEL in channels.names() and all(one in platform.ports for one in parties)


async def offer(platform: Platform, actor: Actor, wish: PayWish, prepared: "Prepared") -> MixedOffer | None:
    """What the confirmation page says of paying in WeChat; None when it is not connected or no insurance is wanted."""
    if not connected(platform) or not wish.use_insurance or actor.kind is not ActorKind.CITIZEN:
        return None
    facts, insured, shares = prepared.facts, prepared.insured, prepared.division
    found = await _payers(platform, actor, facts) if prepared.own_family else "another-family"
    reason = _unfit(facts, insured, shares) or (found if isinstance(found, str) else None)
    if reason is not None:
        return MixedOffer(offered=False, reason=reason, text=_WHY[reason], authorize_url=None)
    address = platform.port(PayPermits).address(facts.hospital_code)
    return MixedOffer(offered=True, reason=None, text=None, authorize_url=address)


def _unfit(facts: Facts, insured: Insured | None, shares: Division) -> str | None:
    if insured is None or not shares.amount("fund", "account") or facts.bill.kind not in ORDER_TYPES:
        return "insurance-missing"
    others = {part.kind for part in shares.parts} - {"fund", "account", "channel"}
    return "parts" if others else None


async def _payers(platform: Platform, actor: Actor, facts: Facts) -> Payers | str:
    """Who pays for whom, or why that cannot be told."""
    async with platform.transaction(actor) as tx:
        openid = await subject_at(tx, actor.id, CHANNEL)
        if openid is None:
            return "wechat-missing"
        self_id: UUID | None = await tx.session.scalar(_SELF, {"account": actor.id})
        patient = MixedPerson(facts.patient_name, facts.id_card)
        payer = patient if self_id == facts.bill.patient_id else await _person(tx, self_id)
    if payer is None or not patient.id_number:
        return "identity-missing"
    return Payers(openid, payer, patient, payer == patient)


async def _person(tx: Transaction, patient_id: UUID | None) -> MixedPerson | None:
    await tx.open_patient_index()
    row = (await tx.session.execute(_PERSON, {"patient": patient_id})).one_or_none()
    if row is None:
        return None
    sealer = tx.platform.sealer
    name = sealer.open(row.name_sealed, f"patient.name:{patient_id}")
    return MixedPerson(name, sealer.open(row.value_sealed, f"patient_identifier.value:{patient_id}:01"))


async def permitted(platform: Platform, actor: Actor, request: PayRequest, prepared: "Prepared") -> MixedFacts | None:
    """The permission and everything else for a mixed order; None when none is wanted. Outside of any transaction.

    Raises Problem ``mixed-not-offered`` and those of the gateway; the code is used up then or before.
    """
    if request.mixed is None:
        return None
    made = await offer(platform, actor, request, prepared)
    facts = prepared.facts
    ways = [(one.channel, one.scene, one.amount_fen) for one in request.channels]
    own = prepared.division.amount("channel")
    if made is None or not made.offered or ways != ([(CHANNEL, "jsapi", None)] if own else []):
        why = made.text if made and made.text else _NOT_OPEN
        raise MIXED_NOT_OFFERED(why_zh=why.zh, why=why.en)
    payers = await _payers(platform, actor, facts)
    assert isinstance(payers, Payers)  # noqa: S101  # it is offered only then
    permit = await platform.port(PayPermits).redeem(request.mixed.auth_code, payers.openid)
    return MixedFacts(
        openid=payers.openid,
        payer=payers.payer,
        relative=None if payers.same else payers.patient,
        patient=payers.patient,
        permit=permit,
        order_type=ORDER_TYPES[facts.bill.kind],
        visit_no=facts.bill.bill_no,
        hospital_name=facts.hospital_name,
        department_code=facts.department_code,
        department_name=facts.department_name,
    )


async def add(change: Change, facts: MixedFacts) -> None:
    """Write the mixed order of an order whose parts are written; it is known by its cash part's number."""
    sheet = change.sheet
    order, parts = sheet.order, sheet.original()
    sealed = change.tx.platform.sealer.seal(msgspec.json.encode(facts).decode(), f"{CONTEXT}:{order.id}")
    row = MixedPayment(
        organization_id=order.organization_id,
        id=new_id(),
        order_id=order.id,
        patient_id=order.patient_id,
        number=parts[-1].number,
        asked_sealed=sealed,
        state=MixedState.DUE,
        version=1,
        attempts=0,
    )
    await change.new(MIXED, row)
    sheet.mixed = row
