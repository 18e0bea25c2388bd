"""列 — many values as one parameter: one statement then serves any number of rows, and its text is always the same."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, TableValuedAlias, bindparam, cast, func
from sqlalchemy.sql.elements import Cast


def each(dialect: str, name: str) -> TableValuedAlias:
    """A table of `key` and `value` made of the JSON object that is given, as text, for the parameter `name`."""
    if dialect == "sqlite":
        return func.json_each(bindparam(name)).table_valued("key", "value")
    # As in `inserting`: three megabytes that SQLite never needs.
    from sqlalchemy.dialects.postgresql import JSONB

    return func.jsonb_each_text(cast(bindparam(name, type_=String), JSONB)).table_valued("key", "value")


def whole(value: object) -> Cast[int]:
    """A key or a value of `each` as a whole number."""
    return cast(value, BigInteger)
