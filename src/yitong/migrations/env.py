"""Alembic's entry: runs on the connection that the migrate command opened, or on the address it was given."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from yitong.app import ROUTES
from yitong.kernel.tables import Base

assert ROUTES is not None  # noqa: S101  # importing the application makes every package's tables known


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
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
