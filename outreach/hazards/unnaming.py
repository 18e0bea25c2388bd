"""不露上报人 — what becomes of a report's words once its enterprise reads them: nobody is named by their own words.

危险化学品安全法 art. 10: who reports is kept strictly secret. The report itself, which officials read, stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from content.papers.redacting import unsigned
from outreach.concerning import where_of
from outreach.desk import Desk
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import ContactRecord
from outreach.storage.reports import ReportRecord


async def reporters_of(desk: Desk, hazard_ids: Collection[int]) -> set[str]:
    """The names of those who reported these hazards and gave their names."""
    found = await desk.session.execute(
        select(ReportRecord.who, ContactRecord.name)
        .join(HazardRecord, HazardRecord.report_id == ReportRecord.id)
        .outerjoin(ContactRecord, ContactRecord.id == ReportRecord.contact_id)
        .where(HazardRecord.id.in_(hazard_ids))
    )
    return {name for names in found for name in names if name}


async def what_and_where(desk: Desk, report: ReportRecord) -> tuple[str, str]:
    """What the hazard of a report says, and where it is: without the name and the numbers of whoever reported it."""
    contact = await desk.session.get(ContactRecord, report.contact_id) if report.contact_id else None
    names = {report.who, contact.name if contact else ""} - {""}
    return unsigned(report.what, names), unsigned(await where_of(desk, report), names)
