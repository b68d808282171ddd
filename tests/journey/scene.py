"""A small hospital with one session, one patient and one appointment, written straight into the tables."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, text, update

from yitong.booking.model import Appointment, QueueEntry, Schedule, Slot
from yitong.directory.model import Department, HealthcareService, Location, Organization, Region
from yitong.identity.model import Account, FamilyMember, OAuthIdentity, Patient
from yitong.kernel.events import Event
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import SYSTEM_ACTOR, Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.kernel.reactors import REACTORS, run_once

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # an hour after the test clock's morning


@dataclass
class Scene:
    """Ids of the little hospital's rows, and what can be made to happen there."""

    platform: Platform
    hospital: UUID
    schedule: UUID
    appointment: UUID
    patient: UUID
    account: UUID

    @property
    def citizen(self) -> Actor:
        return Actor(ActorKind.CITIZEN, self.account, (RoleAt(Role.PATIENT),), (self.patient,))

    def authorization(self) -> dict[str, str]:
        """The header of the citizen's requests."""
        until = self.platform.clock.now() + timedelta(hours=1)
        return {"authorization": f"Bearer {self.platform.tokens.sign(self.citizen, until)}"}

    async def change(self, **values: Any) -> None:
        """Change the appointment's row."""
        async with self.platform.transaction() as tx:
            await tx.session.execute(update(Appointment).where(Appointment.id == self.appointment).values(**values))

    async def happen(self, type: StrEnum, subject: UUID | None = None, kind: str = "appointment") -> UUID:
        """Write an event as the lower floors do."""
        event_id = new_id()
        async with self.platform.transaction() as tx:
            await tx.session.execute(
                insert(Event).values(
                    organization_id=self.hospital,
                    id=event_id,
                    at=tx.now,
                    type=type.value,
                    actor_kind="system",
                    actor_id=SYSTEM_ACTOR.id,
                    action="test",
                    subject_type=kind,
                    subject_id=subject or self.appointment,
                    patient_id=self.patient if kind == "appointment" else None,
                    payload={},
                )
            )
        return event_id

    async def listen(self) -> None:
        """Let the journey's reactor read everything that happened; other sessions of the server may delay it."""
        async with asyncio.timeout(20):
            while await self._unread():
                if not await run_once(self.platform, REACTORS["journey.messages"]):
                    await asyncio.sleep(0.02)

    async def _unread(self) -> int:
        async with self.platform.transaction() as tx:
            behind = (
                "SELECT count(*) FROM event e WHERE e.type NOT LIKE 'journey:%' AND NOT EXISTS (SELECT FROM"
                " reactor_position p WHERE p.name = 'journey.messages'"
                " AND (e.xid, e.position) <= (CAST(p.xid AS xid8), p.position))"
            )
            return (await tx.session.execute(text(behind))).scalar_one()

    async def join_queue(self, state: str = "waiting") -> None:
        """Check the patient in."""
        async with self.platform.transaction() as tx:
            await tx.session.execute(
                insert(QueueEntry).values(
                    organization_id=self.hospital,
                    id=new_id(),
                    schedule_id=self.schedule,
                    appointment_id=self.appointment,
                    patient_id=self.patient,
                    number=12,
                    priority="normal",
                    due_at=START,
                    state=state,
                    version=1,
                    checked_in_at=tx.now,
                    calls=0,
                    turn_rank=3,
                    turn_number=12,
                    turn_behind=0,
                    turn_at=tx.now,
                    bound=False,
                    results_expected=False,
                    called_schedule_id=self.schedule if state in ("called", "in_consultation") else None,
                )
            )

    async def bind_wechat(self, openid: str) -> None:
        """Give the account an identity at WeChat."""
        async with self.platform.transaction() as tx:
            row = {"provider": "wechat", "subject": openid, "account_id": self.account, "created_at": tx.now}
            await tx.session.execute(insert(OAuthIdentity).values(row))


async def build(platform: Platform) -> Scene:
    """The little hospital with a booked appointment at half past nine."""
    made = Scene(platform, new_id(), new_id(), new_id(), new_id(), new_id())
    department, service, slot, room = new_id(), new_id(), new_id(), new_id()
    seal, hashed = platform.sealer.seal, platform.sealer.lookup_hash
    here = {"organization_id": made.hospital}
    place = {**here, "building": "门诊楼", "floor": 3}
    span = {"start_at": START, "end_at": START + timedelta(minutes=30)}
    async with platform.transaction() as tx:

        async def add(table: Any, **values: Any) -> None:
            await tx.session.execute(insert(table).values(values))

        await add(
            Region, code="110000", name="示范市", name_en="Demo City", zone="Asia/Shanghai", commission_id=made.hospital
        )
        await add(
            Organization,
            id=made.hospital,
            region_code="110000",
            kind="hospital",
            code="H1",
            name="市一医院",
            name_en="First Hospital",
            short_name="市一",
            pinyin="SYYY",
            grade="三级甲等",
            district="东区",
            address="中山路 1 号",
            phone="010-1",
            zone="Asia/Shanghai",
            active=True,
        )
        words = {"code": "0301", "name": "心内科", "name_en": "Cardiology", "pinyin": "XNK", "location_text": ""}
        await add(Department, **here, id=department, kind="outpatient", **words)
        await add(
            Location, **place, id=new_id(), kind="floor", name="门诊楼3层", name_en="Outpatient Building, Floor 3"
        )
        await add(Location, **place, id=room, department_id=department, kind="room", name="1诊室", name_en="Room 1")
        await add(
            HealthcareService,
            **here,
            id=service,
            department_id=department,
            kind="general",
            name="普通门诊",
            name_en="General clinic",
            fee_fen=5000,
            slot_minutes=30,
            active=True,
        )
        session = {**here, "department_id": department, "service_id": service}
        day = {"day": START.date(), "start_at": START, "end_at": START + timedelta(hours=3)}
        await add(Schedule, **session, id=made.schedule, location_id=room, **day, next_number=13)
        at = {**here, "schedule_id": made.schedule, "department_id": department, **span}
        await add(Slot, **at, id=slot, capacity=5, taken=1, open=True)
        await add(
            Patient,
            id=made.patient,
            name_sealed=seal("张三丰", f"patient.name:{made.patient}"),
            name_hash=hashed("name", "张三丰"),
            sex="male",
            birth_date=START.date().replace(year=1980),
            verified=True,
            state="active",
            created_at=tx.now,
        )
        phone = seal("13800138000", f"account.phone:{made.account}")
        await add(Account, id=made.account, phone_sealed=phone, phone_hash=hashed("phone", "1"), created_at=tx.now)
        own = {"account_id": made.account, "patient_id": made.patient, "since": tx.now}
        await add(FamilyMember, **own, relation="self", guardian=False)
        await add(
            Appointment,
            **at,
            id=made.appointment,
            slot_id=slot,
            service_id=service,
            patient_id=made.patient,
            day=START.date(),
            state="booked",
            version=2,
            number=12,
            channel="h5",
            fee_fen=5000,
            booked_by=made.account,
            idempotency_key=new_id(),
            created_at=tx.now,
        )
    return made
