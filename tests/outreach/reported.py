"""A street with its officials and a shop with an employee, for tests that need somebody to report something."""

from __future__ import annotations

from dataclasses import dataclass

from domain.contact import Contact, Jurisdiction, Official, Role
from domain.report import Draft, DraftPhoto
from outreach.desk import Office
from outreach.people import appointing, enrolling
from outreach.reports import drafts, reporting
from outreach.reports.reporting import Submitted
from tests.outreach.walking import enterprise, official, person

REPORTER = 5001
STREET = "钟公堂街道"


@dataclass(frozen=True, slots=True)
class Street:
    """王记老火锅店 with 小刘 as an employee; 周科 of the street, 何主任 of the district, 外人 of another street."""

    shop: int
    liu: Contact
    zhou: tuple[Contact, Official]
    he: tuple[Contact, Official]
    stranger: tuple[Contact, Official]


async def street(office: Office) -> Street:
    async with office.desk() as desk:
        shop = await enterprise(desk)
        liu = await person(desk, "小刘", REPORTER)
        await enrolling.give_post(desk, liu, shop, Role.EMPLOYEE, "test")
        zhou = await official(desk, "周科", 5002, STREET)
        he = await official(desk, "何主任", 5003)
        stranger = await official(desk, "外人", 5004, "别的街道")
    return Street(shop, liu, zhou, he, stranger)


async def report(
    office: Office,
    by: Contact,
    person_id: int = REPORTER,
    *,
    shop: int | None,
    is_named: bool = False,
    what: str = "后门锁着",
    photos: int = 0,
) -> Submitted:
    async with office.desk() as desk:
        pictures = tuple(DraftPhoto(f"file-{person_id}-{at}", f"unique-{person_id}-{at}") for at in range(photos))
        draft = Draft(desk.now, what=what, enterprise_id=shop, photos=pictures)
        await drafts.keep(desk, person_id, draft)
        return await reporting.submit(desk, by, person_id, person_id, draft, is_named)


async def official_of(office: Office, name: str, number: int, jurisdiction: Jurisdiction) -> tuple[Contact, Official]:
    async with office.desk() as desk:
        contact = await person(desk, name, number)
        code = await appointing.appoint(desk, name, jurisdiction)
        return contact, await appointing.take_office(desk, contact, code)
