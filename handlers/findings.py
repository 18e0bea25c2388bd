"""问题清单 — an official looks at what enterprises reported of themselves: list → one finding → its photos."""

from __future__ import annotations

from domain.contact import StalePress
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, File, Press, Reply, Scene, Turn, press
from outreach import reading


async def show_findings(turn: Turn, scene: Scene, page: int = 0, inspection_id: int | None = None) -> Reply:
    """A page of findings in the official's jurisdiction, the nearest due first."""
    words = scene.words
    found = await reading.findings(scene.desk, scene.as_official(), page, ROWS_A_PAGE, inspection_id)
    rows = [
        (Button(short(f"{line.title} · {line.enterprise_name}"), press("fi", "o", line.id)),) for line in found.lines
    ]
    text = words("replies/findings/list", found=found, today=scene.desk.today, one=inspection_id is not None)
    prefix = ("fi", "l") if inspection_id is None else ("fi", "in", inspection_id)
    turning = pager(words, page, found.pages, *prefix)
    return show(turn, text, (*rows, *((turning,) if turning else ()), (home_button(words),)))


async def press_findings(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the finding lies in the jurisdiction."""
    assert isinstance(turn.said, Press)
    said, words, official = turn.said, scene.words, scene.as_official()
    if said.verb == "l":
        return await show_findings(turn, scene, max(said.number(2), 0))
    if said.verb == "in":
        page = said.number(3) if len(said.words) > 3 else 0
        return await show_findings(turn, scene, max(page, 0), said.number(2))
    if said.verb == "o":
        line = await reading.finding(scene.desk, official, said.number(2))
        rows: list[tuple[Button, ...]] = [
            (Button(words.label("findings.back"), press("fi", "l", 0)), home_button(words))
        ]
        if line.hazard_id is not None:
            rows.insert(0, (Button(words.label("hazard.open"), press("hz", "o", line.hazard_id)),))
        if line.photos:
            photos = Button(words.label("findings.photos", count=line.photos), press("fi", "ph", line.id))
            rows.insert(0, (photos,))
        return show(turn, words("replies/findings/one", line=line, today=scene.desk.today), tuple(rows))
    if said.verb == "ph":
        hashes = await reading.photos_of_finding(scene.desk, official, said.number(2))
        line = await reading.finding(scene.desk, official, said.number(2))
        store = scene.desk.office.photos
        return Reply(
            tuple(
                File(
                    f"{line.number}-{at}.jpg", store.read(sha), words("replies/findings/photo", line=line, at=at), True
                )
                for at, sha in enumerate(hashes, start=1)
            )
        )
    raise StalePress
