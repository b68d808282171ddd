"""Reading WeChat Pay's notices: who sent them, how old they are, whose money they are about; then what they say."""

from collections.abc import Mapping

import msgspec

from yitong.billing.ports import MixedOrderFound, PaymentFound, RefundFound
from yitong.gateways.wechat.med_ins import MixedOrder, mixed_found
from yitong.gateways.wechat.pay import SignatureRefused, WechatPay
from yitong.gateways.wechat.pay_words import RefundNotice, Transaction, payment_found, refund_found

AEAD = "AEAD_AES_256_GCM"


class Resource(msgspec.Struct, frozen=True):
    """The encrypted part of a notice."""

    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """A notice as it comes."""

    id: str
    event_type: str
    resource_type: str
    resource: Resource


class Notice(msgspec.Struct, frozen=True):
    """A notice that was found good; ``nonce`` is its signature's, new with every sending."""

    id: str
    nonce: str
    said: PaymentFound | RefundFound | MixedOrderFound


async def read_notice(pay: WechatPay, headers: Mapping[str, str], body: bytes) -> Notice:
    """A notice's content. Raises SignatureRefused with the reason for any that is not to be believed."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SignatureRefused("body-unreadable") from error
    if "wechatpay-signature-type" not in headers:
        raise SignatureRefused("signature-type")
    await pay.core.check(headers, text)
    try:
        envelope = msgspec.json.decode(text, type=Envelope)
        if envelope.resource_type != "encrypt-resource" or envelope.resource.algorithm != AEAD:
            raise SignatureRefused("resource-unknown")
        resource = envelope.resource
        opened = pay.core.opened(resource.nonce, resource.ciphertext, resource.associated_data)
        said = _said(pay, envelope.event_type, opened)
    except msgspec.MsgspecError as error:
        raise SignatureRefused("body-unreadable") from error
    return Notice(envelope.id, headers.get("wechatpay-nonce", ""), said)


def _said(pay: WechatPay, event_type: str, opened: str) -> PaymentFound | RefundFound | MixedOrderFound:
    kind, _, _ = event_type.partition(".")
    match kind:
        case "TRANSACTION":
            payment = msgspec.json.decode(opened, type=Transaction)
            _of_ours(pay, payment.mchid, payment.appid)
            if payment.amount is None or payment.amount.currency != "CNY":
                raise SignatureRefused("currency")
            return payment_found(payment)
        case "REFUND":
            refund = msgspec.json.decode(opened, type=RefundNotice)
            _of_ours(pay, refund.mchid, None)
            return refund_found(refund)
        case "MEDICAL_INSURANCE":
            mixed = msgspec.json.decode(opened, type=MixedOrder)
            _of_ours(pay, None, mixed.appid or None)
            return mixed_found(mixed)
        case _:
            raise SignatureRefused("event-unknown")


def _of_ours(pay: WechatPay, merchant_id: str | None, app_id: str | None) -> None:
    if merchant_id not in (None, pay.merchant.merchant_id):
        raise SignatureRefused("merchant-unknown")
    if app_id not in (None, pay.merchant.app_id):
        raise SignatureRefused("application-unknown")
