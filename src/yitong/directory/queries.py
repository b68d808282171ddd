"""Reads of the directory: open to everybody, one written statement each.

Pinyin columns hold initials or syllables in capitals or small letters; both are compared in capitals and without
blanks. Search words are matched inside names, inside pinyin (people leave out the "Beijing" of a long name) and at the
beginning of codes.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import text

from yitong.directory import schemas as wire
from yitong.directory.role_facts import with_facts
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.text import normal_text
from yitong.kernel.transaction import Transaction

MOST = 200
# The distance on a sphere of the earth's mean radius; a fraction of a percent is nobody's matter here.
_DISTANCE = (
    "CASE WHEN CAST(:latitude AS float8) IS NULL OR o.latitude IS NULL OR o.longitude IS NULL THEN NULL ELSE"
    " round(2 * 6371008.8 * asin(least(1, sqrt(power(sin(radians(o.latitude - :latitude) / 2), 2)"
    " + cos(radians(:latitude)) * cos(radians(o.latitude))"
    " * power(sin(radians(o.longitude - :longitude) / 2), 2)))))::int END"
)
_ORGANIZATION = (
    "o.id, o.kind, o.code, o.name, o.name_en, o.short_name, o.grade, o.district, o.address, o.phone, o.latitude,"
    f" o.longitude, {_DISTANCE} AS distance_m"
)
_ROLE = (
    "r.id, r.practitioner_id, r.organization_id, o.name AS organization_name, o.name_en AS organization_name_en,"
    " r.department_id, d.name AS department_name, d.name_en AS department_name_en, p.name, p.gender,"
    " r.role, r.title, r.title_en, r.specialty_text, p.introduction"
)
_ROLES = (
    f"SELECT {_ROLE} FROM practitioner_role r JOIN practitioner p ON p.id = r.practitioner_id"  # noqa: S608
    " JOIN organization o ON o.id = r.organization_id AND o.active"
    " JOIN department d ON d.organization_id = r.organization_id AND d.id = r.department_id WHERE r.active"
)
_SPECIALTY = (
    "SELECT s.code, s.parent_code, s.name, s.name_en, s.pinyin, s.sex, s.age_min, s.age_max,"
    " (SELECT count(DISTINCT d.organization_id) FROM department d WHERE d.specialty_code = s.code"
    " AND d.kind = 'outpatient') AS organizations FROM specialty s"
)


def _inside(word: str) -> str:
    """A LIKE pattern that finds the word anywhere, with its own wildcards taken literally."""
    return "%" + _literal(word) + "%"


def _literal(word: str) -> str:
    return normal_text(word).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _beginning(word: str) -> str:
    return _literal(word).replace(" ", "").upper() + "%"


def _words(q: str) -> dict[str, str]:
    """The values of :inside, :beginning and :letters; a single letter is looked for at the beginning only."""
    beginning = _beginning(q)
    return {"inside": _inside(q), "beginning": beginning, "letters": "%" * (len(beginning) > 2) + beginning}


def _matches(alias: str, *, code: str | None) -> str:
    """The condition that a row's name, English name, pinyin or code answers to :inside, :letters and :beginning."""
    by_code = f" OR upper({alias}.{code}) LIKE :beginning" if code else ""
    english = f" OR {alias}.name_en ILIKE :inside" if alias in ("o", "s") else ""
    return (
        f"({alias}.name ILIKE :inside{english} OR upper(replace({alias}.pinyin, ' ', '')) LIKE :letters"
        f" OR {_INITIALS.format(alias)} LIKE :letters{by_code})"
    )


# 'wang jian guo' answers to WJG as well as to WANGJIANGUO.
_INITIALS = r"upper(regexp_replace({}.pinyin, '(\S)\S*\s*', '\1', 'g'))"


async def organizations(
    tx: Transaction,
    *,
    kind: str | None = None,
    district: str | None = None,
    grade: str | None = None,
    q: str | None = None,
    point: tuple[float, float] | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[wire.Organization]:
    """Active organizations, nearest first when a point (latitude, longitude) is given, otherwise by grade and name."""
    latitude, longitude = point or (None, None)
    after = keys_of(cursor, tuple[int, str, UUID])
    conditions = ["o.active", *(["o.kind = :kind"] if kind else []), *(["o.district = :district"] if district else [])]
    conditions += ["o.grade LIKE :grade"] if grade else []
    conditions += [_matches("o", code="code")] if q else []
    page = " WHERE (distance, code, id) > (:d, :c, :i)" if after else ""
    most = max(1, min(limit, MOST))
    rows = await tx.session.execute(
        text(
            f"SELECT * FROM (SELECT {_ORGANIZATION}, coalesce({_DISTANCE}, 2147483647) AS distance"  # noqa: S608
            f" FROM organization o WHERE {' AND '.join(conditions)}) found{page}"
            " ORDER BY distance, code, id LIMIT :most"
        ),
        {
            "latitude": latitude,
            "longitude": longitude,
            **({"kind": kind} if kind else {}),
            **({"district": district} if district else {}),
            **({"grade": f"{_literal(grade)}%"} if grade else {}),
            **(_words(q) if q else {}),
            **({"d": after[0], "c": after[1], "i": after[2]} if after else {}),
            "most": most + 1,
        },
    )
    found = rows.mappings().all()
    following = None
    if len(found) > most:
        last = found[most - 1]
        following = cursor_of(last["distance"], last["code"], last["id"])
    return Page([_of(wire.Organization, row) for row in found[:most]], following)


def _of(kind: Any, row: Any) -> Any:
    """A wire object from a row's columns of the same names."""
    return kind(**{name: row[name] for name in kind.__struct_fields__ if name in row})


async def organization(tx: Transaction, organization_id: UUID) -> wire.OrganizationDetail:
    """One organization. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(
            f"SELECT {_ORGANIZATION}, (SELECT count(*) FROM department WHERE organization_id = o.id)"  # noqa: S608
            " AS departments_count, (SELECT count(DISTINCT practitioner_id) FROM practitioner_role"
            " WHERE organization_id = o.id AND active) AS practitioners_count FROM organization o WHERE o.id = :id"
        ),
        {"id": organization_id, "latitude": None, "longitude": None},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return _of(wire.OrganizationDetail, row)


async def departments(tx: Transaction, organization_id: UUID, kind: str | None) -> list[wire.Department]:
    """The departments of an organization in the order of their codes."""
    rows = await tx.session.execute(
        text(
            "SELECT id, organization_id, parent_id, code, name, name_en, specialty_code, kind, location_text"
            " FROM department WHERE organization_id = :id AND (CAST(:kind AS text) IS NULL OR kind = :kind)"
            " ORDER BY code, id"
        ),
        {"id": organization_id, "kind": kind},
    )
    return [_of(wire.Department, row) for row in rows.mappings()]


async def specialties(tx: Transaction) -> list[wire.Specialty]:
    """All specialties with the number of organizations that have an outpatient department of each."""
    rows = await tx.session.execute(text(f"{_SPECIALTY} ORDER BY s.code"))
    return [_of(wire.Specialty, row) for row in rows.mappings()]


class RoleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which practitioner roles are asked for; empty fields ask for all."""

    organization_id: UUID | None = None
    department_id: UUID | None = None
    specialty: str | None = None
    title: str | None = None
    q: str | None = None
    role: Literal["doctor", "nurse", "technician", "pharmacist"] | None = "doctor"


async def practitioner_roles(
    tx: Transaction, asked: RoleFilter, *, limit: int = 50, cursor: str | None = None
) -> Page[wire.PractitionerRole]:
    """Active roles, by organization and then in the order in which they were entered."""
    after = keys_of(cursor, tuple[UUID, UUID])
    wanted: dict[str, tuple[str, Any]] = {
        "organization": ("r.organization_id = :organization", asked.organization_id),
        "department": ("r.department_id = :department", asked.department_id),
        "specialty": ("d.specialty_code LIKE :specialty", f"{_literal(asked.specialty)}%" if asked.specialty else None),
        "title": ("r.title = :title", asked.title),
        "role": ("r.role = :role", asked.role),
    }
    conditions = [sql for sql, value in wanted.values() if value is not None]
    values = {name: value for name, (_, value) in wanted.items() if value is not None}
    if asked.q:
        conditions.append(f"({_matches('p', code=None)} OR r.specialty_text ILIKE :inside)")
        values |= _words(asked.q)
    if after:
        conditions.append("(r.organization_id, r.id) > (:after_organization, :after_id)")
        values |= {"after_organization": after[0], "after_id": after[1]}
    most = max(1, min(limit, MOST))
    rows = await tx.session.execute(
        text(" AND ".join([_ROLES, *conditions]) + " ORDER BY r.organization_id, r.id LIMIT :most"),
        values | {"most": most + 1},
    )
    found = [_of(wire.PractitionerRole, row) for row in rows.mappings()]
    following = cursor_of(found[most - 1].organization_id, found[most - 1].id) if len(found) > most else None
    return Page(await with_facts(tx, found[:most]), following)


async def practitioner_role(tx: Transaction, organization_id: UUID, role_id: UUID) -> wire.PractitionerRole:
    """One role. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text(f"{_ROLES} AND r.organization_id = :organization AND r.id = :id"),
        {"organization": organization_id, "id": role_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return (await with_facts(tx, [_of(wire.PractitionerRole, row)]))[0]


async def practitioner_roles_of(tx: Transaction, keys: Sequence[tuple[UUID, UUID]]) -> list[wire.PractitionerRole]:
    """Active roles by organization and id; unknown ones are left out."""
    if not keys:
        return []
    rows = await tx.session.execute(
        text(
            f"{_ROLES} AND (r.organization_id, r.id) IN"  # noqa: S608
            " (SELECT * FROM unnest(CAST(:organizations AS uuid[]),"
            " CAST(:roles AS uuid[])))"
        ),
        {"organizations": [key[0] for key in keys], "roles": [key[1] for key in keys]},
    )
    return await with_facts(tx, [_of(wire.PractitionerRole, row) for row in rows.mappings()])


async def services(tx: Transaction, organization_id: UUID, department_id: UUID | None) -> list[wire.Service]:
    """What an organization or one of its departments offers, cheapest first."""
    rows = await tx.session.execute(
        text(
            "SELECT id, organization_id, department_id, kind, name, name_en, fee_fen, slot_minutes"
            " FROM healthcare_service WHERE organization_id = :organization AND active"
            " AND (CAST(:department AS uuid) IS NULL OR department_id = :department)"
            " ORDER BY department_id, fee_fen, id"
        ),
        {"organization": organization_id, "department": department_id},
    )
    return [_of(wire.Service, row) for row in rows.mappings()]


async def locations(tx: Transaction, organization_id: UUID, kind: str | None) -> list[wire.Location]:
    """The places of an organization by building and floor."""
    rows = await tx.session.execute(
        text(
            "SELECT id, organization_id, department_id, kind, name, name_en, floor FROM location"
            " WHERE organization_id = :organization AND (CAST(:kind AS text) IS NULL OR kind = :kind)"
            " ORDER BY building, floor, name, id"
        ),
        {"organization": organization_id, "kind": kind},
    )
    return [_of(wire.Location, row) for row in rows.mappings()]


async def search(tx: Transaction, q: str) -> wire.Found:
    """Specialties, organizations and doctors that answer to a word in Chinese, English, pinyin or code."""
    word = normal_text(q)
    if not word:
        return wire.Found([], [], [])
    rows = await tx.session.execute(
        text(f"{_SPECIALTY} WHERE {_matches('s', code='code')} ORDER BY s.code LIMIT 20"),
        _words(word),
    )
    return wire.Found(
        [_of(wire.Specialty, row) for row in rows.mappings()],
        (await organizations(tx, q=word, limit=20)).items,
        (await practitioner_roles(tx, RoleFilter(q=word), limit=20)).items,
    )
