"""Compare a day: the lists are fetched first, then both sides are compared and kept in one transaction."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert, text

from yitong.billing.reconciliation import problems
from yitong.billing.reconciliation.actions import RUN
from yitong.billing.reconciliation.comparing import Comparison, Difference, compare
from yitong.billing.reconciliation.corrections import party_name
from yitong.billing.reconciliation.counting import till_side
from yitong.billing.reconciliation.events import ReconciliationEvent
from yitong.billing.reconciliation.model import DayComparison, DayDifference
from yitong.billing.reconciliation.outside import Listing, listings
from yitong.billing.reconciliation.reading import Window, hospital_side, of_hospital
from yitong.billing.reconciliation.schemas import PartyTotals
from yitong.billing.reconciliation.sides import CASH, INSURER, Here, There, effect
from yitong.billing.reconciliation.states import DIFFERENCE, DifferenceState
from yitong.kernel.clock import day_bounds, day_of
from yitong.kernel.events import Subject, record
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Grant
from yitong.kernel.platform import Platform
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction

_STANDING = text("""
SELECT id, party, line_kind, number, kind, here, there, state, version, correction
FROM reconciliation_difference
WHERE organization_id = :organization AND day = :day AND state <> 'vanished' FOR UPDATE
""")
_FACTS = ("state", "amount", "booked", "fund", "medfee")


class Hospital(msgspec.Struct, frozen=True):
    """What a comparison needs to know of an organization."""

    id: UUID
    code: str
    zone: str
    commission: bool


async def compare_day(platform: Platform, actor: Actor, organization_id: UUID, day: date) -> UUID:
    """Fetch what channels and insurer list of a day, compare it with what is here, keep the differences.

    Answers the comparison's id. Again for the same day: differences that are gone are closed as vanished, new ones
    opened, those that two people signed stay signed while nothing changes. A party that does not answer is left out.
    Raises Problem ``day-ahead``, ``not-found`` and those of the permission check.
    """
    async with platform.transaction(actor) as tx:
        RUN.check(tx.actor, organization_id=organization_id)
        hospital = await hospital_of(tx, organization_id)
        today = day_of(tx.now, hospital.zone)
        if day > today:
            raise problems.DAY_AHEAD()
    listed = await listings(platform, hospital.code, day, today)
    async with platform.transaction(actor) as tx:
        return await _keep(tx, hospital, day, listed)


async def hospital_of(tx: Transaction, organization_id: UUID) -> Hospital:
    """The organization's facts. Raises Problem ``not-found``."""
    found = await tx.session.execute(
        text("SELECT id, code, zone, kind = 'commission' AS commission FROM organization WHERE id = :id"),
        {"id": organization_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NOT_FOUND()
    return Hospital(row.id, row.code, row.zone, row.commission)


async def _keep(tx: Transaction, hospital: Hospital, day: date, listed: list[Listing]) -> UUID:
    grant = RUN.check(tx.actor, organization_id=hospital.id)
    # Two comparisons of one day at a time would both open the same differences.
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"),
        {"what": f"reconciliation:{hospital.id}:{day}"},
    )
    tills = await till_side(tx, hospital.id, day, hospital.zone)
    if tills.here:
        listed = [*listed, Listing(CASH, tills.there, whole=True)]
    there: list[There] = []
    for one in listed:
        own = one.party in (INSURER, CASH)
        there += one.lines if own else await of_hospital(tx, hospital.id, one.lines, commission=hospital.commission)
    begin, end = day_bounds(day, hospital.zone)
    window = Window(
        hospital.id, begin - timedelta(days=1), end + timedelta(days=1), sorted({line.key.number for line in there})
    )
    # Tills are read here and always answer, also when nothing is left of a difference that there was.
    answered = {one.party for one in listed if one.refused is None} | {CASH}
    here = [line for line in await hospital_side(tx, window, tills.here) if line.key.party in answered]
    zone = ZoneInfo(hospital.zone)
    comparison = compare(day, zone, here, there)
    made = new_id()
    parties = _totals(day, zone, here, there, comparison, listed)
    await tx.session.execute(
        insert(DayComparison).values(
            organization_id=hospital.id,
            id=made,
            day=day,
            made_at=tx.now,
            made_by=tx.actor.id,
            complete=all(one.whole for one in listed),
            compared=comparison.compared,
            agreed=comparison.agreed,
            found=len(comparison.differences),
            parties=msgspec.to_builtins(parties),
        )
    )
    event_id = await record(
        tx,
        grant,
        ReconciliationEvent.COMPARED,
        Subject("reconciliation", made, hospital.id),
        {"day": day, "compared": comparison.compared, "differences": len(comparison.differences)},
    )
    await _renew(tx, grant, hospital.id, day, made, event_id, comparison.differences, answered)
    return made


async def _renew(
    tx: Transaction,
    grant: Grant,
    organization_id: UUID,
    day: date,
    made: UUID,
    event_id: UUID,
    found: Iterable[Difference],
    answered: set[str],
) -> None:
    """Keep what stands, close what is gone, open what is new."""
    rows = (await tx.session.execute(_STANDING, {"organization": organization_id, "day": day})).mappings().all()
    fresh = {_name(one): one for one in found}
    for row in rows:
        name = (row["party"], row["line_kind"], row["number"], row["kind"])
        one = fresh.get(name)
        same = one is not None and _facts(_builtins(one.here), _builtins(one.there)) == _facts(
            row["here"], row["there"]
        )
        if same:
            del fresh[name]
        elif row["state"] != DifferenceState.SIGNED and row["party"] in answered:
            await _vanish(tx, grant, organization_id, row, event_id)
    for one in fresh.values():
        if one.key.party in answered:
            await _open(tx, grant, organization_id, day, made, event_id, one)


def _name(one: Difference) -> tuple[str, str, str, str]:
    return (one.key.party, one.key.kind, one.key.number, one.kind)


def _builtins(side: Here | There | None) -> dict[str, Any] | None:
    return msgspec.to_builtins(side) if side is not None else None


def _facts(here: dict[str, Any] | None, there: dict[str, Any] | None) -> list[Any]:
    """What makes a difference the same one: states and amounts, not the moments."""
    return [None if side is None else [side.get(name) for name in _FACTS] for side in (here, there)]


async def _vanish(tx: Transaction, grant: Grant, organization_id: UUID, row: Any, event_id: UUID) -> None:
    subject = Subject("reconciliation_difference", row["id"], organization_id)
    await record_move(
        tx,
        grant,
        DIFFERENCE,
        subject,
        DifferenceState(row["state"]),
        DifferenceState.VANISHED,
        sequence=row["version"] + 1,
        event_id=event_id,
    )
    await tx.session.execute(
        text(
            "UPDATE reconciliation_difference SET state = 'vanished', version = version + 1, ended_at = :now"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"now": tx.now, "organization": organization_id, "id": row["id"]},
    )


async def _open(
    tx: Transaction, grant: Grant, organization_id: UUID, day: date, made: UUID, event_id: UUID, one: Difference
) -> None:
    difference_id = new_id()
    await tx.session.execute(
        insert(DayDifference).values(
            organization_id=organization_id,
            id=difference_id,
            reconciliation_id=made,
            day=day,
            party=one.key.party,
            line_kind=one.key.kind,
            number=one.key.number,
            kind=one.kind,
            fen=one.fen,
            here=_builtins(one.here),
            there=_builtins(one.there),
            listed_here=one.listed_here,
            listed_there=one.listed_there,
            state=DifferenceState.OPEN.value,
            version=1,
            found_at=tx.now,
            gap_fen=0,
        )
    )
    subject = Subject("reconciliation_difference", difference_id, organization_id)
    await record_move(tx, grant, DIFFERENCE, subject, None, DifferenceState.OPEN, sequence=1, event_id=event_id)


def _totals(
    day: date, zone: ZoneInfo, here: list[Here], there: list[There], comparison: Comparison, listed: list[Listing]
) -> list[PartyTotals]:
    """Each party's sums of the day."""
    totals: list[PartyTotals] = []
    differing: dict[str, set[str]] = {}
    for one in comparison.differences:
        differing.setdefault(one.key.party, set()).add(f"{one.key.kind} {one.key.number}")
    for listing in listed:
        party = listing.party
        mine = [one for one in here if one.key.party == party and _on(day, zone, one.at) and one.booked is not None]
        theirs = [one for one in there if one.key.party == party and _on(day, zone, one.at)]
        wrong = len(differing.get(party, ()))
        totals.append(
            PartyTotals(
                party=party,
                name=party_name(party),
                answered=listing.refused is None,
                whole=listing.whole,
                booked=sum(effect(one.key, one.booked or 0) for one in mine),
                corrected=sum(one.corrected for one in mine),
                listed=sum(effect(one.key, one.amount) for one in theirs),
                fees=sum(one.fee for one in theirs),
                movements_here=len(mine),
                movements_there=len(theirs),
                differences=wrong,
                reason=listing.refused or "",
            )
        )
    return totals


def _on(day: date, zone: ZoneInfo, moment: datetime) -> bool:
    return moment.astimezone(zone).date() == day
