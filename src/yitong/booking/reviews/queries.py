"""Reading reviews. These functions trust their caller to have checked an action or to show public words only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from yitong.booking.reviews.rules import ASPECTS, HELD, distribution, mean_of
from yitong.booking.reviews.schemas import Review, ReviewSummary, Scores
from yitong.booking.reviews.states import ReviewState
from yitong.kernel.clock import day_of
from yitong.kernel.crypto.masking import Masked, mask
from yitong.kernel.ids import UUID
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction

PAGE = 20
_REVIEW = """
SELECT w.*, o.name AS organization_name, o.zone, d.name AS department_name, p.name AS practitioner_name, n.name_sealed
  FROM review w
  JOIN organization o ON o.id = w.organization_id
  JOIN department d ON d.organization_id = w.organization_id AND d.id = w.department_id
  JOIN patient n ON n.id = w.patient_id
  LEFT JOIN practitioner_role r ON r.organization_id = w.organization_id AND r.id = w.practitioner_role_id
  LEFT JOIN practitioner p ON p.id = r.practitioner_id
 WHERE (CAST(:organization AS uuid) IS NULL OR w.organization_id = :organization)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which reviews are wanted; empty fields ask for all."""

    organization_id: UUID | None = None
    practitioner_role_ids: Sequence[UUID] | None = None
    patient_id: UUID | None = None
    state: ReviewState | None = None
    before: UUID | None = None
    limit: int = PAGE


async def reviews(tx: Transaction, asked: Asked, *, for_staff: bool = False) -> list[Review]:
    """Reviews, newest first; opens the patient index to mask names. ``for_staff`` shows words that are held or hidden.

    A family member always reads their own words.
    """
    await tx.open_patient_index()
    conditions = {
        " AND w.practitioner_role_id = ANY (:roles)": asked.practitioner_role_ids is not None,
        " AND w.patient_id = :patient": asked.patient_id is not None,
        " AND w.state = :state": asked.state is not None,
        " AND w.state <> 'withdrawn'": asked.state is None and asked.patient_id is None,
        " AND w.id < :before": asked.before is not None,
    }
    found = await tx.session.execute(
        text(
            _REVIEW + "".join(sql for sql, wanted in conditions.items() if wanted) + " ORDER BY w.id DESC LIMIT :most"
        ),
        {
            "organization": asked.organization_id,
            "most": asked.limit,
            **({"roles": list(asked.practitioner_role_ids)} if asked.practitioner_role_ids is not None else {}),
            **({"patient": asked.patient_id} if asked.patient_id is not None else {}),
            **({"state": asked.state.value} if asked.state is not None else {}),
            **({"before": asked.before} if asked.before is not None else {}),
        },
    )
    return [view(tx, row, for_staff=for_staff) for row in found.mappings()]


async def review(tx: Transaction, organization_id: UUID, *, where: str, id: UUID, for_staff: bool) -> Review | None:
    """One review, by its own id (``w.id``) or its appointment's (``w.appointment_id``); opens the patient index."""
    await tx.open_patient_index()
    found = await tx.session.execute(text(f"{_REVIEW} AND {where} = :id"), {"organization": organization_id, "id": id})
    row = found.mappings().one_or_none()
    return view(tx, row, for_staff=for_staff) if row is not None else None


def view(tx: Transaction, row: Any, *, for_staff: bool) -> Review:
    """A review as this actor may read it."""
    mine = row["patient_id"] in tx.actor.patient_ids
    state = ReviewState(row["state"])
    readable = mine or for_staff or state is ReviewState.PUBLISHED
    opened = tx.platform.sealer.open
    name = (
        "" if row["anonymous"] else mask(Masked.NAME, opened(row["name_sealed"], f"patient.name:{row['patient_id']}"))
    )
    return Review(
        id=row["id"],
        organization_id=row["organization_id"],
        organization_name=row["organization_name"],
        # Who may not know the author does not learn the appointment either.
        appointment_id=row["appointment_id"] if mine else None,
        practitioner_role_id=row["practitioner_role_id"],
        practitioner_name=row["practitioner_name"],
        department_name=row["department_name"],
        written_at=row["written_at"],
        visited_on=day_of(row["visited_at"], row["zone"]),
        author=name or ("Anonymous" if tx.language is Language.EN else "匿名患者"),
        anonymous=row["anonymous"],
        scores=Scores(**{aspect: row[aspect] for aspect in ASPECTS}),
        mean=mean_of(row["total"], 1),
        text=opened(row["text_sealed"], f"review.text:{row['id']}") if readable and row["text_sealed"] else "",
        state=state,
        held_reason=_held(tx, row["held_reason"]) if mine or for_staff else None,
        hidden_reason=row["hidden_reason"] if mine or for_staff else None,
        reply=opened(row["reply_sealed"], f"review.reply:{row['id']}") if readable and row["reply_sealed"] else None,
        replied_at=row["replied_at"] if readable else None,
        mine=mine,
    )


def _held(tx: Transaction, reason: str | None) -> str | None:
    return HELD[reason].in_language(tx.language) if reason is not None else None


async def summary(tx: Transaction, organization_id: UUID, role_id: UUID) -> ReviewSummary:
    """A doctor's reviews in numbers, held and hidden ones among them: hiding words moves no mean."""
    found = await tx.session.execute(
        text(
            "SELECT total, attitude, explanation, skill, waiting, environment FROM review"
            " WHERE organization_id = :organization AND practitioner_role_id = :role AND state <> 'withdrawn'"
        ),
        {"organization": organization_id, "role": role_id},
    )
    rows = found.mappings().all()
    count, least = len(rows), tx.platform.settings.review_shown_from
    if count < least:
        return ReviewSummary(count, None, None, None, least)
    totals = [int(row["total"]) for row in rows]
    aspects = {aspect: round(sum(row[aspect] for row in rows) / count, 1) for aspect in ASPECTS}
    return ReviewSummary(count, mean_of(sum(totals), count), distribution(totals), aspects, least)
