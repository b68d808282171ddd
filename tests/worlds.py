"""A tiny region for tests: two hospitals, a few people, a session today, and those who act in it.

Rows are written as they stand in the database; the services under test do everything that comes after.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import insert, text

from yitong.booking.model import Appointment, Schedule, Slot
from yitong.directory.model import (
    Department,
    HealthcareService,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Region,
)
from yitong.identity.model import Patient, StaffAccount
from yitong.kernel.clock import SetClock, at, day_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.kernel.states import Transition
from yitong.kernel.transaction import Transaction

ZONE = "Asia/Shanghai"
SLOT_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Session:
    """A session and its slots in the order of time."""

    id: UUID
    organization_id: UUID
    department_id: UUID
    service_id: UUID
    practitioner_role_id: UUID | None
    day: date
    slots: list[tuple[UUID, datetime, datetime]]


@dataclass(slots=True)
class World:
    """The rows of the tiny region and ways to add more."""

    platform: Platform
    clock: SetClock
    commission_id: UUID = field(default_factory=new_id)
    hospital_id: UUID = field(default_factory=new_id)
    other_hospital_id: UUID = field(default_factory=new_id)
    department_id: UUID = field(default_factory=new_id)
    other_department_id: UUID = field(default_factory=new_id)
    foreign_department_id: UUID = field(default_factory=new_id)
    hall_id: UUID = field(default_factory=new_id)
    room_id: UUID = field(default_factory=new_id)
    service_id: UUID = field(default_factory=new_id)
    other_service_id: UUID = field(default_factory=new_id)
    foreign_service_id: UUID = field(default_factory=new_id)
    practitioner_id: UUID = field(default_factory=new_id)
    role_id: UUID = field(default_factory=new_id)
    session: Session = field(init=False)
    _numbers: dict[UUID, int] = field(default_factory=dict[UUID, int])

    # --- those who act ---------------------------------------------------------------------------------------------

    def citizen(self, *patient_ids: UUID) -> Actor:
        return Actor(ActorKind.CITIZEN, new_id(), (RoleAt(Role.PATIENT),), patient_ids)

    def staff(self, role: Role, organization_id: UUID | None = None, **more: Any) -> Actor:
        """Somebody with one role at the hospital, or at the organization named."""
        department = more.pop("department_id", None)
        held = RoleAt(role, organization_id or self.hospital_id, department)
        return Actor(ActorKind.STAFF, more.pop("id", None) or new_id(), (held,), **more)

    @property
    def doctor(self) -> Actor:
        """The doctor of the session."""
        return self.staff(Role.DOCTOR, department_id=self.department_id, practitioner_id=self.practitioner_id)

    @property
    def nurse(self) -> Actor:
        return self.staff(Role.NURSE)

    @property
    def registrar(self) -> Actor:
        return self.staff(Role.REGISTRAR)

    @property
    def regulator(self) -> Actor:
        return self.staff(Role.REGULATOR, self.commission_id)

    @property
    def kiosk(self) -> Actor:
        return Actor(ActorKind.TERMINAL, new_id(), (RoleAt(Role.KIOSK, self.hospital_id),))

    @property
    def hall_screen(self) -> Actor:
        return Actor(ActorKind.TERMINAL, new_id(), (RoleAt(Role.HALL, self.hospital_id),))

    def headers(self, actor: Actor) -> dict[str, str]:
        """Request headers of an actor, with a fresh idempotency key."""
        token = self.platform.tokens.sign(actor, self.clock.now() + timedelta(days=2))
        return {"authorization": f"Bearer {token}", "idempotency-key": str(new_id())}

    # --- rows ------------------------------------------------------------------------------------------------------

    async def patient(
        self,
        name: str = "王小明",
        *,
        sex: str = "male",
        birth_date: date = date(1990, 5, 1),
        phone: str = "13900000001",
    ) -> UUID:
        """A registered patient with sealed name and phone."""
        patient_id, sealer = new_id(), self.platform.sealer
        async with self.platform.transaction() as tx:
            await tx.session.execute(
                insert(Patient).values(
                    id=patient_id,
                    name_sealed=sealer.seal(name, f"patient.name:{patient_id}"),
                    name_hash=sealer.lookup_hash("name", name),
                    sex=sex,
                    birth_date=birth_date,
                    phone_sealed=sealer.seal(phone, f"patient.phone:{patient_id}"),
                    phone_hash=sealer.lookup_hash("phone", phone),
                    verified=True,
                    state="active",
                    created_at=tx.now,
                )
            )
        return patient_id

    async def staff_account(self, name: str = "李护士") -> UUID:
        """A staff member's account; its id is the actor's."""
        staff_id = new_id()
        async with self.platform.transaction() as tx:
            await tx.session.execute(
                insert(StaffAccount).values(
                    id=staff_id,
                    username=f"staff-{staff_id}",
                    name=name,
                    password_hash="-",
                    totp_last_step=0,
                    failures=0,
                    active=True,
                    created_at=tx.now,
                )
            )
        return staff_id

    async def open_session(
        self,
        *,
        begin: time = time(8, 30),
        slots: int = 6,
        capacity: int = 6,
        day: date | None = None,
        department_id: UUID | None = None,
        practitioner_role_id: UUID | None = None,
        service_id: UUID | None = None,
        organization_id: UUID | None = None,
        location_id: UUID | None = None,
    ) -> Session:
        """A session of half-hour slots, today unless a day is given."""
        organization = organization_id or self.hospital_id
        department, service = department_id or self.department_id, service_id or self.service_id
        day = day or day_of(self.clock.now(), ZONE)
        start = at(day, begin, ZONE)
        edges = [start + timedelta(minutes=SLOT_MINUTES) * i for i in range(slots + 1)]
        made = [(new_id(), a, b) for a, b in pairwise(edges)]
        session_id = new_id()
        async with self.platform.transaction() as tx:
            await tx.session.execute(
                insert(Schedule).values(
                    organization_id=organization,
                    id=session_id,
                    department_id=department,
                    service_id=service,
                    practitioner_role_id=practitioner_role_id,
                    location_id=location_id,
                    day=day,
                    start_at=edges[0],
                    end_at=edges[-1],
                    next_number=1,
                )
            )
            for slot_id, a, b in made:
                await tx.session.execute(
                    insert(Slot).values(
                        organization_id=organization,
                        id=slot_id,
                        schedule_id=session_id,
                        department_id=department,
                        start_at=a,
                        end_at=b,
                        capacity=capacity,
                        taken=0,
                        open=True,
                    )
                )
        return Session(session_id, organization, department, service, practitioner_role_id, day, made)

    async def book(
        self, patient_id: UUID, *, slot: int = 0, session: Session | None = None, state: str = "booked"
    ) -> UUID:
        """A confirmed appointment in a slot of the session, with the next number and one row of history."""
        where = session or self.session
        slot_id, start, end = where.slots[slot]
        appointment_id = new_id()
        number = self._numbers[where.id] = self._numbers.get(where.id, 0) + 1
        async with self.platform.transaction() as tx:
            await tx.session.execute(
                insert(Appointment).values(
                    organization_id=where.organization_id,
                    id=appointment_id,
                    slot_id=slot_id,
                    schedule_id=where.id,
                    department_id=where.department_id,
                    service_id=where.service_id,
                    practitioner_role_id=where.practitioner_role_id,
                    patient_id=patient_id,
                    day=where.day,
                    start_at=start,
                    end_at=end,
                    state=state,
                    version=1,
                    number=number,
                    channel="h5",
                    fee_fen=5000,
                    booked_by=patient_id,
                    idempotency_key=new_id(),
                    created_at=tx.now,
                )
            )
            await tx.session.execute(
                text(
                    "UPDATE slot SET taken = taken + 1, open = taken + 1 < capacity"
                    " WHERE organization_id = :organization AND id = :id"
                ),
                {"organization": where.organization_id, "id": slot_id},
            )
            await tx.session.execute(
                insert(Transition).values(
                    organization_id=where.organization_id,
                    subject_id=appointment_id,
                    sequence=1,
                    machine="appointment",
                    from_state="new",
                    to_state="booked",
                    event_id=new_id(),
                )
            )
        return appointment_id

    async def one(self, statement: str, **values: Any) -> Any:
        """The one row a statement gives, as the platform sees it."""
        async with self.platform.transaction() as tx:
            return (await tx.session.execute(text(statement), values)).one()

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """The rows a statement gives, as the platform sees them."""
        async with self.platform.transaction() as tx:
            return list((await tx.session.execute(text(statement), values)).all())


async def make_world(platform: Platform, clock: SetClock) -> World:
    """The tiny region on a fresh database."""
    world = World(platform, clock)
    async with platform.transaction() as tx:
        await _places(tx, world)
    world.session = await world.open_session(practitioner_role_id=world.role_id, location_id=world.room_id)
    return world


async def _places(tx: Transaction, world: World) -> None:
    await tx.session.execute(
        insert(Region).values(
            code="110000", name="演示市", name_en="Demo City", zone=ZONE, commission_id=world.commission_id
        )
    )
    organizations = [
        (world.commission_id, "commission", "C", "演示市卫生健康委", "Demo Health Commission"),
        (world.hospital_id, "hospital", "H1", "演示第一医院", "Demo First Hospital"),
        (world.other_hospital_id, "hospital", "H2", "演示第二医院", "Demo Second Hospital"),
    ]
    for id_, kind, code, name, name_en in organizations:
        await tx.session.execute(
            insert(Organization).values(
                id=id_,
                region_code="110000",
                kind=kind,
                code=code,
                name=name,
                name_en=name_en,
                short_name=name,
                pinyin="YS",
                grade="三级甲等",
                district="东城区",
                address="演示路 1 号",
                phone="010-00000000",
                zone=ZONE,
                active=True,
            )
        )
    departments = [
        (world.hospital_id, world.department_id, "0301", "心血管内科门诊", "Cardiology"),
        (world.hospital_id, world.other_department_id, "0401", "普通外科门诊", "General Surgery"),
        (world.other_hospital_id, world.foreign_department_id, "0301", "心血管内科门诊", "Cardiology"),
    ]
    for organization_id, id_, code, name, name_en in departments:
        await tx.session.execute(
            insert(Department).values(
                organization_id=organization_id,
                id=id_,
                code=code,
                name=name,
                name_en=name_en,
                pinyin="XNK",
                kind="outpatient",
                location_text="门诊楼 2 层",
            )
        )
    services = [
        (world.hospital_id, world.service_id, world.department_id),
        (world.hospital_id, world.other_service_id, world.other_department_id),
        (world.other_hospital_id, world.foreign_service_id, world.foreign_department_id),
    ]
    for organization_id, id_, department_id in services:
        await tx.session.execute(
            insert(HealthcareService).values(
                organization_id=organization_id,
                id=id_,
                department_id=department_id,
                kind="general",
                name="普通门诊",
                name_en="General clinic",
                fee_fen=5000,
                slot_minutes=SLOT_MINUTES,
                active=True,
            )
        )
    for id_, parent_id, kind, name, name_en in (
        (world.hall_id, None, "hall", "二层候诊厅", "Hall, floor 2"),
        (world.room_id, world.hall_id, "room", "心内科 3 诊室", "Cardiology room 3"),
    ):
        await tx.session.execute(
            insert(Location).values(
                organization_id=world.hospital_id,
                id=id_,
                department_id=world.department_id,
                parent_id=parent_id,
                kind=kind,
                name=name,
                name_en=name_en,
                building="门诊楼",
                floor=2,
            )
        )
    await tx.session.execute(
        insert(Practitioner).values(
            id=world.practitioner_id,
            name="张医生",
            pinyin="ZYS",
            gender="female",
            licence_no="110000000000001",
            introduction="",
            introduction_en="",
        )
    )
    await tx.session.execute(
        insert(PractitionerRole).values(
            organization_id=world.hospital_id,
            id=world.role_id,
            practitioner_id=world.practitioner_id,
            department_id=world.department_id,
            role="doctor",
            title="主任医师",
            title_en="Chief physician",
            specialty_text="",
            active=True,
        )
    )
