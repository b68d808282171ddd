"""Bring a database up to this version: migrations, then everything that is derived from code.

Derived from code are the rights of the service's roles, row-level security by each table's placement, and the legal
moves of all state machines; all three are brought up to date after every migration, so nobody has to remember them.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from yitong.kernel.database import DatabaseRole, engine_url
from yitong.kernel.states import publish_legal_moves
from yitong.kernel.tables import Placement, manifest

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
_LOCK = 0x79_69_74_6F_6E_67  # "yitong": one migration at a time
APP = DatabaseRole.APP.value


def alembic_config(url: str = "") -> Config:
    """Alembic's configuration without a file; ``url`` is a ``postgresql://`` address."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["configure_logger"] = False
    return config


async def migrate(url: str, revision: str = "head") -> None:
    """Migrate the database at ``url`` as its owner and bring rights, row security and legal moves up to date."""
    engine = create_async_engine(engine_url(url))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.run_sync(_upgrade, url, revision)
            if revision == "head":
                await _derive(connection)
    finally:
        await engine.dispose()


def _upgrade(connection: Any, url: str, revision: str) -> None:
    config = alembic_config(url)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def _derive(connection: AsyncConnection) -> None:
    await connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APP}"))
    for table, placement in manifest().items():
        for statement in rights(table, placement) + row_security(table, placement):
            await connection.execute(text(statement))
    await publish_legal_moves(connection)


def rights(table: str, placement: Placement) -> list[str]:
    """The statements that give the service its rights on one table; append-only tables lose UPDATE and DELETE."""
    verbs = "SELECT, INSERT" if placement.append_only else "SELECT, INSERT, UPDATE, DELETE"
    return [f"REVOKE ALL ON {table} FROM {APP}", f"GRANT {verbs} ON {table} TO {APP}"]


# The cast outside makes the sub-select an array value; without it ANY would compare with the sub-select's rows.
_ORGANIZATIONS = "(SELECT string_to_array(current_setting('yitong.organizations', true), ','))::uuid[]"
_PATIENTS = "(SELECT string_to_array(current_setting('yitong.patients', true), ','))::uuid[]"
_REGION = "(SELECT current_setting('yitong.region', true) = 'on')"
_INDEX = "(SELECT current_setting('yitong.patient_index', true) = 'on')"


def row_security(table: str, placement: Placement) -> list[str]:
    """The statements that let each actor see only its rows: the second wall behind the permission check.

    The settings are read in sub-selects, so that PostgreSQL reads them once a statement and not once a row.
    """
    if not placement.private:
        return [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
    open_to = [_REGION]
    if placement.family == "patient":
        open_to += [_INDEX, f"{placement.key} = ANY ({_PATIENTS})"]
    else:
        open_to += [f"{placement.key} = ANY ({_ORGANIZATIONS})"]
        if placement.patient_column:
            open_to += [f"{placement.patient_column} = ANY ({_PATIENTS})"]
    # Writing is checked by the service's grant; the policy guards what can be read, changed and deleted.
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS scope ON {table}",
        f"CREATE POLICY scope ON {table} TO {APP} USING ({' OR '.join(open_to)}) WITH CHECK (true)",
    ]
