"""Heads appoint and end, never beyond themselves; what an office lacks, its deeds refuse; a trade bounds every list."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain.authority import BeyondYourOffice, DutyLacking, OfficeEnded, OfficeRole, OwnOffice
from domain.contact import Contact, Jurisdiction, NotYours, Official, OfficialCodeSpent, StalePress
from outreach import reading, standing
from outreach.desk import Desk, Office
from outreach.people import appointing, invitees, nominating
from outreach.people.nominating import Nomination
from outreach.register import listing
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import JournalRecord
from tests.conftest import SetClock
from tests.outreach.walking import enterprise, person, walked

STREET, GRID = "钟公堂街道", "第7网格"


async def seated(
    desk: Desk, name: str, number: int, bounds: Jurisdiction, role: OfficeRole = OfficeRole.HEAD,
    trades: tuple[str, ...] = (), until_on: date | None = None,
) -> tuple[Contact, Official]:  # fmt: skip
    contact = await person(desk, name, number)
    code = await appointing.appoint(desk, name, bounds, role=role, industries=trades, until_on=until_on)
    return contact, await appointing.take_office(desk, contact, code)


@pytest.mark.parametrize(
    ("own", "trades", "street", "grid", "wanted", "is_allowed"),
    [
        (Jurisdiction(), (), "", "", (), True),
        (Jurisdiction(STREET), (), STREET, GRID, (), True),
        (Jurisdiction(STREET), (), "", "", (), False),
        (Jurisdiction(STREET), (), "别处", "", (), False),
        (Jurisdiction(STREET, GRID), (), STREET, "", (), False),
        (Jurisdiction(STREET), ("industry-trade",), STREET, "", ("machining",), True),
        (Jurisdiction(STREET), ("machining",), STREET, "", ("industry-trade",), False),
        (Jurisdiction(STREET), ("machining",), STREET, "", (), False),
    ],
)
async def test_nobody_appoints_beyond_their_own_office(
    sqlite_office: Office, own: Jurisdiction, trades: tuple[str, ...], street: str, grid: str,
    wanted: tuple[str, ...], is_allowed: bool,
) -> None:  # fmt: skip
    async with sqlite_office.desk() as desk:
        contact, head = await seated(desk, "周科", 4101, own, trades=trades)
        asked = (desk, contact, head, "吴科", OfficeRole.OFFICER, street, grid, wanted, None)
        if not is_allowed:
            with pytest.raises(BeyondYourOffice):
                await appointing.appoint_another(*asked)
            return
        made, _ = await appointing.appoint_another(*asked)
        assert (made.name, made.industries) == ("吴科", wanted)


async def test_nobody_appoints_for_longer_than_themselves(sqlite_office: Office) -> None:
    async with sqlite_office.desk() as desk:
        last = desk.today + timedelta(days=30)
        contact, head = await seated(desk, "周科", 4101, Jurisdiction(), until_on=last)
        for until_on, kept in ((None, last), (last + timedelta(days=1), last), (desk.today, desk.today)):
            made, _ = await appointing.appoint_another(
                desk, contact, head, "吴科", OfficeRole.EXPERT, "", "", (), until_on
            )
            assert made.until_on == kept


@pytest.mark.parametrize("role", [role for role in OfficeRole if role is not OfficeRole.HEAD])
async def test_only_a_head_appoints_sees_and_ends(sqlite_office: Office, role: OfficeRole) -> None:
    async with sqlite_office.desk() as desk:
        contact, other = await seated(desk, "吴科", 4101, Jurisdiction(), role)
        for deed in (
            appointing.appoint_another(desk, contact, other, "张三", OfficeRole.EXPERT, "", "", (), None),
            appointing.offices(desk, other),
            appointing.office(desk, other, other.id),
            appointing.issue_again(desk, contact, other, other.id),
            appointing.end(desk, contact, other, 99),
        ):
            with pytest.raises(DutyLacking):
                await deed


async def test_an_ended_office_is_over_at_the_next_press_and_is_told(office: Office) -> None:
    async with office.desk() as desk:
        contact, head = await seated(desk, "周科", 4101, Jurisdiction(STREET))
        other, officer = await seated(desk, "吴科", 4102, Jurisdiction(STREET), OfficeRole.OFFICER)
        _, above = await seated(desk, "局长", 4103, Jurisdiction())
        for id_ in (above.id, 999):
            with pytest.raises(NotYours):
                await appointing.end(desk, contact, head, id_)
        with pytest.raises(OwnOffice):
            await appointing.end(desk, contact, head, head.id)
        assert [line.official.name for line in await appointing.offices(desk, head)] == ["周科", "吴科"]
    async with office.desk() as desk:
        await appointing.end(desk, contact, head, officer.id)
    async with office.desk() as desk:
        assert await appointing.official_of(desk, other.id) is None
        with pytest.raises(OfficeEnded):
            await appointing.end(desk, contact, head, officer.id)
        told = (await desk.session.scalars(select(DeliveryRecord))).one()
        assert (told.kind, told.contact_id) == ("office_ended", other.id)
        ended = await desk.session.scalars(select(JournalRecord).where(JournalRecord.happened == "OfficialEnded"))
        assert ended.one().contact_id == contact.id


async def test_a_link_issued_again_makes_the_first_one_void(office: Office) -> None:
    async with office.desk() as desk:
        contact, head = await seated(desk, "周科", 4101, Jurisdiction())
        made, first = await appointing.appoint_another(
            desk, contact, head, "吴科", OfficeRole.OFFICER, "", "", (), None
        )
        second = await appointing.issue_again(desk, contact, head, made.id)
        newcomer = await person(desk, "吴科", 4102)
        with pytest.raises(OfficialCodeSpent):
            await appointing.take_office(desk, newcomer, first)
        assert (await appointing.take_office(desk, newcomer, second)).id == made.id
        with pytest.raises(StalePress):
            await appointing.issue_again(desk, contact, head, made.id)


async def test_a_link_of_an_ended_office_admits_nobody(sqlite_office: Office) -> None:
    async with sqlite_office.desk() as desk:
        contact, head = await seated(desk, "周科", 4101, Jurisdiction())
        made, code = await appointing.appoint_another(desk, contact, head, "吴科", OfficeRole.EXPERT, "", "", (), None)
        await appointing.end(desk, contact, head, made.id)
        with pytest.raises(OfficialCodeSpent):
            await appointing.take_office(desk, await person(desk, "吴科", 4102), code)


async def test_the_officer_of_a_trade_sees_that_trade_in_every_list(office: Office) -> None:
    """On both databases: the industries of an enterprise are JSON, which each writes in its own way."""
    done = await walked(office)
    async with office.desk() as desk:
        mill = await enterprise(desk, "云泊钧力模具有限公司", "code-2", STREET)
        (await desk.session.get_one(EnterpriseRecord, mill)).industries = ["machining", "rented-factory"]
        food, works = Jurisdiction(STREET), Jurisdiction(STREET)
        _, cook = await seated(desk, "吴科", 4101, food, OfficeRole.OFFICER, ("catering",))
        _, smith = await seated(desk, "郑科", 4102, works, OfficeRole.OFFICER, ("industry-trade",))
        seen = {}
        for official in (cook, smith):
            found = await listing.enterprises(desk, official.jurisdiction, 0, 10)
            seen[official.name] = [line.name for line in found.lines]
            assert [line.name for line in (await invitees.in_jurisdiction(desk, official, "", 0, 10))[0]] == seen[
                official.name
            ]
        assert seen == {"吴科": ["王记老火锅店"], "郑科": ["云泊钧力模具有限公司"]}
        assert (await reading.findings(desk, cook, 0, 10)).total == 1
        assert (await reading.findings(desk, smith, 0, 10)).total == 0
        assert (await reading.record_of(desk, (), cook, done.inspection_id)).fails == 1
        with pytest.raises(NotYours):
            await reading.record_of(desk, (), smith, done.inspection_id)
        with pytest.raises(NotYours):
            await listing.enterprise(desk, cook.jurisdiction, mill)
        told = await appointing.officials_for(desk, STREET, GRID, ["machining"])
        assert [one.name for one in told] == ["郑科"]


async def test_a_nomination_survives_a_restart_and_is_made_once(office: Office, clock: SetClock) -> None:
    async with office.desk() as desk:
        contact, head = await seated(desk, "周科", 4101, Jurisdiction())
        place = await enterprise(desk)
        draft = Nomination("a|b 吴科", "grid_worker", place, True, "", "2026-12-31")
        await nominating.keep(desk, contact, draft)
    async with office.desk() as desk:
        stands = await standing.standing_of(desk, contact.id)
        kept = Nomination.of(stands.meaning, stands.subject)
        assert kept == draft
        made, _ = await nominating.make(desk, contact, head, kept)
        assert (made.jurisdiction, made.until_on) == (Jurisdiction(STREET, GRID), date(2026, 12, 31))
    async with office.desk() as desk:
        stands = await standing.standing_of(desk, contact.id)
        with pytest.raises(StalePress):
            Nomination.of(stands.meaning, stands.subject)
        with pytest.raises(NotYours):
            await nominating.make(desk, contact, head, Nomination("吴科", "expert", 999))
