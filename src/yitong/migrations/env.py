"""Alembic's entry: runs on the connection that the migrate command opened, or on the address it was given."""

from typing import Any, cast

from alembic import context
from alembic.operations.ops import CreateTableOp, MigrationScript
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.dialects.postgresql.base import ischema_names

from yitong.app import ROUTES
from yitong.kernel.events import Xid8
from yitong.kernel.tables import Base

assert ROUTES is not None  # noqa: S101  # importing the application makes every package's tables known

cast("dict[str, Any]", ischema_names)["xid8"] = Xid8  # SQLAlchemy does not know the type when it reads a table


def _without_placements(_: object, __: object, directives: list[MigrationScript]) -> None:
    """A table's placement belongs to the code of today, not into the history of the database."""
    for script in directives:
        for operation in script.upgrade_ops.ops if script.upgrade_ops else ():
            if isinstance(operation, CreateTableOp):
                operation.info.clear()


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        process_revision_directives=_without_placements,
        include_name=lambda name, kind, _: kind != "schema" or name in (None, "public"),
    )
    with context.begin_transaction():
        context.run_migrations()


_given = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    _url = str(context.config.attributes["url"]).replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(_url, poolclass=pool.NullPool).connect() as _connection:
        _run(_connection)
