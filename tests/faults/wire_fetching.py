"""线路格：取件 — a photo waits, is stored or is given up with a word, and what it belongs to is never in danger."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from domain.photo import MAX_BYTES
from outreach.campaigns.picturing import ActivityPhotographer
from outreach.photographing import Photographer
from outreach.reports.evidencing import EvidencePhotographer
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord
from outreach.storage.inspections import PhotoRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.reports import ReportPhotoRecord
from tests.faults.scripted_wire import Exchange
from tests.faults.wire_bench import FANG, LIU, Bench
from tests.faults.wire_kinds import Meaning, WireKind, page, says
from tests.outreach import reported, walking

# The longest wait before another look that a photo is ever given; then it has been looked at again.
NEXT_LOOK_FOR = timedelta(seconds=100)


@dataclass(frozen=True, slots=True)
class Album:
    """A kind of photo, and which of its two calls is broken."""

    name: str
    method: str
    record: type[Any]
    photographer: type[Photographer]


def _albums() -> tuple[Album, ...]:
    found = []
    for name, record, photographer in (
        ("inspection", PhotoRecord, Photographer),
        ("report", ReportPhotoRecord, EvidencePhotographer),
        ("activity", ActivityPhotoRecord, ActivityPhotographer),
    ):
        found += [
            Album(f"{name} photo: {method}", method, record, photographer) for method in ("getFile", "downloadFile")
        ]
    return tuple(found)


async def cut_short(on: Exchange) -> None:
    """Less than was announced, though whole by its own length."""
    _, body = await on.forward()
    await on.answer(200, body[: len(body) // 2], "application/octet-stream")


def described(**file: object) -> Any:
    """What getFile says of the file, with something else in it."""

    async def script(on: Exchange) -> None:
        _, body = await on.forward()
        told = json.loads(body)
        told["result"] = {key: value for key, value in (told["result"] | file).items() if value is not None}
        await on.answer(200, json.dumps(told).encode())

    return script


# Beside what can happen to any call. GONE stands for a photo that is given up with a word.
OWN = {
    "getFile": (
        WireKind("file is too big", Meaning.GONE, says(400, "Bad Request: file is too big")),
        WireKind("too big by its size", Meaning.GONE, described(file_size=MAX_BYTES + 1)),
        WireKind("no path", Meaning.AMBIGUOUS, described(file_path=None)),
        WireKind("announces more than there is", Meaning.AMBIGUOUS, described(file_size=900_000)),
        WireKind("announces less than there is", Meaning.SENT, described(file_size=10)),
        WireKind("a path to nowhere", Meaning.AMBIGUOUS, described(file_path="photos/none.jpg")),
    ),
    "downloadFile": (
        WireKind("cut short", Meaning.AMBIGUOUS, cut_short),
        WireKind("a page instead of a picture", Meaning.AMBIGUOUS, page(200)),
    ),
}


class Photos:
    """Cells of the three photographers."""

    sites = _albums()

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.file_id = ""

    async def open(self) -> None:
        """One photo of each kind, all of them the same picture, which Telegram has."""
        bench = self.bench
        sent = await bench.direct.send_photo(LIU, walking.jpeg("green", 1600, 1200))
        file_id = sent.photo[-1].file_id
        walked = await walking.walked(bench.office, photos=1, submit=False)
        await reported.report(bench.office, bench.people[FANG], FANG, shop=None, is_named=True, photos=1)
        async with bench.office.desk() as desk:
            activity = ActivityRecord(
                edition_id="2026-june", row_id="x", contact_id=walked.contact.id, begun_at=desk.now, street="",
                enterprise_id=None,
            )  # fmt: skip
            desk.session.add(activity)
            await desk.session.flush()
            desk.session.add(
                ActivityPhotoRecord(
                    activity_id=activity.id, contact_id=walked.contact.id, file_id=file_id, file_unique_id="u",
                    state="pending", next_look_at=desk.now, sent_at=desk.now,
                )
            )  # fmt: skip
            for record in (PhotoRecord, ReportPhotoRecord):
                await desk.session.execute(update(record).values(file_id=file_id))
        self.file_id = file_id

    async def _row(self, album: Album) -> Any:
        async with self.bench.office.desk() as desk:
            return (await desk.session.scalars(select(album.record))).one()

    async def _told(self) -> int:
        async with self.bench.office.desk() as desk:
            found = select(DeliveryRecord.id).where(DeliveryRecord.kind.contains("photo"))
            return len((await desk.session.scalars(found)).all())

    async def cell(self, site: Album, kind: WireKind) -> None:
        """One fault of one of the two calls that a photo takes."""
        bench = self.bench
        bench.clock.advance(minutes=1)
        async with bench.office.desk() as desk:
            values: dict[str, object] = {"state": "pending", "attempts": 0, "next_look_at": desk.now, "failure": None,
                                         "file_id": self.file_id, "sha256": None}  # fmt: skip
            if site.record is not ReportPhotoRecord:
                values["sent_at"] = desk.now
            await desk.session.execute(update(site.record).values(**values))
        photographer = site.photographer(bench.office, bench.gateway.fetch)
        told = await self._told()
        async with bench.broken(site.method, kind) as calls:
            assert await photographer.turn()
        row = await self._row(site)
        # Nobody is gone because a file is, and no text is at fault: it is looked for again until it is given up.
        is_given_up = kind.name in ("file is too big", "too big by its size")
        # Longer than announced and no picture: that is what was sent, for all that anybody can tell.
        is_given_up |= site.method == "downloadFile" and kind.name == "200 nested beyond reason"
        if kind.meaning is Meaning.SENT:
            assert row.state == "stored" and bench.office.photos.exists(row.sha256)
        elif is_given_up:
            # A reporter is told once of the same photo, however often it fails here.
            assert row.state == "failed" and told <= await self._told() != 0
        else:
            assert row.state == "pending" and bench.clock.now < row.next_look_at <= bench.clock.now + NEXT_LOOK_FOR
            assert await self._told() == told and await bench.pauses() == {}
            tried = len(calls)
            assert not await photographer.turn() and len(calls) == tried
            bench.clock.set(row.next_look_at)
            assert await photographer.turn()
            row = await self._row(site)
            assert row.state == "stored" and bench.office.photos.exists(row.sha256)
        if row.sha256:
            await asyncio.to_thread(bench.office.photos.remove, row.sha256)
