"""What officials press beside the steps of one hazard: measures and their lifting, and taking over a whole list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from domain.authority import Duty
from domain.contact import Official
from domain.measure import MeasureKind
from domain.refusal import Refusal
from outreach.desk import Office
from outreach.hazards import measuring, nudging
from outreach.hazards.sifting import Pile, Sift
from outreach.hazards.viewing import Who
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.measures import HazardMeasureRecord

KINDS = tuple(MeasureKind)
# What was never verified, or is none, gives no ground.
NO_GROUND = ("reported", "returned", "merged")
FIXED = ("hazard_id", "kind", "number", "words", "set_at", "set_by")


def columns(row: HazardRecord | HazardMeasureRecord) -> dict[str, Any]:
    """A row as it stands, by column."""
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def is_theirs(official: Official | None, hazard: dict[str, Any], trades: dict[int, str]) -> bool:
    """Whether that official decides about hazards and this one lies where, and in the trade in which, they serve."""
    if official is None or not official.may(Duty.TRIAGE):
        return False
    street, industries = official.jurisdiction.street, official.jurisdiction.industries
    if hazard["enterprise_id"] is None:
        # Nobody knows yet whose it is, or where.
        return street in ("", hazard["street"]) or not hazard["street"]
    return street in ("", hazard["street"]) and (not industries or trades[hazard["enterprise_id"]] in industries)


class Measures:
    """Every measure that was noted, as it was: it is lifted once, by whom it concerns, and never goes."""

    def __init__(self, office: Office, trades: dict[int, str]) -> None:
        self._office, self._trades = office, trades
        self.known: dict[int, dict[str, Any]] = {}

    async def set(self, who: Who, hazard: dict[str, Any], how: int, dies: type[Exception] | None) -> bool:
        """Note one. Whether it counted; the same one twice never does."""
        kind = KINDS[how % len(KINDS)]
        try:
            async with self._office.desk() as desk:
                await measuring.set_measure(desk, who, hazard["id"], kind, f"云应急责改〔2026〕{how}号\n停用后厨灶台")
                if dies is not None:
                    raise dies
        except Refusal:
            return False
        standing = [one for one in self._of(hazard["id"]) if one["kind"] == kind and one["lifted_at"] is None]
        assert standing == [], "two measures of a kind in force at once"
        assert hazard["state"] not in NO_GROUND, f"a measure without ground: {hazard['state']}"
        assert is_theirs(who.official, hazard, self._trades), "a measure outside the jurisdiction"
        await self.must_stand(fresh=1)
        return True

    async def lift(self, who: Who, hazard: dict[str, Any], how: int, dies: type[Exception] | None) -> bool:
        """Lift one of that hazard's, or of another's. Whether it counted."""
        ids = [id_ for id_, one in self.known.items() if one["hazard_id"] == hazard["id"] or how % 8 == 7]
        if not ids:
            return False
        before = self.known[ids[how % len(ids)]]
        try:
            async with self._office.desk() as desk:
                await measuring.lift(desk, who, hazard["id"], before["id"])
                if dies is not None:
                    raise dies
        except Refusal:
            return False
        assert before["hazard_id"] == hazard["id"], "lifted by the card of another hazard"
        assert before["lifted_at"] is None, "lifted twice"
        assert is_theirs(who.official, hazard, self._trades), "lifted outside the jurisdiction"
        assert who.official is not None
        await self.must_stand(lifted={before["id"]: who.official.id})
        return True

    async def must_stand(self, *, fresh: int = 0, lifted: dict[int, int] | None = None) -> None:
        """Nothing is gone or reworded, and nothing is lifted but by that official."""
        async with self._office.desk() as desk:
            found = {one.id: columns(one) for one in await desk.session.scalars(select(HazardMeasureRecord))}
        assert len(found) == len(self.known) + fresh and self.known.keys() <= found.keys(), "a measure is gone"
        for id_, before in self.known.items():
            now = found[id_]
            assert [now[name] for name in FIXED] == [before[name] for name in FIXED], "a measure was reworded"
            by = (lifted or {}).get(id_, before["lifted_by"])
            assert now["lifted_by"] == by, "lifted by nobody who pressed"
        self.known = found

    def _of(self, hazard_id: int) -> Iterable[dict[str, Any]]:
        return (one for one in self.known.values() if one["hazard_id"] == hazard_id)


async def take_over(office: Office, who: Who, how: int, dies: type[Exception] | None) -> list[int]:
    """Take over a whole list, and now and then give it back at once. Returns the hazards that it was done to.

    A count that is no longer true is refused.
    """
    assert who.official is not None
    sift = Sift(list(Pile)[how % len(Pile)])
    try:
        async with office.desk() as desk:
            count = len(await nudging.to_take_over(desk, who.official, sift))
            is_counted_wrong = how % 16 == 3
            taken = await nudging.take_over(desk, who, sift, count + is_counted_wrong)
            assert not is_counted_wrong and taken == count, "another count than was confirmed"
            if dies is not None:
                raise dies
            found = await desk.session.scalars(
                select(HazardStepRecord.hazard_id).where(
                    HazardStepRecord.at == desk.now, HazardStepRecord.contact_id == who.contact.id,
                    HazardStepRecord.step == "follow",
                )
            )  # fmt: skip
            ids = sorted(set(found))
    except Refusal:
        return []
    if ids and how % 4 == 1:
        async with office.desk() as desk:
            back = await nudging.give_back(desk, who, nudging.stamp_of(desk.now))
        assert back == len(ids), "taken over and not given back"
    return ids
