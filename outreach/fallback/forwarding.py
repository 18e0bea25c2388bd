"""备用渠道发送 — carries notices to enterprises' other addresses: claimed before each send, settled after, once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Protocol

import structlog
from sqlalchemy import select, update

from domain.broadcast import BroadcastState, outside_quiet
from domain.fallback import Why
from domain.notice import DeliveryState
from outreach.delivery.aftermath import FIRST_RETRY_FOR, LONGEST_RETRY_FOR, MOST_SENDS, RESEND_URGENT_FOR
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.robot import AddressUnread, RobotsMissing, robot_at
from outreach.delivery.taking import LEASE_FOR
from outreach.desk import Desk, Office
from outreach.fallback import addressing, falling_back
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.fallbacks import FallbackAddressRecord, FallbackRecord
from outreach.storage.notices import HOLD, PauseRecord
from outreach.storage.sealing import SealBroken

LOG = structlog.get_logger("forwarder")
IDLE_SECONDS = 5.0
LOOK_FOR = timedelta(seconds=60)
AT_ONCE = 4
# A place that cannot be reached is tried for as long; the robot's other side is not ours to wait for.
MOST_TRIES = 20


class Sender(Protocol):
    """Sends one message to one address."""

    async def send(self, text: str, title: str = "") -> Outcome:
        """What came of it; never raises."""


Open = Callable[[str], Awaitable[Sender]]


@dataclass(frozen=True, slots=True)
class _Claim:
    id: int
    broadcast_id: int
    attempts: int
    is_urgent: bool
    title: str
    text: str
    address: str

    def __repr__(self) -> str:
        return f"_Claim({self.id})"


class Forwarder:
    """One loop beside the pump. Telegram's floods are nothing to it, but a hold is: then nothing leaves.

    open_robot: raises RobotsMissing and AddressUnread.
    """

    def __init__(self, office: Office, open_robot: Open = robot_at) -> None:
        self._office = office
        # Names this loop of this process, and fences its settlements.
        self._owner = token_hex(16)
        self._open = open_robot
        self._looked_at: datetime | None = None

    async def run(self) -> None:
        """Until cancelled; a fault is logged, without its words, and looked at again."""
        while True:
            try:
                is_busy = await self.turn()
            except Exception as fault:
                LOG.error("forwarder_fault", fault=type(fault).__name__)
                is_busy = False
            if not is_busy:
                await asyncio.sleep(IDLE_SECONDS)

    async def turn(self) -> bool:
        """Look, claim, send and settle; whether there was anything."""
        async with self._office.desk() as desk:
            if await desk.session.get(PauseRecord, HOLD) is not None:
                return False
            if self._looked_at is None or abs(desk.now - self._looked_at) >= LOOK_FOR:
                self._looked_at = desk.now
                await falling_back.look(desk)
            tests = await self._tests(desk)
            claims = await self._take(desk)
        results = await asyncio.gather(
            *(self._send(address, *words_of_test(self._office)) for _, address in tests),
            *(self._send(claim.address, claim.text, claim.title) for claim in claims),
        )
        if results:
            async with self._office.desk() as desk:
                for (address_id, _), outcome in zip(tests, results, strict=False):
                    await addressing.take_result(desk, address_id, outcome)
                for claim, outcome in zip(claims, results[len(tests) :], strict=True):
                    await self._settle(desk, claim, outcome)
                await falling_back.freshen(desk, (claim.broadcast_id for claim in claims))
        return bool(results)

    async def _send(self, address: str, text: str, title: str) -> Outcome:
        try:
            return await (await self._open(address)).send(text, title)
        except RobotsMissing:
            return Outcome(Kind.CONTENT_REFUSED, "robots_missing")
        except AddressUnread:
            return Outcome(Kind.CONTENT_REFUSED, "address_unread")

    async def _tests(self, desk: Desk) -> list[tuple[int, str]]:
        """Addresses to which a test message is due. A test whose process was killed is made again: nobody is misled."""
        rows = await desk.session.scalars(
            select(FallbackAddressRecord)
            .where(FallbackAddressRecord.state == "testing", FallbackAddressRecord.due_at <= desk.now)
            .order_by(FallbackAddressRecord.due_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        found = []
        for row in rows.all():
            row.due_at = desk.now + LEASE_FOR
            address = self._opened(row)
            if address is None:
                await desk.session.delete(row)
            else:
                found.append((row.id, address))
        return found

    async def _take(self, desk: Desk) -> list[_Claim]:
        await self._rescue(desk)
        rows = await desk.session.scalars(
            select(FallbackRecord)
            .where(FallbackRecord.state.in_((DeliveryState.QUEUED, DeliveryState.RETRY)))
            .where(FallbackRecord.due_at <= desk.now)
            .order_by(FallbackRecord.is_urgent.desc(), FallbackRecord.due_at, FallbackRecord.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        claims = []
        for row in rows.all():
            address = await self._address(desk, row)
            if address is None or await self._is_held_back(desk, row):
                continue
            row.state, row.claimed_by, row.lease_until = DeliveryState.CLAIMED, self._owner, desk.now + LEASE_FOR
            claims.append(
                _Claim(row.id, row.broadcast_id, row.attempts, row.is_urgent, row.title, row.text, address)
            )  # fmt: skip
        return claims

    async def _rescue(self, desk: Desk) -> None:
        """What a process that is gone had claimed: an urgent notice goes once more, a routine one is unknown."""
        rows = await desk.session.scalars(
            select(FallbackRecord)
            .where(FallbackRecord.state == DeliveryState.CLAIMED, FallbackRecord.lease_until < desk.now)
            .with_for_update(skip_locked=True)
        )
        for row in rows.all():
            row.claimed_by = row.lease_until = None
            for name, value in _after(row.attempts, row.is_urgent, Outcome(Kind.AMBIGUOUS, "killed"), desk.now).items():
                setattr(row, name, value)

    async def _address(self, desk: Desk, row: FallbackRecord) -> str | None:
        found = await desk.session.scalars(
            select(FallbackAddressRecord).where(
                FallbackAddressRecord.enterprise_id == row.enterprise_id, FallbackAddressRecord.state == "kept"
            )
        )
        kept = found.first()
        address = self._opened(kept) if kept is not None else None
        if address is None:
            row.state, row.reason, row.settled_at = DeliveryState.REFUSED, "no_address", desk.now
        return address

    def _opened(self, row: FallbackAddressRecord) -> str | None:
        try:
            return str(self._office.seal.open(f"fallback:{row.enterprise_id}", row.sealed)["url"])
        except SealBroken:
            return None

    async def _is_held_back(self, desk: Desk, row: FallbackRecord) -> bool:
        """Asked again at the moment of the send: recalled, over, read meanwhile, or the middle of the night."""
        broadcast, is_news = await desk.session.get_one(BroadcastRecord, row.broadcast_id), row.why != Why.RECALLED
        if is_news and broadcast.state != BroadcastState.APPROVED:
            row.state, row.reason, row.settled_at = DeliveryState.SKIPPED, "recalled", desk.now
        elif row.expires_at is not None and row.expires_at <= desk.now:
            row.state, row.reason, row.settled_at = DeliveryState.REFUSED, "expired", desk.now
        elif is_news and await falling_back.why_now(desk, broadcast, row.enterprise_id) is None:
            row.state, row.reason, row.settled_at = DeliveryState.SKIPPED, "answered", desk.now
        elif not row.is_urgent and (at := outside_quiet(desk.now, self._office.zone)) > desk.now:
            row.due_at, row.reason = at, "quiet"
        else:
            return False
        return True

    async def _settle(self, desk: Desk, claim: _Claim, outcome: Outcome) -> None:
        """A row whose lease was lost is left alone."""
        await desk.session.execute(
            update(FallbackRecord)
            .where(
                FallbackRecord.id == claim.id, FallbackRecord.state == DeliveryState.CLAIMED,
                FallbackRecord.claimed_by == self._owner,
            )
            .values(**_after(claim.attempts, claim.is_urgent, outcome, desk.now), claimed_by=None, lease_until=None)
        )  # fmt: skip


def words_of_test(office: Office) -> tuple[str, str]:
    """What a test message says, and its title."""
    words = office.texts.words("zh-CN")
    return words.plain("notices/fallback_test", office=office.privacy.office.name), words.label("fallback.test_title")


def _after(attempts: int, is_urgent: bool, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The row's new values, as the pump has them for its own."""
    attempts += 1
    settled = {"settled_at": now, "attempts": attempts, "reason": outcome.reason}
    match outcome.kind:
        case Kind.SENT:
            return settled | {"state": DeliveryState.SENT}
        case Kind.AMBIGUOUS:
            if is_urgent and attempts < MOST_SENDS:
                return settled | {
                    "state": DeliveryState.RETRY, "due_at": now + RESEND_URGENT_FOR, "settled_at": None
                }  # fmt: skip
            return settled | {"state": DeliveryState.UNKNOWN}
        case Kind.NOT_SENT | Kind.FLOOD if attempts < MOST_TRIES:
            wait = min(FIRST_RETRY_FOR * 2 ** min(attempts, 10), LONGEST_RETRY_FOR)
            return settled | {"state": DeliveryState.RETRY, "due_at": now + wait, "settled_at": None}
    return settled | {"state": DeliveryState.REFUSED}
