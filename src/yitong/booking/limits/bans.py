"""Bans after missed visits: made when the third is recorded, appealed by the person, decided by the hospital."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from yitong.booking.events import BookingEvent
from yitong.booking.limits import refusals
from yitong.booking.limits.actions import APPEAL, BAN, DECIDE, SEE_BANS
from yitong.booking.limits.events import LimitEvent
from yitong.booking.limits.model import BookingBan
from yitong.booking.limits.reading import rules_of_region
from yitong.booking.limits.schemas import Ban
from yitong.directory.service import organization_names, region_of
from yitong.kernel.clock import day_of
from yitong.kernel.crypto.masking import Masked, mask
from yitong.kernel.events import Recorded, Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import ActorKind
from yitong.kernel.problems import FORBIDDEN, NOT_FOUND
from yitong.kernel.reactors import reactor
from yitong.kernel.transaction import Transaction

_MOST = 200


@reactor("booking.no-show-bans", BookingEvent.NO_SHOW)
async def ban_when_due(tx: Transaction, event: Recorded) -> None:
    """Ban a patient whose missed visits have reached the rule; those before an earlier ban don't count again."""
    if event.patient_id is None:
        return
    region = await region_of(tx)
    rules = await rules_of_region(tx, region.commission_id)
    limit, length = rules["no-show"], rules["no-show-ban"]
    if not limit.enabled or not length.enabled:
        return
    await tx.session.execute(  # two missed visits of one person must not make two bans
        text("SELECT pg_advisory_xact_lock(:key)"), {"key": event.patient_id.int & (2**63 - 1)}
    )
    last = await _last_ban(tx, event.patient_id)
    if last is not None and last.until > tx.now:
        return
    since = day_of(tx.now - timedelta(seconds=limit.window), region.zone)
    counted = await tx.session.execute(
        text(
            "SELECT count(*) FROM appointment AS a WHERE a.patient_id = :patient AND a.state = 'no_show'"
            " AND a.day >= :since AND (CAST(:after AS timestamptz) IS NULL OR a.start_at > :after)"
        ),
        {"patient": event.patient_id, "since": since, "after": last.made_at if last is not None else None},
    )
    count = counted.scalar_one()
    if count < limit.value:
        return
    ban_id, until = new_id(), tx.now + timedelta(seconds=length.window)
    await tx.session.execute(
        insert(BookingBan).values(
            patient_id=event.patient_id,
            id=ban_id,
            organization_id=event.organization_id,
            made_at=tx.now,
            until=until,
            reason="no_show",
            counted=count,
        )
    )
    subject = Subject("booking_ban", ban_id, event.organization_id, event.patient_id)
    days = round(length.window / 86_400)
    await record(tx, BAN.check(tx.actor), LimitEvent.BANNED, subject, {"count": count, "days": days, "until": until})


async def _last_ban(tx: Transaction, patient_id: UUID) -> Any | None:
    found = await tx.session.execute(
        text("SELECT made_at, until FROM booking_ban WHERE patient_id = :patient ORDER BY made_at DESC LIMIT 1"),
        {"patient": patient_id},
    )
    return found.one_or_none()


async def bans_of_patient(tx: Transaction, patient_id: UUID) -> list[Ban]:
    """A patient's bans, the newest first, for the family or for staff of the region."""
    SEE_BANS.check(tx.actor, patient_id=patient_id)
    return await _bans(tx, "b.patient_id = :id", {"id": patient_id})


async def bans_of_organization(tx: Transaction, organization_id: UUID, *, open_appeals: bool = False) -> list[Ban]:
    """The newest bans that a hospital's missed visits led to; only those with an undecided appeal when asked."""
    SEE_BANS.check(tx.actor, organization_id=organization_id)
    await tx.open_region()
    where = "b.organization_id = :id" + (
        " AND b.appealed_at IS NOT NULL AND b.decided_at IS NULL" if open_appeals else ""
    )
    return await _bans(tx, where, {"id": organization_id})


async def appeal(tx: Transaction, ban_id: UUID, words: str) -> Ban:
    """Ask the hospital to lift a ban; once more replaces the words until it is decided.

    Raises Problem ``not-found``, ``ban-not-open``, ``ban-decided`` and those of the permission check.
    """
    row = await _one(tx, ban_id)
    grant = APPEAL.check(tx.actor, patient_id=row.patient_id)
    if row.decided_at is not None:
        raise refusals.BAN_DECIDED()
    if row.until <= tx.now:
        raise refusals.BAN_NOT_OPEN()
    await tx.session.execute(
        text(
            "UPDATE booking_ban SET appealed_at = :now, appeal_sealed = :words WHERE patient_id = :patient AND id = :id"
        ),
        {
            "now": tx.now,
            "words": tx.platform.sealer.seal(words, f"booking_ban.appeal:{ban_id}"),
            "patient": row.patient_id,
            "id": ban_id,
        },
    )
    await record(tx, grant, LimitEvent.APPEALED, _subject(row))
    return await _shown(tx, row.patient_id, ban_id)


async def decide(tx: Transaction, ban_id: UUID, *, lift: bool, reason: str) -> Ban:
    """Lift a ban now or let it stand, with a reason the person is shown.

    Raises Problem ``not-found``, ``ban-decided`` and those of the permission check.
    """
    if tx.actor.kind is not ActorKind.STAFF:
        raise FORBIDDEN()
    await tx.open_region()
    row = await _one(tx, ban_id)
    grant = DECIDE.check(tx.actor, organization_id=row.organization_id)
    if row.decided_at is not None:
        raise refusals.BAN_DECIDED()
    until: datetime = min(row.until, tx.now) if lift else row.until
    await tx.session.execute(
        text(
            "UPDATE booking_ban SET decided_at = :now, decided_by = :actor, lifted = :lift, decision = :reason,"
            " until = :until WHERE patient_id = :patient AND id = :id"
        ),
        {
            "now": tx.now,
            "actor": tx.actor.id,
            "lift": lift,
            "reason": reason,
            "until": until,
            "patient": row.patient_id,
            "id": ban_id,
        },
    )
    await record(tx, grant, LimitEvent.DECIDED, _subject(row), {"lifted": lift})
    return await _shown(tx, row.patient_id, ban_id)


def _subject(row: Any) -> Subject:
    return Subject("booking_ban", row.id, row.organization_id, row.patient_id)


async def _one(tx: Transaction, ban_id: UUID) -> Any:
    found = await tx.session.execute(text("SELECT * FROM booking_ban WHERE id = :id FOR UPDATE"), {"id": ban_id})
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return row


async def _shown(tx: Transaction, patient_id: UUID, ban_id: UUID) -> Ban:
    return (await _bans(tx, "b.patient_id = :patient AND b.id = :id", {"patient": patient_id, "id": ban_id}))[0]


async def _bans(tx: Transaction, where: str, values: dict[str, Any]) -> list[Ban]:
    await tx.open_patient_index()
    found = await tx.session.execute(
        text(
            "SELECT b.*, p.name_sealed FROM booking_ban AS b JOIN patient AS p ON p.id = b.patient_id"  # noqa: S608
            f" WHERE {where} ORDER BY b.made_at DESC LIMIT {_MOST}"
        ),
        values,
    )
    rows = found.all()
    names = await organization_names(tx, list({row.organization_id for row in rows}))
    sealer = tx.platform.sealer
    return [
        Ban(
            row.id,
            row.patient_id,
            mask(Masked.NAME, sealer.open(row.name_sealed, f"patient.name:{row.patient_id}")),
            row.organization_id,
            names.get(row.organization_id, ""),
            row.reason,
            row.counted,
            row.made_at,
            row.until,
            row.until > tx.now,
            sealer.open(row.appeal_sealed, f"booking_ban.appeal:{row.id}") if row.appeal_sealed else None,
            row.appealed_at,
            row.decided_at,
            row.lifted,
            row.decision,
        )
        for row in rows
    ]
