"""上传一次 — a file that we make goes to Telegram once; from then on it is sent by the id that Telegram gave it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol, TypeVar, cast
from weakref import WeakValueDictionary

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from outreach.storage.inserting import insert_for
from outreach.storage.uploads import UploadRecord

_UPLOADS = cast(Table, UploadRecord.__table__)
# So many ids are remembered; the rest are asked of the database.
_REMEMBERED = 500
# An id that Telegram refuses is tried at most so often, whoever learnt it; then the file goes itself.
_TRIES = 3
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """What is to be remembered of one file; without a `file_id`, that `refused` is no good any more."""

    bot_id: int
    kind: str
    digest: str
    file_id: str
    recipe: str = ""
    refused: str = ""


class Put(Protocol):
    """What came of one send: the id that Telegram gave the file, and whether it did not know the id it was given."""

    @property
    def file_id(self) -> str: ...
    @property
    def is_wrong_file(self) -> bool: ...


P = TypeVar("P", bound=Put)


class Uploads:
    """One for all that one process says through one bot."""

    def __init__(self, engine: AsyncEngine, bot_id: int, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._bot_id = bot_id
        self._clock = clock
        self._ids: dict[Key, str] = {}
        self._refused: set[str] = set()
        self._turns: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def send(
        self, kind: str, data: bytes, put: Callable[[bytes | str], Awaitable[P]], recipe: str = ""
    ) -> tuple[P, Upload | None]:
        """Put a file before somebody: by its id if Telegram has it, else itself. What to keep of it, if anything.

        While one is uploading it, everybody else waits for the id. An id that Telegram refuses has shown nobody
        anything: the file goes itself, in the same try.
        """
        key, refused = (kind, sha256(data).hexdigest()), ""
        for _ in range(_TRIES):
            if file_id := await self._known(key):
                done = await put(file_id)
                if not done.is_wrong_file:
                    return done, None
                self._forget(key, file_id)
                refused = file_id
            turn = self._turns.setdefault(key, asyncio.Lock())
            async with turn:
                if key in self._ids:
                    continue
                done = await put(data)
                return done, self._learnt(key, done.file_id, recipe, refused)
        done = await put(data)
        return done, self._learnt(key, done.file_id, recipe, refused)

    async def reply(self, kind: str, data: bytes, put: Callable[[bytes | str], Awaitable[P]]) -> P:
        """The same for a reply, which nothing is written down of but this."""
        done, upload = await self.send(kind, data, put)
        if upload is not None:
            async with self._engine.begin() as link:
                await keep(link, upload, self._clock())
        return done

    async def _known(self, key: Key) -> str:
        if key not in self._ids:
            kept = select(_UPLOADS.c.file_id).where(
                _UPLOADS.c.bot_id == self._bot_id, _UPLOADS.c.kind == key[0], _UPLOADS.c.digest == key[1]
            )
            async with self._engine.begin() as link:
                found = (await link.execute(kept)).scalar()
            if found is None or found in self._refused:
                return ""
            self._remember(key, str(found))
        return self._ids[key]

    def _learnt(self, key: Key, file_id: str, recipe: str, refused: str) -> Upload | None:
        if file_id:
            self._remember(key, file_id)
        return Upload(self._bot_id, *key, file_id, recipe, refused) if file_id or refused else None

    def _remember(self, key: Key, file_id: str) -> None:
        while len(self._ids) >= _REMEMBERED:
            del self._ids[next(iter(self._ids))]
        self._ids[key] = file_id

    def _forget(self, key: Key, file_id: str) -> None:
        if self._ids.get(key) == file_id:
            del self._ids[key]
        if len(self._refused) >= _REMEMBERED:
            self._refused.clear()
        self._refused.add(file_id)


async def keep(link: AsyncConnection, upload: Upload, now: datetime) -> None:
    """Remember the id that Telegram gave a file, or that one is no good."""
    key = {"bot_id": upload.bot_id, "kind": upload.kind, "digest": upload.digest}
    if not upload.file_id:
        own = (_UPLOADS.c[name] == value for name, value in key.items())
        await link.execute(delete(_UPLOADS).where(*own, _UPLOADS.c.file_id == upload.refused))
        return
    held = {"file_id": upload.file_id, "recipe": upload.recipe, "kept_at": now}
    await link.execute(
        insert_for(link.dialect.name, _UPLOADS)
        .values(**key, **held)
        .on_conflict_do_update(index_elements=list(key), set_=held)
    )
