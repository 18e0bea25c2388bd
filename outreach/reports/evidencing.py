"""举报照片 — fetched and redrawn like any other; of an anonymous report nothing remains but what can be seen.

The file id is opened for the fetch only and wiped once the photo is stored or given up. The picture gets a few
random bytes of its own, so that its name cannot be worked out from the sender's file (RELIABILITY A5).
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import replace
from datetime import UTC
from typing import Any

from sqlalchemy import func, select

from domain.notice import Notice, NoticeButton
from domain.photo import PhotoBytes
from domain.refusal import Refusal
from outreach.desk import Desk
from outreach.photographing import Photographer, _Taken
from outreach.replying import tell_reporter, to_the_hour
from outreach.storage.reports import ReportPhotoRecord, ReportRecord
from outreach.storage.sealing import SealBroken

_JPEG_START = b"\xff\xd8"
_SALT_BYTES = 16


class EvidencePhotographer(Photographer):
    """One loop over the pending photos of reports."""

    record = ReportPhotoRecord

    def _file_id(self, row: Any) -> str:
        if not row.is_sealed:
            return str(row.file_id)
        try:
            return str(self._office.seal.open(f"photo:{row.id}", row.file_id))
        except SealBroken:
            return ""  # sealed with a key that is gone: Telegram will not know it, and the reporter is told

    async def _store(self, photo: _Taken, picture: PhotoBytes) -> None:
        await super()._store(photo, picture)
        hour = to_the_hour(self._office.clock().astimezone(UTC)).timestamp()
        await asyncio.to_thread(self._office.photos.date_back, picture.sha256, hour)

    async def _picture(self, photo: _Taken) -> PhotoBytes:
        return salted(await super()._picture(photo))

    def _log_name(self, photo: _Taken) -> object:
        return "of a report"  # an id beside a time would tell when the report was made

    def _when_settled(self) -> dict[str, object]:
        return {"file_id": "", "next_look_at": to_the_hour(self._office.clock())}

    async def _tell(self, desk: Desk, row: Any, refusal: Refusal) -> None:
        report = await desk.session.get_one(ReportRecord, row.report_id)
        total = await desk.session.scalars(select(func.count()).where(ReportPhotoRecord.report_id == row.report_id))
        words = desk.office.texts.words("zh-CN")
        facts: dict[str, object] = {
            "number": report.number, "place": row.place, "total": total.one(),
            "why": words.plain(refusal.moment, **refusal.facts),
        }  # fmt: skip
        add = ((NoticeButton("report.add", f"rp:m:{report.id}"),),)
        await tell_reporter(desk, report, Notice("report_photo_failed", facts, f"report_photo:{row.id}", add))


def salted(picture: PhotoBytes) -> PhotoBytes:
    """The same picture with a comment of random bytes, hence with a digest that no copy of it leads to."""
    comment = b"\xff\xfe" + (_SALT_BYTES + 2).to_bytes(2, "big") + secrets.token_bytes(_SALT_BYTES)
    jpeg = _JPEG_START + comment + picture.jpeg[len(_JPEG_START) :]
    return replace(picture, jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest())
