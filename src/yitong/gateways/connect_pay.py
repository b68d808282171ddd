"""Which payment channels are connected: by the settings, through the sandbox where nothing else is set."""

from yitong.billing.payments.mixed.notices import MixedNotices
from yitong.billing.payments.service.notices import Notices
from yitong.billing.ports import MixedNoticeTaker, MixedOrders, NoticeTaker, PaymentChannels
from yitong.gateways import sandbox_keys
from yitong.gateways.alipay.channel import AlipayChannel
from yitong.gateways.alipay.gateway import AlipayGateway
from yitong.gateways.terminals.channel import TerminalChannel, TerminalHost
from yitong.gateways.wechat.med_ins import WechatMedIns
from yitong.gateways.wechat.pay import API, Merchant, WechatPay
from yitong.gateways.wechat.pay_channel import WechatPayChannel
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings, SettingsError
from yitong.kernel.text import Bilingual


def connect_payment_channels(platform: Platform) -> None:
    """Connect every channel that is set or that the sandbox stands in for; cash stays in the house, with billing.

    The application at Alipay is taken from the platform, where signing in has put it. Raises SettingsError.
    """
    settings, channels = platform.settings, PaymentChannels()
    _connect_wechat(platform, settings, channels)
    _connect_alipay(platform, settings, channels)
    _connect_terminals(platform, settings, channels)
    platform.connect(PaymentChannels, channels)
    platform.connect(NoticeTaker, Notices(platform))


def _connect_wechat(platform: Platform, settings: Settings, channels: PaymentChannels) -> None:
    in_sandbox = bool(settings.sandbox_url) and not settings.wechat_pay_merchant_id
    if not settings.wechat_pay_merchant_id and not in_sandbox:
        return
    base = f"{settings.sandbox_url.rstrip('/')}/wechat/pay" if in_sandbox else settings.wechat_pay_base_url or API
    try:
        merchant = _sandbox_merchant(settings) if in_sandbox else _merchant(settings)
        pay = WechatPay(merchant, f"{settings.origin}/api/notify/wechat-pay", base)
    except Exception as error:  # the library raises nothing more particular for a key it cannot read
        raise SettingsError(
            Bilingual(f"微信支付的设置无法使用：{error}", f"The settings of WeChat Pay cannot be used: {error}")
        ) from error
    platform.closing.append(pay.stop)
    platform.connect(WechatPay, pay)
    channels.connect(WechatPayChannel(pay))
    if settings.wechat_pay_med_ins or in_sandbox:
        mixed = WechatMedIns(
            pay,
            pay.notify_url,
            channel_no=settings.wechat_pay_med_ins_channel,
            pass_through=settings.wechat_pay_med_ins_repeat,
            test_env=settings.wechat_pay_med_ins_test,
        )
        platform.connect(MixedOrders, mixed)
        platform.connect(MixedNoticeTaker, MixedNotices(platform))


def _merchant(settings: Settings) -> Merchant:
    pairs = [pair.strip().split("=", 1) for pair in settings.wechat_pay_public_keys.split(",") if pair.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("wechat_pay_public_keys reads PUB_KEY_ID_…=Base64,…")
    return Merchant(
        settings.wechat_app_id,
        settings.wechat_pay_merchant_id,
        settings.wechat_pay_serial,
        settings.wechat_pay_private_key,
        settings.wechat_pay_api_v3_key,
        {pair[0]: pair[1] for pair in pairs},
    )


def _sandbox_merchant(settings: Settings) -> Merchant:
    return Merchant(
        sandbox_keys.APP_ID,
        sandbox_keys.WECHAT_MERCHANT_ID,
        sandbox_keys.WECHAT_SERIAL,
        sandbox_keys.private_key(settings, "wechat-merchant"),
        sandbox_keys.api_v3_key(settings),
    )


def _connect_alipay(platform: Platform, settings: Settings, channels: PaymentChannels) -> None:
    gateway = platform.ports.get(AlipayGateway)
    if gateway is None:
        return
    ours = gateway.app_id == sandbox_keys.ALIPAY_APP_ID
    seller_id = settings.alipay_seller_id or (sandbox_keys.ALIPAY_SELLER_ID if ours else "")
    notify_url, return_url = f"{settings.origin}/api/notify/alipay", f"{settings.origin}/patient/"
    channels.connect(AlipayChannel(gateway, notify_url, return_url, seller_id))


def _connect_terminals(platform: Platform, settings: Settings, channels: PaymentChannels) -> None:
    sandbox = f"{settings.sandbox_url.rstrip('/')}/terminals" if settings.sandbox_url else ""
    url = settings.terminal_url or sandbox
    if not url:
        return
    secret = settings.terminal_secret or sandbox_keys.shared_secret(settings, "terminals")
    host = TerminalHost(url, secret)
    platform.closing.append(host.close)
    channels.connect(TerminalChannel(host, "card"))
    channels.connect(TerminalChannel(host, "face"))
