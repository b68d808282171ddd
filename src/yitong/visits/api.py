"""The visit's addresses: thin routes over the service."""

from typing import Annotated

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.queue.service import QueueEntryView
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.transaction import Transaction
from yitong.visits import diagnoses, service
from yitong.visits.facts import DiagnosisCode
from yitong.visits.schemas import AtOrganization, Called, DiagnosesRequest, EncounterNote, EncounterView

PAGE = 50
_Words = Annotated[str, QueryParameter(name="q", min_length=1, max_length=40)]
_Limit = Annotated[int, QueryParameter(ge=1, le=100)]


@post("/queues/{schedule_id:uuid}/call-next", status_code=200, summary="Call the next patient")
async def post_call_next(
    tx: NamedDependency[Transaction], schedule_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> Called:
    """Call whoever is first into the room and open the visit."""
    return await service.call_next(tx, data.organization_id, schedule_id)


@post("/queue-entries/{entry_id:uuid}/start", status_code=200, summary="The patient has come in")
async def post_start(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> Called:
    """Begin the consultation of the person called."""
    return await service.start(tx, data.organization_id, entry_id)


@post("/queue-entries/{entry_id:uuid}/skip", status_code=200, summary="The patient is not there")
async def post_skip(
    tx: NamedDependency[Transaction], entry_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> QueueEntryView:
    """Skip somebody who did not come in."""
    return await service.skip(tx, data.organization_id, entry_id)


@get("/encounters/{encounter_id:uuid}", summary="One visit")
async def get_encounter(
    tx: NamedDependency[Transaction], encounter_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> EncounterView:
    """A visit with its notes."""
    return await service.read(tx, organization_id, encounter_id)


@put("/encounters/{encounter_id:uuid}", summary="Save a visit's notes")
async def put_encounter(
    tx: NamedDependency[Transaction], encounter_id: FromPath[UUID], data: JSONBody[EncounterNote]
) -> EncounterView:
    """Keep what has been written so far."""
    return await service.save(tx, encounter_id, data)


@put("/encounters/{encounter_id:uuid}/diagnoses", summary="Record a visit's diagnoses")
async def put_diagnoses(
    tx: NamedDependency[Transaction], encounter_id: FromPath[UUID], data: JSONBody[DiagnosesRequest]
) -> EncounterView:
    """All of them by ICD-10 code, the main one marked or first; the insurer is told these."""
    return await service.diagnose(tx, encounter_id, data)


@get("/diagnosis-codes", summary="Search codes of diagnoses")
async def get_diagnosis_codes(
    tx: NamedDependency[Transaction], words: _Words, limit: _Limit = 20
) -> Page[DiagnosisCode]:
    """ICD-10 codes of common diagnoses by name, initials or code."""
    return Page(diagnoses.find(tx, words, limit))


@post("/encounters/{encounter_id:uuid}/finish", status_code=200, summary="Finish a visit")
async def post_finish(
    tx: NamedDependency[Transaction], encounter_id: FromPath[UUID], data: JSONBody[EncounterNote]
) -> EncounterView:
    """Keep the notes and close the visit."""
    return await service.finish(tx, encounter_id, data)


@get("/encounters", summary="Visits, newest first")
async def get_encounters(
    tx: NamedDependency[Transaction],
    patient_id: FromQuery[UUID | None] = None,
    organization_id: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
) -> Page[EncounterView]:
    """A family member's visits, or those of the staff member's organization."""
    keys = keys_of(cursor, tuple[UUID])
    items = await service.list_encounters(
        tx, patient_id=patient_id, organization_id=organization_id, before=keys[0] if keys else None, limit=PAGE
    )
    return Page(items, cursor_of(items[-1].id) if len(items) == PAGE else None)


ROUTES: list[ControllerRouterHandler] = [
    post_call_next,
    post_start,
    post_skip,
    get_encounter,
    put_encounter,
    put_diagnoses,
    get_diagnosis_codes,
    post_finish,
    get_encounters,
]
