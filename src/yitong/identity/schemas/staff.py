"""Staff, terminals and public settings on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from yitong.identity.schemas.people import Account
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Role


class RegionOnWire(Struct, frozen=True):
    """The region served."""

    code: str
    name: str
    name_en: str
    timezone: str


class SignInWays(Struct, frozen=True):
    """Ways of signing in that are switched on beside the phone code and the password."""

    wechat: bool
    alipay: bool
    oidc: bool


class SandboxOnWire(Struct, frozen=True):
    """Where to read the text messages of a trial installation."""

    sms_inbox_url: str


class PublicSettings(Struct, frozen=True):
    """What screens must know before anybody signs in."""

    region: RegionOnWire
    sign_in: SignInWays
    family_cap: int
    hold_seconds: int
    days_ahead: int
    card_display_seconds: int
    sandbox: SandboxOnWire | None
    version: str


class StaffRoleOnWire(Struct, frozen=True):
    """A role and where it was given; ``organization_kind`` is the directory's word for what that is."""

    role: Role
    organization_id: UUID
    organization_name: str
    organization_kind: str
    department_id: UUID | None
    department_name: str | None


class Staff(Struct, frozen=True):
    """A staff member; ``permissions`` are the actions any of the roles may do somewhere."""

    id: UUID
    username: str
    name: str
    practitioner_id: UUID | None
    roles: list[StaffRoleOnWire]
    permissions: list[str]


class StaffPassword(Struct, frozen=True):
    """The first step of signing in."""

    username: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Annotated[str, Meta(min_length=1, max_length=500)]


class Enrolment(Struct, frozen=True):
    """The secret to enter into an authenticator, shown at the first sign-in only."""

    secret: str
    otpauth_uri: str


class StaffChallenge(Struct, frozen=True):
    """The password was right; now the one-time password."""

    challenge: str
    step: Literal["totp", "enrol"]
    enrol: Enrolment | None


class StaffTotp(Struct, frozen=True):
    """The second step of signing in."""

    challenge: Annotated[str, Meta(max_length=2000)]
    code: Annotated[str, Meta(max_length=12)]


class StaffSession(Struct, frozen=True):
    """An open staff session."""

    token: str
    expires_at: datetime
    staff: Staff


StaffGiven = Literal["doctor", "nurse", "registrar", "scheduler", "hospital_admin", "regulator", "platform_admin"]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]
Password = Annotated[str, Meta(min_length=12, max_length=200)]


class StaffAccountItem(Struct, frozen=True, kw_only=True):
    """A staff account as an administrator sees it; ``roles`` are all it has, wherever they were given."""

    id: UUID
    username: str
    name: str
    roles: list[StaffRoleOnWire]
    active: bool
    enrolled: bool  # a device for one-time codes is bound
    locked_until: datetime | None
    last_sign_in_at: datetime | None
    created_at: datetime


class NewStaffAccount(Struct, frozen=True):
    """A staff account to create; the device for one-time codes is bound at the first sign-in."""

    organization_id: UUID
    username: Annotated[str, Meta(pattern="^[a-z0-9._-]{3,40}$")]
    name: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
    password: Password
    roles: Annotated[list[StaffGiven], Meta(min_length=1, max_length=5)]
    department_id: UUID | None = None
    practitioner_id: UUID | None = None


class StaffChange(Struct, frozen=True):
    """At which organization and why a staff account is changed."""

    organization_id: UUID
    reason: Reason


class StaffPasswordChange(Struct, frozen=True):
    """A new password for somebody who lost theirs."""

    organization_id: UUID
    reason: Reason
    password: Password


TerminalKind = Literal["kiosk", "hall", "gate"]


class Terminal(Struct, frozen=True):
    """A device at an organization."""

    id: UUID
    organization_id: UUID
    organization_name: str
    kind: TerminalKind
    name: str
    location_id: UUID | None


class NewTerminal(Struct, frozen=True):
    """A device to register."""

    organization_id: UUID
    kind: TerminalKind
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    location_id: UUID | None = None


class TerminalMade(Struct, frozen=True):
    """The device and its token, which is shown this once."""

    terminal: Terminal
    token: str


class Me(Struct, frozen=True):
    """Who a token belongs to."""

    kind: Literal["patient", "staff", "terminal"]
    account: Account | UnsetType | None = UNSET
    staff: Staff | UnsetType = UNSET
    terminal: Terminal | UnsetType = UNSET
