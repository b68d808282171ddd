"""Reading reconciliations: the days of a hospital, one day with its differences, one difference."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text

from yitong.billing.reconciliation.actions import PROPOSE, READ, SIGN
from yitong.billing.reconciliation.comparing import KINDS, Difference
from yitong.billing.reconciliation.corrections import (
    CORRECTIONS,
    LINE_KINDS,
    Correction,
    corrections,
    explain,
    party_name,
    postings,
)
from yitong.billing.reconciliation.schemas import (
    Answer,
    Choice,
    CorrectionLine,
    DayReconciliation,
    HereView,
    MoneyDifference,
    PartyTotals,
    ReconciledDay,
    ThereView,
    Verdict,
)
from yitong.billing.reconciliation.sides import CASH, INSURER, Here, Key, There
from yitong.billing.reconciliation.states import DifferenceState
from yitong.kernel.ids import UUID
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction

_DAYS = text("""
SELECT DISTINCT ON (r.day) r.day, r.made_at, r.complete, r.compared, r.agreed, r.parties, s.*
FROM reconciliation AS r
LEFT JOIN LATERAL (
    SELECT count(*)::integer AS differences, count(*) FILTER (WHERE d.state = 'open')::integer AS open,
        count(*) FILTER (WHERE d.state = 'proposed')::integer AS proposed,
        coalesce(sum(d.fen) FILTER (WHERE d.state IN ('open','proposed')), 0)::bigint AS fen_open,
        array_agg(d.kind) AS kinds
    FROM reconciliation_difference AS d
    WHERE d.organization_id = r.organization_id AND d.day = r.day AND d.state <> 'vanished'
) AS s ON true
WHERE r.organization_id = :organization AND r.day BETWEEN :first AND :last
ORDER BY r.day DESC, r.made_at DESC, r.id DESC
""")
_DAY = text("""
SELECT o.name, o.name_en, o.zone, r.id, r.made_at, r.complete, r.compared, r.agreed, r.parties
FROM organization AS o
LEFT JOIN reconciliation AS r ON r.organization_id = o.id AND r.day = :day
WHERE o.id = :organization ORDER BY r.made_at DESC NULLS LAST, r.id DESC LIMIT 1
""")
_DIFFERENCE = """
SELECT d.*, p.name AS proposed_by_name, s.name AS signed_by_name
FROM reconciliation_difference AS d
LEFT JOIN staff_account AS p ON p.id = d.proposed_by
LEFT JOIN staff_account AS s ON s.id = d.signed_by
WHERE d.organization_id = :organization"""
_OF_DAY = text(
    _DIFFERENCE + " AND d.day = :day AND d.state <> 'vanished'"
    " ORDER BY array_position(ARRAY['open','proposed','signed'], d.state), d.fen DESC, d.id"
)


async def days(tx: Transaction, organization_id: UUID, first: date, last: date) -> list[ReconciledDay]:
    """The latest comparison of each day between two, the latest day first. Raises the check's problems."""
    READ.check(tx.actor, organization_id=organization_id)
    rows = await tx.session.execute(_DAYS, {"organization": organization_id, "first": first, "last": last})
    return [
        ReconciledDay(
            day=row["day"],
            made_at=row["made_at"],
            complete=row["complete"],
            compared=row["compared"],
            agreed=row["agreed"],
            differences=row["differences"],
            open=row["open"],
            proposed=row["proposed"],
            fen_open=row["fen_open"],
            by_kind=_counted(row["kinds"] or []),
            parties=msgspec.convert(row["parties"], list[PartyTotals]),
        )
        for row in rows.mappings()
    ]


def _counted(kinds: list[str]) -> dict[str, int]:
    return {kind: kinds.count(kind) for kind in KINDS}


async def day_report(tx: Transaction, organization_id: UUID, day: date) -> DayReconciliation:
    """A day's report. Raises Problem ``not-found`` (no such organization) and those of the permission check."""
    READ.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(_DAY, {"organization": organization_id, "day": day})
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    rows = await tx.session.execute(_OF_DAY, {"organization": organization_id, "day": day})
    zone = ZoneInfo(row["zone"])
    differences = [difference_view(tx, one, zone) for one in rows.mappings()]
    parties = msgspec.convert(row["parties"] or [], list[PartyTotals])
    return DayReconciliation(
        organization_id=organization_id,
        organization_name=row["name"],
        organization_name_en=row["name_en"],
        day=day,
        id=row["id"],
        made_at=row["made_at"].astimezone(zone) if row["made_at"] else None,
        complete=bool(row["complete"]),
        compared=row["compared"] or 0,
        agreed=row["agreed"] or 0,
        parties=parties,
        differences=differences,
        verdict=_verdict(parties, differences) if row["id"] is not None else "not_compared",
    )


def _verdict(parties: list[PartyTotals], differences: list[MoneyDifference]) -> Verdict:
    if any(one.state in (DifferenceState.OPEN, DifferenceState.PROPOSED) for one in differences):
        return "open"
    if not all(one.answered for one in parties):
        return "incomplete"  # silence is no agreement
    return "closed" if differences else "agrees"


async def difference(tx: Transaction, organization_id: UUID, difference_id: UUID) -> MoneyDifference:
    """One difference. Raises Problem ``not-found`` and those of the permission check."""
    READ.check(tx.actor, organization_id=organization_id)
    found = await tx.session.execute(
        text(_DIFFERENCE + " AND d.id = :id"), {"organization": organization_id, "id": difference_id}
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NOT_FOUND()
    zones = await tx.session.execute(text("SELECT zone FROM organization WHERE id = :id"), {"id": organization_id})
    return difference_view(tx, row, ZoneInfo(zones.scalar_one()))


def difference_of(row: Any) -> Difference:
    """A kept difference as the comparison found it."""
    return Difference(
        kind=row["kind"],
        key=Key(row["party"], row["line_kind"], row["number"]),
        here=msgspec.convert(row["here"], Here | None),
        there=msgspec.convert(row["there"], There | None),
        listed_here=row["listed_here"],
        listed_there=row["listed_there"],
    )


def askable(one: Difference) -> bool:
    """Whether the other side can be asked what became of this very movement."""
    if one.key.party == INSURER:
        return one.here is not None and one.here.order_id is not None
    return one.key.party != CASH and one.kind in ("state", "missing_there", "amount")


def difference_view(tx: Transaction, row: Any, zone: ZoneInfo) -> MoneyDifference:
    """A kept difference with its words, and what the actor can do about it."""
    one = difference_of(row)
    state = DifferenceState(row["state"])
    organization_id: UUID = row["organization_id"]
    proposing = state is DifferenceState.OPEN and PROPOSE.permits(tx.actor, organization_id=organization_id)
    signing = state is DifferenceState.PROPOSED and SIGN.permits(tx.actor, organization_id=organization_id)
    correction = row["correction"]

    def local(moment: Any) -> Any:
        return moment.astimezone(zone) if moment is not None else None

    return MoneyDifference(
        id=row["id"],
        day=row["day"],
        party=one.key.party,
        party_name=party_name(one.key.party),
        line_kind=one.key.kind,
        line_name=LINE_KINDS[one.key.kind],
        number=one.key.number,
        kind=one.kind,
        explanation=explain(one),
        fen=row["fen"],
        here=_here(one.here, zone),
        there=_there(one.there, zone),
        listed_here=one.listed_here,
        listed_there=one.listed_there,
        state=state,
        found_at=local(row["found_at"]),
        asked_at=local(row["asked_at"]),
        answer=msgspec.convert(row["answer"], Answer | None),
        can_ask=proposing and askable(one),
        choices=[Choice(name, CORRECTIONS[name], _lines(one, name)) for name in corrections(one)] if proposing else [],
        correction=correction,
        correction_name=CORRECTIONS[correction] if correction else None,
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        proposed_by_name=row["proposed_by_name"],
        proposed_at=local(row["proposed_at"]),
        signed_by=row["signed_by"],
        signed_by_name=row["signed_by_name"],
        note=row["note"],
        ended_at=local(row["ended_at"]),
        postings=_lines(one, correction) if correction else [],
        entry_id=row["entry_id"],
        can_sign=signing and row["proposed_by"] != tx.actor.id,
    )


def _lines(one: Difference, correction: Correction) -> list[CorrectionLine]:
    return [CorrectionLine(account, fen) for account, fen in postings(one, correction)]


def _here(side: Here | None, zone: ZoneInfo) -> HereView | None:
    if side is None:
        return None
    return HereView(
        state=side.state,
        at=side.at.astimezone(zone),
        amount=side.amount,
        booked=side.booked,
        fund=side.fund,
        medfee=side.medfee,
        order_id=side.order_id,
        bill_id=side.bill_id,
        patient_id=side.patient_id,
    )


def _there(side: There | None, zone: ZoneInfo) -> ThereView | None:
    if side is None:
        return None
    return ThereView(
        at=side.at.astimezone(zone),
        amount=side.amount,
        channel_no=side.channel_no,
        fund=side.fund,
        medfee=side.medfee,
        fee=side.fee,
    )
