"""The three credentials recognise each other: health card, social-security card and insurance voucher, one person.

A health card is checked here; of the other two the insurer knows the holder's document, and the document leads to the
person in the regional index.
"""

from typing import Any, Literal, Protocol

import msgspec
from sqlalchemy import text as sql

from yitong.identity import problems as p
from yitong.identity.events import IdentityEvent
from yitong.identity.queries.hits import hit_of
from yitong.identity.rules.documents import IdKind
from yitong.identity.rules.scans import kind_of
from yitong.identity.schemas.cards import Verification
from yitong.identity.schemas.credentials import Resolved, Scanned
from yitong.identity.service.card_checks import VERIFY_CARD, verify_fast
from yitong.identity.service.registration import identifier_hash, name_hash
from yitong.kernel.clock import day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.outside import GatewayRefused
from yitong.kernel.permissions import Actor, ActorKind, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.text import normal_identifier
from yitong.kernel.transaction import Transaction

CredentialKind = Literal["social_security_card", "insurance_voucher"]


class Holder(msgspec.Struct, frozen=True):
    """Who the insurer says holds a credential."""

    id_number: str
    name: str


class CredentialReader(Protocol):
    """Somebody who knows whose social-security card or insurance voucher a code is."""

    async def who(self, institution: str, kind: CredentialKind, parts: tuple[str, ...]) -> Holder:
        """The holder; ``institution`` is the hospital's code at the insurer. Raises GatewayRefused/-Unavailable."""
        ...


async def resolve(platform: Platform, actor: Actor, scanned: Scanned) -> Resolved:
    """Whose credential was scanned, and which it was. A dynamic health-card code is used up by this.

    Raises Problem ``unauthenticated``, ``forbidden``, ``credential-unreadable``, ``credential-refused``,
    ``credential-holder-unknown``, ``credential-name-differs``, ``insurer-not-connected``, ``gateway-unavailable``, or
    for a health card as the verification.
    """
    grant = VERIFY_CARD.check(actor, organization_id=scanned.organization_id)
    settings = platform.settings
    found = kind_of(scanned.text, settings.voucher_form, settings.social_card_form)
    if found is None:
        raise p.CREDENTIAL_UNREADABLE()
    kind, parts = found
    if kind == "health_card":
        return await _by_card(platform, actor, scanned)
    reader: CredentialReader | None = platform.ports.get(CredentialReader)
    if reader is None:
        raise p.NO_INSURER()
    async with platform.transaction(actor) as tx:
        place = await _place(tx, scanned)
    try:
        holder = await reader.who(place.code, kind, parts)
    except GatewayRefused as refused:
        raise p.CREDENTIAL_REFUSED() from refused
    async with platform.transaction(actor) as tx:
        return await _by_document(tx, grant, scanned, kind, holder, place.zone)


async def _by_card(platform: Platform, actor: Actor, scanned: Scanned) -> Resolved:
    given = Verification(
        scanned.text, scanned.scene, scanned.organization_id, scanned.department, scanned.second_factor
    )
    card = await verify_fast(platform, actor, given)
    return Resolved(
        kind="health_card",
        patient_id=card.patient_id,
        name_masked=card.name_masked,
        sex=card.sex,
        age_years=card.age_years,
        id_number_masked=card.id_number_masked,
        resolved_at=card.verified_at,
        name=card.name,
    )


async def _place(tx: Transaction, scanned: Scanned) -> Any:
    found = await tx.session.execute(
        sql("SELECT code, zone FROM organization WHERE id = :id AND active"), {"id": scanned.organization_id}
    )
    place = found.one_or_none()
    if place is None:
        raise NOT_FOUND()
    return place


async def _by_document(
    tx: Transaction, grant: Grant, scanned: Scanned, kind: CredentialKind, holder: Holder, zone: str
) -> Resolved:
    await tx.open_patient_index()
    sealer, document = tx.platform.sealer, IdKind.RESIDENT.value
    known = await tx.session.execute(
        sql(
            "SELECT p.id, p.name_hash FROM patient_identifier i JOIN patient p ON p.id = i.patient_id"
            " WHERE i.kind = :kind AND i.value_hash = :hash AND p.state = 'active'"
        ),
        {"kind": document, "hash": identifier_hash(sealer, document, normal_identifier(holder.id_number))},
    )
    row = known.one_or_none()
    if row is None:
        raise p.CREDENTIAL_HOLDER_UNKNOWN()
    if holder.name and row.name_hash != name_hash(sealer, holder.name):
        raise p.CREDENTIAL_NAME_DIFFERS()
    hit = await hit_of(tx, row.id, "card", day_of(tx.now, zone))
    if hit is None:
        raise p.CREDENTIAL_HOLDER_UNKNOWN()
    subject = Subject("patient", row.id, scanned.organization_id, row.id)
    told = {"kind": kind, "scene": scanned.scene, "department": scanned.department}
    await record(tx, grant, IdentityEvent.CREDENTIAL_RESOLVED, subject, told)
    return Resolved(
        kind=kind,
        patient_id=row.id,
        name_masked=hit.name_masked,
        sex=hit.sex,
        age_years=hit.age_years,
        id_number_masked=hit.id_number_masked,
        resolved_at=tx.now,
        name=hit.name if tx.actor.kind is ActorKind.STAFF else msgspec.UNSET,
    )
