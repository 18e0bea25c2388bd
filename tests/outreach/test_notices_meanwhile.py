"""通知路上的事 — what happens to a notice between two steps: somebody reads it, edits it, moves, leaves or blocks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from content.texts import Texts
from domain.broadcast import DraftChanged, DrafterGone, SecondOfficialMissing
from domain.composition import Content
from domain.contact import NotYours, Role, StalePress
from domain.text import shortened
from outreach.broadcasts import acknowledging, broadcasting, composing, tallying
from outreach.broadcasts.amending import Amender
from outreach.broadcasts.elsewhere import unreached_elsewhere
from outreach.broadcasts.returning import MOST_URGENT
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import MEANINGS, Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.refusals import NO_ANSWER, REFUSALS, UNREADABLE
from outreach.delivery.relevance import LEFT
from outreach.delivery.rows import mark_gone
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Office
from outreach.people import appointing, enrolling
from outreach.reminders import matters
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.fallbacks import FallbackRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import OfficialRecord
from tests.conftest import SetClock
from tests.outreach import walking
from tests.outreach.mailing import open_mailing
from tests.outreach.test_broadcasting import SENT, Bureau


@pytest.fixture
async def bureau(office: Office) -> Bureau:
    return await Bureau(office).open()


NIGHT = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
BLOCKED = [Outcome(Kind.CONTACT_GONE, "blocked")]
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


async def test_an_enterprise_that_changed_its_trade_after_the_approval_still_gets_the_notice(
    bureau: Bureau, clock: SetClock
) -> None:
    """O2, docs/decisions/0025: what was counted is sent. Who is new there is asked for the trade of today."""
    id_ = await bureau.draft(industry="catering")
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, due_at=clock.now + timedelta(days=1))
    await bureau.approve(id_, 3)
    async with bureau.office.desk() as desk:
        changed = update(EnterpriseRecord).where(EnterpriseRecord.id == bureau.enterprises["甲餐馆"])
        await desk.session.execute(changed.values(industries=["retail"], street="西街道", risk_class="red"))
    await bureau.hire("新人", "甲餐馆", Role.EMPLOYEE, 2030)
    clock.advance(days=1)
    await bureau.settle(*SENT)
    async with bureau.office.desk() as desk:
        lines = await tallying.recipients(desk, bureau.officials["周科"][1], id_)
    assert {line.name: line.state for line in lines} == dict.fromkeys(("王芳", "小刘", "李强"), "sent")


async def elsewhere(bureau: Bureau, id_: int) -> list[tuple[str, tuple[str, ...], str]]:
    async with bureau.office.desk() as desk:
        shown, _ = await tallying.status(desk, bureau.officials["周科"][1], id_)
        found = await unreached_elsewhere(desk, id_, shown.audience)
    return [(one.enterprise, one.people, one.forwarded) for one in found]


async def test_an_enterprise_whose_several_owners_were_all_out_of_reach_stands_on_the_list(bureau: Bureau) -> None:
    async with bureau.office.desk() as desk:
        for number, (name, street) in enumerate((("戊餐馆", "东街道"), ("己餐馆", "西街道"))):
            bureau.enterprises[name] = await walking.enterprise(desk, name, f"MORE{number:014d}", street)
        for name, enterprise, role in (
            ("王芳", "戊餐馆", Role.EMPLOYEE), ("李强", "戊餐馆", Role.PRINCIPAL), ("李强", "己餐馆", Role.PRINCIPAL),
        ):  # fmt: skip
            await enrolling.give_post(desk, bureau.people[name], bureau.enterprises[enterprise], role, "test")
    id_ = await bureau.sent(3)
    # Everybody is on the list for the enterprise they came to first; while anything is under way nobody is missed.
    assert await elsewhere(bureau, id_) == []
    claims = Claims(bureau.office.engine, "one")
    held = await claims.take(bureau.office.clock())
    ids = {name: bureau.people[name].id for name in ("王芳", "李强")}
    await claims.settle([(one, BLOCKED[0]) for one in held if one.contact_id == ids["李强"]], bureau.office.clock())
    assert await elsewhere(bureau, id_) == []
    await claims.settle([(one, BLOCKED[0]) for one in held if one.contact_id == ids["王芳"]], bureau.office.clock())
    assert await elsewhere(bureau, id_) == [("戊餐馆", ("王芳", "李强"), "")]
    async with bureau.office.desk() as desk:
        desk.session.add(
            FallbackRecord(
                key="one", broadcast_id=id_, enterprise_id=bureau.enterprises["戊餐馆"], why="unreached", title="",
                text="", state="sent", created_at=desk.now, due_at=desk.now,
            )
        )  # fmt: skip
    assert await elsewhere(bureau, id_) == [("戊餐馆", ("王芳", "李强"), "sent")]
    async with bureau.office.desk() as desk:
        await desk.session.execute(
            update(DeliveryRecord).where(DeliveryRecord.contact_id == ids["王芳"]).values(acknowledged_at=desk.now)
        )
    assert await elsewhere(bureau, id_) == []


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


async def came_back(bureau: Bureau, person_id: int = 7003) -> None:
    async with bureau.office.desk() as desk:
        await enrolling.set_reachable(desk, person_id, True)


async def waiting_for(bureau: Bureau, name: str) -> list[DeliveryRecord]:
    """What is to go to this person, in the order in which it was told."""
    async with bureau.office.desk() as desk:
        rows = await desk.session.scalars(
            select(DeliveryRecord)
            .where(DeliveryRecord.contact_id == bureau.people[name].id, DeliveryRecord.state == "queued")
            .order_by(DeliveryRecord.id)
        )
        return list(rows)


async def urgent_of(bureau: Bureau, words: str) -> int:
    id_ = await bureau.draft(words=words, posts="principal")
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, is_urgent=True)
        await broadcasting.submit(desk, *bureau.officials["周科"], id_)
    await bureau.approve(id_, 1, "林科")
    return id_


async def test_who_comes_back_hears_in_one_message_what_still_holds_and_a_press_brings_it(
    bureau: Bureau, clock: SetClock
) -> None:
    gone = await bureau.sent(1, words="过期的", posts="principal")
    await bureau.settle(*BLOCKED)
    clock.advance(days=8)
    recalled = await bureau.sent(1, words="撤回的", posts="principal")
    kept = [await bureau.sent(1, words=f"检查{what}\n" + "长" * 4500, posts="principal") for what in ("软管", "阀门")]
    await bureau.settle()
    async with bureau.office.desk() as desk:
        await broadcasting.recall(desk, *bureau.officials["周科"], recalled)
    await came_back(bureau)
    [said] = await waiting_for(bureau, "李强")
    assert said.kind == "broadcast_missed" and "2 条" in said.text
    buttons = [row[0] for row in json.loads(said.buttons)]
    assert [label for label, _ in buttons[:-1]] == [
        f"📨 {shortened(f'检查{what} ' + '长' * 99, 30)}" for what in ("阀门", "软管")
    ]
    assert (await bureau.parts(kept[0]))["unreached"] == 1
    # Back again without having been away: nothing.
    await came_back(bureau)
    assert len(await waiting_for(bureau, "李强")) == 1
    # At night, and all parts of it: the person asked.
    clock.set(datetime(2026, 6, 9, 14, 30, tzinfo=UTC))
    pressed = int(buttons[1][1].rpartition(":")[2])
    async with bureau.office.desk() as desk:
        assert await matters.bring(desk, bureau.people["李强"], pressed) is None
        assert await matters.bring(desk, bureau.people["李强"], pressed) is not None
    claims = Claims(bureau.office.engine, "one")
    held = [claim for claim in await claims.take(clock.now) if claim.broadcast_id == kept[0]]
    assert [claim.part for claim in held] == [1, 2]
    await claims.settle([(claim, Outcome(Kind.SENT, message_id=claim.id)) for claim in held], clock.now)
    assert await bureau.parts(kept[0]) == {"read": 0, "silent": 1, "unreached": 0, "waiting": 0}
    await bureau.must_conserve()
    # The other one is taken back before it is pressed.
    async with bureau.office.desk() as desk:
        await broadcasting.recall(desk, *bureau.officials["周科"], kept[1])
    with pytest.raises(StalePress):
        async with bureau.office.desk() as desk:
            await matters.bring(desk, bureau.people["李强"], int(buttons[0][1].rpartition(":")[2]))
    assert (await bureau.parts(gone))["unreached"] == 1


async def test_who_comes_back_is_sent_what_is_urgent_first_and_only_the_newest_of_it(
    bureau: Bureau, clock: SetClock
) -> None:
    await bureau.sent(1, words="平常的", posts="principal")
    await bureau.settle(*BLOCKED)
    urgent = [await urgent_of(bureau, f"台风{number}") for number in range(MOST_URGENT + 1)]
    ahead = await bureau.draft(words="明天的", posts="principal")
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], ahead, due_at=clock.now + timedelta(days=1))
    await bureau.approve(ahead, 1)
    await bureau.settle()
    async with bureau.office.desk() as desk:
        # Marked while one was still to leave: that is refused at once.
        await mark_gone(await desk.session.connection(), bureau.people["李强"].id, "blocked", clock.now)
    clock.set(NIGHT)
    await came_back(bureau)
    claims = Claims(bureau.office.engine, "one")
    held = [one for one in await claims.take(clock.now) if one.contact_id == bureau.people["李强"].id]
    assert [one.broadcast_id for one in held] == [*urgent[1:], None]
    assert f"紧急的 {MOST_URGENT} 条" in held[-1].text and "2 条通知" in held[-1].text
    labels = [row[0][0] for row in json.loads(held[-1].buttons)]
    assert labels[:2] == ["🔴 台风0", "📨 平常的"]
    [row] = await waiting_for(bureau, "李强")
    assert row.broadcast_id == ahead and row.due_at > clock.now
    await bureau.must_conserve()


async def test_who_comes_back_by_agreeing_anew_hears_it_too(bureau: Bureau) -> None:
    await bureau.sent(1, posts="principal")
    await bureau.settle(*BLOCKED)
    async with bureau.office.desk() as desk:
        await enrolling.agree(desk, 7003, 7003, "李强", "zh-CN", 2)
    assert [row.kind for row in await waiting_for(bureau, "李强")] == ["broadcast_missed"]


async def test_who_comes_back_and_has_left_their_enterprise_hears_nothing(bureau: Bureau) -> None:
    await bureau.sent(1, posts="principal")
    await bureau.settle(*BLOCKED)
    await bureau.hire("老石", "乙餐馆", Role.PRINCIPAL, 2020)
    async with bureau.office.desk() as desk:
        before = len((await desk.session.scalars(select(DeliveryRecord.id))).all())
    await came_back(bureau)
    async with bureau.office.desk() as desk:
        assert len((await desk.session.scalars(select(DeliveryRecord.id))).all()) == before


def test_every_reason_for_which_somebody_is_not_reached_has_words(texts: Texts) -> None:
    label = texts.words("zh-CN").label
    reasons = {line.reason for line in REFUSALS if line.kind in (Kind.CONTACT_GONE, Kind.CONTENT_REFUSED)}
    reasons |= {NO_ANSWER.reason, UNREADABLE.reason, MEANINGS[Kind.MIGRATED].word, "send_fault", LEFT}
    for reason in sorted(reasons):
        assert label(f"broadcast.reason.{reason}"), reason
