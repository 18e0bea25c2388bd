"""收件 — an update takes effect, with its dedupe row, in one transaction; only then is it acknowledged."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from telegram import Bot

from bot.telling_apart import Twins
from domain.refusal import Refusal
from handlers import group_quiz, menu
from handlers.adapter.filing import Keeper
from handlers.adapter.membership import is_admin
from handlers.adapter.reading import NotForUs, Unparsable, read_update
from handlers.adapter.speaking import speak
from handlers.turn import Document, FileFetcher, Reply, Turn
from outreach import receiving, standing
from outreach.delivery.claims import Claims
from outreach.desk import Office
from outreach.people import enrolling
from outreach.quizzes import polling
from outreach.reports import drafts

LOG = structlog.get_logger("intake")
MAX_ID = 2**63
# How long an acknowledgement may wait for the reply to be said: past this the person can ask again.
REPLY_SECONDS = 20.0
# A disk that is full, broken or read-only, and a process out of file handles.
OUTAGES = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE))


class Taken(Enum):
    """What became of an update: it may be acknowledged, or Telegram must keep it and come again."""

    ACKNOWLEDGE = "acknowledge"
    COME_AGAIN = "come_again"


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock
    waiting: int = 0


class Intake:
    """Takes updates from the webhook or the poller, whichever feeds it."""

    def __init__(self, office: Office, bot: Bot, files: FileFetcher, keeper: Keeper | None = None) -> None:
        self._office = office
        self._bot = bot
        self._files = files
        self._keeper = keeper
        self._lanes: dict[int, _Lane] = {}
        self._twins = Twins()
        self.quarantined = 0

    async def take(self, raw: Any) -> Taken:
        """Let one update take effect and say the reply. Never raises but for cancellation."""
        async with self._lane(_chat_of(raw)):
            try:
                return await self._take(raw)
            except Exception as fault:
                if not _is_outage(fault):
                    return await self._set_aside(raw, fault)
                LOG.error("not_persisted", fault=type(fault).__name__, words=str(fault)[:300])
                return Taken.COME_AGAIN

    async def _take(self, raw: Any) -> Taken:
        if not isinstance(raw, dict) or not _is_id(raw.get("update_id")):
            return await self._set_aside(raw, Unparsable("no update_id"))
        try:
            turn = read_update(raw, self._bot)
        except NotForUs:
            return Taken.ACKNOWLEDGE
        except Unparsable as fault:
            return await self._set_aside(raw, fault)
        prepared = await self._prepare(turn)
        applied = await self._apply(turn, prepared, self._twins.is_other(raw))
        self._twins.remember(raw)
        await self._speak(turn, *applied)
        return Taken.ACKNOWLEDGE

    async def _prepare(self, turn: Turn) -> object:
        """Fetch and ask what Telegram knows before the transaction begins: no lock is held while it is slow."""
        if group_quiz.asks(turn):
            return await is_admin(self._bot, turn.person.chat_id, turn.person.id)
        if not isinstance(turn.said, Document):
            return None
        async with self._office.desk() as desk:
            caller = await menu.caller_for(turn, desk)
        return await menu.prepare(turn, caller, self._files)

    async def _apply(self, turn: Turn, prepared: object, is_other: bool) -> tuple[Reply, int | None, int | None]:
        """The one transaction: the id, the effect, the journal and the notices, or none of them.

        is_other: should its id have been seen before, that was another update.
        A refusal undoes what the talk had begun; that the update has been dealt with is then written down by itself.
        """
        try:
            async with self._office.desk() as desk:
                menu.foresee(turn, desk)
                is_first = await receiving.is_first_time(desk, turn.update_id, is_other=is_other)
                scene = await menu.scene_for(turn, desk, prepared)
                reply = await (menu.answer(turn, scene) if is_first else menu.where_now(turn, scene))
        except Refusal as refusal:
            async with self._office.desk() as desk:
                await receiving.is_first_time(desk, turn.update_id)
                scene = await menu.scene_for(turn, desk, prepared)
                reply = await menu.refuse(turn, scene, refusal)
        contact_id = scene.caller.contact.id if scene.caller else None
        return reply, scene.sealed_card if reply.is_discreet else scene.card, contact_id

    async def _speak(self, turn: Turn, reply: Reply, card: int | None, contact_id: int | None) -> None:
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                spoken = await speak(self._bot, turn, reply, card, self._keeper)
        except TimeoutError:
            LOG.warning("reply_timed_out", update_id=turn.update_id)
            return
        if spoken.flood_seconds:
            # What Telegram says to a reply holds for everything that nobody waits for.
            claims = Claims(self._office.engine, "intake")
            await claims.flooded(self._office.clock(), spoken.flood_seconds, is_untold=spoken.is_untold)
        is_placed = contact_id is not None and spoken.card_message_id not in (None, card)
        if not spoken.polls and not is_placed and (contact_id is None or not spoken.unreachable):
            return
        if reply.is_discreet:
            await self._place_sealed_card(turn, spoken.card_message_id)
            return
        async with self._office.desk() as desk:
            owner_id = contact_id if turn.is_private else None
            for poll in spoken.polls:
                await polling.place_poll(desk, poll.poll_id, poll.chat_id, poll.message_id, poll.subject, owner_id)
            if spoken.unreachable and turn.is_private:
                await enrolling.set_reachable(desk, turn.person.id, False, spoken.unreachable)
            if is_placed and contact_id is not None and spoken.card_message_id is not None:
                await standing.place_card(desk, contact_id, spoken.card_message_id)

    async def _place_sealed_card(self, turn: Turn, message_id: int | None) -> None:
        """What came of a discreet reply is remembered in the sealed draft only, never with the contact."""
        if message_id is not None:
            async with self._office.desk() as desk:
                await drafts.place_card(desk, turn.person.id, message_id)

    async def _set_aside(self, raw: Any, fault: Exception) -> Taken:
        """Quarantine, tell the person a reference number if there is one, and let the chat go on."""
        update_id = raw.get("update_id") if isinstance(raw, dict) and _is_id(raw.get("update_id")) else None
        try:
            async with self._office.desk() as desk:
                is_other = update_id is not None and self._twins.is_other(raw)
                if update_id is not None and not await receiving.is_first_time(desk, update_id, is_other=is_other):
                    # It took effect, now or at an earlier delivery, and only the answer to it failed.
                    LOG.error("answer_failed", update_id=update_id, exc_info=fault)
                    return Taken.ACKNOWLEDGE
                body = _as_text(raw)
                is_sealed = await drafts.is_about_a_report(desk, _chat_of(raw), body)
                words = type(fault).__name__ if is_sealed else f"{type(fault).__name__}: {fault}"
                reference = await receiving.quarantine(desk, update_id, body, words, is_sealed=is_sealed)
        except Exception as worse:
            LOG.error("not_quarantined", fault=type(worse).__name__, words=str(worse)[:300])
            return Taken.COME_AGAIN
        self.quarantined += 1
        if update_id is not None:
            self._twins.remember(raw)
        if isinstance(fault, Unparsable):
            LOG.warning("quarantined", reference=reference, update_id=update_id, words=str(fault)[:300])
            return Taken.ACKNOWLEDGE
        LOG.error("quarantined", reference=reference, update_id=update_id, exc_info=fault)
        chat_id = _chat_of(raw)
        if chat_id > 0:
            text = self._office.texts.words("zh-CN")("replies/fault", reference=reference)
            try:
                async with asyncio.timeout(REPLY_SECONDS):
                    await self._bot.send_message(chat_id, text, parse_mode="HTML")
            except Exception as silent:
                LOG.warning("fault_not_told", reference=reference, fault=type(silent).__name__)
        return Taken.ACKNOWLEDGE

    @asynccontextmanager
    async def _lane(self, chat_id: int) -> AsyncIterator[None]:
        """One chat's updates one after the other, different chats side by side; idle lanes take no memory."""
        lane = self._lanes.setdefault(chat_id, _Lane(asyncio.Lock()))
        lane.waiting += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.waiting -= 1
            if not lane.waiting:
                self._lanes.pop(chat_id, None)


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_ID


def _is_outage(fault: Exception) -> bool:
    """Whether the database or the disk was out of reach or out of room, rather than asked something impossible.

    An update that meets an outage comes again for a day and holds up its chat, so a fault of the update itself
    must not count as one.
    """
    if isinstance(fault, DBAPIError):
        return isinstance(fault, (OperationalError, InterfaceError)) or fault.connection_invalidated
    if isinstance(fault, OSError):
        return isinstance(fault, (ConnectionError, TimeoutError)) or fault.errno in OUTAGES
    return isinstance(fault, PoolTimeout)


def _as_text(raw: Any) -> str:
    try:
        return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError):
        return repr(type(raw))


def _chat_of(raw: Any) -> int:
    """The chat an update belongs to, read without trusting its shape; 0 when there is none to be found."""
    if not isinstance(raw, dict):
        return 0
    for kind, body in raw.items():
        if kind == "update_id" or not isinstance(body, dict):
            continue
        inner = body.get("message") if kind == "callback_query" else body
        # A vote names no chat: it belongs with whatever else this person does in theirs, whose id is the same.
        chat = inner.get("user" if kind == "poll_answer" else "chat") if isinstance(inner, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    return 0
