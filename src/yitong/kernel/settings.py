"""Every setting, in one place, with its meaning; from a TOML file and the environment (which wins).

``YITONG_CONFIG`` names the file (default ``yitong.toml`` in the working directory when it exists). A setting
``hold_seconds`` is read from ``YITONG_HOLD_SECONDS``. ``yitong settings`` lists all of them.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from yitong.kernel.text import Bilingual


def _about(text: str, *, secret: bool = False, ge: int | None = None) -> Meta:
    return Meta(description=text, ge=ge, extra={"secret": secret})


class SettingsError(Exception):
    """A setting cannot be used; says which one, what is wrong and what to do."""

    def __init__(self, message: Bilingual) -> None:
        super().__init__(f"{message.en} / {message.zh}")
        self.message = message


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an installation can decide without touching code."""

    data_dir: Annotated[str, _about("folder of the embedded database, keys and files")] = "var"
    database_url: Annotated[str, _about("a PostgreSQL server to use instead of the embedded one", secret=True)] = ""
    database_pool: Annotated[int, _about("database connections a process keeps", ge=2)] = 10
    host: Annotated[str, _about("address the web server listens on")] = "127.0.0.1"
    web_dir: Annotated[str, _about("folder of the built web applications; default: web beside the source")] = ""
    port: Annotated[int, _about("port the web server listens on", ge=0)] = 8000
    public_url: Annotated[str, _about("address people reach the platform at; default from host and port")] = ""
    workers: Annotated[int, _about("web server processes", ge=1)] = 1
    worker_in_web: Annotated[bool, _about("run the reactors and jobs inside the web process (small installs)")] = True
    body_limit_kb: Annotated[int, _about("largest request body in KB", ge=1)] = 256
    log_level: Annotated[str, _about("debug, info, warning or error")] = "info"
    log_format: Annotated[str, _about("console or json")] = "json"
    master_keys: Annotated[
        str,
        _about("keys for personal identifiers, id:hex32,…, the last seals; default: a file in data_dir", secret=True),
    ] = ""
    token_key: Annotated[str, _about("hex key that signs session tokens; default: a file in data_dir", secret=True)] = (
        ""
    )
    region_code: Annotated[str, _about("GB/T 2260 code of the region")] = "110000"
    clock_offset_seconds: Annotated[int, _about("moves the platform's clock, for rehearsals and tests")] = 0
    session_hours: Annotated[int, _about("how long a citizen's session lasts", ge=1)] = 24 * 30
    staff_session_hours: Annotated[int, _about("how long a staff member's session lasts", ge=1)] = 12
    phone_code_seconds: Annotated[int, _about("validity of a one-time phone code", ge=30)] = 300
    phone_code_resend_seconds: Annotated[int, _about("shortest time between two codes to one phone", ge=0)] = 60
    phone_code_tries: Annotated[int, _about("wrong tries before a code is burnt", ge=1)] = 5
    staff_sign_in_tries: Annotated[int, _about("wrong passwords before an account is locked", ge=1)] = 5
    staff_lock_minutes: Annotated[int, _about("how long a locked staff account stays locked", ge=1)] = 15
    family_cap: Annotated[int, _about("people one account may book for, oneself included", ge=1)] = 6
    card_display_seconds: Annotated[int, _about("a shown dynamic code is renewed after this", ge=5)] = 60
    card_accept_seconds: Annotated[int, _about("a dynamic code is accepted until this age", ge=5)] = 300
    voucher_form: Annotated[str, _about("regular expression of an insurance voucher's code")] = r"\d{28}"
    social_card_form: Annotated[
        str, _about("regular expression of a social-security card's code: number and serial")
    ] = r"([0-9A-Z]{9})\|([0-9A-F]{32})"
    card_clock_skew_seconds: Annotated[int, _about("how far ahead a code's clock may run", ge=0)] = 30
    hold_seconds: Annotated[int, _about("how long a held place waits for its confirmation", ge=10)] = 600
    days_ahead: Annotated[int, _about("how many days ahead places are made and can be booked", ge=1)] = 14
    cancel_minutes_before: Annotated[int, _about("a citizen can cancel until this long before the start", ge=0)] = 60
    extra_places_most: Annotated[int, _about("extra places that may be added to one session", ge=0)] = 6
    custody_hours: Annotated[
        int, _about("how long after its window a pharmacy may keep a prescription it took (the chain's custody)", ge=1)
    ] = 72
    payment_minutes: Annotated[int, _about("how long a confirmed payment waits for its payer", ge=1)] = 15
    check_in_minutes_before: Annotated[int, _about("check-in opens this long before the slot", ge=0)] = 120
    check_in_minutes_after: Annotated[int, _about("check-in closes this long after the slot's end", ge=0)] = 120
    elderly_pool_from: Annotated[int, _about("places kept for the elderly are for people of this age", ge=0)] = 60
    queue_elderly_from: Annotated[int, _about("people of this age go first within their slot", ge=0)] = 80
    queue_return_behind: Annotated[int, _about("somebody who missed a call waits for this many people", ge=0)] = 3
    risk_checks: Annotated[bool, _about("score accounts, count devices, refuse hand-overs; exact caps always hold")] = (
        True
    )
    rate_limits: Annotated[bool, _about("bound the requests of a session, a device and an address block")] = True
    datacentre_file: Annotated[str, _about("file with networks of hosting providers, one a line; none when empty")] = ""
    slot_tokens: Annotated[
        Literal["off", "warn", "required"],
        _about("a hold carries the token its list gave: off, warn (one raises the score without it) or required"),
    ] = "warn"
    proof_bits: Annotated[int, _about("leading zero bits a suspicious device has to find", ge=1)] = 16
    draw_claim_hours: Annotated[int, _about("how long a place won in a draw waits for its confirmation", ge=1)] = 12
    draw_reveal_minutes: Annotated[int, _about("between a draw's closing and its seed's reveal", ge=0)] = 10
    draw_choices: Annotated[int, _about("most times one request for a draw may name", ge=1)] = 5
    draw_beacon: Annotated[str, _about("source of the public value mixed into new draws; none when empty")] = ""
    draw_ends_hours_before: Annotated[int, _about("a draw passes no place on later than this before it", ge=0)] = 2
    review_days: Annotated[int, _about("a finished visit can be reviewed for this many days", ge=1)] = 30
    review_shown_from: Annotated[int, _about("a doctor's mean is shown from this many reviews on", ge=1)] = 5
    favourites_cap: Annotated[int, _about("doctors and departments an account may keep", ge=1)] = 200
    hot_routes: Annotated[bool, _about("serve the busiest requests by bare handlers")] = True
    waiting_batches: Annotated[int, _about("so many full batches may wait; who comes then waits in line", ge=1)] = 8
    snapshot_ms: Annotated[int, _about("how old the picture of a department's free places may be", ge=0)] = 1000
    batch_size: Annotated[int, _about("most booking requests in one database call", ge=1)] = 256
    sms_url: Annotated[str, _about("address of the text-message gateway; the sandbox's when empty")] = ""
    sms_secret: Annotated[str, _about("secret that signs calls to the text-message gateway", secret=True)] = ""
    wechat_app_id: Annotated[str, _about("WeChat app id; the channel is off without it")] = ""
    wechat_secret: Annotated[str, _about("WeChat app secret", secret=True)] = ""
    wechat_base_url: Annotated[str, _about("address of the WeChat API; the sandbox's when empty")] = ""
    wechat_template: Annotated[
        str,
        _about("subscribe template and its fields: ID hospital=thing1,patient=name2,at=time3,place=thing4,note=thing5"),
    ] = ""
    wechat_pay_merchant_id: Annotated[str, _about("merchant number at WeChat Pay; the channel is off without it")] = ""
    wechat_pay_serial: Annotated[str, _about("serial number of the merchant's certificate at WeChat Pay")] = ""
    wechat_pay_private_key: Annotated[str, _about("the merchant's private key, PEM or Base64", secret=True)] = ""
    wechat_pay_api_v3_key: Annotated[str, _about("APIv3 key of WeChat Pay, 32 characters", secret=True)] = ""
    wechat_pay_public_keys: Annotated[
        str,
        _about(
            "WeChat Pay's public keys, PUB_KEY_ID_…=Base64,…, the newest last; its certificates are used when empty"
        ),
    ] = ""
    wechat_pay_base_url: Annotated[str, _about("address of WeChat Pay; the sandbox's when empty")] = ""
    wechat_pay_med_ins: Annotated[bool, _about("take insured bills in WeChat (mixed orders)")] = False
    wechat_pay_med_ins_channel: Annotated[str, _about("number that Tencent gave for insured bills in WeChat")] = ""
    wechat_pay_med_ins_repeat: Annotated[
        bool, _about("repeat the insurer's numbers in passthrough_request_content; the documents disagree")
    ] = False
    wechat_pay_med_ins_test: Annotated[bool, _about("send insured bills to the insurer's test environment")] = False
    alipay_seller_id: Annotated[str, _about("seller number at Alipay that notices have to name; any when empty")] = ""
    terminal_url: Annotated[str, _about("address of the card and face terminals' host; the sandbox's when empty")] = ""
    terminal_secret: Annotated[str, _about("secret that signs calls to the terminals' host", secret=True)] = ""
    alipay_app_id: Annotated[str, _about("Alipay app id; the channel is off without it")] = ""
    alipay_private_key: Annotated[str, _about("our RSA private key for Alipay, PEM", secret=True)] = ""
    alipay_public_key: Annotated[str, _about("Alipay's RSA public key, PEM")] = ""
    alipay_base_url: Annotated[str, _about("address of the Alipay gateway; the sandbox's when empty")] = ""
    oidc_issuer: Annotated[str, _about("OpenID Connect issuer for staff; off when empty")] = ""
    oidc_client_id: Annotated[str, _about("our client id at the issuer")] = ""
    oidc_client_secret: Annotated[str, _about("our client secret at the issuer", secret=True)] = ""
    insurance_url: Annotated[str, _about("address of the medical-insurance platform; the sandbox's when empty")] = ""
    insurance_admvs: Annotated[str, _about("administrative division of the place of treatment, for the insurer")] = (
        "110100"
    )
    insurance_system: Annotated[str, _about("our recer_sys_code at the insurer")] = "YITONG"
    insurance_operator: Annotated[str, _about("number of the operator that messages to the insurer name")] = "yitong"
    insurance_client_id: Annotated[str, _about("client id at the insurer; its first 16 bytes encrypt", secret=True)] = (
        ""
    )
    insurance_private_key: Annotated[str, _about("our SM2 private key for the insurer, hex", secret=True)] = ""
    insurance_public_key: Annotated[str, _about("the insurer's SM2 public key, hex")] = ""
    insurance_encrypt: Annotated[bool, _about("encrypt what goes to the insurer with SM4")] = True
    insurance_paas_id: Annotated[str, _about("x-tif-paasid of the province's gateway; no x-tif headers when empty")] = (
        ""
    )
    insurance_paas_token: Annotated[str, _about("token that signs x-tif headers", secret=True)] = ""
    insurance_circulation_url: Annotated[
        str, _about("address of the national prescription platform; the sandbox's when empty")
    ] = ""
    insurance_mobile_url: Annotated[str, _about("address of mobile insurance payment; the sandbox's when empty")] = ""
    insurance_app_id: Annotated[str, _about("app id at mobile insurance payment")] = ""
    insurance_app_secret: Annotated[str, _about("app secret at mobile insurance payment", secret=True)] = ""
    insurance_permit_page: Annotated[
        str, _about("page where a payer allows payment from the insurance; {org} is the hospital's code there")
    ] = ""
    insurance_permit_query_url: Annotated[str, _about("address of the query (userQuery) that redeems its codes")] = ""
    insurance_permit_partner: Annotated[str, _about("partner number at that query")] = ""
    insurance_permit_secret: Annotated[str, _about("partner secret at that query", secret=True)] = ""
    ledger_key: Annotated[
        str,
        _about("SM2 private key that seals the evidence chain's blocks, hex; made when empty", secret=True),
    ] = ""
    ledger_processes: Annotated[
        int, _about("processes that check signatures of the evidence chain; a thread does when 0", ge=0)
    ] = 0
    sandbox_url: Annotated[str, _about("address of the running sandbox; off when empty")] = ""
    sandbox_port: Annotated[int, _about("port the sandbox listens on", ge=0)] = 8001

    @property
    def origin(self) -> str:
        """The address people reach the platform at, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def web_path(self) -> Path:
        """The folder that holds the built patient app and console."""
        return Path(self.web_dir) if self.web_dir else Path(__file__).resolve().parents[3] / "web"

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser().resolve()


def load_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the TOML file, then the environment, then ``overrides``.

    Raises SettingsError for an unknown setting or a value of the wrong kind.
    """
    source = os.environ if environ is None else environ
    values = _from_file(source.get("YITONG_CONFIG"))
    for name in Settings.__struct_fields__:
        given = source.get(f"YITONG_{name.upper()}")
        if given is not None:
            values[name] = given
    values.update(overrides)
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(
            Bilingual(
                f"设置有误：{error}。用 yitong settings 查看全部设置。",
                f"A setting cannot be used: {error}. Run yitong settings to see them all.",
            )
        ) from error


def _from_file(named: str | None) -> dict[str, Any]:
    path = Path(named) if named else Path("yitong.toml")
    if not named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            Bilingual(f"设置文件 {path} 无法读取：{error}", f"The settings file {path} cannot be read: {error}")
        ) from error


def describe(settings: Settings) -> list[dict[str, Any]]:
    """A row for every setting: name, environment variable, kind, default, value in force (secrets hidden), meaning."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = dict(zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True))
    rows: list[dict[str, Any]] = []
    for name in Settings.__struct_fields__:
        meta: Meta = hints[name].__metadata__[0]
        value = getattr(settings, name)
        secret = bool((meta.extra or {}).get("secret"))
        rows.append(
            {
                "name": name,
                "environment": f"YITONG_{name.upper()}",
                "kind": hints[name].__origin__.__name__,
                "default": defaults[name],
                "value": "•••" if secret and value else value,
                "meaning": meta.description,
            }
        )
    return rows
