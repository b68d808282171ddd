"""What a doctor's entry in the directory says: the next free place, its fee, and the reviews in two numbers."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text

from yitong.booking.reviews.rules import mean_of
from yitong.directory.role_facts import RoleFacts, RoleKey, role_facts
from yitong.kernel.transaction import Transaction

# A doctor a row: the first open place that anybody may book, else the fee of the next session; all reviews counted.
_FACTS = """
SELECT r.organization_id, r.id, f.start_at AS next_free_at, coalesce(f.fee_fen, n.fee_fen) AS fee_fen,
       v.reviews, v.total
  FROM unnest(CAST(:organizations AS uuid[]), CAST(:roles AS uuid[])) AS r (organization_id, id)
  LEFT JOIN LATERAL (
    SELECT s.start_at, h.fee_fen FROM schedule d
      JOIN slot s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
      JOIN healthcare_service h ON h.organization_id = d.organization_id AND h.id = d.service_id
     WHERE d.organization_id = r.organization_id AND d.practitioner_role_id = r.id AND d.stopped_at IS NULL
       AND d.day >= :first AND d.day <= :last AND s.start_at > :now AND s.pool = 'common'
       AND (s.open OR s.reopens_at <= :now)
     ORDER BY s.start_at LIMIT 1) f ON true
  LEFT JOIN LATERAL (
    SELECT h.fee_fen FROM schedule d
      JOIN healthcare_service h ON h.organization_id = d.organization_id AND h.id = d.service_id
     WHERE d.organization_id = r.organization_id AND d.practitioner_role_id = r.id AND d.stopped_at IS NULL
       AND d.day >= :first AND d.end_at > :now
     ORDER BY d.start_at LIMIT 1) n ON true
  LEFT JOIN LATERAL (
    SELECT count(*)::int AS reviews, coalesce(sum(w.total), 0)::int AS total FROM review w
     WHERE w.organization_id = r.organization_id AND w.practitioner_role_id = r.id
       AND w.state <> 'withdrawn') v ON true"""


@role_facts
async def facts(tx: Transaction, roles: Sequence[RoleKey]) -> dict[RoleKey, RoleFacts]:
    """Next free place within the days that can be booked, fee in fen and reviews of these roles.

    Opens the region: reviews are counted over all patients, and only numbers leave this function.
    """
    await tx.open_region()
    today = tx.now.date()
    found = await tx.session.execute(
        text(_FACTS),
        {
            "organizations": [organization for organization, _ in roles],
            "roles": [role for _, role in roles],
            # A day on either side covers every zone; the times decide.
            "first": today - timedelta(days=1),
            "last": today + timedelta(days=tx.platform.settings.days_ahead + 1),
            "now": tx.now,
        },
    )
    least = tx.platform.settings.review_shown_from
    return {
        (row.organization_id, row.id): RoleFacts(
            next_free_at=row.next_free_at,
            fee_fen=row.fee_fen,
            review_count=row.reviews,
            review_mean=mean_of(row.total, row.reviews) if row.reviews >= least else None,
        )
        for row in found
    }
