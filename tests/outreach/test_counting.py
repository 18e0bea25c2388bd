"""Any figure of any past instant is the same whenever it is asked, whatever has become of the hazards since."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from domain.checklist import Grade
from domain.contact import Jurisdiction, NotYours
from domain.hazard import HazardState, Source
from domain.hazard_figures import Cut, Figures, Measure
from domain.rectification import Need, StepKey, steps_for
from domain.refusal import Refusal
from outreach.desk import Office
from outreach.hazards import counting, rectifying, viewing
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.portraying import PLAN_PARTS, hazard_of
from outreach.hazards.rectifying import Said
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.migrating import migrate
from tests.conftest import SetClock
from tests.outreach import walking
from tests.outreach.hazarded import Scene, hazard, photograph, row_of, scene, take, within
from tests.outreach.reported import STREET

WEEK = timedelta(days=7)
PLACES = (Jurisdiction(), Jurisdiction(STREET), Jurisdiction(STREET, "第7网格"), Jurisdiction("别的街道"))
ENDS = (HazardState.RETURNED, HazardState.MERGED, HazardState.HANDED_OVER)
CATERING, CHEMICAL = (Jurisdiction(industries=frozenset({one})) for one in ("catering", "chemical"))
MONEY = ("3000", "1.2万", "58")


async def figures_at(office: Office, at: datetime, place: Jurisdiction = PLACES[0]) -> Figures:
    async with office.desk() as desk:
        return await counting.figures(desk, place, at, at - WEEK)


def seen(figures: Figures) -> object:
    """Everything that is ever printed of figures: each number, and the rows behind it."""
    rows = {
        (measure, grade, source): [one.id for one in figures.rows(Cut(measure, grade, source))]
        for measure in Measure
        for grade in (None, *Grade)
        for source in (None, Source.SELF, Source.OFFICIAL)
    }
    whole = (figures.closure_percent, figures.on_time_percent, figures.cost, figures.enterprises)
    return (
        rows,
        whole,
        [(one.state, one.grade, one.due_on, one.cost, one.enterprise, one.street) for one in figures.stood],
    )


async def wander(office: Office, at: Scene, ids: list[int], chance: random.Random, clock: SetClock) -> str:
    """One thing that may happen: a hazard is opened, or somebody takes a step or takes it back."""
    if not ids or chance.random() < 0.12:
        source, grade = chance.choice((Source.OFFICIAL, Source.SELF)), chance.choice((*Grade, Grade.GENERAL))
        ids.append(await hazard(office, at, grade, source))
        if chance.random() < 0.4:
            # One that somebody reported, and nobody knows yet whose it is.
            async with office.desk() as desk:
                row = await desk.session.get_one(HazardRecord, ids[-1])
                row.source, row.enterprise_id, row.grid = Source.REPORT, None, ""
                row.street = chance.choice(("", STREET))
        return "open"
    id_, who = chance.choice(ids), chance.choice((at.zhou, at.he, at.wang, at.li))
    async with office.desk() as desk:
        row = await viewing.held(desk, id_)
        try:
            actor = await viewing.actor_for(desk, row, who)
        except NotYours:
            return "nothing"
        steps = steps_for(await hazard_of(desk, row), actor)
    if chance.random() < 0.25:
        for one in (at.zhou, at.he, at.wang, at.li):
            with suppress(Refusal):
                async with office.desk() as desk:
                    await rectifying.undo(desk, one, id_, row.version)
                return "undo"
    if not steps:
        return "nothing"
    step = chance.choices(steps, [0.1 if step.to in ENDS else 1 for step in steps])[0]
    if {Need.PHOTO, Need.STORED} & step.needs:
        with suppress(Refusal):
            await photograph(office, at.wang, id_, f"{clock.now.timestamp():.0f}")
    if step.key is StepKey.MERGE and (into := [one for one in ids if one != id_]):
        said = Said(into=chance.choice(into))
    elif step.key is StepKey.COST:
        said = Said(chance.choice(MONEY))
    else:
        said = Said(
            "因为", within(office, chance.choice((0, 1, 20))), grade=chance.choice(list(Grade)),
            part=chance.choice(PLAN_PARTS), unit=at.there.shop,
        )  # fmt: skip
    await take(office, who, id_, step.key, said)
    return step.key.value


@pytest.mark.parametrize("seed", range(4))
async def test_a_figure_of_then_is_what_it_was_then(office: Office, clock: SetClock, seed: int) -> None:
    chance, at = random.Random(seed), await scene(office)
    ids: list[int] = []
    then: dict[datetime, dict[Jurisdiction, object]] = {}
    taken: set[str] = set()
    for _ in range(70):
        with suppress(Refusal):
            taken.add(await wander(office, at, ids, chance, clock))
        then[clock.now] = {place: seen(await figures_at(office, clock.now, place)) for place in PLACES}
        clock.advance(seconds=chance.choice((1, 10, 20, 30, 3600, 100_000)))
    assert "open" in taken and len(taken) > 5
    clock.advance(days=400)
    for instant, places in then.items():
        for place, was in places.items():
            assert seen(await figures_at(office, instant, place)) == was
    assert all(len(whole.stood) == len(ids) for whole in [await figures_at(office, clock.now)])


async def test_undone_reopened_regraded_and_merged_count_as_they_stood(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_, twin = await hazard(office, at), await hazard(office, at)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 3)))
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.COST, Said("1.2万"))
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await take(office, at.zhou, id_, StepKey.RECHECK)
    closed_at = clock.now
    clock.advance(seconds=30)
    async with office.desk() as desk:
        await rectifying.undo(desk, at.zhou, id_, (await viewing.held(desk, id_)).version)
    undone_at = clock.now
    clock.advance(seconds=30)
    await take(office, at.zhou, id_, StepKey.RECHECK)
    clock.advance(days=1)
    await take(office, at.zhou, id_, StepKey.REOPEN, Said("又出现了", within(office, 5)))
    await take(office, at.zhou, twin, StepKey.MERGE, Said(into=id_))
    clock.advance(days=1)
    await take(office, at.zhou, id_, StepKey.REGRADE, Said("第三条", grade=Grade.MAJOR))

    async def shown(at_: datetime) -> tuple[int, int, int, int, int]:
        found = await figures_at(office, at_)
        return (
            found.count(Measure.FOUND), found.count(Measure.OPEN), found.count(Measure.CLOSED),
            found.count(Measure.FOUND, Grade.MAJOR), found.cost,
        )  # fmt: skip

    assert await shown(closed_at) == (2, 1, 1, 0, 1_200_000)
    assert await shown(undone_at) == (2, 2, 0, 0, 1_200_000)
    assert await shown(clock.now - timedelta(days=1)) == (1, 1, 0, 0, 1_200_000)
    assert await shown(clock.now) == (1, 1, 0, 1, 1_200_000)
    async with office.desk() as desk:
        await desk.session.execute(update(HazardRecord).values(state=HazardState.CLOSED))
    # The row itself is not asked.
    assert await shown(undone_at) == (2, 2, 0, 0, 1_200_000)


async def test_an_extension_counts_and_a_figure_knows_only_its_own_street(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 0)))
    await take(office, at.wang, id_, StepKey.ASK_TIME, Said("等配件", within(office, 5)))
    clock.advance(days=1)
    overdue_at = clock.now
    await take(office, at.zhou, id_, StepKey.GRANT_TIME)
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    found = await figures_at(office, clock.now)
    assert (found.count(Measure.ON_TIME), found.on_time_percent) == (1, 100.0)
    late = await figures_at(office, overdue_at - timedelta(seconds=1), Jurisdiction(STREET))
    assert (late.count(Measure.OVERDUE), late.on_time_percent) == (1, 0.0)
    assert not (await figures_at(office, clock.now, Jurisdiction("别的街道"))).stood
    async with office.desk() as desk:
        assert await counting.streets(desk, Jurisdiction()) == (STREET,)
    assert (await row_of(office, id_)).state == HazardState.RECTIFIED


async def changed_on_the_register(office: Office, **values: object) -> None:
    async with office.desk() as desk:
        await desk.session.execute(update(EnterpriseRecord).values(**values))


async def test_a_trade_or_street_that_the_register_changes_changes_no_figure_of_then(
    office: Office, clock: SetClock
) -> None:
    at = await scene(office)
    of_the_shop = await hazard(office, at)
    async with office.desk() as desk:
        opening = Opening(Source.OFFICIAL, "路灯杆带电", "四明中路", street=STREET, official_id=at.there.zhou[1].id)
        of_nobody = (await open_hazard(desk, None, opening)).id
    places = (*PLACES, CATERING, CHEMICAL, Jurisdiction(STREET, industries=CATERING.industries))
    then = clock.now
    was = {place: seen(await figures_at(office, then, place)) for place in places}
    assert [one.id for one in (await figures_at(office, then)).rows(Cut(Measure.FOUND))] == [of_the_shop, of_nobody]
    assert [one.id for one in (await figures_at(office, then, CATERING)).rows(Cut(Measure.FOUND))] == [of_the_shop]
    clock.advance(days=30)
    await changed_on_the_register(office, industries=["chemical"], street="别的街道", grid="第9网格")
    assert {place: seen(await figures_at(office, then, place)) for place in places} == was
    # What is opened from now on is of the new trade.
    later = await hazard(office, at)
    for trade, ids in ((CATERING, [of_the_shop]), (CHEMICAL, [later])):
        assert [one.id for one in (await figures_at(office, clock.now, trade)).stood] == ids
    async with office.desk() as desk:
        assert await counting.streets(desk, CHEMICAL) == (STREET,)


async def test_nor_how_often_an_enterprise_inspected_itself(office: Office, clock: SetClock) -> None:
    since = clock.now - timedelta(days=1)
    await walking.walked(office)
    await changed_on_the_register(office, industries=["chemical"], street="别的街道", grid="第9网格")
    async with office.desk() as desk:
        for place, times in ((Jurisdiction(STREET), 1), (CATERING, 1), (CHEMICAL, 0), (Jurisdiction("别的街道"), 0)):
            assert await counting.walks(desk, place, clock.now, since) == counting.Walks(times, times)


async def test_a_hazard_from_before_trades_were_kept_takes_the_one_of_its_enterprise(office: Office) -> None:
    at = await scene(office)
    await changed_on_the_register(office, industries=["catering", "small-venue"])
    await hazard(office, at)
    async with office.desk() as desk:
        opening = Opening(Source.OFFICIAL, "路灯杆带电", "四明中路", street=STREET, official_id=at.there.zhou[1].id)
        await open_hazard(desk, None, opening)
    await migrate(office.engine, "0030")
    await migrate(office.engine)
    async with office.desk() as desk:
        kept = list(await desk.session.scalars(select(HazardRecord.industries).order_by(HazardRecord.id)))
    assert kept == [["catering", "small-venue"], []]
    assert len((await figures_at(office, office.clock(), CATERING)).stood) == 1
