"""People of the demo region: synthetic citizens with cards and accounts, and the staff who may sign in."""

from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import text

from yitong.directory.demo import DEMO_PATIENTS, DEMO_STAFF, DemoPerson, DemoStaff, synthetic_people
from yitong.directory.demo.cast import DEMO_PASSWORD, demo_totp_secret
from yitong.identity.rules.documents import Document, IdKind
from yitong.identity.service.card_keys import card_number
from yitong.identity.service.registration import Person, identifier_hash, patient_row
from yitong.identity.service.staff import NewStaff, create_staff
from yitong.identity.states import CardState
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.simulation.seeding.directory import copy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_RELATION = {"mother": "child", "father": "child"}


async def load_people(connection: Connection, platform: Platform, seed: int, count: int, now: datetime) -> int:
    """Register the named demo patients and ``count`` synthetic people; answers how many there are.

    Writes no events: what a region begins with did not happen.
    """
    people = [*DEMO_PATIENTS, *synthetic_people(seed, count)]
    rows = [_rows(platform, person, now) for person in people]
    await copy(connection, "patient", [row["patient"] for row in rows])
    await copy(connection, "patient_identifier", [row["identifier"] for row in rows])
    await copy(connection, "health_card", [row["card"] for row in rows])
    await _load_accounts(connection, platform, people, now)
    return len(people)


def _rows(platform: Platform, person: DemoPerson, now: datetime) -> dict[str, dict[str, Any]]:
    sealer, region = platform.sealer, platform.settings.region_code
    document = Document(IdKind.RESIDENT, person.id_number, person.birth_date, person.sex)
    entered = Person(person.name, document, person.phone or None, person.address, verified=True)
    kind = document.kind.value
    return {
        "patient": {**patient_row(sealer, person.id, entered), "created_at": now},
        "identifier": {
            "kind": kind,
            "value_hash": identifier_hash(sealer, kind, document.number),
            "patient_id": person.id,
            "value_sealed": sealer.seal(document.number, f"patient_identifier.value:{person.id}:{kind}"),
            "created_at": now,
        },
        "card": {
            "patient_id": person.id,
            "ecard_id": card_number(sealer, region, document, person.name),
            "issued_at": now,
            "state": CardState.ACTIVE.value,
            "version": 1,
        },
    }


async def _load_accounts(connection: Connection, platform: Platform, people: list[DemoPerson], now: datetime) -> None:
    """An account for everybody with a phone; children are members of their guardians' accounts."""
    sealer = platform.sealer
    accounts = {person.id: new_id() for person in people if person.phone}
    by_id = {person.id: person for person in people}
    members = [_member(account, holder, "self", now) for holder, account in accounts.items()]
    members += [
        _member(accounts[guardian.person_id], person.id, _RELATION[guardian.relation], now)
        for person in people
        for guardian in person.guardians
        if guardian.person_id in accounts
    ]
    await copy(
        connection,
        "account",
        [
            {
                "id": account,
                "phone_sealed": sealer.seal(by_id[holder].phone, f"account.phone:{account}"),
                "phone_hash": sealer.lookup_hash("phone", by_id[holder].phone),
                "created_at": now,
            }
            for holder, account in accounts.items()
        ],
    )
    await copy(connection, "family_member", members)


def _member(account: UUID, patient_id: UUID, relation: str, now: datetime) -> dict[str, Any]:
    return {
        "account_id": account,
        "patient_id": patient_id,
        "relation": relation,
        "guardian": relation == "child",
        "since": now,
    }


async def create_staff_accounts(platform: Platform) -> int:
    """The staff who may sign in to the demo, one a role; answers how many."""
    for staff in DEMO_STAFF:
        async with platform.transaction() as tx:
            organization, department, practitioner = (await _places(tx, staff)).one()
            role = RoleAt(Role(staff.role), organization, department)
            await create_staff(
                tx,
                NewStaff(
                    username=staff.username,
                    name=staff.name,
                    password=DEMO_PASSWORD,
                    roles=[role],
                    practitioner_id=practitioner,
                    totp_secret=demo_totp_secret(staff.username),
                    oidc_subject=f"demo-{staff.username}",
                ),
            )
    return len(DEMO_STAFF)


async def _places(tx: Any, staff: DemoStaff) -> Any:
    return await tx.session.execute(
        text(
            "SELECT o.id, d.id, p.id FROM organization o"
            " LEFT JOIN department d ON d.organization_id = o.id AND d.code = :department"
            " LEFT JOIN practitioner p ON p.licence_no = :licence WHERE o.code = :organization"
        ),
        {
            "organization": staff.organization_code,
            "department": staff.department_code,
            "licence": staff.licence_no,
        },
    )
