"""线路格：答话 — what somebody did has taken effect and is acknowledged, however the answer to it fares."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
from sqlalchemy import func, select

from bot.intake import Intake, Taken
from domain.composition import Content
from domain.contact import Role
from outreach.broadcasts import composing
from outreach.inspections import inspecting
from outreach.people import enrolling
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from outreach.storage.notices import DeliveryRecord
from sandbox.server import DEFAULT_TOKEN
from tests.faults.wire_bench import FANG, OFFICIAL, QIANG, Bench
from tests.faults.wire_kinds import Meaning, WireKind
from tests.faults.wire_sending import Site
from tests.outreach import walking

GROUP = -1001234567890


@dataclass(frozen=True, slots=True)
class Deed(Site):
    """Somebody does something: text, `[data of a button]`, `twice` for a card that replaces its elder."""

    who: int = QIANG
    deed: str = ""
    # Whether it is said to a person, who is marked as gone when Telegram says so.
    is_said: bool = True


SITES = (
    Deed("reply: text", "sendMessage", who=QIANG, deed="/hotline"),
    Deed("reply: edit in place", "editMessageText", who=QIANG, deed="[hl:c]"),
    Deed("reply: answer to a press", "answerCallbackQuery", who=QIANG, deed="[hl:c]", is_said=False),
    Deed("reply: photo", "sendPhoto", who=QIANG, deed="[hl:p:cpr]"),
    Deed("reply: document", "sendDocument", who=QIANG, deed="[pr:export]"),
    Deed("reply: poll", "sendPoll", who=FANG, deed="[qz:b:]"),
    Deed("reply: commands", "setMyCommands", who=QIANG, deed="[la:set:zh-CN]", is_said=False),
    Deed("reply: card that replaces its elder", "sendMessage", who=FANG, deed="[in:go] twice"),
    Deed("reply: the elder card taken away", "deleteMessage", who=FANG, deed="[in:go] twice", is_said=False),
    Deed("reply: keys of a notice", "editMessageReplyMarkup", who=FANG, deed="[ak]", is_said=False),
    Deed("group: who is an admin", "getChatMember", who=FANG, deed="group /quiz", is_said=False),
    Deed("fault: reference number", "sendMessage", who=OFFICIAL, deed="📎"),
)


class Talk:
    """Cells of the intake: updates as the sandbox words them, fed by hand."""

    sites = SITES

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.intake = Intake(bench.office, bench.bot, bench.gateway.fetch)
        self.stumbling = Intake(bench.office, bench.bot, _stumble)
        self.notice_id = self.inspection_id = 0
        self._offset = 0

    async def open(self) -> None:
        """Somebody works for an enterprise and has been sent a notice, and there is a group."""
        bench = self.bench
        async with bench.office.desk() as desk:
            where = await walking.enterprise(desk)
            await enrolling.give_post(desk, bench.people[FANG], where, Role.SAFETY_OFFICER, "test")
            posts = await enrolling.posts_of(desk, bench.people[FANG].id)
            opened = await inspecting.begin(desk, bench.people[FANG], posts, where, "catering")
            self.inspection_id = opened.id
            self.notice_id = await _notice(bench, desk)
        for who in (QIANG, FANG, OFFICIAL):
            await bench.direct.send_message(who, "…")

    async def _update(self, site: Deed) -> dict[str, Any]:
        """What Telegram hands over once the deed is done."""
        bench, who = self.bench, site.who
        if site.deed.startswith("["):
            data = site.deed[1:].partition("]")[0]
            data += {"ak": f":{self.notice_id}", "in:go": f":{self.inspection_id}"}.get(data, "")
            if data.startswith("in:"):
                # What is pressed under a picture cannot be answered in its place.
                newest = await bench.direct.send_photo(who, walking.jpeg())
            else:
                newest = await bench.direct.send_message(who, "…")
            await bench.post(f"people/{who}/press", message_id=newest.message_id, data=data, forge=True)
        elif site.deed == "📎":
            form = aiohttp.FormData()
            form.add_field("file", b"PK", filename="a.xlsx")
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{bench.base}/sandbox/people/{who}/document", data=form) as answer,
            ):
                assert answer.status == 200
        else:
            await bench.post(f"people/{who}/text", text=site.deed.removesuffix(" twice").removeprefix("group "))
        updates = await self._ask()
        if site.deed.startswith("group "):
            updates[-1]["message"]["chat"] = {"id": GROUP, "type": "supergroup", "title": "厂区群"}
        return updates[-1]

    async def _ask(self) -> list[Any]:
        url = f"{self.bench.base}/bot{DEFAULT_TOKEN}/getUpdates"
        asked = {"offset": self._offset}
        async with aiohttp.ClientSession() as session, session.post(url, json=asked) as answer:
            found = (await answer.json())["result"]
        self._offset = max([self._offset, *(update["update_id"] + 1 for update in found)])
        return list(found)

    async def cell(self, site: Deed, kind: WireKind) -> None:
        """One fault of one answer."""
        bench = self.bench
        intake = self.stumbling if site.deed == "📎" else self.intake
        bench.clock.advance(minutes=1)
        if site.deed.endswith(" twice"):
            assert await intake.take(await self._update(site)) is Taken.ACKNOWLEDGE
        raw, aside = await self._update(site), await self._quarantined()
        async with bench.broken(site.method, kind) as calls, asyncio.timeout(6):
            assert await intake.take(raw) is Taken.ACKNOWLEDGE
        assert await self._is_seen(raw["update_id"])
        assert await self._quarantined() - aside == (site.deed == "📎")
        assert len(calls) <= 2 and (len(calls) or kind.meaning is Meaning.NOT_SENT)
        taken = sum(call.is_taken for call in calls)
        assert taken == 1 if kind.meaning is Meaning.SENT and site.deed != "group /quiz" else taken <= 1
        # A message of unknown fate is not said twice; what is put in its place after words were refused is another.
        if kind.meaning is Meaning.AMBIGUOUS:
            assert len(calls) == 1
        # A message that is not found to be edited is said anew.
        is_anew = site.method == "editMessageText" and kind.name == "400 chat not found"
        is_gone = kind.meaning is Meaning.GONE and site.is_said and site.deed != "📎" and not is_anew
        assert (await bench.person(site.who)).is_reachable is not is_gone
        is_paused = kind.meaning is Meaning.FLOOD and site.is_said
        if site.deed != "📎":
            assert (await bench.pauses()).get("flood") == (kind.seconds if is_paused else None)
        # The same person again, and somebody else: both are answered.
        for who in (site.who, FANG if site.who == QIANG else QIANG):
            before = len(bench.wire.calls)
            await bench.post(f"people/{who}/text", text="/hotline")
            assert await self.intake.take((await self._ask())[-1]) is Taken.ACKNOWLEDGE
            said = [call for call in bench.wire.calls[before:] if call.method == "sendMessage" and call.is_taken]
            assert [call.chat_id for call in said] == [who], (who, said)
        # Telegram did not hear that it was taken, and comes again.
        assert await self.intake.take(raw) is Taken.ACKNOWLEDGE
        assert await self._quarantined() - aside == (site.deed == "📎")

    async def _is_seen(self, number: int) -> bool:
        async with self.bench.office.desk() as desk:
            return await desk.session.get(SeenUpdateRecord, number) is not None

    async def _quarantined(self) -> int:
        async with self.bench.office.desk() as desk:
            found = select(func.count()).select_from(QuarantineRecord)
            return int((await desk.session.execute(found)).scalar_one())


async def _stumble(file_id: str, limit: int) -> bytes:
    raise RuntimeError("a talk that stumbles")


async def _notice(bench: Bench, desk: Any) -> int:
    draft = await composing.begin(desk, *bench.official)
    await composing.compose(desk, *bench.official, draft.id, Content("检查燃气软管"))
    desk.session.add(
        DeliveryRecord(
            key="read", contact_id=bench.people[FANG].id, kind="broadcast", text="…", broadcast_id=draft.id,
            state="sent", created_at=desk.now, due_at=desk.now, settled_at=desk.now, message_id=1,
        )
    )  # fmt: skip
    return draft.id
