"""线路格：投递 — what a row of the outbox and a sealed letter must say after each fault, and what is done next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from domain.notice import Notice
from outreach.delivery.aftermath import TOKEN
from outreach.delivery.telegram.gateway import Album, Attachment
from outreach.people import enrolling
from outreach.replying import tell_reporter
from outreach.storage.reports import LetterRecord, ReportRecord
from tests.faults.scripted_wire import Call
from tests.faults.wire_bench import FANG, LIU, MADE, QIANG, Bench
from tests.faults.wire_kinds import Meaning, WireKind
from tests.outreach import reported, walking

# The table of RELIABILITY for a row of the outbox: state, tries that it has cost, whether the contact can be reached,
# which pause is in force. An urgent notice of unknown fate comes back once; all else is as for any other.
TABLE: Mapping[Meaning, tuple[str, int, bool, str]] = {
    Meaning.SENT: ("sent", 1, True, ""),
    Meaning.NOT_SENT: ("retry", 1, True, ""),
    Meaning.CONFLICT: ("retry", 1, True, ""),
    Meaning.AMBIGUOUS: ("unknown", 1, True, ""),
    Meaning.FLOOD: ("retry", 0, True, "flood"),
    Meaning.MIGRATED: ("retry", 0, True, ""),
    Meaning.GONE: ("refused", 1, False, ""),
    Meaning.CONTENT: ("refused", 1, True, ""),
    Meaning.TOKEN: ("retry", 0, True, "token"),
}
URGENT = TABLE | {Meaning.AMBIGUOUS: ("retry", 1, True, "")}
RESEND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Site:
    """One kind of send. `more` are the fields of its notice; `media` the kind of file that Telegram has already."""

    name: str
    method: str
    more: dict[str, Any] = field(default_factory=dict)
    media: str = ""


# What goes with a notice: a file of which nothing is known yet, one that Telegram has, several pictures.
FRESH, KEPT, ALBUM = "inspection:fresh", "inspection:kept", "album:1"

SITES = (
    Site("pump: text", "sendMessage"),
    Site("pump: urgent text", "sendMessage", {"is_urgent": True}),
    Site("pump: photo by id", "sendPhoto", media="photo"),
    Site("pump: document by id", "sendDocument", media="document"),
    Site("pump: upload", "sendDocument", {"attachment": "inspection:17"}),
    Site("pump: upload that is kept", "sendDocument", {"attachment": FRESH}),
    Site("pump: kept by id", "sendDocument", {"attachment": KEPT}),
    Site("pump: album", "sendMediaGroup", {"attachment": ALBUM}),
)


class Deliveries:
    """Cells of the pump."""

    sites = SITES

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._files: dict[str, str] = {}

    async def open(self) -> None:
        """Telegram has a photo and a document already."""
        photo = await self.bench.direct.send_photo(LIU, walking.jpeg())
        document = await self.bench.direct.send_document(LIU, b"%PDF-1.4", filename="a.pdf")
        assert document.document is not None
        self._files = {"photo": photo.photo[-1].file_id, "document": document.document.file_id}
        MADE[ALBUM] = Album((photo.photo[-1].file_id,) * 3)
        MADE[KEPT] = Attachment("记录.pdf", b"%PDF-kept", is_kept=True)
        await self._tell(LIU, "kept", {"attachment": KEPT})
        await self.bench.turns(self.bench.pump.turn)
        assert (await self.bench.row("kept")).state == "sent"

    async def _tell(self, person: int, key: str, more: Mapping[str, Any]) -> None:
        async with self.bench.office.desk() as desk:
            notice = Notice("inspection_again", {"number": key}, key, **more)
            assert await desk.tell(self.bench.people[person], notice)

    async def cell(self, site: Site, kind: WireKind) -> None:
        """One fault of one kind of send, from the row's first try to its last."""
        bench, key = self.bench, f"cell {next(self.bench.numbers)}"
        more = dict(site.more)
        if more.get("attachment") == FRESH:
            MADE[FRESH] = Attachment("记录.pdf", f"%PDF-{key}".encode(), is_kept=True)
        if site.media:
            more |= {"media_kind": site.media, "media_file_id": self._files[site.media]}
        await self._tell(FANG, key, more)
        async with bench.broken(site.method, kind) as calls:
            await bench.pump.turn()
        state, attempts, is_reachable, pause = (URGENT if more.get("is_urgent") else TABLE)[kind.meaning]
        row, person = await bench.row(key), await bench.person(FANG)
        assert (row.state, row.attempts, person.is_reachable) == (state, attempts, is_reachable), row.reason
        assert (row.settled_at is None) == (state == "retry") and (row.reason != "" or state == "sent")
        assert await bench.claimed() == 0 and set(await bench.pauses()) == ({pause} if pause else set())
        await self._later(kind, key, calls, bool(more.get("is_urgent")))
        # Whatever it was, the next notice to somebody else goes out.
        await self._tell(QIANG, f"{key} after", {})
        await bench.turns(bench.pump.turn)
        assert (await bench.row(f"{key} after")).state == "sent"
        assert sum(call.is_taken for call in calls if call.chat_id == FANG) <= (2 if more.get("is_urgent") else 1)

    async def _later(self, kind: WireKind, key: str, calls: list[Call], is_urgent: bool) -> None:
        bench, tried = self.bench, len(calls)
        match kind.meaning:
            case Meaning.FLOOD:
                assert (await bench.pauses())["flood"] == kind.seconds
                await self._must_wait(kind.seconds, key, calls)
            case Meaning.NOT_SENT | Meaning.CONFLICT:
                await self._must_wait(1, key, calls)
            case Meaning.AMBIGUOUS if is_urgent:
                await self._must_wait(RESEND_SECONDS, key, calls)
            case Meaning.MIGRATED:
                assert (await bench.person(FANG)).chat_id == LIU
                await bench.turns(bench.pump.turn)
                assert (await bench.row(key)).state == "sent" and list(calls)[-1].chat_id == LIU
            case Meaning.TOKEN:
                bench.clock.advance(hours=20)
                assert not await bench.pump.turn() and len(calls) == tried
                await bench.pump.claims.lift(TOKEN)
                await bench.turns(bench.pump.turn)
                assert (await bench.row(key)).state == "sent"
            case Meaning.GONE:
                await self._tell(FANG, f"{key} while gone", {})
                await bench.turns(bench.pump.turn)
                assert len(calls) == tried and (await bench.row(f"{key} while gone")).state == "refused"
                async with bench.office.desk() as desk:
                    await enrolling.set_reachable(desk, FANG, True)
                await self._tell(FANG, f"{key} back", {})
                await bench.turns(bench.pump.turn)
                assert (await bench.row(f"{key} back")).state == "sent"
            case _:
                bench.clock.advance(hours=1)
                await bench.turns(bench.pump.turn)
                assert len(calls) == tried

    async def _must_wait(self, seconds: float, key: str, calls: list[Call]) -> None:
        """Not a moment earlier, and then with success."""
        bench, tried = self.bench, len(calls)
        bench.clock.advance(seconds=seconds - 0.1)
        assert not await bench.pump.turn() and len(calls) == tried
        bench.clock.advance(seconds=0.1)
        await bench.turns(bench.pump.turn)
        assert (await bench.row(key)).state == "sent" and len(calls) == tried + 1


# A letter keeps no count of what cost it nothing; of unknown fate it goes once more, like anything urgent.
LETTERS: Mapping[Meaning, tuple[str, str, float]] = {
    Meaning.SENT: ("sent", "", 0),
    Meaning.NOT_SENT: ("queued", "", 30),
    Meaning.CONFLICT: ("queued", "", 30),
    Meaning.AMBIGUOUS: ("queued", "", RESEND_SECONDS),
    Meaning.FLOOD: ("queued", "flood", 0),
    Meaning.MIGRATED: ("refused", "", 0),
    Meaning.GONE: ("refused", "", 0),
    Meaning.CONTENT: ("refused", "", 0),
    Meaning.TOKEN: ("queued", "token", 30),
}


class Letters:
    """Cells of the courier."""

    sites = (Site("courier: letter", "sendMessage"),)

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.report_id = 0

    async def open(self) -> None:
        """Somebody has reported without giving a name."""
        made = await reported.report(self.bench.office, self.bench.people[LIU], LIU, shop=None)
        async with self.bench.office.desk() as desk:
            self.report_id = (await desk.session.scalars(select(ReportRecord.id))).one()
        assert made is not None
        await self.bench.turns(self.bench.courier.turn)

    async def _state(self, key: str) -> str:
        async with self.bench.office.desk() as desk:
            return (await desk.session.scalars(select(LetterRecord.state).where(LetterRecord.key == key))).one()

    async def cell(self, site: Site, kind: WireKind) -> None:
        """One fault of one letter."""
        bench, key = self.bench, f"letter {next(self.bench.numbers)}"
        async with bench.office.desk() as desk:
            report = await desk.session.get_one(ReportRecord, self.report_id)
            assert await tell_reporter(desk, report, Notice("inspection_again", {"number": key}, key))
        async with bench.broken(site.method, kind) as calls:
            await bench.courier.turn()
        state, pause, wait = LETTERS[kind.meaning]
        assert await self._state(key) == state and set(await bench.pauses()) == ({pause} if pause else set())
        tried, wait = len(calls), kind.seconds if kind.meaning is Meaning.FLOOD else wait
        if kind.meaning is Meaning.TOKEN:
            bench.clock.advance(hours=20)
            assert not await bench.courier.turn() and len(calls) == tried
            await bench.pump.claims.lift(TOKEN)
        elif state == "queued":
            bench.clock.advance(seconds=wait - 0.1)
            assert not await bench.courier.turn() and len(calls) == tried
            bench.clock.advance(seconds=0.1)
        else:
            bench.clock.advance(hours=1)
        await bench.turns(bench.courier.turn)
        assert len(calls) == tried + (state == "queued")
        assert await self._state(key) == ("sent" if state == "queued" else state)
        assert sum(call.is_taken for call in calls) <= 2
