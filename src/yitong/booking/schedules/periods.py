"""Nobody and nothing is in two places at once: the exclusion constraints of weekly rules and of sessions."""

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

_SECONDS = "extract(epoch FROM {})::integer"
# What makes two rows overlap in time, and which rows count at all.
PERIODS = {
    "schedule": (("tstzrange(start_at, end_at)",), "stopped_at IS NULL"),
    "schedule_template": (
        (
            f"int4range({_SECONDS.format('start_time')}, {_SECONDS.format('end_time')})",
            "daterange(valid_from, valid_to, '[]')",
        ),
        "active",
    ),
}


def once_at_a_time(table: str, resource: str) -> ExcludeConstraint:
    """The constraint that no two rows of ``table`` want the same ``resource`` (a column) at overlapping times.

    Rows without that resource never conflict. The resource leads the index, because it parts the rows best.
    """
    ranges, counts = PERIODS[table]
    same = [resource, "organization_id"] + (["weekday"] if table == "schedule_template" else [])
    return ExcludeConstraint(
        *((name, "=") for name in same),
        *((text(one), "&&") for one in ranges),
        where=text(counts),
        using="gist",
        name=f"ex_{table}_{resource}",
    )


def constraint_sql(table: str, resource: str) -> str:
    """The same constraint as a statement for the migration that adds it."""
    ranges, counts = PERIODS[table]
    same = [resource, "organization_id"] + (["weekday"] if table == "schedule_template" else [])
    parts = [f"{name} WITH =" for name in same] + [f"{one} WITH &&" for one in ranges]
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT ex_{table}_{resource}"
        f" EXCLUDE USING gist ({', '.join(parts)}) WHERE ({counts})"
    )
