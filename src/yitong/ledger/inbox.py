"""Transactions handed in through the database: what a process that writes no blocks gives to the one that does."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from yitong.ledger.stored import Connection


class HandedIn(NamedTuple):
    """A row of the inbox that waits for the writer."""

    digest: bytes
    raw: bytes


async def hand_in(connection: Connection, digest: bytes, raw: bytes) -> None:
    """Put a transaction before the writer; a second time is harmless, and one that was refused is tried again."""
    await connection.execute(
        "INSERT INTO ledger_inbox (digest, raw, at) VALUES ($1, $2, now())"
        " ON CONFLICT (digest) DO UPDATE SET code = NULL WHERE ledger_inbox.code IS NOT NULL",
        digest,
        raw,
    )


async def waiting(connection: Connection, most: int) -> list[HandedIn]:
    """What waits for the writer, in the order in which it came."""
    rows = await connection.fetch(
        "SELECT digest, raw FROM ledger_inbox WHERE code IS NULL ORDER BY number LIMIT $1", most
    )
    return [HandedIn(row["digest"], row["raw"]) for row in rows]


async def answer(connection: Connection, written: Sequence[bytes], refused: Mapping[bytes, str]) -> None:
    """Take out what is in a block, and write down why the rest never will be."""
    if written:
        await connection.execute("DELETE FROM ledger_inbox WHERE digest = ANY($1::bytea[])", list(written))
    if refused:
        await connection.execute(
            "UPDATE ledger_inbox i SET code = g.code FROM unnest($1::bytea[], $2::text[]) AS g(digest, code)"
            " WHERE i.digest = g.digest",
            list(refused),
            list(refused.values()),
        )


async def states(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, str | None]:
    """Those of these that are still in the inbox: None while they wait, else why they were refused."""
    rows = await connection.fetch(
        "SELECT digest, code FROM ledger_inbox WHERE digest = ANY($1::bytea[])", list(digests)
    )
    return {row["digest"]: row["code"] for row in rows}


async def forget(connection: Connection, digests: Sequence[bytes]) -> None:
    """Take refused ones out, once whoever handed them in knows; and those that nobody asked about for an hour."""
    await connection.execute(
        "DELETE FROM ledger_inbox WHERE code IS NOT NULL"
        " AND (digest = ANY($1::bytea[]) OR at < now() - interval '1 hour')",
        list(digests),
    )
