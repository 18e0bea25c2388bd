"""What is found on the spot: an official's is ordered at once, an expert's is verified by an official first."""

from __future__ import annotations

import pytest

from domain.authority import DutyLacking, OfficeRole
from domain.contact import Jurisdiction, NotYours, StalePress
from domain.hazard import HazardState, Source, StepStale
from domain.inspection import TooManyPhotos
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import on_site, viewing
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.people import appointing
from outreach.storage.hazards import HazardRecord
from tests.outreach.hazarded import Scene, row_of, scene, steps_of, take, within
from tests.outreach.reported import STREET
from tests.outreach.test_rectifying import told
from tests.outreach.walking import person


async def guest(office: Office, role: OfficeRole = OfficeRole.EXPERT, street: str = STREET) -> Who:
    async with office.desk() as desk:
        contact = await person(desk, "安评王工", 5201 + list(OfficeRole).index(role))
        code = await appointing.appoint(desk, "安评王工", Jurisdiction(street), role=role)
        return Who(contact, (), await appointing.take_office(desk, contact, code))


async def found(office: Office, at: Scene, who: Who, source: Source, words: str = "后门锁着") -> HazardRecord:
    async with office.desk() as desk:
        return await on_site.open_on_site(desk, who, at.there.shop, source, words)


async def test_an_official_finds_and_orders_in_one_go_and_the_photos_stand_before(office: Office) -> None:
    at = await scene(office)
    row = await found(office, at, at.zhou, Source.OFFICIAL, "")
    async with office.desk() as desk:
        await on_site.describe(desk, at.zhou, row.id, "后门锁着")
        await on_site.describe(desk, at.zhou, row.id, "钥匙找不到")
        for number in range(5):
            await on_site.add_photo(desk, at.zhou, row.id, f"file-{number}", f"unique-{number}")
        with pytest.raises(TooManyPhotos):
            await on_site.add_photo(desk, at.zhou, row.id, "file-5", "unique-5")
        view, photos = await on_site.look(desk, at.zhou, row.id)
    assert (view.state, view.what, photos) == (HazardState.VERIFIED, "后门锁着\n钥匙找不到", 5)
    assert (view.hazard.photos, view.follower) == (0, "周科")
    ordered = await take(office, at.zhou, row.id, StepKey.ORDER, Said(day=within(office, 0)))
    assert (ordered.state, ordered.due_on) == (HazardState.ORDERED, within(office, 0))
    assert await told(office) == [(at.wang.contact.id, "queued"), (at.li.contact.id, "queued")]
    async with office.desk() as desk:
        with pytest.raises(StepStale):  # what was ordered is not worded anew
            await on_site.describe(desk, at.zhou, row.id, "还有前门")


async def test_what_an_expert_finds_is_verified_by_an_official_and_the_source_shows(office: Office) -> None:
    at, expert = await scene(office), await guest(office)
    row = await found(office, at, expert, Source.EXPERT)
    assert (row.state, row.found_by, row.verified_by, row.follower_id) == (
        HazardState.REPORTED, "安评王工", None, None,
    )  # fmt: skip
    # Both officials whom it concerns are told, the expert and the enterprise are not.
    assert {contact for contact, _ in await told(office)} == {at.zhou.contact.id, at.he.contact.id}
    async with office.desk() as desk:
        with pytest.raises(NotYours):
            await viewing.look(desk, at.wang, row.id)
    with pytest.raises(NotYours):
        await take(office, expert, row.id, StepKey.VERIFY)
    verified = await take(office, at.zhou, row.id, StepKey.VERIFY)
    assert (verified.state, verified.source, verified.found_by) == (HazardState.VERIFIED, "expert", "安评王工")
    await take(office, at.zhou, row.id, StepKey.ORDER, Said(day=within(office, 7)))
    assert await steps_of(office, row.id) == ["open", "verify", "order"]
    async with office.desk() as desk:
        assert (await viewing.look(desk, at.wang, row.id)).found_by == "安评王工"


async def test_whose_place_or_office_it_is_not_opens_nothing(office: Office) -> None:
    at = await scene(office)
    grid_worker = await guest(office, OfficeRole.GRID_WORKER)
    elsewhere = await guest(office, street="别的街道")
    for who, source, refusal in (
        (at.stranger, Source.OFFICIAL, NotYours), (at.wang, Source.OFFICIAL, NotYours),
        (elsewhere, Source.EXPERT, NotYours), (elsewhere, Source.OFFICIAL, StalePress),
        (at.zhou, Source.EXPERT, StalePress), (at.zhou, Source.SELF, StalePress),
        (grid_worker, Source.OFFICIAL, DutyLacking),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await found(office, at, who, source)
    row = await found(office, at, at.zhou, Source.JOINT)
    expert = await guest(office)
    async with office.desk() as desk:
        for who in (expert, at.wang, at.stranger):
            with pytest.raises(NotYours):
                await on_site.add_photo(desk, who, row.id, "file", "unique")
    assert (await row_of(office, row.id)).source == "joint"
