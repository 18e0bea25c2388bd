"""A month of downtime: whoever was to hear much hears of it once, in a waking hour of a workday, at the usual pace."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from domain.contact import Role
from domain.plan import OccurrenceState, Rhythm
from domain.reminder import QUIET_CHOICES, Wishes
from outreach.delivery.claims import WINDOW, Claims
from outreach.delivery.holding import wishes_of
from outreach.delivery.outcomes import Kind, Outcome
from outreach.desk import Office
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord, PostRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord, ReminderRecord, WishRecord
from scheduler import sweeps
from tests.conftest import Figure, SetClock

ZONE = ZoneInfo("Asia/Shanghai")
STOPPED_ON = datetime(2026, 6, 1, 0, 0, tzinfo=ZONE).astimezone(UTC)
DOWN_FOR = timedelta(days=30)
# What each enterprise is asked: so many plans of their own.
RHYTHMS = (Rhythm.WEEKLY, Rhythm.MONTHLY, Rhythm.WORKDAYS, Rhythm.ONCE, Rhythm.WEEKLY)
SEED = 20260601


class Month:
    """Plans that asked until the process stopped, and everybody whom they ask."""

    def __init__(self, office: Office, clock: SetClock, plans: int, seed: int) -> None:
        self.office, self.clock, self.plans = office, clock, plans
        self.chance = Random(seed)
        self.claims = Claims(office.engine, "after", office.almanac)
        self.sent_at: dict[int, list[datetime]] = defaultdict(list)
        self.a_second: Counter[datetime] = Counter()

    async def fill(self) -> None:
        people = self.plans // len(RHYTHMS)
        numbers = range(1, people + 1)
        now = STOPPED_ON
        async with self.office.desk() as desk:
            session = desk.session
            await session.execute(insert(ContactRecord), [
                {"id": n, "person_id": n, "chat_id": n, "name": f"人{n}", "consent_version": 1, "consented_at": now,
                 "is_reachable": n % 50 != 1} for n in (*numbers, people + 1)
            ])  # fmt: skip
            await session.execute(insert(EnterpriseRecord), [
                {"id": n, "credit_code": f"C{n:017}", "name": f"店{n}", "industries": ["catering"], "street": "东街道",
                 "grid": f"格{n}", "created_at": now, "updated_at": now} for n in numbers
            ])  # fmt: skip
            await session.execute(insert(PostRecord), [
                {"enterprise_id": n, "contact_id": n, "role": Role.SAFETY_OFFICER, "since_at": now} for n in numbers
            ])  # fmt: skip
            await session.execute(insert(PlanRecord), [
                {"contact_id": people + 1, "state": "active", "checklist_id": "catering", "street": "东街道",
                 "grid": f"格{n}", "rhythm": rhythm, "from_on": date(2026, 5, 1 + self.chance.randrange(28)),
                 "until_on": date(2026, 12, 31), "asked_on": None if rhythm is Rhythm.ONCE else date(2026, 5, 31),
                 "next_look_at": now, "created_at": now - timedelta(days=40), "changed_at": now - timedelta(days=40)}
                for n in numbers for rhythm in RHYTHMS
            ])  # fmt: skip
            await session.execute(insert(WishRecord), [self._wish(n, now) for n in numbers if n % 3 == 0])

    def _wish(self, n: int, now: datetime) -> dict[str, object]:
        quiet = self.chance.choice(QUIET_CHOICES)
        return {
            "contact_id": n, "quiet_from": quiet.start.hour * 60, "quiet_until": quiet.end.hour * 60, "budget": 5,
            "daily_hour": self.chance.choice((8, 9, 10, 14, 17)), "is_bundled": self.chance.random() < 0.3,
            "stopped_at": now if n % 33 == 0 else None,
        }  # fmt: skip

    async def tick(self) -> None:
        """The clock looks, and what may go out goes out: a window a second, as the pacer lets it."""
        await sweeps.remind(self.office)
        while claims := await self.claims.take(self.clock.now, WINDOW):
            self.a_second[self.clock.now] += len(claims)
            for claim in claims:
                self.sent_at[claim.contact_id].append(self.clock.now)
            sent = [(claim, Outcome(Kind.SENT, message_id=claim.id)) for claim in claims]
            await self.claims.settle(sent, self.clock.now)
            self.clock.advance(seconds=1)

    async def must_hold(self, back_at: datetime) -> int:
        """Nobody was told twice of what was slept through, nor at a wrong hour; who could be told was. How many."""
        office, back_on = self.office, back_at.astimezone(ZONE).date()
        async with office.desk() as desk:
            wishes: dict[int, Wishes] = await wishes_of(desk.session, self.sent_at)
            missed: dict[int, set[str]] = defaultdict(set)
            for contact_id, key in await desk.session.execute(
                select(ReminderRecord.contact_id, ReminderRecord.delivery_key).where(
                    ReminderRecord.state == "told", ReminderRecord.occurs_on <= back_on
                )
            ):
                missed[contact_id].add(key)
            sent = set(await desk.session.scalars(select(DeliveryRecord.key).where(DeliveryRecord.state == "sent")))
            waiting = set(
                await desk.session.scalars(
                    select(PostRecord.contact_id)
                    .join(OccurrenceRecord, OccurrenceRecord.enterprise_id == PostRecord.enterprise_id)
                    .join(ContactRecord, ContactRecord.id == PostRecord.contact_id)
                    .where(OccurrenceRecord.state == OccurrenceState.OPEN, ContactRecord.is_reachable)
                )
            )
            stopped = set(
                await desk.session.scalars(select(WishRecord.contact_id).where(WishRecord.stopped_at.is_not(None)))
            )
        assert {id_: keys for id_, keys in missed.items() if len(keys) > 1} == {}
        assert set().union(*missed.values()) <= sent
        assert set(missed) == waiting - stopped
        for contact_id, instants in self.sent_at.items():
            for at in instants:
                there = at.astimezone(ZONE)
                assert not wishes[contact_id].quiet.is_quiet(there.time()), (contact_id, there)
                assert office.almanac.calendar.is_workday(there.date()), (contact_id, there)
        assert max(self.a_second.values()) <= WINDOW
        return len(missed)


# Back late in the evening, before dawn, in the middle of a working day, a minute before most people's quiet hours.
BACK = ("23:40", "03:10", "10:00", "20:59")


@pytest.mark.parametrize("back", BACK)
async def test_a_month_of_downtime_leads_to_one_message_each(
    office: Office, clock: SetClock, figure: Figure, back: str
) -> None:
    await _out_for_a_month(office, clock, figure, 200, back)


@pytest.mark.torture
async def test_a_month_of_downtime_with_ten_thousand_plans_leads_to_one_message_each(
    office: Office, clock: SetClock, figure: Figure
) -> None:
    await _out_for_a_month(office, clock, figure, 10_000, "03:10")


async def _out_for_a_month(office: Office, clock: SetClock, figure: Figure, plans: int, back: str) -> None:
    began, seed = time.process_time(), SEED + plans
    month = Month(office, clock, plans, seed)
    await month.fill()
    hour, minute = map(int, back.split(":"))
    back_at = STOPPED_ON + DOWN_FOR + timedelta(hours=hour, minutes=minute)
    clock.set(back_at)
    # Until the afternoon of the next day or later, a look every ten minutes.
    while clock.now < back_at + timedelta(hours=36):
        await month.tick()
        clock.advance(minutes=10)
    told = await month.must_hold(back_at)
    assert told > plans // len(RHYTHMS) * 0.9
    figure(
        f"30-day outage until {back}: {plans} plans, {told} people told once, 0 at a wrong hour;"
        f" {office.engine.dialect.name}, seed {seed}, {time.process_time() - began:.0f} s of processor"
    )
