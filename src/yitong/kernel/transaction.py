"""One request is one transaction: what a service function gets, and the row scope the database enforces on it."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from yitong.kernel.permissions import Actor, Role
from yitong.kernel.text import Language

if TYPE_CHECKING:
    from yitong.kernel.platform import Platform

_REGION_WIDE = frozenset({Role.REGULATOR, Role.PLATFORM_ADMIN, Role.SYSTEM})
_SCOPE = text(
    "SELECT set_config('yitong.organizations', :organizations, true), set_config('yitong.patients', :patients, true),"
    " set_config('yitong.region', :region, true), set_config('yitong.patient_index', :index, true)"
)


class Transaction:
    """An open database transaction with the actor it runs for and the one moment it takes place at.

    A plain class on purpose: Litestar looks into the fields of dataclasses, and the platform's type is not known here.
    """

    __slots__ = ("actor", "language", "now", "platform", "session")

    def __init__(
        self, session: AsyncSession, actor: Actor, now: datetime, language: Language, platform: "Platform"
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.language = language
        self.platform = platform

    async def narrow(self) -> None:
        """Tell the database which rows this actor may see (``SET LOCAL``); called when the transaction opens."""
        wide = self.actor.kind == "system" or any(r.role in _REGION_WIDE for r in self.actor.roles)
        await self.session.execute(
            _SCOPE,
            {
                "organizations": ",".join(map(str, self.actor.organization_ids)),
                "patients": ",".join(map(str, self.actor.patient_ids)),
                "region": "on" if wide else "off",
                "index": "off",
            },
        )

    async def open_patient_index(self) -> None:
        """Let the rest of this transaction read the regional patient index.

        For service functions that have checked an action allowing it: finding a person at a desk, joining names to rows
        of an organization that the actor may see.
        """
        await self.session.execute(text("SELECT set_config('yitong.patient_index', 'on', true)"))

    async def open_region(self) -> None:
        """Let the rest of this transaction see every organization's rows.

        For service functions that act for the platform (a sign-in before anybody is known, a rule that counts over all
        hospitals) and hand no foreign row to the actor.
        """
        await self.session.execute(text("SELECT set_config('yitong.region', 'on', true)"))
