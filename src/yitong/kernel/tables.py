"""The one metadata of all tables, and each table's family for a database that is spread over many machines.

Families (Citus): ``hospital`` rows live with their organization, ``patient`` rows with their patient, ``reference``
tables are copied everywhere, ``local`` tables stay on one machine. Primary keys, unique, foreign and exclusion
constraints of the first two must carry the family key; a test reads pg_catalog and checks that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from yitong.kernel.ids import UUID

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table; text is Text, times are timestamptz, ids are uuid, dicts are jsonb."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a table's rows live and who may touch them.

    ``key`` is the family key's column. ``private`` puts row-level security on the table, by ``key`` and, where
    ``patient_column`` is named, also open to that patient. ``append_only`` withholds UPDATE and DELETE.
    """

    family: str
    key: str | None
    private: bool = False
    patient_column: str | None = None
    append_only: bool = False


def hospital(
    *, key: str = "organization_id", private: bool = False, patient: str | None = None, append_only: bool = False
) -> dict[str, Any]:
    """Table arguments of a table whose rows live with an organization."""
    return {"info": {"placement": Placement("hospital", key, private, patient, append_only)}}


def of_patient(*, key: str = "patient_id", private: bool = True, append_only: bool = False) -> dict[str, Any]:
    """Table arguments of a table whose rows live with a patient."""
    return {"info": {"placement": Placement("patient", key, private, key, append_only)}}


def reference(*, append_only: bool = False) -> dict[str, Any]:
    """Table arguments of a small table that every machine holds a copy of."""
    return {"info": {"placement": Placement("reference", None, append_only=append_only)}}


def local(*, append_only: bool = False) -> dict[str, Any]:
    """Table arguments of a table that stays on the coordinating machine."""
    return {"info": {"placement": Placement("local", None, append_only=append_only)}}


def manifest() -> dict[str, Placement]:
    """Each table's placement. Raises KeyError for a table that forgot to say."""
    return {name: table.info["placement"] for name, table in Base.metadata.tables.items()}
