"""A small hospital for tests: one clinic with a doctor, and as many sessions, slots and people as a test needs."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform

ZONE = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]


@dataclass
class World:
    """What was laid out, and hands to lay out more."""

    platform: Platform
    owner: Any
    organization_id: UUID = field(default_factory=new_id)
    department_id: UUID = field(default_factory=new_id)
    service_id: UUID = field(default_factory=new_id)
    practitioner_id: UUID = field(default_factory=new_id)
    role_id: UUID = field(default_factory=new_id)
    room_id: UUID = field(default_factory=new_id)

    async def insert(self, table: str, **values: Any) -> None:
        """One row, as the owner of the database."""
        places = ", ".join(f"${i}" for i in range(1, len(values) + 1))
        await self.owner.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values())

    async def count(self, table: str, where: str = "true", *values: Any) -> int:
        """How many rows there are."""
        return await self.owner.fetchval(f"SELECT count(*) FROM {table} WHERE {where}", *values)

    async def row(self, table: str, id: UUID) -> Any:
        """One row by its id."""
        return await self.owner.fetchrow(f"SELECT * FROM {table} WHERE id = $1", id)

    async def region(self) -> None:
        """The region with its commission and two specialties."""
        await self.insert(
            "region", code="110000", name="北京", name_en="Beijing", zone="Asia/Shanghai", commission_id=new_id()
        )
        for code, name, sex, least, most in (("03", "内科", None, None, None), ("05", "妇科", "female", 14, None)):
            await self.insert(
                "specialty", code=code, name=name, name_en=name, pinyin="x", sex=sex, age_min=least, age_max=most
            )

    async def hospital(
        self, id: UUID, name: str = "演示医院", at: tuple[float, float] = (39.9, 116.4), kind: str = "hospital"
    ) -> None:
        """An organization."""
        await self.insert(
            "organization",
            id=id,
            region_code="110000",
            kind=kind,
            code=id.hex,
            name=name,
            name_en=f"{name} en",
            short_name=name,
            pinyin="ys",
            grade="三级甲等",
            district="东城区",
            address="王府井大街 1 号",
            phone="010-00000000",
            latitude=at[0],
            longitude=at[1],
            zone="Asia/Shanghai",
            active=True,
        )

    async def clinic(
        self, organization_id: UUID, department_id: UUID, service_id: UUID, specialty: str = "03", fee_fen: int = 5000
    ) -> None:
        """A department with one service."""
        await self.insert(
            "department",
            organization_id=organization_id,
            id=department_id,
            code=department_id.hex,
            name="心血管内科",
            name_en="Cardiology",
            pinyin="xxgnk",
            specialty_code=specialty,
            kind="outpatient",
            location_text="门诊楼 2 层",
        )
        await self.insert(
            "healthcare_service",
            organization_id=organization_id,
            id=service_id,
            department_id=department_id,
            kind="expert",
            name="专家门诊",
            name_en="Expert's clinic",
            fee_fen=fee_fen,
            slot_minutes=30,
            active=True,
        )

    async def doctor(self, practitioner_id: UUID, role_id: UUID, name: str = "王医生") -> None:
        """A doctor of the clinic."""
        await self.insert(
            "practitioner",
            id=practitioner_id,
            name=name,
            pinyin="wys",
            gender="male",
            licence_no=practitioner_id.hex,
            introduction="",
            introduction_en="",
        )
        await self.insert(
            "practitioner_role",
            organization_id=self.organization_id,
            id=role_id,
            practitioner_id=practitioner_id,
            department_id=self.department_id,
            role="doctor",
            title="主任医师",
            title_en="Chief Physician",
            specialty_text="",
            active=True,
        )

    async def room(self, room_id: UUID, name: str = "201 诊室") -> None:
        """A consulting room of the clinic."""
        await self.insert(
            "location",
            organization_id=self.organization_id,
            id=room_id,
            department_id=self.department_id,
            kind="room",
            name=name,
            name_en=name,
            building="门诊楼",
            floor=2,
        )

    async def patient(self, sex: str = "male", born: date = date(1990, 1, 1), name: str = "张三") -> UUID:
        """A person of the master index."""
        patient_id = new_id()
        await self.insert(
            "patient",
            id=patient_id,
            name_sealed=self.platform.sealer.seal(name, f"patient.name:{patient_id}"),
            name_hash=b"x",
            sex=sex,
            birth_date=born,
            verified=True,
            state="active",
            created_at=self.platform.clock.now(),
        )
        return patient_id

    async def session(
        self,
        start: datetime | None = None,
        *,
        slots: int = 7,
        capacity: int = 3,
        organization_id: UUID | None = None,
        department_id: UUID | None = None,
        service_id: UUID | None = None,
        specialty: str = "03",
        role: bool = True,
    ) -> tuple[UUID, list[UUID]]:
        """A session of half-hour slots from ``start`` (tomorrow at 08:00); answers its id and its slots' ids."""
        now = self.platform.clock.now().astimezone(ZONE)
        if start is None:
            start = (now + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
            # A doctor sits in one session at a time: further ones at the usual hour are the department's own.
            role = role and not await self.count(
                "schedule", "practitioner_role_id = $1 AND start_at = $2", self.role_id, start
            )
        schedule_id, slot_ids = new_id(), [new_id() for _ in range(slots)]
        organization = organization_id or self.organization_id
        department = department_id or self.department_id
        await self.insert(
            "schedule",
            organization_id=organization,
            id=schedule_id,
            department_id=department,
            specialty_code=specialty,
            service_id=service_id or self.service_id,
            practitioner_role_id=self.role_id if role else None,
            location_id=self.room_id if role else None,
            day=start.astimezone(ZONE).date(),
            start_at=start,
            end_at=start + timedelta(minutes=30 * slots),
            next_number=1,
        )
        for i, slot_id in enumerate(slot_ids):
            await self.insert(
                "slot",
                organization_id=organization,
                id=slot_id,
                schedule_id=schedule_id,
                department_id=department,
                specialty_code=specialty,
                start_at=start + timedelta(minutes=30 * i),
                end_at=start + timedelta(minutes=30 * (i + 1)),
                capacity=capacity,
                taken=0,
                open=True,
            )
        return schedule_id, slot_ids

    async def return_after(self, cancelled_s: int, hold_s: int | None = None) -> None:
        """Places return exactly so many seconds after they were given up, instead of after a random while."""
        await self.owner.execute(
            "UPDATE return_rule SET cancelled_min_seconds = $1, cancelled_max_seconds = $1, hold_min_seconds = $2,"
            " hold_max_seconds = $2",
            cancelled_s,
            cancelled_s if hold_s is None else hold_s,
        )

    def citizen(self, *patients: UUID) -> Actor:
        """Somebody who may act for these patients."""
        return Actor(ActorKind.CITIZEN, new_id(), (RoleAt(Role.PATIENT),), patients)

    def staff(self, role: Role = Role.REGISTRAR, organization_id: UUID | None = None) -> Actor:
        """Somebody who works at the hospital."""
        return Actor(ActorKind.STAFF, new_id(), (RoleAt(role, organization_id or self.organization_id),))

    def headers(self, actor: Actor, key: UUID | None = None) -> dict[str, str]:
        """Request headers of an actor, with an idempotency key."""
        token = self.platform.tokens.sign(actor, self.platform.clock.now() + timedelta(days=30))
        return {"authorization": f"Bearer {token}", "idempotency-key": str(key or new_id())}


async def lay_out(platform: Platform, owner: Any) -> World:
    """The hospital with its clinic, doctor and room."""
    world = World(platform, owner)
    await world.region()
    await world.hospital(world.organization_id)
    await world.clinic(world.organization_id, world.department_id, world.service_id)
    await world.doctor(world.practitioner_id, world.role_id)
    await world.room(world.room_id)
    return world
