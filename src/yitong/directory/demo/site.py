"""One hospital of the demo region: its departments and the way through its buildings."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from uuid import UUID

from yitong.directory.demo import plan
from yitong.directory.demo.shapes import DemoDepartment, DemoLocation, DemoOrganization, LocationKind
from yitong.directory.facts.tables import Department, DepartmentKind, departments

Ids = Callable[[str], UUID]

_WINGS = (("东区", "East Wing", 1), ("西区", "West Wing", 41))
_CLINICS_PER_FLOOR = 4
_OUTPATIENT = ("门诊楼", "Outpatient Building")
_TECHNOLOGY = ("医技楼", "Diagnostics Building")
_INPATIENT = ("住院楼", "Inpatient Building")


@cache
def _facts() -> dict[str, Department]:
    return {row.code: row for row in departments()}


class Site:
    """A hospital under construction: departments first, then places; rooms are opened as clinics ask for them."""

    def __init__(self, ids: Ids, organization: DemoOrganization, profile: str) -> None:
        self.organization = organization
        self.level = plan.level_of(organization.grade)
        self.departments: list[DemoDepartment] = []
        self.locations: list[DemoLocation] = []
        self._ids = ids
        self._halls: dict[UUID, DemoLocation] = {}
        self._wings: dict[UUID, tuple[str, str]] = {}
        self._rooms: Counter[UUID] = Counter()
        self._first_number: dict[UUID, int] = {}
        codes = plan.CLINICS[profile][: self.level.clinics]
        self.clinics = [self._department(code, "outpatient") for code in codes]
        self.technology = [
            self._department(code, "medtech") for code in plan.MEDICAL_TECHNOLOGY[: self.level.technology]
        ]
        for code in plan.ADMINISTRATION[: self.level.administration]:
            self._department(code, "admin")
        self.wards = self._open_wards()
        self._lay_out()

    def _department(self, code: str, kind: DepartmentKind, parent: UUID | None = None) -> DemoDepartment:
        fact = _facts()[code]
        department = DemoDepartment(
            id=self._ids(f"{self.organization.code}:department:{code}"),
            organization_id=self.organization.id,
            parent_id=parent,
            code=code,
            name=fact.display_name,
            name_en=fact.name_en,
            pinyin=fact.pinyin,
            specialty_code=fact.specialty_code,
            kind=kind,
        )
        self.departments.append(department)
        return department

    def _open_wards(self) -> list[DemoDepartment]:
        """Wards of the first clinics that have one in the dictionary; a clinic and its ward share their parent code."""
        ward_codes = {row.parent_code: row.code for row in departments() if row.kind == "inpatient" and row.parent_code}
        pairs: list[tuple[DemoDepartment, str]] = []
        for clinic in self.clinics:
            code = ward_codes.pop(_facts()[clinic.code].parent_code, None)  # two clinics may share one ward
            if code is not None:
                pairs.append((clinic, code))
        return [self._department(code, "inpatient", clinic.id) for clinic, code in pairs[: self.level.wards]]

    def _place(
        self,
        kind: LocationKind,
        name: str,
        name_en: str,
        building: str,
        floor: int,
        parent: UUID | None,
        department: UUID | None = None,
    ) -> DemoLocation:
        place = DemoLocation(
            id=self._ids(f"{self.organization.code}:place:{building}:{floor}:{kind}:{name}:{department or ''}"),
            organization_id=self.organization.id,
            department_id=department,
            parent_id=parent,
            kind=kind,
            name=name,
            name_en=name_en,
            building=building,
            floor=floor,
        )
        self.locations.append(place)
        return place

    def _building(self, names: tuple[str, str], floors: int) -> list[DemoLocation]:
        """A building with its floors, from the ground floor (1) up; answers the floors."""
        name, name_en = names
        building = self._place("building", name, name_en, name, 1, None)
        return [
            self._place("floor", f"{name}{floor}层", f"{name_en}, Floor {floor}", name, floor, building.id)
            for floor in range(1, floors + 1)
        ]

    def _lay_out(self) -> None:
        upstairs = [clinic for clinic in self.clinics if clinic.code != plan.EMERGENCY]
        clinic_floors = -(-len(upstairs) // _CLINICS_PER_FLOOR)
        separate = self.level is plan.TERTIARY
        floors = self._building(_OUTPATIENT, 1 + clinic_floors)
        self._ground_floor(floors[0])
        for index, clinic in enumerate(upstairs):
            floor = floors[1 + index // _CLINICS_PER_FLOOR]
            self._assign_hall(clinic, floor, _WINGS[index % _CLINICS_PER_FLOOR // 2])
        for clinic in self.clinics:
            if clinic.code == plan.EMERGENCY:
                self._assign_hall(clinic, floors[0], _WINGS[0])
        per_floor = 3
        laboratories = (
            self._building(_TECHNOLOGY, -(-len(self.technology) // per_floor)) if separate else [floors[0]] * 9
        )
        for index, department in enumerate(self.technology):
            floor = laboratories[index // per_floor]
            self._assign_hall(department, floor, _WINGS[1])
            self.open_room(department)
        if self.wards:
            storeys = self._building(_INPATIENT, len(self.wards) + 1)
            for ward, floor in zip(self.wards, storeys[1:], strict=True):
                name, name_en = f"{floor.floor}层护士站", f"Nurses' Station, Floor {floor.floor}"
                self._place("hall", name, name_en, floor.building, floor.floor, floor.id, ward.id)

    def _ground_floor(self, floor: DemoLocation) -> None:
        for number in range(1, self.level.registration_windows + 1):
            name, name_en = f"挂号收费{number}号窗口", f"Registration and Cashier Window {number}"
            self._place("window", name, name_en, floor.building, 1, floor.id)
        pharmacy = next((row.id for row in self.technology if row.code == plan.PHARMACY), None)
        if pharmacy is not None:
            for number in (1, 2):
                name, name_en = f"取药{number}号窗口", f"Pharmacy Window {number}"
                self._place("window", name, name_en, floor.building, 1, floor.id, pharmacy)
        laboratory = next((row.id for row in self.technology if row.code == "150201"), None)
        if laboratory is not None:
            self._place("window", "采血1号窗口", "Blood Collection Window 1", floor.building, 1, floor.id, laboratory)

    def _assign_hall(self, department: DemoDepartment, floor: DemoLocation, wing: tuple[str, str, int]) -> None:
        """Give a department the waiting hall of a floor's wing, opening it when it's the first there."""
        name, name_en, first = wing
        known = (
            hall for hall in self._halls.values() if hall.parent_id == floor.id and self._wings[hall.id][0] == name
        )
        hall = next(known, None)
        if hall is None:
            hall = self._place(
                "hall",
                f"{floor.floor}层 {name} 候诊区",
                f"Waiting Hall, {name_en}, Floor {floor.floor}",
                floor.building,
                floor.floor,
                floor.id,
            )
            self._wings[hall.id] = (name, name_en)
            self._first_number[hall.id] = first
        self._halls[department.id] = hall

    def open_room(self, department: DemoDepartment) -> DemoLocation:
        """A new numbered room for a department beside its waiting hall."""
        hall = self._halls[department.id]
        wing, wing_en = self._wings[hall.id]
        number = hall.floor * 100 + self._first_number[hall.id] + self._rooms[hall.id]
        self._rooms[hall.id] += 1
        suffix = "诊室" if department.kind == "outpatient" else "检查室"
        return self._place(
            "room",
            f"{hall.floor}层 {wing} {number}{suffix}",
            f"Room {number}, {wing_en}, Floor {hall.floor}",
            hall.building,
            hall.floor,
            hall.id,
            department.id,
        )
