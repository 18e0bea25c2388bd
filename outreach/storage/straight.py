"""直达 — statements that every update asks for go to the driver as text that was worded once, several in one trip.

SQLAlchemy's way from a statement to its rows costs five times what SQLite needs to find them, and on PostgreSQL each
statement waits for the answer to the one before. What is asked here is still heard by whoever listens to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from weakref import ref

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import greenlet_spawn

if TYPE_CHECKING:
    from outreach.storage.trips import TripConnection

Row = tuple[Any, ...]
Values = Mapping[str, object]
# What a session remembers of its only transaction.
_CONNECTION, _ALONG = "straight.connection", "straight.along"


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
        if dialect.driver == "psycopg":
            # As the server itself counts values; psycopg would have to read its own spelling anew each time.
            dialect = cast(type[DefaultDialect], type(dialect))(paramstyle="numeric_dollar")
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self.sent = self.text.encode()
        self.has_rows = bool(compiled._result_columns)
        # What the statement itself says, and what its table says of a new row; a default that is worked out anew for
        # each row is for SQLAlchemy's own way.
        self._fixed: dict[str, Any] = dict(compiled.params)
        for column in compiled.insert_prefetch:
            assert column.default.is_scalar, column
            self._fixed[column.key] = column.default.arg
        self._binds: dict[str, Callable[[Any], Any]] = dict(compiled._bind_processors)
        self._order: list[str] = compiled.positiontup
        processors = [column.type._cached_result_processor(dialect, None) for column in compiled._result_columns]
        self._columns = [(at, made) for at, made in enumerate(processors) if made is not None]

    def parameters(self, values: Values) -> tuple[Any, ...]:
        given = {**self._fixed, **values}
        for name, made in self._binds.items():
            given[name] = made(given[name])
        return tuple([given[name] for name in self._order])

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
    if not _may_travel(session):
        return await greenlet_spawn(_ask, session, asked)
    return await _travel(session, asked)


async def write(session: AsyncSession, *asked: Asked) -> None:
    """Obeyed after all that was asked before and before all that is asked later, of which nobody wants an answer.

    Where each trip costs, they go with the next one; what is wrong with them is then raised there, or by the commit.
    """
    if _may_travel(session):
        await _travel(session, asked, is_held=True)
    else:
        await greenlet_spawn(_ask, session, asked)


def foresee(session: AsyncSession, *asked: Asked) -> None:
    """These will probably be asked soon: where each trip costs, they go along with what is asked next."""
    if _may_travel(session):
        session.info[_ALONG] = session.info.get(_ALONG, ()) + asked


async def ask_on(link: AsyncConnection, *asked: Asked) -> list[list[Row]]:
    """As `ask`, for who has a connection of their own and no session."""
    connection = link.sync_connection
    assert connection is not None
    if link.dialect.driver != "psycopg":
        return await greenlet_spawn(_each, connection, asked)
    return await _trip(connection, asked)


async def write_on(link: AsyncConnection, *asked: Asked) -> None:
    """As `write`, for who has a connection of their own and no session."""
    connection = link.sync_connection
    assert connection is not None
    if link.dialect.driver != "psycopg":
        await greenlet_spawn(_each, connection, asked)
    else:
        await _trip(connection, asked, is_held=True)


def _may_travel(session: AsyncSession) -> bool:
    return session.bind is not None and session.bind.dialect.driver == "psycopg"


def _ask(session: AsyncSession, asked: tuple[Asked, ...]) -> list[list[Row]]:
    held = session.sync_session
    if not held._is_clean():
        held.flush()
    return _each(held.connection(), asked)


def _each(connection: Connection, asked: tuple[Asked, ...]) -> list[list[Row]]:
    return [_one_by_one(connection, one.worded(connection.dialect), values) for one, values in asked]


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


async def _travel(session: AsyncSession, asked: tuple[Asked, ...], *, is_held: bool = False) -> list[list[Row]]:
    if not session.sync_session._is_clean():
        await session.flush()
    return await _trip(await _connection(session), asked, session.info, is_held=is_held)


async def _trip(
    connection: Connection, asked: tuple[Asked, ...], info: dict[Any, Any] | None = None, *, is_held: bool = False
) -> list[list[Row]]:
    worded = [one.worded(connection.dialect) for one, _ in asked]
    parameters = [one.parameters(values) for one, (_, values) in zip(worded, asked, strict=True)]
    try:
        driver: TripConnection = connection.connection.driver_connection  # type: ignore[assignment]
        sent = [driver.worded(one.sent, given) for one, given in zip(worded, parameters, strict=True)]
        await _tell_each(connection, "before_cursor_execute", worded, parameters)
        found = [] if is_held else driver.foreseen(sent)
        if is_held:
            driver.hold(*sent)
        elif found is None:
            along = [(one.worded(connection.dialect), values) for one, values in (info or {}).pop(_ALONG, ())]
            more = [driver.worded(one.sent, one.parameters(values)) for one, values in along]
            found = await driver.trip(*sent, along=more)
        await _tell_each(connection, "after_cursor_execute", worded, parameters)
    except BaseException as fault:
        await greenlet_spawn(_complain, connection, fault, worded[0].text, parameters[0])
        raise
    return [one.rows(rows) for one, rows in zip(worded, found or (), strict=not is_held)]


async def _connection(session: AsyncSession) -> Connection:
    """The session's own, with the savepoint that it is in: SQLAlchemy sends that only when it is asked for it."""
    held = session.sync_session
    within = _within(held)
    known: tuple[ref[SessionTransaction], Connection] | None = held.info.get(_CONNECTION)
    if within is None or known is None or known[0]() is not within or known[1].closed:
        connection = await greenlet_spawn(held.connection)
        within = _within(held)
        assert within is not None
        # Were each to hold the other they were garbage in a circle, and looking for it stops the loop for 10 ms.
        known = held.info[_CONNECTION] = ref(within), connection
    return known[1]


def _within(held: Session) -> SessionTransaction | None:
    return held.get_nested_transaction() or held.get_transaction()


def _complain(connection: Connection, fault: BaseException, text: str, parameters: Any) -> None:
    try:
        # SQLAlchemy looks for what is being handled, and in a greenlet of its own nothing is yet.
        raise fault
    except BaseException:
        connection._handle_dbapi_exception(fault, text, parameters, None, None)


async def _tell_each(connection: Connection, name: str, worded: list[_Worded], parameters: list[Any]) -> None:
    if connection._has_events or connection.engine._has_events:
        await greenlet_spawn(_tell_all, connection, name, worded, parameters)


def _tell_all(connection: Connection, name: str, worded: list[_Worded], parameters: list[Any]) -> None:
    cursor = connection.connection.cursor()
    for one, given in zip(worded, parameters, strict=True):
        _tell(connection, name, cursor, one.text, given)
    cursor.close()


def _tell(connection: Connection, name: str, cursor: Any, text: str, parameters: Any) -> None:
    if connection._has_events or connection.engine._has_events:
        for listener in getattr(connection.dispatch, name):
            listener(connection, cursor, text, parameters, None, False)
