"""Reading the trail, the parked events and the reactors. The callers have checked an action."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.reactors import REACTORS
from yitong.kernel.text import Language
from yitong.kernel.transaction import Transaction
from yitong.region.rules import actor_text, sentence
from yitong.region.schemas import EventView, ParkedEventView, ReactorState


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """What to look for; ``type`` is the beginning of a type, ``actor`` an id, a kind or part of a staff name."""

    organization_id: UUID | None = None
    type: str | None = None
    subject_type: str | None = None
    subject_id: UUID | None = None
    actor: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


# The name of whoever acted is joined for staff and terminals only; citizens stay unnamed for everybody.
_EVENT = """
SELECT e.id, e.position, e.xid::text AS xid, e.at, e.type, e.actor_kind, e.action, e.organization_id,
       o.name AS organization_name, o.name_en AS organization_name_en, e.subject_type, e.subject_id, e.payload,
       coalesce(s.name, t.name) AS actor_name, r.role AS actor_role
  FROM event e
  LEFT JOIN organization o ON o.id = e.organization_id
  LEFT JOIN staff_account s ON e.actor_kind = 'staff' AND s.id = e.actor_id
  LEFT JOIN LATERAL (SELECT role FROM staff_role WHERE staff_id = s.id
                      ORDER BY organization_id = e.organization_id DESC, role LIMIT 1) r ON true
  LEFT JOIN terminal t ON e.actor_kind = 'terminal' AND t.organization_id = e.organization_id AND t.id = e.actor_id"""

_TRAIL = f"""{_EVENT}
 WHERE (CAST(:organization AS uuid) IS NULL OR e.organization_id = :organization)
   AND (CAST(:type AS text) IS NULL OR starts_with(e.type, :type))
   AND (CAST(:subject_type AS text) IS NULL OR e.subject_type = :subject_type)
   AND (CAST(:subject_id AS uuid) IS NULL OR e.subject_id = :subject_id)
   AND (CAST(:actor AS text) IS NULL OR e.actor_kind = :actor OR e.actor_id::text = :actor
        OR e.actor_id IN (SELECT id FROM staff_account WHERE strpos(name, :actor) > 0 OR username = :actor))
   AND (CAST(:begin AS timestamptz) IS NULL OR e.at >= :begin)
   AND (CAST(:end AS timestamptz) IS NULL OR e.at < :end)
   AND (CAST(:xid AS text) IS NULL OR (e.xid, e.position) < (CAST(CAST(:xid AS text) AS xid8), CAST(:position AS int8)))
 ORDER BY e.xid DESC, e.position DESC LIMIT :limit"""  # noqa: S608  # constants only


async def trail(
    tx: Transaction, wanted: TrailFilter, after: tuple[str, int] | None, limit: int
) -> tuple[list[EventView], tuple[str, int] | None]:
    """Events, newest first, and where the next page begins when there may be one."""
    found = await tx.session.execute(
        text(_TRAIL),
        {
            "organization": wanted.organization_id,
            "type": wanted.type,
            "subject_type": wanted.subject_type,
            "subject_id": wanted.subject_id,
            "actor": wanted.actor,
            "begin": wanted.begin,
            "end": wanted.end,
            "xid": after[0] if after else None,
            "position": after[1] if after else None,
            "limit": limit,
        },
    )
    rows = found.mappings().all()
    following = (rows[-1]["xid"], rows[-1]["position"]) if len(rows) == limit else None
    return [event_view(row, tx.language) for row in rows], following


async def one_event(tx: Transaction, organization_id: UUID, event_id: UUID) -> EventView | None:
    """One event as it is shown, or None when the actor may not see it."""
    found = await tx.session.execute(
        text(f"{_EVENT} WHERE e.organization_id = :organization AND e.id = :id"),
        {"organization": organization_id, "id": event_id},
    )
    row = found.mappings().one_or_none()
    return event_view(row, tx.language) if row is not None else None


def event_view(row: Any, language: Language) -> EventView:
    """An event with its sentence and with who did it."""
    values: dict[str, Any] = {name: row[name] for name in EventView.__struct_fields__ if name in row}
    values["organization_name"] = row["organization_name"] or ""
    values["organization_name_en"] = row["organization_name_en"] or ""
    values["actor_text"] = actor_text(row["actor_kind"], row["actor_role"], row["actor_name"], language)
    values["sentence"] = sentence(row["type"], row["payload"])
    return EventView(**values)


_PARKED = _EVENT.replace(
    "SELECT e.id,",
    "SELECT p.id AS parked_id, p.reactor, p.error, p.attempts, p.parked_at, p.next_try_at, p.state, e.id,",
).replace(
    "FROM event e", "FROM parked_event p JOIN event e ON e.organization_id = p.organization_id AND e.id = p.event_id"
)


async def parked_events(tx: Transaction, parked_id: UUID | None = None, limit: int = 200) -> list[ParkedEventView]:
    """Parked events, those that wait first, then the latest decided; or the one that is named."""
    found = await tx.session.execute(
        text(
            f"{_PARKED} WHERE (CAST(:id AS uuid) IS NULL OR p.id = :id)"
            " ORDER BY p.state <> 'parked', p.parked_at DESC LIMIT :limit"
        ),
        {"id": parked_id, "limit": limit},
    )
    return [
        ParkedEventView(
            id=row["parked_id"],
            reactor=row["reactor"],
            event=event_view(row, tx.language),
            error=row["error"],
            attempts=row["attempts"],
            parked_at=row["parked_at"],
            next_try_at=row["next_try_at"],
            state=row["state"],
        )
        for row in found.mappings()
    ]


# A reactor that has never run has no row yet and is behind by the whole log.
_REACTORS = """
SELECT n.name, coalesce(r.position, 0) AS position, r.last_run_at,
       (SELECT count(*) FROM event e WHERE (e.xid, e.position) > (coalesce(r.xid, '0')::xid8, coalesce(r.position, 0))
           AND e.xid < pg_snapshot_xmin(pg_current_snapshot())) AS lag,
       (SELECT count(*) FROM parked_event p WHERE p.reactor = n.name AND p.state = 'parked') AS parked
  FROM unnest(CAST(:names AS text[])) AS n(name) LEFT JOIN reactor_position r ON r.name = n.name ORDER BY n.name"""


async def reactor_states(tx: Transaction) -> list[ReactorState]:
    """Every reactor of this version with how far it has read."""
    found = await tx.session.execute(text(_REACTORS), {"names": sorted(REACTORS)})
    return [ReactorState(row.name, row.position, row.lag, row.last_run_at, row.parked) for row in found]
