"""自查 — what an answer, a word, a photo and a submission do to the record, each once and by whose hand."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from content.catalogue import Catalogue
from domain.checklist import Verdict
from domain.contact import Contact, NotYours, Post, Role, StalePress
from domain.inspection import ChecklistUnfit, InspectionSubmitted, InspectionUnfinished, TooManyPhotos
from outreach import reading
from outreach.desk import Office
from outreach.inspections import inspecting
from outreach.inspections.inspecting import Open
from outreach.people import enrolling
from outreach.storage.inspections import (
    AnswerRecord,
    ChecklistEditionRecord,
    FindingRecord,
    InspectionRecord,
    PhotoRecord,
)
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import JournalRecord
from tests.conftest import SetClock
from tests.outreach import walking

PASS, FAIL, ABSENT = Verdict.PASS, Verdict.FAIL, Verdict.ABSENT


@dataclasses.dataclass
class Walker:
    """Wang Fang, safety officer of one restaurant, with a walk of the catering list begun."""

    office: Office
    contact: Contact
    posts: tuple[Post, ...]
    id: int
    enterprise_id: int

    async def do(self, deed: Callable[..., Awaitable[Open]], *words: object, **more: object) -> Open:
        async with self.office.desk() as desk:
            return await deed(desk, self.contact, self.posts, self.id, *words, **more)

    async def judge(self, number: int, verdict: Verdict) -> Open:
        return await self.do(inspecting.judge, number, verdict)

    async def photograph(self, number: int, *names: str) -> Open:
        for name in names:
            opened = await self.do(
                inspecting.photograph, number, file_id=f"id-{name}", file_unique_id=name, album="album"
            )
        return opened

    async def finish(self, *fails: int) -> None:
        for number in range(1, 22):
            await self.judge(number, FAIL if number in fails else PASS)
            if number in fails:
                await self.do(inspecting.describe, number, f"第{number}项的问题")
                await self.do(inspecting.settle_photos, number, "手机拍不了")

    async def submit(self) -> str:
        async with self.office.desk() as desk:
            return await inspecting.submit(desk, self.contact, self.posts, self.id)

    async def count(self, record: type, *where: object) -> int:
        async with self.office.desk() as desk:
            return (await desk.session.scalars(select(func.count()).select_from(record).where(*where))).one()  # type: ignore[arg-type]

    async def journal(self) -> list[tuple[str, dict[str, object]]]:
        async with self.office.desk() as desk:
            rows = await desk.session.scalars(
                select(JournalRecord).where(JournalRecord.subject == f"inspection:{self.id}").order_by(JournalRecord.id)
            )
            return [(row.happened, json.loads(row.facts)) for row in rows]


async def begin(office: Office) -> Walker:
    async with office.desk() as desk:
        where = await walking.enterprise(desk)
        contact = await walking.person(desk, "王芳", 4001)
        await enrolling.give_post(desk, contact, where, Role.SAFETY_OFFICER, "test")
        posts = await enrolling.posts_of(desk, contact.id)
        opened = await inspecting.begin(desk, contact, posts, where, "catering")
    return Walker(office, contact, posts, opened.id, where)


@pytest.fixture
async def walker(sqlite_office: Office) -> Walker:
    return await begin(sqlite_office)


async def test_begun_twice_is_one_walk_that_goes_on(office: Office) -> None:
    walker = await begin(office)
    await walker.judge(1, PASS)
    for _ in range(2):
        async with office.desk() as desk:
            again = await inspecting.begin(desk, walker.contact, walker.posts, walker.enterprise_id, "catering")
        assert (again.id, again.walk.answered) == (walker.id, 1)
    assert await walker.count(InspectionRecord) == 1


@pytest.mark.parametrize("checklist", ["machining", "no-such-list", ""])
async def test_a_list_for_another_trade_is_not_walked(walker: Walker, checklist: str) -> None:
    async with walker.office.desk() as desk:
        with pytest.raises(ChecklistUnfit):
            await inspecting.begin(desk, walker.contact, walker.posts, walker.enterprise_id, checklist)


async def test_a_list_for_the_principal_is_walked_by_the_principal_alone_and_one_for_households_by_nobody(
    sqlite_office: Office,
) -> None:
    async with sqlite_office.desk() as desk:
        where = await walking.enterprise(desk)
        for number, role in enumerate((Role.PRINCIPAL, Role.SAFETY_OFFICER), start=4101):
            contact = await walking.person(desk, f"人{number}", number)
            await enrolling.give_post(desk, contact, where, role, "test")
            posts = await enrolling.posts_of(desk, contact.id)
            offered = {one.id for one in await reading.checklists_at(desk, posts[0])}
            assert ("leader-duties" in offered) is (role is Role.PRINCIPAL)
            assert "catering" in offered and "household" not in offered
            for refused in {"leader-duties", "household"} - offered:
                with pytest.raises(ChecklistUnfit):
                    await inspecting.begin(desk, contact, posts, where, refused)
            if role is Role.PRINCIPAL:
                assert (await inspecting.begin(desk, contact, posts, where, "leader-duties")).walk.total == 7


async def test_a_double_tap_changes_nothing_and_a_change_of_mind_is_kept_in_the_journal(walker: Walker) -> None:
    for verdict in (PASS, PASS, FAIL, FAIL, ABSENT, ABSENT):
        opened = await walker.judge(1, verdict)
    assert (opened.walk.answered, opened.walk.count(ABSENT)) == (1, 1)
    changed = [facts for happened, facts in await walker.journal() if happened == "AnswerChanged"]
    assert [facts["was"] for facts in changed] == ["pass", "fail"]
    assert {facts["item"] for facts in changed} == {opened.walk.checklist.items[0].id}
    assert await walker.count(AnswerRecord) == 1


async def test_a_second_fail_keeps_the_word_and_the_photos(walker: Walker) -> None:
    await walker.judge(2, FAIL)
    await walker.do(inspecting.describe, 2, "软管裂了")
    await walker.photograph(2, "a", "b")
    await walker.do(inspecting.settle_photos, 2)
    opened = await walker.judge(2, FAIL)
    ((_, _, answer),) = opened.walk.fails()
    assert (answer.note, answer.photos, opened.walk.next_step().number) == ("软管裂了", 2, 1)


async def test_what_is_no_longer_wrong_loses_its_word_and_its_photos(walker: Walker) -> None:
    await walker.judge(2, FAIL)
    await walker.do(inspecting.describe, 2, "软管裂了")
    await walker.photograph(2, "a")
    opened = await walker.judge(2, PASS)
    assert opened.walk.step_at(2).kind == "item" and await walker.count(PhotoRecord) == 0
    opened = await walker.judge(2, FAIL)
    ((_, _, answer),) = opened.walk.fails()
    assert (answer.note, answer.photos, opened.walk.step_at(2).kind) == ("", 0, "note")


async def test_a_fail_asks_for_a_word_then_a_photo_then_goes_on(walker: Walker) -> None:
    kinds = [(await walker.judge(1, FAIL)).walk.next_step().kind]
    kinds.append((await walker.do(inspecting.describe, 1, "没有装")).walk.next_step().kind)
    kinds.append((await walker.photograph(1, "a")).walk.next_step().kind)
    opened = await walker.do(inspecting.settle_photos, 1)
    assert [*kinds, opened.walk.next_step().kind, opened.walk.next_step().number] == [
        "note", "photo", "photo", "item", 2,
    ]  # fmt: skip


async def test_no_photo_wants_a_reason_and_a_photo_after_all_takes_the_reason_back(walker: Walker) -> None:
    await walker.judge(1, FAIL)
    with pytest.raises(StalePress):
        await walker.do(inspecting.settle_photos, 1)
    opened = await walker.do(inspecting.settle_photos, 1, "手机拍不了")
    assert opened.walk.fails()[0][2].skipped_photo_reason == "手机拍不了" and opened.walk.next_step().number == 2
    opened = await walker.photograph(1, "a")
    assert (opened.walk.fails()[0][2].skipped_photo_reason, opened.walk.fails()[0][2].photos) == ("", 1)


async def test_the_same_photo_twice_is_one_and_the_fifth_ends_the_asking(walker: Walker) -> None:
    await walker.judge(1, FAIL)
    await walker.do(inspecting.describe, 1, "没有装")
    opened = await walker.photograph(1, "a", "a", "b", "b", "c", "d")
    assert (opened.walk.fails()[0][2].photos, opened.walk.next_step().kind) == (4, "photo")
    opened = await walker.photograph(1, "e")
    assert (opened.walk.fails()[0][2].photos, opened.walk.next_step().number) == (5, 2)
    with pytest.raises(TooManyPhotos):
        await walker.photograph(1, "f")


async def test_a_photo_that_could_not_be_kept_counts_for_none_and_may_come_again(
    walker: Walker, clock: SetClock
) -> None:
    await walker.judge(1, FAIL)
    await walker.do(inspecting.describe, 1, "没有装")
    await walker.photograph(1, "a", "b")
    async with walker.office.desk() as desk:
        for photo in await desk.session.scalars(select(PhotoRecord)):
            photo.state, photo.failure = "failed", "FileUnavailable"
    clock.advance(seconds=60)
    opened = await walker.do(inspecting.open_walk)
    assert (opened.walk.fails()[0][2].photos, opened.walk.next_step().kind) == (0, "photo")
    opened = await walker.photograph(1, "a")
    assert opened.walk.fails()[0][2].photos == 1
    assert await walker.count(PhotoRecord, PhotoRecord.state == "pending", PhotoRecord.sent_at == clock.now) == 1


@pytest.mark.parametrize("number", [0, -1, 22, 10**9])
async def test_an_item_that_the_list_does_not_have_is_a_stale_press(walker: Walker, number: int) -> None:
    says = (number, "x")
    for deed, words in (
        (inspecting.judge, (number, PASS)), (inspecting.describe, says), (inspecting.settle_photos, says),
    ):  # fmt: skip
        with pytest.raises(StalePress):
            await walker.do(deed, *words)


@pytest.mark.parametrize("verdict", [None, PASS, ABSENT])
async def test_a_word_or_a_photo_for_what_is_not_wrong_is_stale(walker: Walker, verdict: Verdict | None) -> None:
    if verdict:
        await walker.judge(1, verdict)
    for deed in (
        walker.do(inspecting.describe, 1, "x"), walker.photograph(1, "a"), walker.do(inspecting.settle_photos, 1, "x"),
    ):  # fmt: skip
        with pytest.raises(StalePress):
            await deed


async def test_another_persons_inspection_is_refused_with_the_words_of_one_that_does_not_exist(
    walker: Walker, sqlite_office: Office
) -> None:
    await walker.judge(1, PASS)
    async with sqlite_office.desk() as desk:
        principal = await walking.person(desk, "李强", 4002)
        await enrolling.give_post(desk, principal, walker.enterprise_id, Role.PRINCIPAL, "test")
        other = Walker(sqlite_office, principal, await enrolling.posts_of(desk, principal.id), walker.id, 0)
        employee = await walking.person(desk, "小刘", 4003)
        await enrolling.give_post(desk, employee, walker.enterprise_id, Role.EMPLOYEE, "test")
        helper = Walker(sqlite_office, employee, await enrolling.posts_of(desk, employee.id), walker.id, 0)
        missing = dataclasses.replace(walker, id=999)
    said = set()
    for someone in (other, helper, missing):
        for deed, words in (
            (inspecting.open_walk, ()), (inspecting.judge, (1, FAIL)), (inspecting.describe, (1, "x")),
            (inspecting.settle_photos, (1, "x")), (inspecting.discard, ()),
        ):  # fmt: skip
            with pytest.raises(NotYours) as refused:
                await someone.do(deed, *words)
            said.add((refused.value.moment, str(refused.value.facts)))
        with pytest.raises(NotYours):
            await someone.submit()
    assert len(said) == 1
    assert (await walker.do(inspecting.open_walk)).walk.count(PASS) == 1


async def test_whoever_lost_the_post_cannot_go_on_with_the_walk(walker: Walker) -> None:
    async with walker.office.desk() as desk:
        successor = await walking.person(desk, "小刘", 4003)
        await enrolling.give_post(desk, successor, walker.enterprise_id, Role.SAFETY_OFFICER, "handed over")
        posts = await enrolling.posts_of(desk, walker.contact.id)
        assert posts == () and await reading.open_walks(desk, walker.contact, posts) == ()
        with pytest.raises(NotYours):
            await inspecting.judge(desk, walker.contact, posts, walker.id, 1, PASS)


async def test_an_unfinished_walk_is_not_submitted_and_leaves_nothing(walker: Walker) -> None:
    await walker.judge(1, FAIL)
    with pytest.raises(InspectionUnfinished) as refused:
        await walker.submit()
    assert refused.value.facts["missing"] == 21
    assert (await walker.count(FindingRecord), await walker.count(DeliveryRecord)) == (0, 0)


async def test_submitted_it_is_numbered_opens_its_findings_and_tells_whom_it_concerns_once(
    office: Office, clock: SetClock
) -> None:
    walker = await begin(office)
    async with office.desk() as desk:
        here, _ = await walking.official(desk, "周科", 4101, "钟公堂街道")
        everywhere, _ = await walking.official(desk, "吴科", 4102)
        elsewhere, _ = await walking.official(desk, "郑科", 4103, "听涛街道")
    await walker.finish(2, 4)
    number = await walker.submit()
    assert number == "ZC20260601-0001"
    with pytest.raises(InspectionSubmitted) as refused:
        await walker.submit()
    assert refused.value.facts == {"number": number}
    async with office.desk() as desk:
        findings = (await desk.session.scalars(select(FindingRecord).order_by(FindingRecord.id))).all()
        told = (await desk.session.scalars(select(DeliveryRecord).order_by(DeliveryRecord.id))).all()
    items = office.catalogue.checklists["catering"].items
    assert [(f.number, f.item_id, f.title, f.note, f.remedy) for f in findings] == [
        (f"{number}-{at:02d}", items[at - 1].id, items[at - 1].title, f"第{at}项的问题", items[at - 1].remedy)
        for at in (2, 4)
    ]
    today = clock.now.date()
    assert [f.due_on for f in findings] == [today + timedelta(days=items[at - 1].due_days) for at in (2, 4)]
    assert [(t.kind, t.contact_id) for t in told] == [
        ("inspection_receipt", walker.contact.id), ("findings_opened", here.id), ("findings_opened", everywhere.id),
    ]  # fmt: skip
    assert told[0].attachment == f"inspection:{walker.id}" and elsewhere.id not in {t.contact_id for t in told}
    assert (await walker.journal())[-1] == ("InspectionSubmitted", {"number": number, "fails": 2})
    # A new one is begun afterwards, and has the next number of the day.
    async with office.desk() as desk:
        again = await inspecting.begin(desk, walker.contact, walker.posts, walker.enterprise_id, "catering")
    assert again.id != walker.id and again.walk.answered == 0
    walker.id = again.id
    await walker.finish()
    assert await walker.submit() == "ZC20260601-0002"
    clock.advance(days=1)
    walker.id += 1
    async with office.desk() as desk:
        walker.id = (await inspecting.begin(desk, walker.contact, walker.posts, walker.enterprise_id, "catering")).id
    await walker.finish()
    assert await walker.submit() == "ZC20260602-0001"
    assert await walker.count(DeliveryRecord, DeliveryRecord.kind == "findings_opened") == 2


async def test_the_day_in_the_number_is_the_day_here_and_not_in_greenwich(walker: Walker, clock: SetClock) -> None:
    clock.set(clock.now.replace(hour=16, minute=30))  # half past midnight in Shanghai
    await walker.finish()
    assert (await walker.submit()).startswith("ZC20260602-")


async def test_a_submitted_record_is_evidence(walker: Walker) -> None:
    await walker.finish(2)
    await walker.submit()
    for deed, words in (
        (inspecting.judge, (1, FAIL)), (inspecting.describe, (2, "改口")), (inspecting.settle_photos, (2, "x")),
        (inspecting.open_walk, ()), (inspecting.discard, ()),
    ):  # fmt: skip
        with pytest.raises(InspectionSubmitted):
            await walker.do(deed, *words)
    with pytest.raises(InspectionSubmitted):
        await walker.photograph(2, "late")
    async with walker.office.desk() as desk:
        notes = set(await desk.session.scalars(select(AnswerRecord.note)))
    assert notes == {"", "第2项的问题"}


async def test_a_discarded_walk_is_gone_for_good_and_a_new_one_may_begin(walker: Walker) -> None:
    await walker.judge(1, PASS)
    await walker.do(inspecting.discard)
    with pytest.raises(StalePress):
        await walker.judge(2, PASS)
    assert (await walker.journal())[-1] == ("InspectionDiscarded", {"answered": 1})
    async with walker.office.desk() as desk:
        again = await inspecting.begin(desk, walker.contact, walker.posts, walker.enterprise_id, "catering")
        assert again.id != walker.id and again.walk.answered == 0


async def test_a_walk_keeps_the_wording_it_began_with(walker: Walker, catalogue: Catalogue) -> None:
    """An editor changes the list while somebody walks it: what they answered stays what they were asked."""
    await walker.judge(1, PASS)
    old = catalogue.checklists["catering"]
    sections = [dataclasses.replace(old.sections[0], items=old.sections[0].items[1:]), *old.sections[1:]]
    new = dataclasses.replace(old, version=old.version + 1, title="餐饮场所自查表（新）", sections=tuple(sections))
    walker.office.catalogue = dataclasses.replace(catalogue, checklists={**catalogue.checklists, "catering": new})
    opened = await walker.judge(2, PASS)
    assert (opened.walk.checklist.title, opened.walk.total, opened.walk.answered) == (old.title, 21, 2)
    assert opened.walk.checklist == old
    async with walker.office.desk() as desk:
        fresh = await inspecting.begin(desk, walker.contact, walker.posts, walker.enterprise_id, "catering")
        assert (fresh.id != walker.id, fresh.walk.total, fresh.walk.checklist) == (True, 20, new)
        lines = await reading.open_walks(desk, walker.contact, walker.posts)
    assert {(line.checklist_title, line.answered, line.total) for line in lines} == {
        (old.title, 2, 21), (new.title, 0, 20),
    }  # fmt: skip
    await walker.finish()
    await walker.submit()
    async with walker.office.desk() as desk:
        line = await reading.record_of(desk, walker.posts, None, walker.id)
    assert (line.checklist_title, line.total) == (old.title, 21)
    assert await walker.count(ChecklistEditionRecord) == 2


async def test_one_person_with_two_enterprises_walks_each_for_itself(sqlite_office: Office) -> None:
    walker = await begin(sqlite_office)
    async with sqlite_office.desk() as desk:
        second = await walking.enterprise(desk, "云泊区老灶台火锅店", "91330212MA2BXXXX7K")
        await enrolling.give_post(desk, walker.contact, second, Role.PRINCIPAL, "test")
        posts = await enrolling.posts_of(desk, walker.contact.id)
        other = await inspecting.begin(desk, walker.contact, posts, second, "catering")
    assert [post.role for post in posts] == [Role.PRINCIPAL, Role.SAFETY_OFFICER]
    await walker.judge(1, FAIL)
    async with sqlite_office.desk() as desk:
        assert (await inspecting.open_walk(desk, walker.contact, posts, other.id)).walk.answered == 0
        assert {line.enterprise_name for line in await reading.open_walks(desk, walker.contact, posts)} == {
            "王记老火锅店", "云泊区老灶台火锅店",
        }  # fmt: skip


async def test_the_journal_holds_no_word_that_the_person_wrote(walker: Walker) -> None:
    await walker.judge(1, FAIL)
    await walker.do(inspecting.describe, 1, "老板王芳说过两天再修 13800001002")
    await walker.photograph(1, "a")
    await walker.judge(1, PASS)
    await walker.finish(3)
    await walker.submit()
    written = json.dumps(await walker.journal(), ensure_ascii=False)
    assert "王芳" not in written and "13800001002" not in written and "第3项的问题" not in written
