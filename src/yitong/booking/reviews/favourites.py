"""The doctors and departments that an account keeps at hand."""

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from yitong.booking.reviews.events import ReviewEvent
from yitong.booking.reviews.model import Favourite as FavouriteRow
from yitong.booking.reviews.schemas import Favourite, FavouriteKind, FavouriteMark
from yitong.directory.queries import practitioner_roles_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import ActorKind, Grant, Role, Scope, action
from yitong.kernel.problems import NOT_FOUND, UNAUTHENTICATED, problem_kind
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

KEEP = action(
    "reviews:favourite:keep", "收藏医生与科室", "Keep doctors and departments at hand", {Role.PATIENT: Scope.ANYONE}
)
TOO_MANY = problem_kind(
    "favourites-full",
    409,
    Bilingual("最多收藏 {most} 个医生或科室。", "At most {most} doctors and departments can be kept."),
    Bilingual("请先取消一些收藏。", "Remove some first."),
)
_TARGET = {
    "role": "SELECT 1 FROM practitioner_role WHERE organization_id = :organization AND id = :target AND active",
    "department": "SELECT 1 FROM department WHERE organization_id = :organization AND id = :target",
}
_LIST = """
SELECT f.kind, f.target_id, f.organization_id, o.name AS organization_name, o.name_en AS organization_name_en,
       d.id AS department_id, d.name AS department_name, d.name_en AS department_name_en, f.added_at
  FROM favourite f
  JOIN organization o ON o.id = f.organization_id AND o.active
  LEFT JOIN practitioner_role r ON f.kind = 'role' AND r.organization_id = f.organization_id AND r.id = f.target_id
  JOIN department d ON d.organization_id = f.organization_id
   AND d.id = CASE f.kind WHEN 'role' THEN r.department_id ELSE f.target_id END
 WHERE f.account_id = :account AND (f.kind = 'department' OR r.active)
 ORDER BY f.added_at DESC, f.target_id"""


async def favourites(tx: Transaction) -> list[Favourite]:
    """The account's favourites, newest first; who has left the hospital is left out.

    Raises Problem ``unauthenticated`` or ``forbidden``.
    """
    _account(tx)
    found = await tx.session.execute(text(_LIST), {"account": tx.actor.id})
    rows = found.mappings().all()
    wanted = [(row["organization_id"], row["target_id"]) for row in rows if row["kind"] == "role"]
    doctors = {(one.organization_id, one.id): one for one in await practitioner_roles_of(tx, wanted)}
    return [Favourite(**row, practitioner=doctors.get((row["organization_id"], row["target_id"]))) for row in rows]


async def add(tx: Transaction, organization_id: UUID, target_id: UUID, kind: FavouriteKind) -> FavouriteMark:
    """Keep a doctor or a department; twice is harmless.

    Raises Problem ``favourites-full``, ``not-found``, ``unauthenticated`` or ``forbidden``.
    """
    grant = _account(tx)
    known = await tx.session.execute(text(_TARGET[kind]), {"organization": organization_id, "target": target_id})
    if known.first() is None:
        raise NOT_FOUND()
    most = tx.platform.settings.favourites_cap
    held = await tx.session.execute(
        text("SELECT count(*) FROM favourite WHERE account_id = :account"), {"account": tx.actor.id}
    )
    added = await tx.session.execute(
        insert(FavouriteRow)
        .values(
            account_id=tx.actor.id, kind=kind, organization_id=organization_id, target_id=target_id, added_at=tx.now
        )
        .on_conflict_do_nothing()
        .returning(FavouriteRow.target_id)
    )
    if added.first() is not None:
        if held.scalar_one() >= most:
            raise TOO_MANY(most=most)
        subject = Subject(_SUBJECT[kind], target_id, organization_id)
        await record(tx, grant, ReviewEvent.FAVOURITE_ADDED, subject, {"kind": kind})
    return FavouriteMark(kind, target_id, organization_id, True)


async def remove(tx: Transaction, organization_id: UUID, target_id: UUID, kind: FavouriteKind) -> FavouriteMark:
    """No longer keep it; twice is harmless. Raises Problem ``unauthenticated`` or ``forbidden``."""
    grant = _account(tx)
    gone = await tx.session.execute(
        text(
            "DELETE FROM favourite WHERE account_id = :account AND kind = :kind AND organization_id = :organization"
            " AND target_id = :target RETURNING 1"
        ),
        {"account": tx.actor.id, "kind": kind, "organization": organization_id, "target": target_id},
    )
    if gone.first() is not None:
        subject = Subject(_SUBJECT[kind], target_id, organization_id)
        await record(tx, grant, ReviewEvent.FAVOURITE_REMOVED, subject, {"kind": kind})
    return FavouriteMark(kind, target_id, organization_id, False)


def _account(tx: Transaction) -> Grant:
    """The grant of somebody who is signed in; without an account there is nothing to keep it with."""
    if tx.actor.kind is ActorKind.ANONYMOUS:
        raise UNAUTHENTICATED()
    return KEEP.check(tx.actor)


_SUBJECT = {"role": "practitioner_role", "department": "department"}
