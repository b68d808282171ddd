"""What the database really holds: tables as the models say, families fit for many machines, rights and row scopes."""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from yitong import app
from yitong.kernel.database import engine_url
from yitong.kernel.ids import new_id
from yitong.kernel.permissions import NOBODY, SYSTEM_ACTOR, Actor, ActorKind, Role, RoleAt
from yitong.kernel.platform import Platform
from yitong.kernel.tables import Base, Placement, manifest

assert app.ROUTES, "importing the application makes every table known"
MANIFEST = manifest()
BOOKKEEPING = {"alembic_version"}
PRIVATE = {name: place for name, place in MANIFEST.items() if place.private}
APPEND_ONLY = [name for name, place in MANIFEST.items() if place.append_only]
SPREAD = {name: place for name, place in MANIFEST.items() if place.family in ("hospital", "patient")}


@pytest.fixture
async def owner(platform: Platform) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection with the owner's rights, whom no row scope binds."""
    connection = await platform.database.connect_as_owner()
    yield connection
    await connection.close()


async def test_every_table_of_the_database_has_a_placement(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    found = await owner.fetch("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public'")
    assert {row["tablename"] for row in found} - BOOKKEEPING == set(MANIFEST)
    assert {place.family for place in MANIFEST.values()} <= {"hospital", "patient", "reference", "local"}


# Every constraint and every unique index with the columns it covers; an exclusion constraint is an index as well.
_KEYS = """
SELECT c.relname AS "table", k.conname AS name, k.contype::text AS kind, f.relname AS target,
       ARRAY(SELECT a.attname FROM unnest(k.conkey) u JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u)
         ::text[] AS columns
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid
 WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('p','u','f','x')
UNION ALL
SELECT c.relname, i.relname, 'i', NULL,
       ARRAY(SELECT a.attname FROM unnest(x.indkey[0:x.indnkeyatts - 1]) u
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u)::text[]
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
 WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique"""


async def test_keys_of_spread_tables_carry_the_family_key(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    rows = [row for row in await owner.fetch(_KEYS) if row["table"] in SPREAD]
    assert {row["table"] for row in rows if row["kind"] == "p"} == set(SPREAD)
    wrong = [
        f"{row['table']}.{row['name']}"
        for row in rows
        if SPREAD[row["table"]].key not in row["columns"]
        and not (row["kind"] == "f" and MANIFEST[row["target"]].family == "reference")
    ]
    assert wrong == []


async def test_spread_tables_refer_only_to_their_own_family_or_to_reference_tables(
    owner: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    wrong = [
        f"{row['table']}.{row['name']} -> {row['target']}"
        for row in await owner.fetch(_KEYS)
        if row["kind"] == "f"
        and MANIFEST[row["table"]].family not in ("local", MANIFEST[row["target"]].family)
        and MANIFEST[row["target"]].family != "reference"
    ]
    assert wrong == []


async def test_there_are_no_triggers_of_ours(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    found = await owner.fetch(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
    )
    assert [row["tgname"] for row in found] == []


async def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    engine = create_async_engine(engine_url(database_url))

    def differences(connection: Connection) -> list[Any]:
        from sqlalchemy.dialects.postgresql.base import ischema_names

        from yitong.kernel.events import Xid8

        ischema_names["xid8"] = Xid8  # type: ignore[index]
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return [d for d in compare_metadata(context, Base.metadata) if "alembic_version" not in str(d)]

    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_append_only_tables_are_never_rewritten(platform: Platform, table: str, verb: str) -> None:
    column = next(iter(Base.metadata.tables[table].columns)).name
    with pytest.raises(DBAPIError, match="permission denied"):
        async with platform.transaction() as tx:
            await tx.session.execute(text(verb.format(table, column, column)))


async def test_the_service_owns_no_table_and_makes_none(platform: Platform) -> None:
    async with platform.transaction() as tx:
        owned = await tx.session.execute(text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user"))
        assert owned.scalar_one() == 0
    with pytest.raises(DBAPIError, match="permission denied"):
        async with platform.transaction() as tx:
            await tx.session.execute(text("CREATE TABLE mine (id int)"))


async def _plant(owner: "asyncpg.Connection[asyncpg.Record]", table: str, place: Placement) -> tuple[Any, Any]:
    """One row with arbitrary content, past all constraints; its family key and its patient."""
    key, patient = new_id(), new_id()
    columns = await owner.fetch(
        "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a"
        " WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull"
        " AND a.attgenerated = '' AND a.attidentity = ''",
        table,
    )
    samples = {
        "uuid": f"'{new_id()}'", "text": "'x'", "integer": "1", "bigint": "1", "boolean": "true", "jsonb": "'{}'",
        "bytea": "'\\x00'", "date": "'2026-01-01'", "timestamp with time zone": "now()", "double precision": "1",
        "time without time zone": "'08:00'", "xid8": "'1'", "smallint": "1",
        "text[]": "'{}'", "bigint[]": "'{}'",
    }  # fmt: skip
    values = {row["name"]: samples[row["type"]] for row in columns}
    values[place.key or ""] = f"'{key}'"
    if place.patient_column and place.patient_column != place.key:
        values[place.patient_column] = f"'{patient}'"
    checks = await owner.fetch(
        "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('c','f')", table
    )
    for check in checks:
        await owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check['conname']}")
    await owner.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})")
    return key, patient


async def _seen(platform: Platform, actor: Actor, table: str) -> int:
    async with platform.transaction(actor) as tx:
        return (await tx.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()


def _staff(organization: Any) -> Actor:
    return Actor(
        ActorKind.STAFF, new_id(), (RoleAt(Role.DOCTOR, organization), RoleAt(Role.HOSPITAL_ADMIN, organization))
    )


def _citizen(patient: Any) -> Actor:
    return Actor(ActorKind.CITIZEN, new_id(), (RoleAt(Role.PATIENT),), (patient,))


@pytest.mark.parametrize("table", PRIVATE)
async def test_a_private_row_is_seen_by_its_own_only(
    platform: Platform, owner: "asyncpg.Connection[asyncpg.Record]", table: str
) -> None:
    place = PRIVATE[table]
    key, patient = await _plant(owner, table, place)
    assert await _seen(platform, SYSTEM_ACTOR, table) == 1, "the row is there"
    for stranger in (NOBODY, _staff(new_id()), _citizen(new_id()), Actor(ActorKind.STAFF, new_id())):
        assert await _seen(platform, stranger, table) == 0
    if place.family == "hospital":
        assert await _seen(platform, _staff(key), table) == 1
        assert await _seen(platform, _citizen(patient), table) == (1 if place.patient_column else 0)
        assert await _seen(platform, _citizen(key), table) == 0, "an organization's id is no patient's"
    else:
        assert await _seen(platform, _citizen(key), table) == 1
        assert await _seen(platform, _staff(key), table) == 0


@pytest.mark.parametrize("table", PRIVATE)
async def test_a_query_that_forgot_its_scope_sees_nothing(
    platform: Platform, owner: "asyncpg.Connection[asyncpg.Record]", table: str
) -> None:
    await _plant(owner, table, PRIVATE[table])
    async with (await platform.database.raw()).acquire() as bare:
        assert await bare.fetchval(f"SELECT count(*) FROM {table}") == 0
        if not PRIVATE[table].append_only:
            assert await bare.execute(f"DELETE FROM {table}") == "DELETE 0"
    assert await _seen(platform, SYSTEM_ACTOR, table) == 1


async def test_a_scope_ends_with_its_transaction(platform: Platform) -> None:
    async with platform.transaction(SYSTEM_ACTOR) as tx:
        await tx.open_patient_index()
    for _ in range(3):
        async with platform.transaction(NOBODY) as tx:
            said = await tx.session.execute(
                text("SELECT current_setting('yitong.region', true), current_setting('yitong.patient_index', true)")
            )
            assert tuple(said.one()) == ("off", "off")
