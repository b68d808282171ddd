"""The demo hospital's exam centre: devices of its technical departments with sessions, and what is done on them."""

from datetime import date
from typing import NamedTuple

from yitong.directory.demo.cast import FIRST_HOSPITAL
from yitong.simulation.seeding.directory import copy
from yitong.simulation.seeding.resources import WORKDAYS, Connection, Service, offer, open_place, plan_sessions


class _Device(NamedTuple):
    """Places of one kind: the department's code, the class that rules name, and how many machines or windows."""

    department: str
    device_class: str
    name: str
    name_en: str
    minutes: int
    capacity: int
    many: int
    unit: str
    unit_en: str


_DEVICES = (
    _Device("150201", "LAB-BLOOD", "抽血化验", "Blood tests", 10, 6, 1, "采血窗口", "Blood drawing window"),
    _Device("150201", "LAB-URINE", "尿液检验", "Urine tests", 10, 6, 1, "尿检窗口", "Urine window"),
    _Device("150201", "LAB-STOOL", "粪便检验", "Stool tests", 10, 6, 1, "便检窗口", "Stool window"),
    _Device("150401", "US", "超声检查", "Ultrasound", 30, 1, 3, "超声诊室", "Ultrasound room"),
    _Device("150401", "ECHO", "心脏超声", "Echocardiography", 30, 1, 1, "心脏超声室", "Echocardiography room"),
    _Device("150402", "ECG", "心电图", "Electrocardiography", 10, 1, 2, "心电图室", "ECG room"),
    _Device("150402", "HOLTER", "动态心电图", "Holter monitoring", 20, 1, 1, "动态心电图室", "Holter room"),
    _Device("150402", "ABPM", "动态血压", "Ambulatory blood pressure", 15, 1, 1, "动态血压室", "Blood pressure room"),
    _Device("150402", "PFT", "肺功能", "Lung function", 20, 1, 1, "肺功能室", "Lung function room"),
    _Device("150302", "XR", "X 线摄影", "Radiography", 10, 1, 2, "DR 机", "X-ray machine"),
    _Device("150302", "FLUORO", "透视与造影", "Fluoroscopy", 30, 1, 1, "造影机", "Fluoroscopy machine"),
    _Device("150302", "MAMMO", "乳腺钼靶", "Mammography", 15, 1, 1, "钼靶机", "Mammography machine"),
    _Device("150302", "DXA", "骨密度", "Bone density", 15, 1, 1, "骨密度仪", "Bone densitometer"),
    _Device("150301", "CT", "CT 检查", "CT examinations", 30, 1, 2, "CT 检查室", "CT room"),
    _Device("150304", "MR", "磁共振检查", "MR imaging", 30, 1, 2, "磁共振机", "MR scanner"),
    _Device("161302", "ENDO-GI", "胃肠镜检查", "Gastrointestinal endoscopy", 30, 1, 2, "内镜诊间", "Endoscopy room"),
    _Device("161302", "ENDO-ENT", "喉镜检查", "Laryngoscopy", 15, 1, 1, "喉镜诊间", "Laryngoscopy room"),
    _Device("150202", "PATH", "病理取材", "Pathology sampling", 30, 1, 1, "病理取材室", "Sampling room"),
)


async def equip_exam_centre(connection: Connection, start: date) -> None:
    """Plan the demo hospital's devices from ``start`` on, on workdays in the morning and the afternoon."""
    departments = {
        row["code"]: row
        for row in await connection.fetch(
            "SELECT d.code, d.id, d.organization_id FROM department d JOIN organization o ON o.id = d.organization_id"
            " WHERE o.code = $1",
            FIRST_HOSPITAL,
        )
    }
    for device in _DEVICES:
        place = departments[device.department]
        base = {"organization_id": place["organization_id"], "department_id": place["id"]}
        service = Service("exam", device.name, device.name_en, 0, device.minutes, device.capacity)
        service_id = await offer(connection, base, service)
        for number in range(1, device.many + 1):
            names = (device.unit, device.unit_en) if device.many == 1 else (
                f"{device.unit} {number}", f"{device.unit_en} {number}"
            )  # fmt: skip
            location = await open_place(connection, base, "device", *names)
            await plan_sessions(connection, base, service_id, service, start, WORKDAYS, location_id=location)
        row = {
            "organization_id": place["organization_id"],
            "service_id": service_id,
            "device_class": device.device_class,
        }
        await copy(connection, "exam_service", [row])
