"""活动照片 — fetched and redrawn like any other; when one cannot be kept, its cell is open again and somebody told."""

from __future__ import annotations

from typing import Any

from domain.notice import Notice, NoticeButton
from domain.refusal import Refusal
from outreach.desk import Desk
from outreach.persons import as_contact
from outreach.photographing import Photographer
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord
from outreach.storage.people import ContactRecord


class ActivityPhotographer(Photographer):
    """One loop over the pending photos of activities."""

    record = ActivityPhotoRecord

    async def _tell(self, desk: Desk, row: Any, refusal: Refusal) -> None:
        activity = await desk.session.get_one(ActivityRecord, row.activity_id)
        contact = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
        edition = desk.catalogue.editions.get(activity.edition_id)
        title = next((one.title for one in edition.four_ones if one.id == activity.row_id), "") if edition else ""
        words = desk.office.texts.words(contact.locale)
        facts: dict[str, object] = {"title": title, "why": words.plain(refusal.moment, **refusal.facts)}
        again = ((NoticeButton("campaign.photo_again", f"cp:ph:{activity.id}"),),)
        key = f"activity_photo:{row.id}:{row.sent_at:%Y%m%d%H%M%S%f}"
        await desk.tell(contact, Notice("activity_photo_failed", facts, key, again))
