"""Hold: after a restore nothing leaves but replies, until a person has said what becomes of what may have been sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.authority import DutyLacking, OfficeRole
from domain.contact import Jurisdiction, NotYours, Official
from domain.hold import EVERYTHING, LETTERS, NOTICES, HeldChanged, NotHeld
from outreach.broadcasts.amending import Amender
from outreach.delivery.courier import Courier
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Office
from outreach.storage.notices import HOLD, DeliveryRecord, PauseRecord
from outreach.storage.people import JournalRecord
from outreach.storage.reports import LetterRecord
from outreach.upkeep import releasing
from tests.conftest import SetClock
from tests.outreach.mailing import open_mailing


def official(clock: SetClock, street: str = "", role: OfficeRole = OfficeRole.HEAD) -> Official:
    return Official(1, "周科", Jurisdiction(street), clock.now.date(), None, role)


async def begin(office: Office) -> int:
    async with office.desk() as desk:
        return await releasing.hold(desk, desk.now - timedelta(minutes=10))


async def rows(office: Office) -> dict[str, tuple[str, str]]:
    async with office.desk() as desk:
        return {row.key: (row.state, row.reason) for row in await desk.session.scalars(select(DeliveryRecord))}


async def test_nothing_leaves_while_it_is_held_and_a_restart_changes_nothing(office: Office, clock: SetClock) -> None:
    async with open_mailing(office) as mailing:
        wang = await mailing.contact()
        await mailing.tell(wang, "waited")
        await mailing.tell(wang, "later", due_at=clock.now + timedelta(hours=1))
        await begin(office)
        await mailing.tell(wang, "news")
        for owner in ("one", "after a restart"):
            pump = mailing.pump(owner)
            courier = Courier(office.engine, Gateway(mailing.bot), office.seal, office.letter_bell, clock, Pacer(1000))
            amender = Amender(office, Gateway(mailing.bot), pump.claims, pump.pacer)
            for _ in range(3):
                assert not await pump.turn() and not await courier.turn() and not await amender.turn()
                clock.advance(days=1)
        assert await mailing.tries() == 0
        # What could not have been sent yet is not called into question.
        assert await rows(office) == {
            "waited": ("unknown", "restored"), "later": ("queued", ""), "news": ("queued", ""),
        }  # fmt: skip
        async with office.desk() as desk:
            await releasing.decide(desk, None, NOTICES, 1, again=True)
        assert not await mailing.pump().turn()
        async with office.desk() as desk:
            await releasing.release(desk, None, 0)
        while await mailing.pump().turn():
            pass
        assert await mailing.states() == {"sent": 3} and await mailing.tries() == 3


async def test_each_group_is_decided_by_itself_with_its_count(office: Office, clock: SetClock) -> None:
    async with open_mailing(office) as mailing:
        wang, li = await mailing.contact(), await mailing.contact(1003, "李强")
        for key, broadcast_id in (("a", 7), ("b", 8), ("c", None), ("d", None)):
            await mailing.tell(wang, key, broadcast_id=broadcast_id)
        await mailing.tell(li, "e", broadcast_id=7)
    async with office.desk() as desk:
        row = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == "d"))).one()
        row.reason = "digest"
        desk.session.add(
            LetterRecord(id=5, key="l", report_id=1, kind="report_asked", text="?", due_at=desk.now)
        )  # fmt: skip
    assert await begin(office) == 6
    head = (wang, official(clock))
    async with office.desk() as desk:
        held = await releasing.look(desk, head[1])
        assert held.made_at == clock.now - timedelta(minutes=10) and held.restored_at == clock.now
        assert [(g.which, g.count) for g in held.groups] == [("7", 2), ("8", 1), (NOTICES, 2), (LETTERS, 1)]
        for wrong in (1, 3):
            with pytest.raises(HeldChanged):
                await releasing.decide(desk, head, "7", wrong, again=True)
        await releasing.decide(desk, head, "7", 2, again=True)
        await releasing.decide(desk, head, "8", 1, again=False)
        await releasing.decide(desk, head, NOTICES, 2, again=True)
        # Decided twice is decided once.
        with pytest.raises(HeldChanged):
            await releasing.decide(desk, head, "8", 1, again=True)
        assert (await releasing.look(desk, head[1])).count == 1
        await releasing.release(desk, head, 1)
        with pytest.raises(NotHeld):
            await releasing.look(desk, head[1])
    assert await rows(office) == {
        "a": ("queued", ""), "e": ("queued", ""), "b": ("unknown", "restored_left"), "c": ("queued", ""),
        "d": ("queued", "digest"),
    }  # fmt: skip
    async with office.desk() as desk:
        letter = (await desk.session.scalars(select(LetterRecord))).one()
        assert (letter.state, letter.reason) == ("unknown", "restored_left")
        noted = (await desk.session.scalars(select(JournalRecord).where(JournalRecord.subject == HOLD))).all()
        assert [row.happened for row in noted] == ["HeldDecided"] * 3 + ["HoldReleased"]
        assert all(row.contact_id == wang.id and "周科" in row.facts for row in noted)


async def test_only_an_official_of_the_whole_area_with_the_duty_decides(office: Office, clock: SetClock) -> None:
    async with open_mailing(office) as mailing:
        wang = await mailing.contact()
    await begin(office)
    async with office.desk() as desk:
        with pytest.raises(NotYours):
            await releasing.release(desk, (wang, official(clock, "望潮街道")), 0)
        with pytest.raises(DutyLacking):
            await releasing.decide(desk, (wang, official(clock, role=OfficeRole.EXPERT)), EVERYTHING, 0, again=True)
        assert await desk.session.get(PauseRecord, HOLD) is not None


async def test_a_second_restore_keeps_what_was_held_before(office: Office, clock: SetClock) -> None:
    async with open_mailing(office) as mailing:
        wang = await mailing.contact()
        await mailing.tell(wang, "first")
        await begin(office)
        clock.advance(hours=1)
        await mailing.tell(wang, "second")
        assert await begin(office) == 1
        async with office.desk() as desk:
            held = await releasing.held(desk)
            assert held is not None and held.count == 2 and held.restored_at == clock.now
