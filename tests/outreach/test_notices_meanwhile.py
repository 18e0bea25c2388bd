"""通知路上的事 — what happens to a notice between two steps: somebody reads it, edits it, moves, leaves or blocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from content.texts import Texts
from domain.broadcast import DraftChanged, DrafterGone, SecondOfficialMissing
from domain.composition import Content
from domain.contact import NotYours, Role
from outreach.broadcasts import acknowledging, broadcasting, composing, tallying
from outreach.broadcasts.amending import Amender
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import MEANINGS, Kind
from outreach.delivery.pacing import Pacer
from outreach.delivery.refusals import NO_ANSWER, REFUSALS, UNREADABLE
from outreach.delivery.relevance import LEFT
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Office
from outreach.people import appointing, enrolling
from outreach.storage.people import OfficialRecord
from tests.conftest import SetClock
from tests.outreach.mailing import open_mailing
from tests.outreach.test_broadcasting import SENT, Bureau


@pytest.fixture
async def bureau(office: Office) -> Bureau:
    return await Bureau(office).open()


NIGHT = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
DAWN = datetime(2026, 6, 2, 0, 1, tzinfo=UTC)


async def test_whoever_reads_it_in_the_night_is_not_told_in_the_morning_that_they_have_not(
    bureau: Bureau, clock: SetClock
) -> None:
    id_ = await bureau.sent(3)
    await bureau.settle(*SENT)
    clock.set(NIGHT)
    async with bureau.office.desk() as desk:
        assert await acknowledging.chase(desk, *bureau.officials["周科"], id_, 0) == 3
    claims = Claims(bureau.office.engine, "one")
    assert await claims.take(clock.now) == ()
    async with bureau.office.desk() as desk:
        await acknowledging.acknowledge(desk, bureau.people["王芳"], id_, None)
    clock.set(DAWN)
    chased = {claim.contact_id for claim in await claims.take(clock.now)}
    assert chased == {bureau.people[name].id for name in ("小刘", "李强")}


async def test_nobody_agrees_to_other_words_than_those_they_were_shown(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    zhou, lin = bureau.officials["周科"], bureau.officials["林科"]
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *zhou, id_, is_urgent=True)
        await broadcasting.submit(desk, *zhou, id_)
        shown, _ = await broadcasting.review(desk, *lin, id_)
    async with bureau.office.desk() as desk:
        await broadcasting.give_back(desk, *zhou, id_)
        await composing.compose(desk, *zhou, id_, Content("全部停产"))
        await broadcasting.submit(desk, *zhou, id_)
    with pytest.raises(DraftChanged):
        async with bureau.office.desk() as desk:
            await broadcasting.approve(desk, *lin, id_, 3, seen=shown.fingerprint)
    async with bureau.office.desk() as desk:
        shown, _ = await broadcasting.review(desk, *lin, id_)
        await broadcasting.approve(desk, *lin, id_, 3, seen=shown.fingerprint)


async def test_a_draft_of_an_official_who_moved_is_not_sent_where_the_second_has_no_say(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    zhou = bureau.officials["周科"]
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *zhou, id_, is_urgent=True)
        await broadcasting.submit(desk, *zhou, id_)
        await desk.session.execute(
            update(OfficialRecord).where(OfficialRecord.id == zhou[1].id).values(street="西街道")
        )
    with pytest.raises(NotYours):
        await bureau.approve(id_, 1, "林科")
    assert (await bureau.parts(id_))["waiting"] == 0


async def test_who_handed_on_their_post_is_not_told_what_was_planned_for_it(bureau: Bureau, clock: SetClock) -> None:
    id_ = await bureau.draft(posts="safety_officer")
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, due_at=clock.now + timedelta(days=1))
    await bureau.approve(id_, 1)
    await bureau.hire("老石", "甲餐馆", Role.SAFETY_OFFICER, 2020)
    clock.advance(days=1)
    told = [claim.contact_id for claim in await Claims(bureau.office.engine, "one").take(clock.now)]
    assert set(told) - {bureau.people["王芳"].id} == {bureau.people["老石"].id}
    async with bureau.office.desk() as desk:
        lines = await tallying.recipients(desk, bureau.officials["周科"][1], id_)
    assert {line.name: line.reason for line in lines} == {"王芳": "left", "老石": ""}
    await bureau.must_conserve()


async def dismissed(bureau: Bureau, name: str) -> None:
    async with bureau.office.desk() as desk:
        await appointing.end_by_command(desk, bureau.officials[name][1].id)


async def test_what_a_dismissed_official_drafted_is_sent_by_nobody_and_asks_nobody(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    zhou, lin = bureau.officials["周科"], bureau.officials["林科"]
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *zhou, id_, is_urgent=True)
        await broadcasting.submit(desk, *zhou, id_)
        assert [line.broadcast.id for line in await tallying.overview(desk, *lin)] == [id_]
    await dismissed(bureau, "周科")
    with pytest.raises(DrafterGone):
        await bureau.approve(id_, 3, "林科")
    async with bureau.office.desk() as desk:
        with pytest.raises(DrafterGone):
            await broadcasting.review(desk, *lin, id_)
        assert await tallying.overview(desk, *lin) == ()


async def test_a_dismissed_officials_card_tells_no_more_how_it_goes_on(bureau: Bureau, clock: SetClock) -> None:
    id_ = await bureau.draft()
    async with bureau.office.desk() as desk:
        await broadcasting.approve(desk, *bureau.officials["周科"], id_, 3, (901, 77))
    await bureau.settle(*SENT)
    await dismissed(bureau, "周科")
    async with bureau.office.desk() as desk:
        await acknowledging.acknowledge(desk, bureau.people["王芳"], id_, None)
    async with open_mailing(bureau.office) as mailing:
        claims, pacer = Claims(bureau.office.engine, "edits"), Pacer(1000, per_chat=False)
        assert not await Amender(bureau.office, Gateway(mailing.bot), claims, pacer).turn()
        assert await mailing.calls("editMessageText") == []


async def test_who_has_blocked_the_bot_cannot_be_asked_to_agree(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, is_urgent=True)
        await enrolling.set_reachable(desk, 901, False, "blocked")
    with pytest.raises(SecondOfficialMissing):
        async with bureau.office.desk() as desk:
            await broadcasting.submit(desk, *bureau.officials["周科"], id_)


def test_every_reason_for_which_somebody_is_not_reached_has_words(texts: Texts) -> None:
    label = texts.words("zh-CN").label
    reasons = {line.reason for line in REFUSALS if line.kind in (Kind.CONTACT_GONE, Kind.CONTENT_REFUSED)}
    reasons |= {NO_ANSWER.reason, UNREADABLE.reason, MEANINGS[Kind.MIGRATED].word, "send_fault", LEFT}
    for reason in sorted(reasons):
        assert label(f"broadcast.reason.{reason}"), reason
