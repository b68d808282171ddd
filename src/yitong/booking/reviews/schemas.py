"""What goes over the wire about reviews and favourites."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.booking.reviews.states import ReviewState
from yitong.directory.schemas import PractitionerRole
from yitong.kernel.ids import UUID

Score = Annotated[int, Meta(ge=1, le=5)]
Words = Annotated[str, Meta(max_length=500)]


class Scores(msgspec.Struct, forbid_unknown_fields=True):
    """Five aspects of a visit, 1 to 5 each."""

    attitude: Score
    explanation: Score
    skill: Score
    waiting: Score
    environment: Score


class ReviewRequest(msgspec.Struct):
    """What a patient says about a finished visit."""

    appointment_id: UUID
    organization_id: UUID
    scores: Scores
    text: Words = ""
    anonymous: bool = True


class Review(msgspec.Struct, kw_only=True):
    """A review as whoever asks may read it; ``author`` is masked or absent, hidden words are for its own only."""

    id: UUID
    organization_id: UUID
    organization_name: str
    appointment_id: UUID | None
    practitioner_role_id: UUID | None
    practitioner_name: str | None
    department_name: str
    written_at: datetime
    visited_on: date
    author: str
    anonymous: bool
    scores: Scores
    mean: float
    text: str
    state: ReviewState
    held_reason: str | None
    hidden_reason: str | None
    reply: str | None
    replied_at: datetime | None
    mine: bool


class ReviewSummary(msgspec.Struct):
    """A doctor's reviews in numbers; without mean and distribution while there are fewer than ``shown_from``."""

    count: int
    mean: float | None
    distribution: dict[str, int] | None
    aspects: dict[str, float] | None
    shown_from: int


class DoctorReviews(msgspec.Struct):
    """The reviews of a doctor's page."""

    summary: ReviewSummary
    items: list[Review]
    next: str | None


class ReplyRequest(msgspec.Struct):
    """The hospital's answer to a review."""

    organization_id: UUID
    text: Annotated[str, Meta(min_length=1, max_length=500)]


class HideRequest(msgspec.Struct):
    """Why a review's words are hidden; its scores keep counting."""

    organization_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=100)]


class AtOrganization(msgspec.Struct):
    """The organization that the thing in the path belongs to."""

    organization_id: UUID


FavouriteKind = Literal["role", "department"]


class Favourite(msgspec.Struct, kw_only=True):
    """A doctor or a department that an account keeps."""

    kind: FavouriteKind
    target_id: UUID
    organization_id: UUID
    organization_name: str
    organization_name_en: str
    department_id: UUID
    department_name: str
    department_name_en: str
    practitioner: PractitionerRole | None
    added_at: datetime


class FavouriteMark(msgspec.Struct):
    """Whether something is among the account's favourites now."""

    kind: FavouriteKind
    target_id: UUID
    organization_id: UUID
    favourite: bool
