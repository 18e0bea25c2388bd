"""开场 — who is already there when a story begins, and the story that is told from then on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import time

from sqlalchemy import func, select

from bot.commands.demo import load_district
from bot.wiring import House
from domain.contact import Jurisdiction, Role
from domain.fallback import Address, Service
from outreach.desk import Desk
from outreach.fallback import addressing
from outreach.people import appointing, enrolling, inviting
from outreach.quizzes import practising
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.liaisons import LiaisonRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from tests.faults import clock_tales, group_tales, office_tales, story, tales
from tests.faults.groups import PREFIX
from tests.faults.story import SHOP, Step
from tests.faults.telegram_side import TelegramSide
from tests.stage import CAST

Beginning = Callable[[House, TelegramSide], Awaitable[list[Step]]]
HOTPOT = "云泊区老灶台火锅店"
RESTAURANT = "云泊听涛酒楼有限公司"
STREET = "望潮街道"
# So many employees, and with them five people of the cast, get the notice.
EMPLOYEES = 25
THROTTLED_FOR = 30


async def enrolment(house: House, telegram: TelegramSide) -> list[Step]:
    """Nobody is there yet: an official, a safety officer and an employee hold their links in their hands."""
    await load_district(house.office)
    async with house.office.desk() as desk:
        shop = await _enterprise(desk, SHOP)
        code = await _office(desk)
        officer = await inviting.invite(desk, shop, Role.SAFETY_OFFICER, None)
        employee = await inviting.invite(desk, shop, Role.EMPLOYEE, None)
    items = next(c for c in house.office.catalogue.checklists.values() if c.title.startswith("餐饮场所")).items
    return story.told(code, officer, employee, len(items))


async def report(house: House, telegram: TelegramSide) -> list[Step]:
    """An official to be told; an employee who will not give a name and a visitor who will."""
    code = await _peopled(house, telegram, {"小刘": (SHOP, Role.EMPLOYEE), "陈刚": (RESTAURANT, Role.EMPLOYEE)})
    return tales.reports(code)


async def quiz(house: House, telegram: TelegramSide) -> list[Step]:
    """An employee with an evening to spare."""
    return tales.quiz(await _peopled(house, telegram, {"小刘": (SHOP, Role.EMPLOYEE)}))


async def notice(house: House, telegram: TelegramSide) -> list[Step]:
    """Thirty people in two enterprises: one has blocked the bot, one is throttled once."""
    posts = {
        "王芳": (SHOP, Role.SAFETY_OFFICER), "小刘": (SHOP, Role.EMPLOYEE), "李强": (SHOP, Role.EMPLOYEE),
        "陈刚": (SHOP, Role.EMPLOYEE), "赵敏": (RESTAURANT, Role.SAFETY_OFFICER),
    }  # fmt: skip
    code = await _peopled(house, telegram, posts)
    strangers = {2000 + at: f"员工{at:02d}" for at in range(1, EMPLOYEES + 1)}
    telegram.settle_in(strangers)
    telegram.throttle_once(2000 + EMPLOYEES, THROTTLED_FOR)
    async with house.office.desk() as desk:
        restaurant = await _enterprise(desk, RESTAURANT)
        for number, name in strangers.items():
            contact = await enrolling.agree(desk, number, number, name, "zh-CN", 1)
            await enrolling.give_post(desk, contact, restaurant, Role.EMPLOYEE, "test")
    return tales.notice(code, len(posts) + EMPLOYEES)


async def fallback(house: House, telegram: TelegramSide) -> list[Step]:
    """Three enterprises with a group robot: one is told, nobody at the second can be reached, the third has nobody."""
    posts = {
        "王芳": (SHOP, Role.SAFETY_OFFICER), "小刘": (SHOP, Role.EMPLOYEE), "赵敏": (RESTAURANT, Role.SAFETY_OFFICER),
    }  # fmt: skip
    code = await _peopled(house, telegram, posts)
    async with house.office.desk() as desk:
        for name in (SHOP, RESTAURANT, HOTPOT):
            await addressing.keep(desk, await _enterprise(desk, name), Address(Service.OTHER, f"{PREFIX}{name}"))
    return group_tales.fallback(code, len(posts), told=(RESTAURANT, HOTPOT), silent=SHOP)


async def reminder(house: House, telegram: TelegramSide) -> list[Step]:
    """Two of three restaurants of a street have a safety officer; the third has nobody."""
    posts = {"王芳": (SHOP, Role.SAFETY_OFFICER), "李强": (HOTPOT, Role.SAFETY_OFFICER)}
    return clock_tales.reminders(await _peopled(house, telegram, posts))


async def calendar(house: House, telegram: TelegramSide) -> list[Step]:
    """Two people in June, the month of the campaign; one of them wants a question a day."""
    code = await _peopled(house, telegram, {"王芳": (SHOP, Role.SAFETY_OFFICER), "小刘": (SHOP, Role.EMPLOYEE)})
    async with house.office.desk() as desk:
        person = (
            await desk.session.scalars(select(ContactRecord).where(ContactRecord.person_id == CAST["小刘"]))
        ).one()
        await practising.choose_hour(desk, person.id, time(9))
    return clock_tales.calendar(code)


async def visit(house: House, telegram: TelegramSide) -> list[Step]:
    """A second official who serves already, and the safety officer of the shop that both visit."""
    code = await _peopled(house, telegram, {"王芳": (SHOP, Role.SAFETY_OFFICER)})
    await _serving(house, telegram, "李强")
    return office_tales.visit(code)


async def owners(house: House, telegram: TelegramSide) -> list[Step]:
    """The head of a street, in which nobody answers for any trade."""
    await load_district(house.office)
    async with house.office.desk() as desk:
        count = await desk.session.scalars(select(func.count()).where(EnterpriseRecord.street == STREET))
        return office_tales.owners(await _office(desk, STREET), count.one())


async def pair(house: House, telegram: TelegramSide) -> list[Step]:
    """周科, who takes office in a moment, is stationed at the shop."""
    code = await _peopled(house, telegram, {"王芳": (SHOP, Role.SAFETY_OFFICER)})
    async with house.office.desk() as desk:
        found = await desk.session.scalars(select(OfficialRecord.id))
        desk.session.add(
            LiaisonRecord(
                enterprise_id=await _enterprise(desk, SHOP), official_id=found.one(), from_on=desk.today,
                set_at=desk.now, set_by=0,
            )
        )  # fmt: skip
    return office_tales.pair(code)


async def _serving(house: House, telegram: TelegramSide, who: str) -> None:
    """Somebody of the cast serves as an official of the whole district."""
    telegram.settle_in({CAST[who]: who})
    async with house.office.desk() as desk:
        contact = await enrolling.agree(desk, CAST[who], CAST[who], who, "zh-CN", 1)
        await appointing.take_office(desk, contact, await appointing.appoint(desk, who, Jurisdiction("")))


async def _peopled(house: House, telegram: TelegramSide, posts: dict[str, tuple[str, Role]]) -> str:
    """The district, and people of the cast in their posts. Returns the code with which the official takes office."""
    await load_district(house.office)
    telegram.settle_in({CAST[who]: who for who in posts})
    async with house.office.desk() as desk:
        for who, (enterprise, role) in posts.items():
            contact = await enrolling.agree(desk, CAST[who], CAST[who], who, "zh-CN", 1)
            await enrolling.give_post(desk, contact, await _enterprise(desk, enterprise), role, "test")
        return await _office(desk)


async def _enterprise(desk: Desk, name: str) -> int:
    return (await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.name == name))).one()


async def _office(desk: Desk, street: str = "") -> str:
    return "o-" + await appointing.appoint(desk, "周科", Jurisdiction(street))
