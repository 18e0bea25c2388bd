"""A street with a shop, its two responsible people and a hazard, for tests of what becomes of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from domain.checklist import Grade
from domain.contact import Contact, Official, Role
from domain.hazard import Source
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import rectifying
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.photographing import add_photo
from outreach.hazards.rectifying import NOTHING, Said
from outreach.hazards.viewing import Who
from outreach.people import enrolling
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord, HazardStepRecord
from tests.outreach.reported import STREET, Street, street
from tests.outreach.walking import person


@dataclass(frozen=True, slots=True)
class Scene:
    """王芳 is the safety officer and 李强 the principal of the shop; `there` holds the officials."""

    there: Street
    wang: Who
    li: Who
    zhou: Who
    he: Who
    stranger: Who


async def scene(office: Office) -> Scene:
    there = await street(office)
    async with office.desk() as desk:
        wang, li = await person(desk, "王芳", 5101), await person(desk, "李强", 5102)
        await enrolling.give_post(desk, wang, there.shop, Role.SAFETY_OFFICER, "test")
        await enrolling.give_post(desk, li, there.shop, Role.PRINCIPAL, "test")
        fixers = [Who(one, await enrolling.posts_of(desk, one.id)) for one in (wang, li)]
    return Scene(there, *fixers, official(there.zhou), official(there.he), official(there.stranger))


def official(pair: tuple[Contact, Official]) -> Who:
    return Who(pair[0], (), pair[1])


async def hazard(
    office: Office, at: Scene, grade: Grade = Grade.GENERAL, source: Source = Source.OFFICIAL, what: str = "后门锁着"
) -> int:
    """One that 周科 found and that waits to be ordered."""
    async with office.desk() as desk:
        zhou = at.there.zhou
        opening = Opening(
            source, what, "王记老火锅店", grade, enterprise_id=at.there.shop, street=STREET, grid="第7网格",
            official_id=zhou[1].id,
        )  # fmt: skip
        return (await open_hazard(desk, zhou[0].id, opening)).id


async def row_of(office: Office, hazard_id: int) -> HazardRecord:
    async with office.desk() as desk:
        return await desk.session.get_one(HazardRecord, hazard_id)


async def steps_of(office: Office, hazard_id: int) -> list[str]:
    async with office.desk() as desk:
        found = await desk.session.scalars(
            select(HazardStepRecord.step)
            .where(HazardStepRecord.hazard_id == hazard_id)
            .order_by(HazardStepRecord.version)
        )
        return list(found)


async def take(office: Office, who: Who, hazard_id: int, key: StepKey, said: Said = NOTHING) -> HazardRecord:
    """Take a step by the card as it stands."""
    version = (await row_of(office, hazard_id)).version
    async with office.desk() as desk:
        return await rectifying.take(desk, who, hazard_id, version, key, said)


async def photograph(office: Office, who: Who, hazard_id: int, name: str = "a", *, is_stored: bool = True) -> None:
    """A photo of how it looks now, stored unless it is to be on its way still."""
    async with office.desk() as desk:
        await add_photo(desk, who, hazard_id, f"file-{name}", f"unique-{name}")
    if is_stored:
        async with office.desk() as desk:
            mine = update(HazardPhotoRecord).where(HazardPhotoRecord.file_unique_id == f"unique-{name}")
            await desk.session.execute(mine.values(state="stored", sha256=f"{name:0>64}"))


def within(office: Office, days: int) -> date:
    return office.clock().astimezone(office.zone).date() + timedelta(days=days)
