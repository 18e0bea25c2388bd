"""查阅 — everybody sees their own: what is outside looks like what is not there, in lists, counts and single things."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain.checklist import Verdict
from domain.contact import Contact, Jurisdiction, NotYours, Official, Post, Role
from outreach import reading
from outreach.desk import Office
from outreach.inspections import inspecting
from outreach.people import enrolling
from outreach.storage.inspections import FindingRecord, PhotoRecord
from tests.conftest import SetClock
from tests.outreach import walking

OTHER_CODE = "91330212MA2BXXXX7K"


def official(street: str = "", grid: str = "") -> Official:
    return Official(1, "周科", Jurisdiction(street, grid), date(2026, 1, 1), None)


class Town:
    """Two restaurants in two streets, one safety officer each, one submitted walk with a fail each."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.contacts: list[Contact] = []
        self.posts: list[tuple[Post, ...]] = []
        self.inspections: list[int] = []

    async def build(self) -> Town:
        for at, (name, code, street) in enumerate(
            (("王记老火锅店", walking.CODE, "钟公堂街道"), ("云泊区老灶台火锅店", OTHER_CODE, "听涛街道"))
        ):
            async with self.office.desk() as desk:
                place = await walking.enterprise(desk, name, code, street)
                contact = await walking.person(desk, f"安全员{at}", 4000 + at)
                await enrolling.give_post(desk, contact, place, Role.SAFETY_OFFICER, "test")
                self.contacts.append(contact)
                self.posts.append(await enrolling.posts_of(desk, contact.id))
            self.inspections.append(await self.walk(at))
        return self

    async def walk(self, at: int, submit: bool = True) -> int:
        contact, posts = self.contacts[at], self.posts[at]
        async with self.office.desk() as desk:
            opened = await inspecting.begin(desk, contact, posts, posts[0].enterprise_id, "catering")
            for number in range(1, opened.walk.total + 1):
                verdict = Verdict.FAIL if number == 3 else Verdict.PASS
                await inspecting.judge(desk, contact, posts, opened.id, number, verdict)
            await inspecting.photograph(
                desk, contact, posts, opened.id, 3, file_id="id", file_unique_id=f"u{at}", album=None
            )
            await inspecting.settle_photos(desk, contact, posts, opened.id, 3)
            if submit:
                await inspecting.submit(desk, contact, posts, opened.id)
        return opened.id


@pytest.fixture
async def town(sqlite_office: Office) -> Town:
    return await Town(sqlite_office).build()


@pytest.mark.parametrize(
    ("street", "grid", "names"),
    [
        ("", "", ["王记老火锅店", "云泊区老灶台火锅店"]),
        ("钟公堂街道", "", ["王记老火锅店"]),
        ("钟公堂街道", "第7网格", ["王记老火锅店"]),
        ("钟公堂街道", "第8网格", []),
        ("望潮街道", "", []),
    ],
)
async def test_an_official_sees_the_findings_of_the_jurisdiction(
    town: Town, street: str, grid: str, names: list[str]
) -> None:
    async with town.office.desk() as desk:
        page = await reading.findings(desk, official(street, grid), 0, 6)
        assert ([line.enterprise_name for line in page.lines], page.total) == (names, len(names))
        assert page.pages == (1 if names else 0)


async def test_what_lies_outside_looks_like_what_does_not_exist(town: Town) -> None:
    said = set()
    async with town.office.desk() as desk:
        ids = list(await desk.session.scalars(select(FindingRecord.id).order_by(FindingRecord.id)))
        mine, theirs = ids
        here = official("钟公堂街道")
        assert (await reading.finding(desk, here, mine)).walker == "安全员0"
        for id_ in (theirs, 999, 0):
            for look in (reading.finding, reading.photos_of_finding):
                with pytest.raises(NotYours) as refused:
                    await look(desk, here, id_)
                said.add((refused.value.moment, str(refused.value.facts)))
        for inspection_id in (town.inspections[1], 999):
            for posts, seen_as in ((town.posts[0], None), ((), here), ((), None)):
                with pytest.raises(NotYours) as refused:
                    await reading.record_of(desk, posts, seen_as, inspection_id)
                said.add((refused.value.moment, str(refused.value.facts)))
        # Asked for one inspection, findings outside are not even counted.
        assert (await reading.findings(desk, here, 0, 6, town.inspections[1])).total == 0
    assert len(said) == 1


async def test_a_record_is_for_the_enterprise_and_its_officials_once_it_is_submitted(town: Town) -> None:
    going = await town.walk(0, submit=False)
    async with town.office.desk() as desk:
        for posts, seen_as in ((town.posts[0], None), ((), official()), ((), official("钟公堂街道"))):
            line = await reading.record_of(desk, posts, seen_as, town.inspections[0])
            assert (line.enterprise_name, line.fails, line.total) == ("王记老火锅店", 1, 21)
            with pytest.raises(NotYours):
                await reading.record_of(desk, posts, seen_as, going)


async def test_an_employee_reads_no_records(town: Town, sqlite_office: Office) -> None:
    async with sqlite_office.desk() as desk:
        place = town.posts[0][0].enterprise_id
        employee = await walking.person(desk, "小刘", 4500)
        await enrolling.give_post(desk, employee, place, Role.EMPLOYEE, "test")
        posts = await enrolling.posts_of(desk, employee.id)
        assert (await reading.submitted(desk, posts, 0, 6)).total == 0
        with pytest.raises(NotYours):
            await reading.record_of(desk, posts, None, town.inspections[0])


async def test_records_come_newest_first_in_pages_and_a_page_beyond_is_empty(town: Town, clock: SetClock) -> None:
    for _ in range(7):
        clock.advance(hours=1)
        await town.walk(0)
    async with town.office.desk() as desk:
        first, second, beyond = [await reading.submitted(desk, town.posts[0], page, 6) for page in (0, 1, 10**15)]
    numbers = [line.number for page in (first, second) for line in page.lines]
    assert numbers == sorted((str(number) for number in numbers), reverse=True) and len(numbers) == 8
    assert (first.total, first.pages, beyond.total, beyond.lines) == (8, 2, 8, ())


async def test_findings_come_nearest_due_first(town: Town, clock: SetClock) -> None:
    clock.set(clock.now - timedelta(days=20))
    await town.walk(1)
    async with town.office.desk() as desk:
        page = await reading.findings(desk, official(), 0, 6)
    assert [line.due_on for line in page.lines] == sorted(line.due_on for line in page.lines)
    assert page.lines[0].enterprise_name == "云泊区老灶台火锅店"


async def test_only_photos_that_were_kept_are_shown(office: Office) -> None:
    town = await Town(office).build()
    async with office.desk() as desk:
        finding = (await desk.session.scalars(select(FindingRecord.id).order_by(FindingRecord.id).limit(1))).one()
        assert await reading.photos_of_finding(desk, official(), finding) == ()
        photo = (await desk.session.scalars(select(PhotoRecord).order_by(PhotoRecord.id).limit(1))).one()
        photo.state, photo.sha256 = "stored", "ab" * 32
        await desk.session.flush()
        assert await reading.photos_of_finding(desk, official(), finding) == ("ab" * 32,)
        assert (await reading.finding(desk, official(), finding)).photos == 1
    assert len(town.inspections) == 2
