"""埋雷(官方) — mistakes with visits, owners and stationed officials, planted so that the oracles must find each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, update

from outreach.desk import Desk
from outreach.pairs import corresponding
from outreach.register import unowned
from outreach.storage.ownerships import OwnershipRecord
from outreach.storage.visits import VisitAnswerRecord
from outreach.visits import filling, finishing
from tests.faults.seeded_bugs import Patch, bug
from tests.faults.tale_bugs import afterwards


@bug("visit:found", "a_finding_becomes_one_hazard", "visits_as_pressed")
def the_answer_names_its_hazard_after_the_commit(patch: Patch) -> None:
    find_at = filling.find_at

    async def name(desk: Desk, answer_id: int, hazard_id: int) -> None:
        answer = update(VisitAnswerRecord).where(VisitAnswerRecord.id == answer_id)
        await desk.session.execute(answer.values(hazard_id=hazard_id))

    patch.setattr(filling, "_name", name, raising=False)
    afterwards(patch, filling, "_name")

    async def hasty(desk: Desk, *rest: Any) -> Any:
        found = await find_at(desk, *rest)
        named = update(VisitAnswerRecord).where(VisitAnswerRecord.hazard_id == found.id)
        ids = await desk.session.scalars(named.values(hazard_id=None).returning(VisitAnswerRecord.id))
        for id_ in ids.all():
            await filling._name(desk, id_, found.id)  # type: ignore[attr-defined]
        return found

    patch.setattr(filling, "find_at", hasty)


@bug("visit:finish", "a_record_goes_to_each_once")
def the_record_is_sent_for_after_the_visit_has_ended(patch: Patch) -> None:
    tell = finishing._tell

    async def named(desk: Desk, rest: tuple[Any, ...], more: dict[str, Any]) -> None:
        await tell(desk, *rest, **more)

    patch.setattr(finishing, "_told", named, raising=False)
    afterwards(patch, finishing, "_told")

    async def put_off(desk: Desk, *rest: Any, **more: Any) -> None:
        await finishing._told(desk, rest, more)  # type: ignore[attr-defined]

    patch.setattr(finishing, "_tell", put_off)


@bug("owners:named", "owners_are_named_together")
def half_of_the_owners_are_named_in_another_transaction(patch: Patch) -> None:
    name_for_all = unowned.name_for_all
    table = OwnershipRecord.__table__

    async def rest_of(desk: Desk, values: list[dict[str, Any]]) -> None:
        await desk.session.execute(insert(OwnershipRecord), values)

    patch.setattr(unowned, "_rest_of", rest_of, raising=False)
    afterwards(patch, unowned, "_rest_of")

    async def hasty(desk: Desk, *rest: Any) -> Any:
        named = await name_for_all(desk, *rest)
        taken = await desk.session.execute(table.delete().where(table.c.id % 2 == 0).returning(*table.c))
        await unowned._rest_of(desk, [dict(row) for row in taken.mappings()])  # type: ignore[attr-defined]
        return named

    patch.setattr(unowned, "name_for_all", hasty)


@bug("pair:said", "words_have_their_readers")
def the_other_side_is_told_after_the_commit(patch: Patch) -> None:
    tell = Desk.tell

    async def told(desk: Desk, rest: tuple[Any, ...]) -> None:
        await tell(desk, *rest)

    patch.setattr(corresponding, "_told", told, raising=False)
    afterwards(patch, corresponding, "_told")

    async def hasty(self: Desk, contact: Any, notice: Any, *rest: Any, **more: Any) -> Any:
        if notice.kind == "liaison_word":
            return await corresponding._told(self, (contact, notice))  # type: ignore[attr-defined]
        return await tell(self, contact, notice, *rest, **more)

    patch.setattr(Desk, "tell", hasty)
