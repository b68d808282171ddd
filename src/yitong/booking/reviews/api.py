"""The addresses of reviews and favourites: thin routes over what people may do."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from yitong.booking.reviews import doctors, favourites, service
from yitong.booking.reviews.queries import PAGE, Asked
from yitong.booking.reviews.schemas import (
    AtOrganization,
    DoctorReviews,
    Favourite,
    FavouriteKind,
    FavouriteMark,
    HideRequest,
    ReplyRequest,
    Review,
    ReviewRequest,
)
from yitong.booking.reviews.states import ReviewState
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.transaction import Transaction

__all__ = ["ROUTES", "doctors"]  # importing doctors lets the directory's entries know fees, places and reviews
_TAGS = ["reviews"]


@post("/reviews", summary="Review a finished visit", tags=_TAGS)
async def post_review(
    tx: NamedDependency[Transaction], data: JSONBody[ReviewRequest], idempotency_key: NamedDependency[UUID]
) -> Review:
    """Once a visit, within the days that are open for it; some words wait for a person to read them first."""
    return await service.write(tx, data, idempotency_key)


@get("/appointments/{appointment_id:uuid}/review", summary="The review of a visit", tags=_TAGS)
async def get_review(
    tx: NamedDependency[Transaction], appointment_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Review:
    """What a family member wrote about it."""
    return await service.of_appointment(tx, organization_id, appointment_id)


@get("/practitioner-roles/{role_id:uuid}/reviews", summary="A doctor's reviews", tags=_TAGS)
async def get_doctor_reviews(
    tx: NamedDependency[Transaction],
    role_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    cursor: FromQuery[str | None] = None,
) -> DoctorReviews:
    """Numbers of all, words of those that are published, newest first."""
    keys = keys_of(cursor, tuple[UUID])
    return await service.of_doctor(tx, organization_id, role_id, keys[0] if keys else None)


@get("/reviews", summary="Reviews of a hospital, or one's own", tags=_TAGS)
async def get_reviews(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    patient_id: FromQuery[UUID | None] = None,
    practitioner_role_id: FromQuery[UUID | None] = None,
    review_state: Annotated[ReviewState | None, QueryParameter(name="state")] = None,
    cursor: FromQuery[str | None] = None,
) -> Page[Review]:
    """For the staff by state and doctor; for a family by patient."""
    keys = keys_of(cursor, tuple[UUID])
    asked = Asked(
        organization_id=organization_id,
        practitioner_role_ids=[practitioner_role_id] if practitioner_role_id is not None else None,
        patient_id=patient_id,
        state=review_state,
        before=keys[0] if keys else None,
    )
    items = await service.listed(tx, asked)
    return Page(items, cursor_of(items[-1].id) if len(items) == PAGE else None)


@post("/reviews/{review_id:uuid}/reply", status_code=200, summary="Answer a review", tags=_TAGS)
async def post_reply(
    tx: NamedDependency[Transaction], review_id: FromPath[UUID], data: JSONBody[ReplyRequest]
) -> Review:
    """By the doctor it is about or the hospital."""
    return await service.reply(tx, data.organization_id, review_id, data.text)


@post("/reviews/{review_id:uuid}/hide", status_code=200, summary="Hide a review's words", tags=_TAGS)
async def post_hide(tx: NamedDependency[Transaction], review_id: FromPath[UUID], data: JSONBody[HideRequest]) -> Review:
    """With a reason; the scores go on counting."""
    return await service.hide(tx, data.organization_id, review_id, data.reason)


@post("/reviews/{review_id:uuid}/publish", status_code=200, summary="Show a review's words", tags=_TAGS)
async def post_publish(
    tx: NamedDependency[Transaction], review_id: FromPath[UUID], data: JSONBody[AtOrganization]
) -> Review:
    """Of one that was held back or hidden."""
    return await service.publish(tx, data.organization_id, review_id)


@delete("/reviews/{review_id:uuid}", status_code=200, summary="Take one's own review back", tags=_TAGS)
async def delete_review(
    tx: NamedDependency[Transaction], review_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Review:
    """The words are erased and the scores count no more."""
    return await service.withdraw(tx, organization_id, review_id)


@get("/favourites", summary="The account's favourites", tags=_TAGS)
async def get_favourites(tx: NamedDependency[Transaction]) -> Page[Favourite]:
    """Doctors and departments, newest first."""
    return Page(await favourites.favourites(tx))


@put("/favourites/{target_id:uuid}", summary="Keep a doctor or a department", tags=_TAGS)
async def put_favourite(
    tx: NamedDependency[Transaction],
    target_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    kind: FromQuery[FavouriteKind] = "role",
) -> FavouriteMark:
    """Twice is harmless."""
    return await favourites.add(tx, organization_id, target_id, kind)


@delete("/favourites/{target_id:uuid}", status_code=200, summary="No longer keep it", tags=_TAGS)
async def delete_favourite(
    tx: NamedDependency[Transaction],
    target_id: FromPath[UUID],
    organization_id: FromQuery[UUID],
    kind: FromQuery[FavouriteKind] = "role",
) -> FavouriteMark:
    """Twice is harmless."""
    return await favourites.remove(tx, organization_id, target_id, kind)


ROUTES: list[ControllerRouterHandler] = [
    post_review,
    get_review,
    get_doctor_reviews,
    get_reviews,
    post_reply,
    post_hide,
    post_publish,
    delete_review,
    get_favourites,
    put_favourite,
    delete_favourite,
]
