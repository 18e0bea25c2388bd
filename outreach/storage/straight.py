"""直达 — statements that every update asks for go to the driver as text that was worded once, several in one trip.

SQLAlchemy's way from a statement to its rows costs five times what SQLite needs to find them, and on PostgreSQL each
statement waits for the answer to the one before. What is asked here is still heard by whoever listens to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import await_only, greenlet_spawn

# libpq's PQTRANS_IDLE: no transaction has begun.
IDLE = 0
Row = tuple[Any, ...]
Values = Mapping[str, object]


class Straight:
    """One statement, worded for the dialect at hand when it is first asked. It may hold no list of unknown length."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._worded: dict[str, _Worded] = {}

    def worded(self, dialect: Dialect) -> _Worded:
        """The text for this kind of database."""
        if (known := self._worded.get(dialect.name)) is None:
            known = self._worded[dialect.name] = _Worded(self._statement, dialect)
        return known


class _Worded:
    """The text, and what makes parameters of values and values of columns, as the types of the statement say."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self.has_rows = bool(compiled._result_columns)
        # What the statement itself says, and what its table says of a new row; a default that is worked out anew for
        # each row is for SQLAlchemy's own way.
        self._fixed: dict[str, Any] = dict(compiled.params)
        for column in compiled.insert_prefetch:
            assert column.default.is_scalar, column
            self._fixed[column.key] = column.default.arg
        self._binds: dict[str, Callable[[Any], Any]] = dict(compiled._bind_processors)
        self._order: list[str] | None = compiled.positiontup
        processors = [column.type._cached_result_processor(dialect, None) for column in compiled._result_columns]
        self._columns = [(at, made) for at, made in enumerate(processors) if made is not None]

    def parameters(self, values: Values) -> Any:
        given = {**self._fixed, **values}
        for name, made in self._binds.items():
            given[name] = made(given[name])
        return given if self._order is None else tuple([given[name] for name in self._order])

    def rows(self, found: Sequence[Row]) -> list[Row]:
        if not self._columns:
            return list(found)
        read = []
        for row in found:
            cells = list(row)
            for at, made in self._columns:
                cells[at] = made(cells[at])
            read.append(tuple(cells))
        return read


Asked = tuple[Straight, Values]


async def ask(session: AsyncSession, *asked: Asked) -> list[list[Row]]:
    """The rows of each statement, in order; they are obeyed one after the other and sent together where that is faster.

    Raises what SQLAlchemy raises. What the session holds back is written first.
    """
    return await greenlet_spawn(_ask, session, asked)


def _ask(session: AsyncSession, asked: tuple[Asked, ...]) -> list[list[Row]]:
    held = session.sync_session
    if not held._is_clean():
        held.flush()
    connection = held.connection()
    worded = [(one.worded(connection.dialect), values) for one, values in asked]
    if connection.dialect.driver == "psycopg":
        driver: Any = connection.connection.driver_connection
        # The BEGIN that psycopg sends before the first statement would be a trip of its own as well.
        if len(worded) > 1 or driver.info.transaction_status == IDLE:
            return _in_one_trip(connection, driver, worded)
    return [_one_by_one(connection, one, values) for one, values in worded]


def _one_by_one(connection: Connection, worded: _Worded, values: Values) -> list[Row]:
    parameters = worded.parameters(values)
    cursor: Any = connection.connection.cursor()
    try:
        _tell(connection, "before_cursor_execute", cursor, worded.text, parameters)
        cursor.execute(worded.text, parameters)
        _tell(connection, "after_cursor_execute", cursor, worded.text, parameters)
        return worded.rows(cursor.fetchall()) if worded.has_rows else []
    except Exception as fault:
        connection._handle_dbapi_exception(fault, worded.text, parameters, cursor, None)
        raise
    finally:
        cursor.close()


def _in_one_trip(connection: Connection, driver: Any, worded: list[tuple[_Worded, Values]]) -> list[list[Row]]:
    """psycopg's pipeline: everything is sent before the first answer is waited for."""
    sent = [(one.text, one.parameters(values)) for one, values in worded]
    cursor: Any = connection.connection.cursor()
    try:
        for text, parameters in sent:
            _tell(connection, "before_cursor_execute", cursor, text, parameters)
        found = await_only(_pipeline(driver, sent, [one.has_rows for one, _ in worded]))
        for text, parameters in sent:
            _tell(connection, "after_cursor_execute", cursor, text, parameters)
    except Exception as fault:
        connection._handle_dbapi_exception(fault, sent[0][0], sent[0][1], cursor, None)
        raise
    finally:
        cursor.close()
    return [one.rows(rows) for (one, _), rows in zip(worded, found, strict=True)]


async def _pipeline(driver: Any, sent: list[tuple[str, Any]], have_rows: list[bool]) -> list[list[Row]]:
    async with driver.pipeline():
        cursors = [await driver.execute(text, parameters) for text, parameters in sent]
    return [await cursor.fetchall() if has else [] for cursor, has in zip(cursors, have_rows, strict=True)]


def _tell(connection: Connection, name: str, cursor: Any, text: str, parameters: Any) -> None:
    if connection._has_events or connection.engine._has_events:
        for listener in getattr(connection.dispatch, name):
            listener(connection, cursor, text, parameters, None, False)
