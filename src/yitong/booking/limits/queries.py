"""What the risk board reads: counts by rule and outcome, hours, accounts that draw attention, hand-overs, signals."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from yitong.booking.limits.actions import SEE_RISK
from yitong.booking.limits.rules import DECLARED
from yitong.booking.limits.schemas import HandoverItem, RiskBoard, RiskHour, RuleCount, SignalItem, TopSubject
from yitong.directory.service import region_of
from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

_TOP = 20
_PAGE = 50


class Span(NamedTuple):
    """From when until when."""

    first: datetime
    last: datetime


def shortened(id: UUID) -> str:
    """The end of an id: enough to recognise an account on the board, too little to look it up."""
    return f"…{id.hex[-6:]}"


def words_of(rule: str) -> Bilingual:
    """A rule's words; its code when it is no longer declared."""
    declared = DECLARED.get(rule)
    return declared.words if declared is not None else Bilingual(rule, rule)


async def board(tx: Transaction, organization_id: UUID | None, span: Span) -> RiskBoard:
    """The board of a hospital, or of the whole region without one. Raises the problems of the permission check."""
    values = await _scope(tx, organization_id, span)
    return RiskBoard(
        span.first,
        span.last,
        await _counts(tx, values),
        await _hours(tx, values),
        await _subjects(tx, values),
        await _handovers(tx, values),
    )


async def signals(tx: Transaction, organization_id: UUID | None, span: Span, cursor: str | None) -> Page[SignalItem]:
    """Signals of a span, the newest first."""
    values = await _scope(tx, organization_id, span)
    after = keys_of(cursor, tuple[datetime, UUID])
    found = await tx.session.execute(
        text(
            "SELECT id, at, organization_id, kind, weight, account_id, appointment_id, detail FROM risk_signal"
            " WHERE (CAST(:organization AS uuid) IS NULL OR organization_id = :organization)"
            " AND at >= :first AND at < :last"
            " AND (CAST(:after_at AS timestamptz) IS NULL OR (at, id) < (:after_at, CAST(:after_id AS uuid)))"
            " ORDER BY at DESC, id DESC LIMIT :limit"
        ),
        {
            **values,
            "after_at": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": _PAGE + 1,
        },
    )
    rows = found.all()
    items = [
        SignalItem(
            row.id,
            row.at,
            row.organization_id,
            row.kind,
            words_of(row.kind),
            row.weight,
            shortened(row.account_id),
            row.appointment_id,
            row.detail,
        )
        for row in rows[:_PAGE]
    ]
    return Page(items, cursor_of(items[-1].at, items[-1].id) if len(rows) > _PAGE else None)


async def _scope(tx: Transaction, organization_id: UUID | None, span: Span) -> dict[str, Any]:
    commission = (await region_of(tx)).commission_id
    own = organization_id if organization_id != commission else None
    SEE_RISK.check(tx.actor, organization_id=own)
    return {"organization": own, "first": span.first, "last": span.last}


_WHERE = "(CAST(:organization AS uuid) IS NULL OR organization_id = :organization)"


async def _counts(tx: Transaction, values: dict[str, Any]) -> list[RuleCount]:
    found = await tx.session.execute(
        text(
            "SELECT rule, outcome, CAST(sum(count) AS bigint) AS total FROM risk_outcome"  # noqa: S608
            f" WHERE {_WHERE} AND hour >= date_trunc('hour', CAST(:first AS timestamptz)) AND hour < :last"
            " GROUP BY rule, outcome ORDER BY total DESC, rule, outcome"
        ),
        values,
    )
    return [RuleCount(row.rule, words_of(row.rule), row.outcome, row.total) for row in found]


async def _hours(tx: Transaction, values: dict[str, Any]) -> list[RiskHour]:
    found = await tx.session.execute(
        text(
            "SELECT hour, coalesce(sum(count) FILTER (WHERE outcome = 'refused'), 0) AS refused,"  # noqa: S608
            " coalesce(sum(count) FILTER (WHERE outcome IN ('challenged','code_asked')), 0) AS challenged,"
            " coalesce(sum(count) FILTER (WHERE outcome = 'passed'), 0) AS passed,"
            " coalesce(sum(count) FILTER (WHERE outcome = 'warned'), 0) AS warned FROM risk_outcome"
            f" WHERE {_WHERE} AND hour >= date_trunc('hour', CAST(:first AS timestamptz)) AND hour < :last"
            " GROUP BY hour ORDER BY hour"
        ),
        values,
    )
    return [RiskHour(r.hour, int(r.refused), int(r.challenged), int(r.passed), int(r.warned)) for r in found]


async def _subjects(tx: Transaction, values: dict[str, Any]) -> list[TopSubject]:
    found = await tx.session.execute(
        text(
            "SELECT s.account_id, count(*) AS signals, sum(s.weight) AS weights,"  # noqa: S608
            " array_agg(DISTINCT s.kind) AS kinds, coalesce(max(r.score), 0) AS score,"
            " coalesce(max(r.level), 'ok') AS level"
            " FROM risk_signal AS s LEFT JOIN risk_score AS r ON r.account_id = s.account_id"
            f" WHERE {_WHERE.replace('organization_id', 's.organization_id')} AND s.at >= :first AND s.at < :last"
            f" GROUP BY s.account_id ORDER BY score DESC, weights DESC, s.account_id LIMIT {_TOP}"
        ),
        values,
    )
    return [
        TopSubject(shortened(row.account_id), row.score, row.level, row.signals, [words_of(k) for k in row.kinds])
        for row in found
    ]


async def _handovers(tx: Transaction, values: dict[str, Any]) -> list[HandoverItem]:
    found = await tx.session.execute(
        text(
            "SELECT at, organization_id, schedule_id, from_account, to_account, via, refused"  # noqa: S608
            f" FROM risk_handover WHERE {_WHERE} AND via <> 'none' AND at >= :first AND at < :last"
            " ORDER BY at DESC LIMIT 100"
        ),
        values,
    )
    return [
        HandoverItem(
            row.at,
            row.organization_id,
            row.schedule_id,
            shortened(row.from_account),
            shortened(row.to_account),
            row.via,
            row.refused,
        )
        for row in found
    ]
