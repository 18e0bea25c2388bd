"""办公桌 — `Office` is the process, `Desk` is one transaction in it; only the office commits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import cache
from secrets import token_bytes
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, Result, Table, bindparam, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.checklist import Checklist
from domain.contact import Contact
from domain.notice import Notice
from domain.reminder import Almanac
from outreach.delivery.parts import rows_of
from outreach.storage.base import Record
from outreach.storage.ciphering import ArchiveKey
from outreach.storage.inserting import insert_for
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import CounterRecord, JournalRecord
from outreach.storage.photos import PhotoStore
from outreach.storage.sealing import KEY_BYTES, HourlyCount, Seal
from outreach.storage.sharing import MUST_EMPTY, transaction
from outreach.storage.straight import Asked, Row, Straight, ask, foresee, write

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock as an aware UTC instant; the only place that asks it."""
    return datetime.now(UTC)


def affected(result: Result[Any]) -> int:
    """How many rows an INSERT, UPDATE or DELETE touched."""
    return cast(CursorResult[Any], result).rowcount


# Worded once for each table: wording a statement anew costs more than the database needs to obey it.
@cache
def _put_once(
    dialect: str, record: type[Record], unique: InstrumentedAttribute[Any], names: tuple[str, ...]
) -> Straight:
    table = cast(Table, record.__table__)
    statement = insert_for(dialect, table).values({name: bindparam(name) for name in names})
    return Straight(statement.on_conflict_do_nothing(index_elements=[unique.key]).returning(table.c[unique.key]))


_NOTED = Straight(
    insert(cast(Table, JournalRecord.__table__)).values(
        {name: bindparam(name) for name in ("at", "contact_id", "happened", "subject", "facts")}
    )
)


@cache
def _put(
    dialect: str, record: type[Record], key: tuple[str, ...], held: tuple[str, ...], names: tuple[str, ...]
) -> Straight:
    statement = insert_for(dialect, cast(Table, record.__table__)).values({name: bindparam(name) for name in names})
    return Straight(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in held}
        )
    )


class Office:
    """What lives as long as the process: the database, the content, the clock and the bells that wake the pumps.

    zone: the time zone in which a day begins and ends, Asia/Shanghai unless set otherwise.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        catalogue: Catalogue,
        texts: Texts,
        photos: PhotoStore,
        privacy: Privacy,
        *,
        clock: Clock = utc_now,
        zone: str = "Asia/Shanghai",
        bot_username: str = "",
        seal: Seal | None = None,
        archive_key: ArchiveKey | None = None,
    ) -> None:
        self.engine = engine
        self.catalogue = catalogue
        self.texts = texts
        self.photos = photos
        self.privacy = privacy
        self.clock = clock
        self.zone = ZoneInfo(zone)
        self.bot_username = bot_username
        # Without a key of its own a process seals for itself only; what it leaves behind opens to nobody.
        self.seal = seal or Seal(token_bytes(KEY_BYTES))
        # Backups are sealed with it; None for backups that anybody can read.
        self.archive_key = archive_key
        self.hourly = HourlyCount()
        # Checklist editions by id, filled by `outreach.editions`; only committed ones are ever read.
        self.editions: dict[int, Checklist] = {}
        self.notice_bell = asyncio.Event()
        self.photo_bell = asyncio.Event()
        self.letter_bell = asyncio.Event()
        self.card_bell = asyncio.Event()

    @property
    def almanac(self) -> Almanac:
        """When things may be said: the zone and the workdays."""
        return Almanac(self.zone, self.catalogue.calendar)

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with transaction(self.engine) as session:
            desk = Desk(self, session)
            yield desk
        # Only what is committed may be sent, so the bells are rung after the commit.
        if desk.has_told:
            self.notice_bell.set()
        if desk.has_photos:
            self.photo_bell.set()
        if desk.has_letters:
            self.letter_bell.set()
        if desk.has_cards:
            self.card_bell.set()


class Desk:
    """One transaction. `now` is the instant at which everything in it happens."""

    def __init__(self, office: Office, session: AsyncSession) -> None:
        self.office = office
        self.session = session
        self.now: datetime = office.clock()
        self.in_hand: list[object] = []
        self.has_told = False
        self.has_photos = False
        self.has_letters = False
        self.has_cards = False

    @property
    def catalogue(self) -> Catalogue:
        return self.office.catalogue

    @property
    def today(self) -> date:
        """The calendar day of `now` in the office's time zone."""
        return self.on(self.now)

    def on(self, instant: datetime) -> date:
        """The calendar day of an instant in the office's time zone."""
        return instant.astimezone(self.office.zone).date()

    async def ask(self, *asked: Asked) -> list[list[Row]]:
        """The rows of each of these statements, which are obeyed in this order; for what every update asks."""
        return await ask(self.session, *asked)

    async def write(self, *asked: Asked) -> None:
        """Obey each of these statements before anything that is asked later; a fault may come up as late as there."""
        await write(self.session, *asked)

    def foresee(self, *asked: Asked) -> None:
        """These will probably be asked next, once what comes before them is known: they may be read along with it."""
        foresee(self.session, *asked)

    async def put_once(self, record: type[Record], unique: InstrumentedAttribute[Any], /, **values: object) -> bool:
        """Insert a row unless one with the same `unique` value exists. Whether it was inserted."""
        # Asked back rather than counted: psycopg gives no row count for ON CONFLICT DO NOTHING.
        statement = _put_once(self.office.engine.dialect.name, record, unique, tuple(values))
        return bool((await self.ask((statement, values)))[0])

    async def put(
        self, record: type[Record], key: dict[str, object], held: dict[str, object],
        at_first: dict[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Write `held` into the row with that key, or insert one, `at_first` giving what else a new one holds."""
        values = key | held | (at_first or {})
        statement = _put(self.office.engine.dialect.name, record, tuple(key), tuple(held), tuple(values))
        await self.write((statement, values))

    def leave_no_trace(self) -> None:
        """What this transaction takes away is to be gone from SQLite's log too when it has ended (A1, P4)."""
        self.session.info[MUST_EMPTY] = True

    async def tell(self, contact: Contact, notice: Notice) -> bool:
        """Queue a notice, its words set now in the contact's language. False when the key was told before."""
        self.has_told = True
        is_new = False
        for row in rows_of(self._delivery(contact, notice)):
            is_new = await self.put_once(DeliveryRecord, DeliveryRecord.key, **row)
        return is_new

    async def tell_each(self, notices: Sequence[tuple[Contact, Notice]]) -> None:
        """The same for many contacts, each with a notice of their own, in one statement."""
        if notices:
            self.has_told = True
            statement = insert_for(self.office.engine.dialect.name, cast(Table, DeliveryRecord.__table__))
            statement = statement.on_conflict_do_nothing(index_elements=["key"])
            await self.session.execute(statement, [row for each in notices for row in rows_of(self._delivery(*each))])

    def _delivery(self, contact: Contact, notice: Notice) -> dict[str, object]:
        words = self.office.texts.words(contact.locale)
        buttons = [[[words.label(b.label, **dict(b.facts)), b.press] for b in row] for row in notice.buttons]
        return {
            "key": notice.key,
            "contact_id": contact.id,
            "kind": notice.kind,
            "text": words(f"notices/{notice.kind}", **notice.facts),
            "buttons": json.dumps(buttons, ensure_ascii=False),
            "attachment": notice.attachment,
            "media_kind": notice.media_kind,
            "media_file_id": notice.media_file_id,
            "broadcast_id": notice.broadcast_id,
            "is_urgent": notice.is_urgent,
            "is_push": notice.is_push,
            "expires_at": notice.expires_at,
            "about": " ".join(notice.about),
            "created_at": self.now,
            "due_at": notice.due_at or self.now,
        }

    async def note(self, happened: str, subject: str, by: int | None = None, **facts: object) -> None:
        """留痕: add a line to the journal in this transaction. `by` is the contact who did it."""
        told = json.dumps(facts, ensure_ascii=False, default=str)
        line = {"at": self.now, "contact_id": by, "happened": happened, "subject": subject, "facts": told}
        await self.write((_NOTED, line))

    async def next_number(self, series: str) -> int:
        """The next number of a series, from 1; unique because it is taken inside the transaction."""
        statement = insert_for(self.office.engine.dialect.name, CounterRecord).values(series=series, value=1)
        statement = statement.on_conflict_do_update(index_elements=["series"], set_={"value": CounterRecord.value + 1})
        return int((await self.session.execute(statement.returning(CounterRecord.value))).scalar_one())
