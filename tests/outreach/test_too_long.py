"""What is too long for its place is refused and said so; what was there before stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.text import WordsTooLong
from outreach.desk import Desk, Office
from outreach.hazards import blacklisting, interviewing, ladder_answering, ladder_releasing
from outreach.roundups import editing
from outreach.storage.ladder import LadderPaperRecord
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene
from tests.outreach.test_ladder_answering import END, released
from tests.outreach.test_ladder_releasing import drafted
from tests.outreach.test_roundups import draft, reports, week

Deed = Callable[[Desk, Scene, int, str], Awaitable[object]]

DEEDS: dict[str, tuple[str, int, Deed]] = {
    "answer": ("supervision", 1000, lambda d, at, id_, words: ladder_answering.say(d, at.wang, id_, words)),
    "objection": ("supervision", 1000, lambda d, at, id_, words: ladder_answering.object_to(d, at.wang, id_, words)),
    "attendees": ("interview", 500, lambda d, at, id_, words: interviewing.write(d, at.zhou, id_, "attendees", words)),
    "minutes": ("interview", 1500, lambda d, at, id_, words: interviewing.write(d, at.zhou, id_, "minutes", words)),
    "ground": ("sanction", 500, lambda d, at, id_, words: blacklisting.propose(d, at.zhou, id_, 1, words)),
}


@pytest.mark.parametrize("what", DEEDS)
async def test_words_about_a_paper(office: Office, clock: SetClock, what: str) -> None:
    rung, most, deed = DEEDS[what]
    at, _, paper_id = await released(office, clock, rung)
    if rung == "interview":
        clock.set(END + timedelta(days=30))
    with pytest.raises(WordsTooLong) as refused:
        async with office.desk() as desk:
            await deed(desk, at, paper_id, "长" * (most + 1))
    assert refused.value.facts == {"most": most, "length": most + 1, "kept": 0}
    async with office.desk() as desk:
        await deed(desk, at, paper_id, "长" * most)


async def test_what_was_said_of_an_answer_stays_and_can_be_put_anew(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await released(office, clock)

    async def say(words: str, *, is_anew: bool = False) -> str:
        async with office.desk() as desk:
            await ladder_answering.say(desk, at.wang, paper_id, words, is_anew=is_anew)
            return (await desk.session.get_one(LadderPaperRecord, paper_id)).answer

    assert await say("锁" * 990) == "锁" * 990
    with pytest.raises(WordsTooLong) as refused:
        await say("周五换好，老何负责。")
    assert refused.value.facts == {"most": 1000, "length": 1001, "kept": 990}
    assert await say("周五换好") == "锁" * 990 + "\n周五换好"
    assert await say("周五换好，老何负责。", is_anew=True) == "周五换好，老何负责。"


@pytest.mark.parametrize(("part", "most"), [("facts", 1000), ("demand", 1000), ("meet_place", 100)])
async def test_other_words_of_a_draft(office: Office, clock: SetClock, part: str, most: int) -> None:
    at, _, paper_id = await drafted(office, clock, "interview")
    async with office.desk() as desk:
        version = (await desk.session.get_one(LadderPaperRecord, paper_id)).version
    with pytest.raises(WordsTooLong):
        async with office.desk() as desk:
            await ladder_releasing.change(desk, at.zhou, paper_id, version, part, "长" * (most + 1))
    async with office.desk() as desk:
        done = await ladder_releasing.change(desk, at.zhou, paper_id, version, part, "长" * most)
    assert getattr(done, part) == "长" * most


async def test_what_a_report_asks_and_says(office: Office, clock: SetClock) -> None:
    at, _ = await week(office, clock)
    await draft(office)
    id_ = (await reports(office))[0].id
    official = at.zhou.official
    assert official is not None
    for words in ("好邻居：" + "长" * 1001, "名" * 256 + "：整改"):
        with pytest.raises(WordsTooLong):
            async with office.desk() as desk:
                await editing.ask(desk, at.zhou.contact, official, id_, words)
    with pytest.raises(WordsTooLong):
        async with office.desk() as desk:
            await editing.say(desk, at.zhou.contact, official, id_, "长" * 1001)
    async with office.desk() as desk:
        await editing.ask(desk, at.zhou.contact, official, id_, "好邻居：" + "长" * 1000)
