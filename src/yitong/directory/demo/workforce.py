"""Who works in the demo region: invented doctors, nurses, technicians and pharmacists, shared out over departments."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import NamedTuple
from uuid import UUID

from yitong.directory.demo import plan
from yitong.directory.demo.cast import DEMO_STAFF, DemoStaff
from yitong.directory.demo.names import initials, latin_name, person_name
from yitong.directory.demo.shapes import DemoDepartment, DemoPractitioner, DemoPractitionerRole, RoleKind
from yitong.directory.demo.site import Ids, Site
from yitong.directory.facts.tables import expertise

_YEARS = {plan.CHIEF: (22, 38), plan.ASSOCIATE: (14, 24), plan.ATTENDING: (7, 15), plan.RESIDENT: (1, 6)}
_LETTER: dict[RoleKind, str] = {"doctor": "D", "nurse": "N", "technician": "T", "pharmacist": "P"}
_SHARE: dict[RoleKind, float] = {"nurse": 0.12, "technician": 0.07, "pharmacist": 0.04}


class Post(NamedTuple):
    """A place to fill: a department, its weight among posts of the kind, and the titles with their weights."""

    department: DemoDepartment
    weight: float
    titles: Sequence[plan.Title]
    title_weights: Sequence[int]
    head: plan.Title


class Workforce:
    """Practitioners and their roles; the first doctor and nurse of the first hospital's first clinic are the cast."""

    def __init__(self, ids: Ids, rng: Random) -> None:
        self.practitioners: list[DemoPractitioner] = []
        self.roles: list[DemoPractitionerRole] = []
        self._ids = ids
        self._rng = rng
        self._serial: dict[RoleKind, int] = dict.fromkeys(_LETTER, 1)
        self._cast = {(row.organization_code, row.department_code, row.role): row for row in DEMO_STAFF}

    def fill(self, role: RoleKind, posts: Sequence[Post], count: int, codes: dict[UUID, str]) -> None:
        """Hire `count` people: every post gets one while they last, the rest by weight. `codes` names organizations."""
        first = list(posts[:count])
        weights = [post.weight for post in posts]
        rest = self._rng.choices(posts, weights=weights, k=count - len(first))
        for index, post in enumerate([*first, *rest]):
            title = post.head if index < len(first) else self._rng.choices(post.titles, post.title_weights)[0]
            key = (codes[post.department.organization_id], post.department.code, role)
            known = self._cast.pop(key, None) if index < len(first) else None
            self._hire(role, post.department, title, known)

    def _hire(self, role: RoleKind, department: DemoDepartment, title: plan.Title, known: DemoStaff | None) -> None:
        # Serial 1 belongs to the cast, so a small region without the clinic never gives it to somebody else.
        self._serial[role] += 1
        licence = known.licence_no if known else f"{_LETTER[role]}110{self._serial[role]:012d}"
        male = self._rng.random() < (0.05 if role == "nurse" else 0.48)
        name, pinyin = person_name(self._rng, male=male)
        if known:
            name, pinyin, male = known.name, known.pinyin, known.gender == "male"
        treats, treats_en = what_it_treats(department) if role == "doctor" else (department.name, department.name_en)
        introduction, introduction_en = self._introduce(role, department, title, treats, treats_en, pinyin)
        practitioner = DemoPractitioner(
            id=self._ids(f"practitioner:{licence}"),
            name=name,
            pinyin=pinyin,
            initials=initials(pinyin),
            gender="male" if male else "female",
            licence_no=licence,
            introduction=introduction,
            introduction_en=introduction_en,
        )
        self.practitioners.append(practitioner)
        self.roles.append(
            DemoPractitionerRole(
                id=self._ids(f"role:{licence}:{department.id}"),
                organization_id=department.organization_id,
                practitioner_id=practitioner.id,
                department_id=department.id,
                role=role,
                title=title.name,
                title_en=title.name_en,
                specialty_text=treats,
                specialty_text_en=treats_en,
            )
        )

    def _introduce(
        self, role: RoleKind, department: DemoDepartment, title: plan.Title, treats: str, treats_en: str, pinyin: str
    ) -> tuple[str, str]:
        latin = latin_name(pinyin)
        if role != "doctor":
            return (
                f"{title.name}，在{department.name}工作。",
                f"{latin}, {title.name_en}, works in {department.name_en}.",
            )
        years = self._rng.randint(*_YEARS[title])
        unit = "year" if years == 1 else "years"
        return (
            f"{title.name}，从事{department.name}临床工作{years}年，主要诊治：{treats}。",
            f"Dr {latin}, {title.name_en}, {years} {unit} in {department.name_en}. Treats {treats_en}.",
        )


@cache
def _expertise() -> dict[str, tuple[str, str]]:
    return {row.specialty_code: (row.name, row.name_en) for row in expertise()}


def what_it_treats(department: DemoDepartment) -> tuple[str, str]:
    """What a department treats in Chinese and English: its specialty's row, else the parent's, else its own name."""
    own, parent = department.specialty_code, department.specialty_code.partition(".")[0]
    known = _expertise()
    return known.get(own) or known.get(parent) or (department.name, department.name_en)


def _head(site: Site, index: int) -> plan.Title:
    """Who leads a hospital's clinic number `index`: in large hospitals a chief physician in two clinics of three."""
    if site.level is plan.TERTIARY and index % 3 == 2:
        return plan.ASSOCIATE
    return {1: plan.ATTENDING, 2: plan.ASSOCIATE, 3: plan.CHIEF}[site.level.fee_level]


def _even(departments: Sequence[DemoDepartment], titles: Sequence[plan.Title]) -> list[Post]:
    """Posts of equal weight; the first titles of the list are the usual ones."""
    weights = [2, 3, 1, 1][: len(titles)]
    usual = [title for title, weight in zip(titles, weights, strict=True) for _ in range(weight)]
    return [Post(row, 1.0, titles, weights, usual[index % len(usual)]) for index, row in enumerate(departments)]


def build_workforce(
    ids: Ids,
    rng: Random,
    sites: Sequence[Site],
    pharmacies: Sequence[DemoDepartment],
    count: int,
    codes: dict[UUID, str],
) -> Workforce:
    """Share `count` people out over hospital sites and pharmacies; three in four are doctors."""
    workforce = Workforce(ids, rng)
    others = {role: round(count * share) for role, share in _SHARE.items()}
    # The cast has three: at the first hospital and at two pharmacies.
    others["pharmacist"] = max(others["pharmacist"], sum(one.role == "pharmacist" for one in DEMO_STAFF))
    doctor_posts = [
        Post(clinic, site.level.doctors, plan.DOCTOR_TITLES, site.level.titles, _head(site, index))
        for site in sites
        for index, clinic in enumerate(site.clinics)
    ]
    workforce.fill("doctor", doctor_posts, count - sum(others.values()), codes)
    clinics = [clinic for site in sites for clinic in site.clinics]
    workforce.fill("nurse", _even(clinics, plan.NURSE_TITLES), others["nurse"], codes)
    technology = [row for site in sites for row in site.technology]
    laboratories = [row for row in technology if row.code != plan.PHARMACY]
    workforce.fill("technician", _even(laboratories, plan.TECHNICIAN_TITLES), others["technician"], codes)
    own = [row for row in technology if row.code == plan.PHARMACY]
    dispensaries = [
        *own[:1],
        *pharmacies,
        *own[1:],
    ]  # the first hospital's reviews prescriptions in the smallest region
    workforce.fill("pharmacist", _even(dispensaries, plan.PHARMACIST_TITLES), others["pharmacist"], codes)
    return workforce
