"""满库 — a database in which every table has rows, made by the deeds that make them in earnest."""

from __future__ import annotations

from datetime import time, timedelta

from sqlalchemy import update

from content.loading.law_text import LawText
from domain.checklist import Grade, Verdict
from domain.composition import Content
from domain.contact import Role
from domain.fallback import Address, Service
from domain.hazard import Source
from domain.measure import MeasureKind
from domain.ownership import OwnerKind
from domain.plan import Rhythm
from domain.rectification import StepKey
from domain.report import Draft
from domain.visit import VisitKind
from outreach import consulting, placing, receiving, standing
from outreach.broadcasts import broadcasting, composing
from outreach.campaigns import entering
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.desk import Office
from outreach.fallback import addressing
from outreach.fallback.falling_back import look as look_for_fallbacks
from outreach.hazards import blacklisting, boarding, interviewing, ladder_answering, measuring
from outreach.hazards import carding as hazard_carding
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.rectifying import Said
from outreach.inspections import inspecting
from outreach.pairs import corresponding, liaising
from outreach.pairs.corresponding import Writer
from outreach.people import inviting, vouching
from outreach.plans import planning
from outreach.quizzes import asking, polling, practising, quizzing
from outreach.register import drafting, unowned
from outreach.register.registering import Batch
from outreach.reminders import wishing
from outreach.reports import drafts, triaging
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.speakers import SpeakerRecord
from outreach.storage.uploads import UploadRecord
from outreach.upkeep import alerting, pulses
from outreach.visits import filling, finishing, visiting
from outreach.visits import placing as visit_placing
from scheduler import sweeps
from tests.conftest import MORNING, SetClock
from tests.outreach.hazarded import Scene, hazard, photograph, scene, take, within
from tests.outreach.reported import REPORTER, STREET, report
from tests.outreach.test_ladder_releasing import press
from tests.outreach.test_laddering import papers
from tests.outreach.walking import enterprise, person

# What is said, too, is more than a hasty step might think of.
WORDS = "后门锁着 喆堃䶮𠮷🧯 <b> & 'x'"


async def fill(office: Office, clock: SetClock) -> None:
    """Everything that can happen here has happened, over some days."""
    clock.set(MORNING)
    at = await scene(office)
    for matter in (_people, _inspections, _questions, _reports, _hazards, _owners, _visits, _notices, _campaign):
        await matter(office, at)
    await _ladder(office, at, clock)
    await _machinery(office)


async def _people(office: Office, at: Scene) -> None:
    """Invited, asked to be let in, waited for; 王芳 chose her hours."""
    async with office.desk() as desk:
        newcomer = await person(desk, "老丁 <丁>", 5199)
        await inviting.invite(desk, at.there.shop, Role.EMPLOYEE, at.li.contact.id)
        await vouching.ask(desk, newcomer, at.there.shop, Role.EMPLOYEE, None)
        await standing.expect(desk, newcomer.id, "hazard.words", "1")
        await wishing.choose_hour(desk, at.wang.contact.id, 10)
        await drafting.put_by(desk, at.zhou.contact, Batch(()))
        await placing.make_place(desk, at.wang.contact, at.wang.posts, None, at.there.shop, "后厨")
        await consulting.import_law(desk, LawText("消防条例", "某地消防条例", "2026 版", {"1": WORDS, "1-1": WORDS}))


async def _inspections(office: Office, at: Scene) -> None:
    """One that was handed in, with a failed item, and one that goes on; both are asked for by a plan."""
    wang, shop = at.wang, at.there.shop
    async with office.desk() as desk:
        line = await planning.draft(desk, *at.there.zhou, "catering")
        await planning.pace(
            desk, at.there.zhou[0], line.id, rhythm=Rhythm.WEEKLY, from_on=desk.today, until_on=within(office, 60)
        )
        await planning.confirm(desk, *at.there.zhou, line.id)
    await sweeps.remind(office)
    for is_whole in (True, False):
        async with office.desk() as desk:
            opened = await inspecting.begin(desk, wang.contact, wang.posts, shop, "catering")
            who = desk, wang.contact, wang.posts, opened.id
            for number in range(1, opened.walk.total + 1 if is_whole else 3):
                await inspecting.judge(*who, number, Verdict.FAIL if number == 2 else Verdict.PASS)
            await inspecting.describe(*who, 2, WORDS)
            await inspecting.photograph(*who, 2, file_id="f", file_unique_id=f"u{is_whole}", album=None)
            if is_whole:
                await inspecting.settle_photos(*who, 2, "")
                await inspecting.submit(*who)


async def _questions(office: Office, at: Scene) -> None:
    """A set with one answer, one question in a group, one a day."""
    liu = at.there.liu
    async with office.desk() as desk:
        quiz, _ = await quizzing.begin(desk, liu, ())
        await quizzing.answer(desk, liu, quiz.id, 1, (0,))
        await polling.place_poll(desk, "5001", REPORTER, 7, f"quiz:{quiz.id}:2", liu.id)
        await practising.choose_hour(desk, liu.id, time(8, 30))
        group = await asking.ask(desk, -100)
        await asking.count(desk, group.id, (0,), liu.id)


async def _reports(office: Office, at: Scene) -> None:
    """Two with a name, of which one became a hazard; one without, which was asked about; one half written."""
    there = at.there
    made = [await report(office, there.liu, shop=there.shop, is_named=named, photos=1) for named in (True, True, False)]
    async with office.desk() as desk:
        await triaging.confirm(desk, *there.zhou, made[0].id, Grade.GENERAL)
        await triaging.ask(desk, *there.zhou, made[2].id, "哪个门？")
        await drafts.keep(desk, REPORTER, Draft(desk.now, what=WORDS))


async def _hazards(office: Office, at: Scene) -> None:
    """One closed, one with a measure, one not verified yet that an expert found, one of a place without a register."""
    done, stopped = await hazard(office, at), await hazard(office, at, Grade.MAJOR, what=WORDS)
    await take(office, at.zhou, done, StepKey.ORDER, Said(day=within(office, 3)))
    await photograph(office, at.wang, done)
    await take(office, at.wang, done, StepKey.RECTIFY, Said("换了锁"))
    await take(office, at.wang, done, StepKey.COST, Said("300"))
    await take(office, at.zhou, done, StepKey.RECHECK)
    async with office.desk() as desk:
        await measuring.set_measure(desk, at.zhou, stopped, MeasureKind.STOP_USE, "安监〔2026〕3号\n停用锅炉")
        row = await desk.session.get_one(HazardRecord, done)
        await hazard_carding.place_card(desk, row, at.wang.contact.id, 4711)
        zhou = at.there.zhou[0].id
        for source in (Source.EXPERT, Source.OFFICIAL):
            await open_hazard(desk, zhou, Opening(source, WORDS, "路边的井盖", street=STREET))
        # What the month was is shown on the wall.
        await boarding.ask_for_board(desk, at.li.contact, at.li.posts, at.there.shop, 0)


async def _owners(office: Office, at: Scene) -> None:
    """An owner was named and another after them; 周科 is stationed there and they wrote to each other."""
    async with office.desk() as desk:
        for official in (at.there.he[1], at.there.zhou[1]):
            await unowned.name_owner(desk, *at.there.he, at.there.shop, OwnerKind.TRADE, official.id)
        await liaising.set_pair(desk, *at.there.he, at.there.shop, at.there.zhou[1].id, None)
    for who, photo in ((at.wang, ""), (at.zhou, "photo-1")):
        async with office.desk() as desk:
            await corresponding.say(desk, Writer(who.contact, who.posts, who.official), at.there.shop, WORDS, photo)


async def _visits(office: Office, at: Scene) -> None:
    """One of two officials that is over, with a hazard; one that goes on."""
    words = office.texts.words("zh-CN")
    async with office.desk() as desk:
        visit = await visiting.begin(desk, at.zhou, at.there.shop, VisitKind.JOINT)
        await visiting.join(desk, at.he, visit.id)
        await visiting.choose_list(desk, at.zhou, visit.id, "catering")
        await filling.tick(desk, at.zhou, visit.id, "certificate")
        await filling.take(desk, at.zhou, visit.id, 1, 0)
        await filling.answer(desk, at.zhou, visit.id, 1, 0, Verdict.FAIL)
        await filling.find_at(desk, at.zhou, visit.id, 1, 0, words)
        await filling.find(desk, at.he, visit.id, WORDS)
        await visit_placing.place_card(desk, visit, at.zhou.contact.id, 4712, "s")
        await finishing.finish(desk, at.zhou, visit.id)
        await visiting.begin(desk, at.zhou, at.there.shop, VisitKind.GUIDANCE)


async def _notices(office: Office, at: Scene) -> None:
    """One to the principals of the street; the shop across the road has none, so its group is told."""
    zhou = at.there.zhou
    async with office.desk() as desk:
        across = await enterprise(desk, "对面面馆", "91330212MA2AXXXX01")
        await addressing.keep(desk, across, Address(Service.OTHER, "group://x"))
        draft = await composing.begin(desk, *zhou)
        await composing.compose(desk, *zhou, draft.id, Content(WORDS))
        await composing.aim(desk, *zhou, draft.id, "posts", "principal")
        _, reach = await composing.ready(desk, *zhou, draft.id)
        await broadcasting.approve(desk, *zhou, draft.id, len(reach.recipients))
        await look_for_fallbacks(desk)
    claims = Claims(office.engine, "one")
    held = await claims.take(office.clock())
    await claims.settle([(one, Outcome(Kind.SENT, message_id=one.id)) for one in held], office.clock())


async def _campaign(office: Office, at: Scene) -> None:
    """It is June: the day's one thing was told, and 王芳 enters what they did."""
    await sweeps.tell_campaign_day(office)
    async with office.desk() as desk:
        entry = await entering.begin(desk, at.wang.contact, at.wang.posts, None, "safety-lecture", at.there.shop)
        await entering.photograph(desk, at.wang.contact, at.wang.posts, None, entry.id, "f", "u")


async def _ladder(office: Office, at: Scene, clock: SetClock) -> None:
    """One hazard climbs the whole ladder, day after day; its papers are answered, objected to, spoken about, listed."""
    id_ = await hazard(office, at, what="没有应急照明")
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 1)))
    while not (found := await papers(office, id_)) or found[-1].rung != "sanction":
        clock.advance(days=1)
        await sweeps.remind(office)
        async with office.desk() as desk:
            drafts = update(LadderPaperRecord).where(
                LadderPaperRecord.state == "draft", LadderPaperRecord.rung != "sanction"
            )
            released = {"state": "released", "released_at": desk.now, "number": f"{desk.now}", "meet_at": desk.now}
            await desk.session.execute(drafts.values(released))
            again = update(HazardRecord).where(HazardRecord.id == id_, HazardRecord.next_look_at.is_(None))
            await desk.session.execute(again.values(next_look_at=desk.now))
    interview, last = next(one for one in found if one.rung == "interview"), found[-1]
    await press(office, at.he, "propose", last.id)
    await press(office, at.zhou, "release", last.id)
    clock.advance(hours=1)
    async with office.desk() as desk:
        await interviewing.write(desk, at.zhou, interview.id, "minutes", WORDS)
        await blacklisting.propose(desk, at.zhou, last.id, 1, WORDS)
        await ladder_answering.object_to(desk, at.wang, last.id, WORDS)
    # A Friday has passed.
    await sweeps.draft_roundups(office)
    await sweeps.close_journal(office)


async def _machinery(office: Office) -> None:
    """What the process itself keeps: an update it knows, one it could not read, a pause, an alert, a loan, a file."""
    async with office.desk() as desk:
        await receiving.is_first_time(desk, 5)
        await receiving.quarantine(desk, 6, '{"update_id": 6}', "KeyError")
        await pulses.beat(desk, pulses.RESCUE)
        desk.session.add(SpeakerRecord(name="one", held=20, wanted=25, until_at=desk.now))
        desk.session.add(
            UploadRecord(bot_id=1, kind="photo", digest="ab" * 32, file_id="f", recipe="", kept_at=desk.now)
        )
    await Claims(office.engine, "one").pause("flood", office.clock() + timedelta(minutes=1), WORDS)
    await alerting.look(office, {"quarantine": 11.0}, (), 1)
