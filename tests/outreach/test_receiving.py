"""收件 — ids by membership and quarantine, on both databases, with what only one of them chokes on."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from outreach import receiving
from outreach.desk import Office
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from tests.conftest import SetClock


async def test_an_id_is_new_once_however_large_and_in_whatever_order(office: Office) -> None:
    for update_id, is_new in ((7, True), (5, True), (7, False), (0, True), (2**63 - 1, True), (5, False), (6, True)):
        async with office.desk() as desk:
            assert await receiving.is_first_time(desk, update_id) is is_new


async def test_an_id_whose_effect_was_undone_is_new_again(office: Office) -> None:
    with pytest.raises(ZeroDivisionError):
        async with office.desk() as desk:
            assert await receiving.is_first_time(desk, 7)
            raise ZeroDivisionError
    async with office.desk() as desk:
        assert await receiving.is_first_time(desk, 7)


@pytest.mark.parametrize(
    "body",
    ["\x00", "a\ud800b", "{\"text\": \"\\u0000\"}", "", "null", "密" * 10, "[" * 100_000, "x" * 2_000_000],
    ids=lambda body: f"{body[:6]!r}, {len(body)} characters",
)  # fmt: skip
async def test_whatever_came_can_be_kept_and_listed(office: Office, body: str) -> None:
    async with office.desk() as desk:
        reference = await receiving.quarantine(desk, 7, body, "Unparsable: x" * 1000)
    async with office.desk() as desk:
        ((listed, _),) = await receiving.quarantined(desk)
        row = (await desk.session.scalars(select(QuarantineRecord))).one()
    assert listed == reference and len(row.body) <= receiving.BODY_LIMIT and len(row.fault) <= 2000


async def test_what_waits_is_listed_oldest_first_and_only_until_it_is_replayed(
    sqlite_office: Office, clock: SetClock
) -> None:
    references = []
    for at, body in enumerate((json.dumps({"update_id": 1}), "no JSON", json.dumps([3]))):
        clock.advance(minutes=1)
        async with sqlite_office.desk() as desk:
            await receiving.is_first_time(desk, at)
            references.append(await receiving.quarantine(desk, at, body, "Bug: x"))
    async with sqlite_office.desk() as desk:
        assert await receiving.quarantined(desk) == [
            (references[0], {"update_id": 1}), (references[1], None), (references[2], [3]),
        ]  # fmt: skip
        await receiving.release(desk, references[0])
        assert (await desk.session.scalars(select(func.count()).select_from(SeenUpdateRecord))).one() == 2
        await receiving.mark_replayed(desk, references[0])
    async with sqlite_office.desk() as desk:
        assert [reference for reference, _ in await receiving.quarantined(desk)] == references[1:]
    assert len(set(references)) == 3
