"""Which party plays which part, by the settings."""

import msgspec
import pytest

from yitong.billing.commercial import CommercialInsurers
from yitong.billing.insurance.mobile import MobileInsurer
from yitong.billing.payments.mixed.permits import PayPermits
from yitong.billing.ports import Insurer, MixedNoticeTaker, MixedOrders, NoticeTaker, PaymentChannels
from yitong.billing.stay_ports import InpatientInsurer
from yitong.gateways.alipay.gateway import AlipayGateway
from yitong.gateways.connect import connect_gateways
from yitong.gateways.sms import SmsClient
from yitong.gateways.wechat.pay import WechatPay
from yitong.identity.service.citizens import AlipayOAuth, WeChatOAuth
from yitong.identity.service.credentials import CredentialReader
from yitong.identity.service.phone_codes import PhoneCodeSender
from yitong.identity.service.staff import StaffOidc
from yitong.journey.service.delivery import NoticeChannel
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.settings import Settings, SettingsError
from yitong.prescriptions.dispensing.ports import PharmacyInsurer
from yitong.prescriptions.national.ports import PrescriptionCentre

SIGNING_IN = {PhoneCodeSender, WeChatOAuth, AlipayOAuth, StaffOidc, NoticeChannel}
PAYING = {PaymentChannels, NoticeTaker, WechatPay, MixedOrders, MixedNoticeTaker, AlipayGateway}
INSURING = {
    Insurer, InpatientInsurer, PharmacyInsurer, PrescriptionCentre, MobileInsurer, PayPermits, CredentialReader,
    CommercialInsurers,
}  # fmt: skip
NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


def platform_with(settings: Settings, **changes: str) -> Platform:
    return open_platform(msgspec.structs.replace(settings, **changes), NOWHERE)


async def test_nothing_set_connects_nothing(settings: Settings) -> None:
    platform = platform_with(settings)
    connect_gateways(platform)
    assert set(platform.ports) == {PaymentChannels, NoticeTaker}
    assert platform.port(PaymentChannels).names() == []
    await platform.close()


async def test_the_sandbox_plays_every_part(settings: Settings) -> None:
    platform = platform_with(settings, sandbox_url="http://127.0.0.1:8001")
    connect_gateways(platform)
    assert set(platform.ports) == SIGNING_IN | PAYING | INSURING
    assert platform.port(PaymentChannels).names() == ["alipay", "card", "face", "wechat"]
    url = platform.port(WeChatOAuth).authorize_url("s", "http://127.0.0.1:8000/patient/")
    assert url.startswith("http://127.0.0.1:8001/wechat/open/connect/oauth2/authorize?appid=")
    await platform.close()


async def test_real_addresses_are_those_of_the_platforms(settings: Settings) -> None:
    real = {"wechat_app_id": "wx1", "wechat_secret": "s", "sms_url": "https://sms.example/send", "sms_secret": "x"}
    platform = platform_with(settings, **real)
    connect_gateways(platform)
    assert set(platform.ports) == {PhoneCodeSender, WeChatOAuth, PaymentChannels, NoticeTaker}
    assert platform.port(PaymentChannels).names() == []
    assert isinstance(platform.port(PhoneCodeSender), SmsClient)
    url = platform.port(WeChatOAuth).authorize_url("s", "https://yitong.example/patient/")
    assert url == (
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1"
        "&redirect_uri=https%3A%2F%2Fyitong.example%2Fpatient%2F&response_type=code&scope=snsapi_base&state=s"
        "#wechat_redirect"
    )
    await platform.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"wechat_app_id": "wx1", "wechat_secret": "s", "wechat_template": "ID nothing=thing1"},
        {"alipay_app_id": "2021", "alipay_private_key": "no key", "alipay_public_key": "no key"},
        {"wechat_pay_merchant_id": "1900", "wechat_pay_private_key": "no key", "wechat_pay_api_v3_key": "1" * 32},
        {"wechat_pay_merchant_id": "1900", "wechat_pay_api_v3_key": "short"},
        {"wechat_pay_merchant_id": "1900", "wechat_pay_public_keys": "no id"},
        {"insurance_url": "https://fsi.example", "insurance_private_key": "no key", "insurance_public_key": "00"},
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(settings: Settings, wrong: dict[str, str]) -> None:
    platform = platform_with(settings, **wrong)
    with pytest.raises(SettingsError, match=r"wechat_template|Alipay|WeChat Pay|insurance key"):
        connect_gateways(platform)
    await platform.close()
