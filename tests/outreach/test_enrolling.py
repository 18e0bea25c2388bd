"""登记 — consent, posts proven by a phone, invitations, hand-over, officials, and what stays on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.contact import (
    INVITATION_LASTS_FOR,
    OFFICIAL_CODE_LASTS_FOR,
    Contact,
    InvitationSpent,
    Jurisdiction,
    OfficialCodeSpent,
    PhoneNotOnRegister,
    Role,
)
from outreach import reading
from outreach.desk import Office
from outreach.inspections import inspecting
from outreach.people import appointing, enrolling, inviting
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import (
    ContactRecord,
    InvitationRecord,
    JournalRecord,
    OfficialCodeRecord,
    OfficialRecord,
    PostRecord,
)
from tests.conftest import SetClock
from tests.outreach import walking

PRINCIPAL, OFFICER, EMPLOYEE = Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.EMPLOYEE
OFFICERS_PHONE, PRINCIPALS_PHONE = "+8613800001002", "+8613800001003"
OTHER_CODE = "91330212MA2BXXXX7K"


async def open_place(office: Office, name: str = "王记老火锅店", code: str = walking.CODE, **given: object) -> int:
    async with office.desk() as desk:
        id_ = await walking.enterprise(desk, name, code)
        row = await desk.session.get_one(EnterpriseRecord, id_)
        phones = {"principal_phone": PRINCIPALS_PHONE, "safety_officer_phone": OFFICERS_PHONE} | given
        for column, value in phones.items():
            setattr(row, column, value)
        return id_


async def join(office: Office, name: str = "王芳", number: int = 4001, version: int = 1) -> Contact:
    async with office.desk() as desk:
        return await enrolling.agree(desk, number, number, name, "zh-CN", version)


async def journal(office: Office, subject: str) -> list[str]:
    async with office.desk() as desk:
        rows = await desk.session.scalars(
            select(JournalRecord).where(JournalRecord.subject == subject).order_by(JournalRecord.id)
        )
        return [f"{row.happened} {json.loads(row.facts)}" for row in rows]


async def held(office: Office, contact: Contact) -> list[tuple[str, Role]]:
    async with office.desk() as desk:
        return [(post.enterprise_name, post.role) for post in await enrolling.posts_of(desk, contact.id)]


async def test_agreeing_again_to_a_changed_notice_is_the_same_contact_with_both_consents_on_record(
    sqlite_office: Office, clock: SetClock
) -> None:
    first = await join(sqlite_office)
    clock.advance(days=400)
    again = await join(sqlite_office, version=2)
    assert again == replace(first, consent_version=2)
    async with sqlite_office.desk() as desk:
        row = (await desk.session.scalars(select(ContactRecord))).one()
        assert (row.consent_version, row.consented_at) == (2, clock.now)
    assert await journal(sqlite_office, f"contact:{first.id}") == [
        "ConsentGiven {'version': 1}", "ConsentGiven {'version': 2}",
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["+8613800001002", "8613800001002", "13800001002", "+86 138-0000-1002"])
async def test_a_phone_on_the_register_proves_the_post_however_it_is_written(office: Office, written: str) -> None:
    await open_place(office)
    contact = await join(office)
    async with office.desk() as desk:
        posts = await enrolling.bind_by_phone(desk, contact, written)
    assert [(post.enterprise_name, post.role) for post in posts] == [("王记老火锅店", OFFICER)]
    async with office.desk() as desk:
        assert (await desk.session.scalars(select(ContactRecord.phone))).one() == OFFICERS_PHONE


async def test_one_phone_may_prove_several_posts(sqlite_office: Office) -> None:
    await open_place(sqlite_office, principal_phone=OFFICERS_PHONE)
    await open_place(sqlite_office, "云泊区老灶台火锅店", OTHER_CODE, principal_phone="")
    contact = await join(sqlite_office)
    for _ in range(2):  # twice changes nothing
        async with sqlite_office.desk() as desk:
            await enrolling.bind_by_phone(desk, contact, OFFICERS_PHONE)
    assert sorted(await held(sqlite_office, contact)) == [
        ("云泊区老灶台火锅店", OFFICER), ("王记老火锅店", PRINCIPAL), ("王记老火锅店", OFFICER),
    ]  # fmt: skip
    async with sqlite_office.desk() as desk:
        assert len((await desk.session.scalars(select(PostRecord.id))).all()) == 3


@pytest.mark.parametrize("number", ["+8613899999999", "", "no number", "119", OFFICERS_PHONE[:-1], "0" * 40])
async def test_a_phone_that_stands_nowhere_proves_nothing(sqlite_office: Office, number: str) -> None:
    await open_place(sqlite_office, principal_phone="")
    contact = await join(sqlite_office)
    async with sqlite_office.desk() as desk:
        with pytest.raises(PhoneNotOnRegister):
            await enrolling.bind_by_phone(desk, contact, number)
    assert await held(sqlite_office, contact) == []


async def test_a_post_handed_over_keeps_every_record_and_tells_the_one_before(office: Office, clock: SetClock) -> None:
    place = await open_place(office)
    before, after = await join(office), await join(office, "小刘", 4002)
    async with office.desk() as desk:
        await enrolling.give_post(desk, before, place, OFFICER, "phone")
        posts = await enrolling.posts_of(desk, before.id)
        opened = await inspecting.begin(desk, before, posts, place, "catering")
        for number in range(1, opened.walk.total + 1):
            await inspecting.judge(desk, before, posts, opened.id, number, inspecting.Verdict.PASS)
        number_ = await inspecting.submit(desk, before, posts, opened.id)
    clock.advance(days=30)
    for _ in range(2):
        async with office.desk() as desk:
            await enrolling.give_post(desk, after, place, OFFICER, "handed over")
    assert await held(office, before) == [] and await held(office, after) == [("王记老火锅店", OFFICER)]
    async with office.desk() as desk:
        rows = (await desk.session.scalars(select(PostRecord).order_by(PostRecord.id))).all()
        assert [(row.contact_id, row.until_at, row.ended_by) for row in rows] == [
            (before.id, clock.now, "handed_over"), (after.id, None, None),
        ]  # fmt: skip
        # Whoever holds the post now sees what was submitted before; whoever held it does not any more.
        now = await enrolling.posts_of(desk, after.id)
        page = await reading.submitted(desk, now, 0, 6)
        assert [line.number for line in page.lines] == [number_]
        assert (await reading.submitted(desk, (), 0, 6)).total == 0
        told = (await desk.session.scalars(
            select(DeliveryRecord).where(DeliveryRecord.kind == "post_handed_over"))).all()  # fmt: skip
        assert [(row.contact_id, "小刘" in row.text) for row in told] == [(before.id, True)]


async def test_a_post_that_came_back_is_a_new_term(office: Office, clock: SetClock) -> None:
    place = await open_place(office)
    one, two = await join(office), await join(office, "小刘", 4002)
    for days, contact in enumerate((one, two, one)):
        clock.advance(days=days)
        async with office.desk() as desk:
            await enrolling.give_post(desk, contact, place, PRINCIPAL, "test")
    async with office.desk() as desk:
        rows = (await desk.session.scalars(select(PostRecord).order_by(PostRecord.id))).all()
    terms = [(row.contact_id, row.until_at is None) for row in rows]
    assert terms == [(one.id, False), (two.id, False), (one.id, True)]


async def test_employees_are_many_and_hand_nothing_over(sqlite_office: Office) -> None:
    place = await open_place(sqlite_office)
    people = [await join(sqlite_office, name, 4000 + at) for at, name in enumerate(("小刘", "小陈", "小郑"))]
    async with sqlite_office.desk() as desk:
        for contact in people:
            await enrolling.give_post(desk, contact, place, EMPLOYEE, "vouched")
        assert len(await enrolling.holders(desk, place)) == 3


async def test_an_invitation_can_be_opened_often_is_spent_once_and_dies_of_age(office: Office, clock: SetClock) -> None:
    place = await open_place(office)
    contact = await join(office)
    async with office.desk() as desk:
        token = await inviting.invite(desk, place, OFFICER, None)
    assert len(token) <= 64
    for _ in range(3):  # a link preview opens it too
        async with office.desk() as desk:
            opened = await inviting.open_invitation(desk, token)
    assert (opened.enterprise_name, opened.role, opened.has_phone_on_register) == ("王记老火锅店", OFFICER, True)
    async with office.desk() as desk:
        await enrolling.bind_by_phone(desk, contact, OFFICERS_PHONE, opened.invitation_id)
    said = set()
    async with office.desk() as desk:
        expired = await inviting.invite(desk, place, PRINCIPAL, None)
        revoked = await inviting.invite(desk, place, PRINCIPAL, None)
        row = (await desk.session.scalars(
            select(InvitationRecord).where(InvitationRecord.digest == inviting.digest(revoked)))).one()  # fmt: skip
        row.revoked_at = desk.now
    clock.advance(seconds=INVITATION_LASTS_FOR.total_seconds())
    async with office.desk() as desk:
        await inviting.open_invitation(desk, expired)  # on its last second
    clock.advance(seconds=1)
    for bad in (token, expired, revoked, "i-never-was-there-000", token.upper(), ""):
        async with office.desk() as desk:
            with pytest.raises(InvitationSpent) as refused:
                await inviting.open_invitation(desk, bad)
            said.add((refused.value.moment, str(refused.value.facts)))
    assert len(said) == 1


async def test_an_employees_invitation_serves_many(sqlite_office: Office) -> None:
    place = await open_place(sqlite_office)
    async with sqlite_office.desk() as desk:
        token = await inviting.invite(desk, place, EMPLOYEE, None)
        opened = await inviting.open_invitation(desk, token)
        row = await desk.session.get_one(InvitationRecord, opened.invitation_id)
    assert not row.is_single_use and not opened.has_phone_on_register


async def test_no_link_and_no_code_stands_in_the_database(sqlite_office: Office, sqlite_url: str) -> None:
    place = await open_place(sqlite_office)
    async with sqlite_office.desk() as desk:
        token = await inviting.invite(desk, place, OFFICER, None)
        code = await appointing.appoint(desk, "周科", Jurisdiction())
    async with sqlite_office.desk() as desk:
        await desk.session.execute(text("SELECT 1"))
    with open(sqlite_url.removeprefix("sqlite:///"), "rb") as file:  # noqa: PTH123
        kept = file.read()
    assert token.encode() not in kept and token[2:].encode() not in kept and code.encode() not in kept


async def test_an_official_takes_office_once_within_two_days(office: Office, clock: SetClock) -> None:
    official, other = await join(office, "周科", 4101), await join(office, "小刘", 4102)
    async with office.desk() as desk:
        code = await appointing.appoint(desk, "周科", Jurisdiction("钟公堂街道", "第7网格"))
        late = await appointing.appoint(desk, "吴科", Jurisdiction())
        assert await appointing.official_of(desk, official.id) is None
        taken = await appointing.take_office(desk, official, code)
    assert (taken.name, taken.jurisdiction) == ("周科", Jurisdiction("钟公堂街道", "第7网格"))
    clock.advance(seconds=OFFICIAL_CODE_LASTS_FOR.total_seconds() + 1)
    for contact, bad in ((other, code), (other, late), (official, late), (other, "guessed"), (other, "")):
        async with office.desk() as desk:
            with pytest.raises(OfficialCodeSpent):
                await appointing.take_office(desk, contact, bad)
    async with office.desk() as desk:
        # Whoever used it may press it again: a double tap is no fault, and gives nothing new.
        assert await appointing.take_office(desk, official, code) == taken
        assert (await appointing.official_of(desk, official.id)) == taken
        assert await appointing.official_of(desk, other.id) is None
        assert len((await desk.session.scalars(select(OfficialCodeRecord))).all()) == 2


async def test_an_office_begins_and_ends_on_its_days(sqlite_office: Office, clock: SetClock) -> None:
    async with sqlite_office.desk() as desk:
        contact, _ = await walking.official(desk, "周科", 4101, "钟公堂街道")
        row = (await desk.session.scalars(select(OfficialRecord))).one()
        row.until_on = desk.today + timedelta(days=1)
    for serves in (True, True, False):
        async with sqlite_office.desk() as desk:
            assert bool(await appointing.official_of(desk, contact.id)) is serves
            assert bool(await appointing.officials_for(desk, "钟公堂街道", "第7网格")) is serves
        clock.advance(days=1)


async def test_officials_are_found_by_the_place(sqlite_office: Office) -> None:
    async with sqlite_office.desk() as desk:
        for at, (name, street, grid) in enumerate(
            (("全区", "", ""), ("街道", "钟公堂街道", ""), ("网格", "钟公堂街道", "第7网格"), ("别处", "听涛街道", ""))
        ):
            contact = await walking.person(desk, name, 4100 + at)
            code = await appointing.appoint(desk, name, Jurisdiction(street, grid))
            await appointing.take_office(desk, contact, code)
        await appointing.appoint(desk, "还没来的", Jurisdiction())

        async def names(street: str, grid: str) -> set[str]:
            return {contact.name for contact in await appointing.officials_for(desk, street, grid)}

        assert await names("钟公堂街道", "第7网格") == {"全区", "街道", "网格"}
        assert await names("钟公堂街道", "第8网格") == {"全区", "街道"}
        assert await names("听涛街道", "") == {"全区", "别处"}
        assert await appointing.is_office_taken(desk)


async def test_reachable_or_not_is_noted_when_it_changes_and_concerns_no_stranger(sqlite_office: Office) -> None:
    contact = await join(sqlite_office)
    for reachable in (False, False, True, True):
        async with sqlite_office.desk() as desk:
            await enrolling.set_reachable(desk, 4001, reachable, "blocked")
            await enrolling.set_reachable(desk, 999, reachable, "blocked")
    assert [line.split()[0] for line in await journal(sqlite_office, f"contact:{contact.id}")] == [
        "ConsentGiven", "ContactUnreachable", "ContactReachable",
    ]  # fmt: skip
