"""自查表版本 — an old record reads as it was worded, whatever an editor takes out of the list."""

from __future__ import annotations

from dataclasses import replace

from outreach.desk import Office
from outreach.editions import edition, keep_edition


async def test_a_retired_item_is_still_in_the_walks_that_had_it(office: Office) -> None:
    full = office.catalogue.checklists["catering"]
    first, *others = full.sections
    gone, *kept = first.items
    async with office.desk() as desk:
        before = await keep_edition(desk, full)
        shorter = replace(full, sections=(replace(first, items=tuple(kept)), *others), retired=(gone,))
        after = await keep_edition(desk, shorter)
        assert after != before
        assert await keep_edition(desk, replace(full, retired=(gone,))) == before
        assert (await edition(desk, before)).items == full.items
        assert gone not in (await edition(desk, after)).items
