"""What a person may ask of their own data: a whole copy, and an end to it that leaves the enterprise its record."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.contact import Contact, Jurisdiction, Role
from domain.hazard import HazardState, Source
from domain.notice import Notice
from outreach import receiving, standing
from outreach.desk import Desk, Office
from outreach.hazards.carding import place_card
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.photographing import add_photo
from outreach.hazards.viewing import Who
from outreach.people import appointing, enrolling, vouching
from outreach.plans.occurring import remind_of
from outreach.privacy import disclosing, erasing
from outreach.quizzes import asking, polling, practising, revising
from outreach.reminders import wishing
from outreach.storage.enterprises import EnterpriseRecord, RegisterDraftRecord
from outreach.storage.inspections import AnswerRecord, InspectionRecord, PhotoRecord
from outreach.storage.liaisons import LiaisonWordRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord, EnrolmentRequestRecord, OfficialRecord, PostRecord
from outreach.storage.plans import PlanRecord
from outreach.storage.quizzes import GroupAnswerRecord, GroupQuestionRecord, QuizQuestionRecord, QuizRecord
from outreach.storage.records import Record
from outreach.storage.reports import ReportPhotoRecord, ReportRecord
from tests.conftest import SetClock

PERSON = 77_700_123
PHONE = "+8613800009999"
NAME = "甲<乙>丙"
DIGEST = "ab" * 32


async def enterprise(office: Office, **given: object) -> int:
    async with office.desk() as desk:
        row = EnterpriseRecord(
            credit_code=str(given.get("code", "91339906MA00000001")), name=str(given.get("name", "云泊区好邻居餐饮店")),
            industries=["catering"], street="望潮街道", created_at=desk.now, updated_at=desk.now,
        )  # fmt: skip
        desk.session.add(row)
        await desk.session.flush()
        return row.id


async def join(office: Office, person_id: int, name: str) -> Contact:
    async with office.desk() as desk:
        return await enrolling.agree(desk, person_id, person_id, name, "zh-CN", 1)


async def inspect(office: Office, contact: Contact, enterprise_id: int, *, edition: int, number: str | None) -> int:
    """An inspection with one answer, a stored photo and a pending one; submitted when it has a number."""
    async with office.desk() as desk:
        row = InspectionRecord(
            enterprise_id=enterprise_id, contact_id=contact.id, edition_id=edition, started_at=desk.now,
            submitted_at=desk.now if number else None, number=number,
        )  # fmt: skip
        desk.session.add(row)
        await desk.session.flush()
        answer = AnswerRecord(
            inspection_id=row.id, item_id="exit", verdict="fail", note="门口堆了箱子", answered_at=desk.now
        )
        desk.session.add(answer)
        await desk.session.flush()
        for at, state in enumerate(("stored", "pending")):
            desk.session.add(
                PhotoRecord(
                    contact_id=contact.id, answer_id=answer.id, file_id=f"tg-{PERSON}-{at}", media_group_id="g",
                    file_unique_id=f"u-{PERSON}-{at}", state=state, sha256=DIGEST if state == "stored" else None,
                    next_look_at=desk.now, sent_at=desk.now,
                )
            )  # fmt: skip
        return row.id


async def whole_life(office: Office) -> tuple[Contact, Contact, int]:
    """A person with everything the product can hold about somebody, their principal, and the enterprise."""
    shop = await enterprise(office)
    other = await enterprise(office, code="91339906MA00000002", name="云泊区望潮小吃部")
    me, principal = await join(office, PERSON, NAME), await join(office, 88, "何桂兰")
    former = await join(office, 99, "老王")
    async with office.desk() as desk:
        await enrolling.remember_phone(desk, me.id, PHONE)
        await enrolling.give_post(desk, principal, shop, Role.PRINCIPAL, "phone")
        await enrolling.give_post(desk, principal, other, Role.PRINCIPAL, "phone")
        await enrolling.give_post(desk, former, shop, Role.SAFETY_OFFICER, "phone")
        me = await enrolling.contact_of(desk, PERSON) or me
        await enrolling.give_post(desk, me, shop, Role.SAFETY_OFFICER, "phone")
        await vouching.ask(desk, me, other, Role.EMPLOYEE, None)
        await desk.tell(me, Notice("enrolment_declined", {"enterprise": NAME}, "waiting:1"))
        await standing.expect(desk, me.id, "inspection.note", "inspection:1")
        await quizzed(desk, me)
        await reminded(desk, me)
        await reported(desk, me, shop)
        await hazarded(desk, me, shop)
        await appointing.appoint(desk, "周科", Jurisdiction("望潮街道"))
        (await desk.session.scalars(select(OfficialRecord))).one().contact_id = me.id
        desk.session.add(RegisterDraftRecord(contact_id=me.id, rows="[]", made_at=desk.now))
        await receiving.quarantine(desk, 5, json.dumps({"message": {"from": {"id": PERSON}, "text": NAME}}), "KeyError")
        await receiving.quarantine(desk, 6, json.dumps({"message": {"from": {"id": int(f"{PERSON}4")}}}), "KeyError")
    await inspect(office, me, shop, edition=1, number="20260601-0001")
    await inspect(office, me, shop, edition=2, number=None)
    return me, principal, shop


async def quizzed(desk: Desk, me: Contact) -> None:
    """A set of questions begun, one answered, one in a group, and a question a day."""
    id_ = next(iter(desk.catalogue.questions))
    quiz = QuizRecord(contact_id=me.id, topic="", begun_at=desk.now)
    desk.session.add(quiz)
    await desk.session.flush()
    desk.session.add(QuizQuestionRecord(quiz_id=quiz.id, position=1, question_id=id_, shown=[0, 1]))
    await polling.place_poll(desk, "5001", PERSON, 7, f"quiz:{quiz.id}:1", me.id)
    await revising.remember(desk, me.id, id_, False)
    await practising.choose_hour(desk, me.id, time(8, 30))
    group = GroupQuestionRecord(chat_id=-100, question_id=id_, shown=[0, 1], asked_at=desk.now)
    desk.session.add(group)
    await desk.session.flush()
    await asking.count(desk, group.id, (0,), me.id)


async def reported(desk: Desk, me: Contact, enterprise_id: int) -> None:
    """A hazard reported with their name and number, and a photo on its way."""
    desk.session.add(
        ReportRecord(
            id=4_500_000_001, number="JB20260601-0001", is_named=True, contact_id=me.id, who=f"{NAME} {PHONE}",
            what="后门锁着", enterprise_id=enterprise_id, reported_at=desk.now,
        )
    )  # fmt: skip
    desk.session.add(
        ReportPhotoRecord(
            id=4_500_000_002, report_id=4_500_000_001, place=1, file_id=f"tg-{PERSON}-r", next_look_at=desk.now
        )
    )


async def hazarded(desk: Desk, me: Contact, enterprise_id: int) -> None:
    """A hazard that they found, with a photo of theirs on its way and its card in their chat."""
    opening = Opening(Source.SELF, "后门锁着", "后厨", state=HazardState.ORDERED, enterprise_id=enterprise_id)
    row = await open_hazard(desk, me.id, opening)
    who = Who(me, await enrolling.posts_of(desk, me.id))
    await add_photo(desk, who, row.id, f"tg-{PERSON}-h", f"u-{PERSON}-h")
    await place_card(desk, row, me.id, 4711)
    desk.session.add(
        LiaisonWordRecord(
            enterprise_id=enterprise_id, liaison_id=1, contact_id=me.id, is_official=False, text=f"{NAME} {PHONE}",
            file_id=f"tg-{PERSON}-l", said_at=desk.now,
        )
    )  # fmt: skip


async def reminded(desk: Desk, me: Contact) -> None:
    """Wishes of their own, something to be reminded of, and a plan that they began to set."""
    await wishing.choose_hour(desk, me.id, 10)
    await remind_of(desk, [("occurrence:1", me.id)], desk.today)
    desk.session.add(
        PlanRecord(
            contact_id=me.id, state="draft", checklist_id="catering", from_on=desk.today, created_at=desk.now,
            changed_at=desk.now,
        )
    )  # fmt: skip


async def every_value(office: Office) -> list[tuple[str, str]]:
    """Every cell of every table, as text."""
    found = []
    async with office.desk() as desk:
        for table in Record.metadata.tables.values():
            for row in (await desk.session.execute(select(table))).mappings():
                found += [(f"{table.name}.{key}", str(value)) for key, value in row.items()]
    return found


async def test_nothing_names_the_person_afterwards(office: Office, tmp_path: Path) -> None:
    me, _, _ = await whole_life(office)
    before = await every_value(office)
    assert any(str(PERSON) in value for _, value in before) and any("甲" in value for _, value in before)
    async with office.desk() as desk:
        erased = await erasing.erase(desk, me.id)
    # Nor does a byte of the file, of its log, or of what else lies beside it.
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("anshao.db*"))
    assert not [mark for mark in (PHONE, PHONE[3:], f"tg-{PERSON}") if mark.encode() in on_disk]
    assert erased == erasing.Erased(posts=1, drafts=1, requests=1, notices=1)
    left = [
        (where, value)
        for where, value in await every_value(office)
        if any(mark in value for mark in (PHONE, PHONE[3:], "甲", "tg-"))
        or str(PERSON) in value.replace(f"{PERSON}4", "")
    ]
    assert left == []


async def test_the_submitted_inspection_stays_and_the_draft_goes(office: Office) -> None:
    me, _, shop = await whole_life(office)
    async with office.desk() as desk:
        await erasing.erase(desk, me.id)
    async with office.desk() as desk:
        inspections = (await desk.session.scalars(select(InspectionRecord))).all()
        assert [(row.number, row.enterprise_id) for row in inspections] == [("20260601-0001", shop)]
        answers = (await desk.session.scalars(select(AnswerRecord))).all()
        assert [(a.inspection_id, a.note) for a in answers] == [(inspections[0].id, "门口堆了箱子")]
        photos = (await desk.session.scalars(select(PhotoRecord).order_by(PhotoRecord.id))).all()
        assert [(p.state, p.sha256, p.failure) for p in photos] == [
            ("stored", DIGEST, None), ("failed", None, "erased"),
        ]  # fmt: skip
        post = (await desk.session.scalars(select(PostRecord).where(PostRecord.contact_id == me.id))).one()
        assert post.ended_by == "erased" and post.until_at == desk.now
        assert (await desk.session.scalars(select(EnrolmentRequestRecord))).all() == []
        assert (await desk.session.scalars(select(OfficialRecord))).one().contact_id is None


async def test_waiting_notices_are_skipped_and_the_vacant_post_is_told(office: Office) -> None:
    me, principal, _ = await whole_life(office)
    async with office.desk() as desk:
        await erasing.erase(desk, me.id)
        rows = {row.key: row for row in await desk.session.scalars(select(DeliveryRecord))}
        assert (rows["waiting:1"].state, rows["waiting:1"].reason) == ("skipped", "erased")
        asked = [row for key, row in rows.items() if key.startswith("vouch:")]
        assert [(row.contact_id, row.state) for row in asked] == [(principal.id, "skipped")]
        vacated = [row for row in rows.values() if row.kind == "post_vacated"]
        assert [(row.contact_id, row.state) for row in vacated] == [(principal.id, "queued")]
        handed = next(row for row in rows.values() if row.kind == "post_handed_over")
        assert "***" in handed.text and handed.state == "queued"


async def test_erasing_twice_is_once_and_coming_back_is_a_new_contact(office: Office, clock: SetClock) -> None:
    me, _, _ = await whole_life(office)
    async with office.desk() as desk:
        await erasing.erase(desk, me.id)
    first = clock.now
    clock.advance(days=1)
    async with office.desk() as desk:
        assert await erasing.erase(desk, me.id) == erasing.Erased(0, 0, 0, 0)
        assert (await desk.session.get_one(ContactRecord, me.id)).erased_at == first
        assert await enrolling.contact_of(desk, PERSON) is None
    again = await join(office, PERSON, NAME)
    assert again.id != me.id
    async with office.desk() as desk:
        assert await enrolling.posts_of(desk, again.id) == ()
        assert await erasing.at_stake(desk, again.id) == erasing.Stake((), 0, 0, False)


async def test_an_erasure_that_is_rolled_back_erased_nothing(office: Office) -> None:
    me, _, _ = await whole_life(office)
    before = await every_value(office)
    with pytest.raises(RuntimeError):
        async with office.desk() as desk:
            await erasing.erase(desk, me.id)
            raise RuntimeError("killed")
    assert sorted(await every_value(office)) == sorted(before)


async def test_what_is_at_stake_is_said_beforehand(office: Office) -> None:
    me, _, _ = await whole_life(office)
    async with office.desk() as desk:
        stake = await erasing.at_stake(desk, me.id)
    assert [post.role for post in stake.posts] == [Role.SAFETY_OFFICER]
    assert (stake.drafts, stake.submitted, stake.is_official) == (1, 1, True)


async def test_the_copy_holds_every_row_about_the_person_and_nobody_elses(office: Office) -> None:
    me, _, _ = await whole_life(office)
    async with office.desk() as desk:
        told = json.loads(json.dumps(await disclosing.disclose(desk, me.id)))
        held = {
            table.name: (
                await desk.session.execute(
                    text(f"SELECT count(*) FROM {table.name} WHERE contact_id = :id"), {"id": me.id}
                )
            ).scalar_one()
            for table in Record.metadata.tables.values()
            if "contact_id" in table.columns
        }
    assert [len(report["pictures"]) for report in told["reports"]] == [1]
    photos = [p for i in told["inspections"] for a in i["answers"] for p in a["photos"]]
    counted = {
        "posts": told["posts"], "enrolment_requests": told["enrolment_requests"], "officials": told["offices"],
        "inspections": told["inspections"], "photos": photos, "standings": told["standing"],
        "deliveries": told["notices"], "register_drafts": told["register_drafts"],
        "reports": told["reports"], "quizzes": told["quizzes"], "memories": told["questions_answered"],
        "polls": told["polls"],
        "broadcasts": told["broadcasts_drafted"], "recipients": told["broadcasts_meant_for"],
        "plans": told["plans"], "reminders": told["reminders"], "wishes": told["reminder_settings"],
        "daily_questions": told["daily_question"], "group_answers": told["group_answers"],
            "activities": told["activities"], "activity_photos": told["activity_photos"],
        "hazard_steps": told["hazard_steps"], "hazard_photos": told["hazard_photos"],
        "hazard_cards": told["hazard_cards"], "objections": told["objections"], "visit_cards": told["visit_cards"],
            "liaison_words": told["words_to_stationed_officials"],
    }  # fmt: skip
    assert {name: len(rows) for name, rows in counted.items()} == {n: held[n] for n in counted}
    assert set(held) - set(counted) == {"journal"} and len(told["journal"]) >= held["journal"]
    assert told["contact"]["phone"] == PHONE and told["contact"]["person_id"] == PERSON
    assert len(told["not_understood"]) == 1
    assert told["posts"][0]["enterprise"] == "云泊区好邻居餐饮店"
    assert "何桂兰" not in json.dumps(told, ensure_ascii=False)


async def test_whoever_is_erased_leaves_their_group_its_numbers(office: Office) -> None:
    me, _, _ = await whole_life(office)
    async with office.desk() as desk:
        group = (await desk.session.scalars(select(GroupQuestionRecord))).one()
        before = await asking.tally(desk, group.id, -100)
        await erasing.erase(desk, me.id)
        await desk.session.refresh(group)
        after = await asking.tally(desk, group.id, -100)
        assert (await desk.session.scalars(select(GroupAnswerRecord))).all() == []
    assert (before.answers, before.right) == (after.answers, after.right) and after.contacts == 0
    assert before.contacts == 1
