"""存储 — the shared ground of all records: column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

# SQLite only auto-numbers a column that is spelled INTEGER.
BIG = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Key = Annotated[int, mapped_column(BIG, primary_key=True)]
ContactKey = Annotated[int, mapped_column(BIG, ForeignKey("contacts.id"), index=True)]
EnterpriseKey = Annotated[int, mapped_column(BIG, ForeignKey("enterprises.id"), index=True)]
Word = Annotated[str, mapped_column(String(64))]
Line = Annotated[str, mapped_column(String(255))]
Prose = Annotated[str, mapped_column(Text)]
Facts = Annotated[dict[str, Any], mapped_column(JSON)]

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Record(DeclarativeBase):
    """One table row. Records hold what is so; what may happen is decided in `domain`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant, int: BIG, str: String(255)}  # noqa: RUF012


def partial_index(name: str, *columns: str, where: Any, unique: bool = False) -> Index:
    """An index that holds the rows of that condition only, on both databases.

    What SQLAlchemy is told of PostgreSQL makes it load that dialect, three megabytes that a bureau on SQLite never
    needs: it is told by `as_on_postgresql`, when a schema is made or compared there.
    """
    return Index(name, *columns, unique=unique, sqlite_where=where, info={"where": where})


def as_on_postgresql(metadata: MetaData) -> MetaData:
    """The same schema, with all that PostgreSQL must know of it."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = index.info["where"]
    return metadata
