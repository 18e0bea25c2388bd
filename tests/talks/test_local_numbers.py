"""Local numbers: shown where the caller's enterprises lie, in the place of the national ones they replace."""

from __future__ import annotations

from dataclasses import replace

from content.catalogue import Catalogue
from domain.contact import Role
from handlers.hotline import guide_in, hotlines_in
from outreach.desk import Office
from outreach.people import enrolling
from outreach.register import locating
from outreach.storage.enterprises import EnterpriseRecord


def local(catalogue: Catalogue, number: str, street: str) -> Catalogue:
    like = catalogue.hotlines[-1]
    extra = replace(like, number=number, name=f"{street}{number}", jurisdiction=street)
    return replace(catalogue, hotlines=(*catalogue.hotlines, extra))


def test_a_local_number_replaces_the_national_one_and_another_joins(catalogue: Catalogue) -> None:
    shelf = local(local(catalogue, "12345", "望潮街道"), "88880000", "听涛街道")
    national = [h.name for h in hotlines_in(shelf, ())]
    assert national == [h.name for h in catalogue.hotlines]
    both = [h.name for h in hotlines_in(shelf, ("望潮街道", "听涛街道"))]
    assert "望潮街道12345" in both and "听涛街道88880000" in both
    assert len(both) == len(national) + 1
    assert [h.name for h in hotlines_in(shelf, ("别处",))] == national


def test_a_local_part_of_the_guide_stands_in_the_place_of_the_national_one(catalogue: Catalogue) -> None:
    reward = next(part for part in catalogue.guide if part.id == "reward")
    own = replace(reward, lines=("查实后到街道办领。",), jurisdiction="望潮街道")
    more = replace(reward, id="office", title="自己去说", jurisdiction="望潮街道")
    shelf = replace(catalogue, guide=(*catalogue.guide, own, more))
    here, ids = guide_in(shelf, ("望潮街道",)), [part.id for part in catalogue.guide]
    assert [part.id for part in here] == [*ids, "office"]
    assert here[ids.index("reward")] is own
    for streets in ((), ("听涛街道",)):
        assert guide_in(shelf, streets) == catalogue.guide


async def test_the_streets_are_those_of_posts_held_today(office: Office) -> None:
    async with office.desk() as desk:
        me = await enrolling.agree(desk, 1, 1, "王芳", "zh-CN", 1)
        other = await enrolling.agree(desk, 2, 2, "李强", "zh-CN", 1)
        for at, street in enumerate(("望潮街道", "听涛街道", "望潮街道", "")):
            row = EnterpriseRecord(
                credit_code=f"{at:018}", name=f"店{at}", industries=[], street=street, created_at=desk.now,
                updated_at=desk.now,
            )  # fmt: skip
            desk.session.add(row)
            await desk.session.flush()
            await enrolling.give_post(desk, me, row.id, Role.PRINCIPAL, "phone")
            if street == "听涛街道":
                await enrolling.give_post(desk, other, row.id, Role.PRINCIPAL, "phone")
        assert await locating.streets_of(desk, me.id) == ("望潮街道",)
        assert await locating.streets_of(desk, other.id) == ("听涛街道",)
