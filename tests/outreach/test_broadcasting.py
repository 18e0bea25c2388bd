"""群发通知 — audiences inside their bound, rows frozen once, officials side by side, recall in the middle, the law."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text, update

from domain.broadcast import (
    Audience,
    AudienceChanged,
    AudienceEmpty,
    BroadcastMoved,
    ChasedRecently,
    CountMistyped,
    NobodyToChase,
    OwnBroadcast,
    SecondOfficialMissing,
)
from domain.composition import Content
from domain.contact import Contact, NotYours, Official, Role, StalePress
from outreach.broadcasts import acknowledging, broadcasting, composing, tallying
from outreach.broadcasts.amending import Amender
from outreach.broadcasts.audiences import bound_of, choices, resolve
from outreach.broadcasts.tallying import Part
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Office
from outreach.people import enrolling
from outreach.privacy import erasing
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import OfficialRecord
from tests.conftest import SetClock
from tests.outreach import walking
from tests.outreach.mailing import Mailing, open_mailing

# The conservation law, straight from the rows: the frozen audience is what became of it, state by state.
LAW = text("""
    SELECT b.id, (SELECT count(*) FROM recipients r WHERE r.broadcast_id = b.id),
           (SELECT count(*) FROM deliveries d WHERE d.broadcast_id = b.id AND d.kind = 'broadcast' AND d.state IN
               ('queued', 'claimed', 'retry', 'sent', 'refused', 'unknown', 'skipped')),
           (SELECT count(DISTINCT d.contact_id) FROM deliveries d
            WHERE d.broadcast_id = b.id AND d.kind = 'broadcast')
    FROM broadcasts b WHERE b.state IN ('approved', 'recalled')
""")


class Bureau:
    """Two officials of one street, one of another, and enterprises with people in them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.people: dict[str, Contact] = {}
        self.officials: dict[str, tuple[Contact, Official]] = {}
        self.enterprises: dict[str, int] = {}

    async def open(self) -> Bureau:
        async with self.office.desk() as desk:
            for number, (name, street) in enumerate((("周科", "东街道"), ("林科", "东街道"), ("钱科", "西街道"))):
                self.officials[name] = await walking.official(desk, name, 900 + number, street)
            for number, (name, street) in enumerate((("甲餐馆", "东街道"), ("乙餐馆", "东街道"), ("丙餐馆", "西街道"))):
                self.enterprises[name] = await walking.enterprise(desk, name, f"CODE{number:014d}", street)
        await self.hire("王芳", "甲餐馆", Role.SAFETY_OFFICER, 7001)
        await self.hire("小刘", "甲餐馆", Role.EMPLOYEE, 7002)
        await self.hire("李强", "乙餐馆", Role.PRINCIPAL, 7003)
        await self.hire("老丙", "丙餐馆", Role.PRINCIPAL, 7004)
        return self

    async def hire(self, name: str, enterprise: str, role: Role, person_id: int) -> Contact:
        async with self.office.desk() as desk:
            self.people[name] = await walking.person(desk, name, person_id)
            await enrolling.give_post(desk, self.people[name], self.enterprises[enterprise], role, "test")
        return self.people[name]

    async def draft(self, by: str = "周科", words: str = "检查燃气软管", **bounds: str) -> int:
        who = self.officials[by]
        async with self.office.desk() as desk:
            draft = await composing.begin(desk, *who)
            await composing.compose(desk, *who, draft.id, Content(words))
            for field, value in bounds.items():
                await composing.aim(desk, *who, draft.id, field, value)
        return draft.id

    async def approve(self, id_: int, count: int | None, by: str = "周科") -> None:
        async with self.office.desk() as desk:
            await broadcasting.approve(desk, *self.officials[by], id_, count)

    async def sent(self, count: int, **bounds: str) -> int:
        id_ = await self.draft(**bounds)
        await self.approve(id_, count)
        return id_

    async def parts(self, id_: int) -> dict[str, int]:
        async with self.office.desk() as desk:
            found = await tallying.tally(desk, id_)
        return {"read": found.read, "silent": found.silent, "unreached": found.unreached, "waiting": found.waiting}

    async def must_conserve(self) -> None:
        async with self.office.desk() as desk:
            for id_, audience, rows, people in (await desk.session.execute(LAW)).all():
                assert audience == rows == people, id_

    async def settle(self, *outcomes: Outcome, owner: str = "one") -> None:
        """Claim what is due, and let the sends come out like this, in order."""
        claims = Claims(self.office.engine, owner)
        held = await claims.take(self.office.clock())
        await self.must_conserve()
        await claims.settle(list(zip(held, outcomes, strict=False)), self.office.clock())
        await self.must_conserve()


@pytest.fixture
async def bureau(office: Office) -> Bureau:
    return await Bureau(office).open()


SENT = [Outcome(Kind.SENT, message_id=number) for number in range(100, 130)]


async def test_an_audience_never_reaches_past_its_officials_own_jurisdiction(bureau: Bureau) -> None:
    id_ = await bureau.draft(street="西街道")
    async with bureau.office.desk() as desk:
        draft = await composing.open_draft(desk, *bureau.officials["周科"], id_)
        reach = await resolve(desk, draft.audience)
        offered = await choices(desk, await bound_of(desk, bureau.officials["周科"][1]), Audience(), "street")
    assert {one.contact.name for one in reach.recipients} == {"王芳", "小刘", "李强"}
    assert [choice.value for choice in offered] == ["东街道"]


async def test_an_officer_of_a_trade_addresses_that_trade_only(bureau: Bureau) -> None:
    async with bureau.office.desk() as desk:
        other = await walking.enterprise(desk, "丁超市", "CODE00000000000099", "东街道")
        await desk.session.execute(
            update(EnterpriseRecord).where(EnterpriseRecord.id == other).values(industries=["retail"])
        )
        await desk.session.execute(update(OfficialRecord).values(industries=["retail"]))
    bureau.enterprises["丁超市"] = other
    await bureau.hire("老丁", "丁超市", Role.PRINCIPAL, 2010)
    id_ = await bureau.draft(industry="catering")
    with pytest.raises(AudienceEmpty):
        await bureau.approve(id_, 0)
    await bureau.sent(1)
    await bureau.must_conserve()


async def test_to_principals_goes_to_exactly_one_per_enterprise_and_vacancies_are_listed(bureau: Bureau) -> None:
    id_ = await bureau.sent(1, posts="principal")
    async with bureau.office.desk() as desk:
        shown, _ = await tallying.status(desk, bureau.officials["周科"][1], id_)
        lines = await tallying.recipients(desk, bureau.officials["周科"][1], id_)
        vacant = await tallying.vacancies(desk, shown)
    assert [line.name for line in lines] == ["李强"] and vacant == ("甲餐馆",)


async def test_whoever_holds_two_posts_is_told_once(bureau: Bureau) -> None:
    async with bureau.office.desk() as desk:
        await enrolling.give_post(
            desk, bureau.people["王芳"], bureau.enterprises["乙餐馆"], Role.SAFETY_OFFICER, "test"
        )
    await bureau.sent(3)
    await bureau.must_conserve()


async def test_two_officials_who_agree_at_once_are_one_approval(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, is_urgent=True)
        await broadcasting.submit(desk, *bureau.officials["周科"], id_)
        third = await walking.official(desk, "孙科", 950, "东街道")
    bureau.officials["孙科"] = third
    results = await asyncio.gather(
        *(bureau.approve(id_, 3, by) for by in ("林科", "孙科", "林科")), return_exceptions=True
    )
    moved = [one for one in results if one is not None]
    assert len(moved) == 2 and all(isinstance(one, BroadcastMoved) for one in moved)
    assert {one.facts["by"] for one in moved} <= {"林科", "孙科"}  # type: ignore[union-attr]
    assert await bureau.parts(id_) == {"read": 0, "silent": 0, "unreached": 0, "waiting": 3}
    await bureau.must_conserve()


async def test_an_urgent_notice_needs_somebody_else_who_types_the_count(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, is_urgent=True)
    with pytest.raises(AudienceChanged):
        await bureau.approve(id_, 3)  # a forged or outdated confirmation by its author
    async with bureau.office.desk() as desk:
        await broadcasting.submit(desk, *bureau.officials["周科"], id_)
    for by, count, refusal in (("周科", 3, OwnBroadcast), ("钱科", 3, NotYours), ("林科", 4, CountMistyped)):
        with pytest.raises(refusal):
            await bureau.approve(id_, count, by)
    await bureau.approve(id_, 3, "林科")
    assert (await bureau.parts(id_))["waiting"] == 3


async def test_more_than_five_hundred_need_a_second_official(bureau: Bureau) -> None:
    async with bureau.office.desk() as desk:
        for number in range(500):
            one = await walking.person(desk, f"工{number}", 5000 + number)
            await enrolling.give_post(desk, one, bureau.enterprises["甲餐馆"], Role.EMPLOYEE, "test")
    id_ = await bureau.draft()
    with pytest.raises(AudienceChanged):
        await bureau.approve(id_, 503)
    async with bureau.office.desk() as desk:
        await broadcasting.submit(desk, *bureau.officials["周科"], id_)
    await bureau.approve(id_, 503, "林科")
    assert (await bureau.parts(id_))["waiting"] == 503
    await bureau.must_conserve()


async def test_without_a_colleague_nobody_can_be_asked(bureau: Bureau) -> None:
    id_ = await bureau.draft("钱科")
    async with bureau.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["钱科"], id_, is_urgent=True)
    with pytest.raises(SecondOfficialMissing):
        async with bureau.office.desk() as desk:
            await broadcasting.submit(desk, *bureau.officials["钱科"], id_)


async def test_a_count_that_has_changed_since_is_shown_anew(bureau: Bureau) -> None:
    id_ = await bureau.draft()
    await bureau.hire("老石", "乙餐馆", Role.SAFETY_OFFICER, 2020)
    with pytest.raises(AudienceChanged) as changed:
        await bureau.approve(id_, 3)
    assert changed.value.facts == {"count": 4}


async def test_nobody_else_touches_a_draft_and_another_street_sees_nothing(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    draft = await bureau.draft()
    async with bureau.office.desk() as desk:
        assert await tallying.overview(desk, *bureau.officials["钱科"]) == ()
        assert [line.broadcast.id for line in await tallying.overview(desk, *bureau.officials["林科"])] == [id_]
    outsider, colleague = bureau.officials["钱科"], bureau.officials["林科"]
    for deed in (
        lambda desk: broadcasting.recall(desk, *outsider, id_),
        lambda desk: acknowledging.chase(desk, *outsider, id_, 0),
        lambda desk: tallying.recipients(desk, outsider[1], id_),
        lambda desk: tallying.status(desk, outsider[1], 10**9),
        lambda desk: composing.compose(desk, *colleague, draft, Content("不是我写的")),
    ):
        with pytest.raises(NotYours):
            async with bureau.office.desk() as desk:
                await deed(desk)


async def test_recalled_in_the_middle_what_waits_is_stopped_and_what_fails_does_not_come_back(
    bureau: Bureau, clock: SetClock
) -> None:
    id_ = await bureau.sent(3)
    claims = Claims(bureau.office.engine, "one")
    held = await claims.take(clock.now, 2)
    async with bureau.office.desk() as desk:
        await broadcasting.recall(desk, *bureau.officials["林科"], id_)
    await bureau.must_conserve()
    assert await bureau.parts(id_) == {"read": 0, "silent": 0, "unreached": 1, "waiting": 2}
    await claims.settle([(held[0], SENT[0]), (held[1], Outcome(Kind.NOT_SENT, "not_connected"))], clock.now)
    clock.advance(minutes=10)
    assert await claims.take(clock.now) == ()
    assert await bureau.parts(id_) == {"read": 0, "silent": 1, "unreached": 2, "waiting": 0}
    await bureau.must_conserve()
    with pytest.raises(BroadcastMoved) as moved:
        async with bureau.office.desk() as desk:
            await broadcasting.recall(desk, *bureau.officials["周科"], id_)
    assert moved.value.facts["by"] == "林科"


async def test_pressed_counts_once_and_settles_what_nobody_knew(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    await bureau.settle(Outcome(Kind.AMBIGUOUS, "no_answer"), SENT[1], Outcome(Kind.CONTACT_GONE, "blocked"))
    async with bureau.office.desk() as desk:
        lines = {line.name: line for line in await tallying.recipients(desk, bureau.officials["周科"][1], id_)}
        unknown = next(name for name, line in lines.items() if line.state == "unknown")
        gone = next(line for line in lines.values() if line.part is Part.UNREACHED)
        first = await acknowledging.acknowledge(desk, bureau.people[unknown], id_, 77)
        again = await acknowledging.acknowledge(desk, bureau.people[unknown], id_, 77)
    assert gone.reason == "blocked" and (first.is_first, again.is_first) == (True, False)
    assert await bureau.parts(id_) == {"read": 1, "silent": 1, "unreached": 1, "waiting": 0}
    with pytest.raises(NotYours):
        async with bureau.office.desk() as desk:
            await acknowledging.acknowledge(desk, bureau.people["老丙"], id_, 78)


async def test_two_clicks_chase_once_and_only_those_who_have_not_pressed(bureau: Bureau, clock: SetClock) -> None:
    id_ = await bureau.sent(3)
    await bureau.settle(*SENT)
    async with bureau.office.desk() as desk:
        await acknowledging.acknowledge(desk, bureau.people["王芳"], id_, None)

    async def chase(by: str, round_: int) -> int:
        async with bureau.office.desk() as desk:
            return await acknowledging.chase(desk, *bureau.officials[by], id_, round_)

    results = await asyncio.gather(chase("周科", 0), chase("林科", 0), return_exceptions=True)
    assert sorted(map(str, results))[0] == "2" and sum(isinstance(one, ChasedRecently) for one in results) == 1
    clock.advance(hours=5)
    with pytest.raises(StalePress):
        await chase("周科", 0)
    async with bureau.office.desk() as desk:
        for name in ("小刘", "李强"):
            await acknowledging.acknowledge(desk, bureau.people[name], id_, None)
    with pytest.raises(NobodyToChase):
        await chase("周科", 1)
    await bureau.must_conserve()


async def test_who_has_not_pressed_is_an_audience_of_its_own(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    await bureau.settle(*SENT)
    async with bureau.office.desk() as desk:
        await acknowledging.acknowledge(desk, bureau.people["王芳"], id_, None)
    second = await bureau.sent(2, unacknowledged_of=str(id_))
    async with bureau.office.desk() as desk:
        told = {line.name for line in await tallying.recipients(desk, bureau.officials["周科"][1], second)}
    assert told == {"小刘", "李强"}


async def test_a_newcomer_gets_what_is_in_force_and_nothing_else(bureau: Bureau, clock: SetClock) -> None:
    in_force = await bureau.sent(3)
    others = await bureau.sent(1, posts="principal")
    gone = await bureau.sent(3)
    async with bureau.office.desk() as desk:
        await broadcasting.recall(desk, *bureau.officials["周科"], gone)
    await bureau.hire("小新", "乙餐馆", Role.EMPLOYEE, 2030)
    assert (await bureau.parts(in_force))["waiting"] == 4 and (await bureau.parts(others))["waiting"] == 1
    assert sum((await bureau.parts(gone)).values()) == 3
    clock.advance(days=9)
    await bureau.hire("小迟", "乙餐馆", Role.EMPLOYEE, 2031)
    assert sum((await bureau.parts(in_force)).values()) == 4
    await bureau.must_conserve()


async def test_what_could_not_be_sent_while_it_held_is_refused_as_expired(bureau: Bureau, clock: SetClock) -> None:
    id_ = await bureau.sent(3)
    clock.advance(days=9)
    assert await Claims(bureau.office.engine, "one").take(clock.now) == ()
    async with bureau.office.desk() as desk:
        lines = await tallying.recipients(desk, bureau.officials["周科"][1], id_)
    assert {line.reason for line in lines} == {"expired"}
    await bureau.must_conserve()


async def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(bureau: Bureau, clock: SetClock) -> None:
    clock.advance(hours=13)  # half past ten in the evening
    await bureau.sent(3)
    claims = Claims(bureau.office.engine, "one")
    assert await claims.take(clock.now) == ()
    clock.advance(hours=9, minutes=30)
    assert len(await claims.take(clock.now)) == 3


async def test_an_erased_recipient_leaves_the_sum_whole(bureau: Bureau) -> None:
    id_ = await bureau.sent(3)
    async with bureau.office.desk() as desk:
        await erasing.erase(desk, bureau.people["小刘"].id)
        lines = await tallying.recipients(desk, bureau.officials["周科"][1], id_)
    assert {(line.name, line.reason) for line in lines if line.part is Part.UNREACHED} == {("", "erased")}
    await bureau.must_conserve()


async def test_a_text_that_telegram_refuses_is_not_offered_to_everybody(bureau: Bureau) -> None:
    for number in range(8):
        await bureau.hire(f"工{number}", "甲餐馆", Role.EMPLOYEE, 2100 + number)
    id_ = await bureau.sent(11)
    claims = Claims(bureau.office.engine, "one")
    held = await claims.take(bureau.office.clock(), 6)
    refused = Outcome(Kind.CONTENT_REFUSED, "content_refused")
    await claims.settle([(claim, refused) for claim in held], bureau.office.clock())
    assert await claims.take(bureau.office.clock()) == ()
    assert await bureau.parts(id_) == {"read": 0, "silent": 0, "unreached": 11, "waiting": 0}
    await bureau.must_conserve()


@pytest.fixture
async def mailing(office: Office) -> AsyncIterator[Mailing]:
    async with open_mailing(office) as opened:
        yield opened


async def test_recall_edits_what_was_sent_through_faults_and_twice_is_harmless(
    mailing: Mailing, clock: SetClock
) -> None:
    bureau = await Bureau(mailing.office).open()
    crowd = await mailing.crowd(6)
    async with mailing.office.desk() as desk:
        for one in crowd:
            await enrolling.give_post(desk, one, bureau.enterprises["乙餐馆"], Role.EMPLOYEE, "test")
    id_ = await bureau.sent(9)
    pump = mailing.pump()
    while await pump.turn():
        await bureau.must_conserve()
    async with mailing.office.desk() as desk:
        await broadcasting.recall(desk, *bureau.officials["周科"], id_)
    await mailing.fault("timeout", method="editMessageText", times=2)
    amender = Amender(mailing.office, Gateway(mailing.bot), pump.claims, Pacer(1000, per_chat=False))
    for _ in range(4):
        while await amender.turn():
            await bureau.must_conserve()
        clock.advance(seconds=3)
        await mailing.mend()
    async with mailing.office.desk() as desk:
        figures = await tallying.tally(desk, id_)
    edited = await mailing.calls("editMessageText")
    assert figures.recalled == 6 and {int(str(call["chat_id"])) for call in edited} == set(range(2000, 2006))
    clock.advance(hours=1)
    assert not await amender.turn()
