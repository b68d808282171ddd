"""Reads of the stored chain for the explorer: written statements over blocks, transactions, tasks and seals."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from yitong.kernel.ids import UUID
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction
from yitong.ledger.blocks import Header, read_header
from yitong.ledger.contract.actions import Action, Anchor, Arrived, Dispense, Issue, Return, name_of, read, subject_of
from yitong.ledger.contract.records import Key, Organization, decode, key_key, organization_key
from yitong.ledger.explorer.opened import entries
from yitong.ledger.schemas import BlockRow, ChainTransaction
from yitong.ledger.sealing import LOG
from yitong.ledger.words import ACTION_WORDS, outcome_words

_TRANSACTIONS = (
    "SELECT t.height, t.position, t.raw, t.code, b.header FROM ledger_transaction t"
    " JOIN ledger_block b ON b.height = t.height WHERE t.code <> 'genesis'"
)
NOBODY = UUID(int=0)
ANCHOR = subject_of(Anchor(LOG, 0, 0, bytes(32)))
"""Under which anchored seals of the event log are found."""


class Signers(NamedTuple):
    """Whose keys signed: organizations by key name, kinds by organization."""

    organizations: Mapping[bytes, UUID]
    kinds: Mapping[UUID, str]


def moment(milliseconds: int) -> datetime:
    """A block's time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def block_row(header: Header) -> BlockRow:
    """A header as it is shown."""
    return BlockRow(
        height=header.height,
        at=moment(header.time),
        digest=header.digest().hex(),
        previous=header.previous.hex(),
        root=header.state.hex(),
        transactions=header.count,
    )


async def headers(tx: Transaction, before: int | None, limit: int) -> list[Header]:
    """Headers, the newest first; ``before`` continues below a height."""
    rows = await tx.session.execute(
        text(
            "SELECT header FROM ledger_block WHERE CAST(:before AS bigint) IS NULL OR height < :before"
            " ORDER BY height DESC LIMIT :limit"
        ),
        {"before": before, "limit": limit},
    )
    return [read_header(row.header) for row in rows]


async def transactions_of(tx: Transaction, platform: Platform, *, height: int) -> list[ChainTransaction]:
    """What a block holds."""
    rows = await tx.session.execute(
        text(f"{_TRANSACTIONS} AND t.height = :height ORDER BY t.position"), {"height": height}
    )
    return await _shown(tx, platform, list(rows))


async def transactions_about(tx: Transaction, platform: Platform, subject: bytes) -> list[ChainTransaction]:
    """Everything that happened to one thing on the chain, in the chain's order."""
    rows = await tx.session.execute(
        text(f"{_TRANSACTIONS} AND t.subject = :subject ORDER BY t.height, t.position"), {"subject": subject}
    )
    return await _shown(tx, platform, list(rows))


async def newest_transactions(tx: Transaction, platform: Platform, limit: int) -> list[ChainTransaction]:
    """The transactions of the newest blocks, the newest first, without the anchors that every second may bring."""
    rows = await tx.session.execute(
        text(f"{_TRANSACTIONS} AND t.subject <> :anchor ORDER BY t.height DESC, t.position DESC LIMIT :limit"),
        {"anchor": ANCHOR, "limit": limit},
    )
    return await _shown(tx, platform, list(rows))


async def _shown(tx: Transaction, platform: Platform, rows: Sequence[Any]) -> list[ChainTransaction]:
    arrived = [read(row.raw) for row in rows]
    signers = await _signers(platform, {one.transaction.key for one in arrived})
    names = await organization_names(tx, list(set(signers.organizations.values())))
    numbers = await _numbers(tx, {UUID(bytes=subject_of(one.transaction.action)) for one in arrived})
    return [_transaction(row, one, signers, names, numbers) for row, one in zip(rows, arrived, strict=True)]


def _transaction(
    row: Any,
    one: Arrived,
    signers: Signers,
    names: Mapping[UUID, tuple[str, str]],
    numbers: Mapping[UUID, str],
) -> ChainTransaction:
    action = one.transaction.action
    organization_id = signers.organizations.get(one.transaction.key, NOBODY)
    name, name_en = names.get(organization_id, ("", ""))
    subject = UUID(bytes=subject_of(action))
    return ChainTransaction(
        digest=one.digest.hex(),
        height=row.height,
        position=row.position,
        at=moment(read_header(row.header).time),
        action=name_of(action),
        action_text=ACTION_WORDS[name_of(action)],
        organization_id=organization_id,
        organization_name=name,
        organization_name_en=name_en,
        kind=signers.kinds.get(organization_id, ""),
        key=one.transaction.key.hex(),
        sequence=one.transaction.sequence,
        subject=subject,
        part=getattr(action, "part", None),
        quantities=_quantities(action),
        number=numbers.get(subject),
        code=row.code,
        code_text=outcome_words(row.code),
    )


def _quantities(action: Action) -> list[int]:
    match action:
        case Dispense(quantities=given) | Return(quantities=given):
            return given
        case Issue(parts=parts):
            return parts[0].quantities
        case _:
            return []


async def _signers(platform: Platform, keys: set[bytes]) -> Signers:
    found = await entries(platform, lambda _: [key_key(one) for one in sorted(keys)]) if keys else {}
    owners = {key[1:]: decode(Key, value).organization for key, value in found.items() if value is not None}
    wanted = sorted(set(owners.values()))
    members = await entries(platform, lambda _: [organization_key(one) for one in wanted]) if wanted else {}
    kinds = {UUID(bytes=key[1:]): decode(Organization, value).kind.value for key, value in members.items() if value}
    return Signers({key: UUID(bytes=one) for key, one in owners.items()}, kinds)


async def organization_names(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Names of organizations in both languages; unknown ones are left out."""
    rows = await tx.session.execute(
        text("SELECT id, name, name_en FROM organization WHERE id = ANY(:ids)"), {"ids": list(ids)}
    )
    return {row.id: (row.name, row.name_en) for row in rows}


async def _numbers(tx: Transaction, subjects: set[UUID]) -> dict[UUID, str]:
    """What people call the things that these names on the chain stand for."""
    rows = await tx.session.execute(
        text("SELECT DISTINCT subject, number FROM ledger_task WHERE subject = ANY(:subjects)"),
        {"subjects": list(subjects)},
    )
    return {row.subject: row.number for row in rows}


class Named(NamedTuple):
    """A prescription as the platform knows it, with its names on the chain in their order."""

    about: UUID
    number: str
    subjects: list[UUID]


async def named(tx: Transaction, asked: str) -> Named | None:
    """The prescription that somebody means by its number, its id, or one of its names on the chain."""
    try:
        wanted: UUID | None = UUID(asked)
    except ValueError:
        wanted = None
    rows = list(
        await tx.session.execute(
            text(
                "SELECT about, number, subject, min(id::text) AS first FROM ledger_task WHERE about = (SELECT about"
                " FROM ledger_task WHERE number = :number OR about = :id OR subject = :id LIMIT 1)"
                " GROUP BY about, number, subject ORDER BY first"
            ),
            {"number": asked, "id": wanted},
        )
    )
    return Named(rows[0].about, rows[0].number, [row.subject for row in rows]) if rows else None


async def waiting_steps(tx: Transaction, about: UUID) -> list[Any]:
    """What is still to be put on the chain for a prescription."""
    rows = await tx.session.execute(
        text(
            "SELECT t.name, t.made_at, t.attempts, t.code, o.name AS organization_name FROM ledger_task t"
            " JOIN organization o ON o.id = t.organization_id"
            " WHERE t.about = :about AND t.state = 'waiting' ORDER BY t.id"
        ),
        {"about": about},
    )
    return list(rows)


async def counts(tx: Transaction) -> Any:
    """How many transactions there are about, how many tasks wait, and since when somebody writes."""
    found = await tx.session.execute(
        text(
            "SELECT (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'ledger_transaction'::regclass)"
            " AS estimated, (SELECT count(*) FROM ledger_task WHERE state = 'waiting') AS waiting,"
            " (SELECT since FROM ledger_writer WHERE until >= clock_timestamp()) AS since"
        )
    )
    return found.one()


async def seals(tx: Transaction, before: int | None, limit: int) -> list[Any]:
    """Seals of the event log, the newest first."""
    rows = await tx.session.execute(
        text(
            "SELECT number, at, count, root FROM event_seal WHERE CAST(:before AS bigint) IS NULL OR number < :before"
            " ORDER BY number DESC LIMIT :limit"
        ),
        {"before": before, "limit": limit},
    )
    return list(rows)
