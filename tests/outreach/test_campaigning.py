"""The matrix of a campaign, records entered once, and the one thing of each day, on both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from domain.authority import DutyLacking, OfficeRole
from domain.campaign import ActivityEntered, ActivityPhotosFull, ActivityUnfinished, CellState, DayOutside
from domain.contact import Contact, Jurisdiction, NotYours, Official, Post, Role
from domain.files import FileTooLarge
from outreach.campaigns import campaigning, daily, entering
from outreach.campaigns.entering import Entry
from outreach.campaigns.picturing import ActivityPhotographer
from outreach.desk import Desk, Office
from outreach.people import appointing, enrolling
from outreach.privacy import erasing
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach.walking import enterprise, jpeg, person, walked

LECTURE, CHECK, DRILL = "safety-lecture", "hazard-check", "park-drill"
STREET = "钟公堂街道"


async def official_of(
    desk: Desk, number: int, bounds: Jurisdiction, role: OfficeRole = OfficeRole.HEAD, trades: tuple[str, ...] = ()
) -> tuple[Contact, Official]:
    contact = await person(desk, f"科{number}", number)
    code = await appointing.appoint(desk, f"科{number}", bounds, role=role, industries=trades)
    return contact, await appointing.take_office(desk, contact, code)


class Shop:
    """One enterprise whose safety officer is 王芳."""

    contact: Contact
    posts: tuple[Post, ...]
    id: int

    async def open(self, office: Office) -> Shop:
        async with office.desk() as desk:
            self.id = await enterprise(desk)
            self.contact = await person(desk, "王芳", 1002)
            await enrolling.give_post(desk, self.contact, self.id, Role.SAFETY_OFFICER, "test")
            self.posts = await enrolling.posts_of(desk, self.contact.id)
        return self

    async def begin(self, office: Office, row: str = LECTURE) -> Entry:
        async with office.desk() as desk:
            return await entering.begin(desk, self.contact, self.posts, None, row, self.id)

    async def filled(self, office: Office) -> Entry:
        opened = await self.begin(office)
        async with office.desk() as desk:
            who = (desk, self.contact, self.posts, None, opened.id)
            await entering.describe(*who, held_on=desk.today)
            await entering.describe(*who, attendees="14人")
            await entering.describe(*who, content="燃气")
            await entering.describe(*who, result="都会")
            return await entering.photograph(*who, "file-1", "u1")

    async def enter(self, office: Office) -> Entry:
        opened = await self.filled(office)
        async with office.desk() as desk:
            return await entering.enter(desk, self.contact, self.posts, None, opened.id)


async def test_an_inspection_in_june_fills_its_cell_without_a_second_upload(office: Office, clock: SetClock) -> None:
    async with office.desk() as desk:
        _, head = await official_of(desk, 2001, Jurisdiction(STREET))
    clock.set(datetime(2026, 5, 31, 10, tzinfo=UTC))
    await walked(office)
    async with office.desk() as desk:
        before = await campaigning.matrix(desk, head)
        assert before.total == 4 and before.done() == 0
    clock.set(datetime(2026, 6, 1, 10, tzinfo=UTC))
    async with office.desk() as desk:
        contact = await person(desk, "王芳", 4001)
        posts = await enrolling.posts_of(desk, contact.id)
    from outreach.inspections import inspecting

    async with office.desk() as desk:
        opened = await inspecting.begin(desk, contact, posts, posts[0].enterprise_id, "catering")
        for number in range(1, opened.walk.total + 1):
            await inspecting.judge(desk, contact, posts, opened.id, number, "pass")  # type: ignore[arg-type]
        await inspecting.submit(desk, contact, posts, opened.id)
    async with office.desk() as desk:
        after = await campaigning.matrix(desk, head)
        assert after.done() == 1 and after.enterprises[0].cells[CHECK] is CellState.DONE


async def test_a_principal_who_ticks_off_their_own_duties_has_not_looked_for_hazards(
    office: Office, clock: SetClock
) -> None:
    from outreach.inspections import inspecting

    clock.set(datetime(2026, 6, 1, 10, tzinfo=UTC))
    async with office.desk() as desk:
        _, head = await official_of(desk, 2001, Jurisdiction(STREET))
        where, contact = await enterprise(desk), await person(desk, "李强", 1003)
        await enrolling.give_post(desk, contact, where, Role.PRINCIPAL, "test")
        posts = await enrolling.posts_of(desk, contact.id)
        opened = await inspecting.begin(desk, contact, posts, where, "leader-duties")
        for number in range(1, opened.walk.total + 1):
            await inspecting.judge(desk, contact, posts, opened.id, number, "pass")  # type: ignore[arg-type]
        await inspecting.submit(desk, contact, posts, opened.id)
    async with office.desk() as desk:
        assert (await campaigning.matrix(desk, head)).done() == 0


async def test_a_lecture_is_entered_once_with_all_that_the_law_asks(office: Office) -> None:
    shop = await Shop().open(office)
    opened = await shop.begin(office)
    async with office.desk() as desk:
        with pytest.raises(ActivityUnfinished):
            await entering.enter(desk, shop.contact, shop.posts, None, opened.id)
        with pytest.raises(DayOutside):
            await entering.describe(desk, shop.contact, shop.posts, None, opened.id, held_on=date(2026, 5, 30))
    entered = await shop.enter(office)
    assert entered.is_entered and entered.activity.head_count == 14
    again = await shop.begin(office)
    assert again.id == entered.id and again.is_entered
    async with office.desk() as desk:
        with pytest.raises(ActivityEntered):
            await entering.enter(desk, shop.contact, shop.posts, None, entered.id)
        own = await campaigning.own(desk, shop.posts)
        assert own.enterprises[0].cells[LECTURE] is CellState.DONE
        await entering.withdraw(desk, shop.contact, shop.posts, None, entered.id)
    async with office.desk() as desk:
        assert (await campaigning.own(desk, shop.posts)).done() == 0
    assert (await shop.begin(office)).id != entered.id


async def test_two_people_who_enter_the_same_at_once_enter_one(office: Office) -> None:
    shop = await Shop().open(office)
    first = await shop.filled(office)
    async with office.desk() as desk:
        contact, head = await official_of(desk, 2001, Jurisdiction(STREET))
        other = await entering.begin(desk, contact, (), head, LECTURE, shop.id)
        who = (desk, contact, (), head, other.id)
        await entering.describe(*who, held_on=desk.today, attendees="9人", content="a", result="b")
        await entering.photograph(*who, "file-2", "u2")
    assert other.id != first.id and other.is_proxy

    async def enter(contact: Contact, posts: tuple[Post, ...], official: Official | None, id_: int) -> str:
        try:
            async with office.desk() as desk:
                await entering.enter(desk, contact, posts, official, id_)
        except ActivityEntered:
            return "refused"
        return "entered"

    came = await asyncio.gather(enter(shop.contact, shop.posts, None, first.id), enter(contact, (), head, other.id))
    assert Counter(came) == {"entered": 1, "refused": 1}


async def test_a_lost_photo_opens_the_cell_again_and_is_told(office: Office) -> None:
    shop = await Shop().open(office)
    entered = await shop.enter(office)

    async def too_large(file_id: str, limit: int) -> bytes:
        raise FileTooLarge

    await ActivityPhotographer(office, too_large).turn()
    async with office.desk() as desk:
        assert (await campaigning.own(desk, shop.posts)).enterprises[0].cells[LECTURE] is CellState.LACKING
        told = (await desk.session.scalars(select(DeliveryRecord))).all()
        assert [one.kind for one in told] == ["activity_photo_failed"] and f"cp:ph:{entered.id}" in told[0].buttons
        who = (desk, shop.contact, shop.posts, None, entered.id)
        await entering.photograph(*who, "file-1", "u1")

    async def good(file_id: str, limit: int) -> bytes:
        return jpeg()

    await ActivityPhotographer(office, good).turn()
    async with office.desk() as desk:
        assert (await campaigning.own(desk, shop.posts)).enterprises[0].cells[LECTURE] is CellState.DONE
        photo = (await desk.session.scalars(select(ActivityPhotoRecord))).one()
        assert photo.state == "stored" and photo.sha256 and office.photos.exists(photo.sha256)


async def test_three_photos_at_most(office: Office) -> None:
    shop = await Shop().open(office)
    opened = await shop.filled(office)
    async with office.desk() as desk:
        who = (desk, shop.contact, shop.posts, None, opened.id)
        for place in (1, 2, 3):
            assert (await entering.photograph(*who, f"file-{place}", f"u{place}")).activity.photos == place
        with pytest.raises(ActivityPhotosFull):
            await entering.photograph(*who, "file-4", "u4")


async def test_who_may_enter_and_see_what(sqlite_office: Office) -> None:
    office = sqlite_office
    shop = await Shop().open(office)
    async with office.desk() as desk:
        elsewhere = await official_of(desk, 2001, Jurisdiction("别处"))
        grid = await official_of(desk, 2002, Jurisdiction(STREET, "第7网格"), OfficeRole.GRID_WORKER)
        trade = await official_of(desk, 2003, Jurisdiction(STREET), OfficeRole.OFFICER, ("retail",))
        expert = await official_of(desk, 2004, Jurisdiction(STREET), OfficeRole.EXPERT)
        news = await official_of(desk, 2005, Jurisdiction(STREET), OfficeRole.INFORMATION)
        head = await official_of(desk, 2006, Jurisdiction(STREET))
        worker = await person(desk, "小刘", 1004)
        await enrolling.give_post(desk, worker, shop.id, Role.EMPLOYEE, "test")
        posts = await enrolling.posts_of(desk, worker.id)
        with pytest.raises(NotYours):
            await entering.begin(desk, worker, posts, None, LECTURE, shop.id)
        for contact, official in (elsewhere, trade, expert, news):
            for row in (LECTURE, DRILL):
                with pytest.raises(NotYours):
                    await entering.begin(desk, contact, (), official, row, shop.id)
        assert (await entering.begin(desk, *_who(grid), LECTURE, shop.id)).is_proxy
        with pytest.raises(NotYours):  # the park's drill is not the grid's
            await entering.begin(desk, *_who(grid), DRILL, shop.id)
        assert (await entering.begin(desk, *_who(head), DRILL, shop.id)).place == STREET
        with pytest.raises(NotYours):  # filled by inspections alone
            await entering.begin(desk, *_who(head), CHECK, shop.id)
        for row, place in (("guessed", shop.id), (LECTURE, 999)):
            with pytest.raises(NotYours):
                await entering.begin(desk, *_who(head), row, place)
        draft = await entering.begin(desk, shop.contact, shop.posts, None, LECTURE, shop.id)
        with pytest.raises(NotYours):
            await entering.entry(desk, *_who(head), draft.id)
        totals = {}
        for name, (_, official) in {"head": head, "grid": grid, "trade": trade, "news": news}.items():
            totals[name] = (await campaigning.matrix(desk, official)).total
        assert totals == {"head": 4, "grid": 3, "trade": 0, "news": 4}
        with pytest.raises(DutyLacking):
            await campaigning.matrix(desk, expert[1])


def _who(one: tuple[Contact, Official]) -> tuple[Contact, tuple[Post, ...], Official]:
    return one[0], (), one[1]


async def test_one_message_a_day_for_each_who_holds_a_post(office: Office, clock: SetClock) -> None:
    shop = await Shop().open(office)
    async with office.desk() as desk:
        worker = await person(desk, "小刘", 1004)
        await enrolling.give_post(desk, worker, shop.id, Role.EMPLOYEE, "test")
        await person(desk, "路人", 1010)
        await official_of(desk, 2001, Jurisdiction(STREET))

    async def told() -> Counter[str]:
        for _ in range(3):
            async with office.desk() as desk:
                while await daily.tell_today(desk):
                    pass
        async with office.desk() as desk:
            rows = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "campaign_day"))
            return Counter(row.key.split(":")[2] for row in rows)

    assert await told() == {"2026-06-01": 2}
    clock.set(datetime(2026, 6, 4, 0, 30, tzinfo=UTC))
    assert await told() == {"2026-06-01": 2, "2026-06-04": 2}
    # An evening after an outage says nothing, nor does a day outside the campaign.
    clock.set(datetime(2026, 6, 8, 10, 30, tzinfo=UTC))
    assert await told() == {"2026-06-01": 2, "2026-06-04": 2}
    clock.set(datetime(2026, 7, 1, 1, tzinfo=UTC))
    assert await told() == {"2026-06-01": 2, "2026-06-04": 2}
    async with office.desk() as desk:
        row = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key.contains("06-04")))).first()
        assert row is not None and row.is_push and row.due_at.hour == 1 and row.expires_at is not None


async def test_a_task_that_is_done_is_not_asked_for(sqlite_office: Office, clock: SetClock) -> None:
    office = sqlite_office
    shop = await Shop().open(office)
    clock.set(datetime(2026, 6, 16, 2, tzinfo=UTC))
    await shop.enter(office)
    clock.set(datetime(2026, 6, 17, 0, 30, tzinfo=UTC))  # the day of the lecture
    async with office.desk() as desk:
        await daily.tell_today(desk)
        assert (await desk.session.scalars(select(DeliveryRecord))).all() == []


async def test_an_erased_person_leaves_the_record_and_takes_the_file_ids_along(sqlite_office: Office) -> None:
    office = sqlite_office
    shop = await Shop().open(office)
    await shop.enter(office)
    async with office.desk() as desk:
        await entering.begin(desk, shop.contact, shop.posts, None, "warning-education", shop.id)
        await erasing.erase(desk, shop.contact.id)
    async with office.desk() as desk:
        assert [row.row_id for row in await desk.session.scalars(select(ActivityRecord))] == [LECTURE]
        photo = (await desk.session.scalars(select(ActivityPhotoRecord))).one()
        assert (photo.file_id, photo.state) == ("", "failed")


async def test_twenty_three_enterprises_and_a_park_are_seventy_cells(sqlite_office: Office) -> None:
    async with sqlite_office.desk() as desk:
        for at in range(23):
            await enterprise(desk, f"企业{at}", f"code-{at}")
        await enterprise(desk, "邻街", "code-99", "别处")
        _, head = await official_of(desk, 2001, Jurisdiction())
        whole = await campaigning.matrix(desk, head)
        assert whole.of(STREET).total == 70 and whole.total == 74
        assert (await desk.session.scalars(select(EnterpriseRecord))).first() is not None
