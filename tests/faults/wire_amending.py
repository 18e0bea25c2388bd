"""线路格：更正 — what is edited after it was sent: words taken back, a caption taken back, the card of a broadcast."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from domain.composition import Content
from domain.notice import Notice
from outreach.broadcasts import composing
from outreach.delivery.aftermath import TOKEN
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from tests.faults.wire_bench import FANG, OFFICIAL, Bench
from tests.faults.wire_kinds import Meaning, WireKind
from tests.faults.wire_sending import Site
from tests.outreach import walking

TEXT, CAPTION, CARD = "amender: takeback", "amender: takeback under a picture", "amender: card"
# A message of somebody who is gone, or one that takes no other words, needs no further edit; and editing twice is
# harmless, so that what nobody knows is tried again.
DONE = (Meaning.SENT, Meaning.GONE, Meaning.CONTENT)
AGAIN_SECONDS = 2.0


class Edits:
    """Cells of the amender: one broadcast that is taken back over and over, as if each time were the first."""

    sites = (Site(TEXT, "editMessageText"), Site(CAPTION, "editMessageCaption"), Site(CARD, "editMessageText"))

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.broadcast_id = self.message = self.picture = self.card = 0

    async def open(self) -> None:
        """A notice was sent to somebody, once as text and once as a picture, and its card stands with the official."""
        bench = self.bench
        self.message = (await bench.direct.send_message(FANG, "检查燃气软管")).message_id
        self.picture = (await bench.direct.send_photo(FANG, walking.jpeg(), "检查燃气软管")).message_id
        self.card, self.shown = (await bench.direct.send_message(OFFICIAL, "…")).message_id, 0
        async with bench.office.desk() as desk:
            draft = await composing.begin(desk, *bench.official)
            await composing.compose(desk, *bench.official, draft.id, Content("检查燃气软管"))
            self.broadcast_id = draft.id
            notice = Notice("inspection_again", {"number": "x"}, "edited", broadcast_id=draft.id)
            assert await desk.tell(bench.people[FANG], notice)

    async def _set_up(self, site: Site) -> None:
        if site.name == CARD:
            # What the card shows already would be refused as no change at all, and that is not the fault to be met.
            self.shown += 1
            await self.bench.direct.edit_message_text(f"… {self.shown}", OFFICIAL, self.card)
        async with self.bench.office.desk() as desk:
            is_card = site.name == CARD
            await desk.session.execute(
                update(BroadcastRecord).values(
                    state="approved" if is_card else "recalled", approved_at=desk.now, due_at=desk.now,
                    expires_at=desk.now + timedelta(days=7), recalled_at=desk.now,
                    next_look_at=desk.now, progress_chat_id=OFFICIAL if is_card else None,
                    progress_message_id=self.card if is_card else None,
                )
            )  # fmt: skip
            await desk.session.execute(
                update(DeliveryRecord)
                .where(DeliveryRecord.key == "edited")
                .values(
                    state="sent", kind="broadcast", settled_at=desk.now, recalled_at=desk.now if is_card else None,
                    message_id=self.picture if site.name == CAPTION else self.message,
                    media_kind="photo" if site.name == CAPTION else "",
                )
            )  # fmt: skip

    async def _is_done(self, site: Site) -> bool:
        async with self.bench.office.desk() as desk:
            if site.name == CARD:
                return (await desk.session.scalars(select(BroadcastRecord.next_look_at))).one() is None
            found = select(DeliveryRecord.recalled_at).where(DeliveryRecord.key == "edited")
            return (await desk.session.scalars(found)).one() is not None

    async def cell(self, site: Site, kind: WireKind) -> None:
        """One fault of one edit, until the message says what it should."""
        bench = self.bench
        await self._set_up(site)
        amender = bench.amender()
        async with bench.broken(site.method, kind) as calls:
            await amender.turn()
        is_done, pauses = kind.meaning in DONE, await bench.pauses()
        assert await self._is_done(site) == is_done
        assert set(pauses) == {{Meaning.FLOOD: "flood", Meaning.TOKEN: "token"}.get(kind.meaning, "")} - {""}
        tried, wait = len(calls), AGAIN_SECONDS
        if kind.meaning is Meaning.FLOOD:
            wait = kind.seconds
            assert pauses["flood"] == kind.seconds
        elif kind.meaning is Meaning.TOKEN:
            bench.clock.advance(hours=20)
            assert not await amender.turn()
            await bench.pump.claims.lift(TOKEN)
        if not is_done and kind.meaning is not Meaning.TOKEN:
            bench.clock.advance(seconds=wait - 0.1)
            await amender.turn()
            assert len(calls) == tried
            bench.clock.advance(seconds=0.1)
        await bench.turns(amender.turn)
        assert await self._is_done(site) and len(calls) == tried + (not is_done)
        bench.clock.advance(hours=1)
        await bench.turns(amender.turn)
        assert len(calls) == tried + (not is_done)
