"""Reads insurance vouchers and social-security cards for identity: the insurer knows whose they are (1101)."""

from collections.abc import Callable
from datetime import datetime

from yitong.billing.ports import Credential, Insurer
from yitong.identity.service.credentials import CredentialKind, Holder


class InsurerCredentials:
    """Plays identity's part of a credential reader."""

    def __init__(self, insurer: Insurer, now: Callable[[], datetime]) -> None:
        self._insurer = insurer
        self._now = now

    async def who(self, institution: str, kind: CredentialKind, parts: tuple[str, ...]) -> Holder:
        """Whose credential it is. Raises GatewayRefused or GatewayUnavailable."""
        person = await self._insurer.person(institution, credential(kind, parts), self._now())
        return Holder(person.certno, person.psn_name)


def credential(kind: CredentialKind, parts: tuple[str, ...]) -> Credential:
    """A scanned code as the insurer's interface names it."""
    if kind == "insurance_voucher":
        return Credential("01", parts[0])
    return Credential("03", parts[0], card_sn=parts[1] if len(parts) > 1 else "")
