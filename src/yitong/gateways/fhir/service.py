"""Imports FHIR bundles: patients, practitioners, organizations become people and places; the rest stays as it came.

An import can be repeated: what was taken before is known, and nothing is made twice.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import insert, text

from yitong.directory.model import Organization, Practitioner
from yitong.directory.service import region_of
from yitong.gateways.fhir import reading
from yitong.gateways.fhir.events import FhirEvent
from yitong.gateways.fhir.model import ForeignResource
from yitong.identity.rules.documents import IdKind
from yitong.identity.schemas.index import NewLocalPatient
from yitong.identity.service.index import record_local
from yitong.identity.service.newcomers import enter_newcomer
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Actor, ActorKind, Role, RoleAt, Scope, action
from yitong.kernel.platform import Platform
from yitong.kernel.problems import Problem
from yitong.kernel.text import pinyin_initials
from yitong.kernel.transaction import Transaction

IMPORT = action("gateway:fhir:import", "导入 FHIR 数据", "Import FHIR data", {Role.SYSTEM: Scope.REGION})
_SEXES = frozenset({"male", "female"})


class Outcome(NamedTuple):
    """What became of one resource: taken, known, kept or refused, why, and the row it became."""

    kind: str
    reason: str = ""
    became_type: str | None = None
    became_id: UUID | None = None
    unread: tuple[str, ...] = ()


@dataclass
class Report:
    """What an import did: outcomes by resource type, elements left unread, and refusals with their reasons."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    unread: Counter[str] = field(default_factory=Counter[str])
    refused: list[str] = field(default_factory=list[str])

    def add(self, resource_type: str, key: str, outcome: Outcome) -> None:
        self.outcomes[resource_type, outcome.kind] += 1
        self.unread.update(f"{resource_type}.{path}" for path in outcome.unread)
        if outcome.kind == "refused":
            self.refused.append(f"{resource_type}/{key}: {outcome.reason}")

    def count(self, kind: str) -> int:
        return sum(number for (_, outcome), number in self.outcomes.items() if outcome == kind)


async def import_bundle(platform: Platform, source: str, bundle: reading.Json, report: Report) -> None:
    """Import one bundle under the name of its source. Raises NotABundle; Problem ``unavailable`` without region.

    Places first, then people, each in one transaction with the originals it kept.
    """
    everything = list(reading.resources(bundle))
    seen = Report()
    places: dict[str, UUID] = {}
    async with platform.transaction(SYSTEM_ACTOR) as tx:
        door = _Door(tx, source, (await region_of(tx)).commission_id, seen)
        for resource in everything:
            match resource["resourceType"]:
                case "Organization":
                    became = await door.take(resource, _organization)
                    if became.became_id is not None:
                        places[reading.key_of(resource)] = became.became_id
                case "Practitioner":
                    await door.take(resource, _practitioner)
                case "Patient":
                    pass
                case _:
                    await door.take(resource, _kept)
    for patient in (one for one in everything if one["resourceType"] == "Patient"):
        key = reading.serving_organization(everything, reading.key_of(patient))
        await _import_patient(platform, source, patient, places.get(key or ""), seen)
    await _tell(platform, source, seen)
    report.outcomes += seen.outcomes
    report.unread += seen.unread
    report.refused += seen.refused


@dataclass
class _Door:
    """One transaction of an import."""

    tx: Transaction
    source: str
    owner: UUID  # whose import it is
    report: Report

    async def take(
        self, resource: reading.Json, read: Callable[[Transaction, reading.Json], Awaitable[Outcome]]
    ) -> Outcome:
        """Take one resource once, keep its original, and count what became of it."""
        kind, key = str(resource["resourceType"]), reading.key_of(resource)
        before = await self.tx.session.execute(
            text(
                "SELECT became_type, became_id, outcome, reason FROM foreign_resource WHERE organization_id = :owner"
                " AND source = :source AND resource_type = :kind AND resource_key = :key"
            ),
            {"owner": self.owner, "source": self.source, "kind": kind, "key": key},
        )
        row = before.one_or_none()
        if row is not None:
            again = "known" if row.outcome == "taken" else row.outcome
            outcome = Outcome(again, row.reason, row.became_type, row.became_id)
        else:
            outcome = await read(self.tx, resource)
            await self._keep(kind, key, resource, outcome)
        self.report.add(kind, key, outcome)
        return outcome

    async def _keep(self, kind: str, key: str, resource: reading.Json, outcome: Outcome) -> None:
        row_id, body = new_id(), msgspec.json.encode(resource).decode()
        await self.tx.session.execute(
            insert(ForeignResource).values(
                organization_id=self.owner,
                id=row_id,
                source=self.source,
                resource_type=kind,
                resource_key=key,
                outcome=outcome.kind,
                reason=outcome.reason,
                became_type=outcome.became_type,
                became_id=outcome.became_id,
                unread=list(outcome.unread),
                body_sealed=self.tx.platform.sealer.seal(body, f"foreign_resource.body:{row_id}"),
                at=self.tx.now,
            )
        )


async def _kept(_: Transaction, __: reading.Json) -> Outcome:
    """A resource that no room here reads yet."""
    return Outcome("kept", "no room reads this type yet")


async def _organization(tx: Transaction, resource: reading.Json) -> Outcome:
    """An organization becomes one of the region's, found again by its code."""
    draft = reading.read_organization(resource)
    if not draft.name:
        return Outcome("refused", "Organization.name is missing", unread=tuple(draft.unread))
    known = await tx.session.execute(text("SELECT id FROM organization WHERE code = :code"), {"code": draft.code})
    found = known.scalar_one_or_none()
    if found is not None:
        return Outcome("known", "", "organization", found, tuple(draft.unread))
    region, organization_id = await region_of(tx), new_id()
    await tx.session.execute(
        insert(Organization).values(
            id=organization_id,
            region_code=region.code,
            kind="hospital",
            code=draft.code,
            name=draft.name,
            name_en=draft.name,
            short_name=draft.name,
            pinyin=pinyin_initials(draft.name),
            grade="",
            district="",
            address=draft.address,
            phone=draft.phone,
            zone=region.zone,
            active=True,
        )
    )
    return Outcome("taken", "", "organization", organization_id, tuple(draft.unread))


async def _practitioner(tx: Transaction, resource: reading.Json) -> Outcome:
    """A practitioner, found again by the licence number."""
    draft = reading.read_practitioner(resource)
    if not draft.name:
        return Outcome("refused", "Practitioner.name is missing", unread=tuple(draft.unread))
    known = await tx.session.execute(
        text("SELECT id FROM practitioner WHERE licence_no = :licence"), {"licence": draft.licence_no}
    )
    found = known.scalar_one_or_none()
    if found is not None:
        return Outcome("known", "", "practitioner", found, tuple(draft.unread))
    practitioner_id = new_id()
    await tx.session.execute(
        insert(Practitioner).values(
            id=practitioner_id,
            name=draft.name,
            pinyin=pinyin_initials(draft.name),
            gender=draft.gender,
            licence_no=draft.licence_no,
            introduction="",
            introduction_en="",
        )
    )
    return Outcome("taken", "", "practitioner", practitioner_id, tuple(draft.unread))


async def _import_patient(
    platform: Platform, source: str, resource: reading.Json, place: UUID | None, report: Report
) -> None:
    """A patient becomes a record of the hospital that saw them, matched against the index or entered into it."""
    actor = SYSTEM_ACTOR
    if place:
        roles = (*SYSTEM_ACTOR.roles, RoleAt(Role.HOSPITAL_SYSTEM, place))
        actor = Actor(ActorKind.SYSTEM, SYSTEM_ACTOR.id, roles)

    async def read(tx: Transaction, one: reading.Json) -> Outcome:
        return await _patient(tx, one, place)

    try:
        async with platform.transaction(actor) as tx:
            await _Door(tx, source, (await region_of(tx)).commission_id, report).take(resource, read)
    except Problem as problem:
        why = problem.message.en

        async def refuse(_: Transaction, __: reading.Json) -> Outcome:
            return Outcome("refused", why)

        async with platform.transaction(SYSTEM_ACTOR) as tx:
            await _Door(tx, source, (await region_of(tx)).commission_id, report).take(resource, refuse)


async def _patient(tx: Transaction, resource: reading.Json, place: UUID | None) -> Outcome:
    draft = reading.read_patient(resource)
    unread = tuple(draft.unread)
    if not place:
        return Outcome("refused", "no Encounter names the organization that saw the patient", unread=unread)
    if draft.sex not in _SEXES or draft.birth_date is None:
        return Outcome("refused", "Patient.gender or Patient.birthDate is missing or not exact", unread=unread)
    given = NewLocalPatient(
        organization_id=place,
        local_number=draft.local_number,
        name=draft.name,
        sex=cast("Any", draft.sex),
        birth_date=draft.birth_date,
        id_kind=IdKind.PASSPORT if draft.passport else None,
        id_number=draft.passport,
        phone=draft.phone or None,
        address=draft.address or None,
    )
    recorded = await record_local(tx, given)
    if recorded.outcome == "new":
        await enter_newcomer(tx, place, recorded.local_patient.id, origin="fhir")
    return Outcome("taken", f"index: {recorded.outcome}", "local_patient", recorded.local_patient.id, unread)


async def _tell(platform: Platform, source: str, seen: Report) -> None:
    async with platform.transaction(SYSTEM_ACTOR) as tx:
        grant = IMPORT.check(tx.actor)
        subject = Subject("fhir_import", new_id(), (await region_of(tx)).commission_id)
        counts = {kind: seen.count(kind) for kind in ("taken", "known", "kept", "refused")}
        await record(tx, grant, FhirEvent.IMPORTED, subject, {"source": source, **counts})
