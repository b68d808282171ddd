"""Connects the insurer that the settings name, or the sandbox's."""

from yitong.billing.insurance.mobile import MobileInsurer
from yitong.billing.payments.mixed.permits import PayPermits
from yitong.billing.ports import Insurer
from yitong.billing.stay_ports import InpatientInsurer
from yitong.gateways import sandbox_keys
from yitong.gateways.insurance.circulation.centre import NationalCentre
from yitong.gateways.insurance.circulation.client import PrescriptionPlatform
from yitong.gateways.insurance.client import FsiInsurer
from yitong.gateways.insurance.courier import Courier, Sender
from yitong.gateways.insurance.credentials import InsurerCredentials
from yitong.gateways.insurance.envelope import Seals
from yitong.gateways.insurance.mobile import MobileClient
from yitong.gateways.insurance.mobile_envelope import MobileSeals
from yitong.gateways.insurance.permits import PermitClient
from yitong.gateways.insurance.pharmacies import FsiPharmacies
from yitong.gateways.insurance.pharmacy_counter import PharmacyCounter
from yitong.gateways.insurance.stays import FsiStays
from yitong.identity.service.credentials import CredentialReader
from yitong.kernel.crypto import CryptoError, SM2PrivateKey, SM2PublicKey
from yitong.kernel.platform import Platform
from yitong.kernel.settings import Settings, SettingsError
from yitong.kernel.text import Bilingual
from yitong.prescriptions.dispensing.ports import PharmacyInsurer
from yitong.prescriptions.national.ports import PrescriptionCentre


def connect_insurer(platform: Platform, settings: Settings) -> None:
    """Connect the insurer and its mobile payment, where there are any. Raises SettingsError for a key that is none."""
    _connect_mobile(platform, settings)
    _connect_centre(platform, settings)
    if not settings.insurance_url and not settings.sandbox_url:
        return
    in_sandbox = not settings.insurance_url
    sender = _sandbox_sender(settings) if in_sandbox else _sender(settings)
    courier = Courier(sender, sandbox_seals(settings) if in_sandbox else _seals(settings))
    insurer = FsiInsurer(courier)
    platform.closing.append(insurer.close)
    platform.connect(Insurer, insurer)
    platform.connect(InpatientInsurer, FsiStays(courier))
    platform.connect(PharmacyInsurer, PharmacyCounter(insurer, FsiPharmacies(courier)))
    platform.connect(CredentialReader, InsurerCredentials(insurer, platform.clock.now))


def _connect_mobile(platform: Platform, settings: Settings) -> None:
    in_sandbox = bool(settings.sandbox_url) and not settings.insurance_mobile_url
    if not in_sandbox and not settings.insurance_mobile_url:
        return
    url = settings.sandbox_url.rstrip("/") + "/insurer" if in_sandbox else settings.insurance_mobile_url
    seals = sandbox_mobile_seals(settings) if in_sandbox else _mobile_seals(settings)
    client = MobileClient(url, seals)
    platform.closing.append(client.close)
    platform.connect(MobileInsurer, client)
    _connect_permits(platform, settings, in_sandbox=in_sandbox)


def _connect_centre(platform: Platform, settings: Settings) -> None:
    """The national prescription platform, in the envelope of mobile payment."""
    in_sandbox = bool(settings.sandbox_url) and not settings.insurance_circulation_url
    if not in_sandbox and not settings.insurance_circulation_url:
        return
    url = settings.sandbox_url.rstrip("/") + "/insurer" if in_sandbox else settings.insurance_circulation_url
    client = PrescriptionPlatform(url, sandbox_mobile_seals(settings) if in_sandbox else _mobile_seals(settings))
    platform.closing.append(client.close)
    platform.connect(PrescriptionCentre, NationalCentre(client))


def _connect_permits(platform: Platform, settings: Settings, *, in_sandbox: bool) -> None:
    """Where payers allow payment from their insurance; without it nobody pays by phone with insurance."""
    if in_sandbox:
        base = settings.sandbox_url.rstrip("/") + "/insurer"
        page = f"{base}/mobile/authorize?orgCodg={{org}}"
        partner, secret = sandbox_keys.INSURANCE_PARTNER, sandbox_keys.shared_secret(settings, "insurer-permits")
    else:
        base, page = settings.insurance_permit_query_url, settings.insurance_permit_page
        partner, secret = settings.insurance_permit_partner, settings.insurance_permit_secret
    if not base or not page:
        return
    client = PermitClient(page, base, partner, secret)
    platform.closing.append(client.close)
    platform.connect(PayPermits, client)


def sandbox_mobile_seals(settings: Settings, *, theirs: bool = False) -> MobileSeals:
    """The keys of mobile payment between us and the sandbox's insurer, of our side or of theirs."""
    pair = [sandbox_keys.sm2_key(settings, name) for name in ("insurer-ours", "insurer-theirs")]
    own, other = reversed(pair) if theirs else pair
    secret = sandbox_keys.shared_secret(settings, "insurer-mobile")
    return MobileSeals(sandbox_keys.INSURANCE_APP_ID, secret, own, other.public_key)


def _mobile_seals(settings: Settings) -> MobileSeals:
    ours, theirs = _keys(settings)
    if len(settings.insurance_app_id.encode()) < 16:
        raise SettingsError(
            Bilingual("设置 insurance_app_id 至少 16 字节。", "insurance_app_id needs 16 bytes at least.")
        )
    return MobileSeals(settings.insurance_app_id, settings.insurance_app_secret, ours, theirs)


def sandbox_seals(settings: Settings, *, theirs: bool = False) -> Seals:
    """The keys between us and the sandbox's insurer, of our side or of theirs."""
    pair = [sandbox_keys.sm2_key(settings, name) for name in ("insurer-ours", "insurer-theirs")]
    own, other = reversed(pair) if theirs else pair
    return Seals(own, other.public_key, sandbox_keys.shared_secret(settings, "insurer"))


def sandbox_tif(settings: Settings) -> tuple[str, str]:
    """The sandbox's x-tif id and token."""
    return sandbox_keys.INSURANCE_PAAS_ID, sandbox_keys.shared_secret(settings, "insurer-tif")


def _sandbox_sender(settings: Settings) -> Sender:
    paas_id, token = sandbox_tif(settings)
    url = settings.sandbox_url.rstrip("/") + "/insurer"
    return Sender(url, sandbox_keys.INSURANCE_ADMVS, "YITONG", "yitong", "医通", paas_id, token)


def _sender(settings: Settings) -> Sender:
    return Sender(
        settings.insurance_url,
        settings.insurance_admvs,
        settings.insurance_system,
        settings.insurance_operator,
        settings.insurance_operator,
        settings.insurance_paas_id,
        settings.insurance_paas_token,
    )


def _keys(settings: Settings) -> tuple[SM2PrivateKey, SM2PublicKey]:
    try:
        ours = SM2PrivateKey.from_hex(settings.insurance_private_key)
        return ours, SM2PublicKey.from_hex(settings.insurance_public_key)
    except CryptoError as error:
        raise SettingsError(
            Bilingual(
                "设置 insurance_private_key 或 insurance_public_key 不是 SM2 密钥。",
                f"An insurance key is unusable: {error}",
            )
        ) from error


def _seals(settings: Settings) -> Seals:
    ours, theirs = _keys(settings)
    if settings.insurance_encrypt and len(settings.insurance_client_id.encode()) < 16:
        raise SettingsError(
            Bilingual("设置 insurance_client_id 至少 16 字节。", "insurance_client_id needs 16 bytes at least.")
        )
    return Seals(ours, theirs, settings.insurance_client_id, encrypt=settings.insurance_encrypt)
