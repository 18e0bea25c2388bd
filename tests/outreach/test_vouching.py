"""加入申请 — who is asked to vouch for a stranger, who may answer, and that one answer is all there is."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from domain.contact import Contact, NotYours, Role, StalePress
from outreach.desk import Office
from outreach.people import appointing, enrolling, inviting, vouching
from outreach.people.vouching import Request
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import EnrolmentRequestRecord, InvitationRecord, JournalRecord
from tests.outreach import walking

PRINCIPAL, OFFICER, EMPLOYEE = Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.EMPLOYEE


class Place:
    """One enterprise with whoever holds its posts, the officials around it, and a stranger at the door."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.people: dict[str, Contact] = {}
        self.id = 0

    async def open(self, *holders: tuple[str, Role]) -> Place:
        async with self.office.desk() as desk:
            self.id = await walking.enterprise(desk)
            for at, (name, role) in enumerate(holders):
                self.people[name] = await walking.person(desk, name, 4000 + at)
                await enrolling.give_post(desk, self.people[name], self.id, role, "test")
            for at, (name, street) in enumerate((("周科", "钟公堂街道"), ("郑科", "听涛街道"))):
                self.people[name], _ = await walking.official(desk, name, 4100 + at, street)
            self.people["生人"] = await walking.person(desk, "生人", 4200)
        return self

    async def ask(self, role: Role, invitation: int | None = None) -> int:
        async with self.office.desk() as desk:
            return await vouching.ask(desk, self.people["生人"], self.id, role, invitation)

    async def decide(self, who: str, approve: bool, request: int = 1) -> Request:
        async with self.office.desk() as desk:
            contact = self.people[who]
            posts = await enrolling.posts_of(desk, contact.id)
            official = await appointing.official_of(desk, contact.id)
            return await vouching.decide(desk, contact, posts, official, request, approve)

    async def told(self, kind: str) -> set[str]:
        names = {contact.id: name for name, contact in self.people.items()}
        async with self.office.desk() as desk:
            rows = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == kind))
            return {names[row.contact_id] for row in rows}

    async def posts(self) -> list[Role]:
        async with self.office.desk() as desk:
            return [post.role for post in await enrolling.posts_of(desk, self.people["生人"].id)]


ALL = (("李强", PRINCIPAL), ("王芳", OFFICER), ("小刘", EMPLOYEE))


@pytest.mark.parametrize(
    ("holders", "role", "asked"),
    [
        (ALL, EMPLOYEE, {"李强", "王芳"}),
        (ALL, OFFICER, {"李强"}),
        (ALL, PRINCIPAL, {"李强"}),
        (ALL[1:], EMPLOYEE, {"王芳"}),
        (ALL[1:], OFFICER, {"周科"}),  # nobody there may vouch: the official of that street is asked, no other
        (ALL[2:], EMPLOYEE, {"周科"}),
        ((), PRINCIPAL, {"周科"}),
    ],
)
async def test_who_is_asked(
    sqlite_office: Office, holders: tuple[tuple[str, Role], ...], role: Role, asked: set[str]
) -> None:
    place = await Place(sqlite_office).open(*holders)
    assert await place.ask(role) == len(asked)
    assert await place.told("enrolment_asked") == asked


async def test_asked_twice_is_one_request_and_one_notice(office: Office) -> None:
    place = await Place(office).open(*ALL)
    assert [await place.ask(EMPLOYEE) for _ in range(3)] == [2, 2, 2]
    async with office.desk() as desk:
        assert len((await desk.session.scalars(select(EnrolmentRequestRecord))).all()) == 1
        assert len((await desk.session.scalars(select(DeliveryRecord))).all()) == 2


@pytest.mark.parametrize("who", ["小刘", "生人", "郑科"])
@pytest.mark.parametrize("approve", [True, False])
async def test_nobody_else_decides_and_none_learns_whether_there_is_a_request(
    sqlite_office: Office, who: str, approve: bool
) -> None:
    place = await Place(sqlite_office).open(*ALL)
    await place.ask(EMPLOYEE)
    said = set()
    for request in (1, 2, 999):
        with pytest.raises(NotYours) as refused:
            await place.decide(who, approve, request)
        said.add((refused.value.moment, str(refused.value.facts)))
    assert len(said) == 1 and await place.posts() == []


async def test_a_safety_officer_vouches_for_employees_alone(sqlite_office: Office) -> None:
    place = await Place(sqlite_office).open(*ALL)
    await place.ask(OFFICER)
    with pytest.raises(NotYours):
        await place.decide("王芳", True)
    assert (await place.decide("李强", True)).decision == "approved"
    assert await place.posts() == [OFFICER]


@pytest.mark.parametrize(("approve", "kind"), [(True, "enrolment_approved"), (False, "enrolment_declined")])
async def test_the_first_answer_holds_and_the_second_hears_what_it_was(
    office: Office, approve: bool, kind: str
) -> None:
    place = await Place(office).open(*ALL)
    await place.ask(EMPLOYEE)
    assert (await place.decide("李强", approve)).asker.name == "生人"
    for who, second in (("王芳", not approve), ("李强", approve), ("周科", not approve)):
        with pytest.raises(StalePress) as refused:
            await place.decide(who, second)
        assert refused.value.facts == {"decision": "approved" if approve else "declined", "name": "生人"}
    assert await place.posts() == ([EMPLOYEE] if approve else [])
    assert await place.told(kind) == {"生人"}


async def test_declined_one_may_ask_again_and_is_asked_about_again(sqlite_office: Office) -> None:
    place = await Place(sqlite_office).open(*ALL)
    await place.ask(EMPLOYEE)
    await place.decide("王芳", False)
    await place.ask(EMPLOYEE)
    assert (await place.decide("王芳", True, 2)).decision == "approved"
    async with sqlite_office.desk() as desk:
        facts = await desk.session.scalars(
            select(JournalRecord.facts).where(JournalRecord.happened == "EnrolmentDecided").order_by(JournalRecord.id)
        )
        assert [json.loads(fact)["decision"] for fact in facts] == ["declined", "approved"]


async def test_approval_spends_a_personal_invitation_and_leaves_one_for_many(sqlite_office: Office) -> None:
    place = await Place(sqlite_office).open(*ALL)
    async with sqlite_office.desk() as desk:
        tokens = [await inviting.invite(desk, place.id, role, None) for role in (OFFICER, EMPLOYEE)]
        ids = [(await inviting.open_invitation(desk, token)).invitation_id for token in tokens]
    await place.ask(OFFICER, ids[0])
    await place.ask(EMPLOYEE, ids[1])
    await place.decide("李强", True, 1)
    await place.decide("李强", True, 2)
    async with sqlite_office.desk() as desk:
        used = [(await desk.session.get_one(InvitationRecord, id_)).used_at is not None for id_ in ids]
    assert used == [True, False]


async def test_a_sole_post_given_by_approval_is_handed_over(sqlite_office: Office) -> None:
    place = await Place(sqlite_office).open(*ALL)
    await place.ask(OFFICER)
    await place.decide("李强", True)
    async with sqlite_office.desk() as desk:
        assert await enrolling.posts_of(desk, place.people["王芳"].id) == ()
    assert await place.told("post_handed_over") == {"王芳"}


async def test_a_strangers_name_cannot_dress_up_as_words_of_ours(sqlite_office: Office) -> None:
    place = await Place(sqlite_office).open(*ALL)
    async with sqlite_office.desk() as desk:
        place.people["生人"] = await walking.person(desk, "<b>甲</b>&", 4300)
    await place.ask(EMPLOYEE)
    async with sqlite_office.desk() as desk:
        texts = (await desk.session.scalars(select(DeliveryRecord.text))).all()
    assert all("&lt;b&gt;甲&lt;/b&gt;&amp;" in text for text in texts)
