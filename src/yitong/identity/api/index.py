"""Routes of the master index."""

from typing import Annotated, Literal

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from yitong.identity.schemas import index as wire
from yitong.identity.service import index
from yitong.kernel import web
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page
from yitong.kernel.transaction import Transaction

TAGS = ["master index"]
Key = Annotated[str | None, HeaderParameter(name="idempotency-key")]
Word = Annotated[str | None, QueryParameter(max_length=100)]


@post("/local-patients", tags=TAGS, summary="Record a hospital's patient and match them")
async def record(
    tx: NamedDependency[Transaction], data: JSONBody[wire.NewLocalPatient], key: Key = None
) -> wire.Recorded:
    """Linked, put up for review, or new."""
    if key is None:
        return await index.record_local(tx, data)
    return await once(tx, web.idempotency_key_of(key), data, wire.Recorded, lambda: index.record_local(tx, data))


@get("/local-patients", tags=TAGS, summary="A hospital's patients")
async def list_local(
    tx: NamedDependency[Transaction], organization_id: FromQuery[UUID], q: Word = None
) -> Page[wire.LocalPatient]:
    """By number or name."""
    return Page(await index.list_local(tx, organization_id, q))


@post("/local-patients/{local_id:uuid}/link", status_code=200, tags=TAGS, summary="Link by hand")
async def link(
    tx: NamedDependency[Transaction], local_id: FromPath[UUID], data: JSONBody[wire.LinkRequest]
) -> wire.LocalPatient:
    """For the first time, or again after a break."""
    return await index.link(tx, local_id, data)


@post("/local-patients/{local_id:uuid}/break", status_code=200, tags=TAGS, summary="Break the present link")
async def break_link(
    tx: NamedDependency[Transaction], local_id: FromPath[UUID], data: JSONBody[wire.BreakRequest]
) -> wire.LocalPatient:
    """The broken link stays as history."""
    return await index.break_link(tx, local_id, data)


@get("/local-patients/{local_id:uuid}/history", tags=TAGS, summary="What was decided about a local patient")
async def history(
    tx: NamedDependency[Transaction], local_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Page[wire.HistoryItem]:
    """Oldest first."""
    return Page(await index.link_history(tx, organization_id, local_id))


@get("/match-reviews", tags=TAGS, summary="Doubtful matches")
async def list_reviews(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID],
    review_state: Annotated[Literal["open", "decided"], QueryParameter(name="state")] = "open",
) -> Page[wire.MatchReview]:
    """Open ones most probable first, decided ones newest first."""
    return Page(await index.list_reviews(tx, organization_id, open_ones=review_state == "open"))


@post("/match-reviews/{review_id:uuid}/decide", status_code=200, tags=TAGS, summary="Decide a doubtful match")
async def decide(
    tx: NamedDependency[Transaction], review_id: FromPath[UUID], data: JSONBody[wire.Decision]
) -> wire.MatchReview:
    """Link or reject, with a reason."""
    return await index.decide_review(tx, review_id, data)


ROUTES = [record, list_local, link, break_link, history, list_reviews, decide]
