"""众生 — two streets, three restaurants, everybody who could press a button, and one of each thing in every place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select, update

from content.papers.board import BoardPaper
from domain.authority import DUTIES, Duty, OfficeRole
from domain.checklist import Verdict
from domain.composition import Content
from domain.contact import Contact, Jurisdiction, Official, Role
from domain.hazard import HazardState, Source
from domain.hazard_figures import Figures
from domain.notice import Notice
from domain.plan import Rhythm
from domain.rectification import StepKey
from domain.report import Draft
from domain.visit import VisitKind
from outreach import placing
from outreach.broadcasts import broadcasting, composing
from outreach.campaigns import entering
from outreach.desk import Office
from outreach.hazards import ladder_papers, rectifying
from outreach.hazards.boarding import kept
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.photographing import add_photo
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.inspections import inspecting
from outreach.pairs import corresponding, liaising
from outreach.people import appointing, enrolling, inviting, vouching
from outreach.plans import planning
from outreach.quizzes import polling, quizzing
from outreach.register import drafting
from outreach.register.registering import Batch
from outreach.reports import drafts, following, reporting, triaging
from outreach.roundups.drafting import frozen_of
from outreach.storage.boards import BoardRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardPhotoRecord
from outreach.storage.inspections import FindingRecord
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import EnrolmentRequestRecord, InvitationRecord, OfficialRecord, PostRecord
from outreach.storage.roundups import RoundupAskRecord, RoundupRecord
from outreach.visits import filling, visiting

EAST, WEST = "东华街道", "西兴街道"
# Where a thing lies: at 甲, at another enterprise of the same street, in another street, over and done with at 甲,
# or nowhere at all.
OWN, NEIGHBOUR, ELSEWHERE, GONE, GUESSED = "own", "other enterprise", "other jurisdiction", "gone", "guessed"
PLACES = (OWN, NEIGHBOUR, ELSEWHERE, GONE, GUESSED)
ENTERPRISES = {OWN: "甲字号饭馆", NEIGHBOUR: "乙字号饭馆", ELSEWHERE: "丙字号饭馆"}
STREETS = {OWN: EAST, NEIGHBOUR: EAST, ELSEWHERE: WEST}
NOWHERE = 987_654_321
# 驻企干部 of each enterprise that has one.
STATIONED = {OWN: "东科员", ELSEWHERE: "西科员"}
LIST = "catering"


@dataclass(frozen=True, slots=True)
class Someone:
    """A caller of the matrix: what they hold, as the test itself knows it. `street` is None for no serving office."""

    key: str
    name: str
    person_id: int
    posts: dict[str, Role] = field(default_factory=dict)
    office: OfficeRole | None = None
    street: str | None = None
    # An officer of a trade to which none of the enterprises belongs.
    is_of_other_trade: bool = False
    is_contact: bool = True

    def may(self, duty: Duty, at: str) -> bool:
        """Whether this is an official who has that duty for the enterprise of that place."""
        return self.has(duty) and not self.is_of_other_trade and self.street == STREETS.get(at)

    def has(self, duty: Duty) -> bool:
        return self.office is not None and duty in DUTIES[self.office]

    def walks(self, at: str) -> bool:
        return self.posts.get(at) in (Role.PRINCIPAL, Role.SAFETY_OFFICER)


CAST = (
    Someone("stranger", "生面孔", 6000, is_contact=False),
    Someone("visitor", "过路客", 6001),
    Someone("former employee", "旧员工", 6002),
    Someone("employee", "甲员工", 6003, {OWN: Role.EMPLOYEE}),
    Someone("safety officer", "甲安全员", 6004, {OWN: Role.SAFETY_OFFICER}),
    Someone("principal", "甲负责人", 6005, {OWN: Role.PRINCIPAL}),
    Someone("neighbour's safety officer", "乙安全员", 6006, {NEIGHBOUR: Role.SAFETY_OFFICER}),
    Someone("head", "东科长", 6010, office=OfficeRole.HEAD, street=EAST),
    Someone("officer", "东科员", 6011, office=OfficeRole.OFFICER, street=EAST),
    Someone("officer of another trade", "东化工", 6012, office=OfficeRole.OFFICER, street=EAST, is_of_other_trade=True),
    Someone("information officer", "东报送", 6013, office=OfficeRole.INFORMATION, street=EAST),
    Someone("expert", "东专家", 6014, office=OfficeRole.EXPERT, street=EAST),
    Someone("grid worker", "东网格", 6015, office=OfficeRole.GRID_WORKER, street=EAST),
    Someone("head of another street", "西科长", 6020, office=OfficeRole.HEAD, street=WEST),
    Someone("former head", "东前任", 6021),
)
# They hold things of the other places but press nothing.
BACKGROUND = (
    Someone("", "丙安全员", 6030, {ELSEWHERE: Role.SAFETY_OFFICER}),
    Someone("", "西科员", 6031, office=OfficeRole.OFFICER, street=WEST),
    Someone("", "求职甲", 6032), Someone("", "求职乙", 6033), Someone("", "求职丙", 6034), Someone("", "求职丁", 6035),
)  # fmt: skip
BY_NAME = {one.name: one for one in (*CAST, *BACKGROUND)}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something a button can name. `owner` is the name of the person whose it is, where it is a person's."""

    id: int
    at: str
    owner: str = ""
    other: object = 0


@dataclass(slots=True)
class World:
    """Everything there is: things by kind and place, and words that only some may ever read."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    officials: dict[str, Official] = field(default_factory=dict)
    enterprises: dict[str, int] = field(default_factory=dict)
    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    # A word, and whether somebody may read it.
    secrets: dict[str, set[str]] = field(default_factory=dict)

    def put(self, kind: str, at: str, id_: int, owner: str = "", other: object = 0, place: str = "") -> None:
        self.things.setdefault(kind, {})[place or at] = Thing(id_, at, owner, other)

    def keep_secret(self, word: str, readers: set[str]) -> None:
        self.secrets[word] = readers


def at_enterprise(at: str) -> set[str]:
    """Who may know that an enterprise exists: those who hold a post there, and the street's officials."""
    return {one.name for one in (*CAST, *BACKGROUND) if at in one.posts or one.may(Duty.FINDINGS, at)}


def at_responsible(at: str) -> set[str]:
    """Who may know of its hazards: whoever answers for safety there, and the street's officials."""
    return {one.name for one in (*CAST, *BACKGROUND) if one.walks(at) or one.may(Duty.FINDINGS, at)}


def overseers(duty: Duty, at: str) -> set[str]:
    return {one.name for one in (*CAST, *BACKGROUND) if one.may(duty, at)}


async def people(office: Office, world: World) -> None:
    """Enterprises, contacts, posts and appointments."""
    async with office.desk() as desk:
        for number, (at, name) in enumerate(ENTERPRISES.items()):
            row = EnterpriseRecord(
                credit_code=f"91330212MA2AXXX{number:03d}", name=name, industries=["catering"], street=STREETS[at],
                grid=f"{STREETS[at][0]}一网格", address=f"{name[0]}路1号", created_at=desk.now, updated_at=desk.now,
            )  # fmt: skip
            desk.session.add(row)
            await desk.session.flush()
            world.enterprises[at] = row.id
            world.put("enterprise", at, row.id)
            for secret in (name, row.credit_code, row.address):
                world.keep_secret(secret, at_enterprise(at))
        for one in (*CAST, *BACKGROUND):
            if not one.is_contact:
                continue
            contact = await enrolling.agree(desk, one.person_id, one.person_id, one.name, "zh-CN", 1)
            world.contacts[one.name] = contact
            world.put("contact", OWN, contact.id, one.name, place=one.name)
            for at, role in one.posts.items():
                await enrolling.give_post(desk, contact, world.enterprises[at], role, "test")
                world.keep_secret(one.name, at_enterprise(at) | {one.name})
            if one.office is not None:
                industries = ("chemical",) if one.is_of_other_trade else ()
                code = await appointing.appoint(
                    desk, one.name, Jurisdiction(one.street or ""), role=one.office, industries=industries
                )
                official = await appointing.take_office(desk, contact, code)
                world.officials[one.name] = official
        former = world.contacts["旧员工"]
        await enrolling.give_post(desk, former, world.enterprises[OWN], Role.EMPLOYEE, "test")
        ended = await appointing.take_office(
            desk, world.contacts["东前任"], await appointing.appoint(desk, "东前任", Jurisdiction(EAST))
        )
        await desk.session.execute(
            update(OfficialRecord)
            .where(OfficialRecord.id == ended.id)
            .values(from_on=date(2026, 1, 1), until_on=desk.today - timedelta(days=1))
        )
        world.officials["东前任"] = ended
        unused = await appointing.appoint(desk, "东新人", Jurisdiction(EAST), role=OfficeRole.EXPERT)
        world.things["o-link"] = {
            OWN: Thing(0, OWN, "", f"o-{unused}"),
            GUESSED: Thing(0, GUESSED, "", "o-" + "x" * 16),
        }
        for at, name in ((OWN, "东科员"), (NEIGHBOUR, "东网格"), (ELSEWHERE, "西科员"), (GONE, "东前任")):
            home = OWN if at == GONE else at
            world.put("official", home, world.officials[name].id, name, place=at)
        for name in ("西科长", "西科员"):
            world.keep_secret(
                name, {one.name for one in (*CAST, *BACKGROUND) if one.street == WEST or name == one.name}
            )
        # Only the head of a street looks at its appointments.
        world.keep_secret("东新人", {"东科长"})
    async with office.desk() as desk:
        await desk.session.execute(
            update(PostRecord).where(PostRecord.contact_id == former.id).values(until_at=desk.now, ended_by="test")
        )


async def inspections(office: Office, world: World) -> None:
    """At each enterprise an open walk and a submitted one with a finding; at 甲 a discarded one as well."""
    walkers = {OWN: "甲安全员", NEIGHBOUR: "乙安全员", ELSEWHERE: "丙安全员"}
    for at, name in walkers.items():
        async with office.desk() as desk:
            who = (desk, world.contacts[name], await enrolling.posts_of(desk, world.contacts[name].id))
            opened = await inspecting.begin(*who, world.enterprises[at], LIST)
            for number in range(1, opened.walk.total + 1):
                await inspecting.judge(*who, opened.id, number, Verdict.FAIL if number == 1 else Verdict.PASS)
            words = f"{ENTERPRISES[at][0]}家灶具漏气"
            await inspecting.describe(*who, opened.id, 1, words)
            await inspecting.settle_photos(*who, opened.id, 1, "不便")
            number_ = await inspecting.submit(*who, opened.id)
            world.put("record", at, opened.id, name)
            world.keep_secret(words, at_enterprise(at))
            world.keep_secret(number_, at_enterprise(at))
            finding = (
                await desk.session.scalars(select(FindingRecord).where(FindingRecord.inspection_id == opened.id))
            ).one()
            world.put("finding", at, finding.id, name)
            world.keep_secret(finding.number, at_enterprise(at))
            if at == OWN:
                thrown = await inspecting.begin(*who, world.enterprises[at], LIST)
                await inspecting.discard(*who, thrown.id)
                world.put("walk", at, thrown.id, name, place=GONE)
                world.put("record", at, thrown.id, name, place=GONE)
            going = await inspecting.begin(*who, world.enterprises[at], LIST)
            for number in (1, 2):
                await inspecting.judge(*who, going.id, number, Verdict.FAIL)
            await inspecting.describe(*who, going.id, 2, "漏水")
            world.put("walk", at, going.id, name)


async def broadcasts(office: Office, world: World) -> None:
    """Drafts, one that waits for a second official, and what was sent, by both streets."""
    authors = {OWN: "东科长", NEIGHBOUR: "东科员", ELSEWHERE: "西科长", GONE: "东科长"}
    for at, name in authors.items():
        who = (world.contacts[name], world.officials[name])
        home = OWN if at in (NEIGHBOUR, GONE) else at
        readers = overseers(Duty.FIGURES, home)
        async with office.desk() as desk:
            draft = await composing.begin(desk, *who)
            words = f"{at}起草中的话"
            await composing.compose(desk, *who, draft.id, Content(words))
            opened = await composing.open_draft(desk, *who, draft.id)
            world.put("draft", home, draft.id, name, opened.fingerprint, at)
            world.keep_secret(words, {name})
            if at == GONE:
                await composing.discard(desk, *who, draft.id)
            asked = await composing.begin(desk, *who)
            words = f"{at}等第二人的话"
            await composing.compose(desk, *who, asked.id, Content(words))
            await composing.plan(desk, *who, asked.id, is_urgent=True)
            await broadcasting.submit(desk, *who, asked.id)
            waiting = await broadcasting.awaiting(desk, *who, asked.id)
            world.put("asked", home, asked.id, name, waiting.fingerprint, at)
            # Once it was given back, it is its author's draft again.
            world.keep_secret(words, {name} if at == GONE else readers | {name})
            if at == GONE:
                await broadcasting.give_back(desk, *who, asked.id)
        async with office.desk() as desk:
            sent = await composing.begin(desk, *who)
            words = f"{at}已经发出的话"
            await composing.compose(desk, *who, sent.id, Content(words))
            recipients = {
                one.name for one in (*CAST, *BACKGROUND) if any(STREETS[p] == STREETS[home] for p in one.posts)
            }
            await broadcasting.approve(desk, *who, sent.id, len(recipients))
            await desk.session.execute(
                update(DeliveryRecord)
                .where(DeliveryRecord.broadcast_id == sent.id)
                .values(state="sent", message_id=DeliveryRecord.id + 1000, settled_at=desk.now)
            )
            world.put("sent", home, sent.id, name, frozenset(recipients), at)
            world.keep_secret(words, readers | recipients)
            if at == GONE:
                await broadcasting.recall(desk, *who, sent.id)
    async with office.desk() as desk:
        for at, name in ((OWN, "甲安全员"), (NEIGHBOUR, "乙安全员"), (ELSEWHERE, "丙安全员")):
            key, words = f"held:{at}", f"ZC-{at}"
            await desk.tell(world.contacts[name], Notice("inspection_again", {"number": words}, key))
            row = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == key))).one()
            row.state, row.settled_at = "sent", desk.now
            world.put("delivery", at, row.id, name)
            world.keep_secret(words, {name})


async def quizzes(office: Office, world: World) -> None:
    for at, name in ((GONE, "甲员工"), (OWN, "甲员工"), (NEIGHBOUR, "乙安全员"), (ELSEWHERE, "丙安全员")):
        async with office.desk() as desk:
            contact = world.contacts[name]
            topic = "" if at != GONE else next(iter(desk.catalogue.topics))
            posts = await enrolling.posts_of(desk, contact.id)
            quiz, _ = await quizzing.begin(desk, contact, posts, topic)
            world.put("quiz", at, quiz.id, name)
            await polling.place_poll(desk, f"poll-{at}", BY_NAME[name].person_id, 70, f"quiz:{quiz.id}:1", contact.id)
            world.put("poll", at, quiz.id, name, f"poll-{at}")


async def reports(office: Office, world: World) -> None:
    """Reports, named and not, of all three enterprises; one that was returned; places with a code."""
    makers = {OWN: "甲员工", NEIGHBOUR: "乙安全员", ELSEWHERE: "丙安全员", GONE: "甲员工"}
    for at, name in makers.items():
        home = OWN if at == GONE else at
        person_id = BY_NAME[name].person_id
        for is_named in (False, True):
            async with office.desk() as desk:
                words = f"{at}{'实' if is_named else '匿'}名举报的话"
                draft = Draft(
                    desk.now, what=words, enterprise_id=world.enterprises[home], who="报告人甲乙丙 13812345678"
                )
                await drafts.keep(desk, person_id, draft)
                made = await reporting.submit(desk, world.contacts[name], person_id, person_id, draft, is_named)
                kind = "named report" if is_named else "report"
                world.put(kind, home, made.id, name, made.number, at)
                for secret in (words, made.number):
                    world.keep_secret(secret, overseers(Duty.TRIAGE, home) | {name})
            if at == GONE:
                async with office.desk() as desk:
                    who = (world.contacts["东科长"], world.officials["东科长"])
                    await triaging.send_back(desk, *who, made.id, "看过了")
    # Whoever named themselves finds it in the copy of their own data.
    triage = set().union(*(overseers(Duty.TRIAGE, at) for at in ENTERPRISES))
    world.keep_secret("报告人甲乙丙", triage | set(makers.values()))
    async with office.desk() as desk:
        # A reporter who has cut the way back, and holds a receipt instead.
        person_id = BY_NAME["过路客"].person_id
        draft = Draft(desk.now, what="断开的举报的话", enterprise_id=world.enterprises[OWN])
        await drafts.keep(desk, person_id, draft)
        made = await reporting.submit(desk, world.contacts["过路客"], person_id, person_id, draft, False)
        receipt = await following.sever(desk, world.contacts["过路客"], person_id, made.id)
        guess = receipt[:-3] + ("222" if receipt[-3:] != "222" else "333")
        world.things["receipt"] = {OWN: Thing(made.id, OWN, "", receipt), GUESSED: Thing(0, GUESSED, "", guess)}
        for secret in ("断开的举报的话", made.number):
            world.keep_secret(secret, overseers(Duty.TRIAGE, OWN))
        makers_of_places = {OWN: "甲安全员", NEIGHBOUR: "乙安全员", ELSEWHERE: "丙安全员"}
        for at, name in makers_of_places.items():
            who = (desk, world.contacts[name], await enrolling.posts_of(desk, world.contacts[name].id), None)
            place = await placing.make_place(*who, world.enterprises[at], f"{ENTERPRISES[at][0]}字号后厨")
            world.put("place", at, place.id, name, place.link.partition("start=")[2])
            if at == OWN:
                closed = await placing.make_place(*who, world.enterprises[at], "甲字号旧仓库")
                await placing.close_place(*who, closed.id)
                world.put("place", at, closed.id, name, closed.link.partition("start=")[2], GONE)
        world.things["place"][GUESSED] = Thing(NOWHERE, GUESSED, "", "r-zzzzzzzzzz")


async def plans(office: Office, world: World) -> None:
    authors = {OWN: "东科长", NEIGHBOUR: "东科员", ELSEWHERE: "西科长", GONE: "东科长"}
    for at, name in authors.items():
        home = OWN if at in (NEIGHBOUR, GONE) else at
        who = (world.contacts[name], world.officials[name])
        async with office.desk() as desk:
            line = await planning.draft(desk, *who, LIST)
            days = {"from_on": desk.today, "until_on": desk.today + timedelta(days=14)}
            await planning.pace(desk, who[0], line.id, rhythm=Rhythm.WEEKLY, **days)
            await planning.confirm(desk, *who, line.id)
            world.put("plan", home, line.id, name, place=at)
            if at == GONE:
                await planning.end(desk, *who, line.id)
        if at != GONE:
            async with office.desk() as desk:
                line = await planning.draft(desk, *who, LIST)
                await planning.pace(desk, who[0], line.id, rhythm=Rhythm.WEEKLY, **days)
                world.put("plan draft", home, line.id, name, place=at)


async def boards(office: Office, world: World) -> None:
    """What each enterprise would hang up, not agreed to yet."""
    walkers = {OWN: "甲安全员", NEIGHBOUR: "乙安全员", ELSEWHERE: "丙安全员"}
    for at, name in walkers.items():
        async with office.desk() as desk:
            paper = BoardPaper(
                ENTERPRISES[at], desk.today.replace(day=1), desk.now, desk.today, 0, 0, 0, 0, (), "", desk.today
            )
            row = BoardRecord(
                enterprise_id=world.enterprises[at], month_on=paper.month_on, as_of=desk.now, body=kept(paper),
                asked_by=world.contacts[name].id,
            )  # fmt: skip
            desk.session.add(row)
            await desk.session.flush()
            world.put("board", at, row.id)


async def roundups(office: Office, world: World) -> None:
    """A report of each street with a line that asks something."""
    for number, at in enumerate((OWN, NEIGHBOUR, ELSEWHERE)):
        async with office.desk() as desk:
            row = RoundupRecord(
                number=f"ZB-{at}", kind="weekly", street=STREETS[at],
                drafted_on=desk.today - timedelta(days=7 * number), since=desk.now, as_of=desk.now,
                words=f"{at}报告里的话",
                figures=json.dumps(frozen_of(Figures(desk.now, desk.today, desk.now, ())) | {"walks": [0, 0]}),
            )  # fmt: skip
            desk.session.add(row)
            await desk.session.flush()
            ask = RoundupAskRecord(
                roundup_id=row.id, unit=f"{at}被点名的单位", what="整改", due_on=desk.today, raised_on=desk.today
            )
            desk.session.add(ask)
            await desk.session.flush()
            world.put("roundup", at, row.id)
            world.put("roundup ask", at, ask.id)
            for secret in (row.number, row.words, ask.unit):
                world.keep_secret(secret, overseers(Duty.FIGURES, at))


async def joining(office: Office, world: World) -> None:
    """Requests to be let in, invitations good and spent, and a register that was sent but not confirmed."""
    async with office.desk() as desk:
        askers = {OWN: "求职甲", NEIGHBOUR: "求职乙", ELSEWHERE: "求职丙", GONE: "求职丁"}
        for at, name in askers.items():
            home = OWN if at == GONE else at
            await vouching.ask(desk, world.contacts[name], world.enterprises[home], Role.EMPLOYEE, None)
            row = (
                await desk.session.scalars(
                    select(EnrolmentRequestRecord).where(EnrolmentRequestRecord.contact_id == world.contacts[name].id)
                )
            ).one()
            world.put("request", home, row.id, name, place=at)
            world.keep_secret(name, at_enterprise(home) | {name})
            if at == GONE:
                row.decided_at, row.decision, row.decided_by = desk.now, "declined", world.contacts["甲负责人"].id
        links = {}
        for at in ENTERPRISES:
            links[at] = await inviting.invite(desk, world.enterprises[at], Role.SAFETY_OFFICER, None)
        links[GONE] = await inviting.invite(desk, world.enterprises[OWN], Role.PRINCIPAL, None)
        await desk.session.execute(
            update(InvitationRecord)
            .where(InvitationRecord.digest == inviting.digest(links[GONE]))
            .values(used_at=desk.now)
        )
        links[GUESSED] = "i-" + "y" * 22
        world.things["i-link"] = {at: Thing(0, OWN if at == GONE else at, "", link) for at, link in links.items()}
        for at, name in ((OWN, "东科长"), (NEIGHBOUR, "东科员"), (ELSEWHERE, "西科长")):
            kept = await drafting.put_by(desk, world.contacts[name], Batch((), frozenset()))
            world.put("register", OWN if at == NEIGHBOUR else at, kept, name, place=at)


async def activities(office: Office, world: World) -> None:
    """Records of the campaign: a draft at each enterprise, and one that was entered; at 甲 one taken back as well."""
    # The one that was taken back comes first: each is entered once.
    walkers = {GONE: "甲安全员", OWN: "甲安全员", NEIGHBOUR: "乙安全员", ELSEWHERE: "丙安全员"}
    for at, name in walkers.items():
        home = OWN if at == GONE else at
        for kind, row in (("activity", "warning-education"), ("activity draft", "safety-lecture")):
            async with office.desk() as desk:
                contact = world.contacts[name]
                who = (desk, contact, await enrolling.posts_of(desk, contact.id), None)
                opened = await entering.begin(*who, row, world.enterprises[home])
                words = f"{at}{kind}讲了什么"
                said = {"attendees": "12人", "content": words, "result": "走了一遍"}
                await entering.describe(*who, opened.id, held_on=desk.today, **said)
                await entering.photograph(*who, opened.id, f"file-{at}-{kind}", f"unique-{at}-{kind}")
                if kind == "activity":
                    await entering.enter(*who, opened.id)
                if at == GONE:
                    await entering.withdraw(*who, opened.id)
                world.put(kind, home, opened.id, name, place=at)
                # What was entered is the enterprise's, and of those who enter for it; a draft is its author's.
                readers = at_enterprise(home) if kind == "activity" and at != GONE else {name}
                world.keep_secret(words, readers)


async def hazards(office: Office, world: World) -> None:
    """At each enterprise one that waits to be ordered, one to be put right, and one to be rechecked."""
    fixers = {OWN: "甲安全员", NEIGHBOUR: "乙安全员", ELSEWHERE: "丙安全员"}
    for at, name in fixers.items():
        official = "西科长" if at == ELSEWHERE else "东科长"
        contact = world.contacts[name]
        for kind in ("hazard", "ordered hazard", "rectified hazard", "reported hazard"):
            async with office.desk() as desk:
                inspector = Who(world.contacts[official], (), world.officials[official])
                fixer = Who(contact, await enrolling.posts_of(desk, contact.id))
                words = f"{at}的{kind}"
                opening = Opening(
                    Source.REPORT if kind == "reported hazard" else Source.OFFICIAL, words, ENTERPRISES[at],
                    enterprise_id=world.enterprises[at], street=STREETS[at],
                    official_id=world.officials[official].id,
                )  # fmt: skip
                row = await open_hazard(desk, inspector.contact.id, opening)
                if kind in ("ordered hazard", "rectified hazard"):
                    order = Said(day=desk.today + timedelta(days=7))
                    await rectifying.take(desk, inspector, row.id, 1, StepKey.ORDER, order)
                    await add_photo(desk, fixer, row.id, f"file-{words}", f"unique-{words}")
                    # A picture that lies nowhere: nobody in this world is shown one.
                    photo = update(HazardPhotoRecord).where(HazardPhotoRecord.hazard_id == row.id)
                    await desk.session.execute(photo.values(state="stored", sha256=f"{row.id:064x}"))
                if kind == "rectified hazard":
                    await rectifying.take(desk, fixer, row.id, 2, StepKey.RECTIFY)
                world.put(kind, at, row.id, name)
                for secret in (words, row.number):
                    world.keep_secret(secret, at_responsible(at))


async def liaisons(office: Office, world: World) -> None:
    """Of two enterprises a stationed official, to whom something was written, with a photo."""
    for at, name, writer in ((OWN, "东科员", "甲安全员"), (ELSEWHERE, "西科员", "丙安全员")):
        async with office.desk() as desk:
            setter = world.officials[name]
            await liaising.set_pair(
                desk, world.contacts[name], setter, world.enterprises[at], setter.id, None
            )  # fmt: skip
            contact = world.contacts[writer]
            who = corresponding.Writer(contact, await enrolling.posts_of(desk, contact.id))
            words = f"{at}写给驻企干部的话"
            await corresponding.say(desk, who, world.enterprises[at], words, f"file-{at}-liaison")
            world.keep_secret(words, {name} | {one.name for one in (*CAST, *BACKGROUND) if one.walks(at)})


async def visits(office: Office, world: World) -> None:
    """At each enterprise a visit that goes on, with a part taken and an item in it that is not in order."""
    for at in (OWN, NEIGHBOUR, ELSEWHERE):
        name = "西科长" if at == ELSEWHERE else "东科长"
        who = Who(world.contacts[name], (), world.officials[name])
        async with office.desk() as desk:
            row = await visiting.begin(desk, who, world.enterprises[at], VisitKind.ENFORCEMENT)
            await visiting.choose_list(desk, who, row.id, "catering")
            await filling.take(desk, who, row.id, 1, 0)
            await filling.answer(desk, who, row.id, 1, 0, Verdict.FAIL)
            world.put("visit", at, row.id, name)
            inspectors = {
                one.name for one in (*CAST, *BACKGROUND)
                if one.may(Duty.FINDINGS, at) and one.office in (OfficeRole.HEAD, OfficeRole.OFFICER, OfficeRole.EXPERT)
            }  # fmt: skip
            world.keep_secret(row.number, inspectors)


async def papers(office: Office, world: World) -> None:
    """At each enterprise a hazard past its term for each draft of the ladder, and for one paper that went out."""
    kinds = {
        "drafted paper": ("supervision", "draft"), "naming paper": ("circular", "draft"),
        "meeting paper": ("interview", "draft"), "served paper": ("supervision", "released"),
        "answered paper": ("supervision", "answered"), "held paper": ("interview", "released"),
        "sanction paper": ("sanction", "released"),
    }  # fmt: skip
    for at in (OWN, NEIGHBOUR, ELSEWHERE):
        head = "西科长" if at == ELSEWHERE else "东科长"
        for kind, (rung, state) in kinds.items():
            async with office.desk() as desk:
                words = f"{at}的{kind}"
                opening = Opening(
                    Source.OFFICIAL, words, ENTERPRISES[at], enterprise_id=world.enterprises[at], street=STREETS[at],
                    state=HazardState.ORDERED, official_id=world.officials[head].id,
                    due_on=desk.today - timedelta(days=9),
                )  # fmt: skip
                row = await open_hazard(desk, world.contacts[head].id, opening)
                row.next_look_at = None
                paper = LadderPaperRecord(
                    hazard_id=row.id, enterprise_id=world.enterprises[at], rung=rung, grade=row.grade,
                    term_on=opening.due_on, state=state, drafted_at=desk.now, organ="局",
                )  # fmt: skip
                desk.session.add(paper)
                await desk.session.flush()
                if state != "draft":
                    paper.number, paper.released_by = f"{at}{kind}", world.officials[head].id
                    paper.meet_at, paper.outcome = desk.now, "said" if state == "answered" else ""
                    paper.released_at, paper.signer = desk.now, head
                    paper.reply_on = desk.today + timedelta(days=3)
                    paper.letter = ladder_papers.frozen(await ladder_papers.letter_of(desk, row, paper))
                world.put(kind, at, paper.id, head)
                for secret in (words, row.number):
                    world.keep_secret(secret, at_responsible(at))


async def everything(office: Office) -> World:
    """The whole world, committed."""
    world = World()
    street = (people, inspections, broadcasts, quizzes, reports, plans, joining, activities, hazards, visits, papers)
    for part in (*street, liaisons, roundups, boards):
        await part(office, world)
    return world
