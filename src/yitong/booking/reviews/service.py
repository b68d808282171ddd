"""What people do with reviews: write one after a finished visit, answer it, hold its words back or show them."""

from typing import Any

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.reviews import queries, rules
from yitong.booking.reviews.events import ReviewEvent
from yitong.booking.reviews.model import Review as ReviewRow
from yitong.booking.reviews.queries import Asked
from yitong.booking.reviews.schemas import DoctorReviews, Review, ReviewRequest
from yitong.booking.reviews.states import REVIEW, ReviewState
from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.paging import cursor_of
from yitong.kernel.permissions import Grant, Role, Scope, action
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, FieldError, problem_kind
from yitong.kernel.states import record_move
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_AT, _REGION = Scope.ORGANIZATION, Scope.REGION
WRITE = action("reviews:review:write", "评价就诊", "Review a finished visit", {Role.PATIENT: Scope.OWN})
SEE = action(
    "reviews:review:see",
    "查看本院评价",
    "See the reviews of a hospital",
    {Role.DOCTOR: _AT, Role.HOSPITAL_ADMIN: _AT, Role.REGULATOR: _REGION, Role.PLATFORM_ADMIN: _REGION},
)
REPLY = action("reviews:review:reply", "回复评价", "Answer a review", {Role.DOCTOR: _AT, Role.HOSPITAL_ADMIN: _AT})
MODERATE = action(
    "reviews:review:moderate",
    "审核评价",
    "Hide or show a review's words",
    {Role.HOSPITAL_ADMIN: _AT, Role.PLATFORM_ADMIN: _REGION},
)
NOT_FINISHED = problem_kind(
    "visit-not-finished",
    409,
    Bilingual("就诊结束后才能评价。", "A visit can be reviewed once it is over."),
    Bilingual("请在就诊结束后再来评价。", "Come back after the visit."),
)
REVIEW_TOO_LATE = problem_kind(
    "review-too-late",
    409,
    Bilingual("就诊已超过 {days} 天，评价已关闭。", "The visit was more than {days} days ago; reviews are closed."),
    Bilingual("如有意见，请联系医院或卫生健康委。", "Tell the hospital or the health commission instead."),
)
ALREADY_REVIEWED = problem_kind(
    "already-reviewed",
    409,
    Bilingual("这次就诊已经评价过了。", "This visit has been reviewed already."),
    Bilingual("每次就诊评价一次，可以查看已提交的评价。", "One visit is reviewed once; you can read what was sent."),
)
ALREADY_REPLIED = problem_kind(
    "already-replied",
    409,
    Bilingual("这条评价已经回复过了。", "This review has been answered already."),
    Bilingual("请刷新后查看。", "Refresh to see the answer."),
)


_VISIT = text("""
SELECT a.id, a.patient_id, a.department_id, a.state, a.start_at, e.state AS entry_state, e.encounter_id, e.finished_at,
       coalesce(s.practitioner_role_id, a.practitioner_role_id) AS practitioner_role_id
  FROM appointment a
  LEFT JOIN queue_entry e ON e.organization_id = a.organization_id AND e.appointment_id = a.id
  LEFT JOIN schedule s ON s.organization_id = a.organization_id
       AND s.id = coalesce(e.called_schedule_id, e.schedule_id)
 WHERE a.organization_id = :organization AND a.id = :id""")


async def write(tx: Transaction, request: ReviewRequest, key: UUID) -> Review:
    """Keep what a patient says about a finished visit; it is about the doctor who saw them.

    Words that may name somebody or insult wait for a person; the scores count at once. Raises Problem
    ``visit-not-finished``, ``review-too-late``, ``already-reviewed``, ``not-found`` and those of the permission check.
    """

    async def make() -> Review:
        found = await tx.session.execute(
            _VISIT, {"organization": request.organization_id, "id": request.appointment_id}
        )
        visit = found.mappings().one_or_none()
        if visit is None:
            raise NOT_FOUND()
        grant = WRITE.check(tx.actor, organization_id=request.organization_id, patient_id=visit["patient_id"])
        _refuse_visit(tx, visit)
        review_id = new_id()
        await _insert(tx, grant, review_id, request, visit)
        return await _reread(tx, request.organization_id, review_id)

    return await once(tx, key, request, Review, make)


def _refuse_visit(tx: Transaction, visit: Any) -> None:
    over = visit["state"] == "fulfilled" and visit["entry_state"] == "finished"
    if not over or visit["finished_at"] is None or visit["encounter_id"] is None:
        raise NOT_FINISHED()
    days = tx.platform.settings.review_days
    if tx.now > rules.may_write_until(visit["finished_at"], days):
        raise REVIEW_TOO_LATE(days=days)


async def _insert(tx: Transaction, grant: Grant, review_id: UUID, request: ReviewRequest, visit: Any) -> None:
    scores = {aspect: getattr(request.scores, aspect) for aspect in rules.ASPECTS}
    written = request.text.strip()
    held = rules.held_back(written) if written else None
    state = ReviewState.PENDING if held is not None else ReviewState.PUBLISHED
    kept = await tx.session.execute(
        insert(ReviewRow)
        .values(
            organization_id=request.organization_id,
            id=review_id,
            appointment_id=visit["id"],
            encounter_id=visit["encounter_id"],
            patient_id=visit["patient_id"],
            department_id=visit["department_id"],
            practitioner_role_id=visit["practitioner_role_id"],
            total=sum(scores.values()),
            text_sealed=tx.platform.sealer.seal(written, f"review.text:{review_id}") if written else None,
            anonymous=request.anonymous,
            state=state.value,
            version=1,
            held_reason=held,
            visited_at=visit["finished_at"],
            written_at=tx.now,
            **scores,
        )
        .on_conflict_do_nothing(index_elements=["organization_id", "appointment_id"])
        .returning(ReviewRow.id)
    )
    if kept.first() is None:
        raise ALREADY_REVIEWED()
    # The patient is left out on purpose: an anonymous review must not be told from the event trail.
    subject = Subject("review", review_id, request.organization_id)
    said = {"practitioner_role_id": visit["practitioner_role_id"], "state": state.value, "total": sum(scores.values())}
    event_id = await record(tx, grant, ReviewEvent.WRITTEN, subject, said)
    await record_move(tx, grant, REVIEW, subject, None, state, sequence=1, event_id=event_id)


async def of_appointment(tx: Transaction, organization_id: UUID, appointment_id: UUID) -> Review:
    """The review of a family member's visit. Raises Problem ``not-found``."""
    found = await queries.review(tx, organization_id, where="w.appointment_id", id=appointment_id, for_staff=False)
    if found is None or not found.mine:
        raise NOT_FOUND()
    return found


async def of_doctor(tx: Transaction, organization_id: UUID, role_id: UUID, before: UUID | None) -> DoctorReviews:
    """A doctor's page of reviews: numbers of all, words of those that are published. Open to everybody.

    Raises Problem ``not-found``.
    """
    known = await tx.session.execute(
        text("SELECT 1 FROM practitioner_role WHERE organization_id = :organization AND id = :role AND active"),
        {"organization": organization_id, "role": role_id},
    )
    if known.first() is None:
        raise NOT_FOUND()
    # Every patient's rows are counted; what leaves carries no name but a masked one that its author agreed to.
    await tx.open_region()
    asked = Asked(
        organization_id=organization_id,
        practitioner_role_ids=[role_id],
        state=ReviewState.PUBLISHED,
        before=before,
    )
    items = await queries.reviews(tx, asked)
    following = cursor_of(items[-1].id) if len(items) == queries.PAGE else None
    return DoctorReviews(await queries.summary(tx, organization_id, role_id), items, following)


async def listed(tx: Transaction, asked: Asked) -> list[Review]:
    """Reviews for the staff of a hospital, or a family member's own.

    Who keeps the hospital's reviews reads all of them; a doctor those about themselves that are published. Raises
    Problem ``foreign-patient`` or ``forbidden``.
    """
    if asked.patient_id is not None:
        WRITE.check(tx.actor, patient_id=asked.patient_id)
        return await queries.reviews(tx, asked)
    SEE.check(tx.actor, organization_id=asked.organization_id)
    if _sees_all(tx, asked.organization_id):
        return await queries.reviews(tx, asked, for_staff=True)
    own = await _own_roles(tx, asked.organization_id)
    wanted = [role for role in own if asked.practitioner_role_ids is None or role in asked.practitioner_role_ids]
    published = Asked(
        organization_id=asked.organization_id,
        practitioner_role_ids=wanted,
        state=ReviewState.PUBLISHED,
        before=asked.before,
    )
    return await queries.reviews(tx, published)


def _sees_all(tx: Transaction, organization_id: UUID | None) -> bool:
    actor = tx.actor
    wide = actor.has(Role.REGULATOR) or actor.has(Role.PLATFORM_ADMIN)
    return wide or (organization_id is not None and actor.has(Role.HOSPITAL_ADMIN, organization_id))


async def _own_roles(tx: Transaction, organization_id: UUID | None) -> list[UUID]:
    found = await tx.session.execute(
        text(
            "SELECT id FROM practitioner_role WHERE organization_id = :organization AND practitioner_id = :practitioner"
        ),
        {"organization": organization_id, "practitioner": tx.actor.practitioner_id},
    )
    return list(found.scalars())


async def reply(tx: Transaction, organization_id: UUID, review_id: UUID, words: str) -> Review:
    """Answer a published review, once: the doctor it is about, or the hospital's administrator.

    Raises Problem ``already-replied``, ``wrong-state``, ``validation-failed`` (the answer may name somebody),
    ``forbidden`` or ``not-found``.
    """
    grant = REPLY.check(tx.actor, organization_id=organization_id)
    row = await _locked(tx, organization_id, review_id)
    administers = tx.actor.has(Role.HOSPITAL_ADMIN, organization_id)
    if not administers and row["practitioner_role_id"] not in await _own_roles(tx, organization_id):
        raise FORBIDDEN()
    state = ReviewState(row["state"])
    if state is not ReviewState.PUBLISHED:
        REVIEW.check(state, state)
    if row["replied_at"] is not None:
        raise ALREADY_REPLIED()
    written = words.strip()
    reason = rules.held_back(written) if written else "empty"
    if reason is not None:
        said = rules.HELD.get(reason, Bilingual("请填写回复内容", "write something"))
        problem = Bilingual(f"回复{said.zh}，请修改。", f"The answer cannot be sent: {said.en}.")
        raise VALIDATION_FAILED(errors=[FieldError("text", reason, problem)])
    await tx.session.execute(
        text(
            "UPDATE review SET reply_sealed = :reply, replied_at = :now"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {
            "reply": tx.platform.sealer.seal(written, f"review.reply:{review_id}"),
            "now": tx.now,
            "organization": organization_id,
            "id": review_id,
        },
    )
    await record(tx, grant, ReviewEvent.REPLIED, Subject("review", review_id, organization_id), {})
    return await _reread(tx, organization_id, review_id, for_staff=True)


async def withdraw(tx: Transaction, organization_id: UUID, review_id: UUID) -> Review:
    """Take one's own review back: its words are erased and its scores count no more; the visit is not reviewed again.

    Raises Problem ``wrong-state``, ``not-found`` and those of the permission check.
    """
    row = await _locked(tx, organization_id, review_id)
    grant = WRITE.check(tx.actor, organization_id=organization_id, patient_id=row["patient_id"])
    return await _move(tx, grant, row, ReviewState.WITHDRAWN, ReviewEvent.WITHDRAWN, None)


async def hide(tx: Transaction, organization_id: UUID, review_id: UUID, reason: str) -> Review:
    """Hide a review's words with a reason that its author reads; the scores go on counting.

    Raises Problem ``wrong-state``, ``forbidden`` or ``not-found``.
    """
    grant = MODERATE.check(tx.actor, organization_id=organization_id)
    row = await _locked(tx, organization_id, review_id)
    return await _move(tx, grant, row, ReviewState.HIDDEN, ReviewEvent.HIDDEN, reason)


async def publish(tx: Transaction, organization_id: UUID, review_id: UUID) -> Review:
    """Show the words of a review that was held back or hidden. Raises what :func:`hide` raises."""
    grant = MODERATE.check(tx.actor, organization_id=organization_id)
    row = await _locked(tx, organization_id, review_id)
    return await _move(tx, grant, row, ReviewState.PUBLISHED, ReviewEvent.PUBLISHED, None)


async def _move(
    tx: Transaction, grant: Grant, row: Any, after: ReviewState, event: ReviewEvent, reason: str | None
) -> Review:
    organization_id, review_id = row["organization_id"], row["id"]
    before, number = ReviewState(row["state"]), row["version"] + 1
    REVIEW.check(before, after)
    subject = Subject("review", review_id, organization_id)
    event_id = await record(tx, grant, event, subject, {"reason": reason} if reason is not None else {})
    await record_move(tx, grant, REVIEW, subject, before, after, sequence=number, event_id=event_id, reason=reason)
    gone = after is ReviewState.WITHDRAWN
    await tx.session.execute(
        update(ReviewRow)
        .where(ReviewRow.organization_id == organization_id, ReviewRow.id == review_id)
        .values(
            state=after.value,
            version=number,
            hidden_reason=reason,
            held_reason=row["held_reason"] if after is ReviewState.HIDDEN else None,
            text_sealed=None if gone else row["text_sealed"],
            reply_sealed=None if gone else row["reply_sealed"],
            replied_at=None if gone else row["replied_at"],
        )
    )
    return await _reread(tx, organization_id, review_id, for_staff=not gone)


async def _locked(tx: Transaction, organization_id: UUID, review_id: UUID) -> Any:
    found = await tx.session.execute(
        text("SELECT * FROM review WHERE organization_id = :organization AND id = :id FOR UPDATE"),
        {"organization": organization_id, "id": review_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _reread(tx: Transaction, organization_id: UUID, review_id: UUID, *, for_staff: bool = False) -> Review:
    found = await queries.review(tx, organization_id, where="w.id", id=review_id, for_staff=for_staff)
    if found is None:
        raise LookupError(f"review {review_id} went away within its own transaction")
    return found
