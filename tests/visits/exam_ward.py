"""An exam centre for tests: rules of five examinations, devices with sessions, and who orders and plans."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import httpx
import msgspec
from sqlalchemy import insert

from worlds import ZONE, Session, World
from yitong.directory.model import HealthcareService, Location
from yitong.kernel.clock import day_of
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role
from yitong.planning.exams.model import ExamRule, PairRule, RuleBase, Words
from yitong.visits.exams.model import ExamService

BLOOD = ExamRule(
    code="blood",
    name="生化全项",
    name_en="Biochemistry",
    device_class="draw",
    duration_min=5,
    report_min=120,
    fasting_hours=8,
    latest_start=11 * 60,
    preparation="空腹 8 小时",
    preparation_en="Nothing to eat for eight hours",
)
LIVER = ExamRule(
    code="liver",
    name="腹部彩超",
    name_en="Abdominal ultrasound",
    device_class="ultrasound",
    duration_min=15,
    report_min=30,
    fasting_hours=8,
    latest_start=11 * 60,
)
HEART = ExamRule(
    code="heart", name="心电图", name_en="Electrocardiogram", device_class="ecg", duration_min=10, report_min=10
)
CHEST = ExamRule(
    code="chest",
    name="胸部CT平扫",
    name_en="CT of the chest",
    device_class="ct",
    duration_min=10,
    report_min=60,
    pregnancy="refused",
)
SWALLOW = ExamRule(
    code="swallow",
    name="上消化道钡餐",
    name_en="Barium swallow",
    device_class="xray",
    duration_min=20,
    report_min=60,
    fasting_hours=8,
    contrast="barium",
)
NO_BARIUM_BEFORE_CT = PairRule(
    id="barium-ct",
    first="swallow",
    then="ct",
    kind="gap",
    least=7 * 1440,
    source="example",
    words=Words("钡餐后 7 天内不做 CT。", "No CT within seven days after barium."),
)
RULES = RuleBase(version="1", items=(BLOOD, LIVER, HEART, CHEST, SWALLOW), pairs=(NO_BARIUM_BEFORE_CT,))
DEVICES = ("draw", "ultrasound", "ecg", "ct", "xray")


@dataclass
class Ward:
    """The exam centre of the tiny region's first hospital; its sessions are tomorrow and the day after."""

    client: httpx.AsyncClient
    town: World
    services: dict[str, UUID]
    devices: dict[str, UUID]
    sessions: dict[tuple[str, int], Session]

    @property
    def doctor(self) -> Actor:
        return self.town.doctor

    @property
    def planner(self) -> Actor:
        return self.town.staff(Role.SCHEDULER)

    async def post(self, actor: Actor, path: str, **body: Any) -> httpx.Response:
        sent = {"organization_id": str(self.town.hospital_id), **body}
        return await self.client.post(f"/api{path}", json=sent, headers=self.town.headers(actor))

    async def get(self, actor: Actor, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(f"/api{path}", params=query, headers=self.town.headers(actor))

    async def order(self, patient: UUID, *items: str, **more: Any) -> list[Any]:
        answer = await self.post(self.doctor, "/service-requests", patient_id=str(patient), items=list(items), **more)
        assert answer.status_code == 201, answer.text
        return answer.json()["items"]

    async def plan(self, actor: Actor, patient: UUID, **more: Any) -> Any:
        answer = await self.post(actor, "/exam-plans", patient_id=str(patient), **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def book(self, actor: Actor, patient: UUID, option: Any, **more: Any) -> httpx.Response:
        places = [{"request_id": one["request_id"], "slot_id": one["slot_id"]} for one in option["exams"]]
        return await self.post(actor, "/exam-plans/book", patient_id=str(patient), places=places, **more)

    async def publish(self, rules: RuleBase = RULES, examples: list[Any] | None = None) -> httpx.Response:
        saved = await self.post(
            self.planner, "/exam-rules/draft", rules=msgspec.to_builtins(rules), examples=examples or []
        )
        if saved.status_code != 201:
            return saved
        return await self.post(self.planner, "/exam-rules/publish")

    def day(self, number: int) -> date:
        return day_of(self.town.clock.now(), ZONE) + timedelta(days=number)


async def open_ward(client: httpx.AsyncClient, town: World, *, capacity: int = 1, slots: int = 6) -> Ward:
    """The centre with its rules in force and half-hour places from eight on."""
    services, devices = {kind: new_id() for kind in DEVICES}, {kind: new_id() for kind in DEVICES}
    async with town.platform.transaction() as tx:
        for kind in DEVICES:
            base = {"organization_id": town.hospital_id, "department_id": town.other_department_id}
            await tx.session.execute(
                insert(HealthcareService).values(
                    **base, id=services[kind], kind="exam", name=f"检查 {kind}", name_en=kind, fee_fen=0,
                    slot_minutes=30, active=True,
                )
            )  # fmt: skip
            await tx.session.execute(
                insert(Location).values(
                    **base, id=devices[kind], parent_id=town.hall_id, kind="device", name=f"{kind} 1 号机",
                    name_en=f"{kind} 1", building="医技楼", floor=1,
                )
            )  # fmt: skip
            await tx.session.execute(
                insert(ExamService).values(
                    organization_id=town.hospital_id, service_id=services[kind], device_class=kind
                )
            )
    ward = Ward(client, town, services, devices, {})
    for number in (1, 2):
        for kind in DEVICES:
            ward.sessions[kind, number] = await town.open_session(
                begin=time(8),
                slots=slots,
                capacity=capacity,
                day=ward.day(number),
                department_id=town.other_department_id,
                service_id=services[kind],
                location_id=devices[kind],
            )
    answer = await ward.publish()
    assert answer.status_code == 201, answer.text
    return ward
