"""Connects the outside world's parties to a platform, as far as the settings name them."""

from yitong.gateways import sandbox_keys
from yitong.gateways.sms import SmsClient
from yitong.identity.service.phone_codes import PhoneCodeSender
from yitong.kernel.platform import Platform


def connect_gateways(platform: Platform) -> None:
    """Connect every party that is configured; with a sandbox, the ones that are not are played by it."""
    settings = platform.settings
    if settings.sms_url or settings.sandbox_url:
        secret = settings.sms_secret or sandbox_keys.shared_secret(settings, "sms")
        platform.connect(PhoneCodeSender, SmsClient(settings.sms_url or f"{settings.sandbox_url}/sms", secret))
