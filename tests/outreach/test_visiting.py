"""Visits of officials: joined, filled in at once without loss, taken over by name, finished with a record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from domain.authority import DutyLacking, OfficeRole
from domain.checklist import Verdict
from domain.contact import Jurisdiction, NotYours, StalePress
from domain.hazard import HazardState, Source
from domain.rectification import StepKey
from domain.visit import ListChosen, NotTakingPart, PartHeld, VisitKind, VisitNotEmpty, VisitOver
from outreach.desk import Desk, Office
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.ledgers import tasks
from outreach.privacy import erasing
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.visits import VisitAnswerRecord, VisitCardRecord, VisitRecord, VisitTakingRecord
from outreach.visits import asking_along, carding, counting, filling, finishing, recording, viewing, visiting
from outreach.visits.viewing import VisitView
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, row_of, scene, take, within
from tests.outreach.test_on_site import guest


async def begun(office: Office, at: Scene, kind: VisitKind = VisitKind.JOINT, *, by: Who | None = None) -> int:
    async with office.desk() as desk:
        return (await visiting.begin(desk, by or at.zhou, at.there.shop, kind)).id


async def together(office: Office, at: Scene) -> int:
    """A joint visit of 周科 and 何主任 with the first list that fits."""
    id_ = await begun(office, at)
    async with office.desk() as desk:
        await visiting.join(desk, at.he, id_)
        await visiting.choose_list(desk, at.zhou, id_, "catering")
    return id_


async def seen(office: Office, who: Who, visit_id: int) -> VisitView:
    async with office.desk() as desk:
        return await viewing.look(desk, who, visit_id)


async def doing(office: Office, deed: Callable[..., Awaitable[Any]], *said: object) -> Any:
    async with office.desk() as desk:
        return await deed(desk, *said)


async def test_whoever_begins_second_joins_the_same_visit(office: Office) -> None:
    at = await scene(office)
    first, second = await asyncio.gather(begun(office, at), begun(office, at, by=at.he))
    assert first == second
    view = await seen(office, at.zhou, first)
    assert {party.name for party in view.parties} == {"周科", "何主任"}
    assert (view.kind, view.number[:2], view.is_empty) == (VisitKind.JOINT, "JC", True)
    # Another kind is another visit; of the same kind there is one at a time.
    assert await begun(office, at, VisitKind.GUIDANCE) != first


async def test_two_officials_write_at_once_and_nothing_is_lost(office: Office) -> None:
    at = await scene(office)
    id_ = await together(office, at)
    await doing(office, filling.take, at.zhou, id_, 1, 0)
    await doing(office, filling.take, at.he, id_, 2, 0)
    sizes = [len(part.items) for part in (await seen(office, at.zhou, id_)).parts]

    async def fill(who: Who, part: int) -> None:
        for position in range(sizes[part - 1]):
            await doing(office, filling.answer, who, id_, part, position, Verdict.PASS)

    await asyncio.gather(fill(at.zhou, 1), fill(at.he, 2))
    view = await seen(office, at.zhou, id_)
    assert [part.answered for part in view.parts[:2]] == sizes[:2]
    for part, name in zip(view.parts[:2], ("周科", "何主任"), strict=True):
        assert {one.by for those in part.answers.values() for one in those} == {name}
        assert part.holder == name and all(one.at for those in part.answers.values() for one in those)
    assert view.version == 1 + 2 + 2 + sum(sizes[:2])


async def test_of_two_who_take_a_part_at_once_one_has_it_and_the_other_is_told_who(office: Office) -> None:
    at = await scene(office)
    id_ = await together(office, at)
    outcomes = await asyncio.gather(
        doing(office, filling.take, at.zhou, id_, 1, 0), doing(office, filling.take, at.he, id_, 1, 0),
        return_exceptions=True,
    )  # fmt: skip
    (refused,) = [one for one in outcomes if one is not None]
    part = (await seen(office, at.zhou, id_)).part(1)
    assert isinstance(refused, PartHeld) and refused.facts == {"holder": part.holder}
    assert part.turn == 1
    held, other = (at.zhou, at.he) if part.holder == "周科" else (at.he, at.zhou)
    with pytest.raises(PartHeld):
        await doing(office, filling.answer, other, id_, 1, 0, Verdict.PASS)
    await doing(office, filling.answer, held, id_, 1, 0, Verdict.PASS)
    # Taken over by a press that has seen who has it; whoever had it writes no more, and what they wrote stands.
    await doing(office, filling.take, other, id_, 1, 1)
    with pytest.raises(PartHeld) as told:
        await doing(office, filling.answer, held, id_, 1, 0, Verdict.FAIL)
    assert told.value.facts == {"holder": (other.official and other.official.name)}
    async with office.desk() as desk:
        rows = (await desk.session.scalars(select(VisitTakingRecord).order_by(VisitTakingRecord.turn))).all()
    assert [(row.turn, row.official_id, row.from_official_id) for row in rows] == [
        (1, _id(held), None), (2, _id(other), _id(held)),
    ]  # fmt: skip


async def test_what_two_say_of_one_item_both_stands_and_is_shown(office: Office) -> None:
    at = await scene(office)
    id_ = await together(office, at)
    await doing(office, filling.take, at.zhou, id_, 1, 0)
    await doing(office, filling.answer, at.zhou, id_, 1, 0, Verdict.PASS)
    await doing(office, filling.take, at.he, id_, 1, 1)
    await doing(office, filling.answer, at.he, id_, 1, 0, Verdict.FAIL)
    part = (await seen(office, at.zhou, id_)).part(1)
    item = part.items[0]
    assert [(one.by, one.verdict) for one in part.answers[item.id]] == [
        ("周科", Verdict.PASS), ("何主任", Verdict.FAIL),
    ]  # fmt: skip
    assert (part.disputed, part.answered, part.failed) == ((item,), 1, 1)
    async with office.desk() as desk:
        words = office.texts.words("zh-CN")
        shown, _ = await carding.show_screen(desk, words, at.zhou, id_, carding.item_screen(1, 0), None)
    assert "周科：✅ 符合" in shown and "何主任：❌ 不符合" in shown and "说法不同" in shown
    # They agree: the answer that was changed is kept as a row, and what stands is no more disputed.
    await doing(office, filling.answer, at.he, id_, 1, 0, Verdict.PASS)
    assert (await seen(office, at.zhou, id_)).part(1).disputed == ()
    async with office.desk() as desk:
        assert (await desk.session.scalars(select(func.count()).select_from(VisitAnswerRecord))).one() == 3


async def test_steps_are_ticked_by_anybody_and_what_is_missing_does_not_hold_anybody_up(office: Office) -> None:
    at = await scene(office)
    id_ = await begun(office, at, VisitKind.ENFORCEMENT)
    await doing(office, visiting.join, at.he, id_)
    await asyncio.gather(
        doing(office, filling.tick, at.zhou, id_, "certificate"), doing(office, filling.tick, at.he, id_, "certificate")
    )
    view = await seen(office, at.zhou, id_)
    assert {tick.by for tick in view.steps[0][1]} == {"周科", "何主任"}
    await doing(office, filling.tick, at.zhou, id_, "certificate")  # one's own tick is taken back, the other stands
    view = await seen(office, at.zhou, id_)
    assert [tick.by for tick in view.steps[0][1]] == ["何主任"] and view.ticked == 1
    assert view.steps[0][0].basis[0].article == "67"
    assert "share" not in {step.id for step, _ in view.steps}  # for joint visits only
    await doing(office, finishing.finish, at.zhou, id_)
    view = await seen(office, at.zhou, id_)
    assert not view.is_going and len(view.missing) == len(view.steps) - 1
    with pytest.raises(VisitOver):
        await doing(office, filling.tick, at.he, id_, "papers-and-people")
    with pytest.raises(VisitOver):
        await doing(office, visiting.join, at.he, id_)


async def test_what_is_found_becomes_a_hazard_of_the_visit_by_the_way_that_there_is(office: Office) -> None:
    at = await scene(office)
    id_ = await together(office, at)
    await doing(office, filling.take, at.zhou, id_, 3, 0)
    await doing(office, filling.answer, at.zhou, id_, 3, 0, Verdict.FAIL)
    words = office.texts.words("zh-CN")
    row = await doing(office, filling.find_at, at.zhou, id_, 3, 0, words)
    again = await doing(office, filling.find_at, at.zhou, id_, 3, 0, words)
    assert again.id == row.id and row.visit_id == id_
    item = (await seen(office, at.zhou, id_)).part(3).items[0]
    assert (row.source, row.state, row.remedy) == (Source.JOINT, HazardState.VERIFIED, item.remedy)
    assert row.what.startswith(item.title)
    await doing(office, filling.answer, at.zhou, id_, 3, 1, Verdict.PASS)
    with pytest.raises(StalePress):
        await doing(office, filling.find_at, at.zhou, id_, 3, 1, words)
    other = await doing(office, filling.find, at.he, id_, "灭火器过期")
    assert [one.id for one in (await seen(office, at.zhou, id_)).hazards] == [row.id, other.id]
    await take(office, at.zhou, row.id, StepKey.ORDER, Said(day=within(office, 3)))
    assert (await row_of(office, row.id)).state == HazardState.ORDERED


async def test_only_officials_of_the_place_who_inspect_come_in(office: Office) -> None:
    at = await scene(office)
    id_ = await begun(office, at)
    expert, informed = await guest(office), await guest(office, OfficeRole.INFORMATION)
    for who, refusal in ((at.wang, NotYours), (at.stranger, NotYours), (informed, DutyLacking)):
        for deed, said in (
            (visiting.begin, (at.there.shop, VisitKind.JOINT)), (visiting.join, (id_,)), (viewing.look, (id_,)),
            (filling.tick, (id_, "certificate")), (finishing.finish, (id_,)), (finishing.record_again, (id_,)),
            (visiting.discard, (id_,)), (asking_along.ask_along, (id_, _id(at.he))),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await doing(office, deed, who, *said)
    with pytest.raises(NotTakingPart):
        await doing(office, filling.tick, at.he, id_, "certificate")
    with pytest.raises(StalePress):  # an expert begins visits of experts only
        await doing(office, visiting.begin, expert, at.there.shop, VisitKind.ENFORCEMENT)
    await doing(office, visiting.join, expert, id_)
    found = await doing(office, filling.find, expert, id_, "后门锁着")
    assert (found.source, found.state) == (Source.EXPERT, HazardState.REPORTED)
    with pytest.raises(StalePress):
        await doing(office, asking_along.ask_along, at.zhou, id_, _id(at.stranger))


async def test_a_colleague_is_asked_along_and_leaves_again_while_they_wrote_nothing(office: Office) -> None:
    at = await scene(office)
    id_ = await begun(office, at)
    with pytest.raises(VisitNotEmpty):  # the last one does not leave
        await doing(office, visiting.leave, at.zhou, id_)
    await doing(office, asking_along.ask_along, at.zhou, id_, _id(at.he))
    async with office.desk() as desk:
        told = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "visit_asked"))).one()
        card = await desk.session.get_one(VisitCardRecord, (id_, at.he.contact.id))
    assert told.contact_id == at.he.contact.id and "周科请您一起检查" in told.text
    assert card.delivery_key == told.key
    await doing(office, visiting.leave, at.he, id_)
    assert [party.name for party in (await seen(office, at.he, id_)).parties] == ["周科"]
    await doing(office, visiting.join, at.he, id_)
    await doing(office, filling.tick, at.he, id_, "certificate")
    with pytest.raises(VisitNotEmpty):
        await doing(office, visiting.leave, at.he, id_)
    with pytest.raises(VisitNotEmpty):
        await doing(office, visiting.discard, at.he, id_)


async def test_what_was_begun_by_mistake_counts_nowhere_and_the_list_is_chosen_before_it_is_filled(
    office: Office,
) -> None:
    at = await scene(office)
    id_ = await begun(office, at)
    await doing(office, visiting.discard, at.zhou, id_)
    with pytest.raises(StalePress):
        await doing(office, finishing.record_again, at.zhou, id_)
    other = await together(office, at)
    assert other != id_
    await doing(office, visiting.choose_list, at.zhou, other, "catering")
    await doing(office, filling.take, at.zhou, other, 1, 0)
    with pytest.raises(ListChosen):
        await doing(office, visiting.choose_list, at.he, other, "catering")


async def test_the_record_goes_to_those_who_took_part_at_once_and_to_the_enterprise_by_day(
    office: Office, clock: SetClock
) -> None:
    at = await scene(office)
    id_ = await together(office, at)
    await doing(office, filling.take, at.zhou, id_, 1, 0)
    await doing(office, filling.answer, at.zhou, id_, 1, 0, Verdict.FAIL)
    await doing(office, filling.find, at.zhou, id_, "灭火器过期 <b>")
    clock.advance(hours=14)  # in the night
    await doing(office, finishing.finish, at.he, id_)
    async with office.desk() as desk:
        told = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "visit_record"))).all()
        due = {row.contact_id: (row.due_at - desk.now).total_seconds() for row in told}
        row = await desk.session.get_one(VisitRecord, id_)
        paper = await recording.paper_of(desk, row, office.texts.words("zh-CN"))
    assert set(due) == {one.contact.id for one in (at.zhou, at.he, at.wang, at.li)}
    assert due[at.zhou.contact.id] == due[at.he.contact.id] == 0 and due[at.wang.contact.id] > 3600
    assert {one.attachment for one in told} == {f"visit:{id_}"}
    assert paper.inspectors == ("周科", "何主任") and paper.hazards[0].what == "灭火器过期 <b>"
    assert [(one.said, one.is_disputed) for one in paper.remarks] == [("周科：不符合", False)]
    assert (paper.parts[0].answered, paper.parts[0].failed, paper.parts[1].by) == (1, 1, "")
    made = await recording.made(office, id_)
    clock.advance(minutes=1)
    # What becomes of the hazard later is not on the record of that day.
    await take(
        office, at.zhou, (await seen(office, at.zhou, id_)).hazards[0].id, StepKey.ORDER, Said(day=within(office, 3))
    )
    assert (await recording.made(office, id_)).data == made.data


async def test_every_other_card_is_called_for_and_an_erased_one_is_nobodys(office: Office) -> None:
    at = await scene(office)
    id_ = await together(office, at)
    words = office.texts.words("zh-CN")
    for who, message_id, screen in ((at.zhou, 11, carding.CARD), (at.he, 12, carding.STEPS)):
        await doing(office, carding.show_screen, words, who, id_, screen, message_id)
    await doing(office, filling.tick, at.zhou, id_, "certificate")

    async def cards(desk: Desk) -> dict[int, bool]:
        rows = await desk.session.scalars(select(VisitCardRecord).execution_options(populate_existing=True))
        return {row.contact_id: row.next_look_at is not None for row in rows}

    assert await doing(office, cards) == {at.zhou.contact.id: False, at.he.contact.id: True}
    async with office.desk() as desk:
        row = await desk.session.get_one(VisitRecord, id_)
        drawn = await carding.card_for(desk, row, at.he.contact, carding.STEPS)
        assert drawn is not None and "周科" in drawn[0]
        # Of a list that was chosen anew there is no such part: the card itself is shown.
        gone = await carding.card_for(desk, row, at.he.contact, carding.part_screen(99))
        assert gone == await carding.card_for(desk, row, at.he.contact, carding.CARD)
        assert await carding.card_for(desk, row, at.stranger.contact, carding.CARD) is None
        await erasing.erase(desk, at.he.contact.id)
    assert await doing(office, cards) == {at.zhou.contact.id: False}
    assert "何主任" in {party.name for party in (await seen(office, at.zhou, id_)).parties}


def _id(who: Who) -> int:
    assert who.official is not None
    return who.official.id


async def test_visits_are_counted_by_kind_as_enterprises_and_as_times(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    since = clock.now
    clock.advance(minutes=1)
    for kind in (VisitKind.GUIDANCE, VisitKind.GUIDANCE, VisitKind.ENFORCEMENT):
        id_ = await begun(office, at, kind)
        await doing(office, finishing.finish, at.zhou, id_)
    await doing(office, visiting.discard, at.zhou, await begun(office, at))
    await begun(office, at)  # goes on
    ended = clock.now
    clock.advance(days=1)
    async with office.desk() as desk:
        street, other = (who.official.jurisdiction for who in (at.zhou, at.stranger) if who.official is not None)
        counted = await counting.visits(desk, street, ended, since)
        assert [(one.kind, one.enterprises, one.times) for one in counted] == [
            (None, 1, 3), (VisitKind.ENFORCEMENT, 1, 1), (VisitKind.GUIDANCE, 1, 2),
        ]  # fmt: skip
        assert await counting.visits(desk, street, since, since - timedelta(days=1)) == ()
        assert await counting.visits(desk, other, ended, since) == ()
    assert at.zhou.official is not None
    rows = await tasks.visits(office, at.zhou.official, clock.now, office.texts.words("zh-CN"))
    assert [(row[5], row[8]) for row in rows] == [
        ("帮扶指导", "已完成"), ("帮扶指导", "已完成"), ("执法检查", "已完成"), ("联合检查", "未完成"),
    ]  # fmt: skip
    assert str(rows[0][0]).startswith("RW-JC") and rows[0][6] == "周科"
    async with office.desk() as desk:
        # Where the enterprise lies since, and what it does, changes nothing of then.
        await desk.session.execute(update(EnterpriseRecord).values(street="别的街道", industries=["chemical"]))
        assert await counting.visits(desk, street, ended, since) == counted
        elsewhere = Jurisdiction("别的街道", industries=frozenset({"chemical"}))
        assert await counting.visits(desk, elsewhere, ended, since) == ()
