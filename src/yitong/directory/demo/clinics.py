"""The weekly clinic plan of the demo region: which services a department offers, who sees patients when and where."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from random import Random
from uuid import UUID

from yitong.directory.demo import plan
from yitong.directory.demo.cast import DEMO_STAFF
from yitong.directory.demo.shapes import (
    DemoDepartment,
    DemoLocation,
    DemoPractitionerRole,
    DemoScheduleTemplate,
    DemoService,
)
from yitong.directory.demo.site import Ids, Site
from yitong.directory.facts.tables import price_items

HalfDay = tuple[int, tuple[str, str]]
_SATURDAY_MORNING: HalfDay = (6, plan.MORNING)
_WHOLE_WEEK = tuple((weekday, half) for weekday in range(1, 8) for half in (plan.MORNING, plan.AFTERNOON))


@cache
def _fees() -> dict[str, int]:
    return {row.code: row.price_fen for row in price_items() if row.category == "registration"}


class ClinicPlan:
    """Services and schedule templates of all sites; a room and a doctor are in one clinic at a time."""

    def __init__(self, ids: Ids, rng: Random, valid: tuple[date, date]) -> None:
        self.services: list[DemoService] = []
        self.templates: list[DemoScheduleTemplate] = []
        self._ids = ids
        self._rng = rng
        self._valid = valid
        self._offered: dict[tuple[UUID, str], DemoService] = {}
        self._rooms: defaultdict[UUID, list[DemoLocation]] = defaultdict(list)
        self._busy: set[tuple[UUID, HalfDay]] = set()

    def add_site(self, site: Site, doctors: dict[UUID, list[DemoPractitionerRole]], cast: frozenset[UUID]) -> None:
        """Plan every clinic of a site; roles in `cast` see patients every day, so that the demo works on any day."""
        for clinic in site.clinics:
            if clinic.code == plan.EMERGENCY:
                self._service(site, clinic, plan.EMERGENCY_CARE)  # walk-in at all hours: no template
                continue
            staff = doctors.get(clinic.id, [])
            self._general_clinic(site, clinic, whole_week=any(role.id in cast for role in staff))
            for role in staff:
                self._doctor_week(site, clinic, role, in_cast=role.id in cast)

    def _service(self, site: Site, department: DemoDepartment, clinic: plan.Clinic) -> DemoService:
        """The department's service of a clinic type, made when it's first needed."""
        key = (department.id, clinic.name)
        if key not in self._offered:
            service = DemoService(
                id=self._ids(f"service:{department.id}:{clinic.name}"),
                organization_id=department.organization_id,
                department_id=department.id,
                kind=clinic.kind,
                name=clinic.name,
                name_en=clinic.name_en,
                fee_fen=_fees()[f"BJ{site.level.fee_level}-{clinic.fee}"],
                slot_minutes=clinic.slot_minutes,
                capacity=clinic.capacity,
            )
            self._offered[key] = service
            self.services.append(service)
        return self._offered[key]

    def _room(self, site: Site, department: DemoDepartment, when: HalfDay) -> DemoLocation:
        """A room of the department that's free in that half-day; a new one when all are taken."""
        for room in self._rooms[department.id]:
            if (room.id, when) not in self._busy:
                break
        else:
            room = site.open_room(department)
            self._rooms[department.id].append(room)
        self._busy.add((room.id, when))
        return room

    def _hold(
        self,
        site: Site,
        department: DemoDepartment,
        clinic: plan.Clinic,
        when: HalfDay,
        role: DemoPractitionerRole | None = None,
    ) -> None:
        service = self._service(site, department, clinic)
        weekday, (start, end) = when
        holder = role.id if role else "any"
        self.templates.append(
            DemoScheduleTemplate(
                id=self._ids(f"template:{service.id}:{holder}:{weekday}:{start}"),
                organization_id=department.organization_id,
                department_id=department.id,
                service_id=service.id,
                practitioner_role_id=role.id if role else None,
                location_id=self._room(site, department, when).id,
                weekday=weekday,
                start=start,
                end=end,
                slot_minutes=clinic.slot_minutes,
                capacity_per_slot=clinic.capacity,
                valid_from=self._valid[0],
                valid_to=self._valid[1],
            )
        )

    def _general_clinic(self, site: Site, clinic: DemoDepartment, *, whole_week: bool) -> None:
        weekend = (_SATURDAY_MORNING,) if clinic.code in plan.BUSY else ()
        for when in _WHOLE_WEEK if whole_week else (*plan.HALF_DAYS, *weekend):
            self._hold(site, clinic, plan.GENERAL, when)

    def _doctor_week(self, site: Site, clinic: DemoDepartment, role: DemoPractitionerRole, *, in_cast: bool) -> None:
        """One to four half-days by title; residents see patients in the general clinic only."""
        rng = self._rng
        if role.title == plan.CHIEF.name:
            days = list(_WHOLE_WEEK) if in_cast else self._half_days(rng.randint(1, 3))
            renowned = not in_cast and site.level is plan.TERTIARY and len(days) > 1 and rng.random() < 0.3
            for index, when in enumerate(days):
                special = renowned and index == 0
                self._hold(site, clinic, plan.SPECIAL if special else plan.EXPERT_CHIEF, when, role)
        elif role.title == plan.ASSOCIATE.name:
            for when in self._half_days(rng.randint(2, 4)):
                self._hold(site, clinic, plan.EXPERT_ASSOCIATE, when, role)
        elif role.title == plan.ATTENDING.name and rng.random() < 0.6:
            for weekday in rng.sample(range(1, 6), rng.randint(1, 2)):
                self._hold(site, clinic, plan.RETURN_VISIT, (weekday, plan.AFTERNOON), role)

    def _half_days(self, count: int) -> list[HalfDay]:
        """`count` different half-days of the working week, now and then one on Saturday morning."""
        chosen: list[HalfDay] = self._rng.sample(plan.HALF_DAYS, count)
        if self._rng.random() < 0.15:
            chosen[-1] = _SATURDAY_MORNING
        return sorted(chosen)


def build_clinics(
    ids: Ids,
    rng: Random,
    sites: Sequence[Site],
    roles: Sequence[DemoPractitionerRole],
    licences: dict[UUID, str],
    valid: tuple[date, date],
) -> ClinicPlan:
    """The plan of all sites; `licences` gives a practitioner's licence number, by which the demo's cast is known."""
    named = {row.licence_no for row in DEMO_STAFF if row.licence_no}
    doctors: defaultdict[UUID, list[DemoPractitionerRole]] = defaultdict(list)
    for role in roles:
        if role.role == "doctor":
            doctors[role.department_id].append(role)
    cast = frozenset(role.id for role in roles if licences[role.practitioner_id] in named)
    clinic_plan = ClinicPlan(ids, rng, valid)
    for site in sites:
        clinic_plan.add_site(site, doctors, cast)
    return clinic_plan
