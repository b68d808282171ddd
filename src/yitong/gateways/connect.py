"""Which outside party plays which part: decided by the settings, the sandbox's where nothing else is set."""

from yitong.billing.commercial import CommercialInsurers
from yitong.gateways import sandbox_keys
from yitong.gateways.alipay.gateway import AUTHORIZE, GATEWAY, AlipayGateway
from yitong.gateways.alipay.sign_in import AlipaySignIn
from yitong.gateways.commercial import CommercialClient
from yitong.gateways.connect_pay import connect_payment_channels
from yitong.gateways.insurance.connecting import connect_insurer
from yitong.gateways.oidc import OidcClient
from yitong.gateways.sms import SmsClient
from yitong.gateways.wechat.api import API, OPEN, WechatApi
from yitong.gateways.wechat.notices import Template, WechatNotices
from yitong.gateways.wechat.sign_in import WechatSignIn
from yitong.identity.service.citizens import AlipayOAuth, WeChatOAuth
from yitong.identity.service.phone_codes import PhoneCodeSender
from yitong.identity.service.staff import StaffOidc
from yitong.journey.service.delivery import NoticeChannel
from yitong.kernel.keys import token_key
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings, SettingsError
from yitong.kernel.text import Bilingual


def connect_gateways(platform: Platform) -> None:
    """Connect every outside party that is set, or that the sandbox stands in for; the others stay unconnected.

    Raises SettingsError when a setting cannot be used.
    """
    settings = platform.settings
    _connect_sms(platform, settings)
    _connect_wechat(platform, settings)
    _connect_alipay(platform, settings)
    _connect_oidc(platform, settings)
    _connect_commercial(platform, settings)
    connect_payment_channels(platform)
    connect_insurer(platform, settings)


def _sandbox(settings: Settings, path: str) -> str:
    """An address in the sandbox; empty when no sandbox is used."""
    return settings.sandbox_url.rstrip("/") + path if settings.sandbox_url else ""


def _connect_sms(platform: Platform, settings: Settings) -> None:
    url = settings.sms_url or _sandbox(settings, "/sms/messages")
    if not url:
        return
    secret = settings.sms_secret or sandbox_keys.shared_secret(settings, "sms")
    client = SmsClient(url, secret, code_seconds=settings.phone_code_seconds)
    platform.connect(PhoneCodeSender, client)
    platform.closing.append(client.close)


def _connect_wechat(platform: Platform, settings: Settings) -> None:
    ours = settings.wechat_app_id and settings.wechat_secret
    in_sandbox = bool(settings.sandbox_url) and not settings.wechat_base_url
    if not ours and not in_sandbox:
        return
    base = _sandbox(settings, "/wechat/api") if in_sandbox else settings.wechat_base_url or API
    page = _sandbox(settings, "/wechat/open") if in_sandbox else OPEN
    app_id = sandbox_keys.APP_ID if in_sandbox else settings.wechat_app_id
    secret = sandbox_keys.shared_secret(settings, "wechat") if in_sandbox else settings.wechat_secret
    api = WechatApi(base, app_id, secret)
    platform.closing.append(api.close)
    platform.connect(WeChatOAuth, WechatSignIn(api, page))
    setting = sandbox_keys.TEMPLATE if in_sandbox else settings.wechat_template
    if setting:
        try:
            template = Template.read(setting)
        except ValueError as error:
            raise SettingsError(
                Bilingual("设置 wechat_template 的格式应为 模板ID hospital=thing1,…", f"wechat_template: {error}")
            ) from error
        platform.connect(NoticeChannel, WechatNotices(api, template, f"{settings.origin}/patient/"))


def _connect_alipay(platform: Platform, settings: Settings) -> None:
    in_sandbox = bool(settings.sandbox_url) and not settings.alipay_base_url
    if not settings.alipay_app_id and not in_sandbox:
        return
    gateway = _sandbox(settings, "/alipay/gateway.do") if in_sandbox else settings.alipay_base_url or GATEWAY
    page = _sandbox(settings, "/alipay/oauth2/publicAppAuthorize.htm") if in_sandbox else AUTHORIZE
    app_id = sandbox_keys.ALIPAY_APP_ID if in_sandbox else settings.alipay_app_id
    ours = sandbox_keys.private_key(settings, "alipay-ours") if in_sandbox else settings.alipay_private_key
    theirs = sandbox_keys.public_key(settings, "alipay-theirs") if in_sandbox else settings.alipay_public_key
    try:
        client = AlipayGateway(gateway, app_id, ours, theirs)
    except ValueError as error:
        raise SettingsError(
            Bilingual(
                "设置 alipay_private_key 或 alipay_public_key 不是 RSA 密钥。", f"An Alipay key is unusable: {error}"
            )
        ) from error
    platform.closing.append(client.close)
    platform.connect(AlipayGateway, client)
    platform.connect(AlipayOAuth, AlipaySignIn(client, page))


def _connect_commercial(platform: Platform, settings: Settings) -> None:
    """The demo's commercial insurer, which only the sandbox plays; others are connected the same way by code."""
    url = _sandbox(settings, "/commercial")
    if not url:
        return
    party = Bilingual("京安保险（演示）", "Jing'an Insurance (demo)")
    client = CommercialClient("DEMO-IN-02", url, sandbox_keys.shared_secret(settings, "commercial"), party)
    insurers = CommercialInsurers()
    insurers.connect(client)
    platform.connect(CommercialInsurers, insurers)
    platform.closing.append(client.close)


def _connect_oidc(platform: Platform, settings: Settings) -> None:
    issuer = settings.oidc_issuer or _sandbox(settings, "/oidc")
    if not issuer:
        return
    client_id = settings.oidc_client_id if settings.oidc_issuer else sandbox_keys.OIDC_CLIENT_ID
    secret = settings.oidc_client_secret if settings.oidc_issuer else sandbox_keys.shared_secret(settings, "oidc")
    client = OidcClient(issuer, client_id, secret, token_key(settings))
    platform.closing.append(client.close)
    platform.connect(StaffOidc, client)
