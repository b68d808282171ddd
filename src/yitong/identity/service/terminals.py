"""Devices at an organization: kiosks, waiting-hall screens, gates. Each has a token that shows it to the platform."""

from datetime import timedelta

from sqlalchemy import insert, text

from yitong.directory.service import known_organization
from yitong.identity.events import IdentityEvent
from yitong.identity.model import Terminal as TerminalRow
from yitong.identity.rules.card_codes import end_of_key_day, key_day_of
from yitong.identity.schemas.cards import OfflineKey, OfflineKeys
from yitong.identity.schemas.staff import NewTerminal, Terminal, TerminalMade
from yitong.identity.service import sessions
from yitong.identity.service.card_keys import code_keys
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt, Scope, action
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND
from yitong.kernel.transaction import Transaction

TOKEN_DAYS = 365
"""A device is registered anew once a year; ending its session row ends it at any time before."""
NEXT_KEY_HOURS = 6
"""How long before the change of day a terminal can already have the next day's key."""
REGISTER_TERMINAL = action(
    "sign-in:terminal:register",
    "登记终端",
    "Register a terminal",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION, Role.SYSTEM: Scope.REGION},
)
LIST_TERMINALS = action(
    "sign-in:terminal:list",
    "查看终端",
    "See terminals",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.SCHEDULER: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)
CHECK_OFFLINE = action(
    "card:code:check-offline", "离线核验健康码", "Check card codes offline", {Role.KIOSK: Scope.ORGANIZATION}
)
_ROLES = {"kiosk": Role.KIOSK, "gate": Role.KIOSK, "hall": Role.HALL}
_SELECT = (
    "SELECT t.id, t.organization_id, o.name AS organization_name, t.kind, t.name, t.location_id"
    " FROM terminal t JOIN organization o ON o.id = t.organization_id"
)


async def register_terminal(tx: Transaction, new: NewTerminal) -> TerminalMade:
    """Register a device and sign its token, which is answered this once.

    Raises Problem ``forbidden`` or ``not-found`` (no such organization).
    """
    grant = REGISTER_TERMINAL.check(tx.actor, organization_id=new.organization_id)
    if not await known_organization(tx, new.organization_id):
        raise NOT_FOUND()
    terminal_id = new_id()
    await tx.session.execute(
        insert(TerminalRow).values(
            organization_id=new.organization_id,
            id=terminal_id,
            kind=new.kind,
            name=new.name,
            location_id=new.location_id,
            active=True,
            created_at=tx.now,
        )
    )
    actor = Actor(ActorKind.TERMINAL, terminal_id, (RoleAt(_ROLES[new.kind], new.organization_id),))
    opened = await sessions.open_session(tx, actor, timedelta(days=TOKEN_DAYS))
    subject = Subject("terminal", terminal_id, new.organization_id)
    await record(tx, grant, IdentityEvent.TERMINAL_REGISTERED, subject, {"kind": new.kind})
    return TerminalMade(await terminal_of(tx, terminal_id), opened.token)


async def terminal_of(tx: Transaction, terminal_id: UUID) -> Terminal:
    """A device that the actor may see. Raises Problem ``not-found``."""
    found = await tx.session.execute(text(f"{_SELECT} WHERE t.id = :id"), {"id": terminal_id})
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return Terminal(*row)


async def list_terminals(tx: Transaction, organization_id: UUID) -> list[Terminal]:
    """The devices of an organization. Raises Problem ``forbidden``."""
    LIST_TERMINALS.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(
        text(f"{_SELECT} WHERE t.organization_id = :organization AND t.active ORDER BY t.kind, t.name, t.id"),
        {"organization": organization_id},
    )
    return [Terminal(*row) for row in found]


async def offline_keys(tx: Transaction, terminal_id: UUID) -> OfflineKeys:
    """The keys with which a kiosk or gate checks codes while the network is down; only for itself.

    Raises Problem ``forbidden``.
    """
    terminal = await terminal_of(tx, terminal_id) if tx.actor.id == terminal_id else None
    if terminal is None:
        raise FORBIDDEN()
    CHECK_OFFLINE.check(tx.actor, organization_id=terminal.organization_id)
    settings = tx.platform.settings
    keys = code_keys(tx.platform.sealer, settings)
    grace = timedelta(seconds=settings.card_accept_seconds)
    today = key_day_of(tx.now)
    change = end_of_key_day(today)

    def offered(day: str) -> OfflineKey:
        end = end_of_key_day(day)
        return OfflineKey(day, keys.key(day).hex(), end - timedelta(days=1), end + grace)

    current = offered(today)
    near = change - tx.now <= timedelta(hours=NEXT_KEY_HOURS)
    return OfflineKeys(
        terminal_id=terminal_id,
        key_id=current.key_id,
        key_hex=current.key_hex,
        not_after=current.not_after,
        window_s=settings.card_accept_seconds,
        skew_s=settings.card_clock_skew_seconds,
        next_key=offered(key_day_of(change)) if near else None,
    )
