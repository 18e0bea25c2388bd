"""前后对比 — which two photos of a hazard stand side by side, and what is written there; drawn off the event loop."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from content.papers.pair import Side, pair_picture
from content.texts import Words
from outreach.desk import Desk
from outreach.hazards.portraying import AFTER, HazardView
from outreach.storage.hazards import HazardPhotoRecord


async def pair_of(desk: Desk, words: Words, view: HazardView) -> bytes | None:
    """The first photo of before and of now as one JPEG; None while one of them is missing."""
    store = desk.office.photos
    shas = [next((sha for sha in of if store.exists(sha)), None) for of in (view.before, view.after)]
    if shas[0] is None or shas[1] is None:
        return None
    sent = await desk.session.scalars(
        select(HazardPhotoRecord.sent_at)
        .where(
            HazardPhotoRecord.hazard_id == view.id, HazardPhotoRecord.kind == AFTER,
            HazardPhotoRecord.sha256 == shas[1],
        )
        .order_by(HazardPhotoRecord.id.desc())
    )  # fmt: skip
    days = (desk.on(view.opened_at), desk.on(sent.first() or desk.now))
    captions = [
        words.label(f"hazard.pair_{kind}", day=words.label("format.day").format(y=day.year, m=day.month, d=day.day))
        for kind, day in zip(("before", "after"), days, strict=True)
    ]
    title = words.label("hazard.pair_title", number=view.number, where=view.where, what=" ".join(view.what.split()))
    before, after = shas[0], shas[1]

    def draw() -> bytes:
        return pair_picture(title, Side(store.read(before), captions[0]), Side(store.read(after), captions[1]))

    return await asyncio.to_thread(draw)
