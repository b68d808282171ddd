"""Routes of the directory: reading is open to everybody."""

from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.directory import maintenance, queries
from yitong.directory import schemas as wire
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

TAGS = ["directory"]
Word = Annotated[str | None, QueryParameter(max_length=60)]
Code = Annotated[str | None, QueryParameter(max_length=60)]
Latitude = Annotated[float | None, QueryParameter(ge=-90, le=90)]
Longitude = Annotated[float | None, QueryParameter(ge=-180, le=180)]
Limit = Annotated[int, QueryParameter(ge=1, le=queries.MOST)]
Cursor = Annotated[str | None, QueryParameter(max_length=500)]


@get("/organizations", tags=TAGS, summary="Hospitals and other organizations")
async def organizations(
    tx: NamedDependency[Transaction],
    kind: FromQuery[wire.OrganizationKind | None] = None,
    district: Code = None,
    grade: Code = None,
    q: Word = None,
    latitude: Latitude = None,
    longitude: Longitude = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[wire.Organization]:
    """Nearest first when a point is given."""
    point = (latitude, longitude) if latitude is not None and longitude is not None else None
    return await queries.organizations(
        tx, kind=kind, district=district, grade=grade, q=q, point=point, limit=limit, cursor=cursor
    )


@get("/organizations/{organization_id:uuid}", tags=TAGS, summary="One organization")
async def organization(tx: NamedDependency[Transaction], organization_id: FromPath[UUID]) -> wire.OrganizationDetail:
    """With how many departments and practitioners it has."""
    return await queries.organization(tx, organization_id)


@get("/organizations/{organization_id:uuid}/departments", tags=TAGS, summary="Departments of an organization")
async def departments(
    tx: NamedDependency[Transaction],
    organization_id: FromPath[UUID],
    kind: FromQuery[wire.DepartmentKind | None] = None,
) -> Page[wire.Department]:
    """In the order of their codes."""
    return Page(await queries.departments(tx, organization_id, kind))


@get("/specialties", tags=TAGS, summary="Clinical specialties")
async def specialties(tx: NamedDependency[Transaction]) -> Page[wire.Specialty]:
    """With how many organizations have each."""
    return Page(await queries.specialties(tx))


@get("/practitioner-roles", tags=TAGS, summary="Doctors")
async def practitioner_roles(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    department_id: FromQuery[UUID | None] = None,
    specialty: Code = None,
    title: Code = None,
    q: Word = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[wire.PractitionerRole]:
    """Doctors of an organization, a department or a specialty, or by name."""
    asked = queries.RoleFilter(
        organization_id=organization_id, department_id=department_id, specialty=specialty, title=title, q=q
    )
    return await queries.practitioner_roles(tx, asked, limit=limit, cursor=cursor)


@get("/practitioner-roles/{role_id:uuid}", tags=TAGS, summary="One doctor")
async def practitioner_role(
    tx: NamedDependency[Transaction], role_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> wire.PractitionerRole:
    """In one department of one organization."""
    return await queries.practitioner_role(tx, organization_id, role_id)


@get("/organizations/{organization_id:uuid}/services", tags=TAGS, summary="What can be booked, and its fee")
async def services(
    tx: NamedDependency[Transaction], organization_id: FromPath[UUID], department_id: FromQuery[UUID | None] = None
) -> Page[wire.Service]:
    """Of an organization or one of its departments."""
    return Page(await queries.services(tx, organization_id, department_id))


@get("/organizations/{organization_id:uuid}/locations", tags=TAGS, summary="Places in an organization")
async def locations(
    tx: NamedDependency[Transaction],
    organization_id: FromPath[UUID],
    kind: FromQuery[wire.LocationKind | None] = None,
) -> Page[wire.Location]:
    """Buildings, floors, rooms, waiting halls and windows."""
    return Page(await queries.locations(tx, organization_id, kind))


@get("/search", tags=TAGS, summary="Search everything")
async def search(tx: NamedDependency[Transaction], q: Annotated[str, QueryParameter(max_length=60)]) -> wire.Found:
    """By Chinese, English, pinyin initials or code."""
    return await queries.search(tx, q)


@put("/departments/{department_id:uuid}", tags=TAGS, summary="Rename a department")
async def change_department(
    tx: NamedDependency[Transaction], department_id: FromPath[UUID], data: JSONBody[wire.DepartmentChange]
) -> wire.Department:
    """For administrators."""
    return await maintenance.change_department(tx, department_id, data)


@put("/services/{service_id:uuid}", tags=TAGS, summary="Change a fee")
async def change_service(
    tx: NamedDependency[Transaction], service_id: FromPath[UUID], data: JSONBody[wire.ServiceChange]
) -> wire.Service:
    """For administrators; appointments made before keep their fee."""
    return await maintenance.change_service(tx, service_id, data)


ROUTES: list[ControllerRouterHandler] = [
    organizations,
    organization,
    departments,
    specialties,
    practitioner_roles,
    practitioner_role,
    services,
    locations,
    search,
    change_department,
    change_service,
]
